//! The address of an S3-compatible server (MinIO, Ceph, R2, a VPC endpoint): an origin, without a path.

use std::net::IpAddr;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use crate::host::{AuthorityError, Host, split_authority};
use crate::newtype::excerpt;

/// The origin of a server, such as `https://minio.example.com:9000`. Cloning it copies nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    origin: Arc<str>,
    host_end: usize,
    port: Option<u16>,
}

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It does not begin with `http://` or `https://`.
    #[error("\"{found}\" is not an endpoint: write it as https://host or https://host:port")]
    Scheme {
        /// The beginning of what was found.
        found: String,
    },
    /// It has a user name or a password.
    #[error("the endpoint contains a user name or password: remove it; keys have fields of their own")]
    UserInfo,
    /// Its host is none.
    #[error(
        "\"{found}\" has no valid host: write a host name in ASCII, an IPv4 address, or an IPv6 address in brackets"
    )]
    Host {
        /// The beginning of what was found.
        found: String,
    },
    /// Its port is no number from 1 to 65535.
    #[error("\"{found}\" has no valid port: write a number from 1 to 65535 or none")]
    Port {
        /// The beginning of what was found.
        found: String,
    },
    /// It goes on after the host.
    #[error(
        "the endpoint \"{found}\" goes on after the host: remove the path, the bucket belongs into the addresses of assets"
    )]
    Path {
        /// The beginning of what was found.
        found: String,
    },
}

impl EndpointError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            EndpointError::Scheme { .. } => "endpoint.malformed",
            EndpointError::UserInfo => "endpoint.userinfo",
            EndpointError::Host { .. } => "endpoint.bad_host",
            EndpointError::Port { .. } => "endpoint.bad_port",
            EndpointError::Path { .. } => "endpoint.path",
        }
    }
}

const HTTP: &str = "http://";
const HTTPS: &str = "https://";
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

impl Endpoint {
    /// The origin: scheme, host, and the port where it is not the scheme's own. No slash at the end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with(HTTPS)
    }

    /// The host in lower case; an IPv6 address in its brackets.
    pub fn host(&self) -> &str {
        self.origin.get(self.host_range()).unwrap_or_default()
    }

    /// The port: the one that is written or the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
            .unwrap_or(if self.is_secure() { HTTPS_PORT } else { HTTP_PORT })
    }

    /// What goes into a `Host` header: the host, and the port where it is not the scheme's own.
    pub fn host_and_port(&self) -> &str {
        self.origin.get(self.host_range().start..).unwrap_or_default()
    }

    /// The address, if the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        Host::parse(self.host()).and_then(|host| host.ip)
    }

    /// Whether the text alone shows that the server is not on the public Internet; only an operator may allow that.
    pub fn is_private(&self) -> bool {
        Host::parse(self.host()).is_some_and(|host| host.is_private())
    }

    fn host_range(&self) -> Range<usize> {
        if self.is_secure() {
            HTTPS.len()..self.host_end
        } else {
            HTTP.len()..self.host_end
        }
    }

    /// Whether a URL's host and port are this server's: `Some(None)` for itself, `Some(Some(bucket))` for a bucket
    /// before its name. The scheme may differ, as long as both ports are the schemes' own.
    pub(crate) fn matches<'h>(
        &self,
        host: &'h str,
        port: Option<u16>,
        is_secure: bool,
    ) -> Option<Option<&'h str>> {
        let own_port = if is_secure { HTTPS_PORT } else { HTTP_PORT };
        let port = port.filter(|port| *port != own_port);
        if port.is_some() != self.port.is_some() || port.is_some_and(|port| port != self.port()) {
            return None;
        }
        if host == self.host() {
            return Some(None);
        }
        let bucket = host.strip_suffix(self.host())?.strip_suffix('.')?;
        if self.ip().is_some() {
            None
        } else {
            Some(Some(bucket))
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// Reads an origin; a single slash after it and space around it, which come with pasting, are dropped.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        let found = || excerpt(text);
        let after = |scheme: &str| {
            text.get(..scheme.len())
                .filter(|start| start.eq_ignore_ascii_case(scheme))?;
            text.get(scheme.len()..)
        };
        let (scheme, rest, own_port) = match (after(HTTPS), after(HTTP)) {
            (Some(rest), _) => (HTTPS, rest, HTTPS_PORT),
            (None, Some(rest)) => (HTTP, rest, HTTP_PORT),
            (None, None) => return Err(EndpointError::Scheme { found: found() }),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        if authority.contains(['/', '?', '#']) {
            return Err(EndpointError::Path { found: found() });
        }
        let authority = split_authority(authority).map_err(|error| match error {
            AuthorityError::UserInfo => EndpointError::UserInfo,
            AuthorityError::Host => EndpointError::Host { found: found() },
            AuthorityError::Port => EndpointError::Port { found: found() },
        })?;
        let host = Host::parse(authority.host).ok_or_else(|| EndpointError::Host { found: found() })?;
        if authority.port == Some(0) {
            return Err(EndpointError::Port { found: found() });
        }
        let port = authority.port.filter(|port| *port != own_port);
        let mut origin = format!("{scheme}{}", host.text);
        let host_end = origin.len();
        if let Some(port) = port {
            origin.push_str(&format!(":{port}"));
        }
        Ok(Endpoint {
            origin: origin.into(),
            host_end,
            port,
        })
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.origin)
    }
}

