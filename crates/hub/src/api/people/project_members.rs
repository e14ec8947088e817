//! Who works in a project, and as what (row 8 of the public API).

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::role::{ProjectRole, may_give_project_role};
use insitu_store::{audit, members, project_members, projects};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::organization_users::{MAX_PEOPLE, PersonResult};
use crate::api::http::body::Body;
use crate::api::http::words;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(assign, unassign))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AssigneesBody {
    /// E-mail addresses of members of the organization.
    pub assignees: Vec<String>,
    /// `Manager`, `Lead`, `Reviewer` or `Labeler`.
    #[schema(value_type = words::ProjectRole)]
    pub role: ProjectRole,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct UnassigneesBody {
    /// E-mail addresses.
    pub assignees: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssigneesData {
    pub assignees: AssigneesResult,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct AssigneesResult {
    pub updated: usize,
    pub failed: usize,
    /// `updated`, or the code of why not.
    pub results: Vec<PersonResult>,
}

/// Give people a role in the project
#[utoipa::path(post, path = "/v2/project/{project}/assigned", tag = "projects",
    params(("project" = String, Path)), request_body = AssigneesBody,
    responses((status = 200, body = Envelope<AssigneesData>), (status = 403, body = ErrorBody)))]
async fn assign(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProjectMembers>,
    Body(body): Body<AssigneesBody>,
) -> ApiResult<Success<AssigneesData>> {
    set_roles(hub, access, body.assignees, Some(body.role)).await
}

/// Take people out of the project
#[utoipa::path(delete, path = "/v2/project/{project}/assigned", tag = "projects",
    params(("project" = String, Path)), request_body = UnassigneesBody,
    responses((status = 200, body = Envelope<AssigneesData>), (status = 403, body = ErrorBody)))]
async fn unassign(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProjectMembers>,
    Body(body): Body<UnassigneesBody>,
) -> ApiResult<Success<AssigneesData>> {
    set_roles(hub, access, body.assignees, None).await
}

async fn set_roles(
    hub: Arc<Hub>,
    access: OnProject<right::ManageProjectMembers>,
    assignees: Vec<String>,
    to: Option<ProjectRole>,
) -> ApiResult<Success<AssigneesData>> {
    if assignees.len() > MAX_PEOPLE {
        return Err(ApiError::invalid(
            "request.too_many_people",
            format!(
                "{} people in one request; {MAX_PEOPLE} at most. Send several requests.",
                assignees.len()
            ),
        ));
    }
    let writer = hub.clone();
    let result = hub
        .db
        .write(move |tx| {
            let mut result = AssigneesResult::default();
            for email in &assignees {
                let status = set_role(tx, &writer, &access, email, to)?;
                if status == "updated" {
                    result.updated += 1
                } else {
                    result.failed += 1
                }
                result.results.push(PersonResult {
                    email: email.clone(),
                    status,
                });
            }
            Ok::<_, ApiError>(result)
        })
        .await?;
    Ok(Success(AssigneesData { assignees: result }))
}

fn set_role(
    tx: &mut insitu_store::Tx,
    hub: &Hub,
    access: &OnProject<right::ManageProjectMembers>,
    email: &str,
    to: Option<ProjectRole>,
) -> Result<&'static str, insitu_store::Error> {
    let Some(member) = members::find_by_email(tx, access.organization, email)? else {
        return Ok("user.not_found");
    };
    let from = project_members::role(tx, access.organization, access.project, member.user)?;
    if !may_give_project_role(access.role, access.project_role, from, to) {
        return Ok("access.role_too_high");
    }
    let (organization, project) = (access.organization, access.project);
    let action = match to {
        Some(role) => {
            let now = hub.clock.now_ms();
            project_members::set(tx, organization, project, member.user, role, now)?;
            AuditAction::ProjectRoleGiven
        }
        None => {
            project_members::remove(tx, organization, project, member.user)?;
            AuditAction::ProjectRoleTaken
        }
    };
    if from != to {
        let name = projects::get(tx, organization, project)?.name;
        let details = json!({ "name": name, "email": member.email, "from": from, "to": to });
        let what = (action, AuditSubject::Project(project));
        let by = Some(access.caller.user);
        audit::insert(tx, &record(hub, organization, by, what, &details))?;
    }
    Ok("updated")
}
