//! The credentials of every storage, kept in memory and renewed in time.
//!
//! A session is renewed before the last fifth of its life, in the background, while the old one still signs. However
//! many requests come at once, one call to STS is under way per storage. A session may live for twelve hours, so its role
//! is asked again while it is used, and one that refuses the hub signs nothing within a minute. A session that AWS no
//! longer honours, though its role does, is replaced when a bucket refuses it, and at the latest with the next window of
//! URLs. A failure is remembered for a while, longer with each, so that a broken role does not become a storm of calls;
//! where it says nothing about the role, credentials that still hold are used meanwhile.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use insitu_model::ambient::Clock;
use insitu_model::id::StorageId;
use tokio::sync::OwnedMutexGuard;

use super::duration::{Limit, SessionLength};
use super::slot::{Call, Look, Slot};
use super::{AssumeRoles, CredentialError, Credentials, Grant, RoleGrant};
use crate::presign::Signer;
use crate::sts::SESSION_S_MIN;

/// Most storages whose credentials are kept; beyond it the ones that ended go first, then any.
const STORAGES_MAX: usize = 20_000;
/// How long somebody who signs waits for STS while there is a session that holds.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long they wait where there is none: somebody looks at an empty page meanwhile. STS is asked on for whoever comes
/// next.
const FIRST_PATIENCE: Duration = Duration::from_secs(8);

/// Keeps credentials fresh. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct CredentialCache {
    inner: Arc<Inner>,
}

struct Inner {
    slots: Mutex<HashMap<StorageId, Arc<Slot>>>,
    roles: Arc<dyn AssumeRoles>,
    clock: Arc<dyn Clock>,
    url_ttl_s: u32,
}

impl CredentialCache {
    /// An empty cache that becomes roles by `roles`. What is signed with it lives for `url_ttl_s` seconds, which says when
    /// URLs change anyway.
    pub fn new(roles: Arc<dyn AssumeRoles>, clock: Arc<dyn Clock>, url_ttl_s: u32) -> Self {
        Self {
            inner: Arc::new(Inner {
                slots: Mutex::default(),
                roles,
                clock,
                url_ttl_s,
            }),
        }
    }

    /// A signer with valid credentials of a storage.
    ///
    /// `revision` says which state of the storage is meant. With a later one `grant` is asked anew, and only then, so that
    /// secrets are not unsealed for every request; the session goes on where it is still for what the grant asks. Whoever
    /// comes with an earlier one read the storage before it was changed, and is given what it is now.
    pub async fn obtain<E: From<CredentialError>>(
        &self,
        storage: StorageId,
        revision: i64,
        grant: impl FnOnce() -> Result<Grant, E>,
    ) -> Result<Arc<Signer>, E> {
        let slot = match self.inner.slot(storage, revision) {
            Some(slot) => slot,
            None => self.inner.insert(storage, revision, grant()?),
        };
        match slot.look(self.inner.now_ms()) {
            Look::Held(signer, None) => Ok(signer),
            Look::Held(signer, Some(errand)) if !errand.comes_first => {
                self.ask_in_background(slot, errand.call);
                Ok(signer)
            }
            Look::Held(_, Some(_)) => self.ask_first(slot).await.map_err(E::from),
            Look::Waiting(error) => Err(error.into()),
            Look::Missing => self.ask_awhile(slot).await.map_err(E::from),
        }
    }

    /// A bucket refused what this signer of the storage signed; none: whichever the cache holds. True where the next one
    /// that is obtained may fare better. At most once a minute that is a reason to ask for another session, and
    /// ever more seldom while it goes on.
    pub fn doubt(&self, storage: StorageId, signer: Option<&Arc<Signer>>) -> bool {
        let slot = self.inner.slot(storage, i64::MIN);
        slot.is_some_and(|slot| slot.doubt(signer, self.inner.now_ms()))
    }

    /// What a bucket refused of the storage went well with another session: the next refusal may be for that reason too.
    pub fn was_rightly_doubted(&self, storage: StorageId) {
        if let Some(slot) = self.inner.slot(storage, i64::MIN) {
            slot.was_rightly_doubted();
        }
    }

    /// The role of a storage was seen to let the hub in: nobody waits any more because it did not before.
    pub fn was_let_in(&self, storage: StorageId) {
        if let Some(slot) = self.inner.slot(storage, i64::MIN) {
            slot.was_let_in();
        }
    }

    /// Forgets a storage that is no more.
    pub fn invalidate(&self, storage: StorageId) {
        self.inner.slots().remove(&storage);
    }

    /// Asks in a task of its own: a caller who goes away does not break it off for the others.
    async fn ask(&self, slot: Arc<Slot>) -> Result<Arc<Signer>, CredentialError> {
        let asking = tokio::spawn(self.inner.clone().ask(slot));
        asking.await.unwrap_or(Err(CredentialError::BrokenOff))
    }

    /// The same, and goes away after a while; the task goes on.
    async fn ask_awhile(&self, slot: Arc<Slot>) -> Result<Arc<Signer>, CredentialError> {
        let asking = tokio::time::timeout(FIRST_PATIENCE, self.ask(slot));
        asking.await.unwrap_or(Err(CredentialError::Unanswered {
            seconds: FIRST_PATIENCE.as_secs(),
        }))
    }

