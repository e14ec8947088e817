//! Signing in and out: a random token in a cookie, its hash in the database.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use insitu_model::id::SessionId;
use insitu_model::id::UserId;
use insitu_store::{organizations, sessions, users};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::words;
use crate::auth::caller::{Caller, Proof, SESSION_COOKIE, SESSION_MS};
use crate::auth::origin::NoForeignPage;
use crate::auth::peer::Peer;
use crate::auth::{password, token};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(show, create, end))
        .routes(routes!(create_by_link))
}

/// Who is signed in, and where they belong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    pub user: SessionUser,
    pub organizations: Vec<SessionOrganization>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct SessionUser {
    #[serde(rename = "_id")]
    pub id: String,
    pub email: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOrganization {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = words::OrganizationRole)]
    pub role: &'static str,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Credentials {
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignInLink {
    /// What stands behind `#token=` in the link.
    pub token: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignedOut {
    #[serde(rename = "signedOut")]
    pub signed_out: bool,
}

/// A session together with its cookie.
#[derive(Debug)]
pub struct SignedIn {
    jar: CookieJar,
    session: Session,
}

impl IntoResponse for SignedIn {
    fn into_response(self) -> Response {
        (self.jar, Success(self.session)).into_response()
    }
}

/// Who is signed in
#[utoipa::path(get, path = "/v2/session", tag = "session",
    responses((status = 200, body = Envelope<Session>), (status = 401, body = ErrorBody)))]
async fn show(State(hub): State<Arc<Hub>>, caller: Caller) -> ApiResult<Success<Session>> {
    let organization = match caller.proof {
        Proof::ApiKey(organization, _) => Some(organization.to_string()),
        Proof::Session(_) => None,
    };
    let mut session = describe(&hub, caller.user).await?;
    session
        .organizations
        .retain(|one| organization.as_ref().is_none_or(|own| *own == one.id));
    Ok(Success(session))
}

/// Sign in with e-mail and password
#[utoipa::path(post, path = "/v2/session", tag = "session", security(()), request_body = Credentials,
    responses((status = 200, body = Envelope<Session>), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    _: NoForeignPage,
    peer: Peer,
    jar: CookieJar,
    Body(credentials): Body<Credentials>,
) -> ApiResult<SignedIn> {
    hub.sign_in_throttle.check(&credentials.email, peer)?;
    let email = credentials.email.clone();
    let found = hub.db.read(move |tx| users::find_by_email(tx, &email)).await?;
    let (user, stored) = match found.filter(|user| user.disabled_at.is_none()) {
        Some(found) => (Some(found.id), found.password_hash),
        None => (None, None),
    };
    let matches = password::verify(credentials.password, stored).await?;
    match user {
        Some(user) if matches => sign_in(&hub, jar, user).await,
        _ => Err(ApiError::unauthorized(
            "session.wrong_credentials",
            "E-mail or password is wrong. Check both; an administrator can send a new invitation.",
        )),
    }
}

/// Sign in with a link, once
#[utoipa::path(post, path = "/v2/session/link", tag = "session", security(()), request_body = SignInLink,
    responses((status = 200, body = Envelope<Session>), (status = 401, body = ErrorBody)))]
async fn create_by_link(
    State(hub): State<Arc<Hub>>,
    _: NoForeignPage,
    jar: CookieJar,
    Body(link): Body<SignInLink>,
) -> ApiResult<SignedIn> {
    let (hash, now) = (token::hash(&link.token), hub.clock.now_ms());
    let user = hub
        .db
        .write(move |tx| sessions::take_link(tx, &hash, now))
        .await
        .map_err(|error| match error {
            insitu_store::Error::NotFound { .. } => ApiError::unauthorized(
                "session.link_used",
                "This sign-in link was used already or is too old. Sign in with e-mail and password.",
            ),
            other => other.into(),
        })?;
    sign_in(&hub, jar, user.id).await
}

/// Sign out
#[utoipa::path(delete, path = "/v2/session", tag = "session",
    responses((status = 200, body = Envelope<SignedOut>), (status = 401, body = ErrorBody)))]
async fn end(State(hub): State<Arc<Hub>>, jar: CookieJar, caller: Caller) -> ApiResult<Response> {
    if let Proof::Session(hash) = caller.proof {
        hub.db.write(move |tx| sessions::delete(tx, &hash)).await?;
    }
    let jar = jar.remove(Cookie::build(SESSION_COOKIE).path("/"));
    Ok((jar, Success(SignedOut { signed_out: true })).into_response())
}

/// Begins a session of this user and hands out its cookie.
pub async fn sign_in(hub: &Hub, jar: CookieJar, user: UserId) -> ApiResult<SignedIn> {
    let secret = token::generate(&*hub.random);
    let now = hub.clock.now_ms();
    let hash = token::hash(&secret);
    let session = sessions::Session {
        id: SessionId::new(&*hub.clock, &*hub.random),
        user,
        created_at: now,
        expires_at: now + SESSION_MS,
        seen_at: now,
    };
    hub.db
        .write(move |tx| sessions::insert(tx, &session, &hash))
        .await?;
    let secure = if hub.public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{SESSION_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        SESSION_MS / 1000
    );
    let cookie = Cookie::parse(text).map_err(ApiError::internal)?;
    Ok(SignedIn {
        jar: jar.add(cookie),
        session: describe(hub, user).await?,
    })
}

/// Who somebody is, and where they belong.
pub(super) async fn describe(hub: &Hub, user: UserId) -> ApiResult<Session> {
    let (user, memberships) = hub
        .db
        .read(move |tx| Ok::<_, ApiError>((users::get(tx, user)?, organizations::of_user(tx, user)?)))
        .await?;
    let organizations = memberships
        .into_iter()
        .map(|one| SessionOrganization {
            id: one.organization.id.to_string(),
            name: one.organization.name,
            role: one.role.as_str(),
        })
        .collect();
    Ok(Session {
        user: SessionUser {
            id: user.id.to_string(),
            email: user.email,
            name: user.name,
        },
        organizations,
    })
}
