//! Who the hub is to AWS: whom trust policies have to name, and whether IAM delegation can work at all.

use std::sync::Arc;

use axum::extract::State;
use insitu_cloud::credentials::CredentialError;
use insitu_model::arn::PrincipalArn;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access::{Org, right};
use crate::cloud_access::proof::NO_IDENTITY;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The hub's own identity in AWS, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HubIdentity)]
pub struct IdentityView {
    /// Whom a trust policy has to name: a user, or a role.
    pub principal: Option<String>,
    /// What GetCallerIdentity says: of a role, the session.
    pub arn: Option<String>,
    pub account: Option<String>,
    /// Where it was found: `environment`, `profile`, `web identity`, `container` or `instance`.
    pub source: Option<&'static str>,
    /// Why IAM delegation cannot work now; `storage.no_identity` where no source has any identity.
    pub code: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityData {
    pub identity: IdentityView,
}

/// Who the hub is to AWS
#[utoipa::path(get, path = "/v2/hub/identity", tag = "storages",
    responses((status = 200, body = Envelope<IdentityData>), (status = 403, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    _access: Org<right::ManageStorages>,
) -> ApiResult<Success<IdentityData>> {
    let (identity, _) = look(&hub).await;
    Ok(Success(IdentityData { identity }))
}

/// Who the hub is, as the API shows it, and whom trust policies name.
pub async fn look(hub: &Hub) -> (IdentityView, Option<PrincipalArn>) {
    let found = hub.cloud.identity().await;
    let error = match found {
        Ok(Some(found)) => {
            let view = IdentityView {
                principal: Some(found.trusted.to_string()),
                account: Some(found.arn.account_id().to_owned()),
                arn: Some(found.arn.to_string()),
                source: Some(found.source.as_str()),
                code: None,
                message: None,
            };
            return (view, Some(found.trusted));
        }
        Ok(None) => CredentialError::NoIdentity,
        Err(error) => error,
    };
    let code = match &error {
        CredentialError::NoIdentity => NO_IDENTITY,
        error => error.code(),
    };
    let view = IdentityView {
        principal: None,
        arn: None,
        account: None,
        source: None,
        code: Some(code.to_owned()),
        message: Some(format!(
            "IAM delegation cannot work yet: {error}. Storages by IAM user need no identity of the hub."
        )),
    };
    (view, None)
}
