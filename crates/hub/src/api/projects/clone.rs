//! Cloning a project: its settings in a new one, without assets, tasks and labels (row 7 of the public API).

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{BatchId, ProjectId};
use insitu_model::role::ProjectRole;
use insitu_model::text::{NAME_CHARS_MAX, Name};
use insitu_store::projects::{self, Project};
use insitu_store::{Tx, audit, batches, project_members, tasks};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::category_schema;
use super::view::{ProjectData, Settings, read};
use crate::api::http::body::Body;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Created, Envelope, ErrorBody};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// What is put behind the name of the project.
const SUFFIX: &str = " copy";

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(clone))
}

/// What is taken over; everything unless it is false.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ProjectClone)]
pub struct CloneBody {
    /// The new project's name; the old one's with ` copy` behind it unless given.
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    pub category_schema: Option<bool>,
    /// The people, with their roles.
    pub assigned_to: Option<bool>,
    pub batches: Option<bool>,
    /// Every project has the same workflow.
    pub workflow: Option<bool>,
    /// There are no plugins to take over.
    pub plugin_presets: Option<bool>,
    /// The description and the settings.
    pub project_general_settings: Option<bool>,
}

/// Clone a project: its settings, without assets, tasks and labels
///
/// The caller is Manager of the new one.
#[utoipa::path(post, path = "/v2/project/{project}/clone", tag = "projects", params(("project" = String, Path)),
    request_body = CloneBody,
    responses((status = 201, body = Envelope<ProjectData>), (status = 403, body = ErrorBody)))]
async fn clone(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProject>,
    Body(body): Body<CloneBody>,
) -> ApiResult<Created<ProjectData>> {
    let (organization, id) = (access.organization, ProjectId::new(&*hub.clock, &*hub.random));
    let role = access.acting_role();
    let writer = hub.clone();
    hub.db
        .write(move |tx| copy(tx, &writer, &access, &body, id))
        .await?;
    Ok(Created(read(&hub, organization, id, role).await?))
}

fn copy(
    tx: &mut Tx,
    hub: &Hub,
    access: &OnProject<right::ManageProject>,
    body: &CloneBody,
    id: ProjectId,
) -> ApiResult<()> {
    let (organization, source, now) = (access.organization, access.project, hub.clock.now_ms());
    let from = projects::get(tx, organization, source)?;
    let wants = |part: Option<bool>| part.unwrap_or(true);
    let settings = wants(body.project_general_settings);
    let new = Project {
        id,
        name: body
            .name
            .as_ref()
            .map_or_else(|| name_of_copy(&from.name), ToString::to_string),
        description: taken(settings, from.description, ""),
        category_schema: taken(
            wants(body.category_schema),
            from.category_schema,
            category_schema::EMPTY,
        ),
        settings: taken(settings, Settings::of_copy(&from.settings), "{}"),
        organization,
        created_by: access.caller.user,
        created_at: now,
        updated_at: now,
        archived_at: None,
        asset_count: 0,
        tasks: tasks::Counts::default(),
    };
    projects::insert(tx, &new)?;
    if wants(body.batches) {
        let ids = || BatchId::new(&*hub.clock, &*hub.random);
        batches::copy(tx, organization, (source, id), ids, now)?;
    }
    if wants(body.assigned_to) {
        for member in project_members::list(tx, organization, source)? {
            project_members::set(tx, organization, id, member.user, member.role, now)?;
        }
    }
    // Owners and admins run every project; a Manager runs the ones that say so.
    if access.project_role.is_some() {
        project_members::set(
            tx,
            organization,
            id,
            access.caller.user,
            ProjectRole::Manager,
            now,
        )?;
    }
    let what = (AuditAction::ProjectCloned, AuditSubject::Project(id));
    let details = json!({ "name": new.name, "from": source, "fromName": from.name });
    let by = Some(access.caller.user);
    audit::insert(tx, &record(hub, organization, by, what, &details))?;
    Ok::<_, ApiError>(())
}

fn taken(is_wanted: bool, text: String, empty: &str) -> String {
    if is_wanted { text } else { empty.to_owned() }
}

fn name_of_copy(name: &str) -> String {
    let room = NAME_CHARS_MAX - SUFFIX.chars().count();
    let kept: String = name.chars().take(room).collect();
    format!("{}{SUFFIX}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_called_after_what_it_was_copied_from_and_fits() {
        assert_eq!(name_of_copy("Cats"), "Cats copy");
        let long = name_of_copy(&"ü".repeat(200));
        assert_eq!(long.chars().count(), 200);
        assert!(long.ends_with("ü copy"));
        assert!(long.parse::<Name>().is_ok());
    }
}
