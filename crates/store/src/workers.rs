//! The threads that run queued closures: SQLite's one writer with its group commit, and everybody else.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc::Receiver;

use crate::{
    Error,
    job::Job,
    limits::{MAX_ATTEMPTS, MAX_WRITES_PER_COMMIT},
    tx::{Failure, Tx},
};

pub(crate) type Queue = Receiver<Box<dyn Job>>;

/// Runs each closure in a transaction of its own: readers of both databases and PostgreSQL's writers. Several
/// threads share one queue.
pub(crate) fn run_alone(mut tx: Tx, queue: &Arc<Mutex<Queue>>, thread: u32) {
    loop {
        let next = queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        let Some(mut job) = next else { return };
        attempt(&mut tx, job.as_mut(), thread);
        job.answer();
    }
}

/// SQLite's writer: whoever is waiting shares one commit, each in a savepoint, all answered after it.
pub(crate) fn run_grouped(mut tx: Tx, mut queue: Queue) {
    let mut group: Vec<Box<dyn Job>> = Vec::new();
    while let Some(first) = queue.blocking_recv() {
        write_group(&mut tx, first, &mut queue, &mut group);
        group.drain(..).for_each(Job::answer);
    }
}

/// Runs and commits one group. When the transaction is lost (a full disk), its members run again one by one, so
/// that one large write does not take its small neighbours down.
fn write_group(tx: &mut Tx, first: Box<dyn Job>, queue: &mut Queue, group: &mut Vec<Box<dyn Job>>) {
    let mut next = Some(first);
    let mut open = tx.begin(crate::tx::Mode::Write).is_ok();
    while let Some(mut job) = next {
        open = open && run_in_savepoint(tx, job.as_mut(), group.is_empty());
        group.push(job);
        next = if open && group.len() < MAX_WRITES_PER_COMMIT {
            queue.try_recv().ok()
        } else {
            None
        };
    }
    if open && tx.commit().is_ok() {
        return;
    }
    tx.rollback();
    for job in group {
        attempt(tx, job.as_mut(), 0);
    }
}

/// Runs one member of a group; false when the whole transaction is gone. The first needs no savepoint while it is
/// alone: its failure undoes everything there is, and a bulk insert is spared SQLite's second journal.
fn run_in_savepoint(tx: &mut Tx, job: &mut dyn Job, first: bool) -> bool {
    if !first && tx.control("SAVEPOINT writer").is_err() {
        return false;
    }
    let keep = job.run(tx);
    if !tx.is_open() {
        return false;
    }
    let ended = match (keep, first) {
        (true, true) => Ok(()),
        (true, false) => tx.control("RELEASE writer"),
        (false, true) => tx.control("ROLLBACK").and_then(|()| tx.begin(job.mode())),
        (false, false) => tx
            .control("ROLLBACK TO writer")
            .and_then(|()| tx.control("RELEASE writer")),
    };
    tx.forgive();
    ended.is_ok()
}

/// One closure, one transaction; again when another writer was in the way.
fn attempt(tx: &mut Tx, job: &mut dyn Job, thread: u32) {
    for round in 1..=MAX_ATTEMPTS {
        if let Err(error) = tx.begin(job.mode()) {
            tx.rollback();
            return job.fail(error);
        }
        let keep = job.run(tx);
        let failure = tx.failure();
        if keep {
            match tx.commit() {
                Ok(()) => return,
                Err(Error::Contention) => tx.rollback(),
                Err(error) => {
                    tx.rollback();
                    return job.fail(error);
                }
            }
        } else {
            tx.rollback();
            if failure != Some(Failure::Retry) {
                return;
            }
        }
        // Threads wait for different times, so that two that collided do not collide again.
        std::thread::sleep(Duration::from_millis(u64::from(
            (round - 1).min(8) * (thread + 1),
        )));
    }
    job.fail(Error::Contention);
}
