//! Everything the sandbox knows while it runs: buckets, users, roles and the sessions that were handed out.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;

use crate::ambient::Ambient;
use crate::config::{BucketConfig, Config, ConfigError, RoleConfig, UserConfig};
use crate::cors::CorsRule;
use crate::faults::Faults;
use crate::host::{Hosts, is_region};
use crate::identity::{Identity, Session};
use crate::keys;
use crate::objects::{MAX_KEY_BYTES, Object, Objects};
use crate::policy::Policy;
use crate::request_log::RequestLog;
use crate::samples::SAMPLES;
use crate::tls::Tls;
use crate::uploads::Uploads;

/// Sessions kept at once; beyond it the ones that expired are forgotten.
const MAX_SESSIONS: usize = 10_000;

/// The state behind S3 and STS. Tests may change it while the sandbox runs.
pub struct World {
    pub(crate) ambient: Ambient,
    pub(crate) hosts: Hosts,
    pub(crate) minimum_session_seconds: u32,
    pub(crate) sts_disabled_regions: Vec<String>,
    pub(crate) request_log: OnceLock<RequestLog>,
    pub(crate) faults: Faults,
    pub(crate) tls: Tls,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    buckets: BTreeMap<String, Arc<Bucket>>,
    users_by_key: HashMap<String, Arc<User>>,
    roles_by_arn: HashMap<String, Arc<Role>>,
    sessions_by_key: HashMap<String, Arc<Session>>,
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    pub name: String,
    pub region: String,
    pub owner: String,
    pub public_read: bool,
    pub created_ms: i64,
    pub objects: Objects,
    pub uploads: Uploads,
    cors: RwLock<Arc<[CorsRule]>>,
}

/// A user with its one access key.
pub struct User {
    pub arn: String,
    pub id: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub policies: Vec<Policy>,
}

/// A role.
#[derive(Debug)]
pub struct Role {
    pub arn: String,
    pub id: String,
    pub trust_policy: Policy,
    pub policies: Vec<Policy>,
    pub max_session_seconds: u32,
}

impl World {
    /// Builds the state that a configuration describes; nothing half-valid is accepted.
    pub fn new(config: &Config, ambient: Ambient) -> Result<Self, ConfigError> {
        let world = Self {
            hosts: Hosts::new(&config.domains),
            minimum_session_seconds: config.minimum_session_seconds,
            sts_disabled_regions: config.sts_disabled_regions.clone(),
            ambient,
            request_log: OnceLock::new(),
            faults: Faults::default(),
            tls: Tls::new(&config.domains)
                .map_err(|e| ConfigError::Certificate(config.domains.clone(), e))?,
            state: RwLock::default(),
        };
        config
            .buckets
            .iter()
            .try_for_each(|bucket| world.add_bucket(bucket))?;
        config
            .users
            .iter()
            .try_for_each(|user| world.add_user(user).map(drop))?;
        config.roles.iter().try_for_each(|role| world.put_role(role))?;
        world.faults.set(config.faults.clone())?;
        Ok(world)
    }

    /// Writes a line to this file for every request from now on; the first file named stays.
    pub fn log_requests(&self, path: &Path) -> std::io::Result<()> {
        let log = RequestLog::create(path)?;
        self.request_log.get_or_init(|| log);
        Ok(())
    }

