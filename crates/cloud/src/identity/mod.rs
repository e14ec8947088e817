//! The hub's own AWS identity, from the standard chain: environment, profile, web identity, container, instance.
//!
//! A kept library reads each source; here is the order, the patience, and a clear answer when there is none.

mod door;
mod principal;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use insitu_model::ambient::{Clock, age_ms};
use insitu_model::endpoint::Endpoint;
use reqsign_aws_v4::{
    AssumeRoleWithWebIdentityCredentialProvider, Credential, ECSCredentialProvider, EnvCredentialProvider,
    IMDSv2CredentialProvider, ProfileCredentialProvider,
};
use reqsign_core::{Context, ProvideCredential, StaticEnv};
use tokio::sync::Mutex;

pub use principal::{Delegate, Principal};

use crate::connect::Outbound;
use crate::credentials::{CredentialError, Credentials};
use door::{Door, Files};

/// Longest search through all sources.
const SEARCH_MAX: Duration = Duration::from_secs(10);
/// How long credentials without an end are used before the sources are read again, in milliseconds.
const RECHECK_MS: i64 = 300_000;
/// How long "none" and failures are believed, in milliseconds.
const RECHECK_NOTHING_MS: i64 = 30_000;

/// What the library is told where the environment does not say otherwise: to ask the STS of its region, and what to call
/// itself in the records of the operator's account.
const OURS: &[(&str, &str)] = &[
    ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
    ("AWS_ROLE_SESSION_NAME", "insitu"),
    ("AWS_REGION", "us-east-1"),
];

/// Where to look. Everything is the operator's own.
#[derive(Clone, Default)]
pub struct IdentitySettings {
    /// The environment of the process.
    pub environment: HashMap<String, String>,
    /// Where `.aws/credentials` and `.aws/config` are.
    pub home_dir: Option<PathBuf>,
    /// Ask the instance's metadata service too? Off where the machine is no EC2 instance.
    pub asks_instance: bool,
    /// The STS that takes web identities, in place of AWS's own.
    pub sts_endpoint: Option<Endpoint>,
}

/// Which source an identity came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// `~/.aws/credentials` or `~/.aws/config`.
    Profile,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, as in EKS.
    WebIdentity,
    /// `AWS_CONTAINER_CREDENTIALS_…`, as in ECS and EKS Pod Identity.
    Container,
    /// The metadata service of an EC2 instance.
    Instance,
}

/// An identity that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where.
    pub source: Source,
    /// What to sign with.
    pub credentials: Arc<Credentials>,
}

/// The hub's own AWS identity. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    asks_instance: bool,
    clock: Arc<dyn Clock>,
    /// Held while a search is under way, so that one is.
    known: Mutex<Option<Known>>,
    principal: Mutex<Option<principal::KnownPrincipal>>,
}

struct Known {
    result: Result<Option<Found>, CredentialError>,
    since_ms: i64,
    believed_ms: i64,
}

