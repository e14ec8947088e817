//! Whose turn it is among PostgreSQL's writers, once somebody was refused again and again.
//!
//! Serializable transactions that read what the others write refuse each other for as long as they meet, and who is
//! slower may meet somebody every time. So a writer that lost several times has this hub for itself: what may still be
//! in its way then is one writer of each other hub.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use crate::tx::Mode;

/// Refusals after which a writer goes alone.
const PATIENCE: u32 = 4;
/// The longest pause between two attempts.
const MAX_PAUSE_MS: u64 = 64;

/// Shared by all writers of a database.
#[derive(Debug, Default)]
pub(crate) struct RightOfWay {
    road: RwLock<()>,
    random: RandomState,
}

/// Held for one attempt.
pub(crate) enum Turn<'way> {
    /// Reads and claims meet nobody: PostgreSQL lets them wait instead of refusing them.
    Aside,
    WithOthers(#[expect(dead_code, reason = "held, never read")] RwLockReadGuard<'way, ()>),
    Alone(#[expect(dead_code, reason = "held, never read")] RwLockWriteGuard<'way, ()>),
}

impl RightOfWay {
    /// Waits until an attempt may begin; the first is number 1. Nothing may be open in the database meanwhile.
    pub(crate) fn turn(&self, mode: Mode, attempt: u32) -> Turn<'_> {
        if mode != Mode::Write {
            Turn::Aside
        } else if attempt <= PATIENCE {
            Turn::WithOthers(self.road.read().unwrap_or_else(PoisonError::into_inner))
        } else {
            Turn::Alone(self.road.write().unwrap_or_else(PoisonError::into_inner))
        }
    }

    /// How long to wait after this many refusals: longer each time, and by chance, so that two that met, in one hub or
    /// in two, do not meet again.
    pub(crate) fn pause(&self, refusals: u32) -> Duration {
        let longest = (1 << refusals.min(16)).min(MAX_PAUSE_MS);
        let chance = self.random.hash_one((refusals, std::time::Instant::now()));
        Duration::from_micros(chance % (longest * 1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_goes_alone_once_it_was_refused_often() {
        let way = RightOfWay::default();
        let first = way.turn(Mode::Write, 1);
        assert!(matches!(way.turn(Mode::Write, PATIENCE), Turn::WithOthers(_)));
        assert!(way.road.try_write().is_err());
        drop(first);
        let alone = way.turn(Mode::Write, PATIENCE + 1);
        assert!(matches!(alone, Turn::Alone(_)));
        assert!(way.road.try_read().is_err());
        assert!(matches!(way.turn(Mode::Claim, 1), Turn::Aside));
    }

    #[test]
    fn pauses_grow_up_to_a_limit_and_differ() {
        let way = RightOfWay::default();
        let longest = |refusals| (0..200).map(|_| way.pause(refusals)).max().unwrap_or_default();
        assert!(longest(1) <= Duration::from_millis(2));
        assert!(longest(30) > Duration::from_millis(2));
        assert!(longest(30) <= Duration::from_millis(MAX_PAUSE_MS));
        assert_ne!(way.pause(20), way.pause(20));
    }
}
