//! The credentials of every storage, kept in memory and renewed in time.
//!
//! A session is renewed before the last fifth of its life, in the background, while the old one still signs. However
//! many requests come at once, one call to STS is under way per storage. A failure is remembered for a while, longer
//! with each, so that a broken role does not become a storm of calls; credentials that still hold are used meanwhile.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use insitu_model::ambient::Clock;
use insitu_model::id::StorageId;

use super::{AssumeRoles, Credentials, Grant};
use crate::presign::Signer;
use crate::refusal::CallError;

/// Most storages whose credentials are kept; beyond it the ones that ended go first, then any.
const STORAGES_MAX: usize = 20_000;
/// The part of its life after which a session is renewed: four fifths.
const RENEW_AFTER: (i64, i64) = (4, 5);
/// The wait after a first failure, in milliseconds; it doubles with each further one.
const FIRST_WAIT_MS: i64 = 1_000;
/// The longest wait after a failure, in milliseconds.
const WAIT_MAX_MS: i64 = 60_000;

/// Why a storage has no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The hub has no AWS identity, so it cannot become a role.
    #[error(
        "the hub has no AWS identity of its own, which IAM delegation needs: give it one by the standard AWS chain \
         (environment, profile, web identity, container or instance role)"
    )]
    NoIdentity,
    /// The hub's AWS identity was configured but cannot be had.
    #[error("the hub's own AWS identity cannot be had: {reason}")]
    Identity {
        /// What went wrong.
        reason: String,
    },
    /// STS did not give a session.
    #[error("the role cannot be assumed: {0}")]
    Call(#[from] CallError),
    /// The renewal itself broke off.
    #[error("renewing the credentials broke off: try again")]
    BrokenOff,
}

impl CredentialError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            CredentialError::NoIdentity => "credentials.no_identity",
            CredentialError::Identity { .. } => "credentials.identity",
            CredentialError::Call(error) => error.code(),
            CredentialError::BrokenOff => "credentials.broken_off",
        }
    }
}

/// Keeps credentials fresh. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct CredentialCache {
    inner: Arc<Inner>,
}

struct Inner {
    slots: Mutex<HashMap<StorageId, Arc<Slot>>>,
    roles: Arc<dyn AssumeRoles>,
    clock: Arc<dyn Clock>,
}

/// What is kept of one storage as it was at `changed_at_ms`.
struct Slot {
    changed_at_ms: i64,
    grant: Grant,
    state: Mutex<State>,
    renewing: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    failure: Option<Failure>,
}

struct Held {
    signer: Arc<Signer>,
    renew_at_ms: i64,
}

struct Failure {
    error: CredentialError,
    times: u32,
    retry_at_ms: i64,
}

enum Look {
    Fresh(Arc<Signer>),
    Due(Arc<Signer>),
    Waiting(CredentialError),
    Missing,
}

impl CredentialCache {
    /// An empty cache that becomes roles by `roles`.
    pub fn new(roles: Arc<dyn AssumeRoles>, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Arc::new(Inner {
                slots: Mutex::default(),
                roles,
                clock,
            }),
        }
    }

    /// A signer with valid credentials of a storage.
    ///
    /// `changed_at_ms` says which state of the storage is meant: with another one, everything is fetched anew. `grant`
    /// is asked only then, so that secrets are not unsealed for every request.
    pub async fn obtain<E: From<CredentialError>>(
        &self,
        storage: StorageId,
        changed_at_ms: i64,
        grant: impl FnOnce() -> Result<Grant, E>,
    ) -> Result<Arc<Signer>, E> {
        let slot = match self.inner.slot(storage, changed_at_ms) {
            Some(slot) => slot,
            None => self.inner.insert(storage, changed_at_ms, grant()?),
        };
        match slot.look(self.inner.clock.now_ms()) {
            Look::Fresh(signer) => Ok(signer),
            Look::Due(signer) => {
                self.renew_in_background(slot);
                Ok(signer)
            }
            Look::Waiting(error) => Err(error.into()),
            Look::Missing => {
                // A task of its own: a caller who goes away does not break it off for the others.
                let renewal = tokio::spawn(self.inner.clone().renew(slot));
                renewal
                    .await
                    .unwrap_or(Err(CredentialError::BrokenOff))
                    .map_err(E::from)
            }
        }
    }

    /// Forgets a storage, after it was edited, rotated or deleted.
    pub fn invalidate(&self, storage: StorageId) {
        self.inner.slots().remove(&storage);
    }

    fn renew_in_background(&self, slot: Arc<Slot>) {
        if let Ok(guard) = slot.renewing.clone().try_lock_owned() {
            let inner = self.inner.clone();
            tokio::spawn(async move {
                let _guard = guard;
                inner.fetch(&slot).await
            });
        }
    }
}

