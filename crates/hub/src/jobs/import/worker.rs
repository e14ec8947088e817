//! One import, from where it stands to its end: batches are written as they are read, and then all of its assets
//! become visible at once, or none.

use std::sync::Arc;

use insitu_formats::{Format, Options};
use insitu_model::import::OnError;
use insitu_store::imports::{self, Import, ImportBatch};
use insitu_store::{Tx, audit};
use tokio::sync::mpsc;

use super::list_batches::note_made;
use super::listing::is_listing;
use super::lookup::{self, BatchBook, Refusals};
use super::read_rows::{Fault, Reading, Step, read};
use super::record;
use super::resolve::Resolver;
use super::spool::Spool;
use super::uploaded::{KnownFiles, SilentStorages, Uploads};
use crate::jobs::runner::{Kind, LEASE_MS, RENEW_EVERY, RETRY_EVERY, Work};
use crate::jobs::{Jobs, Lane, becomes_true};

/// Batches that are read ahead of the writing.
const BATCHES_AHEAD: usize = 2;

/// Why the work on an import stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// It failed.
    Failed(Fault),
    /// Somebody cancelled it.
    Cancelled,
    /// The hub stops; whoever comes next goes on.
    HubStops,
    /// What it needs does not answer now: others have their turn, and it is tried again at that time.
    PutBack(Fault, i64),
    /// Another worker has it.
    Lost,
    /// The database does not answer; the lease runs out and somebody tries again.
    Later(insitu_store::Error),
}

impl From<insitu_store::Error> for Stop {
    fn from(error: insitu_store::Error) -> Self {
        use insitu_store::Error as Store;
        match error {
            Store::Conflict { .. } => Self::Lost,
            Store::DiskFull => Self::Failed(Fault::new(
                "import.disk_full",
                "the hub's disk is full, so nothing of this list was imported; free some space and import it again",
            )),
            Store::NotFound { .. } => Self::Failed(Fault::new(
                "import.project_gone",
                "the project was deleted while the import ran, so nothing was imported",
            )),
            Store::Unavailable(_) | Store::Contention | Store::Closed => Self::Later(error),
            other => Self::Failed(Fault::new(other.code(), other.to_string())),
        }
    }
}

impl Kind for Import {
    const NAME: &'static str = "import";
    const WORKERS: usize = 2;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.imports
    }

    fn claim(
        tx: &mut Tx,
        owner: &str,
        now: i64,
        lease_until: i64,
    ) -> Result<Option<Self>, insitu_store::Error> {
        imports::claim(tx, owner, now, lease_until)
    }

    async fn work(work: Work<Self>) {
        work.run().await;
    }

    async fn give_up(mut work: Work<Self>) {
        work.fail(&own_fault()).await;
    }
}

impl Work<Import> {
    async fn run(mut self) {
        let id = self.job.new.id;
        let ended = self.bring_in().await;
        match ended {
            Ok(()) => tracing::info!(import = %id, "an import completed"),
            Err(Stop::Failed(fault)) => self.fail(&fault).await,
            Err(Stop::Cancelled) => self.cancel().await,
            Err(Stop::HubStops) => self.release().await,
            Err(Stop::PutBack(fault, due_at)) => self.put_back(&fault, due_at).await,
            Err(Stop::Lost) => tracing::warn!(import = %id, "another worker has taken over this import"),
            Err(Stop::Later(error)) => {
                tracing::error!(import = %id, %error, "an import has to wait for the database");
                tokio::time::sleep(RETRY_EVERY).await;
            }
        }
    }

    async fn bring_in(&mut self) -> Result<(), Stop> {
        self.list().await?;
        self.write_all().await?;
        self.complete().await
    }

