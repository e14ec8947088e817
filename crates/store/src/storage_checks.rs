//! How the last test of each storage ended.

use insitu_model::id::{OrganizationId, StorageId};

use crate::{
    Error, Result, Tx, storages,
    value::{Row, params},
};

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageCheck {
    pub checked_at: i64,
    /// The one cause and its words; none where everything was as it should be.
    pub cause: Option<(String, String)>,
    /// How many buckets were looked at.
    pub buckets_tested: u32,
    /// Those of them in which something was wrong, in the order in which they were looked at.
    pub buckets_failed: Vec<String>,
}

/// Where the columns stand in a query of storages.
pub(crate) const COLUMNS: &str =
    "c.checked_at, c.code, c.message, COALESCE(c.buckets_tested, 0), COALESCE(c.buckets_failed, '[]')";

/// Keeps how a test ended, in place of the one before; nothing, where the storage has changed since the test read it at
/// `revision`: what was found is not true of it any more.
pub fn put(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    revision: i64,
    check: &StorageCheck,
) -> Result<()> {
    if storages::get(tx, organization, storage)?.revision != revision {
        return Ok(());
    }
    let (code, message) = match &check.cause {
        Some((code, message)) => (Some(code), Some(message)),
        None => (None, None),
    };
    tx.execute(
        "INSERT INTO storage_checks (storage, checked_at, code, message, buckets_tested, buckets_failed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (storage) DO UPDATE
         SET checked_at = excluded.checked_at, code = excluded.code, message = excluded.message,
             buckets_tested = excluded.buckets_tested, buckets_failed = excluded.buckets_failed",
        params![
            &storage,
            check.checked_at,
            code,
            message,
            i64::from(check.buckets_tested),
            &names(&check.buckets_failed)?
        ],
    )?;
    Ok(())
}

/// Forgets how the last test ended: what it found was found on another way.
pub(crate) fn forget(tx: &mut Tx, storage: StorageId) -> Result<()> {
    tx.execute("DELETE FROM storage_checks WHERE storage = ?1", params![&storage])?;
    Ok(())
}

fn names(buckets: &[String]) -> Result<String> {
    serde_json::to_string(buckets).map_err(|error| Error::Database(error.to_string()))
}

/// Reads [`COLUMNS`]; none for a storage that was never tested.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Option<StorageCheck>> {
    let (checked_at, code, message): (Option<i64>, Option<String>, Option<String>) =
        (row.next()?, row.next()?, row.next()?);
    let (buckets_tested, buckets_failed): (i64, _) = (row.next()?, row.json()?);
    Ok(checked_at.map(|checked_at| StorageCheck {
        checked_at,
        cause: code.zip(message),
        buckets_tested: u32::try_from(buckets_tested).unwrap_or_default(),
        buckets_failed,
    }))
}
