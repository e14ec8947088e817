//! How long a role's sessions may live: learned by asking, because nobody but the role's owner may look it up.
//!
//! A role allows between one and twelve hours, one unless its owner says otherwise, and only one where the hub's own
//! identity is a session of a role. So the longest is asked for first, and what STS refuses narrows the search.

use std::sync::{Mutex, MutexGuard, PoisonError};

use insitu_model::ambient::age_ms;

use super::CredentialError;
use crate::refusal::RefusalKind;
use crate::sts::SESSION_S_MIN;

/// The longest session that any role allows, in seconds.
const LONGEST_S: u32 = 12 * 3600;
/// What every role of AWS allows, and most allow no more.
const USUAL_S: u32 = 3600;
/// How exactly the longest is found out.
const STEP_S: u32 = 60;
/// When a limit is doubted again, in milliseconds: its owner may have raised it.
const BELIEVED_MS: i64 = 24 * 3600 * 1000;

/// What is known of one role.
#[derive(Debug, Default)]
pub(super) struct SessionLength(Mutex<Known>);

#[derive(Debug, Default, Clone, Copy)]
struct Known {
    /// The longest that was given.
    allowed_s: Option<u32>,
    /// The shortest that was refused, and when.
    refused: Option<(u32, i64)>,
}

/// Why a session was refused for its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// The role allows no more.
    Role,
    /// Sessions of roles make sessions of an hour at most.
    Chain,
}

impl Limit {
    /// Reads it out of a refusal. Servers other than AWS may say only that something is invalid.
    pub fn of(error: &CredentialError) -> Option<Self> {
        let CredentialError::Call(error) = error else {
            return None;
        };
        let refusal = error
            .refusal()
            .filter(|refusal| refusal.status == 400 && refusal.kind() == RefusalKind::Invalid)?;
        let message = refusal
            .message
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if message.contains("role chaining") {
            Some(Self::Chain)
        } else if message.contains("duration") || message.is_empty() {
            Some(Self::Role)
        } else {
            None
        }
    }
}

impl SessionLength {
    /// How long a session to ask for at this time.
    pub fn next_s(&self, now_ms: i64) -> u32 {
        let mut known = self.lock();
        if known
            .refused
            .is_some_and(|(_, at)| age_ms(now_ms, at) >= BELIEVED_MS)
        {
            *known = Known::default();
        }
        known.next_s()
    }

    /// A session of this length was given.
    pub fn was_given(&self, seconds: u32) {
        self.lock().allowed_s = Some(seconds);
    }

    /// A session of this length was refused for its length.
    pub fn was_refused(&self, limit: Limit, seconds: u32, now_ms: i64) {
        let refused_s = match limit {
            Limit::Role => seconds,
            Limit::Chain => seconds.min(USUAL_S + STEP_S),
        };
        let mut known = self.lock();
        known.allowed_s = known.allowed_s.filter(|allowed| *allowed < refused_s);
        known.refused = Some((refused_s, now_ms));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn next_s(self) -> u32 {
        match (self.allowed_s, self.refused) {
            (None, None) => LONGEST_S,
            (Some(allowed), None) => allowed,
            (Some(allowed), Some((refused, _))) if refused.saturating_sub(allowed) > STEP_S => {
                (allowed + (refused - allowed) / 2) / STEP_S * STEP_S
            }
            (Some(allowed), Some(_)) => allowed,
            // Most roles are settled by the next two: a little more than usual is refused, and the usual is given.
            (None, Some((refused, _))) if refused > USUAL_S + STEP_S => USUAL_S + STEP_S,
            (None, Some((refused, _))) if refused > USUAL_S => USUAL_S,
            (None, Some(_)) => SESSION_S_MIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::{CallError, Refusal};

    /// What is asked of a role that allows so much until it is settled.
    fn learn(length: &SessionLength, max_s: u32, now_ms: i64) -> Vec<u32> {
        let mut asked = Vec::new();
        loop {
            let seconds = length.next_s(now_ms);
            asked.push(seconds);
            assert!(asked.len() < 20, "{asked:?}");
            if seconds <= max_s {
                length.was_given(seconds);
                if length.next_s(now_ms) == seconds {
                    return asked;
                }
            } else {
                length.was_refused(Limit::Role, seconds, now_ms);
                if asked.contains(&length.next_s(now_ms)) {
                    return asked;
                }
            }
        }
    }

    #[test]
    fn the_longest_is_asked_first_and_the_usual_soon() {
        assert_eq!(learn(&SessionLength::default(), 43_200, 0), [43_200]);
        assert_eq!(learn(&SessionLength::default(), 3_600, 0), [43_200, 3_660, 3_600]);
    }

    #[test]
    fn whatever_a_role_allows_is_found_to_a_minute() {
        for max_s in (900..=43_200).step_by(20) {
            let length = SessionLength::default();
            let asked = learn(&length, max_s, 0);
            let found = length.next_s(1);
            assert!(
                found <= max_s && max_s - found < STEP_S,
                "{max_s}: {found} by {asked:?}"
            );
            assert!(asked.len() <= 13, "{max_s}: {asked:?}");
            assert_eq!(
                learn(&length, max_s, 1),
                [found],
                "what was learned is not asked again"
            );
        }
    }

    #[test]
    fn a_limit_that_was_lowered_is_noticed_at_once_and_a_raised_one_within_a_day() {
        let length = SessionLength::default();
        learn(&length, 7_200, 0);
        assert_eq!(learn(&length, 3_600, 1), [7_200, 3_660, 3_600]);
        assert_eq!(length.next_s(BELIEVED_MS), USUAL_S);
        assert_eq!(learn(&length, 43_200, 1 + BELIEVED_MS), [43_200]);
    }

    #[test]
    fn only_a_refusal_for_the_length_is_one() {
        let said = |status, code: &str, message: &str| {
            let refusal = Box::new(Refusal {
                status,
                code: Some(code.to_owned()),
                message: Some(message.to_owned()),
                ..Refusal::default()
            });
            Limit::of(&CredentialError::Call(CallError::Refused {
                host: "sts".into(),
                call: "AssumeRole",
                refusal,
            }))
        };
        let role = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        assert_eq!(said(400, "ValidationError", role), Some(Limit::Role));
        let chain = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        assert_eq!(said(400, "ValidationError", chain), Some(Limit::Chain));
        assert_eq!(said(400, "ValidationError", "arn:x is invalid"), None);
        assert_eq!(said(403, "AccessDenied", role), None);
        assert_eq!(Limit::of(&CredentialError::NoIdentity), None);
    }

    #[test]
    fn a_hub_that_is_itself_a_session_asks_for_an_hour() {
        let length = SessionLength::default();
        length.was_refused(Limit::Chain, LONGEST_S, 0);
        assert_eq!(length.next_s(0), USUAL_S);
        length.was_given(USUAL_S);
        assert_eq!(length.next_s(0), USUAL_S);
    }
}
