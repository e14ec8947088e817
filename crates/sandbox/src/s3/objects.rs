//! What is asked of an object: head, get with ranges, put.

use std::collections::HashMap;
use std::io::SeekFrom;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use hyper::StatusCode;
use s3s::Body;
use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput,
    PutObjectOutput, Range as ByteRange, ServerSideEncryption, StreamingBlob,
};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::conditions::Conditions;
use super::{Asked, timestamp};
use crate::faults::{Fault, bomb};
use crate::objects::{Content, Object};
use crate::refusal::Refusal;

/// The largest object that can be put: they live in memory.
const MAX_OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// A file is sent in pieces of this size.
const CHUNK_BYTES: u64 = 64 * 1024;

pub(super) fn head(asked: &Asked, input: &HeadObjectInput) -> Result<HeadObjectOutput, Refusal> {
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    };
    let object = find(asked, &input.key, input.version_id.as_deref(), &conditions)?;
    let (range, content_range) = resolve(asked, input.range.as_ref(), &object)?;
    // Who may not use the key still learns that there is one.
    let kms_key = match asked.facts.struck.has(&Fault::DenyKms) {
        true => Some(asked.bucket()?.kms_key()),
        false => None,
    };
    Ok(HeadObjectOutput {
        server_side_encryption: kms_key
            .as_ref()
            .map(|_| ServerSideEncryption::from_static(ServerSideEncryption::AWS_KMS)),
        ssekms_key_id: kms_key,
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(range.end - range.start).ok(),
        content_range,
        content_type: Some(content_type(asked, &object)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.modified_ms)),
        metadata: metadata(&object),
        cache_control: object.cache_control.clone(),
        content_disposition: object.content_disposition.clone(),
        content_encoding: content_encoding(asked, &object),
        ..HeadObjectOutput::default()
    })
}

pub(super) async fn get(asked: &Asked, input: &GetObjectInput) -> Result<GetObjectOutput, Refusal> {
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    };
    let object = find(asked, &input.key, input.version_id.as_deref(), &conditions)?;
    if asked.facts.struck.has(&Fault::DenyKms) {
        return Err(asked.admitted.no_kms_key(asked.bucket()?));
    }
    let ranges = !asked.facts.struck.has(&Fault::IgnoreRange);
    let (range, content_range) = resolve(asked, input.range.as_ref().filter(|_| ranges), &object)?;
    Ok(GetObjectOutput {
        accept_ranges: ranges.then(|| "bytes".to_owned()),
        content_length: i64::try_from(range.end - range.start).ok(),
        content_range,
        content_type: Some(content_type(asked, &object)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.modified_ms)),
        metadata: metadata(&object),
        cache_control: object.cache_control.clone(),
        content_disposition: object.content_disposition.clone(),
        content_encoding: content_encoding(asked, &object),
        body: Some(body(&object, range).await?),
        ..GetObjectOutput::default()
    })
}

pub(super) async fn put(
    asked: &Asked,
    input: PutObjectInput,
    now_ms: i64,
) -> Result<PutObjectOutput, Refusal> {
    let bucket = asked.bucket()?;
    if matches!(input.if_none_match, Some(s3s::dto::ETagCondition::Any))
        && bucket.objects.find(&input.key).is_some()
    {
        return Err(Refusal::precondition_failed("If-None-Match"));
    }
    let bytes = match input.body {
        Some(body) => collect(body).await?,
        None => Bytes::new(),
    };
    let content_type = input
        .content_type
        .unwrap_or_else(|| "binary/octet-stream".to_owned());
    let mut object = Object::in_memory(&input.key, bytes, Some(content_type), now_ms);
    object.metadata = input.metadata.unwrap_or_default().into_iter().collect();
    object.cache_control = input.cache_control;
    object.content_disposition = input.content_disposition;
    // The framing of the upload is not the object's encoding.
    object.content_encoding = input
        .content_encoding
        .filter(|encoding| encoding != "aws-chunked");
    let e_tag = Some(ETag::Strong(object.etag.clone()));
    bucket.objects.put(&input.key, object);
    Ok(PutObjectOutput {
        e_tag,
        ..PutObjectOutput::default()
    })
}

