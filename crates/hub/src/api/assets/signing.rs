//! Signed URLs: short-lived links with which a browser fetches assets straight from the bucket.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use insitu_model::address::Address;
use insitu_model::id::{AssetId, StorageId};
use insitu_model::own_file::OwnFile;
use insitu_model::url_record::UrlPurpose;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::query::{Params, raw_address};
use crate::api::http::time::iso;
use crate::auth::access::{OnProject, Reading, right};
use crate::auth::caller::Caller;
use crate::auth::peer::Peer;
use crate::cloud_access::{AssetUrl, Unsigned, sign_assets, sign_object};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::ledger::{self, Holder};
use crate::own_files::Link;

/// The most assets that one request signs.
pub const MAX_ASSETS: usize = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(sign_many))
        .routes(routes!(sign_one))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetIds {
    /// 1 to 1000 ids.
    #[schema(value_type = Vec<String>)]
    pub assets: Vec<AssetId>,
    /// `true` where the bucket refused URLs that were signed for these before: a session of a role is replaced first, and
    /// buckets are asked again where they are, once a minute at most.
    #[serde(default)]
    pub after_refusal: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignedUrls {
    /// In the order of the ids.
    pub urls: Vec<SignedAsset>,
}

/// A URL, or the reason why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedUrl)]
pub struct SignedAsset {
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the URL ends; never, for public assets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The region that the bucket is really in, where the address names another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct SignParams {
    /// The project, which decides who may ask.
    project: String,
    /// The storage; without it the address is answered as it is, as a public one.
    storage_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedUrlData {
    pub signed_url: String,
}

/// Sign up to a thousand assets
#[utoipa::path(post, path = "/v2/project/{project}/assets/sign", tag = "assets",
    params(("project" = String, Path)), request_body = AssetIds,
    responses((status = 200, body = Envelope<SignedUrls>), (status = 400, body = ErrorBody)))]
async fn sign_many(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
    peer: Peer,
    Body(body): Body<AssetIds>,
) -> ApiResult<Success<SignedUrls>> {
    if body.assets.is_empty() || body.assets.len() > MAX_ASSETS {
        return Err(ApiError::invalid(
            "assets.count_out_of_range",
            format!(
                "{} assets to sign; 1 to {MAX_ASSETS} at a time.",
                body.assets.len()
            ),
        ));
    }
    let (organization, project) = (access.organization, access.project);
    let signed = sign_assets(&hub, organization, project, body.assets, body.after_refusal).await?;
    ledger::note_assets(&hub, &Holder::new(&access, peer), UrlPurpose::Assets, &signed)?;
    let urls = signed.into_iter().map(|(id, url)| signed_view(id, url)).collect();
    Ok(Success(SignedUrls { urls }))
}

/// Sign one address (row 16 of the public API)
///
/// Any object of the storage can be named, so this takes the right to import from it.
#[utoipa::path(get, path = "/v2/getSignedUrl", tag = "assets", params(
        ("name" = Option<String>, Query, description = "The asset's address, as the SDK names it."),
        ("url" = Option<String>, Query, description = "The asset's address, in the other dialect."),
        SignParams),
    responses((status = 201, body = Envelope<SignedUrlData>), (status = 400, body = ErrorBody)))]
async fn sign_one(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    RawQuery(query): RawQuery,
    Params(params): Params<SignParams>,
) -> ApiResult<Created<SignedUrlData>> {
    let query = query.unwrap_or_default();
    let named = match raw_address(&query, "name")? {
        Some(address) => Some(address),
        None => raw_address(&query, "url")?,
    };
    let address = named.ok_or_else(|| {
        ApiError::invalid(
            "asset.address_missing",
            "Name the asset's address as name= or url=.",
        )
    })?;
    if let Some(file) = hub.files.read_url(&address) {
        let file = file.map_err(|error| ApiError::invalid(error.code(), format!("{error}.")))?;
        let signed_url = sign_own(&hub, caller, peer, &params.project, &file).await?;
        return Ok(Created(SignedUrlData { signed_url }));
    }
    let access = OnProject::<Reading<right::ImportAssets>>::prove(&hub, caller, &params.project).await?;
    let signed_url = match params.storage_id.filter(|id| !id.is_empty()) {
        None => public_address(&address)?,
        Some(text) => {
            let storage: StorageId = text.parse().map_err(|_| ApiError::not_found("storage", &text))?;
            let signed = sign_object(&hub, access.organization, storage, &address).await?;
            if let Some(expires_at_ms) = signed.expires_at_ms {
                let holder = Holder::new(&access, peer);
                ledger::note_url(&hub, &holder, UrlPurpose::Address, &signed.url, expires_at_ms)?;
            }
            signed.url
        }
    };
    Ok(Created(SignedUrlData { signed_url }))
}

/// A link to a file of the hub's own storage. Masks belong to labels: who labels may open them.
async fn sign_own(hub: &Hub, caller: Caller, peer: Peer, project: &str, file: &OwnFile) -> ApiResult<String> {
    let (project, holder) = if file.kind.is_brush() {
        let access = OnProject::<Reading<right::Label>>::prove(hub, caller, project).await?;
        (access.project, Holder::new(&access, peer))
    } else {
        let access = OnProject::<Reading<right::ImportAssets>>::prove(hub, caller, project).await?;
        (access.project, Holder::new(&access, peer))
    };
    if file.project != project {
        return Err(ApiError::not_found("file", &file.name));
    }
    let link = Link::to_open(hub, file, hub.config.signed_url_ttl).await?;
    ledger::note_url(hub, &holder, UrlPurpose::Address, &link.url, link.expires_at_ms)?;
    Ok(link.url)
}

/// The address of a public asset as it can be handed to a browser.
fn public_address(text: &str) -> ApiResult<String> {
    match Address::parse(text) {
        Ok(parsed) => Ok(parsed.address.canonical()),
        Err(error) => Err(ApiError::invalid(error.code(), format!("{error}."))),
    }
}

/// A URL, or why there is none, as the API shows it.
pub fn signed_view(id: AssetId, signed: Result<AssetUrl, Unsigned>) -> SignedAsset {
    let nothing = SignedAsset {
        id: id.to_string(),
        url: None,
        expires_at: None,
        corrected_region: None,
        code: None,
        message: None,
    };
    match signed {
        Ok(AssetUrl {
            url,
            expires_at_ms,
            corrected_region,
        }) => SignedAsset {
            url: Some(url),
            expires_at: expires_at_ms.map(iso),
            corrected_region,
            ..nothing
        },
        Err(Unsigned { code, message, .. }) => SignedAsset {
            code: Some(code),
            message: Some(message),
            ..nothing
        },
    }
}
