//! Which region each bucket is really in, learned from S3 itself, whatever an address says.
//!
//! A bucket is asked about once an hour (HeadBucket), the first time that something in it is signed; S3 names the
//! region even when it refuses. It is asked about again once somebody says that the bucket refused what was signed for
//! it, and whoever is told by the way that it is elsewhere says so here: a bucket that was moved is signed for where it
//! is. Where that cannot be learned, the region that the address or the storage names is used. A
//! server that hangs is waited for once, and not once for each of its buckets or for each storage on it. Buckets that
//! turned out to be elsewhere than their storage says are remembered as long as the hub runs, because pages have to reach
//! them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use insitu_cloud::{CallError, RefusalKind, s3};
use insitu_model::ambient::{Clock, age_ms};
use insitu_model::bucket::BucketName;
use insitu_model::id::StorageId;
use insitu_model::region::Region;

use super::{ReachedStorage, note_seen};
use crate::hub::Hub;

/// How long a learned region is believed, in milliseconds.
const KEPT_MS: i64 = 60 * 60 * 1000;
/// How long a failure to learn is believed, in milliseconds.
const FAILURE_KEPT_MS: i64 = 60 * 1000;
/// How long a learned region is believed against the word of whoever was refused.
const BEYOND_DOUBT_MS: i64 = 60 * 1000;
/// How long somebody who wants a URL waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Above this many buckets, all are forgotten and learned again.
const BUCKETS_MAX: usize = 50_000;
/// Buckets of one storage that are remembered to be in other regions.
const ELSEWHERE_MAX: usize = 1000;

pub(super) struct LearnedRegions {
    s3: s3::Client,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<(StorageId, String), Learned>>,
    /// Of storages at AWS, the buckets that were signed for in other regions than the storage names.
    elsewhere: Mutex<HashMap<StorageId, BTreeSet<(Region, BucketName)>>>,
    /// Servers that did not answer, and until when none is asked.
    silent: Mutex<HashMap<Server, i64>>,
}

/// Who answers for buckets: an endpoint, whichever storages name it, or AWS; and the region that it is asked in.
type Server = (Option<String>, Region);

#[derive(Clone)]
struct Learned {
    at_ms: i64,
    until_ms: i64,
    region: Option<Region>,
}

/// A bucket whose region is wanted.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub bucket: &'a BucketName,
    /// The region that the object's address names.
    pub named: Option<&'a Region>,
    /// The bucket refused what was signed for it.
    pub is_doubted: bool,
}