impl Inner {
    fn slots(&self) -> MutexGuard<'_, HashMap<StorageId, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, storage: StorageId, changed_at_ms: i64) -> Option<Arc<Slot>> {
        self.slots()
            .get(&storage)
            .filter(|slot| slot.changed_at_ms == changed_at_ms)
            .cloned()
    }

    fn insert(&self, storage: StorageId, changed_at_ms: i64, grant: Grant) -> Arc<Slot> {
        let held = match &grant {
            Grant::Key(credentials) => Some(Held::new(credentials.clone(), self.clock.now_ms())),
            Grant::Role(_) => None,
        };
        let state = Mutex::new(State { held, failure: None });
        let made = Arc::new(Slot {
            changed_at_ms,
            grant,
            state,
            renewing: Arc::default(),
        });
        let now_ms = self.clock.now_ms();
        let mut slots = self.slots();
        if let Some(known) = slots
            .get(&storage)
            .filter(|slot| slot.changed_at_ms == changed_at_ms)
        {
            return known.clone();
        }
        if slots.len() >= STORAGES_MAX {
            slots.retain(|_, slot| matches!(slot.look(now_ms), Look::Fresh(_) | Look::Due(_)));
            let any = slots
                .keys()
                .next()
                .copied()
                .filter(|_| slots.len() >= STORAGES_MAX);
            any.map(|storage| slots.remove(&storage));
        }
        slots.insert(storage, made.clone());
        made
    }

    /// Waits for the renewal under way, if there is one, and fetches only if it brought nothing.
    async fn renew(self: Arc<Self>, slot: Arc<Slot>) -> Result<Arc<Signer>, CredentialError> {
        let _guard = slot.renewing.clone().lock_owned().await;
        match slot.look(self.clock.now_ms()) {
            Look::Fresh(signer) | Look::Due(signer) => Ok(signer),
            Look::Waiting(error) => Err(error),
            Look::Missing => self.fetch(&slot).await,
        }
    }

    async fn fetch(&self, slot: &Slot) -> Result<Arc<Signer>, CredentialError> {
        let fetched = match &slot.grant {
            Grant::Key(credentials) => Ok(credentials.clone()),
            Grant::Role(role) => self.roles.assume(role).await,
        };
        let now_ms = self.clock.now_ms();
        let mut state = slot.state();
        match fetched {
            Ok(credentials) => {
                let held = Held::new(credentials, now_ms);
                let signer = held.signer.clone();
                *state = State {
                    held: Some(held),
                    failure: None,
                };
                Ok(signer)
            }
            Err(error) => {
                let times = state.failure.as_ref().map_or(0, |failure| failure.times);
                let wait_ms = (FIRST_WAIT_MS << times.min(16)).min(WAIT_MAX_MS);
                tracing::warn!(%error, code = error.code(), wait_ms, "credentials of a storage were not renewed");
                state.failure = Some(Failure {
                    error: error.clone(),
                    times: times + 1,
                    retry_at_ms: now_ms + wait_ms,
                });
                Err(error)
            }
        }
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, now_ms: i64) -> Look {
        let state = self.state();
        let waiting = state
            .failure
            .as_ref()
            .filter(|failure| now_ms < failure.retry_at_ms);
        let held = state
            .held
            .as_ref()
            .filter(|held| held.signer.credentials().is_valid_at(now_ms));
        match (held, waiting) {
            (Some(held), Some(_)) => Look::Fresh(held.signer.clone()),
            (Some(held), None) if now_ms < held.renew_at_ms => Look::Fresh(held.signer.clone()),
            (Some(held), None) => Look::Due(held.signer.clone()),
            (None, Some(failure)) => Look::Waiting(failure.error.clone()),
            (None, None) => Look::Missing,
        }
    }
}

impl Held {
    fn new(credentials: Credentials, now_ms: i64) -> Self {
        let (numerator, denominator) = RENEW_AFTER;
        let renew_at_ms = match credentials.expires_at_ms() {
            Some(end) => now_ms + (end - now_ms).max(0) / denominator * numerator,
            None => i64::MAX,
        };
        Self {
            signer: Arc::new(Signer::new(Arc::new(credentials))),
            renew_at_ms,
        }
    }
}

impl fmt::Debug for CredentialCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialCache")
            .field("storages", &self.inner.slots().len())
            .finish()
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
