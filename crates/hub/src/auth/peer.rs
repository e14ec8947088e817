//! The address that a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use crate::hub::Hub;

/// Where proxies say whom they ask for. `Forwarded` (RFC 7239) is not read: two headers that may differ are one too many,
/// and every proxy writes this one.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection, where there is one; or, where that is a proxy that the operator trusts, the address
/// that the proxy was asked from. Whatever else a request says of itself is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub Option<IpAddr>);

/// The networks of the proxies whose word is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no trusted proxy: write an address or a network, such as 10.0.0.5 or 10.0.0.0/8")]
pub struct TrustedProxyError(String);

impl FromRequestParts<Arc<Hub>> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = connected.map(|ConnectInfo(from)| from.ip().to_canonical());
        Ok(Self(
            peer.map(|peer| hub.trusted_proxies.caller(peer, &parts.headers)),
        ))
    }
}

impl TrustedProxies {
    /// Reads what the operator wrote; entries with nothing in them are none.
    pub fn parse(entries: &[String]) -> Result<Self, TrustedProxyError> {
        let written = entries.iter().map(|entry| entry.trim());
        let networks = written.filter(|entry| !entry.is_empty()).map(|entry| {
            let address = || IpAddr::from_str(entry).map(IpNet::from);
            let network = entry.parse::<IpNet>().or_else(|_| address());
            network.map_err(|_| TrustedProxyError(entry.chars().take(100).collect()))
        });
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// Who asks, if `peer` is at the other end. Each proxy appends whom it was asked by, so the list is read from its end,
    /// as far as trusted proxies wrote it: the first address that is no such proxy's is the caller's. What stands before it
    /// the caller may have made up.
    fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        let lines = headers.get_all(FORWARDED_FOR).into_iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries {
            if !self.contains(nearest) {
                break;
            }
            // Behind an entry that is no address, nobody knows who wrote what.
            let Some(address) = parse_entry(entry) else {
                break;
            };
            nearest = address;
        }
        nearest
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it: `192.0.2.7`, `192.0.2.7:50123`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:50123`.
fn parse_entry(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>();
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    let address = address.or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.5";

    fn caller(peer: &str, lines: &[&[u8]]) -> String {
        let trusted = ["10.0.0.0/8".to_owned(), " fd00::1 ".to_owned(), String::new()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        let proxies = TrustedProxies::parse(&trusted).unwrap();
        proxies.caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(caller("192.0.2.7", &[b"203.0.113.9"]), "192.0.2.7");
        assert_eq!(caller("192.0.2.7", &[b"10.0.0.5"]), "192.0.2.7");
        let nobody = TrustedProxies::default();
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, HeaderValue::from_static("203.0.113.9"));
        assert_eq!(nobody.caller(PROXY.parse().unwrap(), &headers).to_string(), PROXY);
    }

    #[test]
    fn behind_trusted_proxies_it_is_the_rightmost_that_is_none_of_them() {
        assert_eq!(caller(PROXY, &[b"203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            caller(PROXY, &[b"198.51.100.1, 203.0.113.9"]),
            "203.0.113.9",
            "the left one is what the caller says"
        );
        assert_eq!(caller(PROXY, &[b"203.0.113.9, 10.9.9.9,fd00::1"]), "203.0.113.9");
        assert_eq!(caller("fd00::1", &[b"203.0.113.9", b"10.1.1.1"]), "203.0.113.9");
        assert_eq!(caller(PROXY, &[b"10.1.1.1, 10.2.2.2"]), "10.1.1.1", "all of them");
        assert_eq!(caller(PROXY, &[]), PROXY);
    }

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        for (written, read) in [
            ("203.0.113.9:50123", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("\t203.0.113.9 ", "203.0.113.9"),
        ] {
            assert_eq!(caller(PROXY, &[written.as_bytes()]), read, "{written}");
        }
    }

    #[test]
    fn behind_what_is_no_address_nothing_is_believed() {
        for broken in [
            "",
            ",",
            "unknown",
            "203.0.113.9,",
            "203.0.113.9, unknown",
            "203.0.113.9, 10.0.0.1.2",
            "203.0.113.9, [10.0.0.1",
            "203.0.113.9, 10.0.0.1:99999999",
            "203.0.113.9, for=10.0.0.1",
        ] {
            assert_eq!(caller(PROXY, &[broken.as_bytes()]), PROXY, "{broken}");
        }
        assert_eq!(caller(PROXY, &[b"203.0.113.9, \xff\xfe"]), PROXY);
        assert_eq!(caller(PROXY, &[b"203.0.113.9, x, 10.1.1.1"]), "10.1.1.1");
        let endless = b"10.1.1.1,".repeat(10_000);
        assert_eq!(caller(PROXY, &[&endless]), PROXY);
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        let error = TrustedProxies::parse(&["proxy.internal".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("\"proxy.internal\""), "{error}");
        assert!(TrustedProxies::parse(&["10.0.0.0/33".to_owned()]).is_err());
    }
}