impl Identity {
    /// An identity that is looked for when it is first asked for. `outbound` reaches the operator's addresses with
    /// [`crate::connect::Patience::SHORT`].
    pub fn new(settings: IdentitySettings, outbound: Outbound, clock: Arc<dyn Clock>) -> Self {
        // An empty variable is how a compose file says that there is none.
        let mut envs: HashMap<String, String> = settings
            .environment
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        for (name, value) in OURS {
            envs.entry((*name).to_owned())
                .or_insert_with(|| (*value).to_owned());
        }
        let environment = StaticEnv {
            home_dir: settings.home_dir,
            envs,
        };
        let context = Context::new()
            .with_env(environment)
            .with_file_read(Files)
            .with_http_send(Door {
                outbound,
                sts: settings.sts_endpoint,
            });
        let asks_instance = settings.asks_instance;
        let inner = Inner {
            context,
            asks_instance,
            clock,
            known: Mutex::default(),
            principal: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The hub's credentials and where they came from; none if no source has any.
    pub async fn find(&self) -> Result<Option<Found>, CredentialError> {
        let mut known = self.inner.known.lock().await;
        let now_ms = self.inner.clock.now_ms();
        if let Some(known) = known
            .as_ref()
            .filter(|known| age_ms(now_ms, known.since_ms) < known.believed_ms)
        {
            return known.result.clone();
        }
        let result = match tokio::time::timeout(SEARCH_MAX, self.inner.search()).await {
            Ok(result) => result,
            Err(_) => Err(CredentialError::Identity {
                reason: "the search took too long".to_owned(),
            }),
        };
        let now_ms = self.inner.clock.now_ms();
        let still_valid = known.take().and_then(|known| known.result.ok().flatten());
        let still_valid = still_valid.filter(|found| found.credentials.is_valid_at(now_ms));
        // A source that fails for a moment does not take away what it gave before.
        let result = match (result, still_valid) {
            (Err(error), Some(found)) => {
                tracing::warn!(%error, "the hub's AWS identity was not renewed");
                *known = Some(Known {
                    result: Ok(Some(found.clone())),
                    since_ms: now_ms,
                    believed_ms: RECHECK_NOTHING_MS,
                });
                return Ok(Some(found));
            }
            (result, _) => result,
        };
        *known = Some(Known {
            result: result.clone(),
            since_ms: now_ms,
            believed_ms: believe_for_ms(&result, now_ms),
        });
        result
    }

    /// The hub's credentials; having none is an error here.
    pub async fn credentials(&self) -> Result<Arc<Credentials>, CredentialError> {
        self.find()
            .await?
            .map(|found| found.credentials)
            .ok_or(CredentialError::NoIdentity)
    }
}

fn believe_for_ms(result: &Result<Option<Found>, CredentialError>, now_ms: i64) -> i64 {
    match result {
        Ok(Some(found)) => match found.credentials.expires_at_ms() {
            // Asked again before the last fifth, as for sessions of roles.
            Some(end) => ((end - now_ms).max(0) / 4 * 3).min(RECHECK_MS),
            None => RECHECK_MS,
        },
        Ok(None) | Err(_) => RECHECK_NOTHING_MS,
    }
}

impl Inner {
    async fn search(&self) -> Result<Option<Found>, CredentialError> {
        if let Some(found) = self
            .ask(Source::Environment, &EnvCredentialProvider::new())
            .await?
        {
            return Ok(Some(found));
        }
        if let Some(found) = self
            .ask(Source::Profile, &ProfileCredentialProvider::new())
            .await?
        {
            return Ok(Some(found));
        }
        let web_identity = AssumeRoleWithWebIdentityCredentialProvider::new();
        if let Some(found) = self.ask(Source::WebIdentity, &web_identity).await? {
            return Ok(Some(found));
        }
        if let Some(found) = self.ask(Source::Container, &ECSCredentialProvider::new()).await? {
            return Ok(Some(found));
        }
        if !self.asks_instance {
            return Ok(None);
        }
        // Nobody configures this source: no answer means that this is no EC2 instance, or one without a role.
        Ok(self
            .ask(Source::Instance, &IMDSv2CredentialProvider::new())
            .await
            .unwrap_or_else(|error| {
                tracing::debug!(%error, "no identity from the metadata service");
                None
            }))
    }

    async fn ask(
        &self,
        source: Source,
        provider: &impl ProvideCredential<Credential = Credential>,
    ) -> Result<Option<Found>, CredentialError> {
        let given = provider.provide_credential(&self.context).await;
        let given = given.map_err(|error| {
            tracing::warn!(%error, source = source.as_str(), "the hub's AWS identity cannot be had");
            CredentialError::Identity {
                reason: format!("{}: {}", source.as_str(), without_places(&error.to_string())),
            }
        })?;
        Ok(given.map(|credential| Found {
            source,
            credentials: Arc::new(of_library(credential)),
        }))
    }
}

/// The words without paths and addresses: every organization's admins read them, and only the operator, who has the log,
/// needs to know where things are kept.
fn without_places(text: &str) -> String {
    let shown = |word| if str::contains(word, '/') { "…" } else { word };
    text.split_whitespace().map(shown).collect::<Vec<_>>().join(" ")
}

impl Source {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Environment => "environment",
            Source::Profile => "profile",
            Source::WebIdentity => "web identity",
            Source::Container => "container",
            Source::Instance => "instance",
        }
    }
}

fn of_library(credential: Credential) -> Credentials {
    let expires_at_ms = credential
        .expires_in
        .map(|end| end.as_second().saturating_mul(1000));
    match credential.session_token {
        Some(token) => Credentials::of_session(
            credential.access_key_id,
            credential.secret_access_key,
            token,
            expires_at_ms,
        ),
        None => Credentials::permanent(credential.access_key_id, credential.secret_access_key),
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("asks_instance", &self.inner.asks_instance)
            .finish_non_exhaustive()
    }
}

/// The environment holds the hub's own keys: only the names of its variables are shown.
impl fmt::Debug for IdentitySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&String> = self
            .environment
            .keys()
            .filter(|name| name.starts_with("AWS_"))
            .collect();
        names.sort();
        f.debug_struct("IdentitySettings")
            .field("environment", &names)
            .field("home_dir", &self.home_dir)
            .field("asks_instance", &self.asks_instance)
            .finish()
    }
}

#[cfg(test)]
mod tests;
