//! Imports as durable jobs: what they are, and who works on them.
//!
//! An import is received (its file arrives), queued, claimed by a worker that holds a lease, written in batches
//! ([`write_batch`]) and completed. Whoever claims an import whose lease ran out continues at its checkpoint.

mod finish;
mod lease;
mod write;

use insitu_model::{
    id::{BatchId, ImportId, OrganizationId, ProjectId, StorageId, UserId},
    import::{ImportState, OnDuplicate, OnError},
};

use crate::{
    Error, Listed, Page, Result, Tx,
    value::{Row, params},
};

pub use finish::{abandon, cancel, cancelled, complete, expire_receiving, fail, is_untidy, tidy_step};
pub use lease::{claim, free_all, hold, put_back, received, renew, renew_receiving, spools_needed};
pub use write::{ImportBatch, ListedSoFar, Written, note_listed, write_batch};

/// What an import is told when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    pub id: ImportId,
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub created_by: UserId,
    /// The name of the file.
    pub name: String,
    /// The storage of rows that name none.
    pub storage: Option<StorageId>,
    /// The batches that every row joins.
    pub batches: Vec<BatchId>,
    pub priority: i32,
    pub on_error: OnError,
    pub on_duplicate: OnDuplicate,
    pub dry_run: bool,
    /// Its rows name files that were uploaded for it: each has to be there.
    pub is_upload: bool,
    /// The format, when the caller named it.
    pub format: Option<String>,
    /// Where the hub keeps the file while it is needed.
    pub spool: String,
    /// What the hub lists to write that file itself, in the importer's own words; none: the file was sent.
    pub source: Option<String>,
    pub created_at: i64,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub new: NewImport,
    pub state: ImportState,
    /// A stable code or a sentence: why it failed or was cancelled.
    pub state_reason: Option<String>,
    /// Written by the importer with each batch: where to continue.
    pub checkpoint: Option<String>,
    /// Written by the importer with each page of a listing: where to continue with that.
    pub listing: Option<String>,
    pub progress: Progress,
    /// JSON: {"code","message","index","offset"}
    pub error: Option<String>,
    pub cancel_requested: bool,
    pub lease_owner: Option<String>,
    pub lease_until: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// How often in a row it could not go on.
    pub tries: u32,
    /// JSON: {"code","message"}: why it waits until `lease_until`.
    pub trouble: Option<String>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub bytes_total: u64,
    /// Files that a listing has found so far.
    pub rows_listed: u64,
    pub bytes_read: u64,
    pub rows_read: u64,
    pub rows_imported: u64,
    pub rows_updated: u64,
    pub rows_skipped: u64,
    pub rows_refused: u64,
    pub rows_noticed: u64,
}

const COLUMNS: &str = "i.id, i.organization, i.project, i.created_by, i.name, i.storage, i.batches, i.priority,
    i.on_error, i.on_duplicate, i.dry_run, i.is_upload, i.format, i.spool, i.source, i.created_at, i.state, i.state_reason, i.checkpoint,
    i.listing, i.bytes_total, i.rows_listed, i.bytes_read, i.rows_read, i.rows_imported, i.rows_updated, i.rows_skipped, i.rows_refused,
    i.rows_noticed, i.error, i.cancel_requested, i.lease_owner, i.lease_until, i.started_at, i.finished_at,
    i.tries, i.trouble";

