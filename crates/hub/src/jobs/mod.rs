//! Work that outlives a request: imports, and removing what failed imports left.
//!
//! Every job is a row in the database with a lease and a checkpoint. A hub that takes it goes on where the one
//! before stopped, whether that one finished its part or lost its power.

mod extra;
mod import;
mod keeper;
mod lookup;
mod read_rows;
pub mod receive;
mod resolve;
mod runner;
pub mod spool;
mod uploaded;

use std::time::Duration;

use insitu_model::id::{ImportId, OrganizationId, StorageId};
use insitu_store::Tx;
use insitu_store::imports::Import;
use tokio::sync::{Notify, Semaphore, watch};

use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub use import::format_of;
pub use runner::{Runner, start};

/// Uploads that arrive at the same time.
pub const MAX_UPLOADS: usize = 64;
/// Imports of one organization that wait or run.
pub const MAX_ACTIVE_IMPORTS: usize = 200;
/// What the reason of a cancelled import says.
pub const CANCELLED_REASON: &str = "import.cancelled";
/// How often somebody who waits for a job asks the database, in case another hub ends it.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How requests and jobs of this hub tell each other what happened.
#[derive(Debug)]
pub struct Jobs {
    pub imports: Lane,
    /// There is something to remove.
    untidy: Notify,
    uploads: Semaphore,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            imports: Lane::default(),
            untidy: Notify::new(),
            uploads: Semaphore::new(MAX_UPLOADS),
        }
    }
}

impl Jobs {
    /// Says that there may be something to remove.
    pub fn tidy_up(&self) {
        self.untidy.notify_one();
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

    /// Asks whether a job has ended, on this hub or another, until it has; `ask` answers it then.
    pub async fn wait<J, F>(&self, ask: impl Fn() -> F) -> ApiResult<J>
    where
        F: Future<Output = ApiResult<Option<J>>>,
    {
        let mut ended = self.ended.subscribe();
        loop {
            ended.mark_unchanged();
            if let Some(job) = ask().await? {
                return Ok(job);
            }
            tokio::select! {
                _ = ended.changed() => {}
                () = tokio::time::sleep(ASK_EVERY) => {}
            }
        }
    }
}

/// Waits until the import has ended.
pub async fn wait_for_import(hub: &Hub, organization: OrganizationId, id: ImportId) -> ApiResult<Import> {
    let ask = || {
        let db = hub.db.clone();
        async move {
            let found = db
                .read(move |tx| insitu_store::imports::find(tx, organization, id))
                .await?;
            let import = found.ok_or_else(|| ApiError::not_found("import", id))?;
            Ok(Some(import).filter(|import| import.state.is_final()))
        }
    };
    hub.jobs.imports.wait(ask).await
}

/// Waits until the value is true, or nobody can make it so any more.
async fn becomes_true(value: &mut watch::Receiver<bool>) {
    let _ = value.wait_for(|value| *value).await;
}

/// The storage with this id or name.
pub fn storage_of(
    tx: &mut Tx,
    organization: OrganizationId,
    id_or_name: &str,
) -> Result<Option<StorageId>, insitu_store::Error> {
    let storages = lookup::load_storages(tx, organization)?;
    Ok(storages.find(id_or_name).map(|storage| storage.id))
}
