//! The real clock and the real randomness: the only place that asks the operating system for either.

use insitu_model::ambient::{Clock, Random};

/// The machine's clock, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that is handed to everybody else"
    )]
    fn now_ms(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the randomness that is handed to everybody else"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Without randomness every key and token would be guessable: stopping is the only safe answer.
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort();
        }
    }
}
