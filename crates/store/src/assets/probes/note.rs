//! Noting where assets of unknown size are, while they come in.

use insitu_model::id::StorageId;

use super::{count, key};
use crate::{Result, Tx, assets::place::project_of, value::params};

/// Assets of known size that a range may run over. A few needless reads are cheaper than many ranges.
const GAP_MAX: i64 = 1024;

/// Places of assets whose size is not known, by storage.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    by_storage: Vec<(Option<StorageId>, Vec<Places>)>,
    /// The storage of the place before: most often the next place has the same.
    last: usize,
}

/// From one place to another, with so many of unknown size in between.
#[derive(Clone, Copy, Debug)]
struct Places {
    first: i64,
    last: i64,
    unknown: u64,
}

impl Noted {
    /// Notes one place. Those of a storage come in ascending order.
    pub(crate) fn add(&mut self, storage: Option<StorageId>, place: i64) {
        let is_same = |entry: &(Option<StorageId>, Vec<Places>)| entry.0 == storage;
        if !self.by_storage.get(self.last).is_some_and(is_same) {
            self.last = match self.by_storage.iter().position(is_same) {
                Some(at) => at,
                None => {
                    self.by_storage.push((storage, Vec::new()));
                    self.by_storage.len() - 1
                }
            };
        }
        let Some((_, ranges)) = self.by_storage.get_mut(self.last) else {
            return;
        };
        match ranges.last_mut().filter(|range| place - range.last <= GAP_MAX) {
            Some(range) => {
                range.last = place;
                range.unknown += 1;
            }
            None => ranges.push(Places {
                first: place,
                last: place,
                unknown: 1,
            }),
        }
    }

    /// Writes down what was noted, for when the import completes.
    pub(crate) fn write(self, tx: &mut Tx, import: i64) -> Result<()> {
        for (storage, ranges) in &self.by_storage {
            for range in ranges {
                if !lengthen(tx, import, key(storage), *range)? {
                    insert(tx, import, key(storage), *range)?;
                }
            }
        }
        Ok(())
    }
}

/// Lets the import's last range of the storage run on; false when it ends too far before.
fn lengthen(tx: &mut Tx, import: i64, storage: &[u8], places: Places) -> Result<bool> {
    let longer = tx.execute(
        "UPDATE probe_ranges SET last_place = ?3, unknown = unknown + ?4 WHERE import = ?1 AND storage = ?2
         AND first_place = (SELECT MAX(first_place) FROM probe_ranges WHERE import = ?1 AND storage = ?2)
         AND last_place >= ?5 AND last_place < ?6",
        params![
            import,
            storage,
            places.last,
            places.unknown,
            places.first - GAP_MAX,
            places.first
        ],
    )?;
    Ok(longer > 0)
}

/// A place can be noted twice: when a list names an asset twice.
fn insert(tx: &mut Tx, import: i64, storage: &[u8], places: Places) -> Result<()> {
    tx.execute(
        "INSERT INTO probe_ranges (import, storage, first_place, last_place, next_place, unknown, organization,
             project, visible, attempts, due_at, lease_until)
         SELECT ?1, ?2, ?3, ?4, ?3, ?5, organization, ?6, 0, 0, 0, 0 FROM imports WHERE number = ?1
         ON CONFLICT (import, storage, first_place) DO UPDATE SET unknown = excluded.unknown,
             last_place = CASE WHEN excluded.last_place > probe_ranges.last_place THEN excluded.last_place
                 ELSE probe_ranges.last_place END",
        params![
            import,
            storage,
            places.first,
            places.last,
            places.unknown,
            project_of(places.first)
        ],
    )?;
    Ok(())
}

/// Lets workers see what a completed import noted. Assets that it changed have no failure any more; call this before
/// the changes are forgotten.
pub(in crate::assets) fn reveal(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    tx.execute(
        "UPDATE probe_ranges SET visible = 1 WHERE import = ?1",
        params![import],
    )?;
    let changed: Vec<(String, i64)> = tx.rows(
        "SELECT f.code, COUNT(*) FROM asset_updates u JOIN probe_failures f ON f.place = u.place
         WHERE u.import = ?1 GROUP BY f.code",
        params![import],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    if changed.is_empty() {
        return Ok(());
    }
    for (code, assets) in changed {
        count(tx, project, &code, -assets)?;
    }
    tx.execute(
        "DELETE FROM probe_failures WHERE place IN (SELECT place FROM asset_updates WHERE import = ?1)",
        params![import],
    )?;
    Ok(())
}

/// Removes what an import noted that did not complete; false when there was nothing.
pub(crate) fn discard(tx: &mut Tx, import: i64) -> Result<bool> {
    let removed = tx.execute(
        "DELETE FROM probe_ranges WHERE import = ?1 AND visible = 0",
        params![import],
    )?;
    Ok(removed > 0)
}

/// Forgets that an asset could not be measured: its size is known now, or nobody asks any more.
pub(in crate::assets) fn forget_failure(tx: &mut Tx, place: i64) -> Result<()> {
    let code: Option<String> = tx.cell(
        "DELETE FROM probe_failures WHERE place = ?1 RETURNING code",
        params![place],
    )?;
    match code {
        Some(code) => count(tx, project_of(place), &code, -1),
        None => Ok(()),
    }
}
