//! How the last test of each storage ended.

use insitu_model::id::{OrganizationId, StorageId};

use crate::{
    Result, Tx, storages,
    value::{Row, params},
};

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageCheck {
    pub checked_at: i64,
    /// The one cause and its words; none where everything was as it should be.
    pub cause: Option<(String, String)>,
}

/// Where the columns stand in a query of storages.
pub(crate) const COLUMNS: &str = "c.checked_at, c.code, c.message";

/// Keeps how a test ended, in place of the one before.
pub fn put(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    check: &StorageCheck,
) -> Result<()> {
    storages::get(tx, organization, storage)?;
    let (code, message) = match &check.cause {
        Some((code, message)) => (Some(code), Some(message)),
        None => (None, None),
    };
    tx.execute(
        "INSERT INTO storage_checks (storage, checked_at, code, message) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (storage) DO UPDATE
         SET checked_at = excluded.checked_at, code = excluded.code, message = excluded.message",
        params![&storage, check.checked_at, code, message],
    )?;
    Ok(())
}

/// Reads [`COLUMNS`]; none for a storage that was never tested.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Option<StorageCheck>> {
    let (checked_at, code, message): (Option<i64>, Option<String>, Option<String>) =
        (row.next()?, row.next()?, row.next()?);
    Ok(checked_at.map(|checked_at| StorageCheck {
        checked_at,
        cause: code.zip(message),
    }))
}
