//! Signed URLs of assets, one or a thousand: one indexed read each, no call to any cloud once a bucket is known.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use insitu_cloud::credentials::CredentialError;
use insitu_cloud::presign::{Prepared, SignedUrl};
use insitu_model::address::{Address, ObjectAddress};
use insitu_model::bucket::BucketName;
use insitu_model::id::{AssetId, OrganizationId, ProjectId, StorageId};
use insitu_model::own_file::OwnFile;
use insitu_model::region::Region;
use insitu_store::Tx;
use insitu_store::assets::Signable;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::ReachedStorage;
use super::regions::Wanted;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::Link;

/// So many rows are read faster than another thread is asked for them.
const FEW_ASSETS: usize = 4;
/// The longest that one request waits for clouds, however many storages and buckets its assets lie in. What STS has not
/// answered then is not signed; a bucket that has not said its region is taken to be where its address says.
const LONGEST: Duration = Duration::from_secs(9);
/// Buckets of one request that are asked at the same time where they are.
const BUCKETS_AT_ONCE: usize = 32;

/// A URL that opens an asset.
#[derive(Debug, Clone)]
pub struct AssetUrl {
    pub url: String,
    /// Milliseconds since 1970; never, for a public asset.
    pub expires_at_ms: Option<i64>,
    /// Set where the bucket is in another region than the address says: that region.
    pub corrected_region: Option<String>,
}

/// Why an asset has no URL: what a request for it alone would answer.
#[derive(Debug, Clone)]
pub struct Unsigned {
    pub status: StatusCode,
    pub code: String,
    pub message: String,
    details: Option<Box<Value>>,
}

impl Unsigned {
    fn refused(code: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: code.into(),
            message: format!("{message}."),
            details: None,
        }
    }
}

impl From<ApiError> for Unsigned {
    fn from(error: ApiError) -> Self {
        Self {
            status: error.status,
            code: error.code.into_owned(),
            message: error.message,
            details: error.details,
        }
    }
}

impl From<Unsigned> for ApiError {
    fn from(unsigned: Unsigned) -> Self {
        let mut error = Self::new(unsigned.status, unsigned.code, unsigned.message);
        error.details = unsigned.details;
        error
    }
}

/// URLs of these assets, in their order; `after_refusal` where a bucket refused the ones that were signed before.
pub async fn sign_assets(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    ids: Vec<AssetId>,
    after_refusal: bool,
) -> ApiResult<Vec<(AssetId, Result<AssetUrl, Unsigned>)>> {
    let wanted = ids.clone();
    let read = move |tx: &mut Tx| insitu_store::assets::for_signing(tx, organization, project, &wanted);
    let found = if ids.len() <= FEW_ASSETS {
        hub.db.read_few(read).await?
    } else {
        hub.db.read(read).await?
    };
    let mut signing = Signing {
        after_refusal,
        ..Signing::new(hub, organization)
    };
    let storages = found.iter().flatten().filter_map(|asset| asset.storage);
    signing.reach(storages.collect()).await;
    let mut places = Vec::with_capacity(ids.len());
    for (id, asset) in ids.iter().zip(found) {
        places.push(match asset {
            Some(asset) => signing.place(&asset).await,
            None => Err(ApiError::not_found("asset", id).into()),
        });
    }
    signing.prepare_all().await;
    let urls = places.into_iter().map(|place| signing.url_at(place?));
    Ok(ids.into_iter().zip(urls).collect())
}

/// A URL of one object that is named by its address instead of an asset.
pub async fn sign_object(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    address: &str,
) -> ApiResult<AssetUrl> {
    let mut signing = Signing::new(hub, organization);
    let place = signing.place_in(storage, address).await?;
    signing.prepare_all().await;
    Ok(signing.url_at(place)?)
}

/// URLs of objects that are named by their addresses, in their order; none where there is no address.
pub async fn sign_objects(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    addresses: Vec<Option<String>>,
) -> ApiResult<Vec<Option<AssetUrl>>> {
    let mut signing = Signing::new(hub, organization);
    let mut places = Vec::with_capacity(addresses.len());
    for address in addresses {
        places.push(match address {
            Some(address) => Some(signing.place_in(storage, &address).await?),
            None => None,
        });
    }
    signing.prepare_all().await;
    let sign = |place: Option<Place>| place.map(|place| signing.url_at(place)).transpose();
    Ok(places.into_iter().map(sign).collect::<Result<_, Unsigned>>()?)
}

