//! A storage, read from the database and parsed, kept for a few seconds so that signing costs no row of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use insitu_cloud::credentials::{
    CredentialCache, CredentialError, Credentials, Grant, RoleGrant, session_name,
};
use insitu_cloud::policy::{self, PolicyError};
use insitu_cloud::presign::Signer;
use insitu_model::address::ObjectAddress;
use insitu_model::ambient::{Clock, age_ms};
use insitu_model::arn::RoleArn;
use insitu_model::endpoint::Endpoint;
use insitu_model::external_id::ExternalId;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::prefix::{self, Prefix};
use insitu_model::region::{Partition, Region};
use insitu_model::storage::AccessType;
use insitu_store::storages::Storage;
use secrecy::ExposeSecret;

use super::{Withheld, proof};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::vault::{SEALED_FIELD, SecretPlace};

/// How long another hub's change of a storage may go unnoticed, in milliseconds. This hub's own are noticed at once.
const KEPT_MS: i64 = 5_000;
/// Above this many, all are forgotten and read again.
const STORAGES_MAX: usize = 20_000;

/// Makes the policy that a session is narrowed with.
type NarrowSession = fn(&[Prefix], Partition) -> Result<String, PolicyError>;

/// A storage in types, ready to be signed for.
#[derive(Debug)]
pub struct ReachedStorage {
    pub organization: OrganizationId,
    pub id: StorageId,
    pub region: Region,
    pub endpoint: Option<Endpoint>,
    pub prefixes: Vec<Prefix>,
    row: Storage,
}

/// The storages that were used lately.
pub(super) struct ReachedStorages {
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    storages: HashMap<StorageId, (i64, Arc<ReachedStorage>)>,
    /// How often something was forgotten. What was read before the last time may be what was to be forgotten.
    forgotten: u64,
}

impl ReachedStorages {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    pub fn forget(&self, storage: StorageId) {
        let mut kept = self.lock();
        kept.storages.remove(&storage);
        kept.forgotten += 1;
    }

    /// The storage; or, where it has to be read, what to [`ReachedStorages::keep`] it with.
    fn find(&self, organization: OrganizationId, id: StorageId) -> Result<Arc<ReachedStorage>, u64> {
        let now = self.clock.now_ms();
        let kept = self.lock();
        let is_fresh = |(read_at, storage): &&(i64, Arc<ReachedStorage>)| {
            age_ms(now, *read_at) < KEPT_MS && storage.organization == organization
        };
        let known = kept.storages.get(&id).filter(is_fresh);
        known.map(|(_, storage)| storage.clone()).ok_or(kept.forgotten)
    }

