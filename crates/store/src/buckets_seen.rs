//! What buckets answered through a storage: lists name some that are not there.

use std::collections::HashMap;

use insitu_model::id::{OrganizationId, StorageId};

use crate::{
    Result, Tx,
    limits::MAX_SOURCES_PER_STORAGE,
    storages,
    value::{Row, params},
};

/// A bucket that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketSeen {
    pub bucket: String,
    /// No: the server said that it has none of this name.
    pub is_there: bool,
}

/// Whether a bucket of a storage was there when it was last asked; none where it never answered.
pub fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    bucket: &str,
) -> Result<Option<bool>> {
    tx.cell(
        "SELECT b.is_there FROM storages s JOIN buckets_seen b ON b.storage = s.id
         WHERE s.organization = ?1 AND s.id = ?2 AND b.bucket = ?3",
        params![&organization, &storage, bucket],
    )
}

/// Notes what a bucket answered, of each storage for the first [`MAX_SOURCES_PER_STORAGE`] buckets.
pub fn note(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    bucket: &str,
    is_there: bool,
) -> Result<()> {
    storages::get(tx, organization, storage)?;
    let changed = tx.execute(
        "UPDATE buckets_seen SET is_there = ?3 WHERE storage = ?1 AND bucket = ?2",
        params![&storage, bucket, is_there],
    )?;
    if changed == 0 {
        tx.execute(
            "INSERT INTO buckets_seen (storage, bucket, is_there) SELECT ?1, ?2, ?3
             WHERE (SELECT COUNT(*) FROM buckets_seen WHERE storage = ?1) < ?4",
            params![&storage, bucket, is_there, MAX_SOURCES_PER_STORAGE],
        )?;
    }
    Ok(())
}

/// Forgets what buckets answered: the storage leads elsewhere now.
pub(crate) fn forget(tx: &mut Tx, storage: StorageId) -> Result<()> {
    tx.execute("DELETE FROM buckets_seen WHERE storage = ?1", params![&storage])?;
    Ok(())
}

/// What the buckets of an organization's storages answered, each list in the order of names.
pub(crate) fn of_storages(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<HashMap<StorageId, Vec<BucketSeen>>> {
    let mut seen: HashMap<StorageId, Vec<BucketSeen>> = HashMap::new();
    tx.visit(
        "SELECT b.storage, b.bucket, b.is_there FROM storages s JOIN buckets_seen b ON b.storage = s.id
         WHERE s.organization = ?1 ORDER BY b.storage, b.bucket",
        params![&organization],
        |row: &mut Row<'_>| {
            let storage = row.next()?;
            let bucket = BucketSeen {
                bucket: row.next()?,
                is_there: row.next()?,
            };
            seen.entry(storage).or_default().push(bucket);
            Ok(true)
        },
    )?;
    Ok(seen)
}
