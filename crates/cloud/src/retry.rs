//! Trying again, a few times and ever slower, when a service is busy or briefly gone.

use std::future::Future;
use std::time::Duration;

use insitu_model::ambient::Random;
use tokio::time::Instant;

use crate::connect::ConnectError;
use crate::refusal::CallError;

/// How often a call is tried, and how long to wait in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries altogether.
    pub attempts_max: u32,
    /// The longest wait before the second try; it doubles with every further one.
    pub first_wait_max: Duration,
    /// The longest wait of all.
    pub wait_max: Duration,
    /// The longest wait that a server is granted that says how long (`Retry-After`).
    pub granted_max: Duration,
    /// Beyond this no further try begins: a server that hangs would be waited for once per try.
    pub begin_max: Duration,
    /// Whether an answer that broke off is asked for again: what of it came was sent in vain.
    pub reads_again: bool,
}

impl Retry {
    /// For S3 and STS: at most four tries within some three seconds of waiting.
    pub const NORMAL: Retry = Retry {
        attempts_max: 4,
        first_wait_max: Duration::from_millis(200),
        wait_max: Duration::from_secs(2),
        granted_max: Duration::from_secs(5),
        begin_max: Duration::from_secs(10),
        reads_again: true,
    };
    /// For work that nobody waits for and that comes back by itself: a second try, and no more.
    pub const PATIENT: Retry = Retry {
        attempts_max: 2,
        first_wait_max: Duration::from_millis(500),
        wait_max: Duration::from_millis(500),
        granted_max: Duration::from_secs(30),
        begin_max: Duration::from_secs(10),
        reads_again: false,
    };
    /// One try, for whoever wants to show what one call says.
    pub const NONE: Retry = Retry {
        attempts_max: 1,
        first_wait_max: Duration::ZERO,
        wait_max: Duration::ZERO,
        granted_max: Duration::ZERO,
        begin_max: Duration::ZERO,
        reads_again: false,
    };

    /// Calls until it succeeds, fails for good, or has failed often enough.
    pub async fn run<T, F>(self, random: &dyn Random, mut call: impl FnMut() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let (began, mut attempt) = (Instant::now(), 1);
        loop {
            match call().await {
                Err(error)
                    if error.is_transient()
                        && (self.reads_again || !is_cut(&error))
                        && attempt < self.attempts_max
                        && began.elapsed() < self.begin_max =>
                {
                    let wait = self.wait(attempt, random).max(self.granted(&error));
                    tracing::debug!(%error, attempt, ?wait, "a cloud call failed and is tried again");
                    tokio::time::sleep(wait).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    /// What the server asked for, as far as anybody can wait for it.
    fn granted(self, error: &CallError) -> Duration {
        let asked_s = error.refusal().and_then(|refusal| refusal.retry_after_s);
        Duration::from_secs(asked_s.unwrap_or(0).into()).min(self.granted_max)
    }

    /// Anything between nothing and the ceiling of this attempt, so that many callers do not come back together.
    fn wait(self, attempt: u32, random: &dyn Random) -> Duration {
        let doublings = (attempt - 1).min(16);
        let ceiling = self
            .first_wait_max
            .saturating_mul(1 << doublings)
            .min(self.wait_max);
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        ceiling.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
    }
}

fn is_cut(error: &CallError) -> bool {
    matches!(error, CallError::Connect(ConnectError::BodyCut { .. }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use insitu_model::ambient::SeededRandom;

    use super::*;
    use crate::connect::ConnectError;
    use crate::refusal::Refusal;

    fn refused(status: u16) -> CallError {
        let refusal = Box::new(Refusal {
            status,
            ..Refusal::default()
        });
        CallError::Refused {
            host: "h".into(),
            call: "HeadBucket",
            refusal,
        }
    }

    async fn tries(error: CallError) -> u32 {
        let count = AtomicU32::new(0);
        let call = || async {
            count.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(error.clone())
        };
        assert_eq!(
            Retry::NORMAL.run(&SeededRandom::new(1), call).await,
            Err(error.clone())
        );
        count.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_service_is_asked_four_times_and_no_more() {
        assert_eq!(tries(refused(503)).await, 4);
        assert_eq!(tries(ConnectError::Timeout { host: "h".into() }.into()).await, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_hangs_is_waited_for_once() {
        let count = AtomicU32::new(0);
        let call = || async {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(30)).await;
            Err::<(), _>(ConnectError::Timeout { host: "h".into() }.into())
        };
        let done = Retry::NORMAL.run(&SeededRandom::new(1), call).await;
        assert_eq!(done, Err(ConnectError::Timeout { host: "h".into() }.into()));
        assert_eq!(count.into_inner(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_how_long_is_left_alone_as_long_as_anybody_can_wait() {
        for (retry, asked_s, waits) in [
            (Retry::NORMAL, 3, 3..4),
            (Retry::NORMAL, 3600, 5..6),
            (Retry::PATIENT, 20, 20..21),
            (Retry::PATIENT, 3600, 30..31),
        ] {
            let refusal = Box::new(Refusal {
                status: 503,
                retry_after_s: Some(asked_s),
                ..Refusal::default()
            });
            let busy = CallError::Refused {
                host: "h".into(),
                call: "HeadBucket",
                refusal,
            };
            let (began, count) = (Instant::now(), AtomicU32::new(0));
            let call = || async {
                match count.fetch_add(1, Ordering::Relaxed) {
                    0 => Err(busy.clone()),
                    _ => Ok(began.elapsed().as_secs()),
                }
            };
            let waited_s = retry.run(&SeededRandom::new(1), call).await.unwrap();
            assert!(waits.contains(&waited_s), "{asked_s}: {waited_s}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_will_not_change_is_asked_once() {
        assert_eq!(tries(refused(403)).await, 1);
        assert_eq!(
            tries(ConnectError::PrivateAddress { host: "h".into() }.into()).await,
            1
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_comes_back_answers() {
        let count = AtomicU32::new(0);
        let call = || async {
            if count.fetch_add(1, Ordering::Relaxed) < 2 {
                Err(refused(500))
            } else {
                Ok(7)
            }
        };
        assert_eq!(Retry::NORMAL.run(&SeededRandom::new(1), call).await, Ok(7));
    }

    #[test]
    fn waits_grow_and_stay_under_their_ceiling() {
        let random = SeededRandom::new(2);
        for attempt in 1..40 {
            let ceiling = Duration::from_millis(200 << (attempt - 1).min(10)).min(Duration::from_secs(2));
            assert!(Retry::NORMAL.wait(attempt, &random) <= ceiling);
        }
    }
}
