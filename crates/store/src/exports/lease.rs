//! Who works on an export, and how far they have come.

use insitu_model::{id::ExportId, job::JobState};

use super::{COLUMNS, Export, read};
use crate::{
    Error, Result, Tx,
    export_problems::{self, Problem},
    value::params,
};

/// What is known to be kept of an export's file, and what was met since the checkpoint before.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// Where to continue; the exporter's own words.
    pub text: String,
    /// Tasks that were exported so far.
    pub tasks_done: u64,
    /// Bytes of the file so far.
    pub bytes_written: u64,
    /// What is to be reported since the checkpoint before, in the order of the tasks.
    pub problems: Vec<Problem>,
}

/// Takes the next export that waits or whose worker is gone. Run it in [`crate::Db::claim`]: two claimers get two
/// exports. An export with `cancel_requested` is claimed too, to be ended by [`super::cancelled`].
pub fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Export>> {
    let id: Option<ExportId> = tx.cell(
        "SELECT id FROM exports WHERE finished_at IS NULL AND lease_until < ?1 ORDER BY id LIMIT 1 /*claim*/",
        params![now],
    )?;
    let Some(id) = id else { return Ok(None) };
    tx.execute(
        "UPDATE exports SET state = ?2, lease_owner = ?3, lease_until = ?4, started_at = COALESCE(started_at, ?5)
         WHERE id = ?1",
        params![&id, JobState::Running, owner, lease_until, now],
    )?;
    tx.row(
        &format!("SELECT {COLUMNS} FROM exports e WHERE e.id = ?1"),
        params![&id],
        read,
    )
}

/// Writes down where the next worker would continue, and renews the lease; true when the export is to be cancelled.
/// Run it in [`crate::Db::claim`]. [`Error::Conflict`] when somebody else has the export now: nothing is written then.
pub fn checkpoint(
    tx: &mut Tx,
    id: ExportId,
    owner: &str,
    checkpoint: &Checkpoint,
    lease_until: i64,
) -> Result<bool> {
    let (cancel, position) = tx
        .row(
            "UPDATE exports SET checkpoint = ?3, tasks_done = ?4, bytes_written = ?5, lease_until = ?6
             WHERE id = ?1 AND lease_owner = ?2 AND state = ?7 RETURNING cancel_requested, problems",
            params![
                &id,
                owner,
                &checkpoint.text,
                checkpoint.tasks_done,
                checkpoint.bytes_written,
                lease_until,
                JobState::Running
            ],
            |row| Ok((row.next::<bool>()?, row.next::<u64>()?)),
        )?
        .ok_or_else(|| lost(id))?;
    if !checkpoint.problems.is_empty() {
        export_problems::append(tx, id, position, &checkpoint.problems)?;
        tx.execute(
            "UPDATE exports SET problems = problems + ?2 WHERE id = ?1",
            params![&id, checkpoint.problems.len() as u64],
        )?;
    }
    Ok(cancel)
}

/// Keeps a lease between checkpoints and shows how far the work is; true when the export is to be cancelled.
/// [`Error::Conflict`] when somebody else has the export now.
pub fn progress(
    tx: &mut Tx,
    id: ExportId,
    owner: &str,
    (tasks_done, bytes_written): (u64, u64),
    lease_until: i64,
) -> Result<bool> {
    tx.cell(
        "UPDATE exports SET tasks_done = ?3, bytes_written = ?4, lease_until = ?5
         WHERE id = ?1 AND lease_owner = ?2 AND state = ?6 RETURNING cancel_requested",
        params![
            &id,
            owner,
            tasks_done,
            bytes_written,
            lease_until,
            JobState::Running
        ],
    )?
    .ok_or_else(|| lost(id))
}

/// Keeps a lease, or gives it back with a `lease_until` of 0. [`Error::Conflict`] when somebody else has the export.
pub fn renew(tx: &mut Tx, id: ExportId, owner: &str, lease_until: i64) -> Result<()> {
    let renewed = tx.execute(
        "UPDATE exports SET lease_until = ?3 WHERE id = ?1 AND lease_owner = ?2 AND state = ?4",
        params![&id, owner, lease_until, JobState::Running],
    )?;
    if renewed == 0 { Err(lost(id)) } else { Ok(()) }
}

/// Ends the leases of exports that were made before `started`, for a hub that knows itself to be the only one.
pub fn free_all(tx: &mut Tx, started: i64) -> Result<()> {
    tx.execute(
        "UPDATE exports SET lease_until = 0 WHERE finished_at IS NULL AND created_at < ?1",
        params![started],
    )?;
    Ok(())
}

/// Why a worker must stop.
pub(super) fn lost(id: ExportId) -> Error {
    Error::conflict("export", id, "is not this worker's any more; stop working on it")
}
