//! Ranges: the tasks that nobody has touched.

use super::answer::{self, answer_of_pre_labels};
use crate::{
    Error, Result, Tx,
    runs::{Run, runs},
    value::{Row, params},
};
use insitu_model::task::{ReviewStatus, Stage};

/// Consecutive places whose tasks nobody has touched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) rank: i64,
}

pub(super) fn read(row: &mut Row<'_>) -> Result<Range> {
    Ok(Range {
        first: row.next()?,
        last: row.next()?,
        rank: row.next()?,
    })
}

/// Holds the project's queue until the transaction ends: others who change it wait.
pub(crate) fn lock(tx: &mut Tx, project: i64) -> Result<()> {
    count(tx, project, Stage::Label, 0)
}

/// Adds to the count of touched tasks of a stage.
pub(super) fn count(tx: &mut Tx, project: i64, stage: Stage, tasks: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO task_counts (project, stage, tasks) VALUES (?1, ?2, ?3)
         ON CONFLICT (project, stage) DO UPDATE SET tasks = task_counts.tasks + excluded.tasks",
        params![project, stage, tasks],
    )?;
    Ok(())
}

/// Makes the tasks of an import that has just become visible.
pub(crate) fn add_untouched(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    lock(tx, project)?;
    tx.execute(
        "INSERT INTO task_ranges (first, last, project, rank)
         SELECT e.place, e.place + e.length - 1, ?1, -i.priority
         FROM asset_extents e JOIN imports i ON i.number = e.import WHERE e.import = ?2 AND e.length > 0",
        params![project, import],
    )?;
    Ok(())
}

/// Takes the task of a deleted asset out of the queue. One that nobody has touched is passed over when its turn comes.
pub(crate) fn asset_deleted(tx: &mut Tx, place: i64) -> Result<()> {
    let gone = tx.row(
        "UPDATE tasks SET is_gone = 1 WHERE place = ?1 AND is_gone = 0 RETURNING project, stage",
        params![place],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    match gone {
        Some((project, stage)) => count(tx, project, stage, -1),
        None => Ok(()),
    }
}

/// Puts the task of an asset that was deleted back into the queue, where it stood.
pub(crate) fn asset_restored(tx: &mut Tx, project: i64, place: i64, priority: i32) -> Result<()> {
    let back = tx.cell(
        "UPDATE tasks SET is_gone = 0 WHERE place = ?1 AND is_gone = 1 RETURNING stage",
        params![place],
    )?;
    match back {
        Some(stage) => count(tx, project, stage, 1),
        // Nobody has touched it: it is in its range still, or was taken out when its turn came.
        None if is_gone(tx, place)?.is_some() || range_of(tx, project, place)?.is_some() => Ok(()),
        None => put(tx, project, (place, place), -i64::from(priority)),
    }
}

/// Makes sure that a task is a row; false when its asset is deleted or was never one.
pub(super) fn touch(tx: &mut Tx, project: i64, place: i64) -> Result<bool> {
    if let Some(is_gone) = is_gone(tx, place)? {
        return Ok(!is_gone);
    }
    lock(tx, project)?;
    if let Some(is_gone) = is_gone(tx, place)? {
        return Ok(!is_gone);
    }
    let Some(range) = range_of(tx, project, place)? else {
        return Ok(false);
    };
    let asset = tx.row(
        "SELECT deleted_at, created_at, extra FROM assets WHERE place = ?1",
        params![place],
        |row| {
            Ok((
                row.next::<Option<i64>>()?,
                row.next::<i64>()?,
                row.next::<Option<String>>()?,
            ))
        },
    )?;
    let Some((None, created_at, extra)) = asset else {
        return Ok(false);
    };
    cut(tx, project, range, (place, place))?;
    let pre_labels = answer_of_pre_labels(extra.as_deref());
    insert(tx, project, (place, range.rank), pre_labels.is_some(), created_at)?;
    if let Some(labels) = pre_labels {
        answer::put(tx, place, &labels)?;
    }
    Ok(true)
}

fn insert(
    tx: &mut Tx,
    project: i64,
    (place, rank): (i64, i64),
    is_pre_labeled: bool,
    created_at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO tasks (place, project, stage, rank, is_gone, is_skipped, is_draft, is_pre_labeled, review_status,
             revision, duration, total_duration, updated_at)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5, ?6, 0, 0, 0, ?7)",
        params![
            place,
            project,
            Stage::Label,
            rank,
            is_pre_labeled,
            ReviewStatus::Todo,
            created_at
        ],
    )?;
    count(tx, project, Stage::Label, 1)
}

