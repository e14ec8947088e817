//! Members of an organization and their roles (rows 41 to 43 of the public API).

use std::sync::Arc;

use axum::extract::State;
use insitu_model::role::{OrganizationRole, may_give_organization_role};
use insitu_store::members::{self, Member};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::query::{MAX_LIMIT, Page, Params};
use super::time::iso;
use super::words;
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
    let found = hub
        .db
        .read(move |tx| members::list(tx, organization, &search, page.into()))
        .await?;
    let users = found.rows.into_iter().map(MemberView::from).collect();
    Ok(Success(MemberList {
        users,
        total: found.total,
    }))
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
    let (organization, actor) = (access.organization, access.role);
    let result = hub
        .db
        .write(move |tx| {
            let mut result = RoleChangesResult::default();
            for change in &body.users {
                let found = members::find_by_email(tx, organization, &change.email)?;
                let status = match found {
                    None => "user.not_found",
                    Some(member)
                        if !may_give_organization_role(
                            actor,
                            Some(member.role),
                            Some(change.organization_role),
                        ) =>
                    {
                        "member.owner_is_fixed"
                    }
                    Some(member) => {
                        members::set_role(tx, organization, member.user, change.organization_role)?;
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
    let (organization, actor, now) = (access.organization, access.role, hub.clock.now_ms());
    let result = hub
        .db
        .write(move |tx| {
            let mut result = RemovalsResult::default();
            for email in &body.users {
                let status = match members::find_by_email(tx, organization, email)? {
                    None => "user.not_found",
                    Some(member) if !may_give_organization_role(actor, Some(member.role), None) => {
                        "member.owner_is_fixed"
                    }
                    Some(member) => {
                        members::remove(tx, organization, member.user, now)?;
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

fn bounded(people: usize) -> ApiResult<()> {
    if people > MAX_PEOPLE {
        return Err(ApiError::invalid(
            "request.too_many_people",
            format!("{people} people in one request; {MAX_PEOPLE} at most. Send several requests."),
        ));
    }
    Ok(())
}
