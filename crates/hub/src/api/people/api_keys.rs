//! API keys: one's own, shown once, stored as a hash, revocable.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{ApiKeyId, OrganizationId, UserId};
use insitu_model::text::Name;
use insitu_store::api_keys::{self, ApiKey};
use insitu_store::audit;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::time::iso;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::auth::token;
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Characters of a key that are kept readable, to tell keys apart.
const PREFIX_CHARACTERS: usize = 8;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    /// The key's first characters.
    pub prefix: String,
    pub organization: String,
    pub created_at: String,
    /// True to a minute.
    pub last_used_at: Option<String>,
    /// The whole key: only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyList {
    pub api_keys: Vec<ApiKeyView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyData {
    pub api_key: ApiKeyView,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewApiKeyBody {
    /// What the key is for.
    #[schema(value_type = String)]
    pub name: Name,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            organization: key.organization.to_string(),
            created_at: iso(key.created_at),
            last_used_at: key.last_used_at.map(iso),
            key: None,
        }
    }
}

/// One's own API keys in this organization
#[utoipa::path(get, path = "/v2/apiKeys", tag = "api keys",
    responses((status = 200, body = Envelope<ApiKeyList>), (status = 401, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageApiKeys>,
) -> ApiResult<Success<ApiKeyList>> {
    let (organization, user) = (access.organization, access.caller.user);
    let keys = hub
        .db
        .read(move |tx| api_keys::list(tx, organization, user))
        .await?;
    Ok(Success(ApiKeyList {
        api_keys: keys.into_iter().map(ApiKeyView::from).collect(),
    }))
}

/// Make an API key; its text is shown this once
#[utoipa::path(post, path = "/v2/apiKeys", tag = "api keys", request_body = NewApiKeyBody,
    responses((status = 201, body = Envelope<ApiKeyData>), (status = 401, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageApiKeys>,
    Body(body): Body<NewApiKeyBody>,
) -> ApiResult<Created<ApiKeyData>> {
    let (key, text) = issue(&hub, access.organization, access.caller.user, &body.name).await?;
    let view = ApiKeyView {
        key: Some(text),
        ..key.into()
    };
    Ok(Created(ApiKeyData { api_key: view }))
}

/// Makes a key for this user in this organization; the second value is its text, which nobody sees again.
pub async fn issue(
    hub: &Hub,
    organization: OrganizationId,
    user: UserId,
    name: &Name,
) -> ApiResult<(ApiKey, String)> {
    let text = token::generate_uuid(&*hub.random);
    let key = ApiKey {
        id: ApiKeyId::new(&*hub.clock, &*hub.random),
        organization,
        user,
        prefix: text.chars().take(PREFIX_CHARACTERS).collect(),
        name: name.to_string(),
        created_at: hub.clock.now_ms(),
        last_used_at: None,
        revoked_at: None,
    };
    let (stored, hash) = (key.clone(), token::hash(&text));
    let what = (AuditAction::ApiKeyCreated, AuditSubject::ApiKey(key.id));
    let record = record(hub, organization, Some(user), what, &json!({ "name": key.name }));
    hub.db
        .write(move |tx| {
            api_keys::insert(tx, &stored, &hash)?;
            audit::insert(tx, &record)
        })
        .await?;
    Ok((key, text))
}

/// Revoke one of one's own API keys
#[utoipa::path(delete, path = "/v2/apiKeys/{id}", tag = "api keys", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<ApiKeyData>), (status = 404, body = ErrorBody)))]
async fn revoke(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageApiKeys>,
    Path(id): Path<String>,
) -> ApiResult<Success<ApiKeyData>> {
    let unknown = || ApiError::not_found("api_key", &id);
    let key: ApiKeyId = id.parse().map_err(|_| unknown())?;
    let (organization, user, now) = (access.organization, access.caller.user, hub.clock.now_ms());
    let writer = hub.clone();
    let revoked = hub
        .db
        .write(move |tx| {
            let listed = api_keys::list(tx, organization, user)?;
            let Some(found) = listed.into_iter().find(|one| one.id == key) else {
                return Ok(None);
            };
            api_keys::revoke(tx, organization, user, key, now)?;
            let what = (AuditAction::ApiKeyRevoked, AuditSubject::ApiKey(key));
            let details = json!({ "name": found.name });
            audit::insert(tx, &record(&writer, organization, Some(user), what, &details))?;
            Ok::<_, ApiError>(Some(found))
        })
        .await?
        .ok_or_else(unknown)?;
    Ok(Success(ApiKeyData {
        api_key: revoked.into(),
    }))
}
