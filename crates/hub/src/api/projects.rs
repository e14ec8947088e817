//! Projects: what assets are imported into.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::{OrganizationId, ProjectId};
use insitu_model::role::{ProjectRole, Right, acting_role, allows};
use insitu_model::text::Name;
use insitu_store::batches::{self, Batch};
use insitu_store::project_members::{self, ProjectMember};
use insitu_store::projects::{self, Project, ProjectChange, ProjectSort};
use insitu_store::{Tx, members};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::category_schema::{self, SchemaDocument};
use super::query::{Page, Params};
use super::stages::{StageNode, workflow};
use super::time::iso;
use super::words;
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
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    pub description: String,
    pub organization: String,
    pub created_at: String,
    pub asset_count: u64,
    /// The caller's role in the project; owners and admins act as `Manager`.
    #[schema(value_type = words::ProjectRole)]
    pub role: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectList {
    pub projects: Vec<ProjectSummary>,
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Project)]
pub struct ProjectView {
    #[serde(flatten)]
    pub summary: ProjectSummary,
    /// Always `ango`.
    pub r#type: &'static str,
    /// E-mail address of the organization's owner.
    pub owner: String,
    /// Tools, classifications and relations, as they were sent.
    #[schema(value_type = SchemaDocument)]
    pub category_schema: Box<RawValue>,
    /// The workflow.
    pub stages: Vec<StageNode>,
    pub assigned_to: Vec<Assignment>,
    pub batches: Vec<BatchView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Assignment {
    /// E-mail address.
    pub assignee: String,
    /// `Manager`, `Lead`, `Reviewer` or `Labeler`.
    #[schema(value_type = words::ProjectRole)]
    pub role: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectData {
    pub project: ProjectView,
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
    let all = allows(Right::ReadProject, role, None);
    let found = hub
        .db
        .read(move |tx| projects::list(tx, organization, user, all, sort, page.into()))
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
        settings: "{}".to_owned(),
        created_by: access.caller.user,
        created_at: now,
        updated_at: now,
        asset_count: 0,
    };
    let (organization, id) = (new.organization, new.id);
    hub.db.write(move |tx| projects::insert(tx, &new)).await?;
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
    let now = hub.clock.now_ms();
    let (organization, project) = (access.organization, access.project);
    hub.db
        .write(move |tx| projects::update(tx, organization, project, &change, now))
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
    hub.db
        .write(move |tx| projects::delete(tx, organization, project, now))
        .await?;
    Ok(Success(data))
}

async fn read(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    role: &'static str,
) -> ApiResult<ProjectData> {
    let details = hub.db.read(move |tx| details(tx, organization, project)).await?;
    Ok(ProjectData {
        project: view(details, role),
    })
}

/// A project with everything that its page shows.
struct Details {
    project: Project,
    owner_email: String,
    members: Vec<ProjectMember>,
    batches: Vec<Batch>,
}

fn details(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<Details, insitu_store::Error> {
    let owner = members::owner(tx, organization)?;
    Ok(Details {
        project: projects::get(tx, organization, id)?,
        owner_email: owner.map(|owner| owner.email).unwrap_or_default(),
        members: project_members::list(tx, organization, id)?,
        batches: batches::list(tx, organization, id)?,
    })
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

fn summary(project: Project, role: &'static str) -> ProjectSummary {
    ProjectSummary {
        id: project.id.to_string(),
        name: project.name,
        description: project.description,
        organization: project.organization.to_string(),
        created_at: iso(project.created_at),
        asset_count: project.asset_count,
        role,
    }
}

fn view(mut details: Details, role: &'static str) -> ProjectView {
    ProjectView {
        r#type: "ango",
        owner: details.owner_email,
        category_schema: category_schema::answer(std::mem::take(&mut details.project.category_schema)),
        stages: workflow(),
        assigned_to: details
            .members
            .into_iter()
            .map(|member| Assignment {
                assignee: member.email,
                role: member.role.as_str(),
            })
            .collect(),
        batches: details
            .batches
            .into_iter()
            .map(|batch| BatchView {
                id: batch.id.to_string(),
                name: batch.name,
            })
            .collect(),
        summary: summary(details.project, role),
    }
}
