//! Makes all assets of an import visible at once.

use insitu_model::answer::Terms;

use super::{
    blocks::{FINE, LEVELS},
    names,
    place::lock,
    probes, term_fill, terms,
};
use crate::{Result, Tx, tasks, value::params};

/// Updated assets whose terms are held in memory together.
const TERMS_AHEAD: usize = 256;

/// Adds the import's assets to the project's counts, lifts the veil, and applies its updates.
pub(crate) fn reveal(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    lock(tx, project)?;
    for level in LEVELS {
        let up = level - FINE;
        tx.execute(
            &format!(
                "INSERT INTO asset_blocks (level, block, kind, live, deleted)
                 SELECT {level}, block >> {up}, kind, CAST(SUM(assets) AS BIGINT), 0 FROM import_blocks
                 WHERE import = ?1 GROUP BY block >> {up}, kind
                 ON CONFLICT (level, block, kind) DO UPDATE SET live = asset_blocks.live + excluded.live"
            ),
            params![import],
        )?;
    }
    tx.execute("DELETE FROM import_blocks WHERE import = ?1", params![import])?;
    tx.execute(
        "UPDATE asset_extents SET visible = 1 WHERE import = ?1",
        params![import],
    )?;
    names::reveal(tx, project, import)?;
    tasks::add_untouched(tx, project, import)?;
    probes::reveal(tx, project, import)?;
    apply_updates(tx, project, import)
}

/// Gives assets that were visible before the values that the import brought. One that was deleted meanwhile keeps
/// its own.
fn apply_updates(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    let other_priorities: Vec<(i64, i32)> = tx.rows(
        "SELECT u.place, u.priority FROM asset_updates u JOIN assets a ON a.place = u.place
         WHERE u.import = ?1 AND a.deleted_at IS NULL AND a.priority <> u.priority ORDER BY u.place",
        params![import],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (place, priority) in other_priorities {
        tasks::set_priority_at(tx, project, &[place], (priority, None))?;
    }
    for level in LEVELS {
        for (kind, sign) in [("a.kind", "-"), ("u.kind", "")] {
            tx.execute(
                &format!(
                    "INSERT INTO asset_blocks (level, block, kind, live, deleted)
                     SELECT {level}, u.place >> {level}, {kind}, {sign}COUNT(*), 0
                     FROM asset_updates u JOIN assets a ON a.place = u.place
                     WHERE u.import = ?1 AND a.deleted_at IS NULL AND a.kind <> u.kind
                     GROUP BY u.place >> {level}, {kind}
                     ON CONFLICT (level, block, kind) DO UPDATE SET live = asset_blocks.live + excluded.live"
                ),
                params![import],
            )?;
        }
    }
    update_terms(tx, project, import)?;
    tx.execute(
        "UPDATE assets SET kind = u.kind, priority = u.priority, width = u.width, height = u.height, data = u.data,
             extra = u.extra, batches_by = NULL, priority_by = NULL
         FROM asset_updates u WHERE u.import = ?1 AND assets.place = u.place AND assets.deleted_at IS NULL",
        params![import],
    )?;
    tx.execute("DELETE FROM asset_updates WHERE import = ?1", params![import])?;
    Ok(())
}

/// Other labels are found by other terms, while nobody has worked on them.
fn update_terms(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    if !term_fill::has_pre_labels(tx, project)? {
        return Ok(());
    }
    let schema = term_fill::schema_of(tx, project)?;
    let labeled = "IN (SELECT kind FROM asset_kinds WHERE project = ?2 AND is_pre_labeled = 1)";
    let sql = format!(
        "SELECT u.place, u.extra FROM asset_updates u JOIN assets a ON a.place = u.place
         WHERE u.import = ?1 AND u.place > ?3 AND a.deleted_at IS NULL AND (a.kind {labeled} OR u.kind {labeled})
             AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.place = u.place) ORDER BY u.place LIMIT {TERMS_AHEAD}"
    );
    let mut looked_at = i64::MIN;
    loop {
        let updated = tx.rows(&sql, params![import, project, looked_at], |row| {
            let (place, extra): (i64, Option<String>) = (row.next()?, row.next()?);
            let answer = tasks::answer_of_pre_labels(extra.as_deref()).unwrap_or_default();
            Ok((place, Terms::of_stored(&answer, &schema)))
        })?;
        let Some((last, _)) = updated.last() else {
            return Ok(());
        };
        looked_at = *last;
        for (place, found) in &updated {
            terms::set(tx, *place, found)?;
        }
    }
}
