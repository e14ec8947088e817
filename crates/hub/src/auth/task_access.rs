//! Proof of a right on a task: through its project, and for a labeler only on their own.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use insitu_model::id::TaskId;
use insitu_model::role::{Right, allows};
use insitu_store::tasks::{self, Task};

use super::access::{NeedsRight, OnProject, hidden_with_its_project, path_parameter, standing};
use super::caller::identify;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Path parameter of endpoints of one task.
const TASK_PARAMETER: &str = "task";

/// The right `R` in the project of the task that the path names.
#[derive(Debug, Clone)]
pub struct OnTask<R> {
    pub on: OnProject<R>,
    pub task: TaskId,
}

impl<R: NeedsRight> FromRequestParts<Arc<Hub>> for OnTask<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        let text = path_parameter(parts, hub, TASK_PARAMETER)
            .await?
            .unwrap_or_default();
        let id: Option<TaskId> = text.parse().ok();
        let (caller, found) = identify(parts, hub, move |tx, caller| {
            let Some(id) = id else { return Ok(None) };
            let Some(located) = tasks::locate(tx, id)? else {
                return Ok(None);
            };
            let standing = standing(tx, located.project, caller.user, caller.only_organization())?;
            Ok(standing.map(|standing| (located, standing)))
        })
        .await?;
        let unknown = || ApiError::not_found("task", &text);
        let (located, standing) = found.ok_or_else(unknown)?;
        let allowed = OnProject::allow(caller, located.project, standing, parts.method.is_safe());
        let on = allowed.map_err(|error| hidden_with_its_project(error, unknown))?;
        Ok(Self { on, task: located.id })
    }
}

impl<R> OnProject<R> {
    /// Whether the caller sees and changes only tasks that were given to them.
    pub fn only_own_tasks(&self) -> bool {
        !allows(Right::Review, self.role, self.project_role)
    }
}

impl<R> OnTask<R> {
    /// Refuses a labeler the tasks of others.
    pub fn check_own(&self, task: &Task) -> ApiResult<()> {
        if self.on.only_own_tasks() && task.assignee != Some(self.on.caller.user) {
            return Err(not_yours(self.task));
        }
        Ok(())
    }
}

/// What a labeler is told about the task of somebody else.
pub fn not_yours(task: TaskId) -> ApiError {
    ApiError::forbidden(
        "task.not_yours",
        format!(
            "The task {task} is not given to you. Start labeling to get the next one, or ask a Manager or Lead to assign it to you."
        ),
    )
}
