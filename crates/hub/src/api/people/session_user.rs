//! What somebody changes of themselves: their name, and their password by the present one.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::text::Name;
use insitu_store::{Tx, audit, organizations, sessions, users};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::{Session, describe};
use crate::api::http::body::Body;
use crate::audit::record;
use crate::auth::caller::{Caller, Proof};
use crate::auth::password;
use crate::auth::peer::Peer;
use crate::auth::token::TokenHash;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(change))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnChangeBody {
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    /// Another password. It signs the person out of all other browsers and leaves their API keys as they are.
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
    /// The password so far, without which there is no other.
    #[schema(value_type = Option<String>, format = Password)]
    pub current_password: Option<SecretString>,
}

/// Another password for somebody who knew the one so far.
struct NewPassword {
    hash: String,
    /// Of the one so far: what is replaced has to be it still.
    replaced: String,
}

/// Change one's own name or password
#[utoipa::path(post, path = "/v2/session/user", tag = "session", request_body = OwnChangeBody,
    responses((status = 200, body = Envelope<Session>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn change(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    Body(body): Body<OwnChangeBody>,
) -> ApiResult<Success<Session>> {
    let Proof::Session(session) = caller.proof else {
        return Err(ApiError::forbidden(
            "user.needs_session",
            "An API key does not change the person whose it is. Sign in to change your name or password.",
        ));
    };
    let new_password = match body.password {
        Some(wanted) => Some(exchange(&hub, &caller, peer, body.current_password, wanted).await?),
        None => None,
    };
    if body.name.is_some() || new_password.is_some() {
        let (writer, caller) = (hub.clone(), caller.clone());
        hub.db
            .write(move |tx| {
                if let Some(name) = &body.name {
                    rename(tx, &writer, &caller, name.as_str())?;
                }
                match &new_password {
                    Some(new) => replace(tx, &writer, &caller, &session, new),
                    None => Ok(()),
                }
            })
            .await?;
    }
    Ok(Success(describe(&hub, caller.user).await?))
}

/// Holds the caller to their present password. Tries are counted with those to sign in: a browser that somebody left open
/// is no place to guess.
async fn exchange(
    hub: &Hub,
    caller: &Caller,
    peer: Peer,
    current: Option<SecretString>,
    wanted: SecretString,
) -> ApiResult<NewPassword> {
    let current = current.ok_or_else(|| {
        ApiError::invalid(
            "password.current_missing",
            "A password is changed by whoever knows the one so far. Send it as currentPassword.",
        )
    })?;
    password::check_shape(&wanted)?;
    hub.sign_in_throttle.check(&caller.email, peer)?;
    let user = caller.user;
    let stored = hub.db.read(move |tx| users::get(tx, user)).await?.password_hash;
    let matches = password::verify(current, stored.clone()).await?;
    let replaced = stored.filter(|_| matches).ok_or_else(wrong_current)?;
    let hash = password::hash(wanted, &*hub.random).await?;
    Ok(NewPassword { hash, replaced })
}

fn wrong_current() -> ApiError {
    ApiError::forbidden(
        "password.current_wrong",
        "The present password is another one. Check it; whoever runs this hub can reset a password that is forgotten.",
    )
}

fn rename(tx: &mut Tx, hub: &Hub, caller: &Caller, name: &str) -> ApiResult<()> {
    let before = users::get(tx, caller.user)?.name;
    if before == name {
        return Ok(());
    }
    users::rename(tx, caller.user, name)?;
    let details = json!({ "email": caller.email, "from": before, "to": name });
    note_everywhere(tx, hub, caller, AuditAction::MemberRenamed, &details)
}

fn replace(tx: &mut Tx, hub: &Hub, caller: &Caller, session: &TokenHash, new: &NewPassword) -> ApiResult<()> {
    // Somebody else may have been faster with the same password.
    if users::get(tx, caller.user)?.password_hash.as_ref() != Some(&new.replaced) {
        return Err(wrong_current());
    }
    users::set_password(tx, caller.user, &new.hash)?;
    sessions::delete_others_of_user(tx, caller.user, session)?;
    let details = json!({ "email": caller.email });
    note_everywhere(tx, hub, caller, AuditAction::MemberPasswordChanged, &details)
}

/// On record in every organization that the person belongs to: each has to know who its people are.
fn note_everywhere(
    tx: &mut Tx,
    hub: &Hub,
    caller: &Caller,
    action: AuditAction,
    details: &Value,
) -> ApiResult<()> {
    for membership in organizations::of_user(tx, caller.user)? {
        let what = (action, AuditSubject::User(caller.user));
        let organization = membership.organization.id;
        audit::insert(tx, &record(hub, organization, Some(caller.user), what, details))?;
    }
    Ok(())
}
