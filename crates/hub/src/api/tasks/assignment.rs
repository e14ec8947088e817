//! Giving tasks to people.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::TaskId;
use insitu_model::role::{Right, allows};
use insitu_model::task::Stage;
use insitu_store::{audit, members, project_members, tasks};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The most tasks that one request assigns.
const MAX_TASKS: usize = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(assign))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AssignBody {
    pub project: String,
    /// 1 to 1000 ids.
    pub tasks: Vec<String>,
    /// E-mail address of a member of the project; empty: nobody.
    pub user: Option<String>,
    /// Only tasks in this stage.
    pub stage: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssignData {
    pub assigned: usize,
    pub results: Vec<TaskResult>,
}

/// What became of one task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskResult {
    #[serde(rename = "_id")]
    pub id: String,
    /// `assigned`, or the code of why not.
    pub status: &'static str,
}

/// Give tasks to somebody, or to nobody
///
/// Complete tasks and those that hold somebody's draft stay: requeue them first.
#[utoipa::path(post, path = "/v2/task/assign", tag = "tasks", request_body = AssignBody,
    responses((status = 200, body = Envelope<AssignData>), (status = 400, body = ErrorBody)))]
async fn assign(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Body(body): Body<AssignBody>,
) -> ApiResult<Success<AssignData>> {
    let access = OnProject::<right::ManageTasks>::prove(&hub, caller, &body.project).await?;
    if body.tasks.is_empty() || body.tasks.len() > MAX_TASKS {
        return Err(ApiError::invalid(
            "tasks.count_out_of_range",
            format!(
                "{} tasks to assign; 1 to {MAX_TASKS} at a time.",
                body.tasks.len()
            ),
        ));
    }
    let stage = stage(body.stage.as_deref())?;
    let (organization, project) = (access.organization, access.project);
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let data = hub
        .db
        .claim(move |tx| {
            let user = match body
                .user
                .as_deref()
                .map(str::trim)
                .filter(|user| !user.is_empty())
            {
                None => None,
                Some(email) => {
                    let unknown = || ApiError::not_found("user", email);
                    let member = members::find_by_email(tx, organization, email)?.ok_or_else(unknown)?;
                    let role = project_members::role(tx, organization, project, member.user)?;
                    if !allows(Right::Label, member.role, role) {
                        return Err(ApiError::invalid(
                            "user.not_in_project",
                            format!(
                                "{email} has no role in this project. Give them one under Members first."
                            ),
                        ));
                    }
                    Some(member.user)
                }
            };
            let mut results = Vec::with_capacity(body.tasks.len());
            for text in &body.tasks {
                let status = match text.parse::<TaskId>() {
                    Err(_) => "task.not_found",
                    Ok(id) if tasks::find(tx, organization, project, id)?.is_none() => "task.not_found",
                    Ok(id) if tasks::assign(tx, organization, project, id, stage, user)? => "assigned",
                    Ok(_) => "task.not_assignable",
                };
                results.push(TaskResult {
                    id: text.clone(),
                    status,
                });
            }
            let assigned = results
                .iter()
                .filter(|result| result.status == "assigned")
                .count();
            if assigned > 0 {
                let what = (AuditAction::TasksAssigned, AuditSubject::Project(project));
                let to = user.and(body.user.as_deref()).map(str::trim);
                let details = json!({ "tasks": assigned, "to": to });
                audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            }
            Ok(AssignData { assigned, results })
        })
        .await?;
    Ok(Success(data))
}

/// The stage that a body names; none for any.
pub(super) fn stage(text: Option<&str>) -> ApiResult<Option<Stage>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            ApiError::invalid(
                "task.stage_unknown",
                format!(
                    "There is no stage {text:?}. The stages are {}.",
                    Stage::WORDS.join(", ")
                ),
            )
        }),
    }
}
