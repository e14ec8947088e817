//! The record of signed URLs as a download of any length, for those who keep it elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use insitu_model::id::{OrganizationId, UrlRecordId};
use insitu_store::url_records::Filter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::url_records::{FilterParams, Named, UrlRecordView, bring_up_to_date, read};
use crate::api::http::paging::MAX_LIMIT;
use crate::api::http::query::Params;
use crate::api::http::record_file::{self, Format, FormatParams, Source, write_json_line, write_line};
use crate::auth::access::{Org, right};
use crate::envelope::ErrorBody;
use crate::error::ApiResult;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(download))
}

/// The whole record of signed URLs, or what fits the filters, newest first
///
/// As NDJSON a line for each record, as CSV a line for each URL, and every asset with its external ID.
#[utoipa::path(get, path = "/v2/organization/{organization}/urlRecords/file", tag = "organizations",
    params(("organization" = String, Path), FilterParams, FormatParams),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 403, body = ErrorBody)))]
async fn download(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadAudit>,
    Params(filter): Params<FilterParams>,
    Params(format): Params<FormatParams>,
) -> ApiResult<Response> {
    let filter = filter.filter(&hub, access.organization).await?;
    bring_up_to_date(&hub).await;
    let records = UrlRecords {
        hub,
        organization: access.organization,
        filter,
    };
    record_file::download(
        records,
        format.format("url_records.format_unknown")?,
        "signed-urls",
    )
}

struct UrlRecords {
    hub: Arc<Hub>,
    organization: OrganizationId,
    filter: Filter,
}

impl Source for UrlRecords {
    type Record = UrlRecordView;
    type Cursor = UrlRecordId;
    const CSV_HEADER: &'static str =
        "record,givenAt,expiresAt,user,email,name,apiKey,address,purpose,project,asset,externalId,object\r\n";

    async fn page(
        &self,
        before: Option<UrlRecordId>,
    ) -> ApiResult<(Vec<UrlRecordView>, Option<UrlRecordId>)> {
        read(
            &self.hub,
            self.organization,
            self.filter.clone(),
            (before, MAX_LIMIT),
            Named::ALL,
        )
        .await
    }

    fn write(record: &UrlRecordView, format: Format, out: &mut Vec<u8>) -> ApiResult<()> {
        if format == Format::Ndjson {
            return write_json_line(record, out);
        }
        let optional = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let (email, name) = (optional(&record.email), optional(&record.name));
        let api_key = optional(&record.api_key);
        let project = optional(&record.project);
        let (address, object) = (optional(&record.address), optional(&record.object));
        let mut line = |asset: &str| {
            let external_id = record.external_ids.get(asset).map_or("", String::as_str);
            let cells = [
                &record.id,
                &record.given_at,
                &record.expires_at,
                &record.user,
                &email,
                &name,
                &api_key,
                &address,
                record.purpose,
                &project,
                asset,
                external_id,
                &object,
            ];
            write_line(cells, out);
        };
        if record.assets.is_empty() {
            line("");
        }
        for asset in &record.assets {
            line(asset);
        }
        Ok(())
    }
}
