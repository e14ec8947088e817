//! Which addresses a storage may reach: public ones, and the private ones that the operator has named.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The private endpoints that the operator allows storages to name; public addresses need no entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedEndpoints(Vec<AllowedEndpoint>);

/// One entry: a host name, an address or a range of addresses, each with or without a port.
///
/// `minio.internal`, `minio.internal:9000`, `10.0.0.5`, `10.0.0.5:9000`, `10.0.0.0/8`, `[::1]:9000`, `fd00::/8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedEndpoint {
    host: AllowedHost,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum AllowedHost {
    /// In lower case. Whatever it resolves to is allowed.
    Name(String),
    Range(IpNet),
}

/// A text that is no entry of [`AllowedEndpoints`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{found}\" cannot be allowed as an endpoint: write a host name, an address or a range, with or without a port, \
     such as minio.internal:9000, 10.0.0.5 or 10.0.0.0/8"
)]
pub struct AllowedEndpointError {
    /// What was found.
    pub found: String,
}

impl AllowedEndpointError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "connect.bad_allowed_endpoint"
    }
}

impl AllowedEndpoints {
    /// Public addresses only.
    pub fn none() -> Self {
        Self::default()
    }

    /// Is this host name allowed to resolve to private addresses?
    pub fn allows_name(&self, host: &str, port: u16) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        self.0
            .iter()
            .any(|entry| entry.has_port(port) && entry.host == AllowedHost::Name(host.clone()))
    }

    /// May this address be connected to?
    pub fn allows_address(&self, address: IpAddr, port: u16) -> bool {
        let named = |entry: &AllowedEndpoint| match &entry.host {
            AllowedHost::Range(range) => entry.has_port(port) && range.contains(&address),
            AllowedHost::Name(_) => false,
        };
        is_public(address) || self.0.iter().any(named)
    }

    /// Every port that an entry names.
    pub(super) fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.iter().filter_map(|entry| entry.port)
    }
}

impl FromIterator<AllowedEndpoint> for AllowedEndpoints {
    fn from_iter<T: IntoIterator<Item = AllowedEndpoint>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl AllowedEndpoint {
    fn has_port(&self, port: u16) -> bool {
        self.port.is_none_or(|allowed| allowed == port)
    }
}

impl fmt::Display for AllowedEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (AllowedHost::Name(name), None) => f.write_str(name),
            (AllowedHost::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (AllowedHost::Range(range), None) => write!(f, "{range}"),
            (AllowedHost::Range(IpNet::V4(range)), Some(port)) => write!(f, "{range}:{port}"),
            (AllowedHost::Range(IpNet::V6(range)), Some(port)) => write!(f, "[{range}]:{port}"),
        }
    }
}

impl FromStr for AllowedEndpoint {
    type Err = AllowedEndpointError;

