//! An import as the API shows it.

use insitu_model::import::ImportState;
use insitu_store::imports::Import;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::http::time::iso;
use crate::api::http::words;
use crate::jobs::import;

/// An import as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Import)]
pub struct ImportView {
    #[serde(rename = "_id")]
    pub id: String,
    pub project: String,
    /// The file's name.
    pub name: String,
    /// `receiving`, `queued`, `running`, `completed`, `failed` or `cancelled`
    #[schema(value_type = words::ImportState)]
    pub state: &'static str,
    /// The code of why it failed or was cancelled.
    pub state_reason: Option<String>,
    pub dry_run: bool,
    /// `skip` or `refuse`
    #[schema(value_type = words::OnError)]
    pub on_error: &'static str,
    /// `allow`, `skip` or `update`
    #[schema(value_type = words::OnDuplicate)]
    pub on_duplicate: &'static str,
    /// The storage of rows that name none.
    pub storage: Option<String>,
    /// The batches of rows that name none.
    pub batches: Vec<String>,
    pub priority: i32,
    /// What the hub lists to make the list itself, where nobody sent one.
    pub source: Option<SourceView>,
    /// Whether that is still being listed: `rowsListed` grows, and rows are read afterwards.
    pub is_listing: bool,
    /// Files found so far, or all of them once `isListing` is false.
    pub rows_listed: u64,
    pub bytes_total: u64,
    pub bytes_read: u64,
    pub rows_read: u64,
    /// Assets that the import brought; none where it failed or was cancelled, and what it would bring in a dry run.
    pub rows_imported: u64,
    pub rows_updated: u64,
    pub rows_skipped: u64,
    /// Rows that cannot be imported; the report names them.
    pub rows_refused: u64,
    /// Rows with a remark in the report, though they were imported.
    pub rows_noticed: u64,
    pub error: Option<ImportError>,
    /// Why it waits although it had begun; none where it does not.
    pub waiting: Option<ImportWaiting>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    /// The user's id.
    pub created_by: String,
}

/// Folders of a bucket, and what of them is imported.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schema(as = ImportSource)]
pub struct SourceView {
    pub bucket: String,
    /// Each with its slash; an empty one is the whole bucket. None: files were picked one by one.
    pub folders: Vec<String>,
    pub subfolders: bool,
    pub extensions: Vec<String>,
    pub folder_batches: bool,
}

/// Why an import failed as a whole.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportError {
    pub code: String,
    pub message: String,
    /// The row that could not be read, from 0.
    pub index: Option<u64>,
    /// The byte of the decompressed list at which it could not be read.
    pub offset: Option<u64>,
}

/// Why an import is not going on, and when it is tried again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportWaiting {
    pub code: String,
    pub message: String,
    pub next_try_at: String,
}

impl ImportWaiting {
    pub fn of(import: &Import) -> Option<Self> {
        let trouble = import
            .trouble
            .as_ref()
            .filter(|_| import.state == ImportState::Queued)?;
        let ImportError { code, message, .. } = serde_json::from_str(trouble).ok()?;
        Some(Self {
            code,
            message,
            next_try_at: iso(import.lease_until),
        })
    }
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let is_listing = import::is_listing(&import);
        let waiting = ImportWaiting::of(&import);
        let Import {
            new, state, progress, ..
        } = import;
        let is_kept = !matches!(state, ImportState::Failed | ImportState::Cancelled);
        let kept = |rows: u64| if is_kept { rows } else { 0 };
        Self {
            id: new.id.to_string(),
            project: new.project.to_string(),
            name: new.name,
            state: state.as_str(),
            state_reason: import.state_reason,
            dry_run: new.dry_run,
            on_error: new.on_error.as_str(),
            on_duplicate: new.on_duplicate.as_str(),
            storage: new.storage.map(|id| id.to_string()),
            batches: new.batches.iter().map(ToString::to_string).collect(),
            priority: new.priority,
            source: new.source.and_then(|json| serde_json::from_str(&json).ok()),
            is_listing,
            rows_listed: progress.rows_listed,
            bytes_total: progress.bytes_total,
            bytes_read: progress.bytes_read,
            rows_read: progress.rows_read,
            rows_imported: kept(progress.rows_imported),
            rows_updated: kept(progress.rows_updated),
            rows_skipped: progress.rows_skipped,
            rows_refused: progress.rows_refused,
            rows_noticed: progress.rows_noticed,
            error: import.error.and_then(|json| serde_json::from_str(&json).ok()),
            waiting,
            created_at: iso(new.created_at),
            started_at: import.started_at.map(iso),
            finished_at: import.finished_at.map(iso),
            created_by: new.created_by.to_string(),
        }
    }
}
