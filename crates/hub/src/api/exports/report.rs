//! The report of an export: what could not be written, and remarks, as a download of any length.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use insitu_model::id::{ExportId, OrganizationId};
use insitu_store::export_problems::{self, Problem};
use serde::Serialize;

use super::find;
use crate::api::http::record_file::{self, Format, Source, write_json_line};
use crate::auth::caller::Caller;
use crate::envelope::ErrorBody;
use crate::error::ApiResult;
use crate::hub::Hub;

/// Lines that are read from the database at once.
const LINES_PER_READ: u32 = 2000;

/// The report of an export: a line for each task or object that is not in the file, and for each remark
#[utoipa::path(get, path = "/v2/exports/{id}/report", tag = "exports", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 404, body = ErrorBody)))]
pub async fn report(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let (access, export) = find(&hub, caller, &id).await?;
    let id = export.new.id;
    let report = ExportReport {
        hub,
        organization: access.organization,
        export: id,
    };
    record_file::download(report, Format::Ndjson, &format!("export-{id}-report"))
}

struct ExportReport {
    hub: Arc<Hub>,
    organization: OrganizationId,
    export: ExportId,
}

impl Source for ExportReport {
    type Record = Problem;
    /// Lines that were read already.
    type Cursor = u64;

    async fn page(&self, read: Option<u64>) -> ApiResult<(Vec<Problem>, Option<u64>)> {
        let (organization, export, read) = (self.organization, self.export, read.unwrap_or_default());
        let lines = self
            .hub
            .db
            .read(move |tx| export_problems::list(tx, organization, export, read, LINES_PER_READ))
            .await?;
        let next = (!lines.is_empty()).then_some(read + lines.len() as u64);
        Ok((lines, next))
    }

    fn write(problem: &Problem, _: Format, out: &mut Vec<u8>) -> ApiResult<()> {
        write_json_line(&LineView::of(problem), out)
    }
}

/// A line as the report shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineView<'a> {
    /// `left_out` or `notice`
    severity: &'static str,
    task_id: String,
    external_id: &'a str,
    /// Empty for the whole task.
    object_id: &'a str,
    code: &'a str,
    message: &'a str,
}

impl<'a> LineView<'a> {
    fn of(problem: &'a Problem) -> Self {
        Self {
            severity: if problem.is_notice { "notice" } else { "left_out" },
            task_id: problem.task.to_string(),
            external_id: &problem.external_id,
            object_id: &problem.object,
            code: &problem.code,
            message: &problem.message,
        }
    }
}
