//! What a bucket refuses though the storage lets the hub in: sessions that AWS no longer honours, after *Revoke active
//! sessions* or when the role was deleted and made again, and signatures for the region that a bucket was in before. Then
//! another session is asked for, or the other region taken, and the call made once more.

use std::future::Future;
use std::sync::Arc;

use insitu_cloud::credentials::Credentials;
use insitu_cloud::presign::Signer;
use insitu_cloud::s3::Access;
use insitu_cloud::{CallError, RefusalKind};
use insitu_model::address::ObjectAddress;
use insitu_model::region::Region;

use super::ReachedStorage;
use crate::error::ApiResult;
use crate::hub::Hub;

impl ReachedStorage {
    /// Makes a call to S3 with the storage's credentials; where they are a session that is refused, once more with another.
    pub(super) async fn call<T, F>(
        &self,
        hub: &Hub,
        call: impl Fn(Arc<Credentials>) -> F,
    ) -> ApiResult<Result<T, CallError>>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let signer = self.signer(hub).await?;
        let answer = call(signer.credentials().clone()).await;
        match &answer {
            Err(error) if may_be_revoked(error) => {}
            Ok(_) | Err(_) => return Ok(answer),
        }
        let Some(next) = self.signer_after(hub, &signer).await? else {
            return Ok(answer);
        };
        let again = call(next.credentials().clone()).await;
        if again.is_ok() {
            hub.cloud.credentials.was_rightly_doubted(self.id);
        }
        Ok(again)
    }

    /// Makes a call about an object where its bucket is; where that turns out to be elsewhere, once more there.
    pub(super) async fn call_for<T, F>(
        &self,
        hub: &Hub,
        object: &ObjectAddress,
        call: impl Fn(Access) -> F,
    ) -> ApiResult<Result<T, CallError>>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let (regions, bucket) = (&hub.cloud.regions, object.bucket());
        let region = regions.region_of(hub, self, bucket, object.region()).await;
        let call_in = |region: Region| {
            let call = &call;
            self.call(hub, move |credentials| {
                call(Access {
                    region: region.clone(),
                    endpoint: self.endpoint.clone(),
                    credentials,
                })
            })
        };
        let answer = call_in(region.clone()).await?;
        let told = answer
            .as_ref()
            .err()
            .and_then(|error| regions.learn_from(error, self, bucket, &region));
        match told {
            Some(region) => call_in(region).await,
            None => Ok(answer),
        }
    }

    /// Another signer than this one, which a bucket refused, if there is one to be had.
    pub async fn signer_after(&self, hub: &Hub, refused: &Arc<Signer>) -> ApiResult<Option<Arc<Signer>>> {
        if !hub.cloud.credentials.doubt(self.id, Some(refused)) {
            return Ok(None);
        }
        let next = self.signer(hub).await?;
        Ok(Some(next).filter(|next| !Arc::ptr_eq(next, refused)))
    }

    /// Somebody says that a bucket refused what was signed for them: other credentials sign next, if there are any to be
    /// had. However many say so, STS is asked once a minute at most.
    pub(super) fn doubt(&self, hub: &Hub) {
        hub.cloud.credentials.doubt(self.id, None);
    }
}

/// Whether a session that AWS no longer honours is answered so. It may be the role's own limits as well.
fn may_be_revoked(error: &CallError) -> bool {
    matches!(
        error.kind(),
        Some(
            RefusalKind::AccessDenied
                | RefusalKind::BadToken
                | RefusalKind::Expired
                | RefusalKind::UnknownKey
        )
    )
}
