//! Overrides: an owner's word against what was found of a role, and what ends it.

use insitu_model::id::{OrganizationId, StorageId, UserId};

use crate::{Result, Tx, value::params};

/// An override that ended because the role lets another organization in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedOverride {
    pub organization: OrganizationId,
    pub storage: StorageId,
    pub name: String,
}

/// Lets a storage be used unverified on somebody's word, or no longer.
pub fn set(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    by: Option<(UserId, i64)>,
) -> Result<()> {
    let (user, at) = by.unzip();
    tx.execute(
        "UPDATE role_proofs SET overridden_by = ?3, overridden_at = ?4 WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, user.as_ref(), at],
    )?;
    Ok(())
}

/// Ends every other organization's override of this role: now that it lets in two, whose it is only its trust policy can
/// tell. For whoever was let in.
pub fn end_of_others(
    tx: &mut Tx,
    organization: OrganizationId,
    role_arn: &str,
) -> Result<Vec<EndedOverride>> {
    let ended = tx.rows(
        "SELECT s.organization, s.id, s.name FROM storages s JOIN role_proofs p ON p.storage = s.id
         WHERE s.role_arn = ?2 AND s.organization <> ?1 AND p.overridden_by IS NOT NULL ORDER BY s.id",
        params![&organization, role_arn],
        |row| {
            Ok(EndedOverride {
                organization: row.next()?,
                storage: row.next()?,
                name: row.next()?,
            })
        },
    )?;
    for one in &ended {
        set(tx, one.organization, one.storage, None)?;
    }
    Ok(ended)
}
