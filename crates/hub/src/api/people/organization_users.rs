//! Members of an organization and their roles (rows 41 to 43 of the public API).

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::ProjectId;
use insitu_model::role::{OrganizationRole, ProjectRole, may_give_organization_role};
use insitu_store::members::{self, Member};
use insitu_store::{Tx, audit, project_members};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::paging::{MAX_LIMIT, Page};
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The most people that one request may change.
pub const MAX_PEOPLE: usize = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list, change, remove))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 1000 unless given.
    limit: Option<u32>,
    /// Part of a name or an e-mail address.
    search: Option<String>,
    /// With the project roles of each.
    projects: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub struct MemberView {
    #[serde(rename = "_id")]
    pub id: String,
    pub email: String,
    pub name: String,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: &'static str,
    pub created_at: String,
    /// In the projects that they were given a role in; only where it is asked for with `projects=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<MemberProject>>,
}

/// What somebody is in a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberProject {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    #[schema(value_type = words::ProjectRole)]
    pub role: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberList {
    pub users: Vec<MemberView>,
    pub total: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RoleChanges {
    pub users: Vec<RoleChange>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleChange {
    pub email: String,
    /// `admin` or `member`.
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: OrganizationRole,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoleChangesData {
    pub users: RoleChangesResult,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RoleChangesResult {
    pub updated: usize,
    pub failed: usize,
    pub results: Vec<PersonResult>,
}

/// What became of one person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonResult {
    pub email: String,
    /// `updated`, `deleted`, or the code of why not.
    pub status: &'static str,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Removals {
    /// E-mail addresses.
    pub users: Vec<String>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RemovalsResult {
    pub deleted: usize,
    pub failed: usize,
    pub results: Vec<PersonResult>,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.user.to_string(),
            email: member.email,
            name: member.name,
            organization_role: member.role.as_str(),
            created_at: iso(member.created_at),
            projects: None,
        }
    }
}

impl From<(ProjectId, String, ProjectRole)> for MemberProject {
    fn from((id, name, role): (ProjectId, String, ProjectRole)) -> Self {
        Self {
            id: id.to_string(),
            name,
            role: role.as_str(),
        }
    }
}

/// Members of the organization
#[utoipa::path(get, path = "/v2/organization/{organization}/users", tag = "organizations",
    params(("organization" = String, Path), ListParams),
    responses((status = 200, body = Envelope<MemberList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<MemberList>> {
    // The SDK asks for no page and expects everybody.
    let page = Page::new(params.page, params.limit.or(Some(MAX_LIMIT)))?;
    let (organization, search) = (access.organization, params.search.unwrap_or_default());
    let with_projects = params.projects.unwrap_or(false);
    let (users, total) = hub
        .db
        .read(move |tx| {
            let found = members::list(tx, organization, &search, page.into())?;
            let mut users = Vec::with_capacity(found.rows.len());
            for member in found.rows {
                let user = member.user;
                let mut view = MemberView::from(member);
                if with_projects {
                    let roles = project_members::projects_of_user(tx, organization, user)?;
                    view.projects = Some(roles.into_iter().map(MemberProject::from).collect());
                }
                users.push(view);
            }
            Ok::<_, ApiError>((users, found.total))
        })
        .await?;
    Ok(Success(MemberList { users, total }))
}

/// Change organization roles
#[utoipa::path(post, path = "/v2/organization/{organization}/users", tag = "organizations",
    params(("organization" = String, Path)), request_body = RoleChanges,
    responses((status = 200, body = Envelope<RoleChangesData>), (status = 403, body = ErrorBody)))]
async fn change(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Body(body): Body<RoleChanges>,
) -> ApiResult<Success<RoleChangesData>> {
    bounded(body.users.len())?;
    let writer = hub.clone();
    let result = hub
        .db
        .write(move |tx| {
            let mut result = RoleChangesResult::default();
            for change in &body.users {
                let to = change.organization_role;
                let status = match find(tx, &access, &change.email, Some(to))? {
                    Err(refusal) => refusal,
                    Ok(member) if member.role == to => "updated",
                    Ok(member) => {
                        members::set_role(tx, access.organization, member.user, to)?;
                        let details = json!({ "email": member.email, "from": member.role, "to": to });
                        note(
                            tx,
                            &writer,
                            &access,
                            (AuditAction::MemberRoleChanged, &member),
                            &details,
                        )?;
                        "updated"
                    }
                };
                if status == "updated" {
                    result.updated += 1
                } else {
                    result.failed += 1
                }
                result.results.push(PersonResult {
                    email: change.email.clone(),
                    status,
                });
            }
            Ok::<_, ApiError>(result)
        })
        .await?;
    Ok(Success(RoleChangesData { users: result }))
}

/// Remove members from the organization and all of its projects
#[utoipa::path(delete, path = "/v2/organization/{organization}/users", tag = "organizations",
    params(("organization" = String, Path)), request_body = Removals,
    responses((status = 200, body = Envelope<RemovalsResult>), (status = 403, body = ErrorBody)))]
async fn remove(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Body(body): Body<Removals>,
) -> ApiResult<Success<RemovalsResult>> {
    bounded(body.users.len())?;
    let (writer, now) = (hub.clone(), hub.clock.now_ms());
    let result = hub
        .db
        .write(move |tx| {
            let mut result = RemovalsResult::default();
            for email in &body.users {
                let status = match find(tx, &access, email, None)? {
                    Err(refusal) => refusal,
                    Ok(member) => {
                        members::remove(tx, access.organization, member.user, now)?;
                        let details = json!({ "email": member.email, "role": member.role });
                        note(
                            tx,
                            &writer,
                            &access,
                            (AuditAction::MemberRemoved, &member),
                            &details,
                        )?;
                        "deleted"
                    }
                };
                if status == "deleted" {
                    result.deleted += 1
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
    Ok(Success(result))
}

/// The member with this address, whom the caller may give that role (none: out of the organization); or why not.
fn find(
    tx: &mut Tx,
    access: &Org<right::ManageMembers>,
    email: &str,
    to: Option<OrganizationRole>,
) -> Result<Result<Member, &'static str>, insitu_store::Error> {
    Ok(match members::find_by_email(tx, access.organization, email)? {
        None => Err("user.not_found"),
        Some(member) if !may_give_organization_role(access.role, Some(member.role), to) => {
            Err("member.owner_is_fixed")
        }
        // Or the last who runs the organization could leave it without meaning to.
        Some(member) if member.user == access.caller.user => Err("member.is_oneself"),
        Some(member) => Ok(member),
    })
}

fn note(
    tx: &mut Tx,
    hub: &Hub,
    access: &Org<right::ManageMembers>,
    (action, member): (AuditAction, &Member),
    details: &Value,
) -> Result<(), insitu_store::Error> {
    let what = (action, AuditSubject::User(member.user));
    let by = Some(access.caller.user);
    audit::insert(tx, &record(hub, access.organization, by, what, details))
}

fn bounded(people: usize) -> ApiResult<()> {
    if people > MAX_PEOPLE {
        return Err(ApiError::invalid(
            "request.too_many_people",
            format!("{people} people in one request; {MAX_PEOPLE} at most. Send several requests."),
        ));
    }
    Ok(())
}
