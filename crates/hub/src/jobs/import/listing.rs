//! The first half of an import of folders: the bucket is listed page by page into the spool, as a list that the second
//! half reads like any other.
//!
//! After each page the file is synced and the place behind it is written down, so that whoever takes the lease next
//! cuts the file to that length and goes on behind the last key. A bucket that does not answer holds no worker: the
//! import is put back and tried again, ever later, until it is given up.

use std::time::Duration;

use insitu_cloud::Retry;
use insitu_cloud::s3::{LIST_KEYS_MAX, ListPage, Listing};
use insitu_store::imports::{self, Import, ListedSoFar};
use serde::{Deserialize, Serialize};

use super::list_file::{ListFile, ListFileError};
use super::read_rows::Fault;
use super::source::{RowWriter, Source};
use super::spool::Spool;
use super::worker::Stop;
use crate::cloud_access::{Bucket, Extensions, Unlisted};
use crate::error::ApiError;
use crate::jobs::becomes_true;
use crate::jobs::runner::{LEASE_MS, RENEW_EVERY, Work};

/// How often in a row a page is asked for that a busy or silent server does not give: some thirteen minutes.
const TRIES_MAX: u32 = 12;
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// How long a page may take at the first try; each further one may take as long more.
const FIRST_PATIENCE: Duration = Duration::from_secs(8);
/// How long it may take at most, for servers that are slow and not gone.
const PATIENCE_MAX: Duration = Duration::from_secs(30);

/// Pages in a row that name nothing and say that the list goes on.
const EMPTY_PAGES_MAX: u32 = 1000;

/// Tries of one page that follow each other at once. Whoever wants to be left alone for longer is, without a worker.
const AT_ONCE: Retry = Retry {
    granted_max: Duration::from_secs(1),
    ..Retry::NORMAL
};

/// How far a bucket was listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    /// Which of the source's beginnings is listed.
    begin: usize,
    /// The last key of it that was seen.
    after: Option<String>,
    rows: u64,
    bytes: u64,
    is_done: bool,
}

impl Work<Import> {
    /// Writes the list of an import whose list nobody sent; does nothing for others, and where it is written.
    pub(super) async fn list(&mut self) -> Result<(), Stop> {
        let Some(source) = self.job.new.source.as_deref() else {
            return Ok(());
        };
        let source: Source = serde_json::from_str(source).map_err(unreadable)?;
        let mut place = match self.job.listing.as_deref() {
            Some(text) => serde_json::from_str(text).map_err(unreadable)?,
            None => Place {
                rows: source.named_rows,
                bytes: source.named_bytes,
                ..Place::default()
            },
        };
        if place.is_done || source.begins.is_empty() {
            return Ok(());
        }
        if self.job.cancel_requested {
            return Err(Stop::Cancelled);
        }
        self.list_from(&source, &mut place).await?;
        if place.rows == 0 {
            return Err(Stop::Failed(nothing_found(&source)));
        }
        Ok(())
    }

    async fn list_from(&mut self, source: &Source, place: &mut Place) -> Result<(), Stop> {
        let new = self.job.new.clone();
        let storage = new.storage.ok_or_else(|| unreadable("it names no storage"))?;
        let reached = self
            .meanwhile(Bucket::reach(
                &self.hub,
                new.organization,
                storage,
                &source.bucket,
            ))
            .await?;
        let mut bucket = reached.map_err(|error| self.unlisted(error.into()))?;
        let path = Spool::new(self.hub.config.spool_dir()).path(&new.spool);
        let mut file = ListFile::open(path, place.bytes).await?;
        let batches: Vec<String> = new.batches.iter().map(ToString::to_string).collect();
        let mut continuation: Option<String> = None;
        let mut progress = Progress::default();
        while let Some(begin) = source.begins.get(place.begin) {
            let listing = Listing {
                prefix: begin,
                delimiter: (!source.subfolders).then_some("/"),
                continuation: continuation.as_deref(),
                start_after: place.after.as_deref(),
                max_keys: LIST_KEYS_MAX,
            };
            let page = self.page(&mut bucket, &listing).await?;
            progress
                .see(&page, &listing)
                .map_err(|why| Stop::Failed(goes_in_circles(source, why)))?;
            let rows = RowWriter {
                bucket: &bucket,
                extensions: Extensions::new(&source.extensions),
                folder_batches: source.folder_batches,
                batches: &batches,
            };
            let mut lines = Vec::new();
            place.rows += rows.write_listed(&page.objects, &mut lines);
            place.bytes += lines.len() as u64;
            file = file.append(lines).await?;
            if let Some(last) = page.objects.last() {
                place.after = Some(last.key.clone());
            }
            continuation = page.continuation;
            if continuation.is_none() {
                place.begin += 1;
                place.after = None;
            }
            place.is_done = place.begin >= source.begins.len();
            self.note(place).await?;
        }
        Ok(())
    }