    /// The certificate with which the port answers to `https://`, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.tls.certificate
    }

    /// The rules by which the sandbox misbehaves.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    pub fn add_bucket(&self, config: &BucketConfig) -> Result<(), ConfigError> {
        if !s3s::path::check_bucket_name(&config.name) || self.bucket(&config.name).is_some() {
            return Err(ConfigError::Bucket(config.name.clone()));
        }
        if !is_region(&config.region) {
            return Err(ConfigError::Region(config.region.clone()));
        }
        check_cors(config)?;
        let now_ms = self.now_ms();
        let objects = Objects::default();
        if config.samples {
            for (key, bytes) in SAMPLES {
                objects.put(
                    key,
                    Object::in_memory(key, Bytes::from_static(bytes), None, now_ms),
                );
            }
        }
        if let Some(folder) = &config.folder {
            let refused = |e| ConfigError::Folder(folder.clone(), config.name.clone(), e);
            objects.add_folder(folder).map_err(refused)?;
        }
        for object in &config.objects {
            if object.key.is_empty() || object.key.len() > MAX_KEY_BYTES {
                return Err(ConfigError::Key(object.key.clone()));
            }
            let bytes = Bytes::from(object.text.clone());
            objects.put(
                &object.key,
                Object::in_memory(&object.key, bytes, object.content_type.clone(), now_ms),
            );
        }
        let bucket = Bucket {
            name: config.name.clone(),
            region: config.region.clone(),
            owner: config.owner.clone(),
            public_read: config.public_read,
            created_ms: now_ms,
            objects,
            uploads: Uploads::default(),
            cors: RwLock::new(config.cors.clone().into()),
        };
        self.write().buckets.insert(config.name.clone(), Arc::new(bucket));
        Ok(())
    }

    /// Adds a bucket, or gives one that is there these CORS rules.
    pub fn put_bucket(&self, config: &BucketConfig) -> Result<(), ConfigError> {
        let Some(bucket) = self.bucket(&config.name) else {
            return self.add_bucket(config);
        };
        check_cors(config)?;
        bucket.set_cors(config.cors.clone());
        Ok(())
    }

    /// Adds a user, with random keys where none are given.
    pub fn add_user(&self, config: &UserConfig) -> Result<Arc<User>, ConfigError> {
        check_arn(&config.arn, "user")?;
        check_policies(&config.arn, &config.policies)?;
        let random = &*self.ambient.random;
        let user = Arc::new(User {
            arn: config.arn.clone(),
            id: keys::user_id(random),
            access_key_id: config
                .access_key_id
                .clone()
                .unwrap_or_else(|| keys::user_access_key_id(random)),
            secret_access_key: config
                .secret_access_key
                .clone()
                .unwrap_or_else(|| keys::secret_access_key(random)),
            policies: config.policies.clone(),
        });
        let mut state = self.write();
        if state.users_by_key.contains_key(&user.access_key_id) {
            return Err(ConfigError::AccessKey(user.access_key_id.clone()));
        }
        state
            .users_by_key
            .insert(user.access_key_id.clone(), Arc::clone(&user));
        Ok(user)
    }

    /// Adds a role or replaces it; its sessions are judged by the new policies at once.
    pub fn put_role(&self, config: &RoleConfig) -> Result<(), ConfigError> {
        check_arn(&config.arn, "role")?;
        check_policies(&config.arn, &config.policies)?;
        let refused = |e| ConfigError::Policy(config.arn.clone(), e);
        config.trust_policy.check_trust().map_err(refused)?;
        let role = Role {
            arn: config.arn.clone(),
            id: keys::role_id(&*self.ambient.random),
            trust_policy: config.trust_policy.clone(),
            policies: config.policies.clone(),
            max_session_seconds: config.max_session_seconds,
        };
        self.write()
            .roles_by_arn
            .insert(config.arn.clone(), Arc::new(role));
        Ok(())
    }

    #[must_use]
    pub fn bucket(&self, name: &str) -> Option<Arc<Bucket>> {
        self.read().buckets.get(name).cloned()
    }

    #[must_use]
    pub fn role(&self, arn: &str) -> Option<Arc<Role>> {
        self.read().roles_by_arn.get(arn).cloned()
    }

    /// All users, in the order of their ARNs.
    #[must_use]
    pub fn users(&self) -> Vec<Arc<User>> {
        let mut users: Vec<_> = self.read().users_by_key.values().cloned().collect();
        users.sort_by(|a, b| a.arn.cmp(&b.arn));
        users
    }

    /// The buckets that an account owns, by name.
    pub(crate) fn buckets_of(&self, account: &str) -> Vec<Arc<Bucket>> {
        self.read()
            .buckets
            .values()
            .filter(|bucket| bucket.owner == account)
            .cloned()
            .collect()
    }

    /// Whose key this is: a user's or a session's, expired ones included.
    pub(crate) fn identity(&self, access_key_id: &str) -> Option<Identity> {
        let state = self.read();
        if let Some(user) = state.users_by_key.get(access_key_id) {
            return Some(Identity::User(Arc::clone(user)));
        }
        let session = state.sessions_by_key.get(access_key_id)?;
        let role = state.roles_by_arn.get(&session.role_arn).cloned();
        Some(Identity::Session(Arc::clone(session), role))
    }

    pub(crate) fn remember(&self, session: Arc<Session>) {
        let now_ms = self.now_ms();
        let mut state = self.write();
        if state.sessions_by_key.len() >= MAX_SESSIONS {
            state
                .sessions_by_key
                .retain(|_, session| session.expires_ms > now_ms);
        }
        state
            .sessions_by_key
            .insert(session.access_key_id.clone(), session);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.ambient.clock.now_ms()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    #[must_use]
    pub fn cors(&self) -> Arc<[CorsRule]> {
        Arc::clone(&self.cors.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the rules; none: CORS is not enabled.
    pub fn set_cors(&self, rules: Vec<CorsRule>) {
        *self.cors.write().unwrap_or_else(PoisonError::into_inner) = rules.into();
    }

    fn partition(&self) -> &'static str {
        match self.region.split('-').collect::<Vec<_>>().as_slice() {
            ["cn", ..] => "aws-cn",
            ["us", "gov", ..] => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The key that the bucket's objects are said to be encrypted with, when nobody may use it.
    pub(crate) fn kms_key(&self) -> String {
        let (partition, region, owner) = (self.partition(), &self.region, &self.owner);
        format!("arn:{partition}:kms:{region}:{owner}:key/5a9d4b0e-61c2-4f0a-9f57-0c8a2b7d3e11")
    }

    /// The ARN of the bucket, or of an object in it.
    pub(crate) fn arn(&self, key: Option<&str>) -> String {
        let partition = self.partition();
        let slash = if key.is_some() { "/" } else { "" };
        format!(
            "arn:{partition}:s3:::{}{slash}{}",
            self.name,
            key.unwrap_or_default()
        )
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl fmt::Debug for User {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

/// The account number in an ARN.
pub(crate) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// `arn:aws:iam::111122223333:user/anna`, with or without a path before the name.
fn check_cors(config: &BucketConfig) -> Result<(), ConfigError> {
    config.cors.iter().try_for_each(|rule| {
        rule.check()
            .map_err(|said| ConfigError::Cors(config.name.clone(), said))
    })
}

fn check_arn(arn: &str, kind: &'static str) -> Result<(), ConfigError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let valid = match parts.as_slice() {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && name
                    .strip_prefix(kind)
                    .and_then(|n| n.strip_prefix('/'))
                    .is_some_and(|n| !n.is_empty())
        }
        _ => false,
    };
    if valid {
        Ok(())
    } else {
        Err(ConfigError::Arn(arn.to_owned(), kind))
    }
}

fn check_policies(arn: &str, policies: &[Policy]) -> Result<(), ConfigError> {
    let refused = |e| ConfigError::Policy(arn.to_owned(), e);
    policies
        .iter()
        .try_for_each(|policy| policy.check_identity().map_err(refused))
}
