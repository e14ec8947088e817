//! What a sandbox is told to be: buckets, users, roles, in the shape of `--config`'s JSON file.
//!
//! ```json
//! {
//!   "buckets": [{"name": "photos", "region": "us-east-1",
//!                "objects": [{"key": "a b.txt", "text": "hello"}],
//!                "cors": [{"AllowedOrigins": ["http://localhost:8080"], "AllowedMethods": ["GET", "HEAD"]}]}],
//!   "users":   [{"arn": "arn:aws:iam::111122223333:user/anna",
//!                "policies": [{"Version": "2012-10-17", "Statement": [
//!                    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}]}],
//!   "roles":   [{"arn": "arn:aws:iam::111122223333:role/read", "trustPolicy": {}, "policies": []}]
//! }
//! ```
//!
//! Policies are written as for AWS. Keys that are not given are made at random when the sandbox starts and told in
//! the ready file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cors::CorsRule;
use crate::faults::{FaultError, FaultRule};
use crate::policy::Policy;
use crate::tls::TlsError;

/// The account that owns buckets, unless a bucket says otherwise.
pub const DEFAULT_ACCOUNT: &str = "111122223333";

/// AWS's own minimum for `DurationSeconds`.
pub const AWS_MINIMUM_SESSION_SECONDS: u32 = 900;

/// A whole sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub buckets: Vec<BucketConfig>,
    #[serde(default)]
    pub users: Vec<UserConfig>,
    #[serde(default)]
    pub roles: Vec<RoleConfig>,
    /// The shortest session that `AssumeRole` grants. Lower than AWS's 900 only to test expiry.
    #[serde(default = "aws_minimum")]
    pub minimum_session_seconds: u32,
    /// Regions in which STS answers `RegionDisabledException`.
    #[serde(default)]
    pub sts_disabled_regions: Vec<String>,
    /// Further host names under which buckets are subdomains; `localhost` and `amazonaws.com` always are.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Misbehaves so from the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultRule>,
}

/// A bucket and what it holds at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BucketConfig {
    pub name: String,
    pub region: String,
    /// The account that owns the bucket; only its users and roles get in.
    #[serde(default = "default_account")]
    pub owner: String,
    /// Lets anybody read objects without a signature, as a public bucket policy would.
    #[serde(default)]
    pub public_read: bool,
    /// No rules: CORS is not enabled.
    #[serde(default)]
    pub cors: Vec<CorsRule>,
    /// Holds the sample photographs that come with the sandbox.
    #[serde(default)]
    pub samples: bool,
    /// Every file below this folder becomes an object; the folder itself is never written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectConfig>,
}

/// A small object written in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectConfig {
    pub key: String,
    pub text: String,
    /// Derived from the key's extension when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// An IAM user with one access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserConfig {
    pub arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<String>,
    #[serde(default)]
    pub policies: Vec<Policy>,
}

/// A role that can be assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleConfig {
    pub arn: String,
    pub trust_policy: Policy,
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// The role's maximum session duration; AWS's default is an hour, its limit twelve.
    #[serde(default = "one_hour")]
    pub max_session_seconds: u32,
}

/// Why a configuration cannot become a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration is not what a sandbox understands: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("bucket '{0}' is named twice, or not as S3 allows (3 to 63 of a-z 0-9 . -)")]
    Bucket(String),
    #[error("a CORS rule of bucket '{0}' is refused: {1}")]
    Cors(String, String),
    #[error("'{0}' is no region; write it as in us-east-1")]
    Region(String),
    #[error("'{0}' is not the ARN of a {1}; write arn:aws:iam::<12 digits>:{1}/<name>")]
    Arn(String, &'static str),
    #[error("the access key id '{0}' belongs to two users")]
    AccessKey(String),
    #[error("the policy of {0} is refused: {1}")]
    Policy(String, crate::policy::PolicyError),
    #[error("the folder {0} of bucket '{1}' cannot be read: {2}")]
    Folder(PathBuf, String, std::io::Error),
    #[error("no certificate can be made for localhost and the domains {0:?}: {1}")]
    Certificate(Vec<String>, TlsError),
    #[error("a fault is refused: {0}")]
    Fault(#[from] FaultError),
    #[error("the key '{0}' is longer than the 1,024 bytes that S3 allows")]
    Key(String),
}

impl Config {
    /// Reads the JSON of `--config`.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        Ok(serde_json::from_str(json)?)
    }
}

impl Default for Config {
    /// Nothing at all: no buckets, no users, no roles.
    fn default() -> Self {
        Self {
            buckets: Vec::new(),
            users: Vec::new(),
            roles: Vec::new(),
            minimum_session_seconds: AWS_MINIMUM_SESSION_SECONDS,
            sts_disabled_regions: Vec::new(),
            domains: Vec::new(),
            faults: Vec::new(),
        }
    }
}

fn aws_minimum() -> u32 {
    AWS_MINIMUM_SESSION_SECONDS
}

fn default_account() -> String {
    DEFAULT_ACCOUNT.to_owned()
}

fn one_hour() -> u32 {
    3600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_an_error_not_a_silence() {
        assert!(Config::from_json(r#"{"bucket": []}"#).is_err());
        assert!(
            Config::from_json(r#"{"buckets":[{"name":"abc","region":"us-east-1","corss":[]}]}"#).is_err()
        );
    }

    #[test]
    fn an_empty_object_is_an_empty_sandbox() {
        assert_eq!(Config::from_json("{}").unwrap(), Config::default());
    }
}
