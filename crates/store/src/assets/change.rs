//! Changes to assets that are there.

use std::collections::HashMap;

use insitu_model::id::{AssetChangeId, AssetId, BatchId, OrganizationId, ProjectId};

use super::{
    AssetState,
    blocks::Changes,
    kinds::{self, Kind},
    lookup::stored_of,
    notes::{self, Aspect},
    place::lock,
    pre_labels::PreLabels,
    probes,
    read::Stored,
};
use crate::{
    Error, Result, Tx,
    asset_changes::Change,
    batches,
    limits::MAX_ASSETS_PER_CALL,
    projects,
    runs::{Run, runs},
    tasks,
    value::params,
};

/// The job that changes assets: its id, and the number by which notes and assets call it.
pub(crate) type Job = (AssetChangeId, Option<i64>);

/// Deletes assets softly; how many of `ids` were there. Run it in [`crate::Db::claim`].
pub fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    ids: &[AssetId],
    now: i64,
) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    check_count(ids)?;
    lock(tx, number)?;
    let rows = stored_of(tx, number, ids, AssetState::Active)?;
    apply(tx, number, &rows, (None, &Change::Delete), now)?;
    Ok(rows.len() as u64)
}

/// Puts assets into batches, beside those they are in; how many of `ids` were there. Run it in
/// [`crate::Db::claim`].
pub fn assign_batches(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    ids: &[AssetId],
    into: &[BatchId],
) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    check_count(ids)?;
    let known = batches::list(tx, organization, project)?;
    if let Some(unknown) = into.iter().find(|id| known.iter().all(|batch| batch.id != **id)) {
        return Err(Error::not_found("batch", unknown));
    }
    lock(tx, number)?;
    let rows = stored_of(tx, number, ids, AssetState::Active)?;
    rebatch(tx, number, &rows, (into, &[]), None)?;
    Ok(rows.len() as u64)
}

/// Does one thing to assets, which are in the state that it concerns and in the order of their places. `by` is the job
/// that does it. The caller holds the project's lock.
pub(crate) fn apply(
    tx: &mut Tx,
    project: i64,
    rows: &[Stored],
    (by, change): (Option<Job>, &Change),
    now: i64,
) -> Result<()> {
    let number = by.and_then(|(_, number)| number);
    match change {
        Change::Batches { add, remove } => rebatch(tx, project, rows, (add, remove), number),
        Change::Priority(priority) => {
            if let Some(number) = number {
                notes::note(tx, number, Aspect::Priority, rows)?;
            }
            let places: Vec<i64> = rows.iter().map(|row| row.place).collect();
            tasks::set_priority_at(tx, project, &places, (*priority, number))
        }
        Change::Delete => {
            let mut changes = Changes::default();
            for row in rows {
                tx.execute(
                    "UPDATE assets SET deleted_at = ?2, deleted_by = ?3 WHERE place = ?1",
                    params![row.place, now, by.as_ref().map(|(id, _)| id)],
                )?;
                probes::forget_failure(tx, row.place)?;
                changes.add(row.place, row.kind, -1, 1);
                tasks::asset_deleted(tx, row.place)?;
            }
            changes.write(tx)
        }
        Change::Restore | Change::Undo(_) => {
            let mut changes = Changes::default();
            for row in rows {
                tx.execute(
                    "UPDATE assets SET deleted_at = NULL, deleted_by = NULL WHERE place = ?1",
                    params![row.place],
                )?;
                changes.add(row.place, row.kind, 1, -1);
                tasks::asset_restored(tx, project, row.place, row.priority)?;
            }
            changes.write(tx)
        }
        // What is taken back with these is told by notes.
        Change::UndoBatches(_) | Change::UndoPriority(_) | Change::Unknown => Ok(()),
    }
}

fn rebatch(
    tx: &mut Tx,
    project: i64,
    rows: &[Stored],
    (add, remove): (&[BatchId], &[BatchId]),
    by: Option<i64>,
) -> Result<()> {
    if let Some(number) = by {
        notes::note(tx, number, Aspect::Batches, rows)?;
    }
    let mut known: HashMap<i64, i64> = HashMap::new();
    let mut set = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = match known.get(&row.kind) {
            Some(kind) => *kind,
            None => {
                let old = kinds::get(tx, project, row.kind)?;
                let mut batches = [&old.batches[..], add].concat();
                batches.retain(|batch| !remove.contains(batch));
                let new = Kind::new(old.storage, &batches, old.is_pre_labeled);
                let kind = kinds::find_or_insert(tx, project, &new)?;
                known.insert(row.kind, kind);
                kind
            }
        };
        set.push((row, kind, by));
    }
    set_kinds(tx, &set)
}

/// Gives assets, in the order of their places, other kinds, and notes which change set their batches.
pub(super) fn set_kinds(tx: &mut Tx, set: &[(&Stored, i64, Option<i64>)]) -> Result<()> {
    let others = set
        .iter()
        .filter(|(row, kind, by)| *kind != row.kind || *by != row.batches_by);
    for Run { first, last, value } in runs(others.map(|(row, kind, by)| (row.place, (*kind, *by)))) {
        tx.execute(
            "UPDATE assets SET kind = ?3, batches_by = ?4 WHERE place BETWEEN ?1 AND ?2",
            params![first, last, value.0, value.1],
        )?;
    }
    let mut changes = Changes::default();
    for (row, kind, _) in set.iter().filter(|(row, kind, _)| *kind != row.kind) {
        changes.add(row.place, row.kind, -1, 0);
        changes.add(row.place, *kind, 1, 0);
    }
    changes.write(tx)
}

/// Puts labels beside an asset as those that it came with, in place of the ones before. The caller holds the project's
/// lock.
pub(crate) fn pre_label(tx: &mut Tx, project: i64, place: i64, labels: &PreLabels<'_>) -> Result<()> {
    let row = tx.row(
        "SELECT kind, extra FROM assets WHERE place = ?1 AND deleted_at IS NULL",
        params![place],
        |row| Ok((row.next::<i64>()?, row.next::<Option<String>>()?)),
    )?;
    let Some((old_kind, extra)) = row else {
        return Err(Error::not_found("asset at", place));
    };
    let old = kinds::get(tx, project, old_kind)?;
    let new = Kind::new(old.storage, &old.batches, true);
    let kind = kinds::find_or_insert(tx, project, &new)?;
    tx.execute(
        "UPDATE assets SET kind = ?2, extra = ?3 WHERE place = ?1",
        params![place, kind, &labels.beside(extra.as_deref())],
    )?;
    if kind != old_kind {
        let mut changes = Changes::default();
        changes.add(place, old_kind, -1, 0);
        changes.add(place, kind, 1, 0);
        changes.write(tx)?;
    }
    Ok(())
}

fn check_count(ids: &[AssetId]) -> Result<()> {
    if ids.len() > MAX_ASSETS_PER_CALL {
        return Err(Error::Refused {
            what: "the list of assets",
            problem: "it names more than 1000; send several",
        });
    }
    Ok(())
}