fn is_gone(tx: &mut Tx, place: i64) -> Result<Option<bool>> {
    tx.cell("SELECT is_gone FROM tasks WHERE place = ?1", params![place])
}

/// The range that holds a place.
fn range_of(tx: &mut Tx, project: i64, place: i64) -> Result<Option<Range>> {
    let before = tx.row(
        "SELECT first, last, rank FROM task_ranges WHERE project = ?1 AND first = (
             SELECT MAX(first) FROM task_ranges WHERE first <= ?2)",
        params![project, place],
        read,
    )?;
    Ok(before.filter(|range| range.last >= place))
}

/// Takes the places from `first` to `last`, which it holds, out of a range.
pub(super) fn cut(tx: &mut Tx, project: i64, range: Range, (first, last): (i64, i64)) -> Result<()> {
    if first < range.first || last > range.last {
        return Err(Error::not_found("range of tasks at", first));
    }
    match (first > range.first, last < range.last) {
        (false, false) => {
            tx.execute("DELETE FROM task_ranges WHERE first = ?1", params![range.first])?;
        }
        (false, true) => {
            tx.execute(
                "UPDATE task_ranges SET first = ?2 WHERE first = ?1",
                params![range.first, last + 1],
            )?;
        }
        (true, keeps_end) => {
            tx.execute(
                "UPDATE task_ranges SET last = ?2 WHERE first = ?1",
                params![range.first, first - 1],
            )?;
            if keeps_end {
                put(tx, project, (last + 1, range.last), range.rank)?;
            }
        }
    }
    Ok(())
}

fn put(tx: &mut Tx, project: i64, (first, last): (i64, i64), rank: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO task_ranges (first, last, project, rank) VALUES (?1, ?2, ?3, ?4)",
        params![first, last, project, rank],
    )?;
    Ok(())
}

/// Gives the assets at `places` (ascending) and their tasks another priority, and notes which change did, if one did.
pub(crate) fn set_priority_at(
    tx: &mut Tx,
    project: i64,
    places: &[i64],
    (priority, by): (i32, Option<i64>),
) -> Result<()> {
    lock(tx, project)?;
    let rank = -i64::from(priority);
    for Run { first, last, .. } in runs(places.iter().map(|place| (*place, ()))) {
        tx.execute(
            "UPDATE assets SET priority = ?3, priority_by = ?4 WHERE place BETWEEN ?1 AND ?2",
            params![first, last, priority, by],
        )?;
        tx.execute(
            "UPDATE tasks SET rank = ?3 WHERE place BETWEEN ?1 AND ?2",
            params![first, last, rank],
        )?;
        let touched = tx.rows(
            "SELECT first, last, rank FROM task_ranges
             WHERE project = ?1 AND rank <> ?4 AND last >= ?2 AND first <= ?3
                 AND first >= (SELECT COALESCE(MAX(first), 0) FROM task_ranges WHERE first <= ?2)
             ORDER BY first",
            params![project, first, last, rank],
            read,
        )?;
        for range in touched {
            let part = (range.first.max(first), range.last.min(last));
            cut(tx, project, range, part)?;
            put(tx, project, part, rank)?;
        }
    }
    Ok(())
}
