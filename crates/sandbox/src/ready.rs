//! The ready file: what a script needs to use a sandbox that has started, secrets included.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::config::Config;
use crate::policy::{OneOrMany, Policy};
use crate::world::{User, World};

/// Everything a client needs. The named bucket, user and role are the first ones of the configuration; the
/// delegate is the user whom that role's trust policy names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    pub s3_endpoint: String,
    pub sts_endpoint: String,
    /// Where misbehaviour is ordered.
    pub faults_endpoint: String,
    /// Where questions of DNS are answered, with the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<String>,
    /// The certificate with which the same port speaks TLS, as PEM.
    pub certificate: String,
    pub region: Option<String>,
    pub bucket: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub role_arn: Option<String>,
    pub external_id: Option<String>,
    pub delegate_arn: Option<String>,
    pub delegate_access_key_id: Option<String>,
    pub delegate_secret_access_key: Option<String>,
    pub buckets: Vec<ReadyBucket>,
    pub users: Vec<ReadyUser>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadyBucket {
    pub name: String,
    pub region: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyUser {
    pub arn: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl Ready {
    /// Describes a sandbox that answers at `endpoint`.
    #[must_use]
    pub fn of(config: &Config, world: &World, endpoint: &str) -> Self {
        let users = world.users();
        let named = |arn: &str| {
            users
                .iter()
                .find(|user| user.arn == arn)
                .map(|user| ReadyUser::of(user))
        };
        let bucket = config.buckets.first();
        let role = config.roles.first();
        let user = config.users.first().and_then(|user| named(&user.arn));
        let delegate = role.and_then(|role| principals(&role.trust_policy).find_map(named));
        Self {
            s3_endpoint: endpoint.to_owned(),
            sts_endpoint: endpoint.to_owned(),
            certificate: world.certificate().to_owned(),
            faults_endpoint: format!("{endpoint}/_sandbox/faults"),
            dns: None,
            region: bucket.map(|bucket| bucket.region.clone()),
            bucket: bucket.map(|bucket| bucket.name.clone()),
            access_key_id: user.as_ref().map(|user| user.access_key_id.clone()),
            secret_access_key: user.map(|user| user.secret_access_key),
            role_arn: role.map(|role| role.arn.clone()),
            external_id: role.and_then(|role| external_id(&role.trust_policy)),
            delegate_arn: delegate.as_ref().map(|user| user.arn.clone()),
            delegate_access_key_id: delegate.as_ref().map(|user| user.access_key_id.clone()),
            delegate_secret_access_key: delegate.map(|user| user.secret_access_key),
            buckets: config
                .buckets
                .iter()
                .map(|bucket| ReadyBucket {
                    name: bucket.name.clone(),
                    region: bucket.region.clone(),
                })
                .collect(),
            users: users.iter().map(|user| ReadyUser::of(user)).collect(),
        }
    }

    /// Writes the file under another name and renames it, so that nobody reads half of it. Only its owner may.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    }
}

impl ReadyUser {
    fn of(user: &User) -> Self {
        Self {
            arn: user.arn.clone(),
            access_key_id: user.access_key_id.clone(),
            secret_access_key: user.secret_access_key.clone(),
        }
    }
}

fn principals(trust: &Policy) -> impl Iterator<Item = &str> {
    trust
        .statement
        .iter()
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|p| p.aws())
}

/// The external ID that a trust policy asks for.
fn external_id(trust: &Policy) -> Option<String> {
    let conditions = trust
        .statement
        .iter()
        .flat_map(|statement| statement.condition.values());
    let mut wanted = conditions
        .flat_map(|keys| keys.iter())
        .filter(|(key, _)| key.eq_ignore_ascii_case("sts:ExternalId"))
        .flat_map(|(_, values)| OneOrMany::iter(values));
    wanted.next().map(crate::policy::Scalar::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::Ambient;
    use crate::defaults::Defaults;

    #[test]
    fn the_ready_file_names_both_ways_into_the_bucket() {
        let ambient = Ambient::system();
        let defaults = Defaults {
            external_id: Some("the-id".into()),
            ..Defaults::default()
        };
        let config = defaults.config(&*ambient.random);
        let world = World::new(&config, ambient).unwrap();
        let ready = Ready::of(&config, &world, "http://127.0.0.1:1");
        assert_eq!(ready.external_id.as_deref(), Some("the-id"));
        assert_eq!(ready.delegate_arn.as_deref(), Some(crate::defaults::DELEGATE_ARN));
        assert_ne!(ready.access_key_id, ready.delegate_access_key_id);
        assert_eq!(ready.secret_access_key.unwrap().len(), 40);
    }
}
