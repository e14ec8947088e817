//! Causes that are the same wherever they show: the network, the clock, the key, the region, a busy server.
//!
//! What a refusal means depends on who shows which key, and what was learned before; what is said here holds whatever
//! was asked. [`of_call`] has no word of its own for "access denied": that is decided where it is asked.

use super::check::Cause;
use crate::connect::ConnectError;
use crate::refusal::{CallError, Refusal, RefusalKind};

/// Whose key a call is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    /// The IAM user's, by its Access Key ID.
    User(&'a str),
    /// The hub's own.
    Hub,
    /// That of a session that STS gave a moment ago.
    Session,
    /// Nobody's: the call is not signed, or not by us.
    Nobody,
}

/// Why a call failed, where that is the same whatever was asked.
pub(super) fn of_call(error: &CallError, whose: Whose<'_>) -> Cause {
    match error {
        CallError::Connect(error) => of_connection(error),
        CallError::Refused { refusal, host, .. } => of_refusal(refusal, host, whose),
        CallError::NotUnderstood { .. } => Cause::new(
            "storage.unexpected_answer",
            format!("What came back is not what S3 and STS answer: {error}."),
            "Check that the endpoint is that of an S3-compatible server, and not of its console or of a proxy.",
        ),
    }
}

fn of_connection(error: &ConnectError) -> Cause {
    let (code, fix) = match error {
        ConnectError::UnknownHost { .. } => (
            "storage.dns",
            "Check the spelling of the endpoint or region, and the DNS of the machine that the hub runs on.",
        ),
        ConnectError::PrivateAddress { .. } => (
            "storage.endpoint_private",
            "Ask the operator of the hub to allow it, if it is meant to be reached.",
        ),
        ConnectError::Tls { .. } => (
            "storage.tls",
            "Give the server a certificate for this host name from an authority that the hub's machine trusts; \
             or check that the port speaks TLS at all.",
        ),
        ConnectError::Unreachable { .. } => (
            "storage.connect",
            "Check host and port, that the server runs, and that no firewall stands between it and the hub.",
        ),
        ConnectError::Interrupted { .. } => (
            "storage.connect",
            "Somebody listens there and hangs up without an answer: check what stands before the server.",
        ),
        ConnectError::Timeout { .. } => (
            "storage.hangs",
            "The connection stands and no answer comes: look at the load and the log of the server, and at what stands \
             before it.",
        ),
        ConnectError::BodyCut { .. } => (
            "storage.body_cut",
            "Look at what stands between the hub and the server: a proxy with a limit of size or time, most likely.",
        ),
        _ => (
            "storage.unexpected_answer",
            "Check the endpoint: what answers there is not S3.",
        ),
    };
    let text = match error.begins_with_name() {
        true => format!("{error}."),
        false => sentence(error),
    };
    Cause::new(code, text, fix)
}

fn of_refusal(refusal: &Refusal, host: &str, whose: Whose<'_>) -> Cause {
    use RefusalKind as Kind;
    if is_skewed(refusal) {
        return clock_skew(refusal, host);
    }
    if is_new(refusal) {
        return new_bucket(refusal, host);
    }
    match refusal.kind() {
        Kind::UnknownKey | Kind::BadToken | Kind::Expired | Kind::BadSignature => {
            of_key(refusal, host, whose)
        }
        Kind::WrongRegion => wrong_region(refusal, host),
        Kind::Redirected => redirected(refusal, host, whose),
        Kind::NoSuchBucket => no_such_bucket("such bucket", host),
        Kind::Throttled => throttled(refusal, host),
        Kind::ServerFault if refusal.status == 503 => throttled(refusal, host),
        Kind::ServerFault => Cause::new(
            "storage.server_fault",
            format!("{host} failed: {refusal}."),
            "The fault is the server's: try again, and look at its log or its status page.",
        ),
        _ => unexpected(refusal, host),
    }
}

/// A refusal that nothing else explains.
pub(super) fn unexpected(refusal: &Refusal, host: &str) -> Cause {
    Cause::new(
        "storage.unexpected_answer",
        format!("{host} refused in a way that the hub does not know: {refusal}."),
        "Look for the server's code in its documentation.",
    )
}

