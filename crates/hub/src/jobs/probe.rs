//! Header probes: the size of assets that came without one, read once from the first bytes of their files, however many
//! assets name the same file.
//!
//! A worker takes a range of assets of one storage for a few chunks and gives it back to the end of the line, so that
//! a long list does not keep the short ones waiting. Where a storage is down or says that it is asked too much, the
//! range rests, longer with every try in vain. An asset that cannot be read is given up with its reason; one whose answer
//! breaks off is asked for once more, behind the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use insitu_cloud::s3::RANGE_BYTES_MAX;
use insitu_store::assets::Unmeasured;
use insitu_store::assets::probes::{self, Chunk, Found, Known, Learned, Range, Report, Trouble};
use insitu_store::{Error, Tx};
use tokio::sync::watch;

use super::probe_report::{found_in, give_up, kept, note};
use super::runner::{Kind, LEASE_MS, RENEW_EVERY, Work};
use super::{Jobs, Lane};
use crate::cloud_access::{Blame, Unread, read_header};
use crate::hub::Hub;
use crate::panics::caught;

/// Assets of one storage that are read at the same time.
const PARALLEL_PER_STORAGE: usize = 8;
/// Assets between two writings.
const ASSETS_PER_CHUNK: u32 = 64;
/// Chunks of a range before another range has its turn.
const CHUNKS_PER_TURN: u32 = 16;
/// Answers of a chunk that may break off or not come, while none comes whole, before the storage rests.
const DOUBTFUL_MAX: usize = 2 * PARALLEL_PER_STORAGE;
/// Tries of assets whose server fails, before they are given up.
const ATTEMPTS_MAX: u32 = 10;
/// The first rest after a try in vain; it doubles with each.
const FIRST_REST_MS: i64 = 2_000;
/// The longest rest.
const REST_MAX_MS: i64 = 5 * 60 * 1000;

/// Counts how often an organization was told to allow or forbid probes, so that work under way looks again.
#[derive(Debug, Default)]
pub struct Switch(AtomicU64);

impl Switch {
    /// Says that some organization changed its mind.
    pub fn changed(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn state(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Kind for Range {
    const NAME: &'static str = "range of header probes";
    const WORKERS: usize = 4;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.probes
    }

    fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Self>, Error> {
        probes::claim(tx, owner, now, lease_until)
    }

    async fn work(work: Work<Self>) {
        let mut prober = Prober {
            hub: work.hub,
            owner: work.owner,
            range: work.job,
            stopping: work.stopping,
        };
        match prober.take_turn().await {
            Ok(()) => {}
            Err(Error::Conflict { .. }) => {
                tracing::warn!("another worker has taken over these header probes")
            }
            Err(error) => tracing::error!(%error, "header probes have to wait for the database"),
        }
    }

    async fn give_up(work: Work<Self>) {
        let until = work.hub.clock.now_ms() + REST_MAX_MS;
        let put_off = work
            .hub
            .db
            .claim(move |tx| probes::renew(tx, &work.job, &work.owner, until))
            .await;
        if let Err(error) = put_off {
            tracing::warn!(%error, "header probes could not be put off; their lease runs out by itself");
        }
    }
}

struct Prober {
    hub: Arc<Hub>,
    owner: String,
    range: Range,
    stopping: watch::Receiver<bool>,
}

/// How a chunk goes.
#[derive(Default)]
struct Turn {
    /// What was allowed when it began.
    switch: u64,
    /// The storage is down or busy.
    in_vain: AtomicBool,
    /// Some object was read.
    has_read: AtomicBool,
    /// Answers that broke off or did not come.
    doubtful: AtomicUsize,
}

impl Turn {
    fn is_in_vain(&self) -> bool {
        let reads_nothing = !self.has_read.load(Ordering::Relaxed);
        self.in_vain.load(Ordering::Relaxed)
            || reads_nothing && self.doubtful.load(Ordering::Relaxed) >= DOUBTFUL_MAX
    }
}

/// An object, and the assets of a chunk that name it.
struct Object<'a> {
    known: Option<&'a Known>,
    assets: Vec<&'a Unmeasured>,
}

/// What became of one object.
enum Outcome {
    /// It was known already.
    Known(Found),
    Read(Learned),
    Failed(Unread),
    /// Its answer broke off, or did not come.
    Doubtful(Unread),
    /// To be tried again; for the reason given, or because the work stopped.
    Left(Option<Unread>),
}

impl Prober {
    /// Looks at some chunks, then gives the range back.
    async fn take_turn(&mut self) -> Result<(), Error> {
        for left in (0..CHUNKS_PER_TURN).rev() {
            let switch = self.hub.jobs.probe_switch.state();
            let range = self.range.clone();
            let chunk = self
                .hub
                .db
                .read(move |tx| probes::chunk(tx, &range, ASSETS_PER_CHUNK))
                .await?;
            let Some(chunk) = chunk else {
                return self.renew(0).await;
            };
            let report = self.look(&chunk, switch).await?;
            let goes_on = left > 0 && report.left.is_empty();
            match self.settle(chunk, report, goes_on).await? {
                Some(range) if goes_on => self.range = range,
                _ => break,
            }
        }
        Ok(())
    }

