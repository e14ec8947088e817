//! The report of an import: every refused row, and remarks on others, as a download of any length.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use insitu_formats::report::{CSV_HEADER, ReportLine, Severity};
use insitu_model::id::{ImportId, OrganizationId};
use insitu_store::import_report::{self, Refusal};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::find;
use crate::api::http::query::Params;
use crate::auth::caller::Caller;
use crate::envelope::ErrorBody;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Lines that are read from the database at once.
const LINES_PER_READ: u32 = 2000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(report))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportParams {
    /// `ndjson` (the default) or `csv`
    format: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum ReportFormat {
    Ndjson,
    Csv,
}

impl ReportFormat {
    fn parse(name: Option<&str>) -> ApiResult<Self> {
        match name {
            None | Some("" | "ndjson") => Ok(Self::Ndjson),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(ApiError::invalid(
                "import.report_format_unknown",
                format!("There is no report as {other:?}: choose ndjson or csv."),
            )),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// The report of an import: refused rows and remarks, a line for each
#[utoipa::path(get, path = "/v2/imports/{id}/report", tag = "imports",
    params(("id" = String, Path), ReportParams),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 404, body = ErrorBody)))]
async fn report(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
    Params(params): Params<ReportParams>,
) -> ApiResult<Response> {
    let format = ReportFormat::parse(params.format.as_deref())?;
    let (access, import) = find(&hub, caller, &id).await?;
    let lines = Lines {
        hub,
        organization: access.organization,
        import: import.new.id,
        format,
        next: 0,
    };
    let mut response = Body::from_stream(stream::try_unfold(lines, Lines::read)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    let file = format!(
        "attachment; filename=\"import-{}.{}\"",
        import.new.id,
        format.extension()
    );
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
    import: ImportId,
    format: ReportFormat,
    next: u64,
}

impl Lines {
    /// The next piece of the report, and where to go on.
    async fn read(mut self) -> ApiResult<Option<(Bytes, Self)>> {
        let (organization, import, next) = (self.organization, self.import, self.next);
        let lines = self
            .hub
            .db
            .read(move |tx| import_report::list(tx, organization, import, next, LINES_PER_READ))
            .await?;
        let mut text = Vec::new();
        if matches!(self.format, ReportFormat::Csv) && self.next == 0 {
            text.extend_from_slice(CSV_HEADER.as_bytes());
        }
        for line in &lines {
            match self.format {
                ReportFormat::Ndjson => view(line).write_ndjson(&mut text),
                ReportFormat::Csv => view(line).write_csv(&mut text),
            }
        }
        if text.is_empty() {
            return Ok(None);
        }
        // The header alone counts as a line read, so that it is not written twice.
        self.next += (lines.len() as u64).max(u64::from(self.next == 0));
        Ok(Some((text.into(), self)))
    }
}

fn view(line: &Refusal) -> ReportLine<'_> {
    ReportLine {
        severity: if line.is_notice {
            Severity::Notice
        } else {
            Severity::Refused
        },
        index: line.index,
        offset: line.offset,
        field: &line.field,
        code: &line.code,
        message: &line.message,
        excerpt: &line.excerpt,
    }
}
