//! How the hub reaches customers' buckets: each storage with its credentials, its boundary, and the regions learned.

mod buckets;
mod doubt;
mod examine;
mod folder;
mod header;
mod list;
pub mod proof;
mod reached;
mod regions;
mod seen;
mod sign;
mod upload;
mod withheld;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use insitu_cloud::connect::{
    AllowedEndpoint, AllowedEndpoints, DnsServer, Lookup, Outbound, Patience, Reach, SystemLookup,
};
use insitu_cloud::credentials::{CredentialCache, CredentialError};
use insitu_cloud::doctor::Diagnosis;
use insitu_cloud::identity::{Delegate, Identity, IdentitySettings, Principal};
use insitu_cloud::{s3, sts};
use insitu_model::address::ObjectAddress;
use insitu_model::ambient::{Clock, Random};
use insitu_model::arn::PrincipalArn;
use insitu_model::bucket::BucketName;
use insitu_model::endpoint::Endpoint;
use insitu_model::id::StorageId;
use insitu_model::region::Region;
use secrecy::ExposeSecret;
use tokio::time::Instant;

pub use self::buckets::buckets_of;
use self::examine::Instruments;
pub use self::examine::{Examining, Unsaved, WayIn, Wish, decode, patient_of, patient_of_unsaved};
pub use self::folder::{Extensions, FolderPage, as_folder, is_marker};
use self::header::Clients;
pub use self::header::{Blame, Unread, read_as_page, read_header, read_own_file};
pub use self::list::{Bucket, Unlisted};
pub use self::reached::ReachedStorage;
use self::reached::ReachedStorages;
use self::regions::LearnedRegions;
pub use self::seen::note_all_there;
use self::seen::note_seen;
pub use self::sign::{AssetUrl, Unsigned, sign_assets, sign_object, sign_objects};
pub use self::upload::{NotUploaded, check_uploaded, upload_url};
pub use self::withheld::Withheld;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::hub::Hub;

/// How long somebody waits to learn who the hub is; it is asked once per key.
const IDENTITY_PATIENCE: Duration = Duration::from_secs(5);

/// Everything that talks to clouds, made once.
pub struct CloudAccess {
    allowed: AllowedEndpoints,
    credentials: CredentialCache,
    /// Sessions that put what somebody asked to upload, apart from those that read.
    upload_credentials: CredentialCache,
    identity: Identity,
    sts: sts::Client,
    s3: s3::Client,
    storages: ReachedStorages,
    regions: LearnedRegions,
    headers: Clients,
    instruments: Instruments,
    /// The region whose STS is asked who the hub is.
    own_region: Region,
}

impl std::fmt::Debug for CloudAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CloudAccess")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