    /// Reads and writes everything from the checkpoint on.
    async fn write_all(&mut self) -> Result<(), Stop> {
        if self.job.cancel_requested {
            return Err(Stop::Cancelled);
        }
        let (sender, mut steps) = mpsc::channel(BATCHES_AHEAD);
        let reading = self.reading().await?;
        let (written, empties) = std::sync::mpsc::channel();
        let reader = tokio::task::spawn_blocking(move || read(reading, &sender, empties));
        let mut stopping = self.stopping.clone();
        loop {
            let step = tokio::select! {
                step = steps.recv() => step,
                () = tokio::time::sleep(RENEW_EVERY) => {
                    self.renew().await?;
                    continue;
                }
                () = becomes_true(&mut stopping) => return Err(Stop::HubStops),
            };
            match step {
                Some(Step::Batch(batch)) => {
                    let batch = Arc::new(batch);
                    self.write(batch.clone()).await?;
                    // A reader that has ended needs no memory back.
                    let _ = written.send(batch);
                }
                Some(Step::End) => return self.judge(),
                Some(Step::Fault(fault)) => return Err(Stop::Failed(fault)),
                Some(Step::Store(error)) => return Err(error.into()),
                None => {
                    let cause = reader
                        .await
                        .err()
                        .map_or_else(String::new, |error| error.to_string());
                    tracing::error!(import = %self.job.new.id, cause, "the reader of an import ended early");
                    return Err(Stop::Failed(own_fault()));
                }
            }
        }
    }

    async fn reading(&self) -> Result<Reading, Stop> {
        let new = &self.job.new;
        let (organization, project) = (new.organization, new.project);
        let known = self
            .hub
            .db
            .read(move |tx| lookup::load(tx, organization, project))
            .await?;
        let book = BatchBook::new(
            self.hub.clone(),
            (organization, project),
            (new.id, new.dry_run),
            known.batches,
        );
        let storage = match new.storage {
            None => None,
            Some(id) => Some(known.storages.find(&id.to_string()).cloned().ok_or_else(|| {
                Stop::Failed(Fault::new(
                    "import.storage_gone",
                    format!("the storage {id} was deleted, so nothing was imported; choose another and import the list again"),
                ))
            })?),
        };
        let refusals = Refusals::read(self.hub.clone(), organization).await?;
        if let Some(refusal) = storage.as_ref().and_then(|storage| refusals.find(storage.id)) {
            return Err(Stop::Failed(Fault::new(refusal.code, refusal.message.clone())));
        }
        let uploads = Uploads {
            hub: self.hub.clone(),
            organization,
            project,
            is_upload: new.is_upload,
            runtime: tokio::runtime::Handle::current(),
            known: KnownFiles::new(),
            silent: SilentStorages::default(),
        };
        let format = new.format.as_deref().and_then(format_of);
        Ok(Reading {
            path: Spool::new(self.hub.config.spool_dir()).path(&new.spool),
            options: Options {
                format,
                ..Options::default()
            },
            checkpoint: self.job.checkpoint.clone(),
            on_error: new.on_error,
            rows_refused: self.job.progress.rows_refused,
            rows_noticed: self.job.progress.rows_noticed,
            resolver: Resolver::new(
                (known.storages, refusals),
                uploads,
                known.schema,
                book,
                storage,
                new.batches.clone().into(),
                new.priority,
            ),
        })
    }

