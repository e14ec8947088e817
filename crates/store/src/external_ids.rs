//! External IDs of roles: each belongs to one organization for ever, and to one storage at a time.
//!
//! Two organizations that shared one could use each other's roles; so an ID once reserved or used is never given
//! to another organization, not even after its storage is gone.

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

/// Gives an ID to a storage: a new one, one that its organization reserved, or one whose storage was deleted. Who
/// chose it: [`ExternalIdSource::Hub`] only for an ID that was reserved as such, whatever the caller says.
pub fn take(
    tx: &mut Tx,
    organization: OrganizationId,
    external_id: &str,
    storage: StorageId,
    now: i64,
) -> Result<ExternalIdSource> {
    let known = tx.row(
        "SELECT e.organization, e.source, s.id FROM external_ids e
         LEFT JOIN storages s ON s.id = e.storage AND s.deleted_at IS NULL WHERE e.external_id = ?1",
        params![external_id],
        |row| {
            Ok((
                row.next::<OrganizationId>()?,
                row.next::<ExternalIdSource>()?,
                row.next::<Option<StorageId>>()?,
            ))
        },
    )?;
    let Some((owner, source, in_use_by)) = known else {
        reserve(tx, organization, external_id, ExternalIdSource::Customer, now)?;
        return give(tx, external_id, storage).map(|()| ExternalIdSource::Customer);
    };
    if owner != organization || in_use_by.is_some_and(|other| other != storage) {
        return Err(taken(external_id));
    }
    give(tx, external_id, storage).map(|()| source)
}

/// Who chose an ID that may be tried for this organization; none where nobody has it. [`Error::AlreadyExists`] when it
/// is another organization's, for which it must not even be tried.
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
        Some((owner, _)) if owner != organization => Err(taken(external_id)),
        known => Ok(known.map(|(_, source)| source)),
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
