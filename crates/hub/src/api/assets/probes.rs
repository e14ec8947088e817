//! Sizes of assets that came without: how far the header probes are, trying again, and what a page has seen itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_formats::image::SIDE_MAX_PX;
use insitu_model::id::{AssetId, TaskId};
use insitu_store::assets::probes::{self, FailedAsset, FailedPage, Progress};
use insitu_store::assets::{self, AssetCursor};
use insitu_store::tasks;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::paging::Page;
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::auth::access::{OnProject, Reading, right};
use crate::auth::task_access::not_yours;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(retry))
        .routes(routes!(fill))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ShowParams {
    /// Where the page before ended.
    cursor: Option<String>,
    /// 1 to 1000 failed assets; 10 unless given.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Probes {
    /// Whether the organization and the operator let them run.
    pub enabled: bool,
    /// Assets that wait, at most.
    pub pending: u64,
    /// Assets that were measured so far.
    pub measured: u64,
    /// Assets that were given up.
    pub failed: u64,
    /// Why they were.
    pub reasons: Vec<ProbeReason>,
    /// Storages that cannot be read now, and are tried again.
    pub waiting: Vec<ProbeWait>,
    /// Some of the assets that were given up.
    pub failures: Vec<ProbeFailure>,
    /// None at the end of the failures.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProbeReason {
    pub code: String,
    pub assets: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeWait {
    /// None: public assets.
    pub storage: Option<String>,
    pub code: String,
    pub message: String,
    pub next_try_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeFailure {
    /// The asset.
    #[serde(rename = "_id")]
    pub id: String,
    pub external_id: Option<String>,
    pub data: String,
    pub code: String,
    pub message: String,
    pub failed_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProbesData {
    pub probes: Probes,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RetryData {
    /// Failed assets that wait again.
    pub retried: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Dimensions {
    /// Pixels as shown, which is after turning as EXIF says.
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KnownDimensions {
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DimensionsData {
    pub metadata: KnownDimensions,
}

/// How far a project's header probes are
#[utoipa::path(get, path = "/v2/project/{project}/probes", tag = "assets",
    params(("project" = String, Path), ShowParams),
    responses((status = 200, body = Envelope<ProbesData>), (status = 400, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
    Params(params): Params<ShowParams>,
) -> ApiResult<Success<ProbesData>> {
    let limit = Page::new(None, params.limit)?.limit;
    let cursor = match params.cursor.filter(|text| !text.is_empty()) {
        Some(text) => Some(text.parse::<AssetCursor>()?),
        None => None,
    };
    let (organization, project) = (access.organization, access.project);
    let (progress, page) = hub
        .db
        .read(move |tx| {
            let progress = probes::progress(tx, organization, project)?;
            let page = probes::failures(tx, organization, project, cursor.as_ref(), limit)?;
            Ok::<_, insitu_store::Error>((progress, page))
        })
        .await?;
    Ok(Success(ProbesData {
        probes: view(&hub, progress, page),
    }))
}

/// Try the assets again that were given up
#[utoipa::path(post, path = "/v2/project/{project}/probes/retry", tag = "assets",
    params(("project" = String, Path)),
    responses((status = 200, body = Envelope<RetryData>), (status = 403, body = ErrorBody)))]
async fn retry(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ImportAssets>,
) -> ApiResult<Success<RetryData>> {
    let (organization, project) = (access.organization, access.project);
    let mut retried = 0;
    loop {
        let now = hub.clock.now_ms();
        let some = hub
            .db
            .claim(move |tx| probes::retry(tx, organization, project, now))
            .await?;
        retried += some;
        if some == 0 {
            break;
        }
    }
    hub.jobs.probes.one_arrived();
    Ok(Success(RetryData { retried }))
}

/// Say how large an asset is, once it was seen
///
/// Fills what is unknown; what is known stays as it is and is answered. Labelers say it of assets whose task is theirs.
#[utoipa::path(post, path = "/v2/project/{project}/assets/{asset}/dimensions", tag = "assets",
    params(("project" = String, Path), ("asset" = String, Path)), request_body = Dimensions,
    responses((status = 200, body = Envelope<DimensionsData>), (status = 404, body = ErrorBody)))]
async fn fill(
    State(hub): State<Arc<Hub>>,
    // How large a picture is was not decided by anybody: it may be said in an archived project too.
    access: OnProject<Reading<right::Label>>,
    Path(path): Path<(String, String)>,
    Body(seen): Body<Dimensions>,
) -> ApiResult<Success<DimensionsData>> {
    let side = 1..=SIDE_MAX_PX;
    if !side.contains(&seen.width) || !side.contains(&seen.height) {
        return Err(ApiError::invalid(
            "asset.dimensions_out_of_range",
            format!(
                "{} × {} pixels are no size of a picture: a side has 1 to {SIDE_MAX_PX}.",
                seen.width, seen.height
            ),
        ));
    }
    let (_, text) = path;
    let unknown = || ApiError::not_found("asset", &text);
    let asset: AssetId = text.parse().map_err(|_| unknown())?;
    let (organization, project, user) = (access.organization, access.project, access.caller.user);
    let (task, only_own) = (TaskId::of_asset(asset), access.only_own_tasks());
    let known = hub
        .db
        .claim(move |tx| {
            if only_own {
                let found = tasks::find(tx, organization, project, task)?;
                if found.is_some_and(|found| found.assignee != Some(user)) {
                    return Err(not_yours(task));
                }
            }
            let size = (seen.width, seen.height);
            Ok::<_, ApiError>(assets::fill(tx, organization, project, asset, size)?)
        })
        .await?;
    let (width, height) = known.ok_or_else(unknown)?;
    Ok(Success(DimensionsData {
        metadata: KnownDimensions { width, height },
    }))
}

fn view(hub: &Hub, progress: Progress, page: FailedPage) -> Probes {
    let reason = |(code, assets)| ProbeReason { code, assets };
    Probes {
        enabled: progress.is_on && hub.config.header_probes,
        pending: progress.pending,
        measured: progress.measured,
        failed: progress.failed.iter().map(|(_, assets)| assets).sum(),
        reasons: progress.failed.into_iter().map(reason).collect(),
        waiting: progress
            .waiting
            .into_iter()
            .map(|(storage, trouble)| ProbeWait {
                storage: storage.map(|id| id.to_string()),
                code: trouble.code,
                message: trouble.message,
                next_try_at: iso(trouble.due_at),
            })
            .collect(),
        failures: page.assets.into_iter().map(|asset| failure(hub, asset)).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }
}

fn failure(hub: &Hub, asset: FailedAsset) -> ProbeFailure {
    ProbeFailure {
        id: asset.id.to_string(),
        external_id: asset.external_id,
        data: hub.files.shown(asset.data),
        code: asset.code,
        message: asset.message,
        failed_at: iso(asset.failed_at),
    }
}
