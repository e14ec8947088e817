//! The ways in which the sandbox can misbehave, one name each, and the requests that each can spoil.

use hyper::header::HeaderValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rule::FaultError;
use super::target::{Operation, Target};
use crate::host::is_region;

/// One way to misbehave. In JSON the name stands in `fault`, and what belongs to it beside:
/// `{"fault": "throttle", "retryAfter": 2}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Fault {
    /// Takes the request and never answers.
    Hang,
    /// Closes the connection in place of an answer.
    CutConnection,
    /// Closes the connection where a TLS handshake begins.
    CutTls,
    /// Answers that there is no such name: this one and those below, or any.
    RefuseDns {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
    },
    /// Answers by a clock that is off by so many seconds, behind when negative.
    ClockSkew { seconds: i64 },
    /// Knows no such access key.
    UnknownKey,
    /// Finds that the signature does not match.
    RefuseSecret,
    /// Has the bucket in this region, and answers others with 301.
    #[serde(rename = "redirect-301")]
    Redirect301 { region: String },
    /// Has the bucket in this region, and answers others with 400.
    #[serde(rename = "redirect-400")]
    Redirect400 { region: String },
    /// Grants no `s3:ListBucket`; a key that is missing looks forbidden, too.
    DenyList,
    /// Grants no `s3:GetObject`.
    DenyGet,
    /// Has objects encrypted with a key that nobody may use: HEAD works, GET does not.
    DenyKms,
    /// Says of a key that is missing only that it is forbidden.
    HideMissing,
    /// Has no such bucket.
    NoSuchBucket,
    /// Has no such object.
    NoSuchObject,
    /// Asks to slow down.
    Throttle {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// Finds every session token expired.
    ExpireToken,
    /// Denies everything to sessions that were given before this moment, as *Revoke active sessions* does.
    RevokeSessions { before: Timestamp },
    /// Ignores what trust policies say about the external ID.
    NoExternalIdDemanded,
    /// Lets nobody assume a role.
    DenyAssumeRole,
    /// Has no CORS rules.
    NoCors,
    /// Has one CORS rule, for this origin only.
    OtherOrigin { origin: String },
    /// Leaves `Vary` away.
    NoVary,
    /// Allows every origin beside the one that its rule allows, as a proxy does that adds a header of its own.
    OriginTwice,
    /// Answers a range with the whole.
    IgnoreRange,
    /// Gives objects this media type.
    WrongContentType {
        #[serde(rename = "type")]
        media_type: String,
    },
    /// Says of objects that they are packed as gzip.
    FalseGzip,
    /// Sends half of what `Content-Length` says, then closes the connection.
    CutBody,
    /// Gives, in place of the object, few bytes that unpack to gigabytes.
    Bomb,
}

impl Fault {
    /// The name, as it stands in JSON.
    #[must_use]
    pub fn name(&self) -> String {
        let written = serde_json::to_value(self).unwrap_or_default();
        written["fault"].as_str().unwrap_or_default().to_owned()
    }

    /// Refuses values that no server could answer with.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        let (field, value) = match self {
            Self::Redirect301 { region } | Self::Redirect400 { region } if !is_region(region) => {
                ("region", region)
            }
            Self::OtherOrigin { origin } if HeaderValue::from_str(origin).is_err() => ("origin", origin),
            Self::WrongContentType { media_type } if HeaderValue::from_str(media_type).is_err() => {
                ("type", media_type)
            }
            _ => return Ok(()),
        };
        Err(FaultError::Value {
            fault: self.name(),
            field,
            value: value.clone(),
        })
    }

    /// Can this fault spoil such an operation?
    pub(super) fn can_spoil(&self, operation: Operation) -> bool {
        use Operation::{
            AssumeRole, GetObject, HeadBucket, HeadObject, ListBuckets, ListObjectsV2, Preflight,
        };
        match self {
            Self::Hang | Self::CutConnection | Self::Throttle { .. } => true,
            Self::CutTls | Self::RefuseDns { .. } => false,
            Self::ClockSkew { .. } | Self::UnknownKey | Self::RefuseSecret | Self::ExpireToken => {
                operation != Preflight
            }
            Self::Redirect301 { .. } | Self::Redirect400 { .. } => operation.is_on_a_bucket(),
            Self::NoSuchBucket => operation.is_on_a_bucket() || operation == Preflight,
            Self::DenyList => matches!(operation, ListObjectsV2 | HeadBucket | GetObject | HeadObject),
            Self::DenyGet
            | Self::DenyKms
            | Self::HideMissing
            | Self::NoSuchObject
            | Self::WrongContentType { .. }
            | Self::FalseGzip
            | Self::Bomb => matches!(operation, GetObject | HeadObject),
            Self::IgnoreRange => operation == GetObject,
            // In the words of S3: STS is asked who one is, and that cannot be denied.
            Self::RevokeSessions { .. } => operation.is_on_a_bucket() || operation == ListBuckets,
            Self::CutBody => matches!(operation, GetObject | ListObjectsV2),
            Self::NoExternalIdDemanded | Self::DenyAssumeRole => operation == AssumeRole,
            Self::NoCors | Self::OtherOrigin { .. } | Self::NoVary | Self::OriginTwice => {
                operation.is_on_a_bucket() || operation == Preflight
            }
        }
    }

    /// Can this fault spoil this very request?
    pub(super) fn concerns(&self, target: &Target<'_>) -> bool {
        let fits = match self {
            Self::UnknownKey | Self::RefuseSecret => target.access_key.is_some(),
            Self::ExpireToken => target.has_token,
            Self::RevokeSessions { before } => target
                .given_ms
                .and_then(|ms| Timestamp::from_millisecond(ms).ok())
                .is_some_and(|given| given < *before),
            Self::NoCors | Self::OtherOrigin { .. } | Self::NoVary | Self::OriginTwice => target.has_origin,
            Self::IgnoreRange => target.has_range,
            _ => true,
        };
        fits && self.can_spoil(target.operation)
    }
}
