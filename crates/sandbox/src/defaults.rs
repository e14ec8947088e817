//! The sandbox that one gets without a configuration file: a private bucket of photographs, and both ways into it.

use std::path::PathBuf;

use crate::ambient::Random;
use crate::config::{BucketConfig, Config, RoleConfig, UserConfig};
use crate::cors::CorsRule;
use crate::keys;
use crate::policy::Policy;

/// What can be chosen about the default sandbox.
#[derive(Debug, Clone)]
pub struct Defaults {
    pub bucket: String,
    pub region: String,
    /// Origins that may read the bucket from a browser; none: CORS is not enabled.
    pub cors_origins: Vec<String>,
    /// The role's external ID; made at random when absent.
    pub external_id: Option<String>,
    /// Files to serve; the photographs inside the program when absent.
    pub seed_dir: Option<PathBuf>,
    /// The bucket owner's user: access key id and secret.
    pub user_keys: Option<(String, String)>,
    /// The delegate: access key id and secret.
    pub delegate_keys: Option<(String, String)>,
}

pub const USER_ARN: &str = "arn:aws:iam::111122223333:user/insitu-reader";
pub const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/insitu-read";
pub const DELEGATE_ARN: &str = "arn:aws:iam::999988887777:user/insitu-delegate";

impl Default for Defaults {
    fn default() -> Self {
        Self {
            bucket: "insitu-samples".to_owned(),
            region: "eu-central-1".to_owned(),
            cors_origins: Vec::new(),
            external_id: None,
            seed_dir: None,
            user_keys: None,
            delegate_keys: None,
        }
    }
}

impl Defaults {
    /// The default sandbox as a configuration, to start or to extend.
    #[must_use]
    pub fn config(&self, random: &dyn Random) -> Config {
        let external_id = self
            .external_id
            .clone()
            .unwrap_or_else(|| keys::external_id(random));
        Config {
            buckets: vec![self.bucket()],
            users: vec![
                user(USER_ARN, self.user_keys.clone(), read_only(&self.bucket)),
                user(DELEGATE_ARN, self.delegate_keys.clone(), may_assume_any_role()),
            ],
            roles: vec![RoleConfig {
                arn: ROLE_ARN.to_owned(),
                trust_policy: trust(DELEGATE_ARN, &external_id),
                policies: vec![read_only(&self.bucket)],
                max_session_seconds: 3600,
            }],
            ..Config::default()
        }
    }

    fn bucket(&self) -> BucketConfig {
        BucketConfig {
            name: self.bucket.clone(),
            region: self.region.clone(),
            owner: crate::config::DEFAULT_ACCOUNT.to_owned(),
            public_read: false,
            cors: if self.cors_origins.is_empty() {
                Vec::new()
            } else {
                vec![cors(&self.cors_origins)]
            },
            samples: self.seed_dir.is_none(),
            folder: self.seed_dir.clone(),
            objects: Vec::new(),
        }
    }
}

/// The policy that a bucket's owner pastes to let somebody read one bucket, and nothing else.
#[must_use]
pub fn read_only(bucket: &str) -> Policy {
    policy(serde_json::json!({"Statement": [{
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
        "Resource": [format!("arn:aws:s3:::{bucket}/*"), format!("arn:aws:s3:::{bucket}")],
    }]}))
}

/// The trust policy that lets one principal assume a role, with one external ID.
#[must_use]
pub fn trust(principal: &str, external_id: &str) -> Policy {
    policy(serde_json::json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }]}))
}

fn may_assume_any_role() -> Policy {
    policy(serde_json::json!({"Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
    ]}))
}

#[expect(
    clippy::expect_used,
    reason = "the documents are written above, and a test reads each"
)]
fn policy(json: serde_json::Value) -> Policy {
    serde_json::from_value(json).expect("a policy document")
}

fn cors(origins: &[String]) -> CorsRule {
    CorsRule {
        id: None,
        allowed_origins: origins.to_vec(),
        allowed_methods: vec!["GET".to_owned(), "HEAD".to_owned()],
        allowed_headers: vec!["*".to_owned()],
        expose_headers: ["ETag", "Content-Length", "Content-Range"]
            .map(str::to_owned)
            .to_vec(),
        max_age_seconds: Some(3600),
    }
}

fn user(arn: &str, keys: Option<(String, String)>, policy: Policy) -> UserConfig {
    let (access_key_id, secret_access_key) = keys.unzip();
    UserConfig {
        arn: arn.to_owned(),
        access_key_id,
        secret_access_key,
        policies: vec![policy],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemRandom;

    #[test]
    fn the_default_configuration_is_written_and_read_back() {
        let config = Defaults {
            cors_origins: vec!["http://localhost:8080".into()],
            ..Defaults::default()
        }
        .config(&SystemRandom);
        let json = serde_json::to_string_pretty(&config).unwrap();
        assert_eq!(Config::from_json(&json).unwrap(), config);
    }

    #[test]
    fn the_default_policies_are_valid() {
        read_only("photos").check_identity().unwrap();
        may_assume_any_role().check_identity().unwrap();
        trust(DELEGATE_ARN, "the-id").check_trust().unwrap();
    }
}
