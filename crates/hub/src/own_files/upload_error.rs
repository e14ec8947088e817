//! Why a file did not arrive, with what its sender is to do.

use std::io;

use axum::http::StatusCode;
use serde_json::json;

use super::{BucketError, MAX_UPLOADS, UPLOAD_IDLE};
use crate::disk::is_disk_full;
use crate::error::ApiError;

/// Why a file did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error(
        "the file has more than {max} bytes, the most that this hub takes; make it smaller, or ask the hub's operator for a larger --max-upload-bytes"
    )]
    TooLarge { max: u64 },
    #[error("{MAX_UPLOADS} files arrive at this hub right now; send this one again in a moment")]
    TooMany,
    #[error("nothing arrived for {} seconds, so the upload was given up; send the file again", UPLOAD_IDLE.as_secs())]
    Stalled,
    #[error("the upload was cut off after {received} bytes; send the file again ({cause})")]
    CutOff { received: u64, cause: String },
    #[error("the upload has {received} bytes and was announced with {declared}; send the file again")]
    WrongLength { received: u64, declared: u64 },
    #[error(
        "the hub's disk is full, so nothing of what was sent was kept; ask the hub's operator for room and send it again"
    )]
    DiskFull,
    #[error("the file could not be kept: {0}")]
    Io(io::Error),
    #[error("{received} bytes of the file are here, and what was sent begins elsewhere; go on at {received}")]
    WrongOffset { received: u64 },
    #[error(
        "the file was announced with {length} bytes, and what was sent goes beyond them; nothing of it was kept: send what is left of the file, and no more"
    )]
    OverLong { length: u64 },
    #[error(
        "what is here is not the file that its checksum is of, so none of it was kept; send the file again from its beginning"
    )]
    WrongChecksum,
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("all of the file is here and on its way to its place; ask again in a moment")]
    Finishing,
    #[error("somebody else sends the same file now, another page for instance; let one of you finish")]
    TakenOver,
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        if is_disk_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        let error = match error {
            UploadError::Bucket(error) => return error.into(),
            other => other,
        };
        let (status, code) = match &error {
            UploadError::Bucket(_) => return Self::internal(&error),
            UploadError::Finishing => (StatusCode::SERVICE_UNAVAILABLE, "upload.finishing"),
            UploadError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "upload.too_large"),
            UploadError::TooMany => return Self::too_many("upload.too_many", format!("{error}."), 5),
            UploadError::Stalled => (StatusCode::REQUEST_TIMEOUT, "upload.stalled"),
            UploadError::CutOff { .. } => (StatusCode::BAD_REQUEST, "upload.cut_off"),
            UploadError::WrongLength { .. } => (StatusCode::BAD_REQUEST, "upload.wrong_length"),
            UploadError::DiskFull => (StatusCode::INSUFFICIENT_STORAGE, "upload.disk_full"),
            UploadError::Io(cause) => return Self::internal(cause),
            UploadError::WrongOffset { .. } => (StatusCode::CONFLICT, "upload.wrong_offset"),
            UploadError::OverLong { .. } => (StatusCode::BAD_REQUEST, "upload.over_long"),
            UploadError::WrongChecksum => (StatusCode::BAD_REQUEST, "upload.wrong_checksum"),
            UploadError::TakenOver => (StatusCode::CONFLICT, "upload.taken_over"),
        };
        let mut message = format!("{error}.");
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let answer = Self::new(status, code, message);
        match error {
            UploadError::WrongOffset { received } => {
                answer.with_details(json!({ "receivedBytes": received }))
            }
            _ => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_a_status_of_its_own() {
        let full = UploadError::from(io::Error::from(io::ErrorKind::StorageFull));
        let error = ApiError::from(full);
        assert_eq!(
            (error.status, error.code.as_ref()),
            (StatusCode::INSUFFICIENT_STORAGE, "upload.disk_full")
        );
    }
}
