//! Uploads into a customer's bucket, only because somebody asked for it: the hub signs where a file may be put, whoever
//! asked puts it, and before it becomes an asset the hub asks S3 whether it is there.

use axum::http::StatusCode;
use insitu_cloud::presign::SignedUrl;
use insitu_cloud::s3::{Access, Listing, ObjectName};
use insitu_cloud::{CallError, RefusalKind};
use insitu_model::address::ObjectAddress;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::bucket::BucketName;
use insitu_model::id::{OrganizationId, StorageId, UserId};
use insitu_model::own_file::OwnFile;
use insitu_store::audit;
use serde_json::json;

use super::ReachedStorage;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::UPLOAD_LINK_SECONDS;

/// Why an object that was to be uploaded does not become an asset.
#[derive(Debug, thiserror::Error)]
pub enum NotUploaded {
    /// S3 has no such object.
    #[error(
        "{bucket}/{key} is not in the bucket, so its upload failed: to be uploaded to, the storage {storage} must be allowed s3:PutObject, which a policy for reading does not allow; then upload the file again"
    )]
    Missing {
        bucket: String,
        key: String,
        storage: String,
    },
    /// Nobody knows whether it is there.
    #[error("whether {bucket}/{key} was uploaded cannot be told: {cause}")]
    Unknown {
        bucket: String,
        key: String,
        cause: String,
        /// No answer came at all, so none will come for others of the storage either.
        is_silent: bool,
    },
}

impl NotUploaded {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "row.upload_missing",
            Self::Unknown { .. } => "row.upload_unknown",
        }
    }
}

/// A URL by which a file can be put into the storage, in this bucket or the first that its prefixes name. It is on
/// record.
pub async fn upload_url(
    hub: &Hub,
    organization: OrganizationId,
    user: UserId,
    storage: StorageId,
    bucket: Option<&str>,
    file: &OwnFile,
) -> ApiResult<SignedUrl> {
    let storage = ReachedStorage::get(hub, organization, storage).await?;
    let object = place_of(&storage, bucket, file)?;
    let signer = storage.upload_signer(hub).await?;
    let region = hub
        .cloud
        .regions
        .region_of(hub, &storage, object.bucket(), None)
        .await;
    let signed = signer
        .prepare(
            &region,
            storage.endpoint.as_ref(),
            UPLOAD_LINK_SECONDS,
            hub.clock.now_ms(),
        )
        .map_err(|error| ApiError::new(StatusCode::BAD_GATEWAY, error.code(), format!("{error}.")))?
        .sign_upload(object.bucket().as_str(), object.key());
    let what = (AuditAction::UploadSigned, AuditSubject::Storage(storage.id));
    let details = json!({ "bucket": object.bucket(), "key": object.key() });
    let record = crate::audit::record(hub, organization, Some(user), what, &details);
    hub.db.write(move |tx| audit::insert(tx, &record)).await?;
    Ok(signed)
}

/// Where a file belongs: below the first prefix of the bucket, by project, type and name.
fn place_of(storage: &ReachedStorage, bucket: Option<&str>, file: &OwnFile) -> ApiResult<ObjectAddress> {
    let invalid = |code: &'static str, problem: String| ApiError::invalid(code, format!("{problem}."));
    let named: Option<BucketName> = bucket
        .map(str::parse)
        .transpose()
        .map_err(|error: insitu_model::bucket::BucketNameError| invalid(error.code(), error.to_string()))?;
    let prefix = storage
        .prefixes
        .iter()
        .find(|prefix| named.as_ref().is_none_or(|bucket| prefix.bucket() == bucket));
    let (bucket, folder) = match (named, prefix) {
        (_, Some(prefix)) => (prefix.bucket().clone(), prefix.key_prefix()),
        (Some(bucket), None) if storage.prefixes.is_empty() => (bucket, ""),
        (Some(bucket), None) => {
            return Err(invalid(
                "storage.outside_prefixes",
                format!(
                    "{bucket} lies outside of the prefixes that the storage {} may reach",
                    storage.name()
                ),
            ));
        }
        (None, None) => {
            return Err(invalid(
                "upload.bucket_missing",
                format!(
                    "The storage {} names no bucket, so it is not known where to upload to. Name one as bucket=, or give the storage a prefix",
                    storage.name()
                ),
            ));
        }
    };
    let key = format!("{folder}{}/{}/{}", file.project, file.kind, file.name);
    ObjectAddress::new(bucket, &key, None).map_err(|error| invalid(error.code(), error.to_string()))
}

/// Asks S3 whether an object is there.
pub async fn check_uploaded(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    object: &ObjectAddress,
) -> Result<(), NotUploaded> {
    let (bucket, key) = (object.bucket().to_string(), object.key().to_owned());
    let unknown = |cause: &dyn std::fmt::Display| NotUploaded::Unknown {
        bucket: bucket.clone(),
        key: key.clone(),
        cause: cause.to_string(),
        is_silent: false,
    };
    let unheard = |error: &CallError| NotUploaded::Unknown {
        bucket: bucket.clone(),
        key: key.clone(),
        cause: error.to_string(),
        is_silent: error.refusal().is_none(),
    };
    let storage = ReachedStorage::get(hub, organization, storage)
        .await
        .map_err(|error| unknown(&error))?;
    storage.signer(hub).await.map_err(|error| unknown(&error))?;
    let name = ObjectName {
        bucket: object.bucket(),
        key: object.key(),
        version: object.version(),
    };
    let asked = storage.call_for(hub, object, |access| async move {
        hub.cloud.s3.head_object(&access, name).await
    });
    let is_there = match asked.await.map_err(|error| unknown(&error))? {
        Ok(_) => true,
        Err(error) if is_absent(&error) => false,
        Err(error) if error.kind() == Some(RefusalKind::AccessDenied) => {
            let asked = storage.call_for(hub, object, |access| async move {
                is_listed(hub, &access, object).await
            });
            asked
                .await
                .map_err(|error| unknown(&error))?
                .map_err(|error| unheard(&error))?
        }
        Err(error) => return Err(unheard(&error)),
    };
    match is_there {
        true => Ok(()),
        false => Err(NotUploaded::Missing {
            bucket,
            key,
            storage: storage.name().to_owned(),
        }),
    }
}

fn is_absent(error: &CallError) -> bool {
    matches!(
        error.kind(),
        Some(RefusalKind::NotFound | RefusalKind::NoSuchBucket)
    )
}

/// Whether a bucket lists an object that it forbids to look at. The refusal of a HEAD has no words, so a wrong key looks
/// like a right that lacks; that of a list has. Without s3:ListBucket, S3 says of what is not there that it is forbidden.
async fn is_listed(hub: &Hub, access: &Access, object: &ObjectAddress) -> Result<bool, CallError> {
    let listing = Listing {
        prefix: object.key(),
        delimiter: None,
        continuation: None,
        start_after: None,
        max_keys: 1,
    };
    match hub.cloud.s3.list_v2(access, object.bucket(), &listing).await {
        Ok(page) => Ok(page.objects.iter().any(|found| found.key == object.key())),
        Err(error) if is_absent(&error) || error.kind() == Some(RefusalKind::AccessDenied) => Ok(false),
        Err(error) => Err(error),
    }
}