/// Where an asset is.
enum Place {
    /// Where nobody has to sign; or where somebody has signed.
    Url(AssetUrl),
    /// In a bucket, by its position among those of the request.
    Object(usize, ObjectAddress),
}

/// A bucket of a storage, as addresses name it.
struct BucketOf {
    storage: Arc<ReachedStorage>,
    name: BucketName,
    named_region: Option<Region>,
    /// What its URLs have in common, and the region that they are signed for; nothing until it was asked for.
    signing: Option<Result<(Region, Arc<Prepared>), Unsigned>>,
}

impl BucketOf {
    fn is_of(&self, storage: StorageId, object: &ObjectAddress) -> bool {
        self.storage.id == storage
            && self.name == *object.bucket()
            && self.named_region.as_ref() == object.region()
    }
}

/// What the assets of one request have in common.
struct Signing<'a> {
    hub: &'a Hub,
    organization: OrganizationId,
    storages: HashMap<StorageId, Result<Arc<ReachedStorage>, Unsigned>>,
    buckets: Vec<BucketOf>,
    positions: HashMap<(StorageId, BucketName, Option<Region>), usize>,
    deadline: Instant,
    /// A bucket refused the URLs that were signed before.
    after_refusal: bool,
}

impl<'a> Signing<'a> {
    fn new(hub: &'a Hub, organization: OrganizationId) -> Self {
        Self {
            hub,
            organization,
            storages: HashMap::new(),
            buckets: Vec::new(),
            positions: HashMap::new(),
            deadline: Instant::now() + LONGEST,
            after_refusal: false,
        }
    }

    /// Reaches all these storages at once, so that none waits for another whose STS hangs.
    async fn reach(&mut self, ids: HashSet<StorageId>) {
        let reaching = ids.into_iter().map(|id| {
            let reached = reach(self.hub, self.organization, id, self.deadline, self.after_refusal);
            async move { (id, reached.await) }
        });
        self.storages.extend(join_all(reaching).await);
    }

    async fn place(&mut self, asset: &Signable) -> Result<Place, Unsigned> {
        match asset.storage {
            Some(storage) => self.place_in(storage, &asset.data).await,
            None if let Some(file) = OwnFile::parse_kept(&asset.data) => {
                Ok(Place::Url(own_url(self.hub, &file).await?))
            }
            None => Ok(Place::Url(AssetUrl {
                url: asset.data.clone(),
                expires_at_ms: None,
                corrected_region: None,
            })),
        }
    }

    async fn place_in(&mut self, id: StorageId, address: &str) -> Result<Place, Unsigned> {
        let storage = self.storage(id).await?;
        let parsed = Address::parse_with(address, storage.endpoint.as_ref())
            .map_err(|error| Unsigned::refused(error.code(), error))?;
        let Address::Object(object) = parsed.address else {
            return Err(Unsigned::refused(
                "storage.address_elsewhere",
                format!(
                    "{address} is no object that this storage reaches; its endpoint may have been changed since"
                ),
            ));
        };
        if !storage.covers(&object) {
            return Err(Unsigned::refused(
                "storage.outside_prefixes",
                format!(
                    "{}/{} lies outside of the prefixes that the storage may reach",
                    object.bucket(),
                    object.key()
                ),
            ));
        }
        Ok(Place::Object(self.position_of(storage, &object), object))
    }

    async fn storage(&mut self, id: StorageId) -> Result<Arc<ReachedStorage>, Unsigned> {
        if let Some(known) = self.storages.get(&id) {
            return known.clone();
        }
        let storage = reach(self.hub, self.organization, id, self.deadline, false).await;
        self.storages.insert(id, storage.clone());
        storage
    }

    fn position_of(&mut self, storage: Arc<ReachedStorage>, object: &ObjectAddress) -> usize {
        // Mostly the bucket is that of the asset before.
        let last = self.buckets.last().filter(|last| last.is_of(storage.id, object));
        if last.is_some() {
            return self.buckets.len() - 1;
        }
        let (name, named_region) = (object.bucket().clone(), object.region().cloned());
        let next = self.buckets.len();
        let slot = (storage.id, name.clone(), named_region.clone());
        let position = *self.positions.entry(slot).or_insert(next);
        if position == next {
            self.buckets.push(BucketOf {
                storage,
                name,
                named_region,
                signing: None,
            });
        }
        position
    }