    async fn write(&mut self, batch: Arc<ImportBatch>) -> Result<(), Stop> {
        let (rows_read, rows_refused) = (batch.rows_read, batch.rows_refused);
        let (id, owner, now) = (self.job.new.id, self.owner.clone(), self.hub.clock.now_ms());
        let written = self
            .hub
            .db
            .claim(move |tx| imports::write_batch(tx, id, &owner, &batch, now, now + LEASE_MS))
            .await?;
        let progress = &mut self.job.progress;
        progress.rows_read = rows_read;
        progress.rows_imported += written.imported;
        progress.rows_updated += written.updated;
        progress.rows_skipped += written.skipped;
        progress.rows_refused += rows_refused;
        if written.cancel_requested {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Whether a list that was read to its end may become visible.
    fn judge(&self) -> Result<(), Stop> {
        let progress = &self.job.progress;
        let refused = progress.rows_refused;
        if refused == 0 {
            return Ok(());
        }
        if self.job.new.on_error == OnError::Refuse {
            return Err(Stop::Failed(Fault::new(
                "import.rows_refused",
                format!(
                    "{refused} of {} rows cannot be imported, and this import refuses the whole file then, so nothing was imported; the report names them",
                    progress.rows_read
                ),
            )));
        }
        if progress.rows_imported + progress.rows_updated + progress.rows_skipped == 0 {
            return Err(Stop::Failed(Fault::new(
                "import.all_rows_refused",
                format!(
                    "no row of the list can be imported ({refused} refused); the report says why for each"
                ),
            )));
        }
        Ok(())
    }

    pub(super) async fn renew(&self) -> Result<(), Stop> {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + LEASE_MS;
        let is_cancelled = self
            .hub
            .db
            .claim(move |tx| imports::renew(tx, id, &owner, until))
            .await?;
        if is_cancelled {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    async fn complete(&self) -> Result<(), Stop> {
        let record = record::of_completed(&self.hub, &self.job);
        let (hub, new) = (self.hub.clone(), self.job.new.clone());
        let (id, owner, now) = (self.job.new.id, self.owner.clone(), self.hub.clock.now_ms());
        self.hub
            .db
            .claim(move |tx| {
                imports::complete(tx, id, &owner, now)?;
                audit::insert(tx, &record)?;
                note_made(tx, &hub, &new)
            })
            .await?;
        self.hub.jobs.probes.one_arrived();
        self.remove_file();
        Ok(())
    }

    /// Writes down that the import failed. On a full disk the list makes room for that.
    async fn fail(&mut self, fault: &Fault) {
        let id = self.job.new.id;
        tracing::info!(import = %id, code = fault.code, "an import failed");
        let json = serde_json::to_string(fault).unwrap_or_default();
        loop {
            let (owner, code, json) = (self.owner.clone(), fault.code.clone(), json.clone());
            let now = self.hub.clock.now_ms();
            let record = record::of_failed(&self.hub, &self.job, fault);
            let (hub, new) = (self.hub.clone(), self.job.new.clone());
            let ended = self
                .hub
                .db
                .claim(move |tx| {
                    imports::fail(tx, id, &owner, &code, &json, now)?;
                    audit::insert(tx, &record)?;
                    note_made(tx, &hub, &new)
                })
                .await;
            match ended {
                Ok(()) => return self.remove_file(),
                Err(insitu_store::Error::Conflict { .. }) => return,
                Err(error) => {
                    tracing::error!(import = %id, %error, "the failure of an import cannot be written down yet");
                    if matches!(error, insitu_store::Error::DiskFull) {
                        self.remove_file();
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY_EVERY) => {}
                () = becomes_true(&mut self.stopping) => return,
            }
        }
    }

    async fn cancel(&self) {
        let (id, owner, now) = (self.job.new.id, self.owner.clone(), self.hub.clock.now_ms());
        let (hub, new) = (self.hub.clone(), self.job.new.clone());
        let ended = self
            .hub
            .db
            .claim(move |tx| {
                imports::cancelled(tx, id, &owner, super::CANCELLED_REASON, now)?;
                note_made(tx, &hub, &new)
            })
            .await;
        match ended {
            Ok(()) => self.remove_file(),
            Err(error) => {
                tracing::warn!(import = %id, %error, "an import could not be marked as cancelled yet")
            }
        }
    }

    async fn release(&self) {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        if let Err(error) = self
            .hub
            .db
            .claim(move |tx| imports::renew(tx, id, &owner, 0))
            .await
        {
            tracing::warn!(import = %id, %error, "an import could not be handed back; its lease runs out by itself");
        }
    }

    /// Gives the import back until something answers again.
    async fn put_back(&self, fault: &Fault, due_at: i64) {
        let id = self.job.new.id;
        tracing::info!(import = %id, code = fault.code, message = fault.message, "an import waits");
        let trouble = serde_json::to_string(fault).unwrap_or_default();
        let (job, owner) = (self.job.clone(), self.owner.clone());
        let given_back = self
            .hub
            .db
            .claim(move |tx| imports::put_back(tx, &job, &owner, (&trouble, due_at), is_listing))
            .await;
        if let Err(error) = given_back {
            tracing::warn!(import = %id, %error, "an import could not be put back; its lease runs out by itself");
        }
    }

    fn remove_file(&self) {
        let spool = Spool::new(self.hub.config.spool_dir());
        if let Err(error) = spool.remove(&self.job.new.spool) {
            tracing::warn!(import = %self.job.new.id, %error, "an imported list could not be removed");
        }
    }
}

fn own_fault() -> Fault {
    Fault::new(
        "import.internal",
        "the hub could not import this list because of a fault of its own; the operator finds the cause in the hub's log",
    )
}

/// The format that was named when the list was uploaded.
pub fn format_of(name: &str) -> Option<Format> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}