impl serde::Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.origin)
    }
}

impl<'de> serde::Deserialize<'de> for Endpoint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::newtype::deserialize_from_str(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    #[test]
    fn an_origin_is_kept_in_one_spelling() {
        for (text, origin, host, port, in_header) in [
            (
                "https://minio.example.com",
                "https://minio.example.com",
                "minio.example.com",
                443,
                "minio.example.com",
            ),
            (
                " HTTPS://MinIO.example.com:443/\n",
                "https://minio.example.com",
                "minio.example.com",
                443,
                "minio.example.com",
            ),
            (
                "http://127.0.0.1:9000/",
                "http://127.0.0.1:9000",
                "127.0.0.1",
                9000,
                "127.0.0.1:9000",
            ),
            (
                "http://127.1:80",
                "http://127.0.0.1",
                "127.0.0.1",
                80,
                "127.0.0.1",
            ),
            (
                "http://[0:0::1]:9000",
                "http://[::1]:9000",
                "[::1]",
                9000,
                "[::1]:9000",
            ),
            (
                "https://s3.local:80",
                "https://s3.local:80",
                "s3.local",
                80,
                "s3.local:80",
            ),
        ] {
            let endpoint = endpoint(text);
            assert_eq!(endpoint.as_str(), origin);
            assert_eq!(
                (endpoint.host(), endpoint.port(), endpoint.host_and_port()),
                (host, port, in_header)
            );
        }
    }

    #[test]
    fn what_is_not_an_origin_is_refused_by_name() {
        for (text, code) in [
            ("", "endpoint.malformed"),
            ("minio:9000", "endpoint.malformed"),
            ("s3://minio", "endpoint.malformed"),
            ("ftp://minio", "endpoint.malformed"),
            ("https://", "endpoint.bad_host"),
            ("https:///", "endpoint.bad_host"),
            ("https://a b", "endpoint.bad_host"),
            ("https://münchen.de", "endpoint.bad_host"),
            ("https://256.1.1.1", "endpoint.bad_host"),
            ("https://me:secret@minio", "endpoint.userinfo"),
            ("https://minio:0", "endpoint.bad_port"),
            ("https://minio:99999", "endpoint.bad_port"),
            ("https://minio/bucket", "endpoint.path"),
            ("https://minio//", "endpoint.path"),
            ("https://minio?x=1", "endpoint.path"),
            ("https://minio#x", "endpoint.path"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert_eq!(error.code(), code, "{text}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_private_server_is_recognized() {
        assert!(endpoint("http://localhost:9000").is_private());
        assert!(endpoint("http://0x7f.1:9000").is_private());
        assert!(!endpoint("https://minio.example.com").is_private());
        assert_eq!(endpoint("http://127.1").ip(), Some("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_url_matches_by_host_and_port() {
        let plain = endpoint("https://s3.example.com");
        assert_eq!(plain.matches("s3.example.com", None, true), Some(None));
        assert_eq!(plain.matches("s3.example.com", Some(443), true), Some(None));
        assert_eq!(plain.matches("s3.example.com", None, false), Some(None));
        assert_eq!(
            plain.matches("my.bucket.s3.example.com", None, true),
            Some(Some("my.bucket"))
        );
        assert_eq!(plain.matches("s3.example.com", Some(9000), true), None);
        assert_eq!(plain.matches("xs3.example.com", None, true), None);
        let local = endpoint("http://127.0.0.1:9000");
        assert_eq!(local.matches("127.0.0.1", Some(9000), false), Some(None));
        assert_eq!(local.matches("127.0.0.1", None, false), None);
        assert_eq!(local.matches("1.127.0.0.1", Some(9000), false), None);
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_again(text in "https?://\\PC*|https?://[a-z0-9.:\\[\\]]*") {
            if let Ok(endpoint) = text.parse::<Endpoint>() {
                prop_assert_eq!(endpoint.as_str().parse::<Endpoint>().unwrap(), endpoint);
            }
        }
    }
}
