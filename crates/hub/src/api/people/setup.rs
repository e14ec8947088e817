//! The first start: while there is no user at all, whoever opens the hub makes the first organization and its owner.

use std::sync::Arc;

use axum::extract::State;
use axum_extra::extract::CookieJar;
use insitu_model::text::{Email, Name};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::{Session, SignedIn, sign_in};
use crate::api::http::body::Body;
use crate::auth::origin::NoForeignPage;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::people::{self, NewOwner};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(show, create))
}

/// Whether the hub still waits for its first user.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupState {
    pub required: bool,
}

/// The first organization and its owner.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSetup {
    /// The organization's name.
    #[schema(value_type = String)]
    pub organization: Name,
    /// The owner's name.
    #[schema(value_type = String)]
    pub name: Name,
    #[schema(value_type = String, format = Email)]
    pub email: Email,
    /// 8 characters at least.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Whether the first start is still to be done
#[utoipa::path(get, path = "/v2/setup", tag = "session", security(()),
    responses((status = 200, body = Envelope<SetupState>)))]
async fn show(State(hub): State<Arc<Hub>>) -> ApiResult<Success<SetupState>> {
    let users = hub.db.read(insitu_store::users::any).await?;
    Ok(Success(SetupState { required: !users }))
}

/// Make the first organization and its owner, and sign in
#[utoipa::path(post, path = "/v2/setup", tag = "session", security(()), request_body = NewSetup,
    responses((status = 200, body = Envelope<Session>), (status = 409, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    _: NoForeignPage,
    jar: CookieJar,
    Body(new): Body<NewSetup>,
) -> ApiResult<SignedIn> {
    let owner = NewOwner {
        name: new.name,
        email: new.email,
        password: new.password,
    };
    let made = people::create_first_owner(&hub, new.organization, owner).await?;
    let made = made.ok_or_else(|| {
        ApiError::conflict(
            "setup.done",
            "This hub has users already. Sign in, or ask one of its administrators for an invitation.",
        )
    })?;
    sign_in(&hub, jar, made.user).await
}
