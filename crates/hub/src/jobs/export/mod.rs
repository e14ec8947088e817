//! One export, from where it stands to its end: tasks are read by the page and written into its file, and between
//! checkpoints nothing is lost that would not be written again.

mod ending;
mod fault;
mod files;
pub mod keep;
mod layout;
pub mod options;
mod source;
#[cfg(test)]
mod tests;
mod writing;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use insitu_store::Tx;
use insitu_store::exports::{self, Checkpoint, Export};
use tokio::task::JoinHandle;

pub use fault::Fault;
pub use files::Place;

use super::runner::{Kind, LEASE_MS, RETRY_EVERY, Work};
use super::{Jobs, Lane, becomes_true};
use crate::hub::Hub;
use options::ExportOptions;
use source::Source;
use writing::{Links, Meter, Writing};

/// Exports of one organization that wait or run.
pub const MAX_ACTIVE_EXPORTS: u64 = 100;
/// What the reason of a cancelled export says.
pub const CANCELLED_REASON: &str = "export.cancelled";
/// How often the database is told how far an export is.
const TELL_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// Why the work on an export stops.
#[derive(Debug)]
enum Stop {
    /// It failed.
    Failed { code: String, message: String },
    /// Somebody cancelled it.
    Cancelled,
    /// The hub stops; whoever comes next goes on.
    HubStops,
    /// Another worker has it.
    Lost,
    /// Something is not there at the moment; somebody tries again once the lease has run out.
    Later(String),
}

impl From<insitu_store::Error> for Stop {
    fn from(error: insitu_store::Error) -> Self {
        use insitu_store::Error as Store;
        match error {
            Store::Conflict { .. } => Self::Lost,
            Store::DiskFull => Fault::DiskFull.into(),
            Store::NotFound { .. } => Self::Failed {
                code: "export.project_gone".to_owned(),
                message: "the project was deleted while the export ran, so there is no file".to_owned(),
            },
            Store::Unavailable(_) | Store::Contention | Store::Closed => Self::Later(error.to_string()),
            other => Self::Failed {
                code: other.code().to_owned(),
                message: other.to_string(),
            },
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy => Self::Later(fault.to_string()),
            _ => Self::Failed {
                code: fault.code().to_owned(),
                message: fault.to_string(),
            },
        }
    }
}

/// The place of an export's files.
pub fn place(hub: &Hub, export: &Export) -> Place {
    Place::new(hub.config.exports_dir(), export.new.id)
}

impl Kind for Export {
    const NAME: &'static str = "export";
    const WORKERS: usize = 2;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.exports
    }

    fn claim(
        tx: &mut Tx,
        owner: &str,
        now: i64,
        lease_until: i64,
    ) -> Result<Option<Self>, insitu_store::Error> {
        exports::claim(tx, owner, now, lease_until)
    }

    async fn work(work: Work<Self>) {
        work.run().await;
    }

    async fn give_up(mut work: Work<Self>) {
        let fault = Fault::Internal;
        work.fail(fault.code(), &fault.to_string()).await;
    }
}

impl Work<Export> {
    async fn run(mut self) {
        let id = self.job.new.id;
        let ended = match self.write_all().await {
            Ok(last) => self.complete(&last).await.map_err(Stop::from),
            Err(stop) => Err(stop),
        };
        match ended {
            Ok(()) => tracing::info!(export = %id, "an export completed"),
            Err(Stop::Failed { code, message }) => self.fail(&code, &message).await,
            Err(Stop::Cancelled) => self.cancel().await,
            Err(Stop::HubStops) => self.release().await,
            Err(Stop::Lost) => tracing::warn!(export = %id, "another worker has taken over this export"),
            Err(Stop::Later(cause)) => {
                tracing::error!(export = %id, cause, "an export has to wait");
                tokio::time::sleep(RETRY_EVERY).await;
            }
        }
    }

