//! Which organizations name a role, or ever did: a role that two name might be either's.

use insitu_model::id::OrganizationId;

use crate::{Result, Tx, value::params};

/// Notes that an organization names this role. Nothing takes it back.
pub(crate) fn note(tx: &mut Tx, organization: OrganizationId, role_arn: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO named_roles (role_arn, organization) VALUES (?2, ?1)
         ON CONFLICT (role_arn, organization) DO NOTHING",
        params![&organization, role_arn],
    )?;
    Ok(())
}

/// Whether another organization names this role, or did before its storage was given another or deleted.
pub fn is_of_another(tx: &mut Tx, organization: OrganizationId, role_arn: &str) -> Result<bool> {
    let found: Option<i64> = tx.cell(
        "SELECT 1 FROM named_roles WHERE role_arn = ?2 AND organization <> ?1 LIMIT 1",
        params![&organization, role_arn],
    )?;
    Ok(found.is_some())
}
