//! The queue of the readers: several threads take from it, and each job wakes one of them.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Semaphore;

use crate::{Error, Result, job::Job, limits::MAX_QUEUED_READS};

/// Jobs on their way to the threads that read.
pub(crate) struct ReadQueue {
    state: Mutex<State>,
    arrived: Condvar,
    room: Semaphore,
}

struct State {
    /// Each with whether it took room.
    jobs: VecDeque<(Box<dyn Job>, bool)>,
    is_closed: bool,
}

impl ReadQueue {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                is_closed: false,
            }),
            arrived: Condvar::new(),
            room: Semaphore::new(MAX_QUEUED_READS),
        }
    }

    /// Adds a job, once there is room for it.
    pub(crate) async fn send(&self, job: Box<dyn Job>) -> Result<()> {
        self.room.acquire().await.map_err(|_| Error::Closed)?.forget();
        self.push(job, true)
    }

    /// Adds a job of a thread that waits for its answer: there are never more of these than threads.
    pub(crate) fn send_blocking(&self, job: Box<dyn Job>) -> Result<()> {
        self.push(job, false)
    }

    /// The next job; none once the queue is closed and empty. Blocks.
    pub(crate) fn next(&self) -> Option<Box<dyn Job>> {
        let mut state = self.lock();
        loop {
            if let Some((job, took_room)) = state.jobs.pop_front() {
                if took_room {
                    self.room.add_permits(1);
                }
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more jobs; those that are there are still done.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    fn push(&self, job: Box<dyn Job>, took_room: bool) -> Result<()> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::Closed);
        }
        state.jobs.push_back((job, took_room));
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Tx, job::Once};

    fn job(number: usize) -> Box<dyn Job> {
        let (job, _answer) = Once::new(move |_: &mut Tx| Ok::<_, Error>(number));
        Box::new(job)
    }

    #[test]
    fn what_was_queued_before_the_end_is_done_and_nothing_after() {
        let queue = ReadQueue::new();
        for number in 0..3 {
            queue.send_blocking(job(number)).unwrap();
        }
        queue.close();
        assert!(matches!(queue.send_blocking(job(3)), Err(Error::Closed)));
        assert_eq!(std::iter::from_fn(|| queue.next()).count(), 3);
    }

    #[tokio::test]
    async fn a_full_queue_makes_the_next_one_wait_until_a_job_is_taken() {
        let queue = Arc::new(ReadQueue::new());
        queue.send_blocking(job(0)).unwrap();
        for number in 0..MAX_QUEUED_READS {
            queue.send(job(number)).await.unwrap();
        }
        assert!(
            queue.next().is_some(),
            "of a thread that waits, which took no room"
        );
        let waiting = {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.send(job(0)).await })
        };
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert!(queue.next().is_some());
        waiting.await.unwrap().unwrap();
    }

    #[test]
    fn every_thread_that_waits_hears_of_the_end() {
        let queue = ReadQueue::new();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| assert!(queue.next().is_none()));
            }
            queue.close();
        });
    }
}
