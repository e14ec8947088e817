//! Turns the header `apikey` or the session cookie into the person who calls.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use insitu_model::ambient::age_ms;
use insitu_model::id::{ApiKeyId, OrganizationId, SessionId, UserId};
use insitu_store::{Error, Tx, api_keys, sessions, users};

use super::{origin, token};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "insitu_session";
/// How long a session lasts without being used, in milliseconds: 14 days.
pub const SESSION_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// That a session was used is written down this often at most, so that reading stays cheap.
const SESSION_NOTED_AGAIN_AFTER_MS: i64 = 60 * 60 * 1000;
/// The same of a key, of which somebody may want to know whether it is still in use, and by whom.
const KEY_NOTED_AGAIN_AFTER_MS: i64 = 60 * 1000;
const KEY_HEADER: &str = "apikey";

/// What proved who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The cookie of a signed-in browser.
    Session(token::TokenHash),
    /// A key, which stands for one user in one organization.
    ApiKey(OrganizationId, ApiKeyId),
}

/// A known person. Holding one proves no right yet.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub proof: Proof,
    /// When the proof ends by itself, in milliseconds since 1970.
    pub(super) proof_ends_ms: i64,
}

impl FromRequestParts<Arc<Hub>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        identify(parts, hub, |_, _| Ok(()))
            .await
            .map(|(caller, ())| caller)
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

/// Who sends this request, and what else is asked of the database about them, in one visit to it.
pub(super) async fn identify<T: Send + 'static>(
    parts: &Parts,
    hub: &Hub,
    also: impl FnOnce(&mut Tx, &Caller) -> Result<T, Error> + Send + 'static,
) -> ApiResult<(Caller, T)> {
    identify_shown(Shown::of(parts, hub)?, hub, also).await
}

/// The same for a request that was looked at already.
pub(super) async fn identify_shown<T: Send + 'static>(
    shown: Shown,
    hub: &Hub,
    also: impl FnOnce(&mut Tx, &Caller) -> Result<T, Error> + Send + 'static,
) -> ApiResult<(Caller, T)> {
    let now = hub.clock.now_ms();
    let found = hub
        .db
        .read_few(move |tx| {
            let Some((caller, use_of)) = shown.look_up(tx, now)? else {
                return Ok(None);
            };
            let more = also(tx, &caller)?;
            Ok::<_, ApiError>(Some((caller, use_of, more)))
        })
        .await?;
    let (caller, use_of, more) = found.ok_or_else(|| shown.unknown())?;
    use_of.note(hub, now).await;
    Ok((caller, more))
}

/// What a request shows to prove who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    Key(token::TokenHash),
    Session(token::TokenHash),
}

/// That a key or a session was used, if that is to be written down.
enum Use {
    NotedAlready,
    OfKey(ApiKeyId),
    OfSession(SessionId),
}

impl Shown {
    /// Reads it, and refuses a session that a foreign page uses.
    pub(super) fn of(parts: &Parts, hub: &Hub) -> ApiResult<Self> {
        if let Some(header) = parts.headers.get(KEY_HEADER) {
            let text = header.to_str().unwrap_or_default().trim();
            // Some clients were told "Format - apikey YOUR_API_KEY" and send both words as the value.
            return Ok(Self::Key(token::hash(
                text.strip_prefix("apikey ").unwrap_or(text).trim(),
            )));
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(cookie) = jar.get(SESSION_COOKIE) else {
            return Err(ApiError::unauthorized(
                "session.missing",
                "Nobody is signed in. Sign in, or send an API key in the header apikey.",
            ));
        };
        origin::check(parts, &hub.public_url)?;
        Ok(Self::Session(token::hash(cookie.value())))
    }

    fn look_up(self, tx: &mut Tx, now: i64) -> Result<Option<(Caller, Use)>, Error> {
        let (user, proof, proof_ends_ms, use_of) = match self {
            Self::Key(hash) => {
                let Some(key) = api_keys::find_by_hash(tx, &hash)? else {
                    return Ok(None);
                };
                let is_old = |noted_at: i64| age_ms(now, noted_at) >= KEY_NOTED_AGAIN_AFTER_MS;
                let is_due = key.last_used_at.is_none_or(is_old);
                let use_of = if is_due {
                    Use::OfKey(key.id)
                } else {
                    Use::NotedAlready
                };
                let user = users::get(tx, key.user)?;
                (user, Proof::ApiKey(key.organization, key.id), i64::MAX, use_of)
            }
            Self::Session(hash) => {
                let Some((session, user)) = sessions::find(tx, &hash, now)? else {
                    return Ok(None);
                };
                let is_due = age_ms(now, session.seen_at) > SESSION_NOTED_AGAIN_AFTER_MS;
                let use_of = if is_due {
                    Use::OfSession(session.id)
                } else {
                    Use::NotedAlready
                };
                (user, Proof::Session(hash), session.expires_at, use_of)
            }
        };
        Ok(Some((
            Caller {
                user: user.id,
                email: user.email,
                name: user.name,
                proof,
                proof_ends_ms,
            },
            use_of,
        )))
    }

    fn unknown(self) -> ApiError {
        match self {
            Self::Key(_) => ApiError::unauthorized(
                "api_key.invalid",
                "Invalid API KEY. Check the header apikey; a revoked key has to be replaced by a new one.",
            ),
            Self::Session(_) => {
                ApiError::unauthorized("session.expired", "The session has ended. Sign in again.")
            }
        }
    }
}

impl Use {
    /// Nobody is refused for want of it: on a full disk there is still much to be looked at.
    async fn note(self, hub: &Hub, now: i64) {
        let noted: Result<(), Error> = match self {
            Self::NotedAlready => Ok(()),
            Self::OfKey(id) => hub.db.write(move |tx| api_keys::touch(tx, id, now)).await,
            Self::OfSession(id) => {
                let touch = move |tx: &mut Tx| sessions::touch(tx, id, now, now + SESSION_MS);
                hub.db.write(touch).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "that a key or session was used could not be written down");
        }
    }
}

impl Caller {
    /// The only organization that an API key is for.
    pub(super) fn only_organization(&self) -> Option<OrganizationId> {
        match self.proof {
            Proof::ApiKey(own, _) => Some(own),
            Proof::Session(_) => None,
        }
    }

    /// The key that they came with; none for a session.
    pub fn api_key(&self) -> Option<ApiKeyId> {
        match self.proof {
            Proof::ApiKey(_, key) => Some(key),
            Proof::Session(_) => None,
        }
    }
}
