//! The one door to the network: every call that this program makes to S3, STS or a metadata service goes through here.
//!
//! Storages name their endpoints, so whoever can edit a storage could point the hub at the machines around it. What a
//! name resolves to is therefore checked where the connection is made, not before: an answer of the DNS that changes
//! afterwards is checked as well. No redirect is followed, no proxy is used, every call ends in time and every body
//! is bounded.

mod allowed;
mod dns;
mod error;
mod knock;
mod resolve;
mod system;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

pub use allowed::{AllowedEndpoint, AllowedEndpointError, AllowedEndpoints, is_public};
pub use dns::DnsServer;
pub use error::ConnectError;
use resolve::{CheckedResolver, Refused};
pub use resolve::{Lookup, LookupFuture};
pub use system::SystemLookup;

/// How patient a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until the whole answer is there.
    pub whole: Duration,
}

impl Patience {
    /// For S3.
    pub const NORMAL: Patience = Patience {
        connect: Duration::from_secs(5),
        whole: Duration::from_secs(30),
    };
    /// For STS, which answers within a second where it does; a call that hangs is made again while somebody waits.
    pub const STS: Patience = Patience {
        connect: Duration::from_secs(3),
        whole: Duration::from_secs(5),
    };
    /// For a part of an upload, which takes as long as the line up is slow.
    pub const UPLOAD: Patience = Patience {
        connect: Duration::from_secs(5),
        whole: Duration::from_secs(180),
    };
    /// For whoever finds out what is wrong while somebody watches.
    pub const BRIEF: Patience = Patience {
        connect: Duration::from_secs(2),
        whole: Duration::from_secs(4),
    };
    /// For a metadata service, which answers at once where there is one.
    pub const SHORT: Patience = Patience {
        connect: Duration::from_secs(1),
        whole: Duration::from_secs(2),
    };
}

/// Whose word an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The operator's own settings: every address may be reached. For STS and metadata services.
    Operator,
    /// What users typed: public addresses, and those that the operator allowed.
    Storages(AllowedEndpoints),
}

/// A request, complete.
pub struct Outgoing {
    /// `GET`, `HEAD`, …
    pub method: reqwest::Method,
    /// The whole URL, escaped already.
    pub url: String,
    /// All headers but `Host`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

/// How much of a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLimit {
    /// A body of more bytes is an error.
    Refuse(usize),
    /// The first bytes are wanted, whatever follows. Of a refusal, enough to know its reason.
    Cut(usize),
}

impl BodyLimit {
    fn for_status(self, status: reqwest::StatusCode) -> Self {
        const REFUSAL_BYTES_MAX: usize = 64 * 1024;
        match self {
            BodyLimit::Cut(limit_bytes) if !status.is_success() => {
                BodyLimit::Cut(limit_bytes.max(REFUSAL_BYTES_MAX))
            }
            limit => limit,
        }
    }
}

/// An answer, complete, whatever its status.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, within the limit of the call.
    pub body: Bytes,
}

/// Makes calls. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Outbound {
    inner: Arc<Inner>,
}

struct Inner {
    reach: Reach,
    lookup: Arc<dyn Lookup>,
    patience: Patience,
    /// A resolver does not learn the port, so each port that an entry names has a client whose resolver knows it.
    by_port: BTreeMap<u16, reqwest::Client>,
    other_ports: reqwest::Client,
}

impl Outbound {
    /// Opens the door.
    pub fn new(reach: Reach, patience: Patience) -> Result<Self, ConnectError> {
        Self::with_lookup(reach, patience, Arc::new(SystemLookup::default()))
    }

