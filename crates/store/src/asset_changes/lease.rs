//! Who works on a change of many assets, a step at a time, and how it ends.

use insitu_model::{id::AssetChangeId, job::JobState};

use super::{AssetChange, COLUMNS, Change, read, undo};
use crate::{
    Error, Result, Tx,
    assets::{self, Aspect, AssetFilter},
    limits::MAX_ASSETS_PER_STEP,
    projects, tasks,
    value::params,
};

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There are more assets.
    More,
    /// Every asset is changed, and the change completed.
    Completed,
    /// Somebody wants it stopped.
    CancelRequested,
}

/// Takes the next change that waits or whose worker is gone. Run it in [`crate::Db::claim`].
pub fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<AssetChange>> {
    let id: Option<AssetChangeId> = tx.cell(
        "SELECT id FROM asset_changes WHERE finished_at IS NULL AND lease_until < ?1 ORDER BY id LIMIT 1 /*claim*/",
        params![now],
    )?;
    let Some(id) = id else { return Ok(None) };
    tx.execute(
        "UPDATE asset_changes SET state = ?2, lease_owner = ?3, lease_until = ?4, started_at = COALESCE(started_at, ?5)
         WHERE id = ?1",
        params![&id, JobState::Running, owner, lease_until, now],
    )?;
    tx.row(
        &format!("SELECT {COLUMNS} FROM asset_changes WHERE id = ?1"),
        params![&id],
        read,
    )
}

/// Changes the next assets, at most [`MAX_ASSETS_PER_STEP`], notes how far it came and renews the lease, all or
/// nothing. Run it in [`crate::Db::claim`]. [`Error::Conflict`] when somebody else has the change now,
/// [`Error::NotUnderstood`] when another version of this program ordered it.
pub fn step(tx: &mut Tx, change: &AssetChange, owner: &str, (now, lease_until): (i64, i64)) -> Result<Step> {
    let (id, new) = (change.new.id, &change.new);
    let number = projects::number(tx, new.organization, new.project)?;
    assets::lock(tx, number)?;
    if new.change.aspect() == Some(Aspect::Priority) {
        // Whoever sets priorities of tasks waits, too: what is noted is what is changed.
        tasks::lock(tx, number)?;
    }
    let (cancel, last, end, filter) = tx
        .row(
            "SELECT cancel_requested, last_place, end_place, filter FROM asset_changes
             WHERE id = ?1 AND lease_owner = ?2 AND state = ?3",
            params![&id, owner, JobState::Running],
            |row| {
                Ok((
                    row.next::<bool>()?,
                    row.next::<i64>()?,
                    row.next::<i64>()?,
                    row.next::<String>()?,
                ))
            },
        )?
        .ok_or_else(|| lost(id))?;
    if cancel {
        return Ok(Step::CancelRequested);
    }
    let not_understood = || Error::NotUnderstood {
        what: "change of assets",
        id: id.to_string(),
    };
    let filter: AssetFilter = serde_json::from_str(&filter).map_err(|_| not_understood())?;
    if new.change == Change::Unknown {
        return Err(not_understood());
    }
    let done = do_next(tx, change, (number, &filter), (last, end), now)?;
    tx.execute(
        "UPDATE asset_changes SET last_place = ?2, assets_done = assets_done + ?3, assets_left = assets_left + ?4,
             lease_until = ?5 WHERE id = ?1",
        params![&id, done.last, done.changed, done.left, lease_until],
    )?;
    if done.is_last {
        end_well(tx, id, owner, now)?;
        return Ok(Step::Completed);
    }
    Ok(Step::More)
}

/// What one step did.
struct Done {
    changed: u64,
    left: u64,
    /// The place to go on behind.
    last: i64,
    is_last: bool,
}

fn do_next(
    tx: &mut Tx,
    change: &AssetChange,
    (project, filter): (i64, &AssetFilter),
    (last, end): (i64, i64),
    now: i64,
) -> Result<Done> {
    let new = &change.new;
    if let Some(undone) = new.change.undoes()
        && let Some(aspect) = new.change.aspect()
    {
        let taken_back = undo::step(tx, new, (project, undone), aspect)?;
        return Ok(Done {
            changed: taken_back.restored,
            left: taken_back.left,
            last,
            is_last: taken_back.is_last,
        });
    }
    let (rows, next) = match &new.change {
        Change::Undo(undone) => {
            let rows = assets::deleted_by(tx, *undone, last, MAX_ASSETS_PER_STEP)?;
            let is_last = rows.len() < MAX_ASSETS_PER_STEP as usize;
            let next = rows.last().filter(|_| !is_last).map(|row| row.place());
            (rows, next)
        }
        _ => assets::between(tx, project, filter, (last, end), MAX_ASSETS_PER_STEP)?,
    };
    assets::apply(
        tx,
        project,
        &rows,
        (Some((new.id, change.number)), &new.change),
        now,
    )?;
    if new.change.aspect().is_some() && change.number.is_some() && !rows.is_empty() {
        tx.execute(
            "UPDATE asset_changes SET is_noted = 1 WHERE id = ?1 AND is_noted = 0",
            params![&new.id],
        )?;
    }
    Ok(Done {
        changed: rows.len() as u64,
        left: 0,
        last: next.or(rows.last().map(|row| row.place())).unwrap_or(last),
        is_last: next.is_none(),
    })
}

/// Ends a change badly. `error` is JSON. What it changed so far stays changed.
pub fn fail(tx: &mut Tx, id: AssetChangeId, owner: &str, error: &str, now: i64) -> Result<()> {
    end(tx, id, Some(owner), JobState::Failed, Some(error), now)
}

/// Ends a running change that somebody cancelled; its worker calls this.
pub fn cancelled(tx: &mut Tx, id: AssetChangeId, owner: &str, now: i64) -> Result<()> {
    end(tx, id, Some(owner), JobState::Cancelled, None, now)
}

/// Ends the leases of all changes, for a hub that knows itself to be the only one.
pub fn free_all(tx: &mut Tx) -> Result<()> {
    tx.execute(
        "UPDATE asset_changes SET lease_until = 0 WHERE finished_at IS NULL",
        params![],
    )?;
    Ok(())
}

fn end_well(tx: &mut Tx, id: AssetChangeId, owner: &str, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE asset_changes SET assets_total = assets_done + assets_left WHERE id = ?1",
        params![&id],
    )?;
    end(tx, id, Some(owner), JobState::Completed, None, now)
}

pub(super) fn end(
    tx: &mut Tx,
    id: AssetChangeId,
    owner: Option<&str>,
    state: JobState,
    error: Option<&str>,
    now: i64,
) -> Result<()> {
    let ended = tx.execute(
        "UPDATE asset_changes SET state = ?3, error = ?4, finished_at = ?5, lease_owner = NULL, lease_until = 0
         WHERE id = ?1 AND finished_at IS NULL AND (lease_owner = ?2 OR CAST(?2 AS TEXT) IS NULL)",
        params![&id, owner, state, error, now],
    )?;
    if ended == 0 { Err(lost(id)) } else { Ok(()) }
}

fn lost(id: AssetChangeId) -> Error {
    Error::conflict(
        "change of assets",
        id,
        "is not this worker's any more; stop working on it",
    )
}
