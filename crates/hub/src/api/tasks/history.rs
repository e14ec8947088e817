//! What a task was when it left each stage.

use std::sync::Arc;

use axum::extract::State;
use insitu_store::tasks;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{self, Names, StageView};
use crate::auth::access::right;
use crate::auth::task_access::OnTask;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(history))
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryData {
    /// Oldest first, beginning with `Start`; the stage that the task is in now is left out.
    pub stage_history: Vec<StageView>,
}

/// The stages that a task has left
#[utoipa::path(get, path = "/v2/task/{task}/history", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<HistoryData>), (status = 404, body = ErrorBody)))]
async fn history(
    State(hub): State<Arc<Hub>>,
    access: OnTask<right::Label>,
) -> ApiResult<Success<HistoryData>> {
    let (organization, project) = (access.on.organization, access.on.project);
    let stage_history = hub
        .db
        .read(move |tx| {
            let task = tasks::find(tx, organization, project, access.task)?
                .ok_or_else(|| ApiError::not_found("task", access.task))?;
            access.check_own(&task)?;
            let names = Names::load(tx, organization, project, [&task])?;
            Ok::<_, ApiError>(view::history(tx, &names, &task)?)
        })
        .await?;
    Ok(Success(HistoryData { stage_history }))
}