    /// A page, as soon as it comes. Meanwhile the lease is kept.
    async fn page(&self, bucket: &mut Bucket, listing: &Listing<'_>) -> Result<ListPage, Stop> {
        let patience = (FIRST_PATIENCE * (self.job.tries + 1)).min(PATIENCE_MAX);
        let asked = bucket.page_within(&self.hub, listing, AT_ONCE, patience);
        let page = self.meanwhile(asked).await?;
        page.map_err(|unlisted| self.unlisted(unlisted))
    }

    /// What becomes of an import whose bucket is not listed: what may pass is waited for, without a worker.
    fn unlisted(&self, Unlisted { error, is_transient }: Unlisted) -> Stop {
        let tries = self.job.tries + 1;
        if !is_transient || tries >= TRIES_MAX {
            return Stop::Failed(fault(error));
        }
        let wait_ms = i64::try_from(wait_after(tries).as_millis()).unwrap_or(i64::MAX);
        Stop::PutBack(fault(error), self.hub.clock.now_ms().saturating_add(wait_ms))
    }

    /// Waits for something that may take long, and keeps the lease.
    async fn meanwhile<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(waiting);
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                done = &mut waiting => return Ok(done),
                () = tokio::time::sleep(RENEW_EVERY) => self.renew().await?,
                () = becomes_true(&mut stopping) => return Err(Stop::HubStops),
            }
        }
    }

    async fn note(&mut self, place: &Place) -> Result<(), Stop> {
        let listed = ListedSoFar {
            // Numbers and a text always become JSON.
            place: serde_json::to_string(place).unwrap_or_default(),
            rows: place.rows,
            bytes: place.bytes,
        };
        let (id, owner) = (self.job.new.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + LEASE_MS;
        let is_cancelled = self
            .hub
            .db
            .claim(move |tx| imports::note_listed(tx, id, &owner, &listed, until))
            .await?;
        self.job.tries = 0;
        if is_cancelled {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Whether a list gets on: one that begins again and again would be read for ever.
#[derive(Debug, Default)]
struct Progress {
    empty_pages: u32,
}

impl Progress {
    /// Why a page does not get on behind the one before it.
    fn see(&mut self, page: &ListPage, listing: &Listing<'_>) -> Result<(), &'static str> {
        if page.continuation.is_some() && page.continuation.as_deref() == listing.continuation {
            return Err("says to go on where it was asked to go on");
        }
        let first = page.objects.first().map(|object| object.key.as_str());
        if first
            .zip(listing.start_after)
            .is_some_and(|(first, after)| first <= after)
        {
            return Err("names keys again, or not in their order");
        }
        self.empty_pages = match page.objects.len() + page.prefixes.len() + page.outside {
            0 => self.empty_pages + 1,
            _ => 0,
        };
        if self.empty_pages > EMPTY_PAGES_MAX {
            return Err("goes on and on without naming a key");
        }
        Ok(())
    }
}

fn goes_in_circles(source: &Source, why: &str) -> Fault {
    Fault::new(
        "cloud.not_understood",
        format!(
            "the list of {} has no end: the server {why}; import a list of addresses instead",
            source.bucket
        ),
    )
}

impl From<ListFileError> for Stop {
    fn from(error: ListFileError) -> Self {
        match error {
            // Whoever held the lease before has not let go of the file yet.
            ListFileError::Busy => Self::Lost,
            other => Self::Failed(Fault::new(other.code(), other.to_string())),
        }
    }
}

/// Whether the list of an import is still being written.
pub fn is_listing(import: &Import) -> bool {
    let lists = |source: &String| {
        let source = serde_json::from_str::<Source>(source);
        source.is_ok_and(|source| !source.begins.is_empty())
    };
    let is_done = |place: &String| serde_json::from_str(place).is_ok_and(|place: Place| place.is_done);
    let is_on_its_way = !import.state.is_final() && import.new.source.as_ref().is_some_and(lists);
    is_on_its_way && !import.listing.as_ref().is_some_and(is_done)
}

fn wait_after(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(7)).min(WAIT_MAX)
}

fn fault(error: ApiError) -> Fault {
    let message = error.message.trim_end_matches('.').to_owned();
    Fault::new(&error.code, message)
}

fn unreadable(cause: impl std::fmt::Display) -> Stop {
    Stop::Failed(Fault::new(
        "import.source_unreadable",
        format!("what was to be listed cannot be read any more ({cause}); start the import again"),
    ))
}

fn nothing_found(source: &Source) -> Fault {
    let places: Vec<String> = source
        .folders
        .iter()
        .map(|folder| format!("{}/{folder}", source.bucket))
        .collect();
    let endings = match source.extensions.as_slice() {
        [] => String::new(),
        endings => format!(" whose name ends in {}", endings.join(", ")),
    };
    Fault::new(
        "import.nothing_listed",
        format!(
            "there is no file{endings} in {}, so nothing was imported; choose another folder, or other extensions",
            places.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use insitu_cloud::s3::ListedObject;

    use super::*;

    fn page(keys: &[&str], continuation: Option<&str>) -> ListPage {
        let object = |key: &&str| ListedObject {
            key: (*key).to_owned(),
            size_bytes: 1,
            last_modified: None,
        };
        ListPage {
            objects: keys.iter().map(object).collect(),
            continuation: continuation.map(str::to_owned),
            ..ListPage::default()
        }
    }

    fn asked<'a>(continuation: Option<&'a str>, after: Option<&'a str>) -> Listing<'a> {
        Listing {
            prefix: "",
            delimiter: None,
            continuation,
            start_after: after,
            max_keys: LIST_KEYS_MAX,
        }
    }

    #[test]
    fn a_list_that_gets_on_is_read_to_its_end() {
        let mut progress = Progress::default();
        progress
            .see(&page(&["a", "b"], Some("1")), &asked(None, None))
            .unwrap();
        progress
            .see(&page(&[], Some("2")), &asked(Some("1"), Some("b")))
            .unwrap();
        progress
            .see(&page(&["c"], None), &asked(Some("2"), Some("b")))
            .unwrap();
        // Another beginning is listed from its own first key on.
        progress.see(&page(&["a/x"], None), &asked(None, None)).unwrap();
    }

    #[test]
    fn a_list_that_goes_in_circles_is_given_up() {
        let see = |page: &ListPage, asked: &Listing<'_>| Progress::default().see(page, asked);
        assert!(see(&page(&["c"], Some("1")), &asked(Some("1"), Some("b"))).is_err());
        assert!(see(&page(&["b", "c"], Some("2")), &asked(Some("1"), Some("b"))).is_err());
        let mut progress = Progress::default();
        let tokens: Vec<String> = (0..=EMPTY_PAGES_MAX + 1).map(|n| n.to_string()).collect();
        let mut pages = tokens
            .windows(2)
            .map(|two| progress.see(&page(&[], Some(&two[1])), &asked(Some(&two[0]), None)));
        assert!(
            pages
                .by_ref()
                .take(EMPTY_PAGES_MAX as usize)
                .all(|seen| seen.is_ok())
        );
        assert!(pages.next().unwrap().is_err());
    }
}