    /// Keeps what was read, unless something was forgotten since.
    fn keep(&self, storage: Arc<ReachedStorage>, forgotten: u64) {
        let now = self.clock.now_ms();
        let mut kept = self.lock();
        if kept.forgotten != forgotten {
            return;
        }
        if kept.storages.len() >= STORAGES_MAX {
            kept.storages.clear();
        }
        kept.storages.insert(storage.id, (now, storage));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReachedStorage {
    /// The organization's storage: from memory, or read anew.
    pub async fn get(hub: &Hub, organization: OrganizationId, id: StorageId) -> ApiResult<Arc<Self>> {
        let forgotten = match hub.cloud.storages.find(organization, id) {
            Ok(known) => return Ok(known),
            Err(forgotten) => forgotten,
        };
        let row = hub
            .db
            .read(move |tx| insitu_store::storages::get(tx, organization, id))
            .await?;
        let storage = Arc::new(Self::parse(row)?);
        hub.cloud.storages.keep(storage.clone(), forgotten);
        Ok(storage)
    }

    fn parse(row: Storage) -> ApiResult<Self> {
        let endpoint = row
            .endpoint
            .as_deref()
            .map(str::parse::<Endpoint>)
            .transpose()
            .map_err(ApiError::internal)?;
        let region = Region::parse(&row.region, endpoint.is_some()).map_err(ApiError::internal)?;
        let prefixes = row
            .prefixes
            .iter()
            .map(|text| text.parse::<Prefix>())
            .collect::<Result<_, _>>();
        Ok(Self {
            organization: row.organization,
            id: row.id,
            region,
            endpoint,
            prefixes: prefixes.map_err(ApiError::internal)?,
            row,
        })
    }

    /// A signer with valid credentials for reading, fetched at most once however many ask.
    pub async fn signer(&self, hub: &Hub) -> ApiResult<Arc<Signer>> {
        self.obtain(hub, &hub.cloud.credentials, policy::reading_session)
            .await
    }

    /// The same for putting what somebody asked to upload: the session that reads cannot, and this one reads nothing.
    pub async fn upload_signer(&self, hub: &Hub) -> ApiResult<Arc<Signer>> {
        self.obtain(hub, &hub.cloud.upload_credentials, policy::uploading_session)
            .await
    }

    async fn obtain(
        &self,
        hub: &Hub,
        cache: &CredentialCache,
        narrow: NarrowSession,
    ) -> ApiResult<Arc<Signer>> {
        self.require_trust(hub).await?;
        let obtained = cache
            .obtain(self.id, self.row.revision, || self.grant(hub, narrow))
            .await;
        obtained.map_err(|failure| match failure {
            Failed::Credentials(error) => ApiError::new(
                axum::http::StatusCode::BAD_GATEWAY,
                error.code(),
                format!("The storage {} cannot be used: {error}.", self.row.name),
            ),
            Failed::Grant(error) => error,
        })
    }

    /// Refuses a storage whose role is not proved to insist on its external ID, with what to paste to mend it.
    pub async fn require_trust(&self, hub: &Hub) -> ApiResult<()> {
        let refused = proof::refuse(hub, &self.row).await;
        if refused.is_err() {
            proof::nudge(hub, &self.row).await?;
        }
        refused
    }

    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// Which of its changes this is.
    pub fn revision(&self) -> i64 {
        self.row.revision
    }

    /// What those are not told who may not manage it.
    pub fn withheld(&self) -> Withheld {
        Withheld::of(&self.row)
    }

    /// The IAM user's Access Key ID, where it is reached by one.
    pub fn access_key(&self) -> Option<&str> {
        match self.row.access_type {
            AccessType::IamUser => self.row.public_key.as_deref(),
            AccessType::IamDelegated => None,
        }
    }

    /// Whether an owner lets it be used though its role does not insist on its external ID.
    pub fn is_overruled(&self, hub: &Hub) -> bool {
        let overrides = hub.config.overrides();
        let proof = self.row.proof.as_ref();
        proof.is_some_and(|proof| proof.is_overruled(overrides))
    }

    /// How the storage lets the hub in, for trying it out.
    pub fn way_in(&self, hub: &Hub) -> ApiResult<Grant> {
        self.grant(hub, policy::reading_session)
            .map_err(|failure| match failure {
                Failed::Credentials(error) => ApiError::internal(error),
                Failed::Grant(error) => error,
            })
    }

    fn grant(&self, hub: &Hub, narrow: NarrowSession) -> Result<Grant, Failed> {
        match self.row.access_type {
            AccessType::IamUser => self.key_grant(hub),
            AccessType::IamDelegated => self.role_grant(narrow),
        }
    }

    fn key_grant(&self, hub: &Hub) -> Result<Grant, Failed> {
        let (Some(public), Some(sealed)) = (&self.row.public_key, &self.row.private_key_sealed) else {
            return Err(incomplete("a storage of access type IAM User has no key"));
        };
        let place = SecretPlace {
            organization: self.organization,
            storage: self.id,
            field: SEALED_FIELD,
        };
        let secret = hub.vault.open(place, sealed).map_err(|error| {
            Failed::Grant(ApiError::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "storage.secret_unreadable",
                format!(
                    "The secret of the storage {} cannot be opened: {error}.",
                    self.row.name
                ),
            ))
        })?;
        Ok(Grant::Key(Credentials::permanent(
            public.as_str(),
            secret.expose_secret(),
        )))
    }

    fn role_grant(&self, narrow: NarrowSession) -> Result<Grant, Failed> {
        let role_arn: RoleArn = match &self.row.role_arn {
            Some(text) => text.parse().map_err(|error| incomplete(&error))?,
            None => return Err(incomplete("a storage of access type IAM Delegated has no role")),
        };
        let external_id: Option<ExternalId> = self
            .row
            .external_id
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error| incomplete(&error))?;
        let next = self.row.proof.as_ref();
        let next_external_id = next
            .and_then(|proof| proof.next_external_id.as_deref())
            .map(str::parse)
            .transpose()
            .map_err(|error| incomplete(&error))?;
        let session_policy = narrow(&self.prefixes, role_arn.partition())
            .map_err(|error| Failed::Grant(ApiError::invalid(error.code(), format!("{error}."))))?;
        Ok(Grant::Role(RoleGrant {
            role_arn,
            external_id,
            next_external_id,
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            session_name: session_name(self.organization, self.id),
            session_policy: Some(session_policy),
        }))
    }

    /// Whether the storage's prefixes let this object be reached.
    pub fn covers(&self, object: &ObjectAddress) -> bool {
        prefix::is_within(&self.prefixes, object.bucket(), object.key())
    }
}

/// Why there is no signer: what the cloud said, or what the hub's own row is like.
enum Failed {
    Credentials(CredentialError),
    Grant(ApiError),
}

impl From<CredentialError> for Failed {
    fn from(error: CredentialError) -> Self {
        Self::Credentials(error)
    }
}

fn incomplete(cause: impl std::fmt::Display) -> Failed {
    Failed::Grant(ApiError::internal(cause))
}
