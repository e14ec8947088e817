//! A change of many assets, from where it stands to its end, in steps that others fit between.

use std::sync::Arc;

use insitu_store::asset_changes::{self, AssetChange, Step};
use insitu_store::{Error, Tx};

use super::runner::{Kind, LEASE_MS, RETRY_EVERY, Work};
use super::{Jobs, Lane, asset_change_record};
use crate::hub::Hub;

/// Changes of one project that wait or run.
pub const MAX_ACTIVE_ASSET_CHANGES: u64 = 100;

impl Kind for AssetChange {
    const NAME: &'static str = "change of assets";
    const WORKERS: usize = 2;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.asset_changes
    }

    fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Self>, Error> {
        asset_changes::claim(tx, owner, now, lease_until)
    }

    async fn work(work: Work<Self>) {
        let id = work.job.new.id;
        match work.change_all().await {
            Ok(()) => {}
            Err(Error::Conflict { .. }) => {
                tracing::warn!(change = %id, "another worker has taken over this change of assets");
            }
            Err(error @ (Error::Unavailable(_) | Error::Contention | Error::Closed | Error::DiskFull)) => {
                tracing::error!(change = %id, %error, "a change of assets has to wait");
                tokio::time::sleep(RETRY_EVERY).await;
            }
            Err(error) => work.fail(error.code(), &error.to_string()).await,
        }
    }

    async fn give_up(work: Work<Self>) {
        work.fail(
            "hub.internal",
            "a fault of the hub's own ended this change; the operator finds the cause in the hub's log",
        )
        .await;
    }
}

impl Work<AssetChange> {
    async fn change_all(&self) -> Result<(), Error> {
        while !*self.stopping.borrow() {
            let (hub, job, owner) = (self.hub.clone(), self.job.clone(), self.owner.clone());
            let now = self.hub.clock.now_ms();
            let step = move |tx: &mut Tx| {
                let step = asset_changes::step(tx, &job, &owner, (now, now + LEASE_MS))?;
                if step == Step::Completed {
                    note_end(tx, &hub, &job)?;
                }
                Ok::<_, Error>(step)
            };
            let step = self.hub.db.claim(step).await?;
            match step {
                Step::More => {}
                Step::Completed => {
                    tracing::info!(change = %self.job.new.id, "a change of assets completed");
                    return Ok(());
                }
                Step::CancelRequested => return self.cancelled(now).await,
            }
        }
        // The hub stops; whoever comes next goes on once the lease has run out, and this hub at its next start.
        Ok(())
    }

    async fn cancelled(&self, now: i64) -> Result<(), Error> {
        let (hub, job, owner) = (self.hub.clone(), self.job.clone(), self.owner.clone());
        self.hub
            .db
            .claim(move |tx| {
                asset_changes::cancelled(tx, job.new.id, &owner, now)?;
                note_end(tx, &hub, &job)
            })
            .await
    }

    async fn fail(&self, code: &str, message: &str) {
        let (hub, job, owner) = (self.hub.clone(), self.job.clone(), self.owner.clone());
        let (id, now) = (self.job.new.id, self.hub.clock.now_ms());
        let told = serde_json::json!({ "code": code, "message": message }).to_string();
        let ended = self
            .hub
            .db
            .claim(move |tx| {
                asset_changes::fail(tx, id, &owner, &told, now)?;
                note_end(tx, &hub, &job)
            })
            .await;
        tracing::error!(change = %id, code, message, "a change of assets failed");
        if let Err(error) = ended {
            tracing::error!(change = %id, %error, "its end could not be written yet; it is tried again");
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }
}

/// Puts on record what became of it.
fn note_end(tx: &mut Tx, hub: &Arc<Hub>, job: &AssetChange) -> Result<(), Error> {
    let ended = asset_changes::ended(tx, job.new.id)?;
    asset_change_record::ended(tx, hub, (&ended, job.assets_total), job.new.created_by)
}
