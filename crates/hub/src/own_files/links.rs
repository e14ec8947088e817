//! Links to files of the hub's own storage: each opens or fills one file until it ends, and is good for nothing else.
//!
//! A link is the file's address with `?expires=SECONDS&signature=TAG`. The tag covers the method, the file and the
//! end, so a link to look at a file cannot replace it, and one for a file of one project opens none of another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insitu_cloud::presign::window_start_s;
use insitu_model::own_file::OwnFile;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// How long a link to upload lasts, in seconds.
pub const UPLOAD_LINK_SECONDS: u32 = 3600;
/// How long a link in an export is good for at least, in seconds: as long as those of Ango Hub's exports.
const EXPORT_LINK_SECONDS: i64 = 120_000;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// What the tags of links are for.
const PURPOSE: &str = "own file";

/// What a link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Fetch the file.
    Get,
    /// Write the file, once or again.
    Put,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
        }
    }
}

/// A link and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub expires_at_ms: i64,
}

/// What a link carries in its query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkParams {
    /// When the link ends, in seconds since 1970.
    expires: Option<i64>,
    /// What the hub wrote.
    signature: Option<String>,
}

impl Link {
    /// A link to look at a file: of the hub, or of the bucket that its files are in. Within a window, the same file has
    /// the same one, so that browsers can keep what they fetched.
    pub async fn to_open(hub: &Hub, file: &OwnFile, ttl_s: u32) -> ApiResult<Self> {
        if let Some(bucket) = hub.files.bucket() {
            let signed = bucket.sign(file, ttl_s, hub.clock.now_ms()).await?;
            return Ok(Self {
                url: signed.url,
                expires_at_ms: signed.expires_at_ms,
            });
        }
        let expires_s = window_start_s(hub.clock.now_ms(), ttl_s) + i64::from(ttl_s);
        Self::sign(hub, file, Method::Get, expires_s)
    }

    /// A link to look at a file for whoever reads an export that was asked for at this time. It ends with the day (UTC),
    /// so that two exports of one day have the same bytes.
    pub fn to_export(hub: &Hub, file: &OwnFile, asked_at_ms: i64) -> ApiResult<Self> {
        let least_s = asked_at_ms / 1000 + EXPORT_LINK_SECONDS;
        let expires_s = least_s - least_s.rem_euclid(DAY_SECONDS) + DAY_SECONDS;
        Self::sign(hub, file, Method::Get, expires_s)
    }

    /// A link to put a file's bytes.
    pub fn to_upload(hub: &Hub, file: &OwnFile) -> ApiResult<Self> {
        let expires_s = hub.clock.now_ms() / 1000 + i64::from(UPLOAD_LINK_SECONDS);
        Self::sign(hub, file, Method::Put, expires_s)
    }

    fn sign(hub: &Hub, file: &OwnFile, method: Method, expires_s: i64) -> ApiResult<Self> {
        let tag = hub
            .vault
            .tag(PURPOSE, &signed_text(file, method, expires_s))
            .map_err(ApiError::internal)?;
        let signature = URL_SAFE_NO_PAD.encode(tag);
        Ok(Self {
            url: format!(
                "{}?expires={expires_s}&signature={signature}",
                hub.files.url(file)
            ),
            expires_at_ms: expires_s * 1000,
        })
    }
}

impl LinkParams {
    /// When the link ends, in seconds, if it is one of ours and has not ended.
    pub fn check(&self, hub: &Hub, file: &OwnFile, method: Method) -> ApiResult<i64> {
        let (Some(expires_s), Some(signature)) = (self.expires, &self.signature) else {
            return Err(ApiError::forbidden(
                "link.missing",
                "The address of a file opens nothing by itself. Ask the hub for a link to it, by getSignedUrl or assets/sign.",
            ));
        };
        let tag = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        if !hub
            .vault
            .is_tag(PURPOSE, &signed_text(file, method, expires_s), &tag)
        {
            return Err(ApiError::forbidden(
                "link.invalid",
                "This link was not made by this hub for this file and this method. Ask for a new one, and use it as it is.",
            ));
        }
        if hub.clock.now_ms() / 1000 >= expires_s {
            return Err(ApiError::forbidden(
                "link.expired",
                "This link has ended. Ask for a new one.",
            ));
        }
        Ok(expires_s)
    }
}

fn signed_text(file: &OwnFile, method: Method, expires_s: i64) -> String {
    format!("{}\n{}\n{expires_s}", method.as_str(), file.path())
}
