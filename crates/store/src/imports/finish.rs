//! How imports end: completed, failed or cancelled, and what is removed afterwards.

use insitu_model::{
    id::{ImportId, OrganizationId, ProjectId},
    import::ImportState,
};

use super::{COLUMNS, Import, get, lease::lost, read};
use crate::{Error, Result, Tx, assets, limits::MAX_ROWS_PER_DISCARD, projects, value::params};

/// Ends an import well: all its assets become visible, and its updates are applied, at once. A dry run leaves
/// nothing. Run it in [`crate::Db::claim`].
pub fn complete(tx: &mut Tx, id: ImportId, owner: &str, now: i64) -> Result<()> {
    let ended = tx.row(
        "UPDATE imports SET state = ?4, finished_at = ?3, lease_owner = NULL, lease_until = 0,
             discarding = dry_run
         WHERE id = ?1 AND lease_owner = ?2 AND state = ?5 RETURNING number, organization, project, dry_run",
        params![&id, owner, now, ImportState::Completed, ImportState::Running],
        |row| {
            Ok((
                row.next::<i64>()?,
                row.next::<OrganizationId>()?,
                row.next::<ProjectId>()?,
                row.next::<bool>()?,
            ))
        },
    )?;
    let (number, organization, project, dry_run) = ended.ok_or_else(|| lost(id))?;
    if dry_run {
        return Ok(());
    }
    let project = projects::number(tx, organization, project)?;
    assets::reveal(tx, project, number)
}

/// Ends an import badly: nothing of it ever becomes visible. `error` is JSON.
pub fn fail(tx: &mut Tx, id: ImportId, owner: &str, reason: &str, error: &str, now: i64) -> Result<()> {
    end(
        tx,
        id,
        Some(owner),
        ImportState::Failed,
        (reason, Some(error)),
        now,
    )
}

/// Ends a running import that somebody cancelled; its worker calls this.
pub fn cancelled(tx: &mut Tx, id: ImportId, owner: &str, reason: &str, now: i64) -> Result<()> {
    end(tx, id, Some(owner), ImportState::Cancelled, (reason, None), now)
}

/// Gives up an import whose file did not arrive whole. `error` is JSON.
pub fn abandon(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ImportId,
    reason: &str,
    error: &str,
    now: i64,
) -> Result<()> {
    let import = get(tx, organization, id)?;
    if import.state != ImportState::Receiving {
        return Err(Error::conflict("import", id, "is not being received any more"));
    }
    end(tx, id, None, ImportState::Failed, (reason, Some(error)), now)
}

/// Stops an import: at once when nobody works on it yet, else as soon as its worker notices. The import as it is
/// then; one that has ended stays as it is.
pub fn cancel(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ImportId,
    reason: &str,
    now: i64,
) -> Result<Import> {
    let import = get(tx, organization, id)?;
    match import.state {
        ImportState::Receiving | ImportState::Queued => {
            end(tx, id, None, ImportState::Cancelled, (reason, None), now)?;
        }
        ImportState::Running => {
            tx.execute(
                "UPDATE imports SET cancel_requested = 1 WHERE id = ?1",
                params![&id],
            )?;
        }
        ImportState::Completed | ImportState::Failed | ImportState::Cancelled => {}
    }
    get(tx, organization, id)
}

/// Gives up imports whose receiving hub is gone (its lease ran out); those that were given up. `error` is JSON.
pub fn expire_receiving(tx: &mut Tx, reason: &str, error: &str, now: i64) -> Result<Vec<Import>> {
    let gone = tx.rows(
        &format!("SELECT {COLUMNS} FROM imports i WHERE i.finished_at IS NULL AND i.state = ?1 AND i.lease_until < ?2 LIMIT 100"),
        params![ImportState::Receiving, now],
        read,
    )?;
    for import in &gone {
        end(
            tx,
            import.new.id,
            None,
            ImportState::Failed,
            (reason, Some(error)),
            now,
        )?;
    }
    Ok(gone)
}

/// Does a bounded part of what imports leave to do: removes what failed, cancelled and dry ones wrote, and merges the
/// names of completed ones. False when nothing is left. Call it between other work until it answers false. Run it in
/// [`crate::Db::claim`].
pub fn tidy_step(tx: &mut Tx) -> Result<bool> {
    let discarding: Option<i64> = tx.cell(
        "SELECT number FROM imports WHERE discarding = 1 ORDER BY number LIMIT 1 /*claim*/",
        &[],
    )?;
    let Some(import) = discarding else {
        return assets::merge_step(tx);
    };
    if !assets::discard(tx, import, MAX_ROWS_PER_DISCARD)? {
        tx.execute(
            "UPDATE imports SET discarding = 0 WHERE number = ?1",
            params![import],
        )?;
    }
    Ok(true)
}

/// Whether [`tidy_step`] has something to do.
pub fn is_untidy(tx: &mut Tx) -> Result<bool> {
    let discarding: Option<i64> = tx.cell("SELECT number FROM imports WHERE discarding = 1 LIMIT 1", &[])?;
    Ok(discarding.is_some() || assets::has_to_merge(tx)?)
}

fn end(
    tx: &mut Tx,
    id: ImportId,
    owner: Option<&str>,
    state: ImportState,
    (reason, error): (&str, Option<&str>),
    now: i64,
) -> Result<()> {
    let ended = tx.execute(
        "UPDATE imports SET state = ?3, state_reason = ?4, error = ?5, finished_at = ?6, lease_owner = NULL,
             lease_until = 0, discarding = 1
         WHERE id = ?1 AND finished_at IS NULL AND (lease_owner = ?2 OR CAST(?2 AS TEXT) IS NULL)",
        params![&id, owner, state, reason, error, now],
    )?;
    if ended == 0 { Err(lost(id)) } else { Ok(()) }
}
