//! The record of signed URLs as a download of any length, for those who keep it elsewhere.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use insitu_formats::report::write_cell;
use insitu_model::id::{OrganizationId, UrlRecordId};
use insitu_store::url_records::{self, Filter};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::query::{MAX_LIMIT, Params};
use super::url_records::{FilterParams, UrlRecordView, bring_up_to_date};
use crate::auth::access::{Org, right};
use crate::envelope::ErrorBody;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

const CSV_HEADER: &[u8] =
    b"record,givenAt,expiresAt,user,email,apiKey,address,purpose,project,asset,object\r\n";

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(download))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FormatParams {
    /// `ndjson` (the default): a line for each record; `csv`: a line for each URL.
    format: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Ndjson,
    Csv,
}

/// The whole record of signed URLs, or what fits the filters, newest first
#[utoipa::path(get, path = "/v2/organization/{organization}/urlRecords/file", tag = "organizations",
    params(("organization" = String, Path), FilterParams, FormatParams),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 403, body = ErrorBody)))]
async fn download(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadAudit>,
    Params(filter): Params<FilterParams>,
    Params(format): Params<FormatParams>,
) -> ApiResult<Response> {
    let filter = filter.filter()?;
    let (format, content_type, name) = match format.format.as_deref() {
        None | Some("" | "ndjson") => (Format::Ndjson, "application/x-ndjson", "signed-urls.ndjson"),
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "signed-urls.csv"),
        Some(other) => {
            return Err(ApiError::invalid(
                "url_records.format_unknown",
                format!("There is no record of signed URLs as {other:?}: choose ndjson or csv."),
            ));
        }
    };
    bring_up_to_date(&hub).await;
    let records = Records {
        hub,
        organization: access.organization,
        filter,
        format,
        next: Next::Begin,
    };
    let mut response = Body::from_stream(stream::try_unfold(records, Records::read)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let disposition = format!("attachment; filename=\"{name}\"");
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).map_err(ApiError::internal)?,
    );
    Ok(response)
}

/// How far the record was read.
struct Records {
    hub: Arc<Hub>,
    organization: OrganizationId,
    filter: Filter,
    format: Format,
    next: Next,
}

enum Next {
    Begin,
    Before(UrlRecordId),
    End,
}

impl Records {
    /// The next piece of the download, and where to go on.
    async fn read(mut self) -> ApiResult<Option<(Bytes, Self)>> {
        let mut text = Vec::new();
        let before = match self.next {
            Next::Begin => {
                if matches!(self.format, Format::Csv) {
                    text.extend_from_slice(CSV_HEADER);
                }
                None
            }
            Next::Before(id) => Some(id),
            Next::End => return Ok(None),
        };
        let (organization, filter) = (self.organization, self.filter.clone());
        let page = self
            .hub
            .db
            .read(move |tx| url_records::list(tx, organization, &filter, before, MAX_LIMIT))
            .await?;
        self.next = page.next.map_or(Next::End, Next::Before);
        for record in page.records {
            let record = UrlRecordView::from(record);
            match self.format {
                Format::Ndjson => {
                    serde_json::to_writer(&mut text, &record).map_err(ApiError::internal)?;
                    text.push(b'\n');
                }
                Format::Csv => write_csv(&record, &mut text),
            }
        }
        Ok(Some((text.into(), self)))
    }
}

/// A line for each URL.
fn write_csv(record: &UrlRecordView, out: &mut Vec<u8>) {
    let optional = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let mut line = |asset: &str| {
        let cells = [
            &record.id,
            &record.given_at,
            &record.expires_at,
            &record.user,
            &optional(&record.email),
            &optional(&record.api_key),
            &optional(&record.address),
            record.purpose,
            &optional(&record.project),
            asset,
            &optional(&record.object),
        ];
        for (position, cell) in cells.into_iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            write_cell(cell, out);
        }
        out.extend_from_slice(b"\r\n");
    };
    if record.assets.is_empty() {
        line("");
    }
    for asset in &record.assets {
        line(asset);
    }
}
