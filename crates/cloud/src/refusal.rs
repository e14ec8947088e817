//! What S3 and STS say when they refuse: `<Error><Code/><Message/>…`, told apart by what the caller can do about it.

use crate::blank::blank;
use crate::connect::Answer;
use crate::xml::{Element, XmlError};

/// Longest message that is kept, in characters.
const MESSAGE_CHARS_MAX: usize = 1000;
/// Longest code, region or request id that is kept, in characters.
const WORD_CHARS_MAX: usize = 200;

/// A refusal, as the server put it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The server's code, such as `AccessDenied`; none when the answer had no body, as answers to HEAD never have.
    pub code: Option<String>,
    /// The server's message, in its own words, without what opens something: it may echo our request.
    pub message: Option<String>,
    /// Names the request in the server's logs.
    pub request_id: Option<String>,
    /// The region that the server says the bucket is in.
    pub region: Option<String>,
    /// Where the server sends whoever asks, no further than the origin: what follows may open something. Empty where that
    /// is a page of its own.
    pub redirects_to: Option<String>,
    /// The time of the server, if it finds ours too far from it.
    pub server_time: Option<String>,
    /// How many seconds the server wants to be left alone for.
    pub retry_after_s: Option<u32>,
}

/// What a refusal means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// Known, but not allowed; or not saying whether the object exists.
    AccessDenied,
    /// No such key ID.
    UnknownKey,
    /// The secret key is wrong.
    BadSignature,
    /// The session, or the URL, is over.
    Expired,
    /// The token is not one.
    BadToken,
    /// The clocks are too far apart.
    ClockSkew,
    /// The bucket is in another region.
    WrongRegion,
    /// Something else is at this address, and says where to go.
    Redirected,
    /// No such bucket.
    NoSuchBucket,
    /// No such object.
    NotFound,
    /// The object is empty or shorter than the range.
    InvalidRange,
    /// Too many requests.
    Throttled,
    /// The server failed.
    ServerFault,
    /// The request itself is wrong.
    Invalid,
}

impl Refusal {
    /// Reads the refusal out of an answer. A body that is no XML is an error only where a body was due.
    pub(crate) fn read(answer: &Answer) -> Self {
        let mut refusal = Refusal {
            status: answer.status,
            request_id: answer
                .header("x-amz-request-id")
                .or(answer.header("x-amzn-requestid"))
                .map(word),
            region: answer
                .header("x-amz-bucket-region")
                .filter(|region| !region.is_empty())
                .map(word),
            redirects_to: answer.header("location").map(origin_of),
            retry_after_s: retry_after_s(answer),
            ..Refusal::default()
        };
        if let Ok(document) = Element::parse(&answer.body) {
            refusal.read_document(&document);
        }
        refusal
    }

    /// Reads the refusal out of a document, if that is what it holds.
    pub(crate) fn read_document(&mut self, document: &Element) {
        let Some(error) = document.find("Error") else {
            return;
        };
        let text = |name: &str| error.text_of(name).map(str::trim).filter(|text| !text.is_empty());
        self.code = text("Code").map(word);
        self.message =
            text("Message").map(|message| blank(message).chars().take(MESSAGE_CHARS_MAX).collect());
        self.region = self.region.take().or(text("Region").map(word));
        self.redirects_to = self.redirects_to.take().or(text("Endpoint").map(word));
        self.server_time = text("ServerTime").map(word);
        let request_id =
            text("RequestId").or_else(|| document.text_of("RequestId").or(document.text_of("RequestID")));
        self.request_id = self.request_id.take().or(request_id.map(word));
    }

    /// What it means, by its code, or by its status where there is none.
    pub fn kind(&self) -> RefusalKind {
        use RefusalKind as Kind;
        match self.code.as_deref().unwrap_or_default() {
            "InvalidAccessKeyId" | "InvalidClientTokenId" => Kind::UnknownKey,
            "SignatureDoesNotMatch" if self.is_about_time() => Kind::ClockSkew,
            "SignatureDoesNotMatch" => Kind::BadSignature,
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Kind::Expired,
            "InvalidToken" => Kind::BadToken,
            "RequestTimeTooSkewed" => Kind::ClockSkew,
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => Kind::WrongRegion,
            "NoSuchBucket" => Kind::NoSuchBucket,
            "NoSuchKey" | "NoSuchVersion" => Kind::NotFound,
            "InvalidRange" => Kind::InvalidRange,
            "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TooManyRequests" => Kind::Throttled,
            // 403, and about a region of the account and not about who asks.
            "RegionDisabledException" => Kind::Invalid,
            "InternalError" | "InternalFailure" | "ServiceUnavailable" | "RequestTimeout" => {
                Kind::ServerFault
            }
            _ => self.kind_of_status(),
        }
    }

    /// STS gives clocks that are too far apart the code of a wrong secret; only its words tell.
    fn is_about_time(&self) -> bool {
        let words = self.message.as_deref().unwrap_or_default();
        words.starts_with("Signature expired: ") || words.starts_with("Signature not yet current: ")
    }

