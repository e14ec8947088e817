//! One batch of an import: its rows, its refusals and the checkpoint behind them, all or nothing.
//!
//! Whatever happens to the process, a row is imported exactly once: the checkpoint that skips it is committed
//! together with it.

use insitu_model::{
    id::{ImportId, OrganizationId, ProjectId},
    import::{ImportState, OnDuplicate},
};

use super::lease::lost;
use crate::{
    Result, Tx,
    asset_sources::{self, Source},
    assets::{self, IfKnown, NewAsset, Runs, Target},
    import_report::{self, Refusal},
    projects,
    value::params,
};

/// What a worker read since the batch before.
#[derive(Clone, Debug, Default)]
pub struct ImportBatch {
    /// The rows to import, in the order of the list; at most [`crate::limits::MAX_ROWS_PER_BATCH`].
    pub rows: Vec<NewAsset>,
    /// The rows that cannot be imported, in the order of the list.
    pub refusals: Vec<Refusal>,
    /// Places of assets that no batch before named.
    pub sources: Vec<Source>,
    /// Where to continue after this batch; the importer's own words.
    pub checkpoint: String,
    /// Bytes of the list read so far, this batch included.
    pub bytes_read: u64,
    /// Rows of the list read so far, this batch included.
    pub rows_read: u64,
    /// Rows with a notice so far, this batch included.
    pub rows_noticed: u64,
    /// Refused rows in this batch: a row can be refused for several reasons.
    pub rows_refused: u64,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub imported: u64,
    pub updated: u64,
    pub skipped: u64,
    /// Somebody wants the import to stop.
    pub cancel_requested: bool,
}

/// Writes a batch, renews the lease, and forgets what was in the way before. Run it in [`crate::Db::claim`]. [`crate::Error::Conflict`] when the import
/// is not `owner`'s any more: nothing is written then.
pub fn write_batch(
    tx: &mut Tx,
    id: ImportId,
    owner: &str,
    batch: &ImportBatch,
    now: i64,
    lease_until: i64,
) -> Result<Written> {
    let job = lock(tx, id, owner, lease_until)?;
    let project = projects::number(tx, job.organization, job.project)?;
    let target = Target {
        project,
        import: job.number,
        first_ordinal: job.rows_imported,
    };
    let mut written = match (job.if_known(), job.dry_run) {
        (Some(if_known), _) => assets::append_unless_known(tx, target, &batch.rows, if_known, now)?,
        (None, true) => Written {
            imported: batch.rows.len() as u64,
            ..Written::default()
        },
        (None, false) => {
            assets::append(tx, target, batch.rows.iter(), Runs::Many, now)?;
            Written {
                imported: batch.rows.len() as u64,
                ..Written::default()
            }
        }
    };
    written.cancel_requested = job.cancel_requested;
    if !job.dry_run {
        asset_sources::note(tx, job.organization, &batch.sources)?;
    }
    import_report::append(tx, job.number, job.refusals, &batch.refusals)?;
    tx.execute(
        "UPDATE imports SET checkpoint = ?2, bytes_read = ?3, rows_read = ?4, rows_noticed = ?5,
             rows_refused = rows_refused + ?6, refusals = refusals + ?7, rows_imported = rows_imported + ?8,
             rows_updated = rows_updated + ?9, rows_skipped = rows_skipped + ?10, tries = 0, trouble = NULL
         WHERE number = ?1",
        params![
            job.number,
            &batch.checkpoint,
            batch.bytes_read,
            batch.rows_read,
            batch.rows_noticed,
            batch.rows_refused,
            batch.refusals.len() as u64,
            written.imported,
            written.updated,
            written.skipped
        ],
    )?;
    Ok(written)
}

/// How far a bucket was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSoFar {
    /// Where to continue; the importer's own words.
    pub place: String,
    /// Files found so far.
    pub rows: u64,
    /// Bytes of the list written so far.
    pub bytes: u64,
}

/// Notes how far the bucket was listed, renews the lease, and forgets what was in the way before; true when the import is to be cancelled. Run it in
/// [`crate::Db::claim`]. [`crate::Error::Conflict`] when the import is not `owner`'s any more.
pub fn note_listed(
    tx: &mut Tx,
    id: ImportId,
    owner: &str,
    listed: &ListedSoFar,
    lease_until: i64,
) -> Result<bool> {
    let cancel = tx.cell(
        "UPDATE imports SET listing = ?3, rows_listed = ?4, bytes_total = ?5, lease_until = ?6, tries = 0, trouble = NULL
         WHERE id = ?1 AND lease_owner = ?2 AND state = ?7 RETURNING cancel_requested",
        params![
            &id,
            owner,
            &listed.place,
            listed.rows,
            listed.bytes,
            lease_until,
            ImportState::Running
        ],
    )?;
    cancel.ok_or_else(|| lost(id))
}

struct Job {
    number: i64,
    organization: OrganizationId,
    project: ProjectId,
    rows_imported: u64,
    refusals: u64,
    on_duplicate: OnDuplicate,
    dry_run: bool,
    is_upload: bool,
    cancel_requested: bool,
}

impl Job {
    /// What happens to rows that the project has already; none: they are not looked for.
    fn if_known(&self) -> Option<IfKnown> {
        match self.on_duplicate {
            OnDuplicate::Skip => Some(IfKnown::Skip),
            OnDuplicate::Update => Some(IfKnown::Update),
            // A file that was uploaded is one asset, however often it is registered.
            OnDuplicate::Allow => self.is_upload.then_some(IfKnown::SkipSameData),
        }
    }
}

/// Renews the lease first, so that on PostgreSQL nobody takes the import while its batch is written.
fn lock(tx: &mut Tx, id: ImportId, owner: &str, lease_until: i64) -> Result<Job> {
    tx.row(
        "UPDATE imports SET lease_until = ?3 WHERE id = ?1 AND lease_owner = ?2 AND state = ?4
         RETURNING number, organization, project, rows_imported, refusals, on_duplicate, dry_run, is_upload,
             cancel_requested",
        params![&id, owner, lease_until, ImportState::Running],
        |row| {
            Ok(Job {
                number: row.next()?,
                organization: row.next()?,
                project: row.next()?,
                rows_imported: row.next()?,
                refusals: row.next()?,
                on_duplicate: row.next()?,
                dry_run: row.next()?,
                is_upload: row.next()?,
                cancel_requested: row.next()?,
            })
        },
    )?
    .ok_or_else(|| lost(id))
}
