//! What can go wrong before an answer is there, told apart as far as the person at the settings needs it.

use std::error::Error;
use std::io;

use super::Refused;
use super::resolve::Unknown;

/// Why a call got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The client itself cannot be made, for want of root certificates for instance.
    #[error(
        "no connection can be made at all: {reason}; check that the system's root certificates are installed"
    )]
    NoClient {
        /// What the TLS library said.
        reason: String,
    },
    /// The URL cannot be read.
    #[error("the address is not a URL that can be called")]
    BadUrl,
    /// The path holds `/./` or `/../`, which no HTTP client sends as it stands.
    #[error("a key that contains /./ or /../ cannot be fetched over HTTP: rename the object")]
    PathNotSendable,
    /// A header's value holds bytes that no header may hold.
    #[error("the header {name} cannot hold this value")]
    BadHeader {
        /// The header.
        name: &'static str,
    },
    /// The host is, or resolves to nothing but, private addresses that the operator has not allowed.
    #[error("{host} is a private address: the operator can allow it with --allow-endpoint {host}")]
    PrivateAddress {
        /// The host.
        host: String,
    },
    /// The name does not exist.
    #[error("the host {host} cannot be found: check its spelling and the hub's DNS")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// The certificate, or TLS itself, failed.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What the TLS library said.
        reason: String,
    },
    /// Nobody listens, or no way leads there.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// Too slow.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// The connection broke, or what came back is no HTTP.
    #[error("the answer of {host} broke off: {reason}")]
    Interrupted {
        /// The host.
        host: String,
        /// What the HTTP library said.
        reason: String,
    },
    /// The answer began, and its body ended before it was whole.
    #[error("the answer of {host} was cut short: {reason}")]
    BodyCut {
        /// The host.
        host: String,
        /// What the HTTP library said.
        reason: String,
    },
    /// More than the limit of the call.
    #[error("the answer of {host} is longer than {limit_bytes} bytes and was not read")]
    BodyTooLarge {
        /// The host.
        host: String,
        /// The limit.
        limit_bytes: usize,
    },
}

impl ConnectError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoClient { .. } => "connect.no_client",
            Self::BadUrl => "connect.bad_url",
            Self::PathNotSendable => "connect.path_not_sendable",
            Self::BadHeader { .. } => "connect.bad_header",
            Self::PrivateAddress { .. } => "connect.private_address",
            Self::UnknownHost { .. } => "connect.unknown_host",
            Self::Tls { .. } => "connect.tls",
            Self::Unreachable { .. } => "connect.unreachable",
            Self::Timeout { .. } => "connect.timeout",
            Self::Interrupted { .. } => "connect.interrupted",
            Self::BodyCut { .. } => "connect.body_cut",
            Self::BodyTooLarge { .. } => "connect.body_too_large",
        }
    }

    /// Might the same call succeed a moment later?
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Interrupted { .. } | Self::BodyCut { .. }
        )
    }

    /// Whether its words begin with the name of a host, which is written as it is.
    pub(crate) fn begins_with_name(&self) -> bool {
        match self {
            Self::PrivateAddress { host } | Self::Unreachable { host, .. } | Self::Timeout { host } => {
                !host.starts_with("the ")
            }
            _ => false,
        }
    }

    /// The URL goes out of the error first: its query may hold a signature.
    pub(super) fn of(error: reqwest::Error, host: &str) -> Self {
        let (error, host) = (&error.without_url(), host.to_owned());
        if find::<Refused>(error) {
            return Self::PrivateAddress { host };
        }
        if find::<Unknown>(error) {
            return Self::UnknownHost { host };
        }
        let reason = chain(error);
        if find::<rustls::Error>(error) {
            Self::Tls { host, reason }
        } else if error.is_timeout() {
            Self::Timeout { host }
        } else if error.is_connect() {
            Self::Unreachable { host, reason }
        } else {
            Self::Interrupted { host, reason }
        }
    }

    /// The same for an error while the body is read.
    pub(super) fn of_body(error: reqwest::Error, host: &str) -> Self {
        match Self::of(error, host) {
            Self::Interrupted { host, reason } => Self::BodyCut { host, reason },
            other => other,
        }
    }
}

/// Is there an error of this type among the causes? An `io::Error` hides the one that it wraps, so it is opened.
fn find<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}

/// The last cause in words: the outer ones only say that something failed.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string().chars().take(300).collect()
}
