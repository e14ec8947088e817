//! Misbehaviour on demand: rules that say which requests meet which fault, changed while the sandbox serves.
//!
//! The rules are asked once per request, before anything else is done with it. What struck stays with the request
//! ([`Struck`], in its facts), and the place that would do right asks there whether to do wrong.

mod bomb;
mod fault;
mod rule;
mod spoil;
mod target;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hyper::StatusCode;
use serde::Serialize;

pub(crate) use bomb::bomb;
pub use fault::Fault;
pub use rule::{FaultError, FaultRule, Scope};
pub(crate) use spoil::{cut_in_half, refusal, refusal_of_signature};
pub use target::Operation;
pub(crate) use target::Target;

/// The rules in force.
#[derive(Default)]
pub struct Faults(RwLock<Arc<[Armed]>>);

/// A rule, and what came of it since it was set.
#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    matched: u64,
    struck: u64,
}

/// A rule with its counts, as the control door shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultCount {
    pub rule: FaultRule,
    /// Requests that the rule was about.
    pub matched: u64,
    /// Those of them that were struck.
    pub struck: u64,
}

/// The faults that struck one request.
#[derive(Debug, Default)]
pub(crate) struct Struck(Vec<Fault>);

impl Faults {
    /// Puts these rules in the place of all others; counting begins anew. With one that is refused, nothing changes.
    pub fn set(&self, rules: Vec<FaultRule>) -> Result<(), FaultError> {
        rules.iter().try_for_each(FaultRule::check)?;
        let armed = rules.into_iter().map(|rule| Armed {
            rule,
            counts: Mutex::default(),
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = armed.collect();
        Ok(())
    }

    /// Behaves again.
    pub fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// The rules in order, and how often each struck.
    #[must_use]
    pub fn counts(&self) -> Vec<FaultCount> {
        let armed = self.armed();
        let shown = armed.iter().map(|armed| {
            let counts = *armed.counts.lock().unwrap_or_else(PoisonError::into_inner);
            FaultCount {
                rule: armed.rule.clone(),
                matched: counts.matched,
                struck: counts.struck,
            }
        });
        shown.collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.armed().is_empty()
    }

    /// Counts the request in every rule that is about it.
    pub(crate) fn strike(&self, target: &Target<'_>) -> Struck {
        let armed = self.armed();
        let striking = armed
            .iter()
            .filter(|armed| armed.rule.is_about(target) && armed.count());
        Struck(striking.map(|armed| armed.rule.fault.clone()).collect())
    }

    /// Counts a TLS handshake; true when it is to be cut.
    pub(crate) fn strike_tls(&self) -> bool {
        let armed = self.armed();
        let watching = armed.iter().filter(|armed| armed.rule.fault == Fault::CutTls);
        // Every rule counts, so none may end the search.
        watching.filter(|armed| armed.count()).count() > 0
    }

    /// Counts a question for a name; true when there is to be no such name.
    pub(crate) fn strike_name(&self, name: &str) -> bool {
        let armed = self.armed();
        let watching = armed.iter().filter(|armed| armed.rule.is_about_name(name));
        watching.filter(|armed| armed.count()).count() > 0
    }

    fn armed(&self) -> Arc<[Armed]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Armed {
    /// Counts one more request; true when it is struck.
    fn count(&self) -> bool {
        let scope = &self.rule.scope;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.matched += 1;
        let beyond = counts.matched.saturating_sub(scope.after.unwrap_or(0));
        let due = beyond > 0 && beyond.is_multiple_of(scope.every.unwrap_or(1));
        let strikes = due && scope.times.is_none_or(|times| counts.struck < times);
        counts.struck += u64::from(strikes);
        strikes
    }
}

impl Struck {
    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.0.contains(fault)
    }

    /// What the first fault says that has something to say.
    pub(crate) fn find<'s, T>(&'s self, look: impl FnMut(&'s Fault) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(look)
    }

    /// How far the clock is off for this request.
    pub(crate) fn skew_ms(&self) -> i64 {
        let seconds = self.find(|fault| match fault {
            Fault::ClockSkew { seconds } => Some(*seconds),
            _ => None,
        });
        seconds.unwrap_or(0).saturating_mul(1000)
    }

    /// The region where the bucket is said to be.
    pub(crate) fn region(&self) -> Option<&str> {
        self.find(|fault| match fault {
            Fault::Redirect301 { region } | Fault::Redirect400 { region } => Some(region.as_str()),
            _ => None,
        })
    }

    /// How a request that is signed for another region is answered.
    pub(crate) fn answer_to_wrong_region(&self) -> Option<StatusCode> {
        self.find(|fault| match fault {
            Fault::Redirect301 { .. } => Some(StatusCode::MOVED_PERMANENTLY),
            Fault::Redirect400 { .. } => Some(StatusCode::BAD_REQUEST),
            _ => None,
        })
    }

    /// Is everything denied to the session that asks?
    pub(crate) fn revokes(&self) -> bool {
        self.0
            .iter()
            .any(|fault| matches!(fault, Fault::RevokeSessions { .. }))
    }

    /// Is this permission taken away?
    pub(crate) fn denies(&self, action: &str) -> bool {
        match action {
            "s3:ListBucket" => self.has(&Fault::DenyList),
            "s3:GetObject" => self.has(&Fault::DenyGet),
            _ => false,
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(Fault::name).collect()
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.armed()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(operation: Operation, bucket: &str) -> Target<'_> {
        Target {
            operation,
            bucket: Some(bucket),
            key: Some("a/b.jpg"),
            role: None,
            access_key: Some("AKIAX"),
            given_ms: None,
            has_token: false,
            has_origin: false,
            has_range: false,
        }
    }

    fn with(fault: Fault, scope: Scope) -> Faults {
        let faults = Faults::default();
        faults.set(vec![FaultRule { fault, scope }]).unwrap();
        faults
    }

    /// Which of ten requests, counted from 1, are struck.
    fn struck_of_ten(scope: Scope) -> Vec<u32> {
        let faults = with(Fault::Hang, scope);
        (1..=10)
            .filter(|_| {
                faults
                    .strike(&target(Operation::GetObject, "photos"))
                    .has(&Fault::Hang)
            })
            .collect()
    }

    #[test]
    fn requests_are_struck_by_count() {
        let scope = |after, every, times| Scope {
            after,
            every,
            times,
            ..Scope::default()
        };
        assert_eq!(struck_of_ten(scope(None, None, Some(2))), [1, 2]);
        assert_eq!(struck_of_ten(scope(Some(7), None, None)), [8, 9, 10]);
        assert_eq!(struck_of_ten(scope(None, Some(4), None)), [4, 8]);
        assert_eq!(struck_of_ten(scope(Some(1), Some(3), Some(2))), [4, 7]);
    }

    #[test]
    fn a_rule_counts_only_the_requests_that_it_is_about() {
        let scope = Scope {
            bucket: Some("photos".into()),
            key_prefix: Some("a/".into()),
            times: Some(1),
            ..Scope::default()
        };
        let faults = with(Fault::DenyGet, scope);
        for other in [
            target(Operation::GetObject, "other"),
            target(Operation::ListObjectsV2, "photos"),
            Target {
                key: Some("b"),
                ..target(Operation::GetObject, "photos")
            },
        ] {
            assert!(!faults.strike(&other).has(&Fault::DenyGet), "{other:?}");
        }
        assert_eq!(faults.counts()[0].matched, 0);
        let own = target(Operation::GetObject, "photos");
        assert!(faults.strike(&own).denies("s3:GetObject"));
        assert!(!faults.strike(&own).denies("s3:GetObject"));
        let counts = faults.counts();
        assert_eq!((counts[0].matched, counts[0].struck), (2, 1));
    }

    #[test]
    fn a_rule_that_is_refused_changes_nothing() {
        let faults = with(Fault::Hang, Scope::default());
        let never = Scope {
            times: Some(0),
            ..Scope::default()
        };
        let refused = FaultRule {
            fault: Fault::DenyGet,
            scope: never,
        };
        assert!(faults.set(vec![Fault::Bomb.into(), refused]).is_err());
        assert_eq!(faults.counts()[0].rule, Fault::Hang.into());
        faults.clear();
        assert!(faults.is_empty());
    }
}