    /// Opens the door with another way to look names up.
    pub fn with_lookup(
        reach: Reach,
        patience: Patience,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, ConnectError> {
        ensure_tls_provider();
        let client = |port: u16| {
            build_client(
                CheckedResolver::new(reach.clone(), port, lookup.clone()),
                patience,
            )
        };
        let named_ports = match &reach {
            Reach::Operator => Vec::new(),
            Reach::Storages(allowed) => allowed.ports().collect(),
        };
        let by_port = named_ports
            .into_iter()
            .map(|port| Ok((port, client(port)?)))
            .collect::<Result<_, ConnectError>>()?;
        // Port 0 is no entry's: only entries without a port count for the ports that none names.
        let other_ports = client(0)?;
        Ok(Self {
            inner: Arc::new(Inner {
                reach,
                lookup,
                patience,
                by_port,
                other_ports,
            }),
        })
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, outgoing: Outgoing, limit: BodyLimit) -> Result<Answer, ConnectError> {
        let headers = header_map(outgoing.headers)?;
        self.send_with(outgoing.method, &outgoing.url, headers, outgoing.body, limit)
            .await
    }

    pub(crate) async fn send_with(
        &self,
        method: reqwest::Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        limit: BodyLimit,
    ) -> Result<Answer, ConnectError> {
        let url = exact_url(url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        self.check_literal(&url, port)?;
        let client = self.inner.by_port.get(&port).unwrap_or(&self.inner.other_ports);
        let request = client.request(method, url).headers(headers).body(body);
        let mut response = request
            .send()
            .await
            .map_err(|error| ConnectError::of(error, &host))?;
        let limit = limit.for_status(response.status());
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| ConnectError::of_body(error, &host))?
        {
            match limit {
                BodyLimit::Refuse(limit_bytes) if body.len() + chunk.len() > limit_bytes => {
                    return Err(ConnectError::BodyTooLarge { host, limit_bytes });
                }
                BodyLimit::Cut(limit_bytes) if body.len() + chunk.len() >= limit_bytes => {
                    body.extend_from_slice(&chunk[..limit_bytes - body.len()]);
                    break;
                }
                BodyLimit::Refuse(_) | BodyLimit::Cut(_) => body.extend_from_slice(&chunk),
            }
        }
        let headers = std::mem::take(response.headers_mut());
        Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body: body.freeze(),
        })
    }

    /// A host that is an address is connected to without asking a resolver, so it is judged here.
    fn check_literal(&self, url: &Url, port: u16) -> Result<(), ConnectError> {
        let Some(address) = url.host_str().and_then(literal_address) else {
            return Ok(());
        };
        match &self.inner.reach {
            Reach::Operator => Ok(()),
            Reach::Storages(allowed) if allowed.allows_address(address, port) => Ok(()),
            Reach::Storages(_) => Err(ConnectError::PrivateAddress {
                host: address.to_string(),
            }),
        }
    }
}

impl Answer {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header's values as browsers read them: one that comes twice is a single one, with a comma in it.
    pub fn joined(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let values: Option<Vec<&str>> = values.map(|value| value.to_str().ok().map(str::trim)).collect();
        values
            .filter(|values| !values.is_empty())
            .map(|values| values.join(", "))
    }
}

/// Headers and queries carry signatures and tokens: neither is shown.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before_query = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("url", &before_query)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl fmt::Debug for DnsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsServer").finish_non_exhaustive()
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("reach", &self.inner.reach)
            .finish_non_exhaustive()
    }
}

/// A parser of URLs tidies `/./` and `/../` away, which would send another key than the one signed.
fn exact_url(text: &str) -> Result<Url, ConnectError> {
    let url = Url::parse(text).map_err(|_| ConnectError::BadUrl)?;
    let after_host = text
        .split_once("://")
        .and_then(|(_, rest)| rest.find(['/', '?']).and_then(|at| rest.get(at..)));
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let sent = format!("{}{query}", url.path());
    match after_host {
        Some(after_host) if after_host != sent => Err(ConnectError::PathNotSendable),
        _ => Ok(url),
    }
}

fn literal_address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn header_map(headers: Vec<(&'static str, String)>) -> Result<HeaderMap, ConnectError> {
    headers
        .into_iter()
        .map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value).map_err(|_| ConnectError::BadHeader { name })?;
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token"));
            Ok((HeaderName::from_static(name), value))
        })
        .collect()
}

/// The cryptography of TLS is chosen once for the whole program; whoever comes first chooses the same.
fn ensure_tls_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that somebody else was first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where clients are made, with the resolver that checks addresses"
)]
fn build_client(resolver: CheckedResolver, patience: Patience) -> Result<reqwest::Client, ConnectError> {
    reqwest::Client::builder()
        .dns_resolver(Arc::new(resolver))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(patience.connect)
        .timeout(patience.whole)
        .user_agent(concat!("insitu/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| ConnectError::NoClient {
            reason: error::chain(&error),
        })
}

#[cfg(test)]
mod tests;
