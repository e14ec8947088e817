//! How exports end: completed, failed or cancelled, and when their files go.

use insitu_model::{
    id::{ExportId, OrganizationId},
    job::JobState,
};

use super::{Checkpoint, Export, get, lease, lease::lost};
use crate::{Result, Tx, value::params};

/// Ends an export well: its file is whole, and kept until `expires_at`. Run it in [`crate::Db::claim`].
pub fn complete(
    tx: &mut Tx,
    id: ExportId,
    owner: &str,
    last: &Checkpoint,
    now: i64,
    expires_at: i64,
) -> Result<()> {
    lease::checkpoint(tx, id, owner, last, 0)?;
    let ended = tx.execute(
        "UPDATE exports SET state = ?3, tasks_total = tasks_done, checkpoint = NULL, finished_at = ?4,
             expires_at = ?5, lease_owner = NULL
         WHERE id = ?1 AND lease_owner = ?2",
        params![&id, owner, JobState::Completed, now, expires_at],
    )?;
    if ended == 0 { Err(lost(id)) } else { Ok(()) }
}

/// Ends an export badly: there is no file. `error` is JSON.
pub fn fail(tx: &mut Tx, id: ExportId, owner: &str, reason: &str, error: &str, now: i64) -> Result<()> {
    end(tx, id, Some(owner), JobState::Failed, (reason, Some(error)), now)
}

/// Ends a running export that somebody cancelled; its worker calls this.
pub fn cancelled(tx: &mut Tx, id: ExportId, owner: &str, reason: &str, now: i64) -> Result<()> {
    end(tx, id, Some(owner), JobState::Cancelled, (reason, None), now)
}

/// Stops an export: at once when nobody works on it yet, else as soon as its worker notices. The export as it is
/// then; one that has ended stays as it is.
pub fn cancel(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ExportId,
    reason: &str,
    now: i64,
) -> Result<Export> {
    match get(tx, organization, id)?.state {
        JobState::Queued => end(tx, id, None, JobState::Cancelled, (reason, None), now)?,
        JobState::Running => {
            tx.execute(
                "UPDATE exports SET cancel_requested = 1 WHERE id = ?1",
                params![&id],
            )?;
        }
        JobState::Completed | JobState::Failed | JobState::Cancelled => {}
    }
    get(tx, organization, id)
}

/// Marks the files as gone that have expired by now, or whose projects are deleted; the exports that they were of, up
/// to a hundred.
pub fn expire(tx: &mut Tx, now: i64) -> Result<Vec<ExportId>> {
    let gone = tx.rows(
        "SELECT e.id FROM exports e JOIN projects p ON p.id = e.project
         WHERE e.expires_at IS NOT NULL AND (e.expires_at < ?1 OR p.deleted_at IS NOT NULL) LIMIT 100",
        params![now],
        |row| row.next(),
    )?;
    for id in &gone {
        tx.execute("UPDATE exports SET expires_at = NULL WHERE id = ?1", params![id])?;
    }
    Ok(gone)
}

/// The exports of which files are needed: those on their way, and those whose file is whole (true) and has not expired.
pub fn with_files(tx: &mut Tx) -> Result<Vec<(ExportId, bool)>> {
    tx.rows(
        "SELECT id, 0 FROM exports WHERE finished_at IS NULL
         UNION ALL SELECT id, 1 FROM exports WHERE expires_at IS NOT NULL",
        params![],
        |row| Ok((row.next()?, row.next()?)),
    )
}

fn end(
    tx: &mut Tx,
    id: ExportId,
    owner: Option<&str>,
    state: JobState,
    (reason, error): (&str, Option<&str>),
    now: i64,
) -> Result<()> {
    let ended = tx.execute(
        "UPDATE exports SET state = ?3, state_reason = ?4, error = ?5, finished_at = ?6, checkpoint = NULL,
             lease_owner = NULL, lease_until = 0
         WHERE id = ?1 AND finished_at IS NULL AND (lease_owner = ?2 OR CAST(?2 AS TEXT) IS NULL)",
        params![&id, owner, state, reason, error, now],
    )?;
    if ended == 0 { Err(lost(id)) } else { Ok(()) }
}