    /// Looks at the objects of a chunk, and keeps the range meanwhile.
    async fn look(&self, chunk: &Chunk, switch: u64) -> Result<Report, Error> {
        let turn = Turn {
            switch,
            ..Turn::default()
        };
        let looking = self.look_twice(objects(chunk), &turn);
        let mut looking = std::pin::pin!(looking);
        loop {
            tokio::select! {
                outcomes = &mut looking => return Ok(self.report(outcomes)),
                () = tokio::time::sleep(RENEW_EVERY) => {
                    self.renew(self.hub.clock.now_ms() + LEASE_MS).await?;
                }
            }
        }
    }

    /// Looks at all objects, and once more, behind the others, at those whose answers broke off or did not come: where
    /// others were read, that is not the storage's trouble.
    async fn look_twice<'a>(&self, objects: Vec<Object<'a>>, turn: &Turn) -> Vec<(Object<'a>, Outcome)> {
        let outcomes = self.look_at_all(objects, turn).await;
        let is_doubtful = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Doubtful(_));
        let (doubtful, mut outcomes): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(is_doubtful);
        if !turn.has_read.load(Ordering::Relaxed) {
            outcomes.extend(
                doubtful
                    .into_iter()
                    .map(|(object, outcome)| (object, self.judge(outcome))),
            );
            return outcomes;
        }
        let again = doubtful.into_iter().map(|(object, _)| object).collect();
        let again = self.look_at_all(again, turn).await.into_iter();
        outcomes.extend(again.map(|(object, outcome)| match outcome {
            Outcome::Doubtful(unread) => (object, Outcome::Failed(unread)),
            outcome => (object, outcome),
        }));
        outcomes
    }

    /// Where nothing was read that could be compared with: a second answer that breaks off is the last, and a server that
    /// says nothing is left alone for a while.
    fn judge(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Doubtful(unread) if unread.blame == Blame::Answer && self.range.attempts > 0 => {
                Outcome::Failed(unread)
            }
            Outcome::Doubtful(unread) => Outcome::Left(Some(unread)),
            outcome => outcome,
        }
    }

    async fn look_at_all<'a>(&self, objects: Vec<Object<'a>>, turn: &Turn) -> Vec<(Object<'a>, Outcome)> {
        let looks: Vec<_> = objects
            .into_iter()
            .map(|object| async {
                let outcome = self.look_at(&object, turn).await;
                (object, outcome)
            })
            .collect();
        stream::iter(looks)
            .buffer_unordered(PARALLEL_PER_STORAGE)
            .collect()
            .await
    }

    async fn look_at(&self, object: &Object<'_>, turn: &Turn) -> Outcome {
        let is_over = *self.stopping.borrow() || self.hub.jobs.probe_switch.state() != turn.switch;
        if is_over || turn.is_in_vain() {
            return Outcome::Left(None);
        }
        if let Some(known) = object.known.filter(|known| known.holds()) {
            return Outcome::Known(known.found.clone());
        }
        // A file that the reading itself stumbles over costs its own size, and no other's.
        let read = caught(self.read(object)).await.unwrap_or_else(|cause| {
            self.hub.jobs.note_panic("a header probe", &cause);
            Err(Unread::asset(
                "probe.internal",
                "the hub could not read its header because of a fault of its own; the operator finds the cause in the hub's log",
            ))
        });
        match read {
            Ok(learned) => {
                turn.has_read.store(true, Ordering::Relaxed);
                Outcome::Read(learned)
            }
            Err(unread) => match unread.blame {
                Blame::Asset => Outcome::Failed(unread),
                Blame::Answer | Blame::Silence => {
                    turn.doubtful.fetch_add(1, Ordering::Relaxed);
                    Outcome::Doubtful(unread)
                }
                Blame::Storage | Blame::Moment => {
                    turn.in_vain.store(true, Ordering::Relaxed);
                    Outcome::Left(Some(unread))
                }
            },
        }
    }

    /// Reads an object, unless it is still what it was when it was read before.
    async fn read(&self, object: &Object<'_>) -> Result<Learned, Unread> {
        let (organization, storage) = (self.range.organization, self.range.storage);
        let Some(asset) = object.assets.first() else {
            return Err(Unread::asset("probe.no_asset", "no asset names it"));
        };
        let seen = object.known.and_then(|known| known.etag.as_deref());
        let header = read_header(
            &self.hub,
            organization,
            storage,
            &asset.data,
            RANGE_BYTES_MAX,
            seen,
        );
        let (found, etag) = match (header.await?, object.known) {
            (Some(header), _) => (found_in(&header.seen)?, header.etag),
            (None, Some(known)) => (known.found.clone(), known.etag.clone()),
            (None, None) => {
                return Err(Unread::asset(
                    "cloud.not_understood",
                    "it is unchanged, but was never read",
                ));
            }
        };
        Ok(Learned {
            object: asset.object,
            found,
            etag,
        })
    }

    fn report(&self, outcomes: Vec<(Object<'_>, Outcome)>) -> Report {
        let now = self.hub.clock.now_ms();
        let is_last_try = self.range.attempts + 1 >= ATTEMPTS_MAX;
        let mut report = Report::default();
        for (Object { assets, .. }, outcome) in outcomes {
            match outcome {
                Outcome::Known(found) => note(&mut report, &assets, &found),
                Outcome::Read(learned) => {
                    note(&mut report, &assets, &learned.found);
                    report.learned.push(learned);
                }
                // A doubt that nobody resolved is none any more.
                Outcome::Failed(unread) | Outcome::Doubtful(unread) => {
                    give_up(&mut report, &assets, &unread.code, &kept(&unread.message))
                }
                Outcome::Left(Some(unread)) if is_last_try && unread.blame == Blame::Moment => {
                    give_up(&mut report, &assets, &unread.code, &kept(&unread.message));
                }
                Outcome::Left(unread) => {
                    report.left.extend(assets.into_iter().cloned());
                    if let (Some(unread), None) = (unread, &report.trouble) {
                        report.trouble = Some(Trouble {
                            message: kept(&unread.message),
                            code: unread.code,
                            due_at: now + rest_ms(self.range.attempts),
                        });
                    }
                }
            }
        }
        report
    }

    async fn settle(&self, chunk: Chunk, report: Report, goes_on: bool) -> Result<Option<Range>, Error> {
        if let Some(trouble) = &report.trouble {
            tracing::warn!(
                code = trouble.code,
                message = trouble.message,
                "header probes of a storage rest"
            );
        }
        let (owner, range) = (self.owner.clone(), self.range.clone());
        let now = self.hub.clock.now_ms();
        let lease_until = if goes_on { now + LEASE_MS } else { 0 };
        self.hub
            .db
            .claim(move |tx| probes::settle(tx, &range, &owner, (&chunk, &report), now, lease_until))
            .await
    }

    async fn renew(&self, lease_until: i64) -> Result<(), Error> {
        let (owner, range) = (self.owner.clone(), self.range.clone());
        self.hub
            .db
            .claim(move |tx| probes::renew(tx, &range, &owner, lease_until))
            .await
    }
}

/// The objects of a chunk in the order in which they are first named.
fn objects(chunk: &Chunk) -> Vec<Object<'_>> {
    let mut places = HashMap::new();
    let mut objects: Vec<Object<'_>> = Vec::new();
    for asset in &chunk.assets {
        let place = *places.entry(asset.object).or_insert(objects.len());
        match objects.get_mut(place) {
            Some(object) => object.assets.push(asset),
            None => objects.push(Object {
                known: chunk.known.get(&asset.object),
                assets: vec![asset],
            }),
        }
    }
    objects
}

/// How long a range rests after so many tries in vain before this one.
fn rest_ms(attempts: u32) -> i64 {
    (FIRST_REST_MS << attempts.min(16)).min(REST_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_five_minutes() {
        assert_eq!([0, 1, 2].map(rest_ms), [2_000, 4_000, 8_000]);
        assert_eq!([20, u32::MAX].map(rest_ms), [REST_MAX_MS; 2]);
    }
}
