//! Invitations: the only way into an organization, by a link that an administrator hands over.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{InvitationId, ProjectId};
use insitu_model::role::{OrganizationRole, ProjectRole, may_give_organization_role};
use insitu_model::text::Email;
use insitu_store::invitations::{self, Invitation, InvitationStatus, ProjectAssignment};
use insitu_store::{audit, projects};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::organization_users::MAX_PEOPLE;
use crate::api::http::body::Body;
use crate::api::http::paging::{MAX_LIMIT, Page};
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::auth::token;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// How long an invitation can be accepted, in milliseconds: 14 days.
pub const INVITATION_MS: i64 = 14 * 24 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list, create, withdraw))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// `pending` for those that can still be accepted; all without it.
    status: Option<String>,
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 1000 unless given.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invite)]
pub struct InvitationView {
    #[serde(rename = "_id")]
    pub id: String,
    pub to: String,
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: &'static str,
    /// `Pending`, `Accepted`, `Revoked` or `Expired`.
    pub status: &'static str,
    /// The project roles that come with it.
    pub project_assignments: Vec<AssignmentBody>,
    pub created_by: String,
    pub created_at: String,
    pub expires_at: String,
    /// The link to hand over: only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationList {
    pub invites: Vec<InvitationView>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewInvitations {
    #[schema(value_type = Vec<String>)]
    pub to: Vec<Email>,
    /// `admin` or `member`.
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: OrganizationRole,
    #[serde(default)]
    pub project_assignments: Vec<AssignmentBody>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectAssignment)]
