//! A storage as the API shows it.

use insitu_store::buckets_seen::BucketSeen;
use insitu_store::storage_checks::StorageCheck;
use insitu_store::storages::{ExternalIdSource, Storage};
use serde::Serialize;
use utoipa::ToSchema;

use super::trust::VerificationView;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::cloud_access::Withheld;
use crate::hub::Hub;

/// A storage as the API shows it: never with a secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Storage)]
pub struct StorageView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    /// `AWS`
    pub provider: &'static str,
    /// `aws`, the same in the other dialect.
    pub r#type: &'static str,
    /// `IAM_USER` or `IAM_DELEGATED`
    #[schema(value_type = words::AccessType)]
    pub access_type: &'static str,
    pub region: String,
    pub endpoint: Option<String>,
    /// The Access Key ID, which is no secret. Null, as the next four, for who may not manage storages.
    pub public_key: Option<String>,
    pub role_arn: Option<String>,
    pub external_id: Option<String>,
    /// `hub` for an external ID that the hub made, `customer` for one that was typed in.
    pub external_id_source: Option<&'static str>,
    /// Takes the external ID's place once the role was seen to insist on it.
    pub next_external_id: Option<String>,
    /// Whether the role was seen to refuse strangers: nothing is imported or signed before.
    pub verification: VerificationView,
    pub prefixes: Vec<String>,
    pub organization: String,
    pub created_at: String,
    pub updated_at: String,
    /// Assets that are reached through it.
    pub asset_count: u64,
    /// Buckets that lists named through it; the first 200.
    pub buckets: Vec<String>,
    /// Buckets that answered through it when they were listed, tested or signed for, whether lists named them or not.
    pub buckets_seen: Vec<String>,
    /// Buckets of which its server said that there is none of this name.
    pub buckets_missing: Vec<String>,
    /// How its last test ended; none before the first, and none once its region, endpoint, keys, role or prefixes changed.
    pub last_check: Option<LastCheck>,
}

/// How a test of a storage ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastCheck {
    pub checked_at: String,
    /// The one cause of what failed, or that there was nothing to read; none where everything was as it should be.
    pub code: Option<String>,
    pub message: Option<String>,
    /// How many buckets were looked at.
    pub buckets_tested: u32,
    /// Those of them in which something was wrong: the others can be used.
    pub buckets_failed: Vec<String>,
}

impl From<StorageCheck> for LastCheck {
    fn from(check: StorageCheck) -> Self {
        let (code, message) = check.cause.unzip();
        Self {
            checked_at: iso(check.checked_at),
            code,
            message,
            buckets_tested: check.buckets_tested,
            buckets_failed: check.buckets_failed,
        }
    }
}

impl StorageView {
    /// The same for somebody who may use storages and not manage them: whom the hub is to the cloud they lead to is left
    /// out, and where a message of a failure names it, too.
    pub fn for_use(mut self) -> Self {
        self.external_id_source = None;
        let withheld = Withheld::names([
            self.public_key.take(),
            self.role_arn.take(),
            self.external_id.take(),
            self.next_external_id.take(),
        ]);
        let of_test = self.last_check.iter_mut().flat_map(|check| &mut check.message);
        for message in self.verification.message.iter_mut().chain(of_test) {
            withheld.hide(message);
        }
        self
    }

    pub fn of(hub: &Hub, storage: Storage) -> Self {
        let (seen, missing): (Vec<_>, Vec<_>) = storage.seen.iter().cloned().partition(|one| one.is_there);
        let names = |buckets: Vec<BucketSeen>| buckets.into_iter().map(|one| one.bucket).collect();
        Self {
            buckets_seen: names(seen),
            buckets_missing: names(missing),
            verification: VerificationView::of(hub, &storage),
            next_external_id: storage.proof.and_then(|proof| proof.next_external_id),
            id: storage.id.to_string(),
            name: storage.name,
            provider: storage.provider.as_str(),
            r#type: storage.provider.as_type(),
            access_type: storage.access_type.as_str(),
            region: storage.region,
            endpoint: storage.endpoint,
            public_key: storage.public_key,
            role_arn: storage.role_arn,
            external_id: storage.external_id,
            external_id_source: storage.external_id_source.map(ExternalIdSource::as_str),
            prefixes: storage.prefixes,
            organization: storage.organization.to_string(),
            created_at: iso(storage.created_at),
            updated_at: iso(storage.updated_at),
            asset_count: storage.asset_count,
            buckets: storage.buckets,
            last_check: storage.last_check.map(Into::into),
        }
    }
}