    fn from_str(text: &str) -> Result<Self, AllowedEndpointError> {
        let wrong = || AllowedEndpointError {
            found: text.chars().take(100).collect(),
        };
        let trimmed = text.trim();
        if let Some(range) = parse_range(trimmed) {
            return Ok(Self {
                host: AllowedHost::Range(range),
                port: None,
            });
        }
        let (host, port) = match trimmed.rsplit_once(':') {
            Some((host, port)) => (
                host,
                Some(port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?),
            ),
            None => (trimmed, None),
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let host = match parse_range(bare) {
            Some(range) => AllowedHost::Range(range),
            None if is_host_name(host) => AllowedHost::Name(host.to_ascii_lowercase()),
            None => return Err(wrong()),
        };
        Ok(Self { host, port })
    }
}

fn parse_range(text: &str) -> Option<IpNet> {
    let text = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A last label of digits would be an address in one of its odd spellings, such as 127.1.
    let is_address = text
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(is_label) && !is_address
}

/// Is this an address of the public internet, that anybody may be sent to?
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything in IANA's registry of special-purpose addresses that is not globally reachable, and multicast.
fn is_public_v4(address: Ipv4Addr) -> bool {
    const NOT_PUBLIC: [(Ipv4Addr, u8); 16] = [
        (Ipv4Addr::new(0, 0, 0, 0), 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 31, 196, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        (Ipv4Addr::new(224, 0, 0, 0), 4),
        (Ipv4Addr::new(240, 0, 0, 0), 4),
    ];
    NOT_PUBLIC
        .iter()
        .all(|(start, length)| !Ipv4Net::new_assert(*start, *length).contains(&address))
}

/// Global unicast (2000::/3) without its special parts. An address of the NAT64 prefix, which a network without IPv4
/// makes up for every public name, counts as what it stands for; IPv4-mapped addresses are never right in the DNS.
fn is_public_v6(address: Ipv6Addr) -> bool {
    const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
    const GLOBAL: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    const NOT_PUBLIC: [Ipv6Net; 4] = [
        // Protocol assignments, Teredo, benchmarking, ORCHID.
        Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
        // Documentation, twice.
        Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
        // 6to4, which carries an IPv4 address within.
        Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    ];
    if NAT64.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    GLOBAL.contains(&address) && NOT_PUBLIC.iter().all(|range| !range.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str]) -> AllowedEndpoints {
        entries
            .iter()
            .map(|entry| entry.parse::<AllowedEndpoint>().unwrap())
            .collect()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "8.8.8.8",
            "52.219.170.10",
            "172.32.0.1",
            "100.128.0.1",
            "2600:1f18::1",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(ip(text)), "{text}");
        }
    }

    #[test]
    fn addresses_inside_are_not_public() {
        for text in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "169.254.170.2",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "100::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(ip(text)), "{text}");
        }
    }

    #[test]
    fn an_entry_without_a_port_allows_every_port() {
        let allowed = allowed(&["10.0.0.0/8", "fd00::/8", "127.0.0.1"]);
        assert!(allowed.allows_address(ip("10.9.8.7"), 1));
        assert!(allowed.allows_address(ip("fd12::1"), 443));
        assert!(allowed.allows_address(ip("127.0.0.1"), 9000));
        assert!(!allowed.allows_address(ip("127.0.0.2"), 9000));
        assert!(!allowed.allows_address(ip("192.168.0.1"), 9000));
    }

    #[test]
    fn an_entry_with_a_port_allows_that_port_alone() {
        let allowed = allowed(&["127.0.0.1:9000", "[::1]:9001", "Minio.Internal:9002"]);
        assert!(allowed.allows_address(ip("127.0.0.1"), 9000));
        assert!(!allowed.allows_address(ip("127.0.0.1"), 5432));
        assert!(allowed.allows_address(ip("::1"), 9001));
        assert!(!allowed.allows_address(ip("::1"), 9000));
        assert!(allowed.allows_name("minio.internal", 9002));
        assert!(allowed.allows_name("MINIO.internal.", 9002));
        assert!(!allowed.allows_name("minio.internal", 22));
        assert!(!allowed.allows_name("evil-minio.internal", 9002));
    }

    #[test]
    fn what_cannot_be_allowed_is_refused_with_examples() {
        for text in [
            "",
            " ",
            "http://minio",
            "a b",
            "minio:",
            "minio:0",
            "minio:99999",
            "10.0.0.0/33",
            "127.1",
            "*",
            "-a",
            "a..b",
            "a/b",
        ] {
            let error = text.parse::<AllowedEndpoint>().unwrap_err();
            assert_eq!(error.code(), "connect.bad_allowed_endpoint", "{text}");
        }
    }

    #[test]
    fn an_entry_is_shown_as_it_can_be_typed() {
        for text in [
            "minio.internal:9000",
            "10.0.0.0/8",
            "10.0.0.5/32:9000",
            "[::1/128]:9000",
            "localhost",
        ] {
            let entry: AllowedEndpoint = text.parse().unwrap();
            assert_eq!(entry.to_string(), text);
            assert_eq!(entry.to_string().parse::<AllowedEndpoint>().unwrap(), entry);
        }
    }
}
