//! Invitations: the only way into an organization, by a link that an administrator hands over.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum_extra::extract::CookieJar;
use insitu_model::id::{InvitationId, ProjectId, UserId};
use insitu_model::role::{OrganizationRole, ProjectRole, may_give_organization_role};
use insitu_model::text::{Email, Name};
use insitu_store::invitations::{self, Invitation, InvitationStatus, ProjectAssignment};
use insitu_store::users::{self, User};
use insitu_store::{Tx, members, organizations, project_members, projects};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::organization_users::MAX_PEOPLE;
use super::query::{self, Params};
use super::sessions::{Session, SignedIn, sign_in};
use super::time::iso;
use super::words;
use crate::auth::access::{Org, right};
use crate::auth::caller::Caller;
use crate::auth::origin::NoForeignPage;
use crate::auth::{password, token};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// How long an invitation can be accepted, in milliseconds: 14 days.
pub const INVITATION_MS: i64 = 14 * 24 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create, withdraw))
        .routes(routes!(show))
        .routes(routes!(accept))
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenInvitationData {
    pub invitation: OpenInvitation,
}

/// What somebody who holds the link may know before accepting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub struct OpenInvitation {
    pub organization: OpenInvitationOrganization,
    pub to: String,
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: &'static str,
    /// Whether name and password are needed, because nobody has an account with this e-mail address yet.
    pub needs_account: bool,
    pub expires_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenInvitationOrganization {
    pub name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Acceptance {
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
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
    let page = query::Page::new(params.page, params.limit.or(Some(query::MAX_LIMIT)))?;
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
    let organization = access.organization;
    let made = hub
        .db
        .write(move |tx| {
            for assignment in &projects {
                projects::get(tx, organization, assignment.project_id)?;
            }
            for (invitation, token_hash) in &news {
                // A new link replaces the one that was sent before.
                invitations::revoke(tx, organization, &invitation.to, now)?;
                invitations::insert(tx, invitation, token_hash)?;
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
    let deleted = hub
        .db
        .write(move |tx| {
            let mut deleted = 0;
            for email in &body.invites {
                deleted += invitations::revoke(tx, organization, email, now)?;
            }
            Ok::<_, ApiError>(deleted)
        })
        .await?;
    Ok(Success(WithdrawalsResult { deleted }))
}

/// What an invitation is for
#[utoipa::path(get, path = "/v2/invitations/{token}", tag = "organizations", security(()),
    params(("token" = String, Path)),
    responses((status = 200, body = Envelope<OpenInvitationData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    Path(secret): Path<String>,
) -> ApiResult<Success<OpenInvitationData>> {
    let (hash, now) = (token::hash(&secret), hub.clock.now_ms());
    let (invitation, organization, account) = hub
        .db
        .read(move |tx| {
            let found = open(tx, &hash, now)?;
            let organization = organizations::get(tx, found.organization)?;
            let account = users::find_by_email(tx, &found.to)?;
            Ok::<_, ApiError>((found, organization, account))
        })
        .await?;
    Ok(Success(OpenInvitationData {
        invitation: OpenInvitation {
            organization: OpenInvitationOrganization {
                name: organization.name,
            },
            to: invitation.to,
            organization_role: invitation.role.as_str(),
            needs_account: account.is_none(),
            expires_at: iso(invitation.expires_at),
        },
    }))
}

/// Accept an invitation: with name and password for a new account, or signed in to the account that it is for
#[utoipa::path(post, path = "/v2/invitations/{token}/accept", tag = "organizations", security(()),
    params(("token" = String, Path)), request_body = Acceptance,
    responses((status = 200, body = Envelope<Session>), (status = 404, body = ErrorBody)))]
async fn accept(
    State(hub): State<Arc<Hub>>,
    _: NoForeignPage,
    Path(secret): Path<String>,
    jar: CookieJar,
    caller: Option<Caller>,
    Body(body): Body<Acceptance>,
) -> ApiResult<SignedIn> {
    let new_account = new_account(&hub, body).await?;
    let (hash, now) = (token::hash(&secret), hub.clock.now_ms());
    let signed_in = caller.map(|caller| caller.user);
    let user = hub
        .db
        .write(move |tx| {
            let invitation = open(tx, &hash, now)?;
            let account = users::find_by_email(tx, &invitation.to)?;
            let user = match (account, &new_account) {
                (Some(account), _) if signed_in == Some(account.id) => account.id,
                (Some(_), _) => return Err(sign_in_first(&invitation.to)),
                (None, Some(new)) => {
                    users::insert(
                        tx,
                        &User {
                            email: invitation.to.clone(),
                            created_at: now,
                            ..new.clone()
                        },
                    )?;
                    new.id
                }
                (None, None) => return Err(account_needed()),
            };
            join(tx, &invitation, user, now)?;
            Ok(user)
        })
        .await?;
    sign_in(&hub, jar, user).await
}

/// The account that the body asks for; its e-mail address comes from the invitation.
async fn new_account(hub: &Hub, body: Acceptance) -> ApiResult<Option<User>> {
    let (Some(name), Some(secret)) = (body.name, body.password) else {
        return Ok(None);
    };
    password::check_shape(&secret)?;
    Ok(Some(User {
        id: UserId::new(&*hub.clock, &*hub.random),
        email: String::new(),
        name: name.to_string(),
        password_hash: Some(password::hash(secret, &*hub.random).await?),
        disabled_at: None,
        created_at: 0,
    }))
}

/// The invitation behind a link that can still be accepted.
fn open(tx: &mut Tx, token_hash: &token::TokenHash, now: i64) -> ApiResult<Invitation> {
    invitations::find_by_token(tx, token_hash)?
        .filter(|invitation| invitation.status(now) == InvitationStatus::Pending)
        .ok_or_else(gone)
}

/// Uses the invitation up: membership first, then the project roles that came with it.
fn join(tx: &mut Tx, invitation: &Invitation, user: UserId, now: i64) -> ApiResult<()> {
    if !invitations::accept(tx, invitation.id, now)? {
        return Err(gone());
    }
    let organization = invitation.organization;
    if members::role(tx, organization, user)?.is_none() {
        members::insert(tx, organization, user, invitation.role, now)?;
    }
    for one in &invitation.projects {
        if projects::find(tx, organization, one.project_id)?.is_some() {
            project_members::set(tx, organization, one.project_id, user, one.project_role, now)?;
        }
    }
    Ok(())
}

fn gone() -> ApiError {
    ApiError::new(
        axum::http::StatusCode::NOT_FOUND,
        "invitation.gone",
        "This invitation was accepted, withdrawn or is too old. Ask for a new one.",
    )
}

fn sign_in_first(email: &str) -> ApiError {
    ApiError::unauthorized(
        "invitation.sign_in_first",
        format!("{email} has an account here already. Sign in with it, then open the invitation again."),
    )
}

fn account_needed() -> ApiError {
    ApiError::invalid(
        "invitation.account_needed",
        "Choose a name and a password for the new account.",
    )
}
