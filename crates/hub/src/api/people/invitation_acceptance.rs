//! Accepting an invitation: what whoever holds the link sees, and how they become a member.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum_extra::extract::CookieJar;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::UserId;
use insitu_model::text::Name;
use insitu_store::invitations::{self, Invitation, InvitationStatus};
use insitu_store::users::{self, User};
use insitu_store::{Tx, audit, members, organizations, project_members, projects};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::{Session, SignedIn, sign_in};
use crate::api::http::body::Body;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::audit::record;
use crate::auth::caller::Caller;
use crate::auth::origin::NoForeignPage;
use crate::auth::{password, token};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(accept))
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
    let writer = hub.clone();
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
            join(tx, &writer, &invitation, user, now)?;
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
fn join(tx: &mut Tx, hub: &Hub, invitation: &Invitation, user: UserId, now: i64) -> ApiResult<()> {
    if !invitations::accept(tx, invitation.id, now)? {
        return Err(gone());
    }
    let organization = invitation.organization;
    if members::role(tx, organization, user)?.is_none() {
        members::insert(tx, organization, user, invitation.role, now)?;
    }
    let what = (AuditAction::MemberJoined, AuditSubject::User(user));
    let details =
        json!({ "email": invitation.to, "role": invitation.role, "projects": invitation.projects.len() });
    audit::insert(tx, &record(hub, organization, Some(user), what, &details))?;
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
