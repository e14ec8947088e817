//! The API keys of an organization's members, for its admins: whose they are and when they were used, and an end to each.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::ApiKeyId;
use insitu_store::api_keys::{self, MemberKey};
use insitu_store::audit;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::SessionUser;
use crate::api::http::paging::{MAX_LIMIT, Page};
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(revoke))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 1000 unless given.
    limit: Option<u32>,
}

/// Somebody's API key, as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberApiKey)]
pub struct MemberApiKeyView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    /// The key's first characters.
    pub prefix: String,
    /// Whose it is.
    pub user: SessionUser,
    pub created_at: String,
    /// True to a minute.
    pub last_used_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberApiKeyList {
    pub api_keys: Vec<MemberApiKeyView>,
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberApiKeyData {
    pub api_key: MemberApiKeyView,
}

impl From<MemberKey> for MemberApiKeyView {
    fn from(MemberKey { key, name, email }: MemberKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            user: SessionUser {
                id: key.user.to_string(),
                email,
                name,
            },
            created_at: iso(key.created_at),
            last_used_at: key.last_used_at.map(iso),
        }
    }
}

/// API keys of the organization's other members
#[utoipa::path(get, path = "/v2/organization/{organization}/apiKeys", tag = "api keys",
    params(("organization" = String, Path), ListParams),
    responses((status = 200, body = Envelope<MemberApiKeyList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<MemberApiKeyList>> {
    let page = Page::new(params.page, params.limit.or(Some(MAX_LIMIT)))?;
    let (organization, user) = (access.organization, access.caller.user);
    let found = hub
        .db
        .read(move |tx| api_keys::list_of_others(tx, organization, user, page.into()))
        .await?;
    Ok(Success(MemberApiKeyList {
        api_keys: found.rows.into_iter().map(MemberApiKeyView::from).collect(),
        total: found.total,
    }))
}

/// Revoke the API key of a member
#[utoipa::path(delete, path = "/v2/organization/{organization}/apiKeys/{id}", tag = "api keys",
    params(("organization" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Envelope<MemberApiKeyData>), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn revoke(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageMembers>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<MemberApiKeyData>> {
    let (_, id) = path;
    let unknown = || ApiError::not_found("api_key", &id);
    let key: ApiKeyId = id.parse().map_err(|_| unknown())?;
    let (organization, actor, now) = (access.organization, access.caller.user, hub.clock.now_ms());
    let writer = hub.clone();
    let revoked = hub
        .db
        .write(move |tx| {
            let Some(found) = api_keys::find_of_member(tx, organization, key)? else {
                return Ok(None);
            };
            api_keys::revoke(tx, organization, found.key.user, key, now)?;
            let what = (AuditAction::ApiKeyRevoked, AuditSubject::ApiKey(key));
            let details = json!({ "name": found.key.name, "of": found.email });
            audit::insert(tx, &record(&writer, organization, Some(actor), what, &details))?;
            Ok::<_, ApiError>(Some(found))
        })
        .await?
        .ok_or_else(unknown)?;
    Ok(Success(MemberApiKeyData {
        api_key: revoked.into(),
    }))
}
