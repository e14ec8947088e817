//! The connection on which callers read themselves: a handful of rows takes less time than waking another thread.

use std::{
    hint,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::Tx;

/// How long a caller waits until the connection is free: for a few such reads, and less than it costs to hand one to
/// another thread and to be woken again. The thread is busy meanwhile.
const PATIENCE: Duration = Duration::from_micros(20);
/// Pauses of the processor between two looks.
const PAUSES: u32 = 16;

/// A connection that one caller uses at a time.
pub(crate) struct Direct {
    tx: Mutex<Tx>,
    /// Somebody waits until it is free.
    is_awaited: AtomicBool,
}

impl Direct {
    pub(crate) fn new(tx: Tx) -> Self {
        Self {
            tx: Mutex::new(tx),
            is_awaited: AtomicBool::new(false),
        }
    }

    /// The connection, if it is free or becomes so at once. Only one waits for it: of many threads, the others have
    /// better things to do.
    pub(crate) fn take(&self) -> Option<MutexGuard<'_, Tx>> {
        self.take_within(PATIENCE)
    }

    fn take_within(&self, patience: Duration) -> Option<MutexGuard<'_, Tx>> {
        if let Ok(free) = self.tx.try_lock() {
            return Some(free);
        }
        if self.is_awaited.swap(true, Ordering::Relaxed) {
            return None;
        }
        let (begun, mut taken) = (Instant::now(), None);
        while taken.is_none() && begun.elapsed() < patience {
            (0..PAUSES).for_each(|_| hint::spin_loop());
            taken = self.tx.try_lock().ok();
        }
        self.is_awaited.store(false, Ordering::Relaxed);
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::sqlite;

    const LONG: Duration = Duration::from_secs(60);

    fn direct() -> (tempfile::TempDir, Direct) {
        let folder = tempfile::tempdir().unwrap();
        let tx = Tx::of_sqlite(sqlite::open_writer(&folder.path().join("hub.db")).unwrap());
        (folder, Direct::new(tx))
    }

    #[test]
    fn one_waits_until_it_is_free_and_nobody_else() {
        let (_folder, direct) = direct();
        let held = direct.take().unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| direct.take_within(LONG).is_some());
            while !direct.is_awaited.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            assert!(
                direct.take_within(LONG).is_none(),
                "the second is sent away at once"
            );
            drop(held);
            assert!(waiting.join().unwrap());
        });
        assert!(direct.take().is_some());
    }

    #[test]
    fn whoever_waited_too_long_goes_away_and_lets_others_wait() {
        let (_folder, direct) = direct();
        let held = direct.take().unwrap();
        for _ in 0..2 {
            assert!(direct.take().is_none());
            assert!(!direct.is_awaited.load(Ordering::Relaxed));
        }
        drop(held);
        assert!(direct.take().is_some());
    }
}
