//! External IDs of roles: each belongs to one organization for ever, and to one storage at a time.
//!
//! Two organizations that shared one could use each other's roles; so an ID that one has is never given to another
//! organization, not even after its storage is gone.
//!
//! One that the hub made is its organization's from then on, and is given once. Whatever still trusts it when its storage is
//! gone should not come to life again by another, and a new one costs nothing.
//!
//! One that a customer's role demanded before it met the hub can be guessed, so typing it takes nothing from anybody: several
//! organizations may, and it is that one's whose role is first seen to insist on it ([`own`]). The same organization may
//! connect the same role with it again.

use insitu_model::id::{OrganizationId, StorageId};

use crate::{Error, Result, Tx, storages::ExternalIdSource, value::params};

/// Sets an ID aside for an organization before its storage exists; [`Error::AlreadyExists`] when anybody has it.
pub fn reserve(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
    source: ExternalIdSource,
    now: i64,
) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO external_ids (external_id, organization, storage, source, created_at)
         VALUES (?1, ?2, NULL, ?3, ?4) ON CONFLICT (external_id) DO NOTHING",
        params![external_id, &organization, source.as_str(), now],
    )?;
    if added == 0 {
        Err(taken(external_id))
    } else {
        Ok(())
    }
}

/// Who has an ID, and what it was given to.
struct Known {
    owner: OrganizationId,
    source: ExternalIdSource,
    storage: Option<StorageId>,
    is_deleted: bool,
    role_arn: Option<String>,
}

/// Gives an ID to a storage with this role: one that its organization reserved, a typed one that is not its own yet, or
/// was by a storage that had the same role and was deleted. Who chose it: [`ExternalIdSource::Hub`] only for an ID that was
/// reserved as such, whatever the caller says.
pub fn take(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
    (storage, role_arn): (StorageId, &str),
) -> Result<ExternalIdSource> {
    let known = tx.row(
        "SELECT e.organization, e.source, e.storage, s.deleted_at, s.role_arn FROM external_ids e
         LEFT JOIN storages s ON s.id = e.storage WHERE e.external_id = ?1",
        params![external_id],
        |row| {
            Ok(Known {
                owner: row.next()?,
                source: row.next()?,
                storage: row.next()?,
                is_deleted: row.next::<Option<i64>>()?.is_some(),
                role_arn: row.next()?,
            })
        },
    )?;
    let is_typed = known
        .as_ref()
        .is_none_or(|known| known.source == ExternalIdSource::Customer);
    if is_typed && is_used_by_another(tx, organization, external_id, storage)? {
        return Err(taken(external_id));
    }
    match known {
        Some(known) if known.owner == organization => {
            if !known.may_be_given(storage, role_arn) {
                return Err(taken(external_id));
            }
            give(tx, external_id, storage).map(|()| known.source)
        }
        Some(_) if !is_typed => Err(taken(external_id)),
        _ => Ok(ExternalIdSource::Customer),
    }
}

/// Makes an ID that was typed the organization's for ever, now that a role of it insists on it. Whether it is: not where
/// another organization has it.
pub fn own(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
    storage: StorageId,
    now: i64,
) -> Result<bool> {
    tx.execute(
        "INSERT INTO external_ids (external_id, organization, storage, source, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (external_id) DO NOTHING",
        params![
            external_id,
            &organization,
            &storage,
            ExternalIdSource::Customer.as_str(),
            now
        ],
    )?;
    let owner: Option<OrganizationId> = tx.cell(
        "SELECT organization FROM external_ids WHERE external_id = ?1",
        params![external_id],
    )?;
    Ok(owner == Some(organization))
}

fn is_used_by_another(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
    storage: StorageId,
) -> Result<bool> {
    let found: Option<i64> = tx.cell(
        "SELECT 1 FROM storages
         WHERE organization = ?1 AND external_id = ?2 AND id <> ?3 AND deleted_at IS NULL LIMIT 1",
        params![&organization, external_id, &storage],
    )?;
    Ok(found.is_some())
}

/// Who chose an ID that may be tried for this organization; none where that is not its own. [`Error::AlreadyExists`] when
/// the hub made it for another, for which it must not even be tried.
pub fn find_own(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
) -> Result<Option<ExternalIdSource>> {
    let known = tx.row(
        "SELECT organization, source FROM external_ids WHERE external_id = ?1",
        params![external_id],
        |row| Ok((row.next::<OrganizationId>()?, row.next::<ExternalIdSource>()?)),
    )?;
    match known {
        Some((owner, source)) if owner == organization => Ok(Some(source)),
        Some((_, ExternalIdSource::Hub)) => Err(taken(external_id)),
        // Whose a typed one is, only its role can tell, and nobody else is told.
        Some((_, ExternalIdSource::Customer)) | None => Ok(None),
    }
}

impl Known {
    /// Whether its organization may give it to this storage.
    fn may_be_given(&self, storage: StorageId, role_arn: &str) -> bool {
        match (self.storage, self.source) {
            (None, _) => true,
            (Some(former), _) if former == storage => true,
            (Some(_), ExternalIdSource::Hub) => false,
            (Some(_), ExternalIdSource::Customer) => {
                self.is_deleted && self.role_arn.as_deref() == Some(role_arn)
            }
        }
    }
}

fn give(tx: &mut Tx, external_id: &str, storage: StorageId) -> Result<()> {
    tx.execute(
        "UPDATE external_ids SET storage = ?2 WHERE external_id = ?1",
        params![external_id, &storage],
    )?;
    Ok(())
}

fn taken(external_id: &str) -> Error {
    Error::already_exists("an external ID", external_id)
}
