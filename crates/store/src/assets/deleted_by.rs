//! What one change deleted and nobody took back since.

use insitu_model::id::AssetChangeId;

use super::read::{COLUMNS, Stored, read};
use crate::{Result, Tx, value::params};

/// How many assets are deleted by `change`.
pub(crate) fn count_deleted_by(tx: &mut Tx, change: AssetChangeId) -> Result<u64> {
    let count = tx.cell(
        "SELECT COUNT(*) FROM assets WHERE deleted_by = ?1",
        params![&change],
    )?;
    Ok(count.unwrap_or(0))
}

/// The next of them behind the place `last`, in the order of their places.
pub(crate) fn deleted_by(tx: &mut Tx, change: AssetChangeId, last: i64, limit: u32) -> Result<Vec<Stored>> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM assets WHERE deleted_by = ?1 AND place > ?2 ORDER BY place LIMIT ?3"),
        params![&change, last, limit],
        read,
    )
}