pub struct AssignmentBody {
    #[schema(value_type = String)]
    pub project_id: ProjectId,
    /// `Manager`, `Lead`, `Reviewer` or `Labeler`.
    #[schema(value_type = words::ProjectRole)]
    pub project_role: ProjectRole,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Withdrawals {
    /// E-mail addresses.
    pub invites: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalsResult {
    pub deleted: u64,
}

fn view(invitation: Invitation, now: i64, link: Option<String>) -> InvitationView {
    InvitationView {
        status: match invitation.status(now) {
            InvitationStatus::Pending => "Pending",
            InvitationStatus::Accepted => "Accepted",
            InvitationStatus::Revoked => "Revoked",
            InvitationStatus::Expired => "Expired",
        },
        id: invitation.id.to_string(),
        to: invitation.to,
        organization_role: invitation.role.as_str(),
        project_assignments: invitation
            .projects
            .into_iter()
            .map(|one| AssignmentBody {
                project_id: one.project_id,
                project_role: one.project_role,
            })
            .collect(),
        created_by: invitation.created_by.to_string(),
        created_at: iso(invitation.created_at),
        expires_at: iso(invitation.expires_at),
        link,
    }
}

/// Invitations, newest first
#[utoipa::path(get, path = "/v2/organization/{organization}/invites", tag = "organizations",
    params(("organization" = String, Path), ListParams),
    responses((status = 200, body = Envelope<InvitationList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<InvitationList>> {
    let (organization, now) = (access.organization, hub.clock.now_ms());
    let page = Page::new(params.page, params.limit.or(Some(MAX_LIMIT)))?;
    let pending = params
        .status
        .is_some_and(|status| status.eq_ignore_ascii_case("pending"))
        .then_some(now);
    let found = hub
        .db
        .read(move |tx| invitations::list(tx, organization, pending, page.into()))
        .await?;
    Ok(Success(InvitationList {
        invites: found.rows.into_iter().map(|one| view(one, now, None)).collect(),
    }))
}

/// Invite people by link; the links are shown this once
#[utoipa::path(post, path = "/v2/organization/{organization}/invites", tag = "organizations",
    params(("organization" = String, Path)), request_body = NewInvitations,
    responses((status = 200, body = Envelope<InvitationList>), (status = 403, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Body(body): Body<NewInvitations>,
) -> ApiResult<Success<InvitationList>> {
    if body.to.len() > MAX_PEOPLE {
        return Err(ApiError::invalid(
            "request.too_many_people",
            format!(
                "{} people in one request; {MAX_PEOPLE} at most. Send several requests.",
                body.to.len()
            ),
        ));
    }
    if !may_give_organization_role(access.role, None, Some(body.organization_role)) {
        return Err(ApiError::forbidden(
            "member.owner_is_fixed",
            "An organization has one owner. Invite people as admin or member.",
        ));
    }
    let (news, links) = made(&hub, &access, &body);
    let (organization, now) = (access.organization, hub.clock.now_ms());
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let made = hub
        .db
        .write(move |tx| {
            for assignment in &body.project_assignments {
                projects::get(tx, organization, assignment.project_id)?;
            }
            for (invitation, token_hash) in &news {
                // A new link replaces the one that was sent before.
                invitations::revoke(tx, organization, &invitation.to, now)?;
                invitations::insert(tx, invitation, token_hash)?;
                let what = (
                    AuditAction::MemberInvited,
                    AuditSubject::Invitation(invitation.id),
                );
                let details = json!({ "email": invitation.to, "role": invitation.role, "projects": invitation.projects.len() });
                audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            }
            Ok::<_, ApiError>(
                news.iter()
                    .map(|(invitation, _)| invitation.clone())
                    .collect::<Vec<_>>(),
            )
        })
        .await?;
    let invites = made
        .into_iter()
        .zip(links)
        .map(|(one, link)| view(one, now, Some(link)))
        .collect();
    Ok(Success(InvitationList { invites }))
}

/// The invitations that are asked for with the hashes of their secrets, and the links that carry the secrets.
fn made(
    hub: &Hub,
    access: &Org<right::ManageMembers>,
    body: &NewInvitations,
) -> (Vec<(Invitation, token::TokenHash)>, Vec<String>) {
    let now = hub.clock.now_ms();
    let projects: Vec<ProjectAssignment> = body
        .project_assignments
        .iter()
        .map(|one| ProjectAssignment {
            project_id: one.project_id,
            project_role: one.project_role,
        })
        .collect();
    let mut links = Vec::with_capacity(body.to.len());
    let mut news = Vec::with_capacity(body.to.len());
    for email in &body.to {
        let secret = token::generate(&*hub.random);
        let invitation = Invitation {
            id: InvitationId::new(&*hub.clock, &*hub.random),
            organization: access.organization,
            to: email.to_string(),
            role: body.organization_role,
            projects: projects.clone(),
            created_by: access.caller.user,
            created_at: now,
            expires_at: now + INVITATION_MS,
            accepted_at: None,
            revoked_at: None,
        };
        news.push((invitation, token::hash(&secret)));
        links.push(format!("{}/invitation/{secret}", hub.public_url));
    }
    (news, links)
}

/// Withdraw invitations
#[utoipa::path(delete, path = "/v2/organization/{organization}/invites", tag = "organizations",
    params(("organization" = String, Path)), request_body = Withdrawals,
    responses((status = 200, body = Envelope<WithdrawalsResult>), (status = 403, body = ErrorBody)))]
async fn withdraw(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Body(body): Body<Withdrawals>,
) -> ApiResult<Success<WithdrawalsResult>> {
    let (organization, now) = (access.organization, hub.clock.now_ms());
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let deleted = hub
        .db
        .write(move |tx| {
            let mut deleted = 0;
            for email in &body.invites {
                let revoked = invitations::revoke(tx, organization, email, now)?;
                if revoked > 0 {
                    let what = (
                        AuditAction::InvitationWithdrawn,
                        AuditSubject::Organization(organization),
                    );
                    let details = json!({ "email": email });
                    audit::insert(tx, &record(&writer, organization, by, what, &details))?;
                }
                deleted += revoked;
            }
            Ok::<_, ApiError>(deleted)
        })
        .await?;
    Ok(Success(WithdrawalsResult { deleted }))
}
