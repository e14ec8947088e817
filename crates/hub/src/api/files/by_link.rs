//! Files of the hub's own storage: put and fetched through links that say who may, without a key.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{self, HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use insitu_cloud::presign::TTL_S_MIN;
use insitu_model::own_file::OwnFile;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::query::Params;
use crate::api::imports::content_length;
use crate::auth::token;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::{LinkParams, Method, Part, Progress};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(fetch, put, send_part))
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

/// What an upload in parts says of itself, in headers.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only for the document; the headers are read one by one")]
struct PartHeaders {
    /// Where in the file the body begins: how much of it the hub has.
    #[param(rename = "Upload-Offset")]
    offset: u64,
    /// How long the whole file is.
    #[param(rename = "Upload-Length")]
    length: u64,
    /// `crc32` and eight hexadecimal digits: what the whole file is compared with once it is there.
    #[param(rename = "Upload-Checksum")]
    checksum: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartData {
    /// How much of the file is here, safe: where the next part begins.
    pub received_bytes: u64,
    /// Once it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<UploadedFile>,
}

/// Fetch an uploaded file by its link
///
/// Parts of it by `Range`, and nothing where `If-None-Match` names its ETag. HEAD works too. Where the operator keeps
/// files in a bucket, it leads there (307), by GET or by HEAD.
#[utoipa::path(get, path = "/v2/files/{project}/{type}/{name}", tag = "assets",
    params(("project" = String, Path), ("type" = String, Path), ("name" = String, Path), LinkParams),
    responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = 206), (status = 307),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn fetch(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<(String, String, String)>,
    Params(link): Params<LinkParams>,
    asked: http::Method,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let file = named(&path)?;
    let expires_s = link.check(&hub, &file, Method::Get)?;
    if let Some(bucket) = hub.files.bucket() {
        // Links in exports outlive what a bucket signs, so they lead there when they are followed; what they lead to
        // ends with them, as the record of the link says.
        let now_ms = hub.clock.now_ms();
        let left_s = u32::try_from(expires_s - now_ms / 1000).unwrap_or(u32::MAX);
        // What is left may be shorter than any signature: then it counts from before.
        let signed_at_ms = now_ms.min((expires_s - i64::from(TTL_S_MIN)) * 1000);
        let ttl_s = hub.config.signed_url_ttl.min(left_s);
        let signed = if asked == http::Method::HEAD {
            bucket.sign_head(&file, ttl_s, signed_at_ms).await?
        } else {
            bucket.sign(&file, ttl_s, signed_at_ms).await?
        };
        let headers = [(header::CACHE_CONTROL, "no-store")];
        return Ok((headers, Redirect::temporary(&signed.url)).into_response());
    }
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
    let files = hub.files.clone();
    // A file that is whole goes on to its bucket, or is taken back there, when nobody waits for the answer any more.
    let receiving = tokio::spawn(async move { files.receive(file, body, declared, &token).await });
    let size_bytes = receiving.await.map_err(ApiError::internal)??;
    Ok(Success(UploadData {
        file: UploadedFile { url, size_bytes },
    }))
}

/// Put a part of a file by a link of `getUploadUrl`
///
/// The body goes on where the part before ended (`Upload-Offset`); whatever arrives of it is kept for a week, even when
/// the connection is cut. `POST /v2/project/{project}/uploads`, or the 409 of a wrong offset, says where to go on. An
/// empty body at the end is allowed.
#[utoipa::path(patch, path = "/v2/files/{project}/{type}/{name}", tag = "assets",
    params(("project" = String, Path), ("type" = String, Path), ("name" = String, Path), LinkParams, PartHeaders),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Envelope<PartData>), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 507, body = ErrorBody)))]
async fn send_part(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<(String, String, String)>,
    Params(link): Params<LinkParams>,
    request: Request,
) -> ApiResult<Success<PartData>> {
    let file = named(&path)?;
    link.check(&hub, &file, Method::Put)?;
    let part = Part {
        offset: number_in(request.headers(), "Upload-Offset")?,
        length: number_in(request.headers(), "Upload-Length")?,
        checksum: checksum_in(request.headers())?,
    };
    let url = hub.files.url(&file);
    let declared = content_length(&request);
    let body = request.into_body().into_data_stream();
    let files = hub.files.clone();
    // What arrived is put away even when the connection ends, and this handler with it.
    let receiving = tokio::spawn(async move { files.receive_part(file, part, body, declared).await });
    let size_bytes = part.length;
    Ok(Success(match receiving.await.map_err(ApiError::internal)?? {
        Progress::Kept(received_bytes) => PartData {
            received_bytes,
            file: None,
        },
        Progress::Whole => PartData {
            received_bytes: size_bytes,
            file: Some(UploadedFile { url, size_bytes }),
        },
    }))
}

fn number_in(headers: &HeaderMap, name: &'static str) -> ApiResult<u64> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        ApiError::invalid(
            "upload.header_invalid",
            format!("The header {name} says a number of bytes: {name}: 8388608."),
        )
    })
}

fn checksum_in(headers: &HeaderMap) -> ApiResult<Option<u32>> {
    let Some(value) = headers.get("Upload-Checksum") else {
        return Ok(None);
    };
    let digits = value.to_str().ok().and_then(|text| text.strip_prefix("crc32 "));
    let read = digits.filter(|digits| digits.len() == 8);
    match read.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(checksum) => Ok(Some(checksum)),
        None => Err(ApiError::invalid(
            "upload.header_invalid",
            "The header Upload-Checksum is crc32 and eight hexadecimal digits: Upload-Checksum: crc32 cbf43926.",
        )),
    }
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
