//! Taking changes back: which can be, what is left to take back, and forgetting it when the time is over.

use insitu_model::id::{AssetChangeId, OrganizationId, ProjectId};

use super::{AssetChange, Change, NewAssetChange, get};
use crate::{
    Error, Result, Tx,
    assets::{self, Aspect, TakenBack},
    limits::UNDONE_WITHIN_MS,
    value::params,
};

/// The change that takes another back. [`Error::Conflict`] where that is none that can be.
pub fn undoing(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    undone: AssetChangeId,
) -> Result<Change> {
    match get(tx, organization, project, undone)?.new.change {
        Change::Delete => Ok(Change::Undo(undone)),
        Change::Batches { .. } => Ok(Change::UndoBatches(undone)),
        Change::Priority(_) => Ok(Change::UndoPriority(undone)),
        _ => Err(conflict(
            undone,
            "took a change back itself; order the change again",
        )),
    }
}

/// How many assets there are to take back. [`Error::Conflict`] where that cannot be.
pub(super) fn count(
    tx: &mut Tx,
    new: &NewAssetChange,
    (number, undone): (i64, AssetChangeId),
) -> Result<u64> {
    let change = get(tx, new.organization, new.project, undone)?;
    if undoing(tx, new.organization, new.project, undone)? != new.change {
        return Err(conflict(undone, "is not taken back so"));
    }
    // What goes on is not taken back meanwhile.
    let Some(finished_at) = change.finished_at else {
        return Err(conflict(undone, "is not over yet"));
    };
    if new.change.aspect().is_none() {
        return assets::count_deleted_by(tx, undone);
    }
    if change.assets_done == 0 {
        return Ok(0);
    }
    let is_in_time = new.created_at - finished_at < UNDONE_WITHIN_MS;
    let Some(change) = change.number.filter(|_| change.is_noted && is_in_time) else {
        return Err(conflict(
            undone,
            "cannot be taken back any more: it was already, or it ended more than a day ago",
        ));
    };
    assets::count_noted(tx, number, change)
}

/// Takes back the next assets. The caller holds the project's lock.
pub(super) fn step(
    tx: &mut Tx,
    new: &NewAssetChange,
    (project, undone): (i64, AssetChangeId),
    aspect: Aspect,
) -> Result<TakenBack> {
    let AssetChange { number, .. } = get(tx, new.organization, new.project, undone)?;
    let Some(number) = number else {
        return Err(conflict(undone, "is from before changes could be taken back"));
    };
    let taken_back = assets::take_back(tx, project, number, aspect)?;
    if taken_back.is_last {
        forgotten(tx, undone)?;
    }
    Ok(taken_back)
}

/// Removes some of what was noted for changes that ended before `now` by more than [`UNDONE_WITHIN_MS`]; whether there is
/// more to remove. Run it in [`crate::Db::claim`].
pub fn forget_step(tx: &mut Tx, now: i64) -> Result<bool> {
    // Whatever takes one of them back meanwhile ends first.
    let old = tx.row(
        "SELECT c.id, c.number, (SELECT p.number FROM projects p WHERE p.id = c.project) FROM asset_changes c
         WHERE c.is_noted = 1 AND c.finished_at <= ?1
             AND NOT EXISTS (SELECT 1 FROM asset_changes u WHERE u.project = c.project AND u.finished_at IS NULL)
         ORDER BY c.finished_at LIMIT 1 /*claim*/",
        params![now - UNDONE_WITHIN_MS],
        |row| {
            let id: AssetChangeId = row.next()?;
            let (number, project): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
            Ok((id, project.zip(number)))
        },
    )?;
    let Some((id, noted)) = old else {
        return Ok(false);
    };
    let has_more = match noted {
        Some((project, number)) => assets::forget(tx, project, number)?,
        None => false,
    };
    if !has_more {
        forgotten(tx, id)?;
    }
    Ok(true)
}

fn forgotten(tx: &mut Tx, id: AssetChangeId) -> Result<()> {
    tx.execute(
        "UPDATE asset_changes SET is_noted = 0 WHERE id = ?1",
        params![&id],
    )?;
    Ok(())
}

fn conflict(undone: AssetChangeId, problem: &'static str) -> Error {
    Error::conflict("change of assets", undone, problem)
}
