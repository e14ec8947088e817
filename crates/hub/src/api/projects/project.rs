//! Projects: what assets are imported into.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::ProjectId;
use insitu_model::role::{ProjectRole, Right, acting_role, allows};
use insitu_model::text::Name;
use insitu_store::audit;
use insitu_store::projects::{self, Project, ProjectChange, ProjectSort, Wanted};
use insitu_store::tasks;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::category_schema::{self, SchemaDocument};
use super::view::{ProjectData, ProjectSummary, Settings, read, summary};
use crate::api::http::body::Body;
use crate::api::http::paging::Page;
use crate::api::http::query::Params;
use crate::audit::record;
use crate::auth::access::{OnProject, Org, right};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The longest description, in bytes.
const MAX_DESCRIPTION_BYTES: usize = 10_000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(show, change, remove))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
    /// `-createdAt` (newest first, the default), `createdAt`, `name` or `-name`.
    sort: Option<String>,
    /// Only archived projects, or only those that are not; all unless given.
    archived: Option<bool>,
    /// Part of a name.
    search: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectList {
    pub projects: Vec<ProjectSummary>,
    pub total: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewProjectBody {
    #[schema(value_type = String)]
    pub name: Name,
    pub description: Option<String>,
    /// `ango`, the only type there is.
    pub r#type: Option<String>,
    #[schema(value_type = Option<SchemaDocument>)]
    pub category_schema: Option<Box<RawValue>>,
    /// `true`: the browser shows a manager what to try first, until the first task is complete.
    #[serde(default)]
    pub first_steps: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProjectChangeBody {
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    pub description: Option<String>,
    /// Replaces the whole schema. Answers stay as they are: an object whose class is gone is kept.
    #[schema(value_type = Option<SchemaDocument>)]
    pub category_schema: Option<Box<RawValue>>,
}

/// Projects that the caller can see
#[utoipa::path(get, path = "/v2/listProjects", tag = "projects", params(ListParams),
    responses((status = 200, body = Envelope<ProjectList>), (status = 401, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadOrganization>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<ProjectList>> {
    let page = Page::new(params.page, params.limit)?;
    let sort = parse_sort(params.sort.as_deref())?;
    let (organization, user, role) = (access.organization, access.caller.user, access.role);
    let wanted = Wanted {
        all: allows(Right::ReadProject, role, None),
        archived: params.archived,
        search: params.search.unwrap_or_default(),
    };
    let found = hub
        .db
        .read(move |tx| projects::list(tx, organization, user, &wanted, sort, page.into()))
        .await?;
    let projects = found
        .rows
        .into_iter()
        .map(|row| {
            summary(
                row.project,
                acting_role(role, row.role).map_or("", ProjectRole::as_str),
            )
        })
        .collect();
    Ok(Success(ProjectList {
        projects,
        total: found.total,
    }))
}

/// Make a project
#[utoipa::path(post, path = "/v2/project", tag = "projects", request_body = NewProjectBody,
    responses((status = 201, body = Envelope<ProjectData>), (status = 403, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: Org<right::CreateProject>,
    Body(body): Body<NewProjectBody>,
) -> ApiResult<Created<ProjectData>> {
    if body.r#type.as_deref().is_some_and(|kind| kind != "ango") {
        return Err(ApiError::invalid(
            "project.type_unsupported",
            "Projects of this type cannot be made here; leave the type out, or say \"ango\".",
        ));
    }
    let category_schema = category_schema::accept(&hub, body.category_schema).await?;
    let now = hub.clock.now_ms();
    let new = Project {
        id: ProjectId::new(&*hub.clock, &*hub.random),
        organization: access.organization,
        name: body.name.to_string(),
        description: checked_description(body.description)?.unwrap_or_default(),
        category_schema: category_schema.unwrap_or_else(|| category_schema::EMPTY.to_owned()),
        settings: Settings {
            first_steps: body.first_steps,
        }
        .to_json(),
        created_by: access.caller.user,
        created_at: now,
        updated_at: now,
        archived_at: None,
        asset_count: 0,
        tasks: tasks::Counts::default(),
    };
    let (organization, id) = (new.organization, new.id);
    let what = (AuditAction::ProjectCreated, AuditSubject::Project(id));
    let by = Some(access.caller.user);
    let record = record(&hub, organization, by, what, &json!({ "name": new.name }));
    hub.db
        .write(move |tx| {
            projects::insert(tx, &new)?;
            audit::insert(tx, &record)
        })
        .await?;
    Ok(Created(
        read(&hub, organization, id, ProjectRole::Manager.as_str()).await?,
    ))
}

/// One project
#[utoipa::path(get, path = "/v2/project/{project}", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<ProjectData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadProject>,
) -> ApiResult<Success<ProjectData>> {
    let data = read(&hub, access.organization, access.project, access.acting_role()).await?;
    Ok(Success(data))
}

/// Change a project's name, description or category schema
#[utoipa::path(post, path = "/v2/project/{project}", tag = "projects", params(("project" = String, Path)),
    request_body = ProjectChangeBody,
    responses((status = 200, body = Envelope<ProjectData>), (status = 403, body = ErrorBody)))]
async fn change(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProject>,
    Body(body): Body<ProjectChangeBody>,
) -> ApiResult<Success<ProjectData>> {
    let change = ProjectChange {
        name: body.name.map(|name| name.to_string()),
        description: checked_description(body.description)?,
        category_schema: category_schema::accept(&hub, body.category_schema).await?,
        ..ProjectChange::default()
    };
    let (organization, project) = (access.organization, access.project);
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    hub.db
        .write(move |tx| {
            projects::update(tx, organization, project, &change, writer.clock.now_ms())?;
            let name = projects::get(tx, organization, project)?.name;
            let details = json!({ "name": name, "changed": changed(&change) });
            let what = (AuditAction::ProjectChanged, AuditSubject::Project(project));
            audit::insert(tx, &record(&writer, organization, by, what, &details))
        })
        .await?;
    Ok(Success(
        read(&hub, organization, project, access.acting_role()).await?,
    ))
}

/// Delete a project with its assets; never anything in a bucket
#[utoipa::path(delete, path = "/v2/project/{project}", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<ProjectData>), (status = 403, body = ErrorBody)))]
async fn remove(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::DeleteProject>,
) -> ApiResult<Success<ProjectData>> {
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let data = read(&hub, organization, project, access.acting_role()).await?;
    let what = (AuditAction::ProjectDeleted, AuditSubject::Project(project));
    let by = Some(access.caller.user);
    let details = json!({ "name": data.project.summary.name, "assets": data.project.summary.asset_count });
    let record = record(&hub, organization, by, what, &details);
    hub.db
        .write(move |tx| {
            projects::delete(tx, organization, project, now)?;
            audit::insert(tx, &record)
        })
        .await?;
    Ok(Success(data))
}

/// The fields that a change names, as the API writes them.
fn changed(change: &ProjectChange) -> Vec<&'static str> {
    let fields = [
        ("name", change.name.is_some()),
        ("description", change.description.is_some()),
        ("categorySchema", change.category_schema.is_some()),
    ];
    fields
        .into_iter()
        .filter(|(_, is_changed)| *is_changed)
        .map(|(name, _)| name)
        .collect()
}

fn parse_sort(sort: Option<&str>) -> ApiResult<ProjectSort> {
    match sort.unwrap_or("-createdAt") {
        "-createdAt" => Ok(ProjectSort::NewestFirst),
        "createdAt" => Ok(ProjectSort::OldestFirst),
        "name" => Ok(ProjectSort::Name),
        "-name" => Ok(ProjectSort::NameDescending),
        other => Err(ApiError::invalid(
            "request.sort_invalid",
            format!("Projects cannot be sorted by {other}. Use createdAt, -createdAt, name or -name."),
        )),
    }
}

fn checked_description(text: Option<String>) -> ApiResult<Option<String>> {
    match text {
        Some(text) if text.len() > MAX_DESCRIPTION_BYTES => Err(ApiError::invalid(
            "project.description_too_long",
            format!(
                "The description has {} bytes; {MAX_DESCRIPTION_BYTES} at most.",
                text.len()
            ),
        )),
        other => Ok(other),
    }
}
