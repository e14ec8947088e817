//! What a bucket's owner has to set up in AWS, ready to paste: policy, trust policy, CORS rule, external ID.

use std::sync::Arc;

use axum::extract::State;
use insitu_cloud::policy;
use insitu_model::arn::RoleArn;
use insitu_model::bucket::BucketName;
use insitu_model::external_id::ExternalId;
use insitu_model::prefix::Prefix;
use insitu_model::region::{Partition, Region};
use insitu_store::external_ids;
use insitu_store::storages::ExternalIdSource;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::identity::{self, IdentityView};
use crate::api::http::body::NoBody;
use crate::api::http::query::Params;
use crate::auth::access::{Org, right};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The most buckets and prefixes that documents are made for at once.
const MAX_BUCKETS: usize = 100;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(reserve_external_id))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct SetupParams {
    /// Names of buckets, comma-separated.
    buckets: Option<String>,
    /// `bucket/prefix` boundaries, comma-separated.
    prefixes: Option<String>,
    /// `IAM_DELEGATED` for a trust policy too.
    #[allow(
        dead_code,
        reason = "the trust policy is made whenever there is an external ID to name"
    )]
    access_type: Option<String>,
    /// The external ID that the trust policy is to demand.
    external_id: Option<String>,
    /// The role, if it exists: tells the partition of AWS.
    role_arn: Option<String>,
    /// The region of the buckets: tells the partition of AWS.
    region: Option<String>,
}

/// Documents to paste.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupDocuments {
    /// The hub's own identity in AWS, which the trust policy names; none if the operator gave it none.
    pub principal: Option<String>,
    /// The same with where it was found, or the code of why IAM delegation cannot work now.
    pub identity: IdentityView,
    /// For the IAM user or the role: read and list these buckets, nothing else.
    pub policy: Value,
    /// For the role: who may assume it, and with which external ID.
    pub trust_policy: Option<Value>,
    /// For each bucket: which origin may fetch.
    pub cors: Value,
    /// The origin that the CORS rule names.
    pub public_url: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalIdData {
    /// Nobody else has it or ever gets it.
    pub external_id: String,
}

/// Policies and CORS rule for buckets
#[utoipa::path(get, path = "/v2/storages/setup", tag = "storages", params(SetupParams),
    responses((status = 200, body = Envelope<SetupDocuments>), (status = 400, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    _access: Org<right::ManageStorages>,
    Params(params): Params<SetupParams>,
) -> ApiResult<Success<SetupDocuments>> {
    let buckets: Vec<BucketName> = parse_list(
        params.buckets.as_deref(),
        |e: &insitu_model::bucket::BucketNameError| e.code(),
    )?;
    let prefixes: Vec<Prefix> = parse_list(
        params.prefixes.as_deref(),
        |e: &insitu_model::prefix::PrefixError| e.code(),
    )?;
    let external_id = match params.external_id.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Some(
            text.parse::<ExternalId>()
                .map_err(|error| ApiError::invalid(error.code(), format!("{error}.")))?,
        ),
        None => None,
    };
    let partition = partition(&params);
    let (identity, principal) = identity::look(&hub).await;
    let trust_policy = match (&principal, &external_id) {
        (Some(principal), Some(external_id)) => {
            Some(to_value(&policy::trust_policy(principal, external_id))?)
        }
        _ => None,
    };
    Ok(Success(SetupDocuments {
        principal: principal.map(|principal| principal.to_string()),
        identity,
        policy: to_value(&policy::access_policy(&buckets, &prefixes, partition))?,
        trust_policy,
        cors: to_value(&policy::cors_rules(&hub.public_url))?,
        public_url: hub.public_url.clone(),
    }))
}

/// Make an external ID for a role that does not exist yet
///
/// A body that asks for a certain one is refused.
#[utoipa::path(post, path = "/v2/storages/externalId", tag = "storages",
    responses((status = 201, body = Envelope<ExternalIdData>), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn reserve_external_id(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    _: NoBody,
) -> ApiResult<Created<ExternalIdData>> {
    // Each is kept for ever.
    hub.role_throttle.check_saved(access.caller.user)?;
    let external_id = ExternalId::generate(&*hub.random).to_string();
    let (organization, now, reserved) = (access.organization, hub.clock.now_ms(), external_id.clone());
    hub.db
        .write(move |tx| external_ids::reserve(tx, organization, &reserved, ExternalIdSource::Hub, now))
        .await?;
    Ok(Created(ExternalIdData { external_id }))
}

fn parse_list<T: std::str::FromStr>(
    text: Option<&str>,
    code: impl Fn(&T::Err) -> &'static str,
) -> ApiResult<Vec<T>>
where
    T::Err: std::fmt::Display,
{
    let parts: Vec<&str> = text
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > MAX_BUCKETS {
        return Err(ApiError::invalid(
            "storage.too_many_buckets",
            format!("{} names at once; {MAX_BUCKETS} at most.", parts.len()),
        ));
    }
    parts
        .into_iter()
        .map(|part| {
            part.parse::<T>()
                .map_err(|error| ApiError::invalid(code(&error), format!("{error}.")))
        })
        .collect()
}

fn partition(params: &SetupParams) -> Partition {
    let of_role = params
        .role_arn
        .as_deref()
        .and_then(|text| text.parse::<RoleArn>().ok());
    let of_region = params.region.as_deref().and_then(Region::find);
    of_role
        .map(|role| role.partition())
        .or_else(|| of_region.map(|region| region.partition()))
        .unwrap_or(Partition::Aws)
}

fn to_value(document: &impl Serialize) -> ApiResult<Value> {
    serde_json::to_value(json!(document)).map_err(ApiError::internal)
}
