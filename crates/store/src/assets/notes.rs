//! Notes: what assets were like before a change of their batches or priority, so that it can be taken back.
//!
//! They are kept in runs: most assets are what their neighbours are, so a million of them are a few thousand notes. Each
//! asset says which change set it last, and whatever else sets it wipes that out. So what somebody changed after a change
//! is not the change's any more, and is left alone when that is taken back.

use std::collections::{BTreeMap, HashMap};

use super::{
    change::set_kinds,
    kinds::{self, Kind},
    read::{COLUMNS, Stored, read},
};
use crate::{
    Error, Result, Tx,
    limits::{MAX_ASSETS_PER_STEP, MAX_NOTES_PER_REMOVAL},
    runs::{Run, runs},
    tasks,
    tx::Column,
    value::params,
};

/// What a change sets, and takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    Batches,
    Priority,
}

/// What an asset was: its kind or priority, and which change had set it.
type Was = (i64, Option<i64>);

/// How far taking back came with one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TakenBack {
    pub(crate) restored: u64,
    /// Somebody changed or deleted them after.
    pub(crate) left: u64,
    pub(crate) is_last: bool,
}

const NOTE_COLUMNS: &[Column] = &[
    Column::int("change"),
    Column::int("first"),
    Column::int("last"),
    Column::int("was"),
    Column::int("was_by"),
];

/// Notes what assets, which are in the order of their places, are before `change` sets them.
pub(super) fn note(tx: &mut Tx, change: i64, aspect: Aspect, rows: &[Stored]) -> Result<()> {
    let was = |row: &Stored| match aspect {
        Aspect::Batches => (row.place, (row.kind, row.batches_by)),
        Aspect::Priority => (row.place, (i64::from(row.priority), row.priority_by)),
    };
    let notes = runs(rows.iter().map(was));
    tx.bulk("asset_change_notes", NOTE_COLUMNS, notes.len(), |nth, values| {
        if let Some(Run { first, last, value }) = notes.get(nth) {
            values.extend_from_slice(params![change, *first, *last, value.0, value.1]);
        }
    })
}

/// How many assets there are notes of.
pub(crate) fn count_noted(tx: &mut Tx, project: i64, change: i64) -> Result<u64> {
    let (first, last) = super::place::of_project(project);
    let count = tx.cell(
        "SELECT CAST(COALESCE(SUM(last - first + 1), 0) AS BIGINT) FROM asset_change_notes
         WHERE change = ?1 AND first BETWEEN ?2 AND ?3",
        params![change, first, last],
    )?;
    Ok(count.unwrap_or(0))
}

/// Gives the next assets of which there are notes, at most [`MAX_ASSETS_PER_STEP`], back what they were, as far as the
/// change was the last to set them, and removes those notes. The caller holds the project's lock.
pub(crate) fn take_back(tx: &mut Tx, project: i64, change: i64, aspect: Aspect) -> Result<TakenBack> {
    let (notes, is_last) = next(tx, project, change)?;
    let mut assets = Vec::new();
    let mut noted = 0;
    for Run { first, last, value } in &notes {
        noted += (last - first + 1).unsigned_abs();
        let set_by = match aspect {
            Aspect::Batches => "batches_by",
            Aspect::Priority => "priority_by",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM assets
             WHERE place BETWEEN ?1 AND ?2 AND {set_by} = ?3 AND deleted_at IS NULL ORDER BY place"
        );
        let params = params![*first, *last, change];
        assets.extend(tx.rows(&sql, params, |row| Ok((read(row)?, *value)))?);
    }
    match aspect {
        Aspect::Batches => restore_batches(tx, project, &assets)?,
        Aspect::Priority => restore_priorities(tx, project, &assets)?,
    }
    if let (Some(first), Some(last)) = (notes.first(), notes.last()) {
        tx.execute(
            "DELETE FROM asset_change_notes WHERE change = ?1 AND first BETWEEN ?2 AND ?3",
            params![change, first.first, last.first],
        )?;
    }
    let restored = assets.len() as u64;
    Ok(TakenBack {
        restored,
        left: noted - restored,
        is_last,
    })
}

/// The next notes of a change, of no more assets than one step changes, and whether they are the last.
fn next(tx: &mut Tx, project: i64, change: i64) -> Result<(Vec<Run<Was>>, bool)> {
    let (first, last) = super::place::of_project(project);
    let mut left = i64::from(MAX_ASSETS_PER_STEP);
    let (mut notes, mut is_last) = (Vec::new(), true);
    tx.visit(
        "SELECT first, last, was, was_by FROM asset_change_notes
         WHERE change = ?1 AND first BETWEEN ?2 AND ?3 ORDER BY first LIMIT ?4",
        params![change, first, last, MAX_ASSETS_PER_STEP + 1],
        |row| {
            let (first, last) = (row.next()?, row.next()?);
            let value = (row.next()?, row.next()?);
            left -= last - first + 1;
            is_last = left >= 0 || notes.is_empty();
            if is_last {
                notes.push(Run { first, last, value });
            }
            Ok(is_last)
        },
    )?;
    Ok((notes, is_last))
}

/// The batches alone: where an asset lies and that it has labels by now stays.
fn restore_batches(tx: &mut Tx, project: i64, assets: &[(Stored, Was)]) -> Result<()> {
    let mut cache = kinds::Cache::default();
    let mut known: HashMap<(i64, i64), i64> = HashMap::new();
    let mut set = Vec::with_capacity(assets.len());
    for (row, (was, was_by)) in assets {
        let kind = match known.get(&(row.kind, *was)) {
            Some(kind) => *kind,
            None => {
                let batches = cache.get(tx, project, *was)?.batches.clone();
                let now = cache.get(tx, project, row.kind)?;
                let new = Kind::new(now.storage, &batches, now.is_pre_labeled);
                let kind = kinds::find_or_insert(tx, project, &new)?;
                known.insert((row.kind, *was), kind);
                kind
            }
        };
        set.push((row, kind, *was_by));
    }
    set_kinds(tx, &set)
}

fn restore_priorities(tx: &mut Tx, project: i64, assets: &[(Stored, Was)]) -> Result<()> {
    let mut places: BTreeMap<Was, Vec<i64>> = BTreeMap::new();
    for (row, was) in assets {
        places.entry(*was).or_default().push(row.place);
    }
    for ((priority, by), places) in places {
        let priority =
            i32::try_from(priority).map_err(|_| Error::Database(format!("no priority: {priority}")))?;
        tasks::set_priority_at(tx, project, &places, (priority, by))?;
    }
    Ok(())
}

/// Removes notes of a change, at most [`MAX_NOTES_PER_REMOVAL`]; whether there are more.
pub(crate) fn forget(tx: &mut Tx, project: i64, change: i64) -> Result<bool> {
    let (first, last) = super::place::of_project(project);
    let end: Option<i64> = tx.cell(
        "SELECT first FROM asset_change_notes WHERE change = ?1 AND first BETWEEN ?2 AND ?3
         ORDER BY first LIMIT 1 OFFSET ?4",
        params![change, first, last, MAX_NOTES_PER_REMOVAL],
    )?;
    tx.execute(
        "DELETE FROM asset_change_notes WHERE change = ?1 AND first BETWEEN ?2 AND ?3",
        params![change, first, end.map_or(last, |end| end - 1)],
    )?;
    Ok(end.is_some())
}
