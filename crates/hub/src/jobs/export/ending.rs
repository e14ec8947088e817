//! How the work on an export ends: completed, failed, cancelled or handed back.
//!
//! Whoever lost the export must not touch the files of the one who has it now: files go once the database has the end,
//! which it takes from the export's holder alone.

use insitu_store::exports::{self, Checkpoint, Export};

use super::{CANCELLED_REASON, RETRY_EVERY, Work, becomes_true, place};

impl Work<Export> {
    pub(super) async fn complete(&self, last: &Checkpoint) -> Result<(), insitu_store::Error> {
        let (id, owner, now) = (self.job.new.id, self.owner.clone(), self.hub.clock.now_ms());
        let (last, expires_at) = (last.clone(), now + self.hub.config.export_kept_ms());
        self.hub
            .db
            .claim(move |tx| exports::complete(tx, id, &owner, &last, now, expires_at))
            .await?;
        if let Err(error) = place(&self.hub, &self.job).remove_helpers() {
            tracing::warn!(export = %id, %error, "what an export's file was made with could not be removed");
        }
        Ok(())
    }

    /// Writes down that the export failed.
    pub(super) async fn fail(&mut self, code: &str, message: &str) {
        let id = self.job.new.id;
        tracing::info!(export = %id, code, "an export failed");
        let json = serde_json::json!({ "code": code, "message": message }).to_string();
        loop {
            let (owner, code, json) = (self.owner.clone(), code.to_owned(), json.clone());
            let now = self.hub.clock.now_ms();
            let ended = self
                .hub
                .db
                .claim(move |tx| exports::fail(tx, id, &owner, &code, &json, now))
                .await;
            match ended {
                Ok(()) => return self.remove_files(),
                Err(insitu_store::Error::Conflict { .. }) => return,
                Err(error) => {
                    tracing::error!(export = %id, %error, "the failure of an export cannot be written down yet");
                    self.make_room_after(&error).await;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY_EVERY) => {}
                () = becomes_true(&mut self.stopping) => return,
            }
        }
    }

    pub(super) async fn cancel(&self) {
        let (id, owner, now) = (self.job.new.id, self.owner.clone(), self.hub.clock.now_ms());
        let ended = self
            .hub
            .db
            .claim(move |tx| exports::cancelled(tx, id, &owner, CANCELLED_REASON, now))
            .await;
        match ended {
            Ok(()) => self.remove_files(),
            Err(error) => {
                tracing::warn!(export = %id, %error, "an export could not be marked as cancelled yet");
                self.make_room_after(&error).await;
            }
        }
    }

    pub(super) async fn release(&self) {
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let released = self
            .hub
            .db
            .claim(move |tx| exports::renew(tx, id, &owner, 0))
            .await;
        if let Err(error) = released {
            tracing::warn!(export = %id, %error, "an export could not be handed back; its lease runs out by itself");
        }
    }

    /// Where the end found no room on the disk, the files make it. They are looked after meanwhile, so that nobody begins
    /// to write them between the question whose they are and their end.
    async fn make_room_after(&self, error: &insitu_store::Error) {
        if !matches!(error, insitu_store::Error::DiskFull) {
            return;
        }
        let Ok(_held) = place(&self.hub, &self.job).hold() else {
            return;
        };
        let (organization, id) = (self.job.new.organization, self.job.new.id);
        let found = self
            .hub
            .db
            .read(move |tx| exports::find(tx, organization, id))
            .await;
        if let Ok(Some(export)) = found
            && export.lease_owner.as_ref() == Some(&self.owner)
        {
            self.remove_files();
        }
    }

    fn remove_files(&self) {
        if let Err(error) = place(&self.hub, &self.job).remove() {
            tracing::warn!(export = %self.job.new.id, %error, "the files of an export could not be removed");
        }
    }
}
