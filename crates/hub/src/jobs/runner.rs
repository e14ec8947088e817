//! The workers: each takes one job of its kind at a time, whichever hub received it.

use std::sync::Arc;
use std::time::Duration;

use insitu_store::asset_changes::AssetChange;
use insitu_store::assets::probes::Range;
use insitu_store::exports::Export;
use insitu_store::imports::Import;
use insitu_store::role_proofs::Claimed;
use insitu_store::{Error, Tx};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::keeper;
use super::proofs::Awaited;
use super::{Jobs, Lane, becomes_true, term_fill};
use crate::auth::token;
use crate::hub::Hub;
use crate::ledger;
use crate::panics::caught;

/// How long a job stays a worker's after the worker was last heard of.
pub const LEASE_MS: i64 = 15_000;
/// How often a worker that has nothing to write is heard of.
pub const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How long to wait before an ending that could not be written is tried again.
pub const RETRY_EVERY: Duration = Duration::from_secs(1);
/// How often a worker looks for jobs that other hubs received or left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long whatever lives as long as the hub rests after a panic before it begins again.
const REST: Duration = Duration::from_secs(1);

/// A kind of job: where one is taken from, and how it is done.
pub trait Kind: Clone + Send + 'static {
    /// What the log calls one.
    const NAME: &'static str;
    /// Jobs of this kind that run at the same time on one hub: a long one does not keep the short ones waiting.
    const WORKERS: usize;

    /// Where requests say that one arrived.
    fn lane(jobs: &Jobs) -> &Lane;

    /// Takes one that waits, or whose worker is gone.
    fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Self>, Error>;

    /// Works on it until it ends or has to be left to somebody else.
    fn work(work: Work<Self>) -> impl Future<Output = ()> + Send;

    /// Ends one whose work panicked, or puts it off for long: done again at once, it would panic again.
    fn give_up(work: Work<Self>) -> impl Future<Output = ()> + Send;
}

/// A claimed job and whoever works on it.
pub struct Work<J> {
    pub hub: Arc<Hub>,
    pub owner: String,
    pub job: J,
    pub stopping: watch::Receiver<bool>,
}

/// The workers of one hub.
#[derive(Debug)]
pub struct Runner {
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the workers, and whoever tidies up behind them.
pub fn start(hub: Arc<Hub>) -> Runner {
    let (stopping, _) = watch::channel(false);
    let (opened, is_open) = watch::channel(false);
    let mut runner = Runner {
        stopping,
        tasks: Vec::new(),
    };
    let (kept, started, stops) = (hub.clone(), hub.clock.now_ms(), runner.stopping.subscribe());
    runner.keep_at(&hub, "the keeper", move || {
        keeper::keep(kept.clone(), started, opened.clone(), stops.clone())
    });
    let (kept, stops) = (hub.clone(), runner.stopping.subscribe());
    runner.keep_at(&hub, "the keeper of the ledger", move || {
        ledger::keep(kept.clone(), stops.clone())
    });
    let (filled, stops) = (hub.clone(), runner.stopping.subscribe());
    runner.keep_at(&hub, "the look through old answers", move || {
        term_fill::fill(filled.clone(), stops.clone())
    });
    runner.employ::<Import>(&hub, &is_open);
    runner.employ::<Export>(&hub, &is_open);
    runner.employ::<AssetChange>(&hub, &is_open);
    runner.employ::<Awaited>(&hub, &is_open);
    runner.employ::<Claimed>(&hub, &is_open);
    if hub.config.header_probes {
        runner.employ::<Range>(&hub, &is_open);
    }
    runner
}

impl Runner {
    /// Starts the workers of one kind.
    fn employ<K: Kind>(&mut self, hub: &Arc<Hub>, is_open: &watch::Receiver<bool>) {
        for _ in 0..K::WORKERS {
            let worker = Worker {
                owner: token::generate(&*hub.random),
                hub: hub.clone(),
                stopping: self.stopping.subscribe(),
                is_open: is_open.clone(),
            };
            self.keep_at(hub, K::NAME, move || worker.clone().run::<K>());
        }
    }

    /// Starts what lives as long as the hub, or until it ends by itself.
    fn keep_at<F>(&mut self, hub: &Arc<Hub>, what: &'static str, begin: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let kept = keep_at(hub.clone(), what, self.stopping.subscribe(), begin);
        self.tasks.push(tokio::spawn(kept));
    }

    /// Ends the work: what runs is handed back with its last checkpoint.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    }
}

/// Begins again what panicked, after a rest, until it ends by itself or the hub stops.
async fn keep_at<F: Future<Output = ()>>(
    hub: Arc<Hub>,
    what: &'static str,
    mut stopping: watch::Receiver<bool>,
    mut begin: impl FnMut() -> F,
) {
    while let Err(cause) = caught(async { begin().await }).await {
        hub.jobs.note_panic(what, &cause);
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = becomes_true(&mut stopping) => return,
        }
    }
}