    /// Reads and writes everything from the checkpoint on; what to keep of the finished file.
    async fn write_all(&mut self) -> Result<Checkpoint, Stop> {
        if self.job.cancel_requested {
            return Err(Stop::Cancelled);
        }
        let options: ExportOptions =
            serde_json::from_str(&self.job.new.options).map_err(|_| Fault::Checkpoint)?;
        let (organization, project) = (self.job.new.organization, self.job.new.project);
        let (mut source, shared) = Source::open(self.hub.clone(), organization, project, &options).await?;
        let layout = layout::of(self.job.new.format, &options, &shared.schema);
        let (place, checkpoint) = (place(&self.hub, &self.job), self.job.checkpoint.take());
        let meter = Arc::new(Meter::default());
        let holding = tokio::task::spawn_blocking(move || place.hold());
        let held = self.attend(holding, &meter).await??;
        // Somebody else may have ended the export meanwhile, and its file is cut where this one goes on. Whoever takes it
        // over from here on waits until the place is free.
        self.renew().await?;
        let links = Links::new(self.hub.clone(), &self.job.new);
        let opening = tokio::task::spawn_blocking(move || {
            Writing::open(held, checkpoint.as_deref(), layout, shared.batches, links)
        });
        let mut writing = self.attend(opening, &meter).await??;
        let mut page = source
            .page(writing.position(), writing.tasks_until_checkpoint())
            .await?;
        while let Some(last) = page.tasks.last() {
            let position = last.position;
            let most = writing.tasks_until_checkpoint() - page.tasks.len() as u64;
            let (metered, told) = (meter.clone(), meter.clone());
            let work = tokio::task::spawn_blocking(move || {
                writing.write(&page, &metered)?;
                let checkpoint = match writing.is_at_checkpoint() {
                    true => Some(writing.checkpoint()?),
                    false => None,
                };
                Ok::<_, Fault>((writing, checkpoint))
            });
            // The next page is read while this one is written, unless a checkpoint decides how long it may be.
            let most = if most == 0 { u64::MAX } else { most };
            let (next, done) = tokio::join!(source.page(position, most), self.attend(work, &told));
            let (written, checkpoint) = done??;
            writing = written;
            page = next?;
            if let Some(checkpoint) = checkpoint {
                self.keep(checkpoint).await?;
            }
        }
        let finishing = tokio::task::spawn_blocking(move || writing.finish());
        Ok(self.attend(finishing, &meter).await??)
    }

    /// Waits for a part of the work, and tells meanwhile how far it is. When nobody wants the rest any more, the part
    /// ends early, and its files are let go before this answers.
    async fn attend<T: Send>(&self, mut part: JoinHandle<T>, meter: &Meter) -> Result<T, Stop> {
        let mut stopping = self.stopping.clone();
        let stop = loop {
            tokio::select! {
                done = &mut part => return done.map_err(|error| {
                    tracing::error!(export = %self.job.new.id, %error, "an export could not be written");
                    Fault::Internal.into()
                }),
                () = tokio::time::sleep(TELL_EVERY) => match self.tell(meter).await {
                    Ok(()) => {}
                    Err(stop) => break stop,
                },
                () = becomes_true(&mut stopping) => break Stop::HubStops,
            }
        };
        meter.is_over.store(true, Ordering::Relaxed);
        let _ended = part.await;
        Err(stop)
    }

    async fn tell(&self, meter: &Meter) -> Result<(), Stop> {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + LEASE_MS;
        let done = meter.tasks_done.load(Ordering::Relaxed);
        let bytes = meter.bytes_written.load(Ordering::Relaxed);
        let is_cancelled = self
            .hub
            .db
            .claim(move |tx| exports::progress(tx, id, &owner, (done, bytes), until))
            .await?;
        if is_cancelled {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    async fn renew(&self) -> Result<(), Stop> {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + LEASE_MS;
        self.hub
            .db
            .claim(move |tx| exports::renew(tx, id, &owner, until))
            .await?;
        Ok(())
    }

    async fn keep(&self, checkpoint: Checkpoint) -> Result<(), Stop> {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + LEASE_MS;
        let is_cancelled = self
            .hub
            .db
            .claim(move |tx| exports::checkpoint(tx, id, &owner, &checkpoint, until))
            .await?;
        if is_cancelled {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }
}
