//! Which files were uploaded already, and how much of others: for whoever went away in the middle, and comes back with
//! the rest.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::own_file::{FileName, FileType, OwnFile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The most names that one request asks for.
const MAX_NAMES: usize = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(find))
}

#[derive(Debug, Deserialize, ToSchema)]
struct FileNames {
    /// 1 to 1000 names, as they were given to `getUploadUrl`.
    names: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FoundFiles {
    /// Those that are there, whole and safe, in the order of the names.
    pub files: Vec<FoundFile>,
    /// Those of which a part is there: `PATCH` by a link of `getUploadUrl` goes on with it.
    pub parts: Vec<FoundPart>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundFile {
    pub name: String,
    /// The file's address, to be imported as `data`.
    pub url: String,
    pub size_bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundPart {
    pub name: String,
    /// How much is there: where to go on.
    pub received_bytes: u64,
    /// How long the file was announced to be.
    pub size_bytes: u64,
}

/// Which files are in the project's own storage already
#[utoipa::path(post, path = "/v2/project/{project}/uploads", tag = "assets",
    params(("project" = String, Path)), request_body = FileNames,
    responses((status = 200, body = Envelope<FoundFiles>), (status = 400, body = ErrorBody)))]
async fn find(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ImportAssets>,
    Body(body): Body<FileNames>,
) -> ApiResult<Success<FoundFiles>> {
    if body.names.is_empty() || body.names.len() > MAX_NAMES {
        return Err(ApiError::invalid(
            "upload.count_out_of_range",
            format!(
                "{} files to look for; 1 to {MAX_NAMES} at a time.",
                body.names.len()
            ),
        ));
    }
    let mut wanted = Vec::with_capacity(body.names.len());
    for name in body.names {
        let name: FileName = name
            .parse()
            .map_err(|error: insitu_model::own_file::OwnFileError| {
                ApiError::invalid(error.code(), format!("{error}."))
            })?;
        wanted.push(OwnFile {
            project: access.project,
            kind: FileType::Assets,
            name,
        });
    }
    let sizes = hub.files.sizes(wanted.clone()).await?;
    let there = wanted.iter().zip(sizes).filter_map(|(file, size)| {
        Some(FoundFile {
            name: file.name.to_string(),
            url: hub.files.url(file),
            size_bytes: size?,
        })
    });
    let found = there.collect();
    let files = hub.files.clone();
    let parts = tokio::task::spawn_blocking(move || {
        let parts = files
            .kept_parts(&wanted)?
            .into_iter()
            .map(|(file, part)| FoundPart {
                name: file.name.to_string(),
                received_bytes: part.received,
                size_bytes: part.length,
            });
        Ok::<Vec<_>, std::io::Error>(parts.collect())
    });
    let parts = parts.await.map_err(ApiError::internal)?;
    Ok(Success(FoundFiles {
        files: found,
        parts: parts.map_err(ApiError::internal)?,
    }))
}