fn find(
    asked: &Asked,
    key: &str,
    version: Option<&str>,
    conditions: &Conditions<'_>,
) -> Result<Arc<Object>, Refusal> {
    let bucket = asked.bucket()?;
    // Buckets here are not versioned: the only version of an object is called null.
    if let Some(version) = version.filter(|version| *version != "null") {
        return Err(Refusal::invalid_argument(
            "versionId",
            version,
            "Invalid version id specified",
        ));
    }
    let struck = &asked.facts.struck;
    let object = bucket
        .objects
        .find(key)
        .filter(|_| !struck.has(&Fault::NoSuchObject))
        .ok_or_else(|| asked.admitted.no_such_key(bucket, key, struck))?;
    conditions.check(&object)?;
    match struck.has(&Fault::Bomb) {
        true => Ok(Arc::new(bomb(key, &object))),
        false => Ok(object),
    }
}

fn content_type(asked: &Asked, object: &Object) -> String {
    let instead = asked.facts.struck.find(|fault| match fault {
        Fault::WrongContentType { media_type } => Some(media_type.clone()),
        _ => None,
    });
    instead.unwrap_or_else(|| object.content_type.clone())
}

fn content_encoding(asked: &Asked, object: &Object) -> Option<String> {
    match asked.facts.struck.has(&Fault::FalseGzip) {
        true => Some("gzip".to_owned()),
        false => object.content_encoding.clone(),
    }
}

/// The bytes to send, and the Content-Range if it is a part.
fn resolve(
    asked: &Asked,
    range: Option<&ByteRange>,
    object: &Object,
) -> Result<(Range<u64>, Option<String>), Refusal> {
    let size_bytes = object.content.size_bytes();
    let Some(range) = range else {
        return Ok((0..size_bytes, None));
    };
    let refused = || Refusal::invalid_range(asked.facts.range.as_deref().unwrap_or_default(), size_bytes);
    match range.check(size_bytes) {
        Ok(part) if !part.is_empty() => {
            let content_range = format!("bytes {}-{}/{size_bytes}", part.start, part.end - 1);
            Ok((part, Some(content_range)))
        }
        _ => Err(refused()),
    }
}

fn metadata(object: &Object) -> Option<HashMap<String, String>> {
    let pairs = object
        .metadata
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    (!object.metadata.is_empty()).then(|| pairs.collect())
}

async fn body(object: &Object, range: Range<u64>) -> Result<StreamingBlob, Refusal> {
    match &object.content {
        Content::Memory(bytes) => {
            let at = |offset: u64| usize::try_from(offset).unwrap_or(bytes.len());
            Ok(StreamingBlob::from(Body::from(
                bytes.slice(at(range.start)..at(range.end)),
            )))
        }
        Content::File { path, .. } => Ok(StreamingBlob::wrap(read_file(path.clone(), range).await?)),
    }
}

async fn read_file(
    path: PathBuf,
    range: Range<u64>,
) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + Sync + 'static, Refusal> {
    let gone = |e: std::io::Error| {
        tracing::warn!(path = %path.display(), error = %e, "a file of the seed folder cannot be read");
        let message = "We encountered an internal error. Please try again.";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
    };
    let mut file = File::open(&path).await.map_err(gone)?;
    file.seek(SeekFrom::Start(range.start)).await.map_err(gone)?;
    Ok(stream::try_unfold(
        (file, range.end - range.start),
        |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let mut chunk = BytesMut::zeroed(usize::try_from(left.min(CHUNK_BYTES)).unwrap_or(0));
            file.read_exact(&mut chunk).await?;
            let left = left - chunk.len() as u64;
            Ok(Some((chunk.freeze(), (file, left))))
        },
    ))
}

pub(super) async fn collect(mut body: StreamingBlob) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        // The protocol library ends the stream with an error when hash or length do not fit.
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "an upload did not arrive whole");
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            Refusal::bad_request("XAmzContentSHA256Mismatch", message)
        })?;
        if bytes.len() + chunk.len() > MAX_OBJECT_BYTES {
            let message = "Your proposed upload exceeds the maximum allowed size";
            return Err(Refusal::bad_request("EntityTooLarge", message)
                .with("MaxSizeAllowed", MAX_OBJECT_BYTES.to_string()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
