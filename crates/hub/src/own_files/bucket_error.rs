//! What is wrong with the bucket of the own storage, in words for the operator and for whoever uploads.

use axum::http::StatusCode;
use insitu_cloud::credentials::CredentialError;
use insitu_cloud::presign::SignError;
use insitu_cloud::{CallError, RefusalKind};

use crate::error::ApiError;

/// Why the bucket of the own storage did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    #[error("the bucket of this hub's own storage, {place}, did not do what was asked of it: {cause}; {}", advice(.cause))]
    Call { place: String, cause: Box<CallError> },
    #[error(
        "the bucket of this hub's own storage cannot be opened: {0}; or give it a key of its own with --own-storage-access-key-id"
    )]
    Credentials(#[from] CredentialError),
    #[error("a link to this hub's own storage cannot be signed: {0}")]
    Sign(#[from] SignError),
    #[error(
        "what was written to {0} and read again is something else: the endpoint is probably no S3 service"
    )]
    Another(String),
    #[error(
        "the bucket of this hub's own storage, {place}, has no CORS rule for {origin}, so that browsers do not show what lies in it; add one that allows GET and HEAD from there"
    )]
    NoCors { place: String, origin: String },
}

impl BucketError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        use RefusalKind as Kind;
        match self {
            Self::Call { cause, .. } => match cause.kind() {
                Some(Kind::AccessDenied) => "own_storage.denied",
                Some(Kind::UnknownKey | Kind::BadSignature | Kind::BadToken | Kind::Expired) => {
                    "own_storage.key_refused"
                }
                Some(Kind::NoSuchBucket) => "own_storage.no_such_bucket",
                Some(Kind::WrongRegion) => "own_storage.wrong_region",
                Some(Kind::Throttled) => "own_storage.busy",
                Some(Kind::ClockSkew) => "own_storage.clock_skew",
                None if matches!(**cause, CallError::Connect(_)) => "own_storage.unreachable",
                _ => "own_storage.failed",
            },
            Self::Credentials(_) => "own_storage.no_identity",
            Self::Sign(error) => error.code(),
            Self::Another(_) => "own_storage.failed",
            Self::NoCors { .. } => "own_storage.no_cors",
        }
    }
}

fn advice(cause: &CallError) -> String {
    use RefusalKind as Kind;
    match cause.kind() {
        Some(Kind::AccessDenied) => {
            "its key needs s3:PutObject, s3:GetObject and s3:AbortMultipartUpload on the objects there, and s3:ListBucket on the bucket".to_owned()
        }
        Some(Kind::UnknownKey | Kind::BadSignature | Kind::BadToken | Kind::Expired) => {
            "the operator has to give the hub a key that is good".to_owned()
        }
        Some(Kind::NoSuchBucket) => "the operator makes the bucket, or names another with --own-storage".to_owned(),
        Some(Kind::WrongRegion) => match cause.region_hint() {
            Some(region) => format!("the operator sets --own-storage-region {region}"),
            None => "the operator sets its region with --own-storage-region".to_owned(),
        },
        Some(Kind::ClockSkew) => "the operator sets this machine's clock".to_owned(),
        Some(Kind::Throttled | Kind::ServerFault) => "try again in a moment".to_owned(),
        None if matches!(cause, CallError::Connect(_)) => {
            "try again in a moment; if it stays, the operator looks at --own-storage-endpoint and the network".to_owned()
        }
        _ => "the operator finds more in the bucket's own log".to_owned(),
    }
}

impl From<BucketError> for ApiError {
    fn from(error: BucketError) -> Self {
        let code = error.code();
        let mut message = format!("{error}.");
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        tracing::warn!(code, %error, "the bucket of the own storage");
        let status = match code {
            "own_storage.busy" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        Self::new(status, code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_cloud::Refusal;

    #[test]
    fn every_cause_has_a_code_and_says_what_to_do() {
        for (status, code, expected, words) in [
            (403, "AccessDenied", "own_storage.denied", "s3:PutObject"),
            (
                403,
                "InvalidAccessKeyId",
                "own_storage.key_refused",
                "a key that is good",
            ),
            (404, "NoSuchBucket", "own_storage.no_such_bucket", "--own-storage"),
            (
                301,
                "PermanentRedirect",
                "own_storage.wrong_region",
                "--own-storage-region eu-west-3",
            ),
            (503, "SlowDown", "own_storage.busy", "in a moment"),
            (500, "InternalError", "own_storage.failed", "in a moment"),
        ] {
            let refusal = Refusal {
                status,
                code: Some(code.to_owned()),
                region: Some("eu-west-3".to_owned()),
                ..Refusal::default()
            };
            let cause = Box::new(CallError::Refused {
                host: "h".to_owned(),
                call: "PutObject",
                refusal: Box::new(refusal),
            });
            let error = BucketError::Call {
                place: "own/files/".to_owned(),
                cause,
            };
            let answer = ApiError::from(error);
            assert_eq!(answer.code, expected);
            assert!(answer.message.contains(words), "{}", answer.message);
            assert!(answer.status.is_server_error());
        }
    }
}
