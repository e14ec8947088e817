//! The workers: each takes one job of its kind at a time, whichever hub received it.

use std::future::Future;
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

/// How long a job stays a worker's after the worker was last heard of.
pub const LEASE_MS: i64 = 15_000;
/// How often a worker that has nothing to write is heard of.
pub const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How long to wait before an ending that could not be written is tried again.
pub const RETRY_EVERY: Duration = Duration::from_secs(1);
/// How often a worker looks for jobs that other hubs received or left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A kind of job: where one is taken from, and how it is done.
pub trait Kind: Sized + Send + 'static {
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
    let keeping = keeper::keep(
        hub.clone(),
        hub.clock.now_ms(),
        opened,
        runner.stopping.subscribe(),
    );
    runner.tasks.push(tokio::spawn(keeping));
    let settling = ledger::keep(hub.clone(), runner.stopping.subscribe());
    runner.tasks.push(tokio::spawn(settling));
    let filling = term_fill::fill(hub.clone(), runner.stopping.subscribe());
    runner.tasks.push(tokio::spawn(filling));
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
            self.tasks.push(tokio::spawn(worker.run::<K>()));
        }
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
        K::work(Work {
            hub: self.hub.clone(),
            owner: self.owner.clone(),
            job,
            stopping: self.stopping.clone(),
        })
        .await;
        K::lane(&self.hub.jobs).one_ended();
        self.hub.jobs.tidy_up();
    }

    async fn rest<K: Kind>(&mut self) {
        tokio::select! {
            () = K::lane(&self.hub.jobs).arrival() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = becomes_true(&mut self.stopping) => {}
        }
    }
}
