//! The database as the rest of the program holds it: async outside, synchronous inside.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    DatabaseUrl, Error, Result,
    access_changes::AccessChanges,
    direct::Direct,
    job::{Again, Job, Once},
    limits::MAX_QUEUED_WRITES,
    migrations,
    postgres::Session,
    read_queue::ReadQueue,
    right_of_way::RightOfWay,
    sqlite,
    tx::{Mode, Tx},
    workers::{Queue, run_grouped, run_now, run_reads, run_writes},
};

/// How many threads serve the database.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads (and connections) that read.
    pub readers: u32,
    /// Threads (and connections) that write to PostgreSQL; SQLite always has one.
    pub writers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            writers: 8,
        }
    }
}

/// A handle on the open database; clones share it. The last one to go closes the database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    /// None once the database is closed.
    queues: RwLock<Option<Queues>>,
    access_changes: AccessChanges,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

type Sender = mpsc::Sender<Box<dyn Job>>;

struct Queues {
    reads: Arc<ReadQueue>,
    writes: Sender,
    /// A connection for the caller's own thread ([`Db::read_few`]); SQLite only.
    direct: Option<Direct>,
}

impl Drop for Queues {
    fn drop(&mut self) {
        self.reads.close();
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("url", &self.inner.url)
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database, makes it when there is none (SQLite), and brings its tables up to date. Blocks.
    pub fn open(url: &DatabaseUrl, options: Options) -> Result<Self> {
        let (writes, write_queue) = mpsc::channel(MAX_QUEUED_WRITES);
        let mut queues = Queues {
            reads: Arc::new(ReadQueue::new()),
            writes,
            direct: None,
        };
        let mut threads = Vec::new();
        let access_changes = AccessChanges::default();
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut writer = Tx::of_sqlite(sqlite::open_writer(path)?).counting(&access_changes);
                migrations::apply(&mut writer)?;
                restrict_to_owner(path)?;
                threads.push(spawn("store-writer", move || run_grouped(writer, write_queue))?);
                for _ in 0..options.readers.max(1) {
                    let tx = Tx::of_sqlite(sqlite::open_reader(path)?);
                    threads.push(spawn_reader(tx, &queues.reads)?);
                }
                queues.direct = Some(Direct::new(Tx::of_sqlite(sqlite::open_reader(path)?)));
            }
            DatabaseUrl::Postgres(address) => {
                let mut first = Tx::of_postgres(Session::connect(address)?).counting(&access_changes);
                migrations::apply(&mut first)?;
                let write_queue = Arc::new(Mutex::new(write_queue));
                let way = Arc::new(RightOfWay::default());
                threads.push(spawn_writer(first, &write_queue, &way)?);
                for _ in 1..options.writers.max(1) {
                    let tx = Tx::of_postgres(Session::connect(address)?).counting(&access_changes);
                    threads.push(spawn_writer(tx, &write_queue, &way)?);
                }
                for _ in 0..options.readers.max(1) {
                    let tx = Tx::of_postgres(Session::connect(address)?);
                    threads.push(spawn_reader(tx, &queues.reads)?);
                }
            }
        }
        let inner = Inner {
            url: url.clone(),
            queues: RwLock::new(Some(queues)),
            access_changes,
            threads: Mutex::new(threads),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Where the database is. Shows no password.
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }

    /// How many commits of this process may have changed who may do what. It is counted before the writer is answered:
    /// what was read after a number was seen holds, in this process, for as long as the number stays.
    pub fn access_changes(&self) -> u64 {
        self.inner.access_changes.counted()
    }

    /// Runs `work` on one unchanging view of everything committed.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Once::new(work);
        self.queue(|queues| &queues.reads)?.send(Box::new(job)).await?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Db::read`] for a handful of rows found by their keys. With SQLite that takes less time than handing it to
    /// another thread, so it is done here and now, or as soon as whoever is doing the same is done, which takes
    /// microseconds. Else it joins the queue: a disk that is slow to answer stops one thread of the caller's at most.
    pub async fn read_few<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self.try_directly(work) {
            Ok(answer) => answer,
            Err(work) => self.read(work).await,
        }
    }

    /// The answer, or `work` again where it has to queue.
    fn try_directly<T, E, F>(&self, work: F) -> std::result::Result<Result<T, E>, F>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        let direct = queues.as_ref().and_then(|queues| queues.direct.as_ref());
        match direct.and_then(Direct::take) {
            Some(mut tx) => Ok(run_now(&mut tx, work)),
            None => Err(work),
        }
    }

    /// Runs `work` as if no other writer existed, and answers after it was made durable. An error undoes
    /// everything that `work` did. On PostgreSQL, `work` runs again when another writer was in the way, so it
    /// must do nothing but use the transaction.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Again::new(Mode::Write, work);
        send(self.queue(|queues| &queues.writes)?, Box::new(job), answer).await
    }

    /// As [`Db::write`], for claiming a job and for a job's own batches: on PostgreSQL each statement sees the
    /// newest rows, so that claimers skip each other and appenders wait instead of failing.
    pub async fn claim<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Again::new(Mode::Claim, work);
        send(self.queue(|queues| &queues.writes)?, Box::new(job), answer).await
    }

    /// [`Db::claim`] from a thread that may block, such as an import's. Never call it inside async code.
    pub fn claim_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Again::new(Mode::Claim, work);
        self.queue(|queues| &queues.writes)?
            .blocking_send(Box::new(job))
            .map_err(|_| Error::Closed)?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Db::read`] from a thread that may block. Never call it inside async code.
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Once::new(work);
        self.queue(|queues| &queues.reads)?.send_blocking(Box::new(job))?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Waits until the queued work is done and every connection is closed. Whatever other handles ask afterwards
    /// is refused with [`Error::Closed`]. Blocks.
    pub fn close(self) {
        self.inner
            .queues
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }

    fn queue<Q: Clone>(&self, which: impl Fn(&Queues) -> &Q) -> Result<Q> {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues
            .as_ref()
            .map(|queues| which(queues).clone())
            .ok_or(Error::Closed)
    }
}

async fn send<T, E: From<Error>>(
    queue: Sender,
    job: Box<dyn Job>,
    answer: oneshot::Receiver<Result<T, E>>,
) -> Result<T, E> {
    queue.send(job).await.map_err(|_| Error::Closed)?;
    answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
}

fn spawn_reader(tx: Tx, queue: &Arc<ReadQueue>) -> Result<JoinHandle<()>> {
    let queue = Arc::clone(queue);
    spawn("store-reader", move || run_reads(tx, &queue))
}

fn spawn_writer(tx: Tx, queue: &Arc<Mutex<Queue>>, way: &Arc<RightOfWay>) -> Result<JoinHandle<()>> {
    let (queue, way) = (Arc::clone(queue), Arc::clone(way));
    spawn("store-writer", move || run_writes(tx, &queue, &way))
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(|error| Error::Unavailable(format!("no thread can be started: {error}")))
}

/// The database holds password hashes and sealed keys: nobody else on the machine reads it.
#[cfg(unix)]
fn restrict_to_owner(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::set_permissions(&name, std::fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Unavailable(format!("{}: {error}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict_to_owner(_: &Path) -> Result<()> {
    Ok(())
}
