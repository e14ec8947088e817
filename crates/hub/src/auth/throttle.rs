//! Slows down whoever guesses passwords: a few tries at once, then one every few seconds, per e-mail address.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::{ApiError, ApiResult};

/// Tries that are allowed at once.
const BURST: NonZeroU32 = TEN;
/// Tries a minute after that.
const PER_MINUTE: NonZeroU32 = TEN;
const TEN: NonZeroU32 = match NonZeroU32::new(10) {
    Some(ten) => ten,
    None => NonZeroU32::MIN,
};
/// Above this many remembered addresses, the idle ones are dropped.
const MAX_REMEMBERED: usize = 100_000;

/// Counts tries by key.
#[derive(Debug)]
pub struct Throttle {
    limiter: DefaultKeyedRateLimiter<String>,
}

impl Default for Throttle {
    fn default() -> Self {
        let quota = Quota::per_minute(PER_MINUTE).allow_burst(BURST);
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(quota),
        }
    }
}

impl Throttle {
    /// Counts one try under `key`; an error once there were too many.
    pub fn check(&self, key: &str) -> ApiResult<()> {
        if self.limiter.len() > MAX_REMEMBERED {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_lowercase()).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            ApiError::too_many(
                "session.too_many_tries",
                format!("Too many tries for this account. Wait {wait} seconds and try again."),
                wait,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_guess_in_a_row_has_to_wait_and_others_do_not() {
        let throttle = Throttle::default();
        for _ in 0..BURST.get() {
            throttle.check("Ada@example.com").unwrap();
        }
        assert_eq!(
            throttle.check("ada@example.com").unwrap_err().code,
            "session.too_many_tries"
        );
        throttle.check("bob@example.com").unwrap();
    }
}