fn of_key(refusal: &Refusal, host: &str, whose: Whose<'_>) -> Cause {
    let is_secret = refusal.kind() == RefusalKind::BadSignature;
    match whose {
        Whose::User(key) if is_secret => wrong_secret(key, host),
        Whose::User(key) => unknown_key(key, host),
        Whose::Hub if is_secret => Cause::new(
            "storage.wrong_secret",
            format!("{host} knows the hub's own access key and finds its signature wrong: {refusal}."),
            "The hub's own secret is wrong. Its operator gives it the right one (AWS_SECRET_ACCESS_KEY or whichever \
             source of the standard AWS chain is used).",
        ),
        Whose::Hub if refusal.kind() == RefusalKind::UnknownKey => Cause::new(
            "storage.unknown_key",
            format!("{host} does not know the hub's own access key: {refusal}."),
            "The hub's own key was deleted, is inactive, or is of another partition of AWS. Its operator gives the hub \
             a valid one.",
        ),
        Whose::Hub => Cause::new(
            "storage.session_expired",
            format!("The hub's own session with AWS is over: {refusal}."),
            "The operator renews the hub's own credentials; a role of the container or instance renews itself.",
        ),
        Whose::Session if is_secret => Cause::new(
            "storage.wrong_secret",
            format!("{host} finds the signature of a session wrong that STS gave a moment ago: {refusal}."),
            "Something between the hub and the server changes requests, such as a proxy that rewrites the host or the \
             path; or the server does not share its sessions with this STS.",
        ),
        Whose::Session | Whose::Nobody => Cause::new(
            "storage.session_expired",
            format!("{host} does not accept a session that STS gave a moment ago: {refusal}."),
            "Check that the endpoint belongs to the same STS, and the clock of the server: to it, the session is over or \
             was never made.",
        ),
    }
}

/// A session hears what one with a made-up token and secret hears: the server does not look at what it may do.
pub(super) fn session_unheard(error: &CallError) -> Cause {
    let said = error.refusal().map(ToString::to_string).unwrap_or_default();
    Cause::new(
        "storage.session_expired",
        format!(
            "{} says the same to the session that STS gave a moment ago and to one that was made up: {said}. It does not \
             know the session, or finds it over.",
            host_of(error)
        ),
        "Check that the endpoint belongs to the same STS, and the clock of the server: to it, the session is over or was \
         never made.",
    )
}

/// The key ID is nobody's.
pub(super) fn unknown_key(key: &str, host: &str) -> Cause {
    Cause::new(
        "storage.unknown_key",
        format!("{host} does not know the access key {key}."),
        "The key was deleted or is inactive, is of another account of the server, or its ID was mistyped. Make a new key \
         for the IAM user and save it in the storage.",
    )
}

/// The key ID is right, its secret is not.
pub(super) fn wrong_secret(key: &str, host: &str) -> Cause {
    Cause::new(
        "storage.wrong_secret",
        format!("{host} knows the access key {key}, and the secret that the storage has is not its secret."),
        "Type the Secret Access Key again, or make a new key: AWS shows a secret once, when the key is made.",
    )
}

/// The bucket is not there: `what` is it by its name, or as one says where that is not known.
pub(super) fn no_such_bucket(what: &str, host: &str) -> Cause {
    Cause::new(
        "storage.no_such_bucket",
        format!("{host} has no {what}."),
        "Check the bucket's name, and that the storage's endpoint is the server that has it.",
    )
}

/// Too many requests, or too many for now.
pub(super) fn throttled(refusal: &Refusal, host: &str) -> Cause {
    Cause::new(
        "storage.throttled",
        format!("{host} has too much to do and sends everybody away for now: {refusal}."),
        "Try again in a minute. If it stays, whatever else reads from this bucket or server asks too often.",
    )
}

fn wrong_region(refusal: &Refusal, host: &str) -> Cause {
    let where_it_is = match &refusal.region {
        Some(region) => format!("the bucket is in {region}"),
        None => "the bucket is in another region, and it does not say which".to_owned(),
    };
    Cause::new(
        "storage.wrong_region",
        format!("{host} says that {where_it_is}: {refusal}."),
        "Set the region of the storage to the one in which the bucket is (S3 console, Properties of the bucket).",
    )
}

/// Until every name server knows where a bucket is, S3 sends whoever asks from one place to the other.
fn is_new(refusal: &Refusal) -> bool {
    let is_of_aws = |origin: &str| {
        let host = origin.rsplit('/').next().unwrap_or_default();
        host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
    };
    let leads = refusal.redirects_to.as_deref();
    refusal.code.as_deref() == Some("TemporaryRedirect")
        || refusal.status == 307 && refusal.code.is_none() && leads.is_some_and(is_of_aws)
}

fn new_bucket(refusal: &Refusal, host: &str) -> Cause {
    let leads = refusal.redirects_to.as_deref().filter(|leads| !leads.is_empty());
    let to = leads.map(|leads| format!(" to {leads}")).unwrap_or_default();
    Cause::new(
        "storage.redirected",
        format!(
            "{host} sends whoever asks{to} for now, as S3 does while a bucket is new and its name is not known everywhere: \
             {refusal}. The hub does not follow, and a signed URL does not hold there."
        ),
        "Wait until the bucket's name leads to its region, which takes minutes and at most a day, and test again. If it \
         stays, the region of the storage is not the one in which the bucket is.",
    )
}