impl LearnedRegions {
    pub fn new(s3: s3::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            s3,
            clock,
            kept: Mutex::default(),
            elsewhere: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    pub fn forget(&self, storage: StorageId) {
        self.lock().retain(|(owner, _), _| *owner != storage);
        self.elsewhere_map().remove(&storage);
    }

    /// The buckets of a storage at AWS that were signed for in other regions than its own.
    pub fn elsewhere(&self, storage: StorageId) -> Vec<(Region, BucketName)> {
        let known = self.elsewhere_map();
        known.get(&storage).into_iter().flatten().cloned().collect()
    }

    fn elsewhere_map(&self) -> MutexGuard<'_, HashMap<StorageId, BTreeSet<(Region, BucketName)>>> {
        self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_elsewhere(&self, storage: &ReachedStorage, bucket: &BucketName, region: &Region) {
        if storage.endpoint.is_some() || storage.region == *region {
            return;
        }
        let mut known = self.elsewhere_map();
        let buckets = known.entry(storage.id).or_default();
        if buckets.len() < ELSEWHERE_MAX {
            buckets.insert((region.clone(), bucket.clone()));
        }
    }

    fn silent(&self) -> MutexGuard<'_, HashMap<Server, i64>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(StorageId, String), Learned>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The region to sign for. `named` is what the object's address says.
    pub async fn region_of(
        &self,
        hub: &Hub,
        storage: &ReachedStorage,
        bucket: &BucketName,
        named: Option<&Region>,
    ) -> Region {
        let wanted = Wanted {
            bucket,
            named,
            is_doubted: false,
        };
        self.region_within(PATIENCE, hub, storage, wanted).await
    }

    /// The same for whoever has only so much time left.
    pub async fn region_within(
        &self,
        left: Duration,
        hub: &Hub,
        storage: &ReachedStorage,
        wanted: Wanted<'_>,
    ) -> Region {
        let region = self.find(left, hub, storage, wanted).await;
        self.note_elsewhere(storage, wanted.bucket, &region);
        region
    }

    async fn find(&self, left: Duration, hub: &Hub, storage: &ReachedStorage, wanted: Wanted<'_>) -> Region {
        let (bucket, named) = (wanted.bucket, wanted.named);
        let assumed = named.cloned().unwrap_or_else(|| assumed_region(storage));
        let slot = (storage.id, bucket.as_str().to_owned());
        let now = self.clock.now_ms();
        let known = self
            .lock()
            .get(&slot)
            .filter(|known| now < known.until_ms)
            .cloned();
        let is_beyond_doubt =
            |known: &Learned| !wanted.is_doubted || age_ms(now, known.at_ms) < BEYOND_DOUBT_MS;
        // What is doubted is better than nothing where nobody says more.
        let doubted = match known {
            Some(known) if is_beyond_doubt(&known) => return known.region.unwrap_or(assumed),
            Some(known) => known.region,
            None => None,
        };
        let endpoint = storage.endpoint.as_ref();
        let server = (endpoint.map(ToString::to_string), assumed.clone());
        let is_silent = self.silent().get(&server).is_some_and(|until_ms| now < *until_ms);
        if is_silent || left.is_zero() {
            return doubted.unwrap_or(assumed);
        }
        let learned = self.learn(hub, storage, bucket, assumed.clone(), left.min(PATIENCE));
        let Ok(learned) = learned.await else {
            // Whoever had little time left found out nothing about the server.
            if left >= PATIENCE {
                self.note_silent(server, now);
            }
            return doubted.unwrap_or(assumed);
        };
        let learned = learned.or(doubted);
        self.keep(slot, now, learned.clone());
        learned.unwrap_or(assumed)
    }

    fn keep(&self, slot: (StorageId, String), now: i64, region: Option<Region>) {
        let kept_ms = if region.is_some() {
            KEPT_MS
        } else {
            FAILURE_KEPT_MS
        };
        let mut kept = self.lock();
        if kept.len() >= BUCKETS_MAX {
            kept.clear();
        }
        let learned = Learned {
            at_ms: now,
            until_ms: now + kept_ms,
            region,
        };
        kept.insert(slot, learned);
    }

    fn note_silent(&self, server: Server, now: i64) {
        let mut silent = self.silent();
        silent.retain(|_, until_ms| now < *until_ms);
        silent.insert(server, now + FAILURE_KEPT_MS);
    }

    /// Keeps what a bucket's server said by the way.
    pub fn note(&self, storage: StorageId, bucket: &BucketName, region: Region) {
        let slot = (storage, bucket.as_str().to_owned());
        self.keep(slot, self.clock.now_ms(), Some(region));
    }

    /// Learns from a refusal of what was signed for this region: where the bucket is instead. One that does not say where
    /// it is will be asked.
    pub fn learn_from(
        &self,
        error: &CallError,
        storage: &ReachedStorage,
        bucket: &BucketName,
        signed_for: &Region,
    ) -> Option<Region> {
        let told = error
            .other_region(signed_for.as_str())
            .and_then(|name| Region::parse(name, storage.endpoint.is_some()).ok());
        if let Some(region) = &told {
            self.note(storage.id, bucket, region.clone());
        } else if error.kind() == Some(RefusalKind::WrongRegion) {
            self.lock().remove(&(storage.id, bucket.as_str().to_owned()));
        }
        told
    }

    async fn learn(
        &self,
        hub: &Hub,
        storage: &ReachedStorage,
        bucket: &BucketName,
        assumed: Region,
        patience: Duration,
    ) -> Result<Option<Region>, Silence> {
        let Ok(signer) = storage.signer(hub).await else {
            return Ok(None);
        };
        let access = s3::Access {
            region: assumed,
            endpoint: storage.endpoint.clone(),
            credentials: signer.credentials().clone(),
        };
        let answer = tokio::time::timeout(patience, self.s3.learn_region(&access, bucket)).await;
        let is_there = answer.as_ref().ok().and_then(is_there);
        if let Some(is_there) = is_there {
            note_seen(hub, (storage.organization, storage.id), bucket, is_there).await;
        }
        match answer {
            Ok(Ok(Some(name))) => Ok(Region::parse(&name, storage.endpoint.is_some()).ok()),
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => {
                tracing::warn!(%error, %bucket, "the region of a bucket could not be learned");
                Ok(None)
            }
            Err(_) => {
                tracing::warn!(%bucket, "the bucket's server did not say its region in time");
                Err(Silence)
            }
        }
    }
}

/// Whether the bucket is there, as far as that is in its answer: whoever may not look at one is not told, but by AWS, which
/// names the region of what is there.
fn is_there(answer: &Result<Option<String>, CallError>) -> Option<bool> {
    match answer {
        Ok(_) => Some(true),
        Err(error) => match error.kind() {
            Some(RefusalKind::NotFound | RefusalKind::NoSuchBucket) => Some(false),
            _ => None,
        },
    }
}

/// The server does not answer.
struct Silence;

/// Where a bucket is assumed to be when nobody says: at an endpoint, where the storage says; at AWS, in us-east-1.
fn assumed_region(storage: &ReachedStorage) -> Region {
    match storage.endpoint {
        Some(_) => storage.region.clone(),
        None => Region::US_EAST_1,
    }
}
