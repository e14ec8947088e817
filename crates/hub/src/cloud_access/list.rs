//! A bucket as a storage lists it: page by page, in the region that it is really in, and never beyond the storage's
//! prefixes.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use insitu_cloud::connect::ConnectError;
use insitu_cloud::doctor::{WHOLE_MAX, cause_of};
use insitu_cloud::s3::{Access, ListPage, Listing};
use insitu_cloud::{CallError, RefusalKind, Retry};
use insitu_model::address::ObjectAddress;
use insitu_model::bucket::{BucketName, BucketNameError};
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::prefix::{Within, within};
use insitu_model::region::Region;
use serde_json::json;
use tokio::time::Instant;

use super::ReachedStorage;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// A bucket that is listed through a storage.
#[derive(Debug)]
pub struct Bucket {
    pub storage: Arc<ReachedStorage>,
    pub name: BucketName,
    /// Where it is.
    pub region: Region,
    /// Since when somebody waits for it.
    begun: Instant,
}

/// Why a bucket is not listed.
#[derive(Debug)]
pub struct Unlisted {
    /// What the API answers.
    pub error: ApiError,
    /// The same may succeed a little later.
    pub is_transient: bool,
}

impl From<ApiError> for Unlisted {
    fn from(error: ApiError) -> Self {
        Self {
            is_transient: error.is_transient(),
            error,
        }
    }
}

impl Bucket {
    /// The bucket of this name as the storage reaches it.
    pub async fn reach(
        hub: &Hub,
        organization: OrganizationId,
        storage: StorageId,
        name: &str,
    ) -> ApiResult<Self> {
        let begun = Instant::now();
        let storage = ReachedStorage::get(hub, organization, storage).await?;
        let name: BucketName = name
            .trim()
            .parse()
            .map_err(|error: BucketNameError| ApiError::invalid(error.code(), format!("{error}.")))?;
        storage.require_trust(hub).await?;
        if within(&storage.prefixes, &name, "") == Within::Nothing {
            return Err(outside(&storage, name.as_str()));
        }
        let regions = &hub.cloud.regions;
        let region = regions.region_of(hub, &storage, &name, None).await;
        Ok(Self {
            storage,
            name,
            region,
            begun,
        })
    }

    /// What of a folder the storage lets be seen; an error where that is nothing.
    pub fn within(&self, folder: &str) -> ApiResult<Within> {
        match within(&self.storage.prefixes, &self.name, folder) {
            Within::Nothing => Err(outside(&self.storage, &format!("{}/{folder}", self.name))),
            seen => Ok(seen),
        }
    }

    /// The address of an object of the bucket, as assets keep it; none for a key that no browser can open.
    pub fn address_of(&self, key: &str) -> Option<String> {
        let object = ObjectAddress::new(self.name.clone(), key, Some(self.region.clone())).ok()?;
        Some(object.with_endpoint(self.storage.endpoint.clone()).canonical())
    }

    /// A page, for somebody who waits for it since the bucket was reached: no longer than for a test of the storage.
    pub async fn page(&mut self, hub: &Hub, listing: &Listing<'_>, retry: Retry) -> ApiResult<ListPage> {
        let left = WHOLE_MAX.saturating_sub(self.begun.elapsed());
        let page = self.page_within(hub, listing, retry, left).await;
        page.map_err(|unlisted| unlisted.error)
    }

    /// A page, for somebody with so much patience.
    pub async fn page_within(
        &mut self,
        hub: &Hub,
        listing: &Listing<'_>,
        retry: Retry,
        patience: Duration,
    ) -> Result<ListPage, Unlisted> {
        let host = format!("the bucket {}", self.name);
        let asked = tokio::time::timeout(patience, self.patient_page(hub, listing, retry)).await;
        asked.unwrap_or_else(|_| Err(self.refused(listing, &ConnectError::Timeout { host }.into())))
    }

    /// A page, however long the server takes within the patience of calls to S3. A bucket that turns out to be
    /// elsewhere is asked there.
    async fn patient_page(
        &mut self,
        hub: &Hub,
        listing: &Listing<'_>,
        retry: Retry,
    ) -> Result<ListPage, Unlisted> {
        let first = self.ask(hub, listing, retry).await?;
        let error = match first {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        let regions = &hub.cloud.regions;
        let told = regions.learn_from(&error, &self.storage, &self.name, &self.region);
        let Some(region) = told else {
            return Err(self.refused(listing, &error));
        };
        self.region = region;
        let second = self.ask(hub, listing, retry).await?;
        second.map_err(|error| self.refused(listing, &error))
    }

    async fn ask(
        &self,
        hub: &Hub,
        listing: &Listing<'_>,
        retry: Retry,
    ) -> ApiResult<Result<ListPage, CallError>> {
        let s3 = &hub.cloud.s3.clone().with_retry(retry);
        let listed = self.storage.call(hub, |credentials| {
            let access = Access {
                region: self.region.clone(),
                endpoint: self.storage.endpoint.clone(),
                credentials,
            };
            async move { s3.list_v2(&access, &self.name, listing).await }
        });
        listed.await
    }

    fn refused(&self, listing: &Listing<'_>, error: &CallError) -> Unlisted {
        let is_transient = error.is_transient();
        let (code, message) = self.explain(listing, error);
        let status = match code {
            "storage.throttled" => StatusCode::SERVICE_UNAVAILABLE,
            "storage.hangs" => StatusCode::GATEWAY_TIMEOUT,
            _ if is_transient => StatusCode::BAD_GATEWAY,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut error_of_api = ApiError::new(status, code, message);
        if let Some(refusal) = error.refusal() {
            error_of_api = error_of_api.with_details(json!({
                "status": refusal.status, "s3Code": refusal.code, "requestId": refusal.request_id,
            }));
        }
        Unlisted {
            error: error_of_api,
            is_transient,
        }
    }

    /// What happened, and what to do.
    fn explain(&self, listing: &Listing<'_>, error: &CallError) -> (&'static str, String) {
        let (bucket, storage) = (&self.name, self.storage.name());
        match error.kind() {
            Some(RefusalKind::AccessDenied) => {
                let arn = format!("arn:{}:s3:::{bucket}", self.region.partition());
                let message = format!(
                    "The storage {storage} may not list {bucket}/{}: {error}. Allow it s3:ListBucket on {arn} (the policy that Storages shows does so, also below a prefix), or import a list of addresses instead.",
                    listing.prefix
                );
                ("storage.list_denied", message)
            }
            Some(RefusalKind::NoSuchBucket | RefusalKind::NotFound) => {
                let message = format!(
                    "There is no bucket {bucket} where the storage {storage} leads: {error}. Check the bucket's name, and the storage's endpoint if it has one."
                );
                ("storage.no_such_bucket", message)
            }
            _ => {
                let cause = cause_of(error, self.storage.access_key());
                (cause.code, format!("{} {}", cause.message, cause.fix.text))
            }
        }
    }
}

fn outside(storage: &ReachedStorage, place: &str) -> ApiError {
    let prefixes: Vec<String> = storage.prefixes.iter().map(ToString::to_string).collect();
    ApiError::invalid(
        "storage.outside_prefixes",
        format!(
            "{place} lies outside of the prefixes that the storage {} may reach: {}. Choose a folder in one of them, or ask an administrator to widen the storage.",
            storage.name(),
            prefixes.join(", ")
        ),
    )
}
