//! What a request asks for, as rules about faults see it.

use serde::{Deserialize, Serialize};

use crate::facts::{Facts, decode_query};
use crate::identity::Identity;
use crate::world::World;

/// An operation by AWS's name; a browser's OPTIONS is a `Preflight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    ListBuckets,
    HeadBucket,
    GetBucketLocation,
    ListObjectsV2,
    GetBucketCors,
    PutBucketCors,
    DeleteBucketCors,
    HeadObject,
    GetObject,
    PutObject,
    CreateMultipartUpload,
    UploadPart,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    DeleteObject,
    Preflight,
    GetCallerIdentity,
    AssumeRole,
    /// Whatever the sandbox does not know.
    Other,
}

/// A request, as a rule sees it.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub operation: Operation,
    pub bucket: Option<&'a str>,
    pub key: Option<&'a str>,
    /// The role to be assumed, or the one whose session signed.
    pub role: Option<String>,
    pub access_key: Option<&'a str>,
    /// When the session that signed was given.
    pub given_ms: Option<i64>,
    pub has_token: bool,
    pub has_origin: bool,
    pub has_range: bool,
}

impl Operation {
    pub(super) fn is_on_a_bucket(self) -> bool {
        !matches!(
            self,
            Self::ListBuckets | Self::Preflight | Self::GetCallerIdentity | Self::AssumeRole | Self::Other
        )
    }

    fn of(facts: &Facts, action: Option<&str>) -> Self {
        if facts.is_sts {
            return match action {
                Some("AssumeRole") => Self::AssumeRole,
                Some("GetCallerIdentity") => Self::GetCallerIdentity,
                _ => Self::Other,
            };
        }
        let has = |name: &str| facts.parameter(name).is_some();
        let (bucket, key) = (facts.bucket.is_some(), facts.key.is_some());
        match (facts.method.as_str(), bucket, key) {
            ("OPTIONS", ..) => Self::Preflight,
            ("GET", false, _) => Self::ListBuckets,
            ("GET", true, false) if has("location") => Self::GetBucketLocation,
            ("GET", true, false) if has("cors") => Self::GetBucketCors,
            ("GET", true, false) if has("list-type") => Self::ListObjectsV2,
            ("PUT", true, false) if has("cors") => Self::PutBucketCors,
            ("DELETE", true, false) if has("cors") => Self::DeleteBucketCors,
            ("HEAD", true, false) => Self::HeadBucket,
            ("GET", true, true) => Self::GetObject,
            ("HEAD", true, true) => Self::HeadObject,
            ("PUT", true, true) if has("uploadId") => Self::UploadPart,
            ("POST", true, true) if has("uploads") => Self::CreateMultipartUpload,
            ("POST", true, true) if has("uploadId") => Self::CompleteMultipartUpload,
            ("DELETE", true, true) if has("uploadId") => Self::AbortMultipartUpload,
            ("PUT", true, true) => Self::PutObject,
            ("DELETE", true, true) => Self::DeleteObject,
            _ => Self::Other,
        }
    }
}

impl<'a> Target<'a> {
    /// `form` is the body of a call to STS, else empty.
    pub(crate) fn of(facts: &'a Facts, form: &[u8], world: &World) -> Self {
        let form = decode_query(&String::from_utf8_lossy(form));
        let named = |name: &str| {
            let in_form = form.iter().find(|(known, _)| known == name);
            in_form
                .map(|(_, value)| value.as_str())
                .or_else(|| facts.parameter(name))
        };
        let operation = Operation::of(facts, named("Action"));
        let signature = facts.signature();
        let access_key = signature.map(|signature| signature.access_key_id.as_str());
        let session = access_key
            .and_then(|key| world.identity(key))
            .and_then(|identity| match identity {
                Identity::Session(session, _) => Some(session),
                Identity::User(_) => None,
            });
        let role = match operation {
            Operation::AssumeRole => named("RoleArn").map(str::to_owned),
            _ => session.as_ref().map(|session| session.role_arn.clone()),
        };
        Self {
            operation,
            bucket: facts.bucket.as_deref(),
            key: facts.key.as_deref(),
            role,
            access_key,
            given_ms: session.map(|session| session.given_ms),
            has_token: signature.is_some_and(|signature| signature.token.is_some()),
            has_origin: facts.origin.is_some(),
            has_range: facts.range.is_some(),
        }
    }
}