    fn kind_of_status(&self) -> RefusalKind {
        match self.status {
            // S3 says with a code or a header that a bucket is elsewhere, and nowhere else by Location alone.
            300..=399 if self.redirects_to.is_some() && self.region.is_none() => RefusalKind::Redirected,
            300..=399 => RefusalKind::WrongRegion,
            401 | 403 => RefusalKind::AccessDenied,
            404 => RefusalKind::NotFound,
            416 => RefusalKind::InvalidRange,
            429 => RefusalKind::Throttled,
            500.. => RefusalKind::ServerFault,
            _ => RefusalKind::Invalid,
        }
    }

    /// Might the same call succeed a moment later?
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), RefusalKind::Throttled | RefusalKind::ServerFault) && self.status != 501
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}")?,
            (Some(code), None) => f.write_str(code)?,
            (None, _) => f.write_str("no reason given")?,
        }
        write!(f, " (HTTP {})", self.status)
    }
}

fn origin_of(location: &str) -> String {
    let url = reqwest::Url::parse(location).ok();
    let origin = url.map(|url| url.origin()).filter(|origin| origin.is_tuple());
    origin
        .map(|origin| word(&origin.ascii_serialization()))
        .unwrap_or_default()
}

fn word(text: &str) -> String {
    blank(text).chars().take(WORD_CHARS_MAX).collect()
}

/// Why a call to S3 or STS did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer came.
    #[error(transparent)]
    Connect(#[from] crate::connect::ConnectError),
    /// The answer is a refusal.
    #[error("{host} refused {call}: {refusal}")]
    Refused {
        /// Who answered.
        host: String,
        /// What was asked for, such as `ListObjectsV2`.
        call: &'static str,
        /// The refusal.
        refusal: Box<Refusal>,
    },
    /// The answer is not what S3 or STS would say: the endpoint is probably something else.
    #[error(
        "{host} answered {call} with something else ({reason}): check that the address is that of an S3 service"
    )]
    NotUnderstood {
        /// Who answered.
        host: String,
        /// What was asked for.
        call: &'static str,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl CallError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            CallError::Connect(error) => error.code(),
            CallError::Refused { refusal, .. } => match refusal.kind() {
                RefusalKind::AccessDenied => "cloud.access_denied",
                RefusalKind::UnknownKey => "cloud.unknown_key",
                RefusalKind::BadSignature => "cloud.bad_signature",
                RefusalKind::Expired => "cloud.expired",
                RefusalKind::BadToken => "cloud.bad_token",
                RefusalKind::ClockSkew => "cloud.clock_skew",
                RefusalKind::WrongRegion => "cloud.wrong_region",
                RefusalKind::Redirected => "cloud.redirected",
                RefusalKind::NoSuchBucket => "cloud.no_such_bucket",
                RefusalKind::NotFound => "cloud.not_found",
                RefusalKind::InvalidRange => "cloud.invalid_range",
                RefusalKind::Throttled => "cloud.throttled",
                RefusalKind::ServerFault => "cloud.server_fault",
                RefusalKind::Invalid => "cloud.invalid_request",
            },
            CallError::NotUnderstood { .. } => "cloud.not_understood",
        }
    }

    /// The refusal, if that is what it is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            CallError::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// What the refusal means, if that is what it is.
    pub fn kind(&self) -> Option<RefusalKind> {
        self.refusal().map(Refusal::kind)
    }

    /// The region that the bucket is in, if the refusal said so.
    pub fn region_hint(&self) -> Option<&str> {
        self.refusal()?.region.as_deref()
    }

    /// Where the bucket is, if the call was refused because it was signed for another region than that. A HEAD is refused
    /// so without words: by the status and the region.
    pub fn other_region(&self, signed_for: &str) -> Option<&str> {
        let refusal = self.refusal()?;
        let has_no_words = refusal.status == 400 && refusal.code.is_none();
        let is_elsewhere = has_no_words || refusal.kind() == RefusalKind::WrongRegion;
        let told = refusal.region.as_deref().filter(|_| is_elsewhere);
        told.filter(|told| *told != signed_for)
    }

    /// Might the same call succeed a moment later?
    pub fn is_transient(&self) -> bool {
        match self {
            CallError::Connect(error) => error.is_transient(),
            CallError::Refused { refusal, .. } => refusal.is_transient(),
            CallError::NotUnderstood { .. } => false,
        }
    }

    pub(crate) fn xml(host: &str, call: &'static str, error: &XmlError) -> Self {
        Self::NotUnderstood {
            host: host.to_owned(),
            call,
            reason: blank(&error.to_string()),
        }
    }

    pub(crate) fn missing(host: &str, call: &'static str, element: &str) -> Self {
        Self::NotUnderstood {
            host: host.to_owned(),
            call,
            reason: format!("<{element}> is missing"),
        }
    }
}

/// How long the server wants to be left alone: so many seconds, or until a time, which counts from the answer's own
/// `Date`, as the clocks of the two may differ.
fn retry_after_s(answer: &Answer) -> Option<u32> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let second = |text: &str| {
        let time = jiff::fmt::rfc2822::parse(text.trim());
        time.ok().map(|time| time.timestamp().as_second())
    };
    u32::try_from(second(text)? - second(answer.header("date")?)?).ok()
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