/// Adds an import in state *receiving*, leased by the hub that receives its file. [`Error::AlreadyExists`] when its
/// assets would share ids with another import's: make another id and try again.
pub fn insert(tx: &mut Tx, import: &NewImport, owner: &str, lease_until: i64) -> Result<()> {
    let i = import;
    crate::projects::number(tx, i.organization, i.project)?;
    let batches = serde_json::to_string(&i.batches).map_err(|error| Error::Database(error.to_string()))?;
    let added = tx.execute(
        "INSERT INTO imports (number, id, asset_prefix, organization, project, created_by, name, storage, batches,
             priority, on_error, on_duplicate, dry_run, format, spool, bytes_total, state, bytes_read, rows_read,
             rows_imported, rows_updated, rows_skipped, rows_refused, refusals, rows_noticed, cancel_requested, discarding,
             lease_owner, lease_until, created_at, is_upload, source)
         SELECT COALESCE(MAX(number), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15,
             0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?16, ?17, ?18, ?19, ?20 FROM imports WHERE number > 0
         ON CONFLICT (asset_prefix) DO NOTHING",
        params![
            &i.id,
            &i.id.asset_prefix(),
            &i.organization,
            &i.project,
            &i.created_by,
            &i.name,
            i.storage.as_ref(),
            &batches,
            i.priority,
            i.on_error,
            i.on_duplicate,
            i.dry_run,
            i.format.as_ref(),
            &i.spool,
            ImportState::Receiving,
            owner,
            lease_until,
            i.created_at,
            i.is_upload,
            i.source.as_ref()
        ],
    )?;
    if added == 0 {
        Err(Error::already_exists("an import", i.id))
    } else {
        Ok(())
    }
}

/// The import, unless it is another organization's.
pub fn find(tx: &mut Tx, organization: OrganizationId, id: ImportId) -> Result<Option<Import>> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM imports i WHERE i.id = ?2 AND i.organization = ?1"),
        params![&organization, &id],
        read,
    )
}

/// The import, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, organization: OrganizationId, id: ImportId) -> Result<Import> {
    find(tx, organization, id)?.ok_or_else(|| Error::not_found("import", id))
}

/// A project's imports, newest first.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    page: Page,
) -> Result<Listed<Import>> {
    crate::projects::number(tx, organization, project)?;
    let total = tx
        .cell(
            "SELECT COUNT(*) FROM imports WHERE project = ?1",
            params![&project],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM imports i WHERE i.project = ?1 ORDER BY i.id DESC LIMIT ?2 OFFSET ?3"
        ),
        params![&project, page.limit(), page.offset()],
        read,
    )?;
    Ok(Listed { rows, total })
}

/// The organization's imports that are still on their way, newest first, up to `limit`.
pub fn list_active(tx: &mut Tx, organization: OrganizationId, limit: u32) -> Result<Vec<Import>> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM imports i JOIN projects p ON p.id = i.project
             WHERE i.organization = ?1 AND i.finished_at IS NULL AND p.deleted_at IS NULL
             ORDER BY i.id DESC LIMIT ?2"
        ),
        params![&organization, limit.clamp(1, crate::limits::MAX_PAGE_ROWS)],
        read,
    )
}

/// What the newest imports of a storage listed that listed anything, each once.
pub fn sources(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    limit: u32,
) -> Result<Vec<String>> {
    tx.rows(
        "SELECT source FROM imports WHERE storage = ?2 AND organization = ?1 AND source IS NOT NULL
         ORDER BY number DESC LIMIT ?3",
        params![
            &organization,
            &storage,
            limit.clamp(1, crate::limits::MAX_PAGE_ROWS)
        ],
        |row| row.next(),
    )
}

fn read(row: &mut Row<'_>) -> Result<Import> {
    Ok(Import {
        new: NewImport {
            id: row.next()?,
            organization: row.next()?,
            project: row.next()?,
            created_by: row.next()?,
            name: row.next()?,
            storage: row.next()?,
            batches: row.json()?,
            priority: row.next()?,
            on_error: row.next()?,
            on_duplicate: row.next()?,
            dry_run: row.next()?,
            is_upload: row.next()?,
            format: row.next()?,
            spool: row.next()?,
            source: row.next()?,
            created_at: row.next()?,
        },
        state: row.next()?,
        state_reason: row.next()?,
        checkpoint: row.next()?,
        listing: row.next()?,
        progress: Progress {
            bytes_total: row.next()?,
            rows_listed: row.next()?,
            bytes_read: row.next()?,
            rows_read: row.next()?,
            rows_imported: row.next()?,
            rows_updated: row.next()?,
            rows_skipped: row.next()?,
            rows_refused: row.next()?,
            rows_noticed: row.next()?,
        },
        error: row.next()?,
        cancel_requested: row.next()?,
        lease_owner: row.next()?,
        lease_until: row.next()?,
        started_at: row.next()?,
        finished_at: row.next()?,
        tries: row.next()?,
        trouble: row.next()?,
    })
}
