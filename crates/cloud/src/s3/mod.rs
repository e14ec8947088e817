//! The calls to S3 that the hub makes itself: a few small questions about buckets and objects. Who writes is apart:
//! [`Writer`], for the operator's own bucket.

mod answer;
pub(crate) mod operation;
mod preflight;
mod writer;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use insitu_model::ambient::{Clock, Random};
use insitu_model::bucket::BucketName;
use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;
use reqwest::Method;

pub use answer::{BucketHead, ListPage, ListedObject, ObjectHead, RangeRead};
pub use operation::{LIST_KEYS_MAX, Listing};
pub use preflight::Preflight;
pub use writer::{About, PARTS_MAX, Writer};

use crate::call::Call;
use crate::connect::{Answer, BodyLimit, Outbound, Outgoing};
use crate::credentials::Credentials;
use crate::refusal::{CallError, Refusal};
use crate::retry::Retry;
use crate::sigv4::{Query, Service};
use crate::site::Site;

/// Most bytes that are ever read of an object: enough for the header of every image format.
pub const RANGE_BYTES_MAX: usize = 64 * 1024;
/// Longest answer that is read, in bytes: a page of 1000 keys of 1024 bytes, escaped, with everything around them.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Where buckets are, and who asks.
#[derive(Debug, Clone)]
pub struct Access {
    /// The region that requests are signed for.
    pub region: Region,
    /// The server, if it is not AWS's own.
    pub endpoint: Option<Endpoint>,
    /// What requests are signed with.
    pub credentials: Arc<Credentials>,
}

/// Names an object.
#[derive(Debug, Clone, Copy)]
pub struct ObjectName<'a> {
    /// Its bucket.
    pub bucket: &'a BucketName,
    /// Its key, decoded.
    pub key: &'a str,
    /// Its version, if not the newest.
    pub version: Option<&'a str>,
}

/// Asks S3. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    retry: Retry,
}