    /// Asks where all these buckets are, many at once, so that none waits for another.
    async fn prepare_all(&mut self) {
        let (hub, deadline, after_refusal) = (self.hub, self.deadline, self.after_refusal);
        // Mostly it is one, and known.
        if let [only] = self.buckets.as_mut_slice() {
            only.signing = Some(prepare(hub, only, deadline, after_refusal).await);
            return;
        }
        let buckets = self.buckets.iter_mut();
        let preparing: Vec<_> = buckets
            .map(|bucket| async move {
                bucket.signing = Some(prepare(hub, bucket, deadline, after_refusal).await);
            })
            .collect();
        stream::iter(preparing)
            .buffer_unordered(BUCKETS_AT_ONCE)
            .collect::<()>()
            .await;
    }

    fn url_at(&self, place: Place) -> Result<AssetUrl, Unsigned> {
        let (bucket, object) = match place {
            Place::Url(url) => return Ok(url),
            Place::Object(position, object) => (self.buckets.get(position), object),
        };
        let signing = bucket.and_then(|bucket| bucket.signing.as_ref());
        let (region, prepared) = match signing {
            Some(signing) => signing.as_ref().map_err(Clone::clone)?,
            None => return Err(ApiError::internal("a bucket that nothing was prepared for").into()),
        };
        let SignedUrl { url, expires_at_ms } =
            prepared.sign(object.bucket().as_str(), object.key(), object.version());
        let corrected_region = object
            .region()
            .filter(|named| *named != region)
            .map(|_| region.as_str().to_owned());
        Ok(AssetUrl {
            url,
            expires_at_ms: Some(expires_at_ms),
            corrected_region,
        })
    }
}

/// A link to a file of the hub's own storage.
async fn own_url(hub: &Hub, file: &OwnFile) -> ApiResult<AssetUrl> {
    let link = Link::to_open(hub, file, hub.config.signed_url_ttl).await?;
    Ok(AssetUrl {
        url: link.url,
        expires_at_ms: Some(link.expires_at_ms),
        corrected_region: None,
    })
}

/// The storage, once it has credentials that hold.
async fn reach(
    hub: &Hub,
    organization: OrganizationId,
    id: StorageId,
    deadline: Instant,
    after_refusal: bool,
) -> Result<Arc<ReachedStorage>, Unsigned> {
    let reaching = async {
        let storage = ReachedStorage::get(hub, organization, id).await?;
        if after_refusal {
            storage.doubt(hub);
        }
        storage.signer(hub).await?;
        Ok(storage)
    };
    match timeout_at(deadline, reaching).await {
        Ok(reached) => reached.map_err(|error: ApiError| error.into()),
        Err(_) => Err(unanswered().into()),
    }
}

fn unanswered() -> ApiError {
    let error = CredentialError::Unanswered {
        seconds: LONGEST.as_secs(),
    };
    ApiError::new(StatusCode::BAD_GATEWAY, error.code(), format!("{error}."))
}

async fn prepare(
    hub: &Hub,
    bucket: &BucketOf,
    deadline: Instant,
    after_refusal: bool,
) -> Result<(Region, Arc<Prepared>), Unsigned> {
    let storage = &bucket.storage;
    let signer = timeout_at(deadline, storage.signer(hub)).await;
    let signer = signer.unwrap_or_else(|_| Err(unanswered()))?;
    let wanted = Wanted {
        bucket: &bucket.name,
        named: bucket.named_region.as_ref(),
        is_doubted: after_refusal,
    };
    let left = deadline.saturating_duration_since(Instant::now());
    let region = hub.cloud.regions.region_within(left, hub, storage, wanted).await;
    let prepared = signer
        .prepare(
            &region,
            storage.endpoint.as_ref(),
            hub.config.signed_url_ttl,
            hub.clock.now_ms(),
        )
        .map_err(|error| Unsigned::refused(error.code(), error))?;
    Ok((region, prepared))
}
