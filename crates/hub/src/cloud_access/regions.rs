//! Which region each bucket is really in, learned from S3 itself, whatever an address says.
//!
//! A bucket is asked about once an hour (HeadBucket), the first time that something in it is signed; S3 names the
//! region even when it refuses. Where it cannot be learned, the region that the address or the storage names is used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use insitu_cloud::s3;
use insitu_model::ambient::Clock;
use insitu_model::bucket::BucketName;
use insitu_model::id::StorageId;
use insitu_model::region::Region;

use super::ReachedStorage;
use crate::hub::Hub;

/// How long a learned region is believed, in milliseconds.
const KEPT_MS: i64 = 60 * 60 * 1000;
/// How long a failure to learn is believed, in milliseconds.
const FAILURE_KEPT_MS: i64 = 60 * 1000;
/// How long somebody who wants a URL waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Above this many buckets, all are forgotten and learned again.
const BUCKETS_MAX: usize = 50_000;

pub(super) struct LearnedRegions {
    s3: s3::Client,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<(StorageId, String), Learned>>,
}

#[derive(Clone)]
struct Learned {
    until_ms: i64,
    region: Option<Region>,
}

impl LearnedRegions {
    pub fn new(s3: s3::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            s3,
            clock,
            kept: Mutex::default(),
        }
    }

    pub fn forget(&self, storage: StorageId) {
        self.lock().retain(|(owner, _), _| *owner != storage);
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
        let assumed = || named.cloned().unwrap_or_else(|| assumed_region(storage));
        let slot = (storage.id, bucket.as_str().to_owned());
        let now = self.clock.now_ms();
        if let Some(known) = self.lock().get(&slot).filter(|known| now < known.until_ms) {
            return known.region.clone().unwrap_or_else(assumed);
        }
        let learned = self.learn(hub, storage, bucket, assumed()).await;
        let kept_ms = if learned.is_some() {
            KEPT_MS
        } else {
            FAILURE_KEPT_MS
        };
        let mut kept = self.lock();
        if kept.len() >= BUCKETS_MAX {
            kept.clear();
        }
        kept.insert(
            slot,
            Learned {
                until_ms: now + kept_ms,
                region: learned.clone(),
            },
        );
        learned.unwrap_or_else(assumed)
    }

    /// Keeps what a bucket's server said by the way.
    pub fn note(&self, storage: StorageId, bucket: &BucketName, region: Region) {
        let learned = Learned {
            until_ms: self.clock.now_ms() + KEPT_MS,
            region: Some(region),
        };
        let slot = (storage, bucket.as_str().to_owned());
        self.lock().insert(slot, learned);
    }

    async fn learn(
        &self,
        hub: &Hub,
        storage: &ReachedStorage,
        bucket: &BucketName,
        assumed: Region,
    ) -> Option<Region> {
        let credentials = storage.signer(hub).await.ok()?.credentials().clone();
        let access = s3::Access {
            region: assumed,
            endpoint: storage.endpoint.clone(),
            credentials,
        };
        let answer = tokio::time::timeout(PATIENCE, self.s3.learn_region(&access, bucket)).await;
        match answer {
            Ok(Ok(Some(name))) => Region::parse(&name, storage.endpoint.is_some()).ok(),
            Ok(Ok(None)) => None,
            Ok(Err(error)) => {
                tracing::warn!(%error, %bucket, "the region of a bucket could not be learned");
                None
            }
            Err(_) => {
                tracing::warn!(%bucket, "the bucket's server did not say its region in time");
                None
            }
        }
    }
}

/// Where a bucket is assumed to be when nobody says: at an endpoint, where the storage says; at AWS, in us-east-1.
fn assumed_region(storage: &ReachedStorage) -> Region {
    match storage.endpoint {
        Some(_) => storage.region.clone(),
        None => Region::US_EAST_1,
    }
}