impl Client {
    /// A client that tries again as [`Retry::NORMAL`] says.
    pub fn new(outbound: Outbound, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            outbound,
            clock,
            random,
            retry: Retry::NORMAL,
        }
    }

    /// The same client with another patience.
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Is the bucket there, and may it be listed? The region is in the answer, or in the error's `region_hint`.
    pub async fn head_bucket(&self, access: &Access, bucket: &BucketName) -> Result<BucketHead, CallError> {
        let call = access.bucket_call(Method::HEAD, bucket, Query::new());
        let answer = self
            .ask("HeadBucket", &call, BodyLimit::Refuse(ANSWER_BYTES_MAX))
            .await?;
        Ok(BucketHead {
            region: answer.header("x-amz-bucket-region").map(str::to_owned),
        })
    }

    /// The region of a bucket, learned from whatever HeadBucket answers, be it 200, 301, 400 or 403.
    pub async fn learn_region(
        &self,
        access: &Access,
        bucket: &BucketName,
    ) -> Result<Option<String>, CallError> {
        match self.head_bucket(access, bucket).await {
            Ok(head) => Ok(head.region),
            Err(error) => error.region_hint().map(str::to_owned).map(Some).ok_or(error),
        }
    }

    /// Size, type and encryption of an object.
    pub async fn head_object(
        &self,
        access: &Access,
        object: ObjectName<'_>,
    ) -> Result<ObjectHead, CallError> {
        let call = access.object_call(Method::HEAD, object);
        let answer = self
            .ask("HeadObject", &call, BodyLimit::Refuse(ANSWER_BYTES_MAX))
            .await?;
        Ok(ObjectHead::read(&answer))
    }

    /// The first `first_bytes` of an object, at most [`RANGE_BYTES_MAX`], even from a server that ignores ranges.
    pub async fn get_range(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        first_bytes: usize,
    ) -> Result<RangeRead, CallError> {
        let wanted = first_bytes.clamp(1, RANGE_BYTES_MAX);
        let mut call = access.object_call(Method::GET, object);
        call.headers.push(("range", format!("bytes=0-{}", wanted - 1)));
        Ok(RangeRead::read(
            self.ask("GetObject", &call, BodyLimit::Cut(wanted)).await?,
        ))
    }

    /// The same of an object that may have changed since it had this ETag; none where it has not.
    pub async fn get_changed_range(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        first_bytes: usize,
        etag: &str,
    ) -> Result<Option<RangeRead>, CallError> {
        let wanted = first_bytes.clamp(1, RANGE_BYTES_MAX);
        let mut call = access.object_call(Method::GET, object);
        call.headers.push(("range", format!("bytes=0-{}", wanted - 1)));
        call.headers.push(("if-none-match", etag.to_owned()));
        let answer = self.ask("GetObject", &call, BodyLimit::Cut(wanted)).await;
        unless_unchanged(answer.map(RangeRead::read))
    }

    /// A page of the keys of a bucket.
    pub async fn list_v2(
        &self,
        access: &Access,
        bucket: &BucketName,
        listing: &Listing<'_>,
    ) -> Result<ListPage, CallError> {
        const CALL: &str = "ListObjectsV2";
        let call = access.bucket_call(Method::GET, bucket, operation::list_query(listing));
        let answer = self.ask(CALL, &call, BodyLimit::Refuse(ANSWER_BYTES_MAX)).await?;
        ListPage::read(&answer.body, listing.prefix).map_err(|error| CallError::NotUnderstood {
            host: call.host().to_owned(),
            call: CALL,
            reason: error.to_string(),
        })
    }

    /// The region of a bucket in the server's own words; none where they name none.
    pub async fn bucket_location(
        &self,
        access: &Access,
        bucket: &BucketName,
    ) -> Result<Option<String>, CallError> {
        const CALL: &str = "GetBucketLocation";
        let call = access.location_call(bucket);
        let answer = self.ask(CALL, &call, BodyLimit::Refuse(ANSWER_BYTES_MAX)).await?;
        answer::read_location(&answer.body, access.endpoint.is_some())
            .map_err(|error| CallError::xml(call.host(), CALL, &error))
    }

    /// What the bucket tells a browser that comes from `origin` and wants to `method` the object. Not signed, as a
    /// browser does not sign it either. A refusal is an answer here, not an error.
    pub async fn preflight(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        origin: &str,
        method: &str,
        headers: &[&str],
    ) -> Result<Preflight, CallError> {
        let (site, bucket) = (access.site(), object.bucket.as_str());
        let url = format!("{}{}", site.origin(bucket), site.object_path(bucket, object.key));
        let mut sent = vec![
            ("origin", origin.to_owned()),
            ("access-control-request-method", method.to_owned()),
        ];
        if !headers.is_empty() {
            sent.push(("access-control-request-headers", headers.join(",")));
        }
        let outgoing = Outgoing {
            method: Method::OPTIONS,
            url,
            headers: sent,
            body: Bytes::new(),
        };
        let answer = self
            .outbound
            .send(outgoing, BodyLimit::Cut(ANSWER_BYTES_MAX))
            .await?;
        Ok(Preflight::read(&answer))
    }

    /// Does the bucket have CORS rules at all? Needs a right that the hub's own policy does not ask for.
    pub async fn has_cors_rules(&self, access: &Access, bucket: &BucketName) -> Result<bool, CallError> {
        let call = access.bucket_call(Method::GET, bucket, operation::cors_query());
        const CALL: &str = "GetBucketCors";
        match self.ask(CALL, &call, BodyLimit::Refuse(ANSWER_BYTES_MAX)).await {
            // A server that does not know the question may answer another one.
            Ok(answer) => answer::read_cors(&answer.body).map_err(|reason| CallError::NotUnderstood {
                host: call.host().to_owned(),
                call: CALL,
                reason,
            }),
            Err(error) if error.refusal().is_some_and(|refusal| refusal.status == 404) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, name: &'static str, call: &Call<'_>, limit: BodyLimit) -> Result<Answer, CallError> {
        let once = || async {
            let answer = call.send(&self.outbound, &*self.clock, limit).await?;
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            let refusal = Box::new(Refusal::read(&answer));
            Err(CallError::Refused {
                host: call.host().to_owned(),
                call: name,
                refusal,
            })
        };
        self.retry.run(&*self.random, once).await
    }
}

/// None where the server says that what was asked for is still as it was.
pub(crate) fn unless_unchanged<T>(asked: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match asked {
        Err(error) if error.refusal().is_some_and(|refusal| refusal.status == 304) => Ok(None),
        asked => asked.map(Some),
    }
}

impl Access {
    /// The server that answers.
    pub fn site(&self) -> Site {
        Site::of(&self.region, self.endpoint.as_ref())
    }

    fn bucket_call(&self, method: Method, bucket: &BucketName, query: Query) -> Call<'_> {
        let site = self.site();
        self.call(
            method,
            site.origin(bucket.as_str()),
            site.bucket_path(bucket.as_str()),
            query,
        )
    }

    /// Asked at the region's server itself, with the bucket in the path, as the SDKs do.
    fn location_call(&self, bucket: &BucketName) -> Call<'_> {
        let site = self.site().in_path();
        let (origin, path) = (site.origin(bucket.as_str()), site.bucket_path(bucket.as_str()));
        self.call(Method::GET, origin, path, operation::location_query())
    }

    fn object_call(&self, method: Method, object: ObjectName<'_>) -> Call<'_> {
        let (site, bucket) = (self.site(), object.bucket.as_str());
        let query = operation::object_query(object.version);
        self.call(
            method,
            site.origin(bucket),
            site.object_path(bucket, object.key),
            query,
        )
    }

    fn call(&self, method: Method, origin: String, path: String, query: Query) -> Call<'_> {
        Call {
            service: Service::S3,
            method,
            origin,
            path,
            query,
            headers: Vec::new(),
            body: Bytes::new(),
            region: self.region.as_str(),
            credentials: &self.credentials,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("outbound", &self.outbound)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
