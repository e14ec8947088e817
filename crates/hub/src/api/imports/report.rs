//! The report of an import: every refused row, and remarks on others, as a download of any length.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use insitu_formats::report::{CSV_HEADER, ReportLine, Severity};
use insitu_model::id::{ImportId, OrganizationId};
use insitu_store::import_report::{self, Refusal};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::find;
use crate::api::http::query::Params;
use crate::api::http::record_file::{self, Format, Source};
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

impl ReportParams {
    fn format(&self) -> ApiResult<Format> {
        Format::parse(self.format.as_deref()).map_err(|other| {
            ApiError::invalid(
                "import.report_format_unknown",
                format!("There is no report as {other:?}: choose ndjson or csv."),
            )
        })
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
    let format = params.format()?;
    let (access, import) = find(&hub, caller, &id).await?;
    let id = import.new.id;
    let report = ImportReport {
        hub,
        organization: access.organization,
        import: id,
    };
    record_file::download(report, format, &format!("import-{id}"))
}

struct ImportReport {
    hub: Arc<Hub>,
    organization: OrganizationId,
    import: ImportId,
}

impl Source for ImportReport {
    type Record = Refusal;
    /// Lines that were read already.
    type Cursor = u64;
    const CSV_HEADER: &'static str = CSV_HEADER;

    async fn page(&self, read: Option<u64>) -> ApiResult<(Vec<Refusal>, Option<u64>)> {
        let (organization, import, read) = (self.organization, self.import, read.unwrap_or_default());
        let lines = self
            .hub
            .db
            .read(move |tx| import_report::list(tx, organization, import, read, LINES_PER_READ))
            .await?;
        let next = (!lines.is_empty()).then_some(read + lines.len() as u64);
        Ok((lines, next))
    }

    fn write(line: &Refusal, format: Format, out: &mut Vec<u8>) -> ApiResult<()> {
        match format {
            Format::Ndjson => view(line).write_ndjson(out),
            Format::Csv => view(line).write_csv(out),
        }
        Ok(())
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
