//! Links to upload to (row 15 of the public API): into the hub's own storage, or into a bucket of a storage that the
//! caller names.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::{OrganizationId, ProjectId, StorageId, UserId};
use insitu_model::own_file::{FileName, FileType, OwnFile, OwnFileError};
use insitu_model::url_record::UrlPurpose;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::auth::peer::Peer;
use crate::cloud_access::upload_url;
use crate::envelope::{Created, Envelope, ErrorBody};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::ledger::{self, Holder};
use crate::own_files::Link;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(create))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct UploadParams {
    /// What the file is to be called: one segment of a path.
    name: String,
    /// The project that the file belongs to.
    project: String,
    /// `assets` (the default), `brushes`, `medicalBrushes`, `segmentationModels`, `exports` or `instructions`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Upload into a bucket of this storage, which must be allowed `s3:PutObject`; without it, to the hub itself.
    storage_id: Option<String>,
    /// With a storage: the bucket. Without it, the first one that the storage's prefixes name.
    bucket: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadUrlData {
    /// Takes the file by PUT, several times if need be. What stands before its `?` is the file's address for ever.
    pub upload_url: String,
    /// When the link ends; in a bucket it may end earlier, with the hub's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// A link to upload a file to
#[utoipa::path(get, path = "/v2/getUploadUrl", tag = "assets", params(UploadParams),
    responses((status = 201, body = Envelope<UploadUrlData>), (status = 400, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    Params(params): Params<UploadParams>,
) -> ApiResult<Created<UploadUrlData>> {
    let kind = match params.kind.as_deref().filter(|text| !text.is_empty()) {
        None => Ok(FileType::Assets),
        Some(text) => text.parse().map_err(OwnFileError::from),
    };
    // Who draws a mask uploads it; everything else is for those who import.
    let access = match kind {
        Ok(kind) if kind.is_brush() => proven(
            &OnProject::<right::Label>::prove(&hub, caller, &params.project).await?,
            peer,
        ),
        _ => proven(
            &OnProject::<right::ImportAssets>::prove(&hub, caller, &params.project).await?,
            peer,
        ),
    };
    let refuse = |error: OwnFileError| ApiError::invalid(error.code(), format!("{error}."));
    let file = OwnFile {
        project: access.project,
        kind: kind.map_err(refuse)?,
        name: params.name.parse::<FileName>().map_err(refuse)?,
    };
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let Some(storage) = filled(params.storage_id) else {
        let link = Link::to_upload(&hub, &file)?;
        ledger::note_url(
            &hub,
            &access.holder,
            UrlPurpose::Upload,
            &link.url,
            link.expires_at_ms,
        )?;
        return Ok(Created(UploadUrlData {
            upload_url: link.url,
            expires_at: Some(iso(link.expires_at_ms)),
        }));
    };
    let storage: StorageId = storage
        .parse()
        .map_err(|_| ApiError::not_found("storage", &storage))?;
    let bucket = filled(params.bucket);
    let signed = upload_url(
        &hub,
        access.organization,
        access.user,
        storage,
        bucket.as_deref(),
        &file,
    )
    .await?;
    ledger::note_url(
        &hub,
        &access.holder,
        UrlPurpose::Upload,
        &signed.url,
        signed.expires_at_ms,
    )?;
    Ok(Created(UploadUrlData {
        upload_url: signed.url,
        expires_at: None,
    }))
}

/// What is the same whichever right was proven.
struct Proven {
    organization: OrganizationId,
    project: ProjectId,
    user: UserId,
    holder: Holder,
}

fn proven<R>(access: &OnProject<R>, peer: Peer) -> Proven {
    Proven {
        organization: access.organization,
        project: access.project,
        user: access.caller.user,
        holder: Holder::new(access, peer),
    }
}
