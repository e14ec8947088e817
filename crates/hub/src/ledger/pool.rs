//! Randomness for ids, fetched so much at a time: a call to the system for each id costs as much as its line.

use std::sync::{Mutex, PoisonError};

use insitu_model::ambient::Random;

/// What is fetched at a time.
const POOL_BYTES: usize = 4096;

/// Random bytes that nobody was given yet, the next ones at the end.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<u8>>);

/// A pool and where it is filled from. Each byte is given once.
pub(super) struct Filled<'a> {
    pool: &'a Pool,
    source: &'a dyn Random,
}

impl Pool {
    pub(super) fn filled_from<'a>(&'a self, source: &'a dyn Random) -> Filled<'a> {
        Filled { pool: self, source }
    }
}

impl Random for Filled<'_> {
    fn fill(&self, buffer: &mut [u8]) {
        let mut bytes = self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() < buffer.len() {
            bytes.resize(POOL_BYTES.max(buffer.len()), 0);
            self.source.fill(&mut bytes);
        }
        let rest = bytes.len() - buffer.len();
        buffer.copy_from_slice(&bytes[rest..]);
        bytes.truncate(rest);
    }
}
