//! Archiving a project: it is kept and read, and nothing is worked on in it. What that means is decided where a right in a
//! project is proven (`auth::access`).

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_store::{Error, audit, projects};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ProjectData, read};
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(archive))
        .routes(routes!(unarchive))
}

/// Archive a project
///
/// It can be read and exported; importing, labeling and changing its tasks answer 409 `project.archived`. Refused while
/// something is being imported or assets are being changed.
#[utoipa::path(post, path = "/v2/project/{project}/archive", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<ProjectData>), (status = 409, body = ErrorBody)))]
async fn archive(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProject>,
) -> ApiResult<Success<ProjectData>> {
    set(&hub, &access, true).await
}

/// Take a project out of the archive
#[utoipa::path(post, path = "/v2/project/{project}/unarchive", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<ProjectData>), (status = 403, body = ErrorBody)))]
async fn unarchive(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProject>,
) -> ApiResult<Success<ProjectData>> {
    set(&hub, &access, false).await
}

async fn set(
    hub: &Arc<Hub>,
    access: &OnProject<right::ManageProject>,
    is_archived: bool,
) -> ApiResult<Success<ProjectData>> {
    let (organization, project) = (access.organization, access.project);
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    hub.db
        .write(move |tx| {
            let now = writer.clock.now_ms();
            if projects::set_archived(tx, organization, project, is_archived, now)? {
                let details = json!({ "name": projects::get(tx, organization, project)?.name });
                let action = if is_archived {
                    AuditAction::ProjectArchived
                } else {
                    AuditAction::ProjectUnarchived
                };
                let what = (action, AuditSubject::Project(project));
                audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            }
            Ok(())
        })
        .await
        .map_err(|error: Error| match error {
            Error::Refused { .. } => ApiError::conflict(
                "project.job_running",
                "An import into this project, or a change of its assets, is on its way. Wait until it is done, or cancel it; then archive the project.",
            ),
            other => other.into(),
        })?;
    Ok(Success(
        read(hub, organization, project, access.acting_role()).await?,
    ))
}
