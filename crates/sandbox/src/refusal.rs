//! Every refusal in AWS's own words: code, status, message and the elements that come with it.

use hyper::StatusCode;
use s3s::{S3Error, S3ErrorCode};

use crate::time::{basic, iso8601};

/// How far a client's clock may be off.
pub const MAX_SKEW_MS: i64 = 900_000;

/// The longest life of a presigned URL: a week.
pub const MAX_EXPIRES_SECONDS: i64 = 604_800;

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub code: String,
    pub message: String,
    /// Further elements of the XML, in order.
    pub elements: Vec<(&'static str, String)>,
    pub headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            elements: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn forbidden(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(crate) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.elements.push((name, value.into()));
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same refusal for the protocol library, which only carries code and status.
    pub(crate) fn to_s3_error(&self) -> S3Error {
        let code = S3ErrorCode::from_bytes(self.code.as_bytes()).unwrap_or(S3ErrorCode::AccessDenied);
        let mut error = S3Error::new(code);
        error.set_status_code(self.status);
        error
    }
}

/// Who you are, and whether the signature holds.
impl Refusal {
    pub(crate) fn invalid_access_key_id(access_key_id: &str) -> Self {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Self::forbidden("InvalidAccessKeyId", message).with("AWSAccessKeyId", access_key_id)
    }

    pub(crate) fn signature_does_not_match() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        Self::forbidden("SignatureDoesNotMatch", message)
    }

    pub(crate) fn expired_token(token: &str) -> Self {
        Self::bad_request("ExpiredToken", "The provided token has expired.").with("Token-0", token)
    }

    pub(crate) fn invalid_token(token: &str) -> Self {
        let message = "The provided token is malformed or otherwise invalid.";
        Self::bad_request("InvalidToken", message).with("Token-0", token)
    }

    pub(crate) fn skewed(request_ms: i64, now_ms: i64) -> Self {
        let message = "The difference between the request time and the current time is too large.";
        Self::forbidden("RequestTimeTooSkewed", message)
            .with("RequestTime", basic(request_ms))
            .with("ServerTime", iso8601(now_ms))
            .with("MaxAllowedSkewMilliseconds", MAX_SKEW_MS.to_string())
    }

    pub(crate) fn expired_url(expires: i64, expired_ms: i64, now_ms: i64) -> Self {
        Self::forbidden("AccessDenied", "Request has expired")
            .with("X-Amz-Expires", expires.to_string())
            .with("Expires", iso8601(expired_ms))
            .with("ServerTime", iso8601(now_ms))
    }

    pub(crate) fn query_parameters(message: &str) -> Self {
        Self::bad_request("AuthorizationQueryParametersError", message)
    }
}

/// Where the bucket is.
impl Refusal {
    pub(crate) fn no_such_bucket(bucket: &str) -> Self {
        Self::not_found("NoSuchBucket", "The specified bucket does not exist").with("BucketName", bucket)
    }

    pub(crate) fn no_such_key(key: &str) -> Self {
        Self::not_found("NoSuchKey", "The specified key does not exist.").with("Key", key)
    }

    pub(crate) fn no_cors_configuration(bucket: &str) -> Self {
        Self::not_found("NoSuchCORSConfiguration", "The CORS configuration does not exist")
            .with("BucketName", bucket)
    }

    /// The signature's scope names another region than the bucket's.
    pub(crate) fn wrong_region(scope: &str, bucket: &str, presigned: bool) -> Self {
        let cause = format!("the region '{scope}' is wrong; expecting '{bucket}'");
        let refusal = if presigned {
            Self::query_parameters(&format!("Error parsing the X-Amz-Credential parameter; {cause}"))
        } else {
            let message = format!("The authorization header is malformed; {cause}");
            Self::bad_request("AuthorizationHeaderMalformed", message)
        };
        refusal
            .with("Region", bucket)
            .with_header("x-amz-bucket-region", bucket)
    }

    /// The request went to the endpoint of another region. There is no Location header, as AWS sends none.
    pub(crate) fn permanent_redirect(bucket: &str, endpoint: &str, region: &str) -> Self {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
        Self::new(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message)
            .with("Endpoint", endpoint)
            .with("Bucket", bucket)
            .with_header("x-amz-bucket-region", region)
    }
}

/// What you may do.
impl Refusal {
    pub(crate) fn access_denied() -> Self {
        Self::forbidden("AccessDenied", "Access Denied")
    }

    /// Within one account, S3 says who lacks what.
    pub(crate) fn not_authorized(caller: &str, action: &str, resource: &str, reason: &str) -> Self {
        let message = format!(
            "User: {caller} is not authorized to perform: {action} on resource: \"{resource}\" {reason}"
        );
        Self::forbidden("AccessDenied", message)
    }

    /// KMS writes the same sentence without quotes.
    pub(crate) fn no_kms_key(caller: &str, action: &str, key: &str, reason: &str) -> Self {
        let message =
            format!("User: {caller} is not authorized to perform: {action} on resource: {key} {reason}");
        Self::forbidden("AccessDenied", message)
    }

    pub(crate) fn invalid_range(range: &str, size_bytes: u64) -> Self {
        let message = "The requested range is not satisfiable";
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message)
            .with("RangeRequested", range)
            .with("ActualObjectSize", size_bytes.to_string())
            .with_header("content-range", format!("bytes */{size_bytes}"))
    }

    pub(crate) fn precondition_failed(condition: &str) -> Self {
        let message = "At least one of the pre-conditions you specified did not hold";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message).with("Condition", condition)
    }

    pub(crate) fn invalid_argument(name: &str, value: &str, message: &str) -> Self {
        Self::bad_request("InvalidArgument", message)
            .with("ArgumentName", name)
            .with("ArgumentValue", value)
    }
}

/// A browser's question, refused.
impl Refusal {
    pub(crate) fn cors_not_enabled(method: &str, resource: &str) -> Self {
        Self::cors(
            "CORSResponse: CORS is not enabled for this bucket.",
            method,
            resource,
        )
    }

    /// "evalution" is how S3 spells it.
    pub(crate) fn cors_not_allowed(method: &str, resource: &str) -> Self {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
        Self::cors(message, method, resource)
    }

    pub(crate) fn cors_no_bucket(method: &str, resource: &str) -> Self {
        Self::cors("CORSResponse: Bucket not found", method, resource)
    }

    fn cors(message: &str, method: &str, resource: &str) -> Self {
        Self::forbidden("AccessForbidden", message)
            .with("Method", method)
            .with("ResourceType", resource)
    }
}
