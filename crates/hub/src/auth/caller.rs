//! Turns the header `apikey` or the session cookie into the person who calls.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use insitu_model::id::{OrganizationId, UserId};
use insitu_store::{api_keys, sessions, users};

use super::{origin, token};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "insitu_session";
/// How long a session lasts without being used, in milliseconds: 14 days.
pub const SESSION_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// That a key or session was used is written down this often at most, so that reading stays cheap.
const NOTED_AGAIN_AFTER_MS: i64 = 60 * 60 * 1000;
const KEY_HEADER: &str = "apikey";

/// What proved who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The cookie of a signed-in browser.
    Session(token::TokenHash),
    /// A key, which stands for one user in one organization.
    ApiKey(OrganizationId),
}

/// A known person. Holding one proves no right yet.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub proof: Proof,
}

impl FromRequestParts<Arc<Hub>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        if let Some(key) = parts.headers.get(KEY_HEADER) {
            return by_key(hub, key.to_str().unwrap_or_default()).await;
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(cookie) = jar.get(SESSION_COOKIE) else {
            return Err(ApiError::unauthorized(
                "session.missing",
                "Nobody is signed in. Sign in, or send an API key in the header apikey.",
            ));
        };
        origin::check(parts, &hub.public_url)?;
        by_session(hub, cookie.value()).await
    }
}

/// For endpoints that nobody has to be signed in for: who calls, if anybody does. A wrong key is still refused.
impl OptionalFromRequestParts<Arc<Hub>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Option<Self>> {
        match <Self as FromRequestParts<Arc<Hub>>>::from_request_parts(parts, hub).await {
            Ok(caller) => Ok(Some(caller)),
            Err(error) if error.code.starts_with("session.") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

async fn by_key(hub: &Hub, header: &str) -> ApiResult<Caller> {
    // Some clients were told "Format - apikey YOUR_API_KEY" and send both words as the value.
    let key = header.trim().strip_prefix("apikey ").unwrap_or(header).trim();
    let (hash, now) = (token::hash(key), hub.clock.now_ms());
    let found = hub
        .db
        .read(move |tx| match api_keys::find_by_hash(tx, &hash)? {
            Some(key) => Ok::<_, ApiError>(Some((users::get(tx, key.user)?, key))),
            None => Ok(None),
        })
        .await?;
    let (user, key) = found.ok_or_else(|| {
        ApiError::unauthorized(
            "api_key.invalid",
            "Invalid API KEY. Check the header apikey; a revoked key has to be replaced by a new one.",
        )
    })?;
    if key
        .last_used_at
        .is_none_or(|last| now - last > NOTED_AGAIN_AFTER_MS)
    {
        hub.db.write(move |tx| api_keys::touch(tx, key.id, now)).await?;
    }
    Ok(Caller {
        user: user.id,
        email: user.email,
        name: user.name,
        proof: Proof::ApiKey(key.organization),
    })
}

async fn by_session(hub: &Hub, cookie: &str) -> ApiResult<Caller> {
    let (hash, now) = (token::hash(cookie), hub.clock.now_ms());
    let found = hub.db.read(move |tx| sessions::find(tx, &hash, now)).await?;
    let (session, user) = found
        .ok_or_else(|| ApiError::unauthorized("session.expired", "The session has ended. Sign in again."))?;
    if now - session.seen_at > NOTED_AGAIN_AFTER_MS {
        hub.db
            .write(move |tx| sessions::touch(tx, session.id, now, now + SESSION_MS))
            .await?;
    }
    Ok(Caller {
        user: user.id,
        email: user.email,
        name: user.name,
        proof: Proof::Session(hash),
    })
}
