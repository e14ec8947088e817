//! Writes down what buckets answer: lists name some that are not there, and people shall see which.

use insitu_cloud::doctor::Patient;
use insitu_model::bucket::BucketName;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_store::buckets_seen;

use crate::hub::Hub;

/// Notes whether a bucket is there, if that is news. Nobody is refused for want of it.
pub(super) async fn note_seen(
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

/// The same of all that a test looked at and found to be as it should be.
pub async fn note_all_there(hub: &Hub, whose: (OrganizationId, StorageId), tested: &Patient) {
    for target in &tested.targets {
        note_seen(hub, whose, &target.bucket, true).await;
    }
}
