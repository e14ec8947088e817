//! Which organizations a role lets in, or ever did: a role that lets in two might be either's.
//!
//! Who only types an ARN, which is no secret, and is refused by the role, takes nothing from its owner. So an organization
//! is noted when its proof was let in, whether or not others would be let in as well.

use insitu_model::id::OrganizationId;

use crate::{Result, Tx, value::params};

/// Has whoever asks for the same role wait until this transaction ends, so that two who look whether another is noted do
/// not both find nobody, and note themselves.
pub fn lock(tx: &mut Tx, role_arn: &str) -> Result<()> {
    tx.lock_name(role_arn)
}

/// Notes that this role lets an organization in. Nothing takes it back.
pub(crate) fn note(tx: &mut Tx, organization: OrganizationId, role_arn: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO named_roles (role_arn, organization) VALUES (?2, ?1)
         ON CONFLICT (role_arn, organization) DO NOTHING",
        params![&organization, role_arn],
    )?;
    Ok(())
}

/// Whether this role let another organization in, be it before its storage was given another or deleted.
pub fn is_of_another(tx: &mut Tx, organization: OrganizationId, role_arn: &str) -> Result<bool> {
    let found: Option<i64> = tx.cell(
        "SELECT 1 FROM named_roles WHERE role_arn = ?2 AND organization <> ?1 LIMIT 1",
        params![&organization, role_arn],
    )?;
    Ok(found.is_some())
}

/// Whether this role let the organization in before.
pub fn is_own(tx: &mut Tx, organization: OrganizationId, role_arn: &str) -> Result<bool> {
    let found: Option<i64> = tx.cell(
        "SELECT 1 FROM named_roles WHERE role_arn = ?2 AND organization = ?1 LIMIT 1",
        params![&organization, role_arn],
    )?;
    Ok(found.is_some())
}
