//! The report of an export: what could not be written, and remarks, as a download of any length.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use insitu_model::id::{ExportId, OrganizationId};
use insitu_store::export_problems::{self, Problem};
use serde::Serialize;

use super::find;
use crate::auth::caller::Caller;
use crate::envelope::ErrorBody;
use crate::error::{ApiError, ApiResult};
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
    let lines = Lines {
        hub,
        organization: access.organization,
        export: id,
        next: 0,
    };
    let mut response = Body::from_stream(stream::try_unfold(lines, Lines::read)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    let file = format!("attachment; filename=\"export-{id}-report.ndjson\"");
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&file).map_err(ApiError::internal)?,
    );
    Ok(response)
}

/// How far a report was read.
struct Lines {
    hub: Arc<Hub>,
    organization: OrganizationId,
    export: ExportId,
    next: u64,
}

impl Lines {
    /// The next piece of the report, and where to go on.
    async fn read(mut self) -> ApiResult<Option<(Bytes, Self)>> {
        let (organization, export, next) = (self.organization, self.export, self.next);
        let lines = self
            .hub
            .db
            .read(move |tx| export_problems::list(tx, organization, export, next, LINES_PER_READ))
            .await?;
        if lines.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut text, &LineView::of(line)).map_err(ApiError::internal)?;
            text.push(b'\n');
        }
        self.next += lines.len() as u64;
        Ok(Some((text.into(), self)))
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
