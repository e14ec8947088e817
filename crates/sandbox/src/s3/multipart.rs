//! What is asked of an object that comes in parts: begin, put a part, complete, abort.

use bytes::Bytes;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
    UploadPartInput, UploadPartOutput,
};

use super::Asked;
use super::objects::collect;
use crate::keys;
use crate::objects::Object;
use crate::refusal::Refusal;
use crate::uploads::{PART_NUMBER_MAX, Unfit};
use crate::world::World;

pub(super) fn begin(
    asked: &Asked,
    input: CreateMultipartUploadInput,
    world: &World,
) -> Result<CreateMultipartUploadOutput, Refusal> {
    let bucket = asked.bucket()?;
    let id = keys::upload_id(&*world.ambient.random);
    let kind = input
        .content_type
        .unwrap_or_else(|| "binary/octet-stream".to_owned());
    let mut about = Object::in_memory(&input.key, Bytes::new(), Some(kind), world.now_ms());
    about.metadata = input.metadata.unwrap_or_default().into_iter().collect();
    about.cache_control = input.cache_control;
    about.content_disposition = input.content_disposition;
    about.content_encoding = input.content_encoding;
    bucket.uploads.begin(id.clone(), &input.key, about);
    Ok(CreateMultipartUploadOutput {
        bucket: Some(bucket.name.clone()),
        key: Some(input.key),
        upload_id: Some(id),
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn put_part(asked: &Asked, input: UploadPartInput) -> Result<UploadPartOutput, Refusal> {
    let number = input.part_number;
    if !(1..=PART_NUMBER_MAX).contains(&number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(Refusal::invalid_argument(
            "partNumber",
            &number.to_string(),
            message,
        ));
    }
    let bytes = match input.body {
        Some(body) => collect(body).await?,
        None => Bytes::new(),
    };
    let uploads = &asked.bucket()?.uploads;
    let put = uploads.put_part(&input.upload_id, &input.key, number, bytes);
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(put.map_err(refusal)?)),
        ..UploadPartOutput::default()
    })
}

pub(super) fn complete(
    asked: &Asked,
    input: CompleteMultipartUploadInput,
    now_ms: i64,
) -> Result<CompleteMultipartUploadOutput, Refusal> {
    let bucket = asked.bucket()?;
    let parts = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let named: Option<Vec<(i32, String)>> = parts
        .into_iter()
        .map(|part| Some((part.part_number?, part.e_tag?.value().to_owned())))
        .collect();
    let named = named.ok_or_else(|| refusal(Unfit::InvalidPart))?;
    let made = bucket
        .uploads
        .complete(&input.upload_id, &input.key, &named, now_ms);
    let object = made.map_err(refusal)?;
    let etag = ETag::Strong(object.etag.clone());
    bucket.objects.put(&input.key, object);
    Ok(CompleteMultipartUploadOutput {
        bucket: Some(bucket.name.clone()),
        key: Some(input.key),
        e_tag: Some(etag),
        ..CompleteMultipartUploadOutput::default()
    })
}

pub(super) fn abort(
    asked: &Asked,
    input: &AbortMultipartUploadInput,
) -> Result<AbortMultipartUploadOutput, Refusal> {
    let uploads = &asked.bucket()?.uploads;
    uploads.abort(&input.upload_id, &input.key).map_err(refusal)?;
    Ok(AbortMultipartUploadOutput::default())
}

fn refusal(unfit: Unfit) -> Refusal {
    match unfit {
        Unfit::NoSuchUpload => Refusal::not_found(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ),
        Unfit::InvalidPart => Refusal::bad_request(
            "InvalidPart",
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        ),
        Unfit::InvalidPartOrder => Refusal::bad_request(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ),
        Unfit::EntityTooSmall => Refusal::bad_request(
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
        ),
    }
}
