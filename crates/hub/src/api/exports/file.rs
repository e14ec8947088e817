//! The file of an export, fetched by a link that needs no key.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use insitu_model::id::ExportId;
use insitu_model::job::JobState;
use insitu_model::url_record::UrlPurpose;
use insitu_store::exports::{self, Export};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::http::download::Download;
use crate::api::http::query::Params;
use crate::auth::link::{self, LinkError};
use crate::cloud_access::AssetUrl;
use crate::envelope::ErrorBody;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::export;
use crate::ledger::{self, Holder};

/// How long a link lasts at least. Users of such hubs know 120,000 seconds.
const LINK_MS: i64 = 120_000 * 1000;
/// Links end on whole hours, so that one that was handed out is handed out again for a while.
const LINKS_END_EVERY_MS: i64 = 60 * 60 * 1000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileParams {
    /// From the `downloadUrl` of the export.
    #[serde(default)]
    token: String,
}

/// The links to the files of these exports, in their order, once they are on record; none where there is no file.
pub fn download_urls(hub: &Hub, holder: &Holder, exports: &[Export]) -> ApiResult<Vec<Option<String>>> {
    let links: Vec<Option<AssetUrl>> = exports.iter().map(|export| link_to(hub, export)).collect();
    ledger::note_links(hub, holder, UrlPurpose::Export, &links)?;
    Ok(links.into_iter().map(|link| link.map(|link| link.url)).collect())
}

fn link_to(hub: &Hub, export: &Export) -> Option<AssetUrl> {
    let now = hub.clock.now_ms();
    let expires = export.expires_at.filter(|expires| *expires >= now)?;
    if export.state != JobState::Completed {
        return None;
    }
    let ends = (now + LINK_MS).div_euclid(LINKS_END_EVERY_MS) * LINKS_END_EVERY_MS + LINKS_END_EVERY_MS;
    let ends = ends.min(expires);
    let token = link::token(&hub.vault, &name(export.new.id), ends).ok()?;
    Some(AssetUrl {
        url: format!(
            "{}/v2/exports/{}/file?token={token}",
            hub.public_url, export.new.id
        ),
        expires_at_ms: Some(ends),
        corrected_region: None,
    })
}

/// What a link's token names.
fn name(id: ExportId) -> String {
    format!("export/{id}")
}

/// The file of an export, by its link; ranges are answered
#[utoipa::path(get, path = "/v2/exports/{id}/file", tag = "exports",
    params(("id" = String, Path), FileParams),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>),
        (status = 206, content_type = "application/zip", body = Vec<u8>),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 416, body = ErrorBody)))]
pub async fn fetch(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    Params(params): Params<FileParams>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let gone = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "export.no_file",
            "There is no file of this export: it has expired, or the export was never completed. Export again.",
        )
    };
    let id: ExportId = id.parse().map_err(|_| invalid())?;
    let now = hub.clock.now_ms();
    match link::check(&hub.vault, &name(id), &params.token, now) {
        Ok(()) => {}
        Err(LinkError::Invalid) => return Err(invalid()),
        Err(LinkError::Ended) => {
            return Err(ApiError::forbidden(
                "export.link_ended",
                "This link has ended. Ask the hub for the export once more; it answers a fresh link.",
            ));
        }
    }
    let export = hub
        .db
        .read(move |tx| exports::by_link(tx, id))
        .await?
        .filter(|export| export.state == JobState::Completed)
        .filter(|export| export.expires_at.is_some_and(|expires| expires >= now))
        .ok_or_else(gone)?;
    let path = export::place(&hub, &export).zip();
    if !tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Err(elsewhere());
    }
    let download = Download {
        path: &path,
        name: &export.new.file_name,
        content_type: "application/zip",
        tag: &id.to_string(),
    };
    download.answer(&headers).await
}

/// Complete, and yet not in this hub's folder.
fn elsewhere() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "export.file_elsewhere",
        "The export is complete, but its file is not on this hub: it was removed by hand, or written by another hub that does not share the folder exports/ with this one. Export again, and tell the operator.",
    )
}

fn invalid() -> ApiError {
    ApiError::forbidden(
        "export.link_invalid",
        "This link is not one that the hub made. Copy it whole, or ask the hub for the export once more.",
    )
}
