//! Changes of all assets that a filter lets through: batches, priority, deletion and taking it back.

mod order;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use insitu_model::id::AssetChangeId;
use insitu_store::Error;
use insitu_store::asset_changes::{self, AssetChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::paging::PageParams;
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::{self, asset_change_record};
use order::AssetChangeBody;

/// How long an order waits for a short change to end before it answers that it is on its way.
const PATIENCE: Duration = Duration::from_millis(800);

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(undo))
}

/// A change of many assets as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssetChange)]
pub struct AssetChangeView {
    #[serde(rename = "_id")]
    pub id: String,
    pub project: String,
    /// `batches`, `priority`, `delete` or `restore`; `unknown` where another version of the hub ordered something else
    #[schema(value_type = words::AssetChangeKind)]
    pub kind: &'static str,
    /// The change that this one takes back.
    pub undoes: Option<String>,
    #[schema(value_type = words::JobState)]
    pub state: &'static str,
    /// Assets that there were to change when it was ordered; 0 where only looking at them tells, until it is over.
    pub assets_total: u64,
    /// Those that are changed, for good.
    pub assets_done: u64,
    /// Where it takes another change back: assets that it left alone, because somebody changed them after.
    pub assets_left: u64,
    /// Why it failed.
    pub error: Option<AssetChangeError>,
    pub created_at: String,
    pub finished_at: Option<String>,
    /// The user's id.
    pub created_by: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AssetChangeError {
    pub code: String,
    pub message: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssetChangeData {
    pub change: AssetChangeView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssetChangeList {
    pub changes: Vec<AssetChangeView>,
    pub total: u64,
}

/// Change all assets that a filter lets through
///
/// Assets that are imported later are left alone. A short change has ended when this answers; poll a long one by its id.
#[utoipa::path(post, path = "/v2/project/{project}/assetChanges", tag = "assets",
    params(("project" = String, Path)), request_body = AssetChangeBody,
    responses((status = 201, body = Envelope<AssetChangeData>), (status = 400, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Body(body): Body<AssetChangeBody>,
) -> ApiResult<Created<AssetChangeData>> {
    let ordered = order::place(&hub, &access, body).await?;
    begun(&hub, &access, ordered.new.id).await
}

/// The answer to an order: how the change ended, or that it is on its way.
async fn begun(
    hub: &Hub,
    access: &OnProject<right::ManageAssets>,
    id: AssetChangeId,
) -> ApiResult<Created<AssetChangeData>> {
    hub.jobs.asset_changes.one_arrived();
    let waiting = jobs::wait_for_asset_change(hub, access.organization, access.project, id);
    let change = match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(ended) => ended?,
        Err(_) => find(hub, access, id).await?,
    };
    Ok(Created(AssetChangeData {
        change: change.into(),
    }))
}

/// A project's changes of assets, newest first
#[utoipa::path(get, path = "/v2/project/{project}/assetChanges", tag = "assets",
    params(("project" = String, Path), PageParams),
    responses((status = 200, body = Envelope<AssetChangeList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Params(params): Params<PageParams>,
) -> ApiResult<Success<AssetChangeList>> {
    let page = params.page()?;
    let (organization, project) = (access.organization, access.project);
    let found = hub
        .db
        .read(move |tx| asset_changes::list(tx, organization, project, page.into()))
        .await?;
    Ok(Success(AssetChangeList {
        changes: found.rows.into_iter().map(Into::into).collect(),
        total: found.total,
    }))
}

/// One change of assets
#[utoipa::path(get, path = "/v2/project/{project}/assetChanges/{id}", tag = "assets",
    params(("project" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Envelope<AssetChangeData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<AssetChangeData>> {
    let change = find(&hub, &access, parsed(&path.1)?).await?;
    Ok(Success(AssetChangeData {
        change: change.into(),
    }))
}

/// Stop a change of assets; what it changed so far stays changed
#[utoipa::path(post, path = "/v2/project/{project}/assetChanges/{id}/cancel", tag = "assets",
    params(("project" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Envelope<AssetChangeData>), (status = 404, body = ErrorBody)))]
async fn cancel(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<AssetChangeData>> {
    let id = parsed(&path.1)?;
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let (writer, by) = (hub.clone(), access.caller.user);
    let change = hub
        .db
        .write(move |tx| {
            let before = asset_changes::get(tx, organization, project, id)?;
            let change = asset_changes::cancel(tx, organization, project, id, now)?;
            if !before.state.is_final() {
                asset_change_record::cancelled(tx, &writer, &change, by)?;
            }
            // Nobody works on it, so nobody else will say how it ended.
            if !before.state.is_final() && change.state.is_final() {
                asset_change_record::ended(tx, &writer, (&change, before.assets_total), by)?;
            }
            Ok::<_, Error>(change)
        })
        .await?;
    hub.jobs.asset_changes.one_ended();
    Ok(Success(AssetChangeData {
        change: change.into(),
    }))
}

/// Take back what one change did
///
/// Exactly that: what it deleted, as far as nobody restored it since, or the batches or priority that each of its assets had
/// before, as far as nobody changed them after. Those that somebody did are left alone and counted. Batches and priorities
/// are remembered for a day. A change that goes on has to be cancelled first.
#[utoipa::path(post, path = "/v2/project/{project}/assetChanges/{id}/undo", tag = "assets",
    params(("project" = String, Path), ("id" = String, Path)),
    responses((status = 201, body = Envelope<AssetChangeData>), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn undo(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Created<AssetChangeData>> {
    let ordered = order::place_undo(&hub, &access, parsed(&path.1)?).await?;
    begun(&hub, &access, ordered.new.id).await
}

fn parsed(id: &str) -> ApiResult<AssetChangeId> {
    id.parse()
        .map_err(|_| ApiError::not_found("change of assets", id))
}

async fn find(
    hub: &Hub,
    access: &OnProject<right::ManageAssets>,
    id: AssetChangeId,
) -> ApiResult<AssetChange> {
    let (organization, project) = (access.organization, access.project);
    let found = hub
        .db
        .read(move |tx| asset_changes::find(tx, organization, project, id))
        .await?;
    found.ok_or_else(|| ApiError::not_found("change of assets", id))
}

impl From<AssetChange> for AssetChangeView {
    fn from(change: AssetChange) -> Self {
        Self {
            id: change.new.id.to_string(),
            project: change.new.project.to_string(),
            kind: change.new.change.kind(),
            undoes: change.new.change.undoes().map(|undone| undone.to_string()),
            state: change.state.as_str(),
            assets_total: change.assets_total,
            assets_done: change.assets_done,
            assets_left: change.assets_left,
            error: change.error.and_then(|json| serde_json::from_str(&json).ok()),
            created_at: iso(change.new.created_at),
            finished_at: change.finished_at.map(iso),
            created_by: change.new.created_by.to_string(),
        }
    }
}
