//! An export as the API shows it.

use insitu_store::exports::Export;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file::download_urls;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::error::ApiResult;
use crate::hub::Hub;
use crate::jobs::export::options::{ExportOptions, Range};
use crate::ledger::Holder;

/// An export as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Export)]
pub struct ExportView {
    #[serde(rename = "_id")]
    pub id: String,
    pub project: String,
    #[schema(value_type = words::ExportFormat)]
    pub format: &'static str,
    pub options: OptionsView,
    /// `queued`, `running`, `completed`, `failed` or `cancelled`
    #[schema(value_type = words::JobState)]
    pub state: &'static str,
    /// The code of why it failed or was cancelled.
    pub state_reason: Option<String>,
    pub progress: ProgressView,
    pub error: Option<ExportError>,
    /// What the file is called.
    pub file_name: String,
    /// Where the file is fetched, by whoever has this link; it needs no key, and ranges and repetitions are fine. None
    /// unless the export is completed and its file has not expired.
    pub download_url: Option<String>,
    /// When the file goes.
    pub expires_at: Option<String>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    /// The user's id.
    pub created_by: String,
}

/// Which tasks an export holds and how they are written.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionsView {
    /// None: every stage.
    #[schema(value_type = Option<Vec<words::Stage>>)]
    pub stage: Option<Vec<&'static str>>,
    /// Ids; none: whatever the batch.
    pub batches: Option<Vec<String>>,
    pub updated_at: Option<TimeRange>,
    pub created_at: Option<TimeRange>,
    pub include_metadata: bool,
    pub include_history: bool,
    pub masks: Option<MasksView>,
}

/// How masks are made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MasksView {
    /// `instance`, `class` or `semantic`
    #[schema(value_type = words::MaskKind)]
    pub kind: &'static str,
    /// `centre`, `coco` or `opencv`
    #[schema(value_type = words::RasterRule)]
    pub raster: &'static str,
}

/// A range of times in ISO 8601; every bound may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// After this.
    #[serde(rename = "$gt", default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<String>,
    /// At this or after.
    #[serde(rename = "$gte", default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<String>,
    /// Before this.
    #[serde(rename = "$lt", default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<String>,
    /// At this or before.
    #[serde(rename = "$lte", default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressView {
    /// Tasks to be exported, as far as that is known before all are read.
    pub tasks_total: u64,
    pub tasks_done: u64,
    pub bytes_written: u64,
    /// Lines of the report.
    pub problems: u64,
}

/// Why an export failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExportError {
    pub code: String,
    pub message: String,
}

impl ExportView {
    /// The export for this caller, whom its link is on record for.
    pub fn of(hub: &Hub, holder: &Holder, export: Export) -> ApiResult<Self> {
        let mut url = download_urls(hub, holder, std::slice::from_ref(&export))?;
        Ok(Self::with(export, url.pop().flatten()))
    }

    /// The same of many.
    pub fn of_all(hub: &Hub, holder: &Holder, exports: Vec<Export>) -> ApiResult<Vec<Self>> {
        let urls = download_urls(hub, holder, &exports)?;
        let each = exports.into_iter().zip(urls);
        Ok(each.map(|(export, url)| Self::with(export, url)).collect())
    }

    fn with(export: Export, download_url: Option<String>) -> Self {
        let progress = export.progress;
        let done = progress.tasks_done;
        Self {
            id: export.new.id.to_string(),
            project: export.new.project.to_string(),
            format: export.new.format.as_str(),
            options: OptionsView::of(&export.new.options),
            state: export.state.as_str(),
            state_reason: export.state_reason,
            progress: ProgressView {
                tasks_total: progress.tasks_total.max(done),
                tasks_done: done,
                bytes_written: progress.bytes_written,
                problems: progress.problems,
            },
            error: export.error.and_then(|json| serde_json::from_str(&json).ok()),
            file_name: export.new.file_name,
            download_url,
            expires_at: export.expires_at.map(iso),
            created_at: iso(export.new.created_at),
            started_at: export.started_at.map(iso),
            finished_at: export.finished_at.map(iso),
            created_by: export.new.created_by.to_string(),
        }
    }
}

impl OptionsView {
    fn of(json: &str) -> Self {
        let options: ExportOptions = serde_json::from_str(json).unwrap_or_else(|_| ExportOptions::all());
        Self {
            stage: options
                .stages
                .map(|stages| stages.into_iter().map(|stage| stage.as_str()).collect()),
            batches: options
                .batches
                .map(|ids| ids.iter().map(ToString::to_string).collect()),
            updated_at: range(options.updated_at),
            created_at: range(options.created_at),
            include_metadata: options.include_metadata,
            include_history: options.include_history,
            masks: options.masks.map(|masks| MasksView {
                kind: masks.kind.as_str(),
                raster: masks.raster.as_str(),
            }),
        }
    }
}

fn range(range: Range) -> Option<TimeRange> {
    (range != Range::default()).then(|| TimeRange {
        gt: range.gt.map(iso),
        gte: range.gte.map(iso),
        lt: range.lt.map(iso),
        lte: range.lte.map(iso),
    })
}
