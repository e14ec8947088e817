//! The S3 operations that the sandbox answers; every other one is NotImplemented.

mod buckets;
mod conditions;
mod multipart;
mod objects;

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteBucketCorsInput, DeleteBucketCorsOutput, DeleteObjectInput, DeleteObjectOutput, GetBucketCorsInput,
    GetBucketCorsOutput, GetBucketLocationInput, GetBucketLocationOutput, GetObjectInput, GetObjectOutput,
    HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, PutBucketCorsInput, PutBucketCorsOutput,
    PutObjectInput, PutObjectOutput, Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::access::Admitted;
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::world::{Bucket, World};

/// The operations, over the sandbox's state.
pub(crate) struct Operations(pub Arc<World>);

#[async_trait]
impl S3 for Operations {
    async fn list_buckets(
        &self,
        req: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(buckets::list(&self.0, &asked.admitted))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(asked.region().map(buckets::head))
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(asked.region().map(buckets::location))
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let asked = Asked::of(&req)?;
        asked.answer(
            asked
                .bucket()
                .and_then(|bucket| buckets::list_objects(bucket, &req.input)),
        )
    }

    async fn get_bucket_cors(
        &self,
        req: S3Request<GetBucketCorsInput>,
    ) -> S3Result<S3Response<GetBucketCorsOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(asked.bucket().and_then(buckets::cors))
    }

    async fn put_bucket_cors(
        &self,
        req: S3Request<PutBucketCorsInput>,
    ) -> S3Result<S3Response<PutBucketCorsOutput>> {
        let asked = Asked::of(&req)?;
        let rules = req.input.cors_configuration.cors_rules;
        asked.answer(asked.bucket().and_then(|bucket| buckets::set_cors(bucket, rules)))
    }

    async fn delete_bucket_cors(
        &self,
        req: S3Request<DeleteBucketCorsInput>,
    ) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(asked.bucket().map(|bucket| {
            bucket.set_cors(Vec::new());
            DeleteBucketCorsOutput::default()
        }))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(objects::head(&asked, &req.input))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(objects::get(&asked, &req.input).await)
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let asked = Asked::of(&req)?;
        let now_ms = self.0.now_ms();
        asked.answer(objects::put(&asked, req.input, now_ms).await)
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(multipart::begin(&asked, req.input, &self.0))
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(multipart::put_part(&asked, req.input).await)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let asked = Asked::of(&req)?;
        let now_ms = self.0.now_ms();
        asked.answer(multipart::complete(&asked, req.input, now_ms))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(multipart::abort(&asked, &req.input))
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let asked = Asked::of(&req)?;
        asked.answer(asked.bucket().map(|bucket| {
            bucket.objects.remove(&req.input.key);
            DeleteObjectOutput::default()
        }))
    }
}

/// What the gate found out about a request, for its operation.
pub(crate) struct Asked {
    pub facts: Arc<Facts>,
    pub admitted: Admitted,
}

impl Asked {
    fn of<T>(req: &S3Request<T>) -> S3Result<Self> {
        let facts = req.extensions.get::<Arc<Facts>>().cloned();
        let admitted = req.extensions.get::<Admitted>().cloned();
        match (facts, admitted) {
            (Some(facts), Some(admitted)) => Ok(Self { facts, admitted }),
            _ => Err(s3_error!(InternalError, "the request did not pass the gate")),
        }
    }

    pub(crate) fn bucket(&self) -> Result<&Bucket, Refusal> {
        self.admitted
            .bucket
            .as_deref()
            .ok_or_else(|| Refusal::no_such_bucket(""))
    }

    /// The region of the bucket.
    fn region(&self) -> Result<&str, Refusal> {
        self.bucket().map(|bucket| self.facts.region_of(bucket))
    }

    fn answer<T>(&self, result: Result<T, Refusal>) -> S3Result<S3Response<T>> {
        result
            .map(S3Response::new)
            .map_err(|refusal| self.facts.refuse(refusal))
    }
}

/// A moment for the protocol library.
pub(crate) fn timestamp(ms: i64) -> Timestamp {
    let since_1970 = std::time::Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    Timestamp::from(std::time::UNIX_EPOCH + since_1970)
}
