//! Work that outlives a request: imports, exports, removing what both left, changes of many assets, sizes and proofs of
//! roles, and what is to be found again in old answers.
//!
//! Every job is a row in the database with a lease and a checkpoint. A hub that takes it goes on where the one
//! before stopped, whether that one finished its part or lost its power.

mod asset_change;
pub mod asset_change_record;
pub mod export;
pub mod import;
mod keeper;
mod probe;
mod probe_report;
pub mod proofs;
mod runner;
mod term_fill;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use insitu_model::id::{AssetChangeId, ExportId, ImportId, OrganizationId, ProjectId};
use insitu_store::asset_changes::{self, AssetChange};
use insitu_store::exports::{self, Export};
use insitu_store::imports::{self, Import};
use insitu_store::{Error, Tx};
use tokio::sync::{Notify, Semaphore, watch};

use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub use asset_change::MAX_ACTIVE_ASSET_CHANGES;
pub use probe::Switch;
pub use runner::{LEASE_MS, Runner, start};

/// Lists of labels that are read at the same time: each may take half a gigabyte.
pub const MAX_LABEL_LISTS: usize = 2;
/// How often somebody who waits for a job asks the database, in case another hub ends it.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How requests and jobs of this hub tell each other what happened.
#[derive(Debug)]
pub struct Jobs {
    pub imports: Lane,
    pub exports: Lane,
    pub asset_changes: Lane,
    pub probes: Lane,
    pub proofs: Lane,
    /// Those that somebody waits for.
    pub awaited_proofs: Lane,
    pub probe_switch: Switch,
    /// There is something to remove.
    untidy: Notify,
    uploads: Semaphore,
    /// Turns to have a list of labels read.
    pub label_lists: Semaphore,
    /// True once the hub stops.
    closed: watch::Sender<bool>,
    /// How often something panicked that went on.
    panics: AtomicU64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            imports: Lane::default(),
            exports: Lane::default(),
            asset_changes: Lane::default(),
            probes: Lane::default(),
            proofs: Lane::default(),
            awaited_proofs: Lane::default(),
            probe_switch: Switch::default(),
            untidy: Notify::new(),
            uploads: Semaphore::new(import::MAX_UPLOADS),
            label_lists: Semaphore::new(MAX_LABEL_LISTS),
            closed: watch::Sender::default(),
            panics: AtomicU64::new(0),
        }
    }
}

impl Jobs {
    /// Counts and tells that something panicked that goes on.
    fn note_panic(&self, what: &'static str, cause: &str) {
        let panics = self.panics.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::error!(
            what,
            cause,
            panics,
            "a fault of the hub's own ended one thing; the hub goes on"
        );
    }

    /// Says that there may be something to remove.
    pub fn tidy_up(&self) {
        self.untidy.notify_one();
    }

    /// Sends everybody away who waits for a job: the hub stops, and the jobs go on when it starts again.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// For somebody who waits for a job of this kind.
    fn waiting(&self, lane: &Lane) -> Waiting {
        Waiting {
            ended: lane.ended.subscribe(),
            closed: self.closed.subscribe(),
        }
    }
}

/// The comings and goings of one kind of job.
#[derive(Debug, Default)]
pub struct Lane {
    arrived: Notify,
    /// Changes whenever one ends.
    ended: watch::Sender<()>,
}

impl Lane {
    /// Says that a job waits to be worked on.
    pub fn one_arrived(&self) {
        self.arrived.notify_one();
    }

    /// Says that a job ended.
    pub fn one_ended(&self) {
        self.ended.send_replace(());
    }

    async fn arrival(&self) {
        self.arrived.notified().await;
    }
}

/// Somebody who waits for a job.
struct Waiting {
    ended: watch::Receiver<()>,
    closed: watch::Receiver<bool>,
}

impl Waiting {
    /// Waits until it is worth asking again whether the job has ended, on this hub or another.
    async fn look_again(&mut self) -> ApiResult<()> {
        tokio::select! {
            _ = self.ended.changed() => Ok(()),
            () = tokio::time::sleep(ASK_EVERY) => Ok(()),
            () = becomes_true(&mut self.closed) => Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "hub.stopping",
                "The hub stops. The job goes on when it starts again; look for it in the project's list.",
            )),
        }
    }
}

/// Waits until the import has ended.
pub async fn wait_for_import(hub: &Hub, organization: OrganizationId, id: ImportId) -> ApiResult<Import> {
    let find = move |tx: &mut Tx| imports::find(tx, organization, id);
    let missing = || ApiError::not_found("import", id);
    ended(
        hub,
        &hub.jobs.imports,
        find,
        |import| import.state.is_final(),
        missing,
    )
    .await
}

/// Waits until the export has ended.
pub async fn wait_for_export(hub: &Hub, organization: OrganizationId, id: ExportId) -> ApiResult<Export> {
    let find = move |tx: &mut Tx| exports::find(tx, organization, id);
    let missing = || ApiError::not_found("export", id);
    ended(
        hub,
        &hub.jobs.exports,
        find,
        |export| export.state.is_final(),
        missing,
    )
    .await
}

/// Waits until the change of assets has ended.
pub async fn wait_for_asset_change(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetChangeId,
) -> ApiResult<AssetChange> {
    let find = move |tx: &mut Tx| asset_changes::find(tx, organization, project, id);
    let missing = || ApiError::not_found("change of assets", id);
    ended(
        hub,
        &hub.jobs.asset_changes,
        find,
        |change| change.state.is_final(),
        missing,
    )
    .await
}

/// A job as it ended: it is looked up until then, whichever hub ends it.
async fn ended<J: Send + 'static>(
    hub: &Hub,
    lane: &Lane,
    find: impl Fn(&mut Tx) -> Result<Option<J>, Error> + Copy + Send + 'static,
    is_final: fn(&J) -> bool,
    missing: impl Fn() -> ApiError,
) -> ApiResult<J> {
    let mut waiting = hub.jobs.waiting(lane);
    loop {
        let job = hub.db.read(find).await?.ok_or_else(&missing)?;
        if is_final(&job) {
            return Ok(job);
        }
        waiting.look_again().await?;
    }
}

/// Waits until the value is true, or nobody can make it so any more.
async fn becomes_true(value: &mut watch::Receiver<bool>) {
    let _ = value.wait_for(|value| *value).await;
}
