//! What is kept of one storage: its credentials, when to renew them, and since when its role has not been asked.
//!
//! A role that lets the hub in says nothing about a session that it gave before: AWS refuses that one alone after *Revoke
//! active sessions*, or when the role is deleted and made again under its name. So a session is replaced where the URLs
//! that it signed change anyway, and as soon as a bucket refuses it.
//!
//! A clock that is set back makes nothing last longer: what is kept is as old as can be then, and asked for anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use insitu_model::ambient::age_ms;

use super::duration::SessionLength;
use super::{CredentialError, Credentials, Grant};
use crate::presign::{Signer, TTL_S_MIN, window_start_s};

/// The part of its life after which a session is renewed: three quarters, so that another is there before the last
/// fifth begins, be STS slow or gone for a moment.
const RENEW_AFTER: (i64, i64) = (3, 4);
/// The wait after a first failure, in milliseconds; it doubles with each further one.
pub(super) const FIRST_WAIT_MS: i64 = 1_000;
/// The longest wait after a failure, in milliseconds.
const WAIT_MAX_MS: i64 = 50_000;
/// How long a role that was asked is taken to be as it was, in milliseconds. Then it is asked again, while the session
/// signs on.
pub(super) const ASK_AGAIN_MS: i64 = 40_000;
/// After so long, in milliseconds, nothing is signed before the role was asked again: a role that was taken away stops
/// signing within a minute.
pub(super) const TRUSTED_MS: i64 = 55_000;
/// How often a session may be replaced because a bucket refused it, in milliseconds: it may refuse the next one as well.
/// The pause doubles while refusals go on, as URLs change with every session.
pub(super) const DOUBTED_AGAIN_MS: i64 = 60_000;
/// The longest such pause, in milliseconds.
pub(super) const DOUBTED_AGAIN_MAX_MS: i64 = 60 * 60_000;
/// A session so new, in milliseconds, is not the reason why a bucket refuses.
pub(super) const NEW_MS: i64 = 5_000;
/// Longest lifetime of URLs whose windows sessions follow, in seconds: then a session is an hour old at most.
const FOLLOWED_TTL_S_MAX: u32 = 3 * 3600;

/// What is kept of one storage as it was at `revision`.
pub(super) struct Slot {
    pub revision: i64,
    pub grant: Grant,
    pub length: Arc<SessionLength>,
    /// Held while STS is asked, so that one call is under way.
    pub asking: Arc<tokio::sync::Mutex<()>>,
    /// How long the URLs live that are signed, in seconds.
    url_ttl_s: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    failure: Option<Failure>,
    /// When STS was last asked about the role, whatever came of it.
    asked_at_ms: i64,
    /// The last bucket's refusal that had another session asked for.
    doubted: Option<Doubt>,
}

#[derive(Clone, Copy)]
struct Doubt {
    at_ms: i64,
    /// STS has not answered since.
    is_being_asked: bool,
    /// How long the next one has to wait.
    pause_ms: i64,
}

#[derive(Clone)]
struct Held {
    signer: Arc<Signer>,
    since_ms: i64,
    /// At this age it is renewed.
    renew_after_ms: i64,
}

struct Failure {
    error: CredentialError,
    times: u32,
    at_ms: i64,
    /// How long nothing is asked.
    wait_ms: i64,
}

/// How a storage stands.
pub(super) enum Look {
    /// It has credentials that hold.
    Held(Arc<Signer>, Option<Errand>),
    /// It has none, and it is too early to try again.
    Waiting(CredentialError),
    /// It has none.
    Missing,
}

/// What STS is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Errand {
    pub call: Call,
    /// Nothing is to be signed before the answer.
    pub comes_first: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// For another session: this one nears its last fifth, or is of an earlier window, or a bucket refused it.
    Renew,
    /// Whether the role is still the hub's to become.
    Confirm,
}

impl Slot {
    pub fn new(revision: i64, grant: Grant, url_ttl_s: u32, now_ms: i64) -> Self {
        let held = match &grant {
            Grant::Key(credentials) => Some(Held::new(credentials.clone(), now_ms)),
            Grant::Role(_) => None,
        };
        Self {
            revision,
            grant,
            length: Arc::default(),
            asking: Arc::default(),
            url_ttl_s: url_ttl_s.clamp(TTL_S_MIN, FOLLOWED_TTL_S_MAX),
            state: Mutex::new(State {
                held,
                ..State::default()
            }),
        }
    }

    /// The storage was changed. A session that is still what it asks for goes on, so that nobody's URLs change because
    /// somebody gave it another name; what failed before may go well now.
    pub fn changed(&self, revision: i64, grant: Grant, now_ms: i64) -> Self {
        if !grant.takes_over(&self.grant) {
            return Self::new(revision, grant, self.url_ttl_s, now_ms);
        }
        let state = self.state();
        Self {
            revision,
            grant,
            length: self.length.clone(),
            asking: self.asking.clone(),
            url_ttl_s: self.url_ttl_s,
            state: Mutex::new(State {
                held: state.held.clone(),
                failure: None,
                asked_at_ms: state.asked_at_ms,
                doubted: state.doubted,
            }),
        }
    }

