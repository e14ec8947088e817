//! The queue: getting the next task, opening one from a list, giving one back, putting one last.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::TaskId;
use insitu_model::role::{Right, allows};
use insitu_model::task::Stage;
use insitu_store::tasks::{self, Next};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::show::TaskData;
use super::view::{self, Shown, TaskView};
use crate::api::http::body::Body;
use crate::api::http::words;
use crate::auth::access::{OnProject, right};
use crate::auth::task_access::{OnTask, not_yours};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(next))
        .routes(routes!(open))
        .routes(routes!(release))
        .routes(routes!(skip))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NextBody {
    /// `Label` (the default) or `Review`.
    #[schema(value_type = Option<words::Stage>)]
    pub stage: Option<Stage>,
    /// The id of the task being worked on: the one after it is meant, to be fetched ahead.
    #[schema(value_type = Option<String>)]
    pub ahead: Option<TaskId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NextTask {
    /// With its answer; null when there is none left. It is the caller's until submitted, skipped or released.
    pub task: Option<TaskView>,
    /// Tasks in this stage, this one included.
    pub left: u64,
}

/// Get the next task of a stage
///
/// Of those that are the caller's or nobody's: skipped ones last, then the highest priority, then the oldest. Nobody
/// else gets it.
#[utoipa::path(post, path = "/v2/project/{project}/tasks/next", tag = "tasks",
    params(("project" = String, Path)), request_body = NextBody,
    responses((status = 200, body = Envelope<NextTask>), (status = 403, body = ErrorBody)))]
async fn next(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::Label>,
    Body(body): Body<NextBody>,
) -> ApiResult<Success<NextTask>> {
    let stage = body.stage.unwrap_or(Stage::Label);
    if stage == Stage::Complete {
        return Err(ApiError::invalid(
            "task.stage_has_no_queue",
            "Complete tasks are done and wait for nobody. Ask for the next task of Label or Review.",
        ));
    }
    if stage == Stage::Review && !allows(Right::Review, access.role, access.project_role) {
        return Err(ApiError::forbidden(
            "access.right_missing",
            "You may not review tasks of this project: it needs the right project.tasks.review. Ask a Manager or Lead.",
        ));
    }
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let wanted = Next {
        stage,
        user: access.caller.user,
        ahead_of: body.ahead,
    };
    let files = hub.files.clone();
    let data = hub
        .db
        .claim(move |tx| {
            let task = tasks::next(tx, organization, project, &wanted, now)?;
            let left = tasks::counts(tx, organization, project)?.of(stage);
            let shown = Shown {
                answer: true,
                history: false,
            };
            let task = match task {
                Some(task) => Some(view::one(tx, organization, project, task, shown, &files)?),
                None => None,
            };
            Ok::<_, ApiError>(NextTask { task, left })
        })
        .await?;
    Ok(Success(data))
}

/// Open a task from a list
///
/// One of nobody becomes the caller's, unless it is complete.
#[utoipa::path(post, path = "/v2/task/{task}/open", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<TaskData>), (status = 403, body = ErrorBody)))]
async fn open(State(hub): State<Arc<Hub>>, access: OnTask<right::Label>) -> ApiResult<Success<TaskData>> {
    let (organization, project) = (access.on.organization, access.on.project);
    let now = hub.clock.now_ms();
    let files = hub.files.clone();
    let data = hub
        .db
        .claim(move |tx| {
            let before = tasks::find(tx, organization, project, access.task)?
                .ok_or_else(|| ApiError::not_found("task", access.task))?;
            // A labeler gets tasks from the queue or from a manager, never by picking.
            access.check_own(&before)?;
            let task = tasks::open(tx, organization, project, access.task, access.on.caller.user, now)?;
            let shown = Shown {
                answer: true,
                history: true,
            };
            Ok::<_, ApiError>(view::one(tx, organization, project, task, shown, &files)?)
        })
        .await?;
    Ok(Success(TaskData { task: data }))
}

/// Give back a task that one has opened and not changed
#[utoipa::path(post, path = "/v2/task/{task}/release", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<TaskData>), (status = 404, body = ErrorBody)))]
async fn release(State(hub): State<Arc<Hub>>, access: OnTask<right::Label>) -> ApiResult<Success<TaskData>> {
    let (organization, project, user) = (access.on.organization, access.on.project, access.on.caller.user);
    let files = hub.files.clone();
    let data = hub
        .db
        .claim(move |tx| {
            let before = tasks::find(tx, organization, project, access.task)?
                .ok_or_else(|| ApiError::not_found("task", access.task))?;
            access.check_own(&before)?;
            let task = tasks::release(tx, organization, project, access.task, user)?;
            Ok::<_, ApiError>(view::one(
                tx,
                organization,
                project,
                task,
                Shown::default(),
                &files,
            )?)
        })
        .await?;
    Ok(Success(TaskData { task: data }))
}

/// Put a task last, and give it back to everybody
#[utoipa::path(post, path = "/v2/task/{task}/skip", tag = "tasks", params(("task" = String, Path)),
    responses((status = 200, body = Envelope<TaskData>), (status = 403, body = ErrorBody)))]
async fn skip(State(hub): State<Arc<Hub>>, access: OnTask<right::Label>) -> ApiResult<Success<TaskData>> {
    let (organization, project, id) = (access.on.organization, access.on.project, access.task);
    let by = (access.on.caller.user, access.on.only_own_tasks());
    let now = hub.clock.now_ms();
    let files = hub.files.clone();
    let data = hub
        .db
        .claim(move |tx| {
            let task = tasks::skip(tx, organization, project, id, by, now)?.ok_or_else(|| not_yours(id))?;
            Ok::<_, ApiError>(view::one(
                tx,
                organization,
                project,
                task,
                Shown::default(),
                &files,
            )?)
        })
        .await?;
    Ok(Success(TaskData { task: data }))
}
