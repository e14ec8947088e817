//! File Explorer (rows 39 and 40 of the public API): what lies in a storage's buckets, and imports of it.

mod pick;

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_cloud::Retry;
use insitu_cloud::s3::{LIST_KEYS_MAX, ListedObject};
use insitu_model::id::StorageId;
use insitu_model::url_record::UrlPurpose;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::query::Params;
use crate::api::imports::ImportView;
use crate::auth::access::{OnProject, Org, right};
use crate::auth::peer::Peer;
use crate::cloud_access::{Bucket, Extensions, FolderPage, as_folder, buckets_of, sign_objects};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::ledger::{self, Holder};
use pick::Explore;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(explore))
        .routes(routes!(files))
        .routes(routes!(buckets))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct FilesParams {
    /// The bucket.
    #[param(required = true)]
    bucket_name: Option<String>,
    /// The folder; without it, the top of the bucket.
    path: Option<String>,
    /// `false` leaves out the signed URLs; `true` unless given.
    get_signed_urls: Option<String>,
    /// `false` asks a busy server once instead of a few times; `true` unless given.
    retry_on_slow_down: Option<String>,
    /// The `scrollToken` of the page before.
    scroll_token: Option<String>,
    /// Files and folders on a page, 1 to 1000; 1000 unless given.
    limit: Option<u16>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageFiles {
    /// Each with all that stands before it in keys, and a slash at the end.
    pub folders: Vec<String>,
    pub files: Vec<StorageFile>,
    /// Gets the next page; `null` on the last one.
    pub scroll_token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageFile {
    pub key: String,
    /// In bytes.
    pub size: u64,
    pub last_modified: Option<String>,
    /// The file's address, to be imported as `data`; none where no browser can open it.
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explored {
    /// Each with all that stands before it in keys, and a slash at the end.
    pub folders: Vec<String>,
    /// Keys.
    pub files: Vec<String>,
    /// Gets the next page; `null` on the last one.
    pub scroll_token: Option<String>,
    /// Always true: what fails is answered as an error.
    pub success: bool,
    /// With `upload`: the import that was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BucketList {
    /// Those that the storage's prefixes name, or else those that its assets and imports name, without those that the server
    /// said are not there. There may be others.
    pub buckets: Vec<String>,
}

/// Look into a bucket, or import from it
///
/// Without `upload`, a page of a folder. With it, an import of `files` and `folders` (or of everything below `folder`)
/// into `projectId` is started and answered at once; poll `GET /v2/imports/{id}` for its progress.
#[utoipa::path(post, path = "/v2/file-explorer", tag = "storages", request_body = Explore,
    responses((status = 200, body = Envelope<Explored>), (status = 400, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 503, body = ErrorBody), (status = 504, body = ErrorBody)))]
async fn explore(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    Body(wish): Body<Explore>,
) -> ApiResult<Success<Explored>> {
    let storage = storage_id(&wish.storage_id)?;
    if wish.upload {
        let named = wish.project_id.clone().unwrap_or_default();
        let project = OnProject::<right::ImportAssets>::prove(&hub, access.caller, &named).await?;
        let mut bucket = Bucket::reach(&hub, project.organization, storage, &wish.bucket).await?;
        let import = wish.import(&hub, &project, &mut bucket).await?;
        return Ok(Success(Explored {
            folders: Vec::new(),
            files: Vec::new(),
            scroll_token: None,
            success: true,
            import: Some(import.into()),
        }));
    }
    let mut bucket = Bucket::reach(&hub, access.organization, storage, &wish.bucket).await?;
    let folder = as_folder(wish.folder.as_deref().unwrap_or_default());
    let scroll = wish.scroll_token.as_deref().filter(|token| !token.is_empty());
    let limit = page_size(wish.limit)?;
    let page = FolderPage::read(&hub, &mut bucket, &folder, scroll, limit, Retry::NORMAL).await?;
    let extensions = Extensions::new(&wish.extensions.unwrap_or_default());
    let meant = page.files.into_iter().map(|object| object.key);
    Ok(Success(Explored {
        folders: page.folders,
        files: meant.filter(|key| extensions.accept(key)).collect(),
        scroll_token: page.scroll,
        success: true,
        import: None,
    }))
}

/// Files of a storage
///
/// A page of one folder. Any object of the storage can be opened by what this answers, so it takes the right to import
/// from it, and the URLs are on record.
#[utoipa::path(get, path = "/v2/storages/{id}/files", tag = "storages", params(("id" = String, Path), FilesParams),
    responses((status = 200, body = Envelope<StorageFiles>), (status = 400, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn files(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    peer: Peer,
    Path(id): Path<String>,
    Params(params): Params<FilesParams>,
) -> ApiResult<Success<StorageFiles>> {
    let storage = storage_id(&id)?;
    let is_no = |text: &Option<String>| {
        text.as_deref()
            .is_some_and(|text| text.eq_ignore_ascii_case("false"))
    };
    let retry = if is_no(&params.retry_on_slow_down) {
        Retry::NONE
    } else {
        Retry::NORMAL
    };
    let mut bucket = Bucket::reach(
        &hub,
        access.organization,
        storage,
        &params.bucket_name.unwrap_or_default(),
    )
    .await?;
    let folder = as_folder(params.path.as_deref().unwrap_or_default());
    let scroll = params.scroll_token.as_deref().filter(|token| !token.is_empty());
    let limit = page_size(params.limit)?;
    let page = FolderPage::read(&hub, &mut bucket, &folder, scroll, limit, retry).await?;
    let mut files: Vec<StorageFile> = page
        .files
        .into_iter()
        .map(|object| file_of(&bucket, object))
        .collect();
    if !is_no(&params.get_signed_urls) {
        sign(&hub, &Holder::in_organization(&access, peer), &bucket, &mut files).await?;
    }
    Ok(Success(StorageFiles {
        folders: page.folders,
        files,
        scroll_token: page.scroll,
    }))
}

/// Buckets of a storage, as far as they are known
///
/// AWS is not asked: the policy of a storage does not let it list the account's buckets, and need not.
#[utoipa::path(get, path = "/v2/storages/{id}/buckets", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<BucketList>), (status = 404, body = ErrorBody)))]
async fn buckets(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    Path(id): Path<String>,
) -> ApiResult<Success<BucketList>> {
    let buckets = buckets_of(&hub, access.organization, storage_id(&id)?).await?;
    Ok(Success(BucketList { buckets }))
}

fn storage_id(text: &str) -> ApiResult<StorageId> {
    text.parse().map_err(|_| ApiError::not_found("storage", text))
}

fn page_size(limit: Option<u16>) -> ApiResult<u16> {
    match limit.unwrap_or(LIST_KEYS_MAX) {
        limit @ 1..=LIST_KEYS_MAX => Ok(limit),
        limit => Err(ApiError::invalid(
            "request.limit_invalid",
            format!("The limit is {limit}; it may be 1 to {LIST_KEYS_MAX}."),
        )),
    }
}

fn file_of(bucket: &Bucket, object: ListedObject) -> StorageFile {
    StorageFile {
        url: bucket.address_of(&object.key),
        key: object.key,
        size: object.size_bytes,
        last_modified: object.last_modified,
        signed_url: None,
    }
}

/// Adds a URL to each file that can have one, once all are on record.
async fn sign(hub: &Hub, holder: &Holder, bucket: &Bucket, files: &mut [StorageFile]) -> ApiResult<()> {
    let addresses = files.iter().map(|file| file.url.clone()).collect();
    let signed = sign_objects(hub, bucket.storage.organization, bucket.storage.id, addresses).await?;
    ledger::note_urls(hub, holder, UrlPurpose::Address, &signed)?;
    for (file, url) in files.iter_mut().zip(signed) {
        file.signed_url = url.map(|url| url.url);
    }
    Ok(())
}
