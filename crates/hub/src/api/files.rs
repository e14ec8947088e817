//! Files of the hub's own storage: put and fetched through links that say who may, without a key.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use insitu_model::own_file::OwnFile;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::imports::content_length;
use super::query::Params;
use crate::auth::token;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::{LinkParams, Method};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(fetch, put))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UploadData {
    pub file: UploadedFile,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadedFile {
    /// The file's address, to be imported as `data`.
    pub url: String,
    pub size_bytes: u64,
}

/// Fetch an uploaded file by its link
///
/// Parts of it by `Range`, and nothing where `If-None-Match` names its ETag. HEAD works too.
#[utoipa::path(get, path = "/v2/files/{project}/{type}/{name}", tag = "assets",
    params(("project" = String, Path), ("type" = String, Path), ("name" = String, Path), LinkParams),
    responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = 206),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn fetch(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<(String, String, String)>,
    Params(link): Params<LinkParams>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let file = named(&path)?;
    let expires_s = link.check(&hub, &file, Method::Get)?;
    let fresh_s = expires_s - hub.clock.now_ms() / 1000;
    hub.files.serve(file, &headers, &hub.public_url, fresh_s).await
}

/// Put a file's bytes by a link of `getUploadUrl`
///
/// The body is the file, of any type. Once this answers, the file is safe; the last one counts.
#[utoipa::path(put, path = "/v2/files/{project}/{type}/{name}", tag = "assets",
    params(("project" = String, Path), ("type" = String, Path), ("name" = String, Path), LinkParams),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Envelope<UploadData>), (status = 403, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 507, body = ErrorBody)))]
async fn put(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<(String, String, String)>,
    Params(link): Params<LinkParams>,
    request: Request,
) -> ApiResult<Success<UploadData>> {
    let file = named(&path)?;
    link.check(&hub, &file, Method::Put)?;
    let url = hub.files.url(&file);
    let declared = content_length(&request);
    let token = token::generate(&*hub.random);
    let body = request.into_body().into_data_stream();
    let size_bytes = hub.files.receive(file, body, declared, &token).await?;
    Ok(Success(UploadData {
        file: UploadedFile { url, size_bytes },
    }))
}

/// The file that a path means, whatever its parts were encoded like.
fn named((project, kind, name): &(String, String, String)) -> ApiResult<OwnFile> {
    let read = || {
        Ok(OwnFile {
            project: project.parse()?,
            kind: kind.parse()?,
            name: name.parse()?,
        })
    };
    read().map_err(|error: insitu_model::own_file::OwnFileError| {
        ApiError::invalid(error.code(), format!("{error}."))
    })
}
