//! The workers: each takes one import at a time, whichever hub received it.

use std::sync::Arc;
use std::time::Duration;

use insitu_store::imports::{self, Import};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::becomes_true;
use super::import::{LEASE_MS, Work};
use super::keeper;
use crate::auth::token;
use crate::hub::Hub;

/// Imports that run at the same time on one hub: a long one does not keep the short ones waiting.
const WORKERS: usize = 2;
/// How often a worker looks for imports that other hubs received or left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The workers of one hub.
#[derive(Debug)]
pub struct Runner {
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the workers, and whoever tidies up behind them.
pub fn start(hub: Arc<Hub>) -> Runner {
    let (stopping, _) = watch::channel(false);
    let mut tasks = Vec::new();
    let (opened, is_open) = watch::channel(false);
    tasks.push(tokio::spawn(keeper::keep(
        hub.clone(),
        hub.clock.now_ms(),
        opened,
        stopping.subscribe(),
    )));
    for _ in 0..WORKERS {
        let worker = Worker {
            owner: token::generate(&*hub.random),
            hub: hub.clone(),
            stopping: stopping.subscribe(),
            is_open: is_open.clone(),
        };
        tasks.push(tokio::spawn(worker.run()));
    }
    Runner { stopping, tasks }
}

impl Runner {
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
    async fn run(mut self) {
        tokio::select! {
            () = becomes_true(&mut self.is_open) => {}
            () = becomes_true(&mut self.stopping) => {}
        }
        while !*self.stopping.borrow() {
            match self.claim().await {
                Ok(Some(import)) => self.work_on(import).await,
                Ok(None) => self.rest().await,
                Err(error) => {
                    tracing::error!(%error, "no import could be claimed");
                    self.rest().await;
                }
            }
        }
    }

    async fn claim(&self) -> Result<Option<Import>, insitu_store::Error> {
        let (owner, now) = (self.owner.clone(), self.hub.clock.now_ms());
        self.hub
            .db
            .claim(move |tx| imports::claim(tx, &owner, now, now + LEASE_MS))
            .await
    }

    async fn work_on(&self, import: Import) {
        // There may be another one waiting for a colleague.
        self.hub.jobs.import_arrived();
        let work = Work {
            hub: self.hub.clone(),
            owner: self.owner.clone(),
            import,
            stopping: self.stopping.clone(),
        };
        work.run().await;
    }

    async fn rest(&mut self) {
        tokio::select! {
            () = self.hub.jobs.arrived.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = becomes_true(&mut self.stopping) => {}
        }
    }
}
