//! Who works on an import: leases that run out when their holder is gone.

use insitu_model::{
    id::{ImportId, OrganizationId},
    import::{ImportState, OnDuplicate},
};

use super::{COLUMNS, Import, read};
use crate::{Error, Result, Tx, value::params};

/// Keeps a receiving import alive while its file arrives, and tells how much has. [`Error::Conflict`] when it was
/// cancelled or given up meanwhile.
pub fn renew_receiving(
    tx: &mut Tx,
    id: ImportId,
    owner: &str,
    bytes_so_far: u64,
    lease_until: i64,
) -> Result<()> {
    let renewed = tx.execute(
        "UPDATE imports SET bytes_total = ?3, lease_until = ?4
         WHERE id = ?1 AND lease_owner = ?2 AND state = ?5 AND cancel_requested = 0",
        params![&id, owner, bytes_so_far, lease_until, ImportState::Receiving],
    )?;
    held(id, renewed)
}

/// The whole file is here: *receiving* becomes *queued*.
pub fn received(tx: &mut Tx, organization: OrganizationId, id: ImportId, bytes_total: u64) -> Result<()> {
    let queued = tx.execute(
        "UPDATE imports SET state = ?4, bytes_total = ?3, lease_owner = NULL, lease_until = 0
         WHERE organization = ?1 AND id = ?2 AND state = ?5 AND cancel_requested = 0",
        params![
            &organization,
            &id,
            bytes_total,
            ImportState::Queued,
            ImportState::Receiving
        ],
    )?;
    held(id, queued)
}

/// Takes the next import that waits or whose worker is gone; those that could not go on come after all others. Run it
/// in [`crate::Db::claim`]: two claimers get two imports. An import with `cancel_requested` is claimed too, to be ended
/// by [`super::cancelled`].
///
/// An import that looks at external IDs waits for those before it in its project, and for those that run: what they
/// bring is not visible yet, and it would bring it again. One that registers uploads waits for its likes alone.
pub fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Import>> {
    let id: Option<ImportId> = tx.cell(
        "SELECT id FROM imports i WHERE finished_at IS NULL AND (state = ?1 OR state = ?2) AND lease_until < ?3
             AND (on_duplicate = ?4 AND is_upload = 0 OR cancel_requested = 1 OR NOT EXISTS (
                 SELECT 1 FROM imports o WHERE o.project = i.project AND o.finished_at IS NULL
                     AND (i.on_duplicate <> ?4 OR o.is_upload = 1)
                     AND (o.number < i.number AND (o.state = ?1 OR o.state = ?2)
                         OR o.number > i.number AND o.state = ?2 AND o.lease_until >= ?3)))
         ORDER BY CASE WHEN trouble IS NULL THEN 0 ELSE 1 END, tries, number LIMIT 1 /*claim*/",
        params![
            ImportState::Queued,
            ImportState::Running,
            now,
            OnDuplicate::Allow
        ],
    )?;
    let Some(id) = id else { return Ok(None) };
    tx.execute(
        "UPDATE imports SET state = ?2, lease_owner = ?3, lease_until = ?4, started_at = COALESCE(started_at, ?5)
         WHERE id = ?1",
        params![&id, ImportState::Running, owner, lease_until, now],
    )?;
    tx.row(
        &format!("SELECT {COLUMNS} FROM imports i WHERE i.id = ?1"),
        params![&id],
        read,
    )
}

/// Keeps a lease between batches; true when the import is to be cancelled. [`Error::Conflict`] when somebody else
/// has the import now.
pub fn renew(tx: &mut Tx, id: ImportId, owner: &str, lease_until: i64) -> Result<bool> {
    let cancel = tx.cell(
        "UPDATE imports SET lease_until = ?3 WHERE id = ?1 AND lease_owner = ?2 AND state = ?4
         RETURNING cancel_requested",
        params![&id, owner, lease_until, ImportState::Running],
    )?;
    cancel.ok_or_else(|| lost(id))
}

/// Lets nobody end the import before this transaction is over. [`Error::Conflict`] when it has ended.
pub fn hold(tx: &mut Tx, id: ImportId) -> Result<()> {
    let held = tx.execute(
        "UPDATE imports SET lease_until = lease_until WHERE id = ?1 AND finished_at IS NULL",
        params![&id],
    )?;
    if held == 0 { Err(lost(id)) } else { Ok(()) }
}

/// Gives an import back that cannot go on before `due_at`, for the reason `trouble` (JSON). What else of its storage waits
/// to be listed, as `is_listing` tells, waits as long, so that a bucket that hangs does not keep one worker after the
/// other. [`Error::Conflict`] when somebody else has the import now. Run it in [`crate::Db::claim`].
pub fn put_back(
    tx: &mut Tx,
    import: &Import,
    owner: &str,
    (trouble, due_at): (&str, i64),
    is_listing: impl Fn(&Import) -> bool,
) -> Result<()> {
    let new = &import.new;
    let given_back = tx.execute(
        "UPDATE imports SET state = ?3, lease_owner = NULL, tries = tries + 1, trouble = ?4,
             lease_until = CASE WHEN cancel_requested = 1 THEN 0 ELSE CAST(?5 AS BIGINT) END
         WHERE id = ?1 AND lease_owner = ?2 AND state = ?6",
        params![
            &new.id,
            owner,
            ImportState::Queued,
            trouble,
            due_at,
            ImportState::Running
        ],
    )?;
    if given_back == 0 {
        return Err(lost(new.id));
    }
    let waiting = tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM imports i
             WHERE organization = ?1 AND storage = ?2 AND finished_at IS NULL AND state = ?4 AND source IS NOT NULL
                 AND cancel_requested = 0 AND lease_until < ?3 ORDER BY number"
        ),
        params![
            &new.organization,
            new.storage.as_ref(),
            due_at,
            ImportState::Queued
        ],
        read,
    )?;
    for other in waiting.iter().filter(|other| is_listing(other)) {
        tx.execute(
            "UPDATE imports SET lease_until = ?2, trouble = COALESCE(trouble, ?3)
             WHERE id = ?1 AND state = ?4 AND cancel_requested = 0",
            params![&other.new.id, due_at, trouble, ImportState::Queued],
        )?;
    }
    Ok(())
}

/// Ends the leases of imports that were made before `started`, for a hub that knows itself to be the only one.
pub fn free_all(tx: &mut Tx, started: i64) -> Result<()> {
    tx.execute(
        "UPDATE imports SET lease_until = 0 WHERE finished_at IS NULL AND created_at < ?1",
        params![started],
    )?;
    Ok(())
}

/// Where the files are that imports on their way still need.
pub fn spools_needed(tx: &mut Tx) -> Result<Vec<String>> {
    tx.rows(
        "SELECT spool FROM imports WHERE finished_at IS NULL",
        params![],
        |row| row.next(),
    )
}

/// Why a worker must stop.
pub(super) fn lost(id: ImportId) -> Error {
    Error::conflict("import", id, "is not this worker's any more; stop working on it")
}

fn held(id: ImportId, rows: u64) -> Result<()> {
    if rows == 0 {
        Err(Error::conflict("import", id, "is not being received any more"))
    } else {
        Ok(())
    }
}
