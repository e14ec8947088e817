//! Exports as durable jobs: what they are, and who works on them.
//!
//! An export is queued, claimed by a worker that holds a lease, written between checkpoints ([`checkpoint`]) and
//! completed. Whoever claims an export whose lease ran out continues at its checkpoint. Its file is kept until it
//! expires.

mod finish;
mod lease;

use insitu_model::{
    export::ExportFormat,
    id::{ApiKeyId, ExportId, OrganizationId, ProjectId, UserId},
    job::JobState,
};

use crate::{
    Error, Listed, Page, Result, Tx,
    value::{Row, params},
};

pub use finish::{cancel, cancelled, complete, expire, fail, with_files};
pub use lease::{Checkpoint, checkpoint, claim, free_all, progress, renew};

/// What an export is told when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExport {
    pub id: ExportId,
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub created_by: UserId,
    /// The key that they came with; none: a session, or an export from before this was kept.
    pub api_key: Option<ApiKeyId>,
    /// Where it was ordered from, as far as that is known.
    pub address: Option<String>,
    pub format: ExportFormat,
    /// JSON: which tasks, and how; the exporter's own words.
    pub options: String,
    /// What the file is called where somebody keeps it.
    pub file_name: String,
    pub created_at: i64,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub new: NewExport,
    pub state: JobState,
    /// A stable code: why it failed or was cancelled.
    pub state_reason: Option<String>,
    /// Written by the exporter: where to continue.
    pub checkpoint: Option<String>,
    pub progress: Progress,
    /// JSON: {"code","message"}
    pub error: Option<String>,
    pub cancel_requested: bool,
    pub lease_owner: Option<String>,
    pub lease_until: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// When its file goes; none where there is no file.
    pub expires_at: Option<i64>,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Tasks that will be exported, as far as that is known.
    pub tasks_total: u64,
    pub tasks_done: u64,
    pub bytes_written: u64,
    /// Lines of the report.
    pub problems: u64,
}

const COLUMNS: &str = "e.id, e.organization, e.project, e.created_by, e.api_key, e.address, e.format, e.options,
    e.file_name, e.created_at, e.state, e.state_reason, e.checkpoint, e.tasks_total, e.tasks_done, e.bytes_written, e.problems,
    e.error, e.cancel_requested, e.lease_owner, e.lease_until, e.started_at, e.finished_at, e.expires_at";

/// Adds an export that waits for its turn; `tasks_total` is how many tasks it will have, as far as that is known.
/// [`Error::TooMany`] while the organization has `most_active` exports on their way.
pub fn insert(tx: &mut Tx, export: &NewExport, tasks_total: u64, most_active: u64) -> Result<()> {
    let e = export;
    crate::projects::number(tx, e.organization, e.project)?;
    let active: u64 = tx
        .cell(
            "SELECT COUNT(*) FROM exports WHERE organization = ?1 AND finished_at IS NULL",
            params![&e.organization],
        )?
        .unwrap_or(0);
    if active >= most_active {
        return Err(Error::TooMany {
            what: "exports",
            of: "of the organization",
        });
    }
    tx.execute(
        "INSERT INTO exports (id, organization, project, created_by, format, options, file_name, state, tasks_total,
             tasks_done, bytes_written, problems, cancel_requested, lease_until, created_at, api_key, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, 0, 0, ?10, ?11, ?12)",
        params![
            &e.id,
            &e.organization,
            &e.project,
            &e.created_by,
            e.format,
            &e.options,
            &e.file_name,
            JobState::Queued,
            tasks_total,
            e.created_at,
            e.api_key.as_ref(),
            e.address.as_deref()
        ],
    )?;
    Ok(())
}

/// The export, unless it is another organization's.
pub fn find(tx: &mut Tx, organization: OrganizationId, id: ExportId) -> Result<Option<Export>> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM exports e WHERE e.id = ?2 AND e.organization = ?1"),
        params![&organization, &id],
        read,
    )
}

/// The export, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, organization: OrganizationId, id: ExportId) -> Result<Export> {
    find(tx, organization, id)?.ok_or_else(|| Error::not_found("export", id))
}

/// The export whose file somebody fetches by its link, which proves the right to it; none when its project is gone.
pub fn by_link(tx: &mut Tx, id: ExportId) -> Result<Option<Export>> {
    tx.row(
        &format!(
            "SELECT {COLUMNS} FROM exports e JOIN projects p ON p.id = e.project
             WHERE e.id = ?1 AND p.deleted_at IS NULL"
        ),
        params![&id],
        read,
    )
}

/// A project's exports, newest first.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    page: Page,
) -> Result<Listed<Export>> {
    crate::projects::number(tx, organization, project)?;
    let total = tx
        .cell(
            "SELECT COUNT(*) FROM exports WHERE project = ?1",
            params![&project],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM exports e WHERE e.project = ?1 ORDER BY e.id DESC LIMIT ?2 OFFSET ?3"
        ),
        params![&project, page.limit(), page.offset()],
        read,
    )?;
    Ok(Listed { rows, total })
}

/// The organization's exports that are still on their way, newest first, up to `limit`.
pub fn list_active(tx: &mut Tx, organization: OrganizationId, limit: u32) -> Result<Vec<Export>> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM exports e JOIN projects p ON p.id = e.project
             WHERE e.organization = ?1 AND e.finished_at IS NULL AND p.deleted_at IS NULL
             ORDER BY e.id DESC LIMIT ?2"
        ),
        params![&organization, limit.clamp(1, crate::limits::MAX_PAGE_ROWS)],
        read,
    )
}

fn read(row: &mut Row<'_>) -> Result<Export> {
    Ok(Export {
        new: NewExport {
            id: row.next()?,
            organization: row.next()?,
            project: row.next()?,
            created_by: row.next()?,
            api_key: row.next()?,
            address: row.next()?,
            format: row.next()?,
            options: row.next()?,
            file_name: row.next()?,
            created_at: row.next()?,
        },
        state: row.next()?,
        state_reason: row.next()?,
        checkpoint: row.next()?,
        progress: Progress {
            tasks_total: row.next()?,
            tasks_done: row.next()?,
            bytes_written: row.next()?,
            problems: row.next()?,
        },
        error: row.next()?,
        cancel_requested: row.next()?,
        lease_owner: row.next()?,
        lease_until: row.next()?,
        started_at: row.next()?,
        finished_at: row.next()?,
        expires_at: row.next()?,
    })
}
