//! The threads that run queued closures: SQLite's one writer with its group commit, and everybody else.

use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc::Receiver;

use crate::{
    Error, Result,
    job::{Job, Once},
    limits::{MAX_ATTEMPTS, MAX_WRITES_PER_COMMIT},
    read_queue::ReadQueue,
    right_of_way::RightOfWay,
    tx::{Failure, Tx},
};

pub(crate) type Queue = Receiver<Box<dyn Job>>;

/// Reads: each closure in a transaction of its own.
pub(crate) fn run_reads(tx: Tx, queue: &ReadQueue) {
    run_alone(tx, &RightOfWay::default(), || queue.next());
}

/// PostgreSQL's writers: each closure in a transaction of its own. Several threads share one queue.
pub(crate) fn run_writes(tx: Tx, queue: &Mutex<Queue>, way: &RightOfWay) {
    run_alone(tx, way, || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv()
    });
}

/// Reads at once, on the calling thread.
pub(crate) fn run_now<T, E, F>(tx: &mut Tx, work: F) -> Result<T, E>
where
    F: FnOnce(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    let (mut job, mut answer) = Once::new(work);
    attempt(tx, &mut job, &RightOfWay::default());
    Box::new(job).answer();
    answer.try_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
}

fn run_alone(mut tx: Tx, way: &RightOfWay, next: impl Fn() -> Option<Box<dyn Job>>) {
    while let Some(mut job) = next() {
        attempt(&mut tx, job.as_mut(), way);
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
        attempt(tx, job.as_mut(), &RightOfWay::default());
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
fn attempt(tx: &mut Tx, job: &mut dyn Job, way: &RightOfWay) {
    for round in 1..=MAX_ATTEMPTS {
        let turn = way.turn(job.mode(), round);
        if !run_once(tx, job) {
            return;
        }
        drop(turn);
        std::thread::sleep(way.pause(round));
    }
    job.fail(Error::Contention);
}

/// Runs and commits; true when another writer was in the way and nothing of it is left.
fn run_once(tx: &mut Tx, job: &mut dyn Job) -> bool {
    if let Err(error) = tx.begin(job.mode()) {
        tx.rollback();
        job.fail(error);
        return false;
    }
    if !job.run(tx) {
        let failure = tx.failure();
        tx.rollback();
        return failure == Some(Failure::Retry);
    }
    match tx.commit() {
        Ok(()) => false,
        Err(Error::Contention) => {
            tx.rollback();
            true
        }
        Err(error) => {
            tx.rollback();
            job.fail(error);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use insitu_model::id::OrganizationId;
    use tokio::sync::{mpsc, oneshot};

    use super::*;
    use crate::{
        job::Again,
        migrations,
        organizations::{self, Organization},
        sqlite,
        tx::Mode,
        value::params,
    };

    fn writer(path: &Path) -> Tx {
        let mut tx = Tx::of_sqlite(sqlite::open_writer(path).unwrap());
        migrations::apply(&mut tx).unwrap();
        tx
    }

    fn insert(tx: &mut Tx, n: u8, name: &str) -> Result<()> {
        let id = OrganizationId::from_bytes([n; 12]);
        organizations::insert(
            tx,
            &Organization {
                id,
                name: name.to_owned(),
                created_at: 0,
            },
        )
    }

    /// A queued closure and its answer to come.
    type Queued = (Box<dyn Job>, oneshot::Receiver<Result<()>>);

    fn job(work: impl Fn(&mut Tx) -> Result<()> + Send + 'static) -> Queued {
        let (job, answer) = Again::new(Mode::Write, work);
        (Box::new(job), answer)
    }

    /// Lets the writer run over what is queued already.
    fn run_queued(tx: Tx, jobs: Vec<Queued>) -> Vec<Result<()>> {
        let (sender, queue) = mpsc::channel(jobs.len());
        let mut answers = Vec::new();
        for (job, answer) in jobs {
            sender.blocking_send(job).unwrap();
            answers.push(answer);
        }
        drop(sender);
        run_grouped(tx, queue);
        answers
            .into_iter()
            .map(|answer| answer.blocking_recv().unwrap())
            .collect()
    }

    fn names(path: &Path) -> Vec<String> {
        let mut tx = Tx::of_sqlite(sqlite::open_reader(path).unwrap());
        tx.rows("SELECT name FROM organizations ORDER BY id", params![], |row| {
            row.next()
        })
        .unwrap()
    }

    #[test]
    fn those_who_wait_share_one_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.db");
        let tx = writer(&path);
        let jobs = (0..50).map(|n| {
            let path = path.clone();
            job(move |tx| {
                insert(tx, n, "x")?;
                // A stranger sees nothing of those who came before: they are not committed yet.
                assert_eq!(names(&path), Vec::<String>::new());
                Ok(())
            })
        });
        for answer in run_queued(tx, jobs.collect()) {
            answer.unwrap();
        }
        assert_eq!(names(&path).len(), 50);
    }

    #[test]
    fn a_full_disk_is_said_and_takes_nobody_else_down() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.db");
        let mut tx = writer(&path);
        let pages: i64 = tx.cell("PRAGMA page_count", params![]).unwrap().unwrap();
        tx.script(&format!("PRAGMA max_page_count = {}", pages + 20))
            .unwrap();
        let huge = "x".repeat(1_000_000);
        let jobs = vec![
            job(|tx| insert(tx, 1, "before")),
            job(move |tx| insert(tx, 2, "small").and_then(|()| insert(tx, 3, &huge))),
            job(|tx| insert(tx, 4, "behind")),
        ];
        let answers = run_queued(tx, jobs);
        assert!(
            matches!(answers[..], [Ok(()), Err(Error::DiskFull), Ok(())]),
            "{answers:?}"
        );
        assert_eq!(names(&path), ["before", "behind"]);
    }

    #[test]
    fn the_first_of_a_group_is_undone_alone_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.db");
        let tx = writer(&path);
        let jobs = vec![
            job(|tx| insert(tx, 1, "undone").and(Err(Error::Closed))),
            job(|tx| insert(tx, 2, "kept")),
            job(|tx| insert(tx, 3, "undone").and(Err(Error::Closed))),
            job(|tx| insert(tx, 4, "kept")),
        ];
        let kept: Vec<bool> = run_queued(tx, jobs).iter().map(Result::is_ok).collect();
        assert_eq!(kept, [false, true, false, true]);
        assert_eq!(names(&path), ["kept", "kept"]);
    }
}
