//! Who sends which file in parts right now: whoever comes last goes on with it, because the one before is most often
//! the same page on a connection that is dead and does not know it yet.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// One sender a file, by the path of the part.
#[derive(Debug, Default)]
pub struct Senders {
    now: Mutex<HashMap<PathBuf, Sending>>,
    count: AtomicU64,
}

#[derive(Debug)]
struct Sending {
    number: u64,
    /// Dropped when somebody else takes over, which is how the one before learns of it.
    _told: oneshot::Sender<()>,
}

/// The turn of one sender; over when dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    senders: &'a Senders,
    path: PathBuf,
    number: u64,
    told: oneshot::Receiver<()>,
}

impl Senders {
    /// Takes the file over from whoever sends it.
    pub fn take_over(&self, path: &Path) -> Turn<'_> {
        let (sender, told) = oneshot::channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let sending = Sending {
            number,
            _told: sender,
        };
        self.lock().insert(path.to_owned(), sending);
        Turn {
            senders: self,
            path: path.to_owned(),
            number,
            told,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Sending>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Returns once somebody else has taken over.
    pub async fn is_over(&mut self) {
        // It is never sent, only dropped.
        let _ = (&mut self.told).await;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut now = self.senders.lock();
        if now
            .get(&self.path)
            .is_some_and(|sending| sending.number == self.number)
        {
            now.remove(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_comes_last_ends_the_turn_of_the_one_before_and_of_nobody_else() {
        let senders = Senders::default();
        let (a, b) = (Path::new("a"), Path::new("b"));
        let mut first = senders.take_over(a);
        let mut other = senders.take_over(b);
        let second = senders.take_over(a);
        first.is_over().await;
        drop(first);
        assert_eq!(senders.lock().len(), 2);
        tokio::select! {
            biased;
            () = other.is_over() => panic!("nobody took the other file over"),
            () = std::future::ready(()) => {}
        }
        drop(second);
        drop(other);
        assert!(senders.lock().is_empty());
    }
}
