//! The host of a URL: which texts name one, and which of them lead to places that are not on the public Internet.
//!
//! Hosts are read as browsers read them (WHATWG URL Standard, "host parsing"): `0x7f.1`, `2130706433` and
//! `[::ffff:127.0.0.1]` are all 127.0.0.1. Names beyond ASCII and percent-encoded names are refused rather than
//! translated, so that none of them can turn into such an address later.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest host name, in bytes (RFC 1035).
const HOST_BYTES_MAX: usize = 253;
/// Longest label of a host name, in bytes (RFC 1035).
const LABEL_BYTES_MAX: usize = 63;

/// A host and, if the text gives one, a port.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// As written, IPv6 addresses in their brackets.
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
}

/// Why the text between `//` and the path is not a host with a port.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AuthorityError {
    /// It has a user name or a password. Never shown.
    UserInfo,
    /// It has no host, or one that no browser would take.
    Host,
    /// Its port is no number up to 65535.
    Port,
}

/// Splits `host`, `host:port`, `[v6]` or `[v6]:port`.
pub(crate) fn split_authority(text: &str) -> Result<Authority<'_>, AuthorityError> {
    if memchr::memchr(b'@', text.as_bytes()).is_some() {
        return Err(AuthorityError::UserInfo);
    }
    // The colons before the closing bracket belong to an IPv6 address.
    let brackets_end = match text.starts_with('[') {
        true => text.find(']').ok_or(AuthorityError::Host)? + 1,
        false => 0,
    };
    let after_brackets = text.as_bytes().get(brackets_end..).unwrap_or_default();
    let port_at = memchr::memchr(b':', after_brackets).map(|at| brackets_end + at);
    let (host, port) = match port_at {
        Some(at) => (text.get(..at), text.get(at + 1..)),
        None => (Some(text), None),
    };
    let host = host.filter(|host| !host.is_empty()).ok_or(AuthorityError::Host)?;
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().map_err(|_| AuthorityError::Port)?)
        }
        Some(_) => return Err(AuthorityError::Port),
    };
    Ok(Authority { host, port })
}

/// A host in the one spelling that is compared and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    /// Lower case, without a trailing dot; addresses as a browser would write them.
    pub(crate) text: Cow<'a, str>,
    /// The address, if it is one.
    pub(crate) ip: Option<IpAddr>,
}

impl<'a> Host<'a> {
    /// Reads a host; `None` if no browser would take it, or if it is not ASCII.
    pub(crate) fn parse(text: &'a str) -> Option<Host<'a>> {
        if let Some(inner) = text.strip_prefix('[') {
            let ip: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Host {
                text: Cow::Owned(format!("[{ip}]")),
                ip: Some(IpAddr::V6(ip)),
            });
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let is_label = |label: &str| (1..=LABEL_BYTES_MAX).contains(&label.len());
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.len() > HOST_BYTES_MAX || !name.bytes().all(is_letter) || !name.split('.').all(is_label) {
            return None;
        }
        if ends_in_a_number(name) {
            let ip = parse_ipv4(name)?;
            return Some(Host {
                text: Cow::Owned(ip.to_string()),
                ip: Some(IpAddr::V4(ip)),
            });
        }
        Some(Host {
            text: lower_case(name),
            ip: None,
        })
    }

    /// Whether the text alone shows that the host is not on the public Internet. A name that only resolves to such an
    /// address cannot be seen here; that is checked when a connection is made.
    pub(crate) fn is_private(&self) -> bool {
        match self.ip {
            Some(ip) => !is_public_ip(ip),
            None => {
                let name = self.text.as_ref();
                name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain"
            }
        }
    }
}

/// The text in lower case, copied only if it is not.
pub(crate) fn lower_case(text: &str) -> Cow<'_, str> {
    // Without an early end the loop is a handful of vector instructions.
    match text
        .bytes()
        .fold(false, |found, byte| found | byte.is_ascii_uppercase())
    {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}

/// A name whose last label is a number is an IPv4 address or nothing.
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    hex.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// One to four numbers, decimal, octal (`0…`) or hexadecimal (`0x…`), the last of which fills what is left.
fn parse_ipv4(name: &str) -> Option<Ipv4Addr> {
    const PARTS_MAX: usize = 4;
    let count = name.split('.').count();
    if count > PARTS_MAX {
        return None;
    }
    let mut address: u64 = 0;
    for (index, part) in name.split('.').enumerate() {
        let number = parse_ipv4_number(part)?;
        let bytes_covered = if index + 1 == count { PARTS_MAX - index } else { 1 };
        if number >> (8 * bytes_covered) != 0 {
            return None;
        }
        address = address << (8 * bytes_covered) | number;
    }
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

fn parse_ipv4_number(part: &str) -> Option<u64> {
    let hex = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X"));
    let (digits, radix) = match (hex, part.strip_prefix('0')) {
        (Some(""), _) => return Some(0),
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        _ => (part, 10),
    };
    let is_digit = |byte: u8| char::from(byte).is_digit(radix);
    let is_number = !digits.is_empty() && digits.bytes().all(is_digit);
    if is_number {
        u64::from_str_radix(digits, radix).ok()
    } else {
        None
    }
}

/// Whether an address is one that the public Internet can reach: not this machine, not a private network, not a link,
/// not a group, not reserved (IANA's special-purpose address registries). IPv6 addresses that stand for an IPv4
/// address (mapped, compatible, NAT64, 6to4) are judged by it.
pub fn is_public_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_ipv4(ip),
        IpAddr::V6(ip) => is_public_ipv6(ip),
    }
}

fn is_public_ipv4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = match (a, b, c) {
        (0 | 10 | 127, _, _) | (224.., _, _) => true,
        (100, 64..=127, _) => true, // shared by carriers
        (169, 254, _) => true,      // one link, and clouds' metadata services
        (172, 16..=31, _) | (192, 168, _) => true,
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) => true, // protocols and documentation
        (198, 18 | 19, _) => true,                                // benchmarks
        _ => false,
    };
    !is_special
}

fn is_public_ipv6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let from_pair = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match (a, b) {
        _ if ip.is_unspecified() || ip.is_loopback() => false,
        (0, 0) if [c, d, e] == [0; 3] && (f == 0 || f == 0xffff) => is_public_ipv4(from_pair(g, h)),
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => is_public_ipv4(from_pair(g, h)),
        (0x2002, _) => is_public_ipv4(from_pair(b, c)),
        // Teredo and other protocols, documentation.
        (0x2001, 0..=0x01ff | 0x0db8) => false,
        // All that is given out to anybody is in 2000::/3: neither fc00::/7, fe80::/10 nor ff00::/8 is.
        _ => a & 0xe000 == 0x2000 && a != 0x3fff,
    }
}

#[cfg(test)]
mod tests;
