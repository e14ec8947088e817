//! Signed URLs of assets, one or a thousand: one indexed read each, no call to any cloud once a bucket is known.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use insitu_cloud::credentials::CredentialError;
use insitu_cloud::presign::{Prepared, SignedUrl};
use insitu_model::address::{Address, ObjectAddress};
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
    let mut urls = Vec::with_capacity(ids.len());
    for (id, signable) in ids.into_iter().zip(found) {
        let url = match signable {
            Some(signable) => signing.sign(&signable).await,
            None => Err(ApiError::not_found("asset", id).into()),
        };
        urls.push((id, url));
    }
    Ok(urls)
}

/// A URL of one object that is named by its address instead of an asset.
pub async fn sign_object(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    address: &str,
) -> ApiResult<AssetUrl> {
    let mut signing = Signing::new(hub, organization);
    Ok(signing.sign_in(storage, address).await?)
}

/// URLs of objects that are named by their addresses, in their order; none where there is no address.
pub async fn sign_objects(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    addresses: Vec<Option<String>>,
) -> ApiResult<Vec<Option<AssetUrl>>> {
    let mut signing = Signing::new(hub, organization);
    let mut urls = Vec::with_capacity(addresses.len());
    for address in addresses {
        urls.push(match address {
            Some(address) => Some(signing.sign_in(storage, &address).await?),
            None => None,
        });
    }
    Ok(urls)
}

/// What the URLs of one bucket have in common, and the region that they are signed for.
type BucketSigning = (Region, Arc<Prepared>);

/// What the assets of one request have in common.
struct Signing<'a> {
    hub: &'a Hub,
    organization: OrganizationId,
    storages: HashMap<StorageId, Result<Arc<ReachedStorage>, Unsigned>>,
    prepared: HashMap<(StorageId, String, Option<Region>), Result<BucketSigning, Unsigned>>,
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
            prepared: HashMap::new(),
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

    async fn sign(&mut self, asset: &Signable) -> Result<AssetUrl, Unsigned> {
        match asset.storage {
            Some(storage) => self.sign_in(storage, &asset.data).await,
            None if let Some(file) = OwnFile::parse_kept(&asset.data) => Ok(own_url(self.hub, &file).await?),
            None => Ok(AssetUrl {
                url: asset.data.clone(),
                expires_at_ms: None,
                corrected_region: None,
            }),
        }
    }

    async fn sign_in(&mut self, id: StorageId, address: &str) -> Result<AssetUrl, Unsigned> {
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
        let (region, prepared) = self.prepare(&storage, &object).await?;
        let SignedUrl { url, expires_at_ms } =
            prepared.sign(object.bucket().as_str(), object.key(), object.version());
        let corrected_region = object
            .region()
            .filter(|named| **named != region)
            .map(|_| region.as_str().to_owned());
        Ok(AssetUrl {
            url,
            expires_at_ms: Some(expires_at_ms),
            corrected_region,
        })
    }

    async fn storage(&mut self, id: StorageId) -> Result<Arc<ReachedStorage>, Unsigned> {
        if let Some(known) = self.storages.get(&id) {
            return known.clone();
        }
        let storage = reach(self.hub, self.organization, id, self.deadline, false).await;
        self.storages.insert(id, storage.clone());
        storage
    }

    async fn prepare(
        &mut self,
        storage: &ReachedStorage,
        object: &ObjectAddress,
    ) -> Result<BucketSigning, Unsigned> {
        let slot = (
            storage.id,
            object.bucket().as_str().to_owned(),
            object.region().cloned(),
        );
        if let Some(known) = self.prepared.get(&slot) {
            return known.clone();
        }
        let prepared = prepare(self.hub, storage, object, self.deadline, self.after_refusal).await;
        self.prepared.insert(slot, prepared.clone());
        prepared
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
    storage: &ReachedStorage,
    object: &ObjectAddress,
    deadline: Instant,
    after_refusal: bool,
) -> Result<BucketSigning, Unsigned> {
    let signer = timeout_at(deadline, storage.signer(hub)).await;
    let signer = signer.unwrap_or_else(|_| Err(unanswered()))?;
    let wanted = Wanted {
        bucket: object.bucket(),
        named: object.region(),
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