    pub fn look(&self, now_ms: i64) -> Look {
        let state = self.state();
        let waiting = state
            .failure
            .as_ref()
            .filter(|failure| age_ms(now_ms, failure.at_ms) < failure.wait_ms);
        let held = state
            .held
            .as_ref()
            .filter(|held| held.signer.credentials().is_valid_at(now_ms));
        match (held, waiting) {
            (Some(held), Some(_)) => Look::Held(held.signer.clone(), None),
            (Some(held), None) => Look::Held(
                held.signer.clone(),
                self.errand(
                    held,
                    state.failure.is_some(),
                    age_ms(now_ms, state.asked_at_ms),
                    now_ms,
                ),
            ),
            (None, Some(failure)) => Look::Waiting(failure.error.clone()),
            (None, None) => Look::Missing,
        }
    }

    fn errand(&self, held: &Held, has_failed: bool, asked_ago_ms: i64, now_ms: i64) -> Option<Errand> {
        let Grant::Role(_) = &self.grant else {
            return None;
        };
        let call = if age_ms(now_ms, held.since_ms) >= held.renew_after_ms {
            Call::Renew
        // What failed is asked again as soon as its wait is over: the answer may be that the role was taken away.
        } else if !has_failed && asked_ago_ms < ASK_AGAIN_MS {
            return None;
        // The role is asked anyway, and another window has other URLs anyway.
        } else if window_start_s(held.since_ms, self.url_ttl_s) < window_start_s(now_ms, self.url_ttl_s) {
            Call::Renew
        } else {
            Call::Confirm
        };
        let comes_first = asked_ago_ms >= TRUSTED_MS;
        Some(Errand { call, comes_first })
    }

    /// Another session is here.
    pub fn renewed(&self, credentials: Credentials, now_ms: i64) {
        let mut state = self.state();
        *state = State {
            held: Some(Held::new(credentials, now_ms)),
            failure: None,
            asked_at_ms: now_ms,
            doubted: state.doubted,
        };
        state.is_answered(now_ms);
    }

    /// The role is still the hub's to become.
    pub fn confirmed(&self, now_ms: i64) {
        let mut state = self.state();
        state.failure = None;
        state.is_answered(now_ms);
    }

    /// Somebody saw the role let the hub in: what it refused before says nothing any more.
    pub fn was_let_in(&self) {
        self.state().failure = None;
    }

    /// A bucket refused what this signer signed; none: whichever is held. True where it may fare better with the one that
    /// is given next: that is another already, or is asked for first.
    pub fn doubt(&self, signer: Option<&Arc<Signer>>, now_ms: i64) -> bool {
        let Grant::Role(_) = &self.grant else {
            return false;
        };
        let state = &mut *self.state();
        let Some(held) = &mut state.held else {
            return true;
        };
        if signer.is_some_and(|signer| !Arc::ptr_eq(signer, &held.signer)) {
            return true;
        }
        match state.doubted {
            // Somebody's doubt is being asked about.
            Some(last) if last.is_being_asked => return true,
            Some(last) if age_ms(now_ms, last.at_ms) < last.pause_ms => return false,
            _ if age_ms(now_ms, held.since_ms) < NEW_MS => return false,
            _ => {}
        }
        held.renew_after_ms = 0;
        let pause_ms = match state.doubted {
            // Another session was no help, or not for long.
            Some(last) if age_ms(now_ms, last.at_ms) < 2 * last.pause_ms => {
                (2 * last.pause_ms).min(DOUBTED_AGAIN_MAX_MS)
            }
            _ => DOUBTED_AGAIN_MS,
        };
        state.doubted = Some(Doubt {
            at_ms: now_ms,
            is_being_asked: true,
            pause_ms,
        });
        state.asked_at_ms = now_ms - TRUSTED_MS;
        true
    }

    /// What a bucket refused went well with another session.
    pub fn was_rightly_doubted(&self) {
        if let Some(last) = &mut self.state().doubted {
            last.pause_ms = DOUBTED_AGAIN_MS;
        }
    }

    /// The answer takes too long. Until the next turn the session is taken to hold, as it is when STS is gone.
    pub fn unanswered(&self, now_ms: i64) {
        self.state().is_answered(now_ms);
    }

    /// STS did not give what was asked for. What it gave before is used as long as it holds, unless the role itself was
    /// taken away.
    pub fn failed(&self, error: &CredentialError, now_ms: i64) {
        let mut state = self.state();
        let times = state.failure.as_ref().map_or(0, |failure| failure.times);
        let wait_ms = (FIRST_WAIT_MS << times.min(16)).min(WAIT_MAX_MS);
        let is_over = error.is_denial();
        tracing::warn!(%error, code = error.code(), wait_ms, is_over, "credentials of a storage were not renewed");
        if is_over {
            state.held = None;
        }
        state.is_answered(now_ms);
        state.failure = Some(Failure {
            error: error.clone(),
            times: times + 1,
            at_ms: now_ms,
            wait_ms,
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// STS was asked, and that is over.
    fn is_answered(&mut self, now_ms: i64) {
        self.asked_at_ms = now_ms;
        if let Some(doubt) = &mut self.doubted {
            doubt.is_being_asked = false;
        }
    }
}

impl Held {
    fn new(credentials: Credentials, now_ms: i64) -> Self {
        let (numerator, denominator) = RENEW_AFTER;
        let renew_after_ms = match credentials.expires_at_ms() {
            Some(end) => (end - now_ms).max(0) / denominator * numerator,
            None => i64::MAX,
        };
        Self {
            signer: Arc::new(Signer::new(Arc::new(credentials))),
            since_ms: now_ms,
            renew_after_ms,
        }
    }
}