impl CloudAccess {
    /// Reads the settings; nothing is asked of any cloud yet.
    pub fn new(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Outcome<Self> {
        let allowed = config
            .allow_endpoints
            .iter()
            .filter(|entry| !entry.trim().is_empty())
            .map(|entry| entry.trim().parse::<AllowedEndpoint>())
            .collect::<Result<AllowedEndpoints, _>>()
            .map_err(Failure::new)?;
        let sts_endpoint = match &config.sts_endpoint {
            Some(text) => Some(
                text.trim_end_matches('/')
                    .parse::<Endpoint>()
                    .map_err(Failure::new)?,
            ),
            None => None,
        };
        let own_region = Region::parse(&config.aws_region, sts_endpoint.is_some()).map_err(Failure::new)?;
        let names = names(config, &random);
        let open =
            |reach, patience| Outbound::with_lookup(reach, patience, names.clone()).map_err(Failure::new);
        let for_storages = open(Reach::Storages(allowed.clone()), Patience::NORMAL)?;
        let for_operator = open(Reach::Operator, Patience::STS)?;
        let for_metadata = open(Reach::Operator, Patience::SHORT)?;
        let identity = Identity::new(
            identity_settings(config, sts_endpoint.clone()),
            for_metadata,
            clock.clone(),
        );
        let instruments = Instruments::new(allowed.clone(), sts_endpoint.clone(), &names, &clock, &random)?;
        let sts = sts::Client::new(for_operator, clock.clone(), random.clone(), sts_endpoint);
        let roles = Arc::new(Delegate::new(identity.clone(), sts.clone()));
        let headers = Clients::new(&for_storages, &clock, &random);
        let s3 = s3::Client::new(for_storages, clock.clone(), random);
        Ok(Self {
            allowed,
            credentials: CredentialCache::new(roles.clone(), clock.clone(), config.signed_url_ttl),
            upload_credentials: CredentialCache::new(roles, clock.clone(), config.signed_url_ttl),
            identity,
            sts,
            storages: ReachedStorages::new(clock.clone()),
            headers,
            instruments,
            regions: LearnedRegions::new(s3.clone(), clock),
            s3,
            own_region,
        })
    }

    /// Why a storage may not name this endpoint, if it may not: it is private and nobody allowed it.
    pub fn check_endpoint(&self, endpoint: &Endpoint) -> Result<(), String> {
        let port = endpoint.port();
        let may = match endpoint.ip() {
            Some(address) => self.allowed.allows_address(address, port),
            // A name is looked up at every connection, which is when it counts.
            None => !endpoint.is_private() || self.allowed.allows_name(endpoint.host(), port),
        };
        if may {
            return Ok(());
        }
        Err(format!(
            "{endpoint} is a private address, which this hub does not call unless its operator allows it. Ask the operator to start the hub with --allow-endpoint {}.",
            endpoint.host()
        ))
    }

    /// A storage was changed: it is read again, and its buckets' regions are asked again. Its sessions go on where they
    /// are still for what it is now, which they compare.
    pub fn changed(&self, storage: StorageId) {
        self.storages.forget(storage);
        self.regions.forget(storage);
    }

    /// Forgets what is known of a storage that was deleted.
    pub fn forget(&self, storage: StorageId) {
        self.storages.forget(storage);
        self.credentials.invalidate(storage);
        self.upload_credentials.invalidate(storage);
        self.regions.forget(storage);
    }

    /// The buckets of a storage at AWS that were signed for in other regions than it names.
    pub fn elsewhere(&self, storage: StorageId) -> Vec<(Region, BucketName)> {
        self.regions.elsewhere(storage)
    }

    /// Learns from a test of a storage: that its role lets the hub in, and where its buckets are.
    pub fn learn_from_test(&self, storage: StorageId, found: &Diagnosis) {
        if found.is_let_in() {
            self.was_let_in(storage);
        }
        self.note_regions(storage, &found.regions);
    }

    /// Keeps where buckets of a storage said that they are.
    pub fn note_regions(&self, storage: StorageId, regions: &[(BucketName, Region)]) {
        for (bucket, region) in regions {
            self.regions.note(storage, bucket, region.clone());
        }
    }

    /// Forgets what was read of a storage, and keeps its sessions.
    pub fn read_again(&self, storage: StorageId) {
        self.storages.forget(storage);
    }

    /// The role of a storage was seen to let the hub in, so it is asked again at once, whatever it answered before.
    pub fn was_let_in(&self, storage: StorageId) {
        self.credentials.was_let_in(storage);
        self.upload_credentials.was_let_in(storage);
    }

    /// Who the hub is to AWS; none if it has no identity.
    pub async fn identity(&self) -> Result<Option<Principal>, CredentialError> {
        self.identity_within(IDENTITY_PATIENCE).await
    }

    async fn identity_within(&self, longest: Duration) -> Result<Option<Principal>, CredentialError> {
        let asking = self.identity.principal(&self.sts, &self.own_region);
        let answer = tokio::time::timeout(longest, asking).await;
        answer.unwrap_or_else(|_| {
            Err(CredentialError::Identity {
                reason: "STS does not say in time whose it is".to_owned(),
            })
        })
    }

    /// The hub's own identity, for what is the operator's.
    pub fn own_identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Whom a trust policy has to name, if that is known or STS says it until then.
    pub async fn principal_until(&self, until: Instant) -> Option<PrincipalArn> {
        let left = until.saturating_duration_since(Instant::now());
        match self.identity_within(left.min(IDENTITY_PATIENCE)).await {
            Ok(found) => found.map(|principal| principal.trusted),
            Err(error) => {
                tracing::warn!(%error, "the hub's own AWS identity is not known");
                None
            }
        }
    }

    /// Whom a trust policy has to name: the hub's own identity in AWS, if it has one.
    pub async fn own_principal(&self) -> Result<Option<PrincipalArn>, CredentialError> {
        let found = self.identity().await?;
        Ok(found.map(|principal| principal.trusted))
    }
}

/// The region that an object's URLs are signed for.
pub async fn region_of(hub: &Hub, storage: &ReachedStorage, object: &ObjectAddress) -> Region {
    let regions = &hub.cloud.regions;
    regions
        .region_of(hub, storage, object.bucket(), object.region())
        .await
}

/// Who is asked what address a name has.
pub fn names(config: &Config, random: &Arc<dyn Random>) -> Arc<dyn Lookup> {
    match config.resolver {
        Some(address) => Arc::new(DnsServer::new(address, random.clone())),
        None => Arc::new(SystemLookup::default()),
    }
}

/// Where the hub's own identity is looked for: the one handed over, or AWS's standard chain.
fn identity_settings(config: &Config, sts_endpoint: Option<Endpoint>) -> IdentitySettings {
    match &config.delegate {
        Some(keys) => IdentitySettings {
            environment: HashMap::from([
                ("AWS_ACCESS_KEY_ID".to_owned(), keys.access_key_id.clone()),
                (
                    "AWS_SECRET_ACCESS_KEY".to_owned(),
                    keys.secret_access_key.expose_secret().to_owned(),
                ),
            ]),
            ..IdentitySettings::default()
        },
        None => IdentitySettings {
            environment: std::env::vars()
                .chain([("AWS_REGION".to_owned(), config.aws_region.clone())])
                .collect(),
            home_dir: std::env::home_dir(),
            asks_instance: config.ask_instance,
            sts_endpoint,
        },
    }
}
