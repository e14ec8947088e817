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
/// How often somebody who waits for an import asks the database, in case another hub ends it.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How requests and jobs of this hub tell each other what happened.
#[derive(Debug)]
pub struct Jobs {
    /// There is something to import.
    arrived: Notify,
    /// There is something to remove.
    untidy: Notify,
    /// Changes whenever an import ends.
    ended: watch::Sender<()>,
    uploads: Semaphore,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            arrived: Notify::new(),
            untidy: Notify::new(),
            ended: watch::Sender::default(),
            uploads: Semaphore::new(MAX_UPLOADS),
        }
    }
}

impl Jobs {
    /// Says that an import waits to be worked on.
    pub fn import_arrived(&self) {
        self.arrived.notify_one();
    }

    /// Says that an import ended, and that it may have left something to remove.
    pub fn import_ended(&self) {
        self.ended.send_replace(());
        self.untidy.notify_one();
    }

    /// Waits until the import has ended, on this hub or another.
    pub async fn wait(&self, hub: &Hub, organization: OrganizationId, id: ImportId) -> ApiResult<Import> {
        let mut ended = self.ended.subscribe();
        loop {
            ended.mark_unchanged();
            let import = hub
                .db
                .read(move |tx| insitu_store::imports::find(tx, organization, id))
                .await?
                .ok_or_else(|| ApiError::not_found("import", id))?;
            if import.state.is_final() {
                return Ok(import);
            }
            tokio::select! {
                _ = ended.changed() => {}
                () = tokio::time::sleep(ASK_EVERY) => {}
            }
        }
    }
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