    /// The same where there is a session that holds, which is used when STS does not answer.
    async fn ask_first(&self, slot: Arc<Slot>) -> Result<Arc<Signer>, CredentialError> {
        if let Ok(answer) = tokio::time::timeout(PATIENCE, self.ask(slot.clone())).await {
            return answer;
        }
        let now_ms = self.inner.now_ms();
        slot.unanswered(now_ms);
        match slot.look(now_ms) {
            Look::Held(signer, _) => Ok(signer),
            Look::Waiting(_) | Look::Missing => self.ask_awhile(slot).await,
        }
    }

    fn ask_in_background(&self, slot: Arc<Slot>, call: Call) {
        if let Ok(guard) = slot.asking.clone().try_lock_owned() {
            let inner = self.inner.clone();
            tokio::spawn(async move {
                // What came of it is written into the slot.
                let _ = inner.run(&slot, call, guard).await;
            });
        }
    }
}

impl Inner {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<StorageId, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, storage: StorageId, revision: i64) -> Option<Arc<Slot>> {
        self.slots()
            .get(&storage)
            .filter(|slot| slot.revision >= revision)
            .cloned()
    }

    fn insert(&self, storage: StorageId, revision: i64, grant: Grant) -> Arc<Slot> {
        let now_ms = self.now_ms();
        let mut slots = self.slots();
        let made = match slots.get(&storage) {
            Some(known) if known.revision >= revision => return known.clone(),
            Some(known) => known.changed(revision, grant, now_ms),
            None => Slot::new(revision, grant, self.url_ttl_s, now_ms),
        };
        let made = Arc::new(made);
        if slots.len() >= STORAGES_MAX {
            slots.retain(|_, slot| matches!(slot.look(now_ms), Look::Held(..)));
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

    /// Waits for the call under way, if there is one, and makes one only if that left anything to ask.
    async fn ask(self: Arc<Self>, slot: Arc<Slot>) -> Result<Arc<Signer>, CredentialError> {
        let guard = slot.asking.clone().lock_owned().await;
        let call = match slot.look(self.now_ms()) {
            Look::Held(signer, None) => return Ok(signer),
            Look::Held(_, Some(errand)) => errand.call,
            Look::Waiting(error) => return Err(error),
            Look::Missing => Call::Renew,
        };
        let answer = self.run(&slot, call, guard).await;
        match slot.look(self.now_ms()) {
            Look::Held(signer, _) => Ok(signer),
            Look::Waiting(error) => Err(error),
            Look::Missing => Err(answer.err().unwrap_or(CredentialError::BrokenOff)),
        }
    }

    /// Asks STS, and writes into the slot what came of it. Nobody waits for more than a session: whether its role allows
    /// a longer one is found out afterwards, still as the one call under way.
    async fn run(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        call: Call,
        guard: OwnedMutexGuard<()>,
    ) -> Result<(), CredentialError> {
        let Grant::Role(role) = &slot.grant else {
            return Ok(());
        };
        let answer = match call {
            Call::Renew => self
                .first_session(role, &slot.length)
                .await
                .map(|(given_s, session)| {
                    slot.renewed(session, self.now_ms());
                    if slot.length.next_s(self.now_ms()) > given_s {
                        tokio::spawn(self.clone().find_longest(slot.clone(), given_s, guard));
                    }
                }),
            // The session that comes with the answer is thrown away: with another one every URL of the window would change.
            Call::Confirm => {
                let session = self.roles.assume(role, SESSION_S_MIN).await;
                session.map(|_| slot.confirmed(self.now_ms()))
            }
        };
        answer.inspect_err(|error| slot.failed(error, self.now_ms()))
    }

    /// The first session that is given, and for how many seconds.
    async fn first_session(
        &self,
        role: &RoleGrant,
        length: &SessionLength,
    ) -> Result<(u32, Credentials), CredentialError> {
        loop {
            let seconds = length.next_s(self.now_ms());
            match self.try_length(role, length, seconds).await {
                Ok(session) => return Ok((seconds, session)),
                Err(error) if Limit::of(&error).is_some() && seconds > SESSION_S_MIN => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Goes on from the session that was given to the longest, which takes its place: once, because with another one every
    /// URL changes.
    async fn find_longest(self: Arc<Self>, slot: Arc<Slot>, mut given_s: u32, _guard: OwnedMutexGuard<()>) {
        let Grant::Role(role) = &slot.grant else {
            return;
        };
        let mut longest = None;
        loop {
            let seconds = slot.length.next_s(self.now_ms());
            if seconds <= given_s {
                break;
            }
            match self.try_length(role, &slot.length, seconds).await {
                Ok(session) => (given_s, longest) = (seconds, Some(session)),
                Err(error) if Limit::of(&error).is_some() => {}
                Err(error) => {
                    tracing::debug!(%error, "how long a role's sessions may be is not known yet");
                    break;
                }
            }
        }
        if let Some(session) = longest {
            slot.renewed(session, self.now_ms());
        }
    }

    async fn try_length(
        &self,
        role: &RoleGrant,
        length: &SessionLength,
        seconds: u32,
    ) -> Result<Credentials, CredentialError> {
        let tried = self.roles.assume(role, seconds).await;
        match &tried {
            Ok(_) => length.was_given(seconds),
            Err(error) => {
                if let Some(limit) = Limit::of(error).filter(|_| seconds > SESSION_S_MIN) {
                    length.was_refused(limit, seconds, self.now_ms());
                }
            }
        }
        tried
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