#[derive(Clone)]
struct Worker {
    hub: Arc<Hub>,
    owner: String,
    stopping: watch::Receiver<bool>,
    /// Nobody works before the leftovers of the process before are seen to.
    is_open: watch::Receiver<bool>,
}

impl Worker {
    async fn run<K: Kind>(mut self) {
        tokio::select! {
            () = becomes_true(&mut self.is_open) => {}
            () = becomes_true(&mut self.stopping) => {}
        }
        while !*self.stopping.borrow() {
            match self.claim::<K>().await {
                Ok(Some(job)) => self.work_on(job).await,
                Ok(None) => self.rest::<K>().await,
                Err(error) => {
                    tracing::error!(kind = K::NAME, %error, "no job could be claimed");
                    self.rest::<K>().await;
                }
            }
        }
    }

    async fn claim<K: Kind>(&self) -> Result<Option<K>, Error> {
        let (owner, now) = (self.owner.clone(), self.hub.clock.now_ms());
        self.hub
            .db
            .claim(move |tx| K::claim(tx, &owner, now, now + LEASE_MS))
            .await
    }

    async fn work_on<K: Kind>(&self, job: K) {
        // There may be another one waiting for a colleague.
        K::lane(&self.hub.jobs).one_arrived();
        if let Err(cause) = caught(K::work(self.work(job.clone()))).await {
            self.hub.jobs.note_panic(K::NAME, &cause);
            K::give_up(self.work(job)).await;
        }
        K::lane(&self.hub.jobs).one_ended();
        self.hub.jobs.tidy_up();
    }

    fn work<J>(&self, job: J) -> Work<J> {
        Work {
            hub: self.hub.clone(),
            owner: self.owner.clone(),
            job,
            stopping: self.stopping.clone(),
        }
    }

    async fn rest<K: Kind>(&mut self) {
        tokio::select! {
            () = K::lane(&self.hub.jobs).arrival() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = becomes_true(&mut self.stopping) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};

    use tokio::sync::Semaphore;

    use super::*;
    use crate::testing::TestHub;

    /// How long what happens at once may take on a busy machine.
    const SOON: Duration = Duration::from_secs(30);

    /// The first one panics, the second one as well and once more when it is given up, the third one is done.
    #[derive(Clone)]
    struct Fragile(usize);

    static CLAIMED: AtomicUsize = AtomicUsize::new(0);
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static DONE: Semaphore = Semaphore::const_new(0);

    fn tell(what: &str, one: &Fragile) {
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(format!("{what} {}", one.0));
    }

    impl Kind for Fragile {
        const NAME: &'static str = "fragile job";
        const WORKERS: usize = 1;

        fn lane(jobs: &Jobs) -> &Lane {
            &jobs.imports
        }

        fn claim(_: &mut Tx, _: &str, _: i64, _: i64) -> Result<Option<Self>, Error> {
            let number = CLAIMED.fetch_add(1, Ordering::SeqCst);
            Ok((number < 3).then_some(Self(number)))
        }

        async fn work(work: Work<Self>) {
            tell("began", &work.job);
            assert!(work.job.0 == 2, "a fault in the work");
            DONE.add_permits(1);
        }

        async fn give_up(work: Work<Self>) {
            tell("gave up", &work.job);
            assert!(work.job.0 == 0, "a fault in the giving up");
        }
    }

    #[tokio::test]
    async fn a_panic_in_a_job_costs_that_job_and_no_worker() {
        let hub = TestHub::start().await;
        let (_opened, is_open) = watch::channel(true);
        let mut runner = Runner {
            stopping: watch::channel(false).0,
            tasks: Vec::new(),
        };
        runner.employ::<Fragile>(&hub.hub, &is_open);
        let done = tokio::time::timeout(SOON, DONE.acquire()).await;
        assert!(done.is_ok(), "the worker is gone");
        let told = TOLD.lock().unwrap().clone();
        assert_eq!(told, ["began 0", "gave up 0", "began 1", "gave up 1", "began 2"]);
        runner.stop().await;
    }

    #[tokio::test]
    async fn what_panics_begins_again_until_it_ends_by_itself_or_the_hub_stops() {
        let hub = TestHub::start().await.hub;
        let (stopping, stops) = watch::channel(false);
        let mut times = 0;
        let twice = || {
            times += 1;
            async move { assert!(times == 2, "the first time") }
        };
        let kept = keep_at(hub.clone(), "a keeper", stops.clone(), twice);
        tokio::time::timeout(SOON, kept).await.unwrap();
        assert_eq!(times, 2);
        let always = || async { panic!("for ever") };
        let kept = tokio::spawn(keep_at(hub, "a keeper", stops, always));
        stopping.send_replace(true);
        tokio::time::timeout(SOON, kept).await.unwrap().unwrap();
    }
}
