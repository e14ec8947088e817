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
mod tests {
    use super::*;

    fn refusal(status: u16, xml: &str) -> Refusal {
        let answer = Answer {
            status,
            headers: Default::default(),
            body: xml.to_owned().into(),
        };
        Refusal::read(&answer)
    }

    #[test]
    fn the_same_mistake_is_recognized_from_s3_and_sts() {
        let s3 = refusal(
            403,
            "<Error><Code>InvalidAccessKeyId</Code><Message>m</Message><RequestId>R</RequestId></Error>",
        );
        assert_eq!(s3.kind(), RefusalKind::UnknownKey);
        assert_eq!(s3.request_id.as_deref(), Some("R"));
        let sts = refusal(
            403,
            "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>m</Message></Error><RequestId>Q</RequestId></ErrorResponse>",
        );
        assert_eq!(sts.kind(), RefusalKind::UnknownKey);
        assert_eq!(sts.request_id.as_deref(), Some("Q"));
    }

    #[test]
    fn how_long_a_server_wants_to_be_left_alone_is_read() {
        let of = |text: &'static str, date: Option<&'static str>| {
            let named = [
                (http::header::RETRY_AFTER, Some(text)),
                (http::header::DATE, date),
            ];
            let headers = named
                .into_iter()
                .filter_map(|(name, value)| Some((name, http::HeaderValue::from_static(value?))));
            let answer = Answer {
                status: 503,
                headers: headers.collect(),
                body: Default::default(),
            };
            Refusal::read(&answer).retry_after_s
        };
        assert_eq!((of("7", None), of("soon", None)), (Some(7), None));
        let (now, later) = ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:30 GMT");
        assert_eq!(of(later, Some(now)), Some(90));
        assert_eq!(of(now, Some(later)), None, "it is over");
        assert_eq!(of(later, None), None, "nobody knows when it was said");
    }

    #[test]
    fn a_clock_that_is_off_is_no_wrong_secret_though_sts_gives_it_that_code() {
        let sts = |message: &str| {
            let error = format!("<Code>SignatureDoesNotMatch</Code><Message>{message}</Message>");
            refusal(
                403,
                &format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>"),
            )
            .kind()
        };
        for message in [
            "Signature expired: 20260131T230000Z is now earlier than 20260131T234500Z (20260201T000000Z - 15 min.)",
            "Signature not yet current: 20260201T010000Z is still later than 20260201T001500Z (20260201T000000Z + 15 min.)",
        ] {
            assert_eq!(sts(message), RefusalKind::ClockSkew);
        }
        let wrong_secret = "The request signature we calculated does not match the signature you provided.";
        assert_eq!(sts(wrong_secret), RefusalKind::BadSignature);
    }

    #[test]
    fn a_wrong_region_brings_the_right_one() {
        let refusal = refusal(
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>",
        );
        assert_eq!(
            (refusal.kind(), refusal.region.as_deref()),
            (RefusalKind::WrongRegion, Some("eu-west-3"))
        );
    }

    #[test]
    fn without_a_body_the_status_speaks() {
        assert_eq!(refusal(403, "").kind(), RefusalKind::AccessDenied);
        assert_eq!(refusal(404, "").kind(), RefusalKind::NotFound);
        assert_eq!(refusal(301, "").kind(), RefusalKind::WrongRegion);
        assert_eq!(refusal(502, "<html>").kind(), RefusalKind::ServerFault);
        assert!(refusal(503, "").is_transient());
        assert!(!refusal(501, "").is_transient());
        assert!(!refusal(403, "").is_transient());
    }

    #[test]
    fn a_message_without_end_is_cut() {
        let refusal = refusal(
            400,
            &format!(
                "<Error><Code>{0}</Code><Message>{0}</Message></Error>",
                "é".repeat(9000)
            ),
        );
        assert_eq!(refusal.message.unwrap().chars().count(), MESSAGE_CHARS_MAX);
        assert_eq!(refusal.code.unwrap().chars().count(), WORD_CHARS_MAX);
    }
}
