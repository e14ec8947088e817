//! One task, the signed URL of its picture, and why that cannot be shown.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::AssetId;
use insitu_model::role::{Right, allows};
use insitu_model::url_record::UrlPurpose;
use insitu_store::tasks;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{self, Shown, TaskView};
use crate::api::assets::signing::{SignedUrls, signed_view};
use crate::api::assets::way::way_to;
use crate::api::http::query::Params;
use crate::api::storages::diagnosis::DiagnosisData;
use crate::auth::access::{NeedsRight, Reading, right};
use crate::auth::peer::Peer;
use crate::auth::task_access::OnTask;
use crate::cloud_access::sign_assets;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::ledger::{self, Holder};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(sign))
        .routes(routes!(why))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskData {
    pub task: TaskView,
}

/// One task with its answer and the stages that it has left
#[utoipa::path(get, path = "/v2/task/{task}", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<TaskData>), (status = 404, body = ErrorBody)))]
async fn show(State(hub): State<Arc<Hub>>, access: OnTask<right::Label>) -> ApiResult<Success<TaskData>> {
    let (organization, project) = (access.on.organization, access.on.project);
    let files = hub.files.clone();
    let task = hub
        .db
        .read(move |tx| {
            let task = tasks::find(tx, organization, project, access.task)?
                .ok_or_else(|| ApiError::not_found("task", access.task))?;
            access.check_own(&task)?;
            // Clients merge into the answer even where they said that they need none.
            let shown = Shown {
                answer: true,
                history: true,
            };
            Ok::<_, ApiError>(view::one(tx, organization, project, task, shown, &files)?)
        })
        .await?;
    Ok(Success(TaskData { task }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct SignParams {
    /// `true` where the bucket refused the URL that was signed before.
    #[serde(default)]
    after_refusal: bool,
}

/// Sign the URL of a task's asset
#[utoipa::path(post, path = "/v2/task/{task}/sign", tag = "tasks", params(("task" = String, Path), SignParams),
    responses((status = 200, body = Envelope<SignedUrls>), (status = 404, body = ErrorBody)))]
async fn sign(
    State(hub): State<Arc<Hub>>,
    access: OnTask<Reading<right::Label>>,
    peer: Peer,
    Params(params): Params<SignParams>,
) -> ApiResult<Success<SignedUrls>> {
    let holder = Holder::new(&access.on, peer);
    let (organization, project) = (access.on.organization, access.on.project);
    let asset = asset_of(&hub, access).await?;
    let signed = sign_assets(&hub, organization, project, vec![asset], params.after_refusal).await?;
    ledger::note_assets(&hub, &holder, UrlPurpose::Task, &signed)?;
    let urls = signed.into_iter().map(|(id, url)| signed_view(id, url)).collect();
    Ok(Success(SignedUrls { urls }))
}

/// How a task's asset is reached, step by step
///
/// What `GET /v2/project/{project}/assets/{asset}/why` says, for whoever labels the task. The documents to paste are for
/// those who may see all assets of the project.
#[utoipa::path(get, path = "/v2/task/{task}/why", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 404, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
async fn why(State(hub): State<Arc<Hub>>, access: OnTask<right::Label>) -> ApiResult<Success<DiagnosisData>> {
    let (organization, project) = (access.on.organization, access.on.project);
    let sees_documents = allows(Right::ReadAssets, access.on.role, access.on.project_role);
    let manages = allows(Right::ManageStorages, access.on.role, None);
    let _place = hub.ways.enter(access.on.caller.user)?;
    let asset = asset_of(&hub, access).await?;
    let diagnosis = way_to(&hub, organization, project, asset, manages)
        .await?
        .ok_or_else(|| ApiError::not_found("asset", asset))?;
    let diagnosis = match sees_documents {
        true => diagnosis,
        false => diagnosis.without_documents(),
    };
    Ok(Success(DiagnosisData { diagnosis }))
}

/// The asset of a task that the caller may open.
async fn asset_of<R: NeedsRight>(hub: &Hub, access: OnTask<R>) -> ApiResult<AssetId> {
    let (organization, project, id) = (access.on.organization, access.on.project, access.task);
    hub.db
        .read(move |tx| {
            let task =
                tasks::find(tx, organization, project, id)?.ok_or_else(|| ApiError::not_found("task", id))?;
            access.check_own(&task)?;
            Ok::<_, ApiError>(task.asset.id)
        })
        .await
}
