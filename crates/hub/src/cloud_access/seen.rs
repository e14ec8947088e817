//! Writes down what buckets answer: lists name some that are not there, and people shall see which.

use insitu_model::bucket::BucketName;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_store::buckets_seen;

use crate::hub::Hub;

/// Notes whether a bucket is there, if that is news. Nobody is refused for want of it.
pub async fn note_seen(
    hub: &Hub,
    (organization, storage): (OrganizationId, StorageId),
    bucket: &BucketName,
    is_there: bool,
) {
    let name = bucket.to_string();
    let known = hub
        .db
        .read(move |tx| buckets_seen::find(tx, organization, storage, &name))
        .await;
    if matches!(known, Ok(Some(before)) if before == is_there) {
        return;
    }
    let name = bucket.to_string();
    let noted = hub
        .db
        .write(move |tx| buckets_seen::note(tx, organization, storage, &name, is_there))
        .await;
    if let Err(error) = noted {
        tracing::warn!(%storage, %bucket, %error, "what a bucket answered could not be written down");
    }
}
