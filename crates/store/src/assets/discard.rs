//! Removes what imports that did not complete have written, a bounded part at a time.

use super::{names, probes, terms};
use crate::{Result, Tx, value::params};

/// Removes up to `limit` rows of a hidden import; false when nothing was left.
pub(crate) fn discard(tx: &mut Tx, import: i64, limit: u64) -> Result<bool> {
    let extent = tx.row(
        "SELECT place, length FROM asset_extents WHERE import = ?1 AND visible = 0 ORDER BY ordinal DESC LIMIT 1",
        params![import],
        |row| Ok((row.next::<i64>()?, row.next::<i64>()?)),
    )?;
    if let Some((place, length)) = extent {
        let removed = length.min(i64::try_from(limit).unwrap_or(i64::MAX));
        let left = length - removed;
        terms::discard(tx, place + left, place + length - 1)?;
        tx.execute(
            "DELETE FROM assets WHERE place BETWEEN ?1 AND ?2",
            params![place + left, place + length - 1],
        )?;
        match left {
            0 => tx.execute("DELETE FROM asset_extents WHERE place = ?1", params![place])?,
            _ => tx.execute(
                "UPDATE asset_extents SET length = ?2 WHERE place = ?1",
                params![place, left],
            )?,
        };
        return Ok(true);
    }
    if probes::discard(tx, import)? {
        return Ok(true);
    }
    if names::discard(tx, import, limit)? {
        return Ok(true);
    }
    let last: Option<i64> = tx.cell(
        "SELECT MAX(place) FROM (SELECT place FROM asset_updates WHERE import = ?1 ORDER BY place LIMIT ?2) AS oldest",
        params![import, limit],
    )?.flatten();
    if let Some(last) = last {
        tx.execute(
            "DELETE FROM asset_updates WHERE import = ?1 AND place <= ?2",
            params![import, last],
        )?;
        return Ok(true);
    }
    Ok(tx.execute("DELETE FROM import_blocks WHERE import = ?1", params![import])? > 0)
}
