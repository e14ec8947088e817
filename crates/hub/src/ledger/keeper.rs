//! Moves the records of journals into the database, and removes those that are older than they are to be kept.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use insitu_store::url_records::UrlRecord;
use insitu_store::{Db, Error, organizations, url_records};
use tokio::sync::watch;

use super::journal::{Damage, Journal};
use super::merging::merged;
use crate::hub::Hub;

/// How long records gather in a journal.
const GATHER: Duration = Duration::from_secs(1);
/// How often journals are looked for that a dead hub left.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often records are looked for that are too old.
const EXPIRE_EVERY: Duration = Duration::from_secs(60 * 60);
/// Records of a journal that one transaction puts into the database.
const RECORDS_AT_ONCE: usize = 2000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Why records are still in their journal.
#[derive(Debug, thiserror::Error)]
pub enum Unsettled {
    #[error("the journal cannot be read or removed: {0}")]
    Journal(#[from] io::Error),
    #[error("the database does not take them: {0}")]
    Database(#[from] Error),
}

/// Keeps the ledger until the hub stops.
pub async fn keep(hub: Arc<Hub>, mut stopping: watch::Receiver<bool>) {
    let (mut looks, mut expires) = (Timer::default(), Timer::default());
    while !*stopping.borrow() {
        if looks.is_due(LOOK_EVERY) {
            take_over(&hub).await;
        }
        if expires.is_due(EXPIRE_EVERY)
            && let Err(error) = expire(&hub).await
        {
            tracing::error!(%error, "records of signed URLs that are too old could not be removed");
        }
        if let Err(error) = settle(&hub).await {
            tracing::error!(%error, "records of signed URLs wait in their journal");
        }
        tokio::select! {
            () = gathered(&hub) => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stops| *stops) => {}
        }
    }
    // Nobody is answered any more.
    if let Err(error) = settle(&hub).await {
        tracing::error!(%error, "records of signed URLs stay in their journal until the hub starts again");
    }
}

/// When something was last done.
#[derive(Default)]
struct Timer(Option<Instant>);

impl Timer {
    /// Whether so long has passed; then it begins again.
    fn is_due(&mut self, after: Duration) -> bool {
        let is_due = self.0.is_none_or(|at| at.elapsed() >= after);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}

/// Waits until there is something to move, and a moment longer for what follows.
async fn gathered(hub: &Hub) {
    if hub.ledger.closed.lock().await.is_empty() {
        hub.ledger.begun.notified().await;
    }
    tokio::time::sleep(GATHER).await;
}

/// Moves everything that was written down until now into the database.
pub async fn settle(hub: &Hub) -> Result<(), Unsettled> {
    let mut closed = hub.ledger.closed.lock().await;
    let before = move_all(&hub.db, &mut closed).await;
    if matches!(before, Err(Unsettled::Database(_))) {
        // While the database takes nothing, records gather in one file instead of one for each second.
        return before;
    }
    let mut open: Vec<Journal> = hub.ledger.close().into_iter().collect();
    let last = move_all(&hub.db, &mut open).await;
    closed.extend(open);
    before.and(last)
}

/// Moves journals; those that stay are left in `closed`. One that cannot be read keeps nobody from the others, a
/// database that takes nothing does.
async fn move_all(db: &Db, closed: &mut Vec<Journal>) -> Result<(), Unsettled> {
    let (mut kept, mut failed) = (Vec::new(), None);
    while !matches!(failed, Some(Unsettled::Database(_)))
        && let Some(journal) = closed.pop()
    {
        let db = db.clone();
        let moving = tokio::task::spawn_blocking(move || match move_records(&db, &journal) {
            Ok(damage) => journal.end(damage).map_err(|error| (None, error.into())),
            Err(error) => Err((Some(Box::new(journal)), error)),
        });
        let ended = moving
            .await
            .unwrap_or_else(|error| Err((None, io::Error::other(error).into())));
        if let Err((journal, error)) = ended {
            kept.extend(journal.map(|journal| *journal));
            failed = Some(error);
        }
    }
    closed.extend(kept);
    failed.map_or(Ok(()), Err)
}

/// Copies records into the database, which leaves alone those that it has: whoever is killed in between begins again.
/// What the database does not take is made durable where it is.
fn move_records(db: &Db, journal: &Journal) -> Result<Damage, Unsettled> {
    let damage = match copy_records(db, journal) {
        Ok(damage) => damage,
        Err(error) => {
            journal.sync()?;
            return Err(error);
        }
    };
    let path = journal.path().display();
    if damage.lines > 0 {
        tracing::error!(lines = damage.lines, %path, "a journal of signed URLs was damaged; what could be read of it is on record, and the file is kept as .damaged");
    }
    if damage.is_cut {
        tracing::warn!(%path, "the last line of a journal of signed URLs was not written to its end, so that URL was not handed out");
    }
    Ok(damage)
}

fn copy_records(db: &Db, journal: &Journal) -> Result<Damage, Unsettled> {
    journal.read(RECORDS_AT_ONCE, |records| {
        let records: Arc<[UrlRecord]> = merged(records).into();
        db.claim_blocking(move |tx| url_records::insert(tx, &records))
            .map_err(Unsettled::from)
    })
}

/// Takes over the journals that dead hubs left, to be moved like this hub's own.
pub async fn take_over(hub: &Hub) {
    match hub.ledger.left_behind() {
        Ok(journals) => hub.ledger.closed.lock().await.extend(journals),
        Err(error) => tracing::error!(%error, "the folder of the ledger cannot be read"),
    }
}

/// Removes what is older than its organization, or else the operator, keeps it.
pub async fn expire(hub: &Hub) -> Result<(), Error> {
    let now = hub.clock.now_ms();
    for (organization, days) in hub.db.read(organizations::all_url_record_days).await? {
        let days = days.unwrap_or(hub.config.url_record_days);
        let than = now - i64::from(days) * DAY_MS;
        while hub
            .db
            .claim(move |tx| url_records::remove_older(tx, organization, than))
            .await?
        {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{File, OpenOptions};

    use insitu_store::{DatabaseUrl, Options};

    use super::*;

    #[tokio::test]
    async fn a_journal_that_cannot_be_read_keeps_nobody_from_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            readers: 1,
            writers: 1,
        };
        let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("hub.db")), options).unwrap();
        let path = folder.path().join("good.journal");
        let good = || {
            let mut open = OpenOptions::new();
            let file = open.read(true).append(true).create(true).open(&path).unwrap();
            Journal::of(file, path.clone(), 0)
        };
        // Nobody can read a folder as a file.
        let bad = || Journal::of(File::open(folder.path()).unwrap(), folder.path().to_owned(), 0);
        let mut closed = vec![good(), bad()];
        let moved = move_all(&db, &mut closed).await;
        assert!(matches!(moved, Err(Unsettled::Journal(_))), "{moved:?}");
        assert!(!path.exists());
        assert_eq!(closed.len(), 1, "it is tried again");

        let mut closed = vec![good(), good()];
        move_all(&db, &mut closed).await.unwrap();
        assert!(closed.is_empty());
    }
}
