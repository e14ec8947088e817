//! What is answered when something cannot be done: a status, a stable code, and a sentence that says what
//! happened, to what, and what to do.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer other than success. Its sentence is for people and carries no secret.
#[derive(Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: Cow<'static, str>,
    pub message: String,
    /// In a box, so that every result of a handler stays small.
    pub details: Option<Box<Value>>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    /// An error with this status, code and sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: None,
            retry_after_seconds: None,
        }
    }

    /// 400: what was sent is not what is needed.
    pub fn invalid(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401: nobody is signed in, or the key is not one of ours.
    pub fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// 403: the caller is known and lacks the right.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404: no such thing that the caller may see; the same answer for what exists elsewhere.
    pub fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code(what, "not_found"),
            format!("There is no {what} {id} that you can see. Check the id and the organization."),
        )
    }

    /// 409: it clashes with what is there.
    pub fn conflict(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 429, with the time after which to try again.
    pub fn too_many(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        retry_after_seconds: u64,
    ) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, message);
        error.retry_after_seconds = Some(retry_after_seconds);
        error
    }

    /// 500: our fault. The cause goes to the log, not to the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed inside the hub");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "hub.internal",
            "The hub could not do this because of a fault of its own. Try again; if it stays, the operator finds the cause in the hub's log.",
        )
    }

    /// The same error with machine-readable details.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// Whether there is no such thing, or none that the caller may know of.
    pub fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Whether the same may succeed a little later: something that the hub needs for it, such as STS, does not answer. Jobs
    /// try again then, so whoever gives an error another status changes what they do.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.status,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        )
    }

    fn to_json(&self) -> Value {
        let status = if self.status.is_server_error() {
            "error"
        } else {
            "fail"
        };
        let mut body = json!({ "status": status, "message": self.message, "code": self.code });
        if let (Some(details), Some(object)) = (&self.details, body.as_object_mut()) {
            object.insert("details".to_owned(), (**details).clone());
        }
        body
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.to_json())).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<insitu_store::Error> for ApiError {
    fn from(error: insitu_store::Error) -> Self {
        use insitu_store::Error as Store;
        let message = sentence(&error.to_string());
        match error {
            Store::NotFound { what, .. } => {
                Self::new(StatusCode::NOT_FOUND, code(what, "not_found"), message)
            }
            Store::AlreadyExists { what, .. } => Self::conflict(code(what, "already_exists"), message),
            Store::Conflict { what, .. } => Self::conflict(code(what, "conflict"), message),
            Store::InUse { what, .. } => Self::conflict(code(what, "in_use"), message),
            Store::Refused { what, .. } => Self::invalid(code(what, "refused"), message),
            Store::TooMany { what, .. } => {
                Self::too_many(code(what, "too_many"), message, RETRY_AFTER_SECONDS)
            }
            Store::BadCursor(_) => Self::invalid("request.cursor_invalid", message),
            Store::NeedsCursor => Self::invalid("request.page_needs_cursor", message),
            Store::NotReady { what, .. } => Self::conflict(code(what, "not_ready"), message),
            Store::DiskFull => Self::new(StatusCode::INSUFFICIENT_STORAGE, "store.disk_full", message),
            Store::Unavailable(_) | Store::Contention | Store::Closed => {
                tracing::error!(error = %message, "the database does not answer");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), message)
            }
            other => Self::internal(other),
        }
    }
}

/// When to try again where as many are on their way as may be, unless the caller knows better.
const RETRY_AFTER_SECONDS: u64 = 5;

/// The store says "a storage"; codes say `storage`.
fn code(what: &str, problem: &str) -> String {
    let mut noun = what;
    for article in ["a ", "an ", "the "] {
        noun = noun.strip_prefix(article).unwrap_or(noun);
    }
    let noun = match noun {
        "change of assets" | "changes of assets" => "asset_change",
        // A rule of the database that nobody foresaw; `row` is a row of a list.
        "row" => "store",
        other => other,
    };
    format!("{}.{problem}", noun.replace([' ', '-'], "_").to_lowercase())
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_hides_its_cause() {
        let body = ApiError::internal("password=hunter2").to_json().to_string();
        assert!(!body.contains("hunter2"));
        assert!(body.contains(r#""status":"error""#));
    }

    #[test]
    fn codes_are_words_without_articles_and_one_noun_has_one() {
        for (what, expected) in [
            ("a storage", "storage.not_found"),
            ("an import", "import.not_found"),
            ("the list of assets", "list_of_assets.not_found"),
            ("sign-in link", "sign_in_link.not_found"),
            ("change of assets", "asset_change.not_found"),
            ("a row", "store.not_found"),
        ] {
            assert_eq!(code(what, "not_found"), expected);
            assert_eq!(ApiError::not_found(what, "x").code, expected);
        }
    }

    #[test]
    fn what_does_not_answer_may_later_and_what_is_not_there_is_not_there() {
        let of_store = |error: insitu_store::Error| ApiError::from(error);
        assert!(of_store(insitu_store::Error::Closed).is_transient());
        assert!(ApiError::new(StatusCode::BAD_GATEWAY, "credentials.unanswered", "").is_transient());
        for lasting in [
            ApiError::invalid("storage.name_taken", ""),
            ApiError::internal("a fault"),
            of_store(insitu_store::Error::DiskFull),
        ] {
            assert!(!lasting.is_transient() && !lasting.is_not_found(), "{lasting}");
        }
        assert!(ApiError::not_found("storage", "x").is_not_found());
    }

    #[test]
    fn a_refusal_says_fail_and_carries_its_code() {
        let body = ApiError::invalid("storage.name_taken", "taken").to_json();
        assert_eq!(body["status"], "fail");
        assert_eq!(body["code"], "storage.name_taken");
        assert!(body.get("details").is_none());
    }
}