/// Something else is there: a proxy that wants TLS, a web site.
fn redirected(refusal: &Refusal, host: &str, whose: Whose<'_>) -> Cause {
    let status = refusal.status;
    let (where_to, fix) = match refusal.redirects_to.as_deref().filter(|origin| !origin.is_empty()) {
        Some(origin) if whose == Whose::Hub => (
            format!("to {origin}"),
            format!("The operator of the hub sets --sts-endpoint to {origin}, if that is the STS that is meant."),
        ),
        Some(origin) => (
            format!("to {origin}"),
            format!("Write {origin} as the endpoint of the storage, if that is the server that is meant."),
        ),
        None => (
            "to another page of its own".to_owned(),
            "Check that the endpoint is that of an S3-compatible server, and not of its console or of a web site.".to_owned(),
        ),
    };
    Cause::new(
        "storage.redirected",
        format!(
            "{host} sends whoever asks {where_to} (HTTP {status}), as S3 never does; the hub does not follow."
        ),
        fix,
    )
}

/// Everybody hears the same, whatever they show: this is not about the key, and perhaps not said by an S3 at all.
pub(super) fn refuses_everybody(error: &CallError) -> Option<Cause> {
    let CallError::Refused { refusal, host, .. } = error else {
        return None;
    };
    match refusal.code.as_deref() {
        Some("AccessDenied") => None,
        Some(code) => Some(Cause::new(
            "storage.unexpected_answer",
            format!("{host} says the same to everybody, whatever key they show: {refusal}."),
            format!(
                "Look for {code} in the documentation of the server; of AWS it is about the account or the bucket, and not about the key."
            ),
        )),
        None => Some(Cause::new(
            "storage.unexpected_answer",
            format!(
                "{host} refuses everybody, whatever key they show, and not in the words of S3: {refusal}."
            ),
            "Check that the endpoint is that of an S3-compatible server, and look at what stands before it: a proxy or a firewall that wants a password of its own or lets nobody through.",
        )),
    }
}

/// Our clock and the server's are too far apart.
pub(super) fn clock_skew(refusal: &Refusal, host: &str) -> Cause {
    let theirs = match &refusal.server_time {
        Some(time) => format!("; its time is {time}"),
        None => String::new(),
    };
    Cause::new(
        "storage.clock_skew",
        format!("{host} finds the time of the hub too far from its own{theirs}: {refusal}."),
        "Set the clocks by NTP, that of the hub's machine first: signatures hold for 15 minutes.",
    )
}

/// A signed URL is refused for our clock in words of its own.
pub(super) fn is_skewed(refusal: &Refusal) -> bool {
    let words = refusal.message.as_deref().unwrap_or_default();
    refusal.kind() == RefusalKind::ClockSkew || words.starts_with("Request is not yet valid")
}

/// Who was asked.
pub(super) fn host_of(error: &CallError) -> String {
    match error {
        CallError::Refused { host, .. } | CallError::NotUnderstood { host, .. } => host.clone(),
        CallError::Connect(_) => "the server".to_owned(),
    }
}

fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_at_the_beginning_of_a_sentence_stays_as_it_is_written() {
        let message = |host: &str| {
            let host = host.to_owned();
            of_connection(&ConnectError::Timeout { host }).message
        };
        assert_eq!(
            message("photos-of-acme"),
            "photos-of-acme did not answer in time."
        );
        assert_eq!(message("the server"), "The server did not answer in time.");
        let host = "minio".to_owned();
        let unknown = of_connection(&ConnectError::UnknownHost { host }).message;
        assert!(unknown.starts_with("The host minio cannot be found"), "{unknown}");
    }

    #[test]
    fn a_bucket_whose_name_is_not_known_everywhere_is_in_no_wrong_region() {
        let new = Refusal {
            status: 307,
            code: Some("TemporaryRedirect".to_owned()),
            message: Some("Please re-send this request.".to_owned()),
            redirects_to: Some("photos.s3-eu-west-1.amazonaws.com".to_owned()),
            region: Some("eu-west-1".to_owned()),
            ..Refusal::default()
        };
        // An answer to HEAD has no words.
        let wordless = Refusal {
            code: None,
            message: None,
            region: None,
            redirects_to: Some("https://photos.s3-eu-west-1.amazonaws.com".to_owned()),
            ..new.clone()
        };
        for refusal in [&new, &wordless] {
            let cause = of_refusal(refusal, "photos.s3.amazonaws.com", Whose::Session);
            assert_eq!(cause.code, "storage.redirected");
            let where_to = "photos.s3-eu-west-1.amazonaws.com for now";
            assert!(cause.message.contains(where_to), "{}", cause.message);
            assert!(cause.fix.text.starts_with("Wait"), "{}", cause.fix.text);
        }
        let elsewhere = Refusal {
            redirects_to: Some("https://login.example.com".to_owned()),
            ..wordless
        };
        let cause = of_refusal(&elsewhere, "minio.example.com", Whose::Session);
        assert!(
            cause
                .fix
                .text
                .contains("https://login.example.com as the endpoint"),
            "{cause:?}"
        );
    }
}
