//! Reviewing: accepted, rejected, or fixed.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::task::ReviewStatus;
use insitu_store::tasks;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::annotate::{Coming, duration, save};
use super::show::TaskData;
use super::view::{self, Shown};
use crate::api::http::body::Body;
use crate::api::http::words;
use crate::auth::access::right;
use crate::auth::task_access::OnTask;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(review))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewBody {
    #[schema(value_type = words::ReviewStatus)]
    pub review_status: ReviewStatus,
    /// What the reviewer mended, if anything: kept before the verdict.
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Value>,
    /// The revision that the reviewer saw; with an answer.
    pub revision: Option<u64>,
    /// Milliseconds of work since the last save.
    pub duration: Option<f64>,
}

/// Say what a review came to
///
/// In stage Review, `Accepted` and `Fixed` complete the task, and `Rejected` gives it back to whoever labeled it.
/// Elsewhere the verdict is only noted.
#[utoipa::path(post, path = "/v2/review/{task}", tag = "tasks",
    params(("task" = String, Path)), request_body = ReviewBody,
    responses((status = 200, body = Envelope<TaskData>), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn review(
    State(hub): State<Arc<Hub>>,
    access: OnTask<right::Review>,
    Body(body): Body<ReviewBody>,
) -> ApiResult<Success<TaskData>> {
    let duration = duration(body.duration)?;
    if let Some(answer) = body.answer {
        let coming = Coming {
            access: &access,
            answer,
            based_on: body.revision,
            duration,
            is_draft: false,
            submit: false,
        };
        save(&hub, coming).await?;
    }
    let (organization, project, id) = (access.on.organization, access.on.project, access.task);
    let verdict = (access.on.caller.user, body.review_status);
    let now = hub.clock.now_ms();
    let files = hub.files.clone();
    let task = hub
        .db
        .claim(move |tx| {
            let task = tasks::review(tx, organization, project, id, verdict, now)?;
            let shown = Shown {
                answer: true,
                history: false,
            };
            Ok::<_, ApiError>(view::one(tx, organization, project, task, shown, &files)?)
        })
        .await?;
    Ok(Success(TaskData { task }))
}
