//! The address of an asset: read once, from whatever form somebody wrote it in, to a bucket and a key or a public URL.
//!
//! What is read as an object in S3 ("Virtual hosting of buckets", "Making requests over dual-stack endpoints", "Amazon
//! S3 endpoints and quotas" in AWS's documentation):
//!
//! | form | example |
//! | --- | --- |
//! | virtual-hosted | `https://bucket.s3.eu-central-1.amazonaws.com/key` |
//! | without a region, and its alias | `https://bucket.s3.amazonaws.com/key`, `https://bucket.s3-external-1.amazonaws.com/key` |
//! | path-style | `https://s3.eu-central-1.amazonaws.com/bucket/key` |
//! | region after a dash | `https://bucket.s3-us-west-2.amazonaws.com/key` |
//! | dual-stack, FIPS, accelerated | `s3.dualstack.REGION`, `s3-fips.REGION`, `s3-fips.dualstack.REGION`, `s3-accelerate` |
//! | other partitions | `amazonaws.com.cn`, `amazonaws.eu` and so on, as [`Partition::dns_suffix`] lists them |
//! | S3 URI | `s3://bucket/key` |
//! | under the storage's endpoint | `http://minio:9000/bucket/key`, `http://bucket.minio:9000/key` |
//!
//! In all of them, the S3 URI included, the key is percent-encoded UTF-8: `%20` is a space and `+` is a plus. Characters
//! that should have been encoded and can only mean themselves (a space, a letter with an accent) are taken as they are,
//! with a notice. A raw `?` or `#` could mean two things and is refused with the way to write it.
//!
//! Keys are kept byte for byte, so `a//b`, a leading slash, a trailing space and both ways to write é stay different.
//! Refused are the keys that a hub could store but nobody could open: those with a segment `.` or `..`, which browsers
//! resolve even when they are percent-encoded; those with a NUL, which PostgreSQL cannot hold; those that are not UTF-8
//! or longer than 1024 bytes, which S3 cannot hold.

mod error;
pub(crate) mod key;
mod neighbour;
mod notice;
mod object;
mod public;
mod query;
mod s3_host;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use error::AddressError;
pub use key::KEY_BYTES_MAX;
pub use neighbour::Neighbour;
pub use notice::Notice;
pub use object::ObjectAddress;
pub use public::PublicUrl;

use crate::bucket::BucketName;
use crate::endpoint::Endpoint;
use crate::host::{AuthorityError, Host, lower_case, split_authority};
use crate::id::StorageId;
use crate::newtype::excerpt;
#[cfg(doc)]
use crate::region::Partition;
use crate::region::Region;
use s3_host::S3Host;

/// Longest address as it is written, in bytes: a key of 1024 bytes all encoded, and the query of a signed URL.
pub const ADDRESS_BYTES_MAX: usize = 16 * 1024;

/// Where an asset is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// In a bucket; reached through a storage.
    Object(ObjectAddress),
    /// Anywhere on the Internet; reached by everybody.
    Public(PublicUrl),
}

/// An address and what there is to say about how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The address.
    pub address: Address,
    /// What was understood but should be known; empty for nearly every address.
    pub notices: Vec<Notice>,
    /// The storage that the address itself names with `?storageId=…`, if it does.
    pub storage: Option<StorageId>,
}

impl Address {
    /// Reads an address, where no storage or one without an endpoint is chosen.
    pub fn parse(text: &str) -> Result<Parsed, AddressError> {
        Address::parse_with(text, None)
    }

    /// Reads an address; URLs of the storage's endpoint, path-style or virtual-hosted, are objects too.
    pub fn parse_with(text: &str, endpoint: Option<&Endpoint>) -> Result<Parsed, AddressError> {
        let url = Url::split(text)?;
        if url.scheme == Scheme::S3 {
            return read_s3_uri(&url);
        }
        let authority = split_authority(url.authority).map_err(|error| match error {
            AuthorityError::UserInfo => AddressError::UserInfo,
            AuthorityError::Host => AddressError::BadHost {
                found: excerpt(url.authority),
            },
            AuthorityError::Port => AddressError::BadPort {
                found: excerpt(url.authority),
            },
        })?;
        let host = lower_case(authority.host);
        let in_endpoint = || in_endpoint(&url, authority.host, authority.port, endpoint);
        match s3_host::read(&host)? {
            S3Host::Objects { .. } if authority.port.is_some_and(|port| port != url.scheme.port()) => {
                Err(AddressError::BadPort {
                    found: excerpt(url.authority),
                })
            }
            S3Host::Objects {
                bucket,
                region,
                variant,
            } => {
                let mut parsed = read_object(&url, bucket, region, None)?;
                parsed.notices.extend(variant.map(Notice::EndpointVariant));
                Ok(parsed)
            }
            S3Host::Unsupported(what) => in_endpoint()?.ok_or_else(|| AddressError::UnsupportedHost {
                found: excerpt(url.authority),
                what,
            }),
            S3Host::Other => match in_endpoint()? {
                Some(parsed) => Ok(parsed),
                None => public::read(&url, authority.host, authority.port),
            },
        }
    }

    /// The text to store: percent-encoded in one way, without a signature. Reading it again (with the same endpoint)
    /// gives this address.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    /// Appends the text to store to a buffer that the caller reuses.
    pub fn write_canonical(&self, out: &mut String) {
        match self {
            Address::Object(object) => object.write_canonical(out),
            Address::Public(url) => out.push_str(url.as_str()),
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&ObjectAddress> {
        match self {
            Address::Object(object) => Some(object),
            Address::Public(_) => None,
        }
    }
}

/// What an address may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    S3,
}

impl Scheme {
    /// The port that need not be written.
    fn port(self) -> u16 {
        if self == Scheme::Http { 80 } else { 443 }
    }
}

/// An address, cut into its parts; nothing is decoded yet.
struct Url<'a> {
    scheme: Scheme,
    /// Between `//` and the path.
    authority: &'a str,
    /// From its first slash on; may be empty.
    path: &'a str,
    /// After the first `?`.
    query: Option<&'a str>,
    /// After the first `#`.
    fragment: Option<&'a str>,
}

impl<'a> Url<'a> {
    fn split(text: &'a str) -> Result<Url<'a>, AddressError> {
        let (scheme, rest) = split_scheme(text)?;
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong { bytes: text.len() });
        }
        let authority_end = memchr::memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(authority_end);
        let (rest, fragment) = cut(rest, b'#');
        let (path, query) = cut(rest, b'?');
        Ok(Url {
            scheme,
            authority,
            path,
            query,
            fragment,
        })
    }
}

/// Cuts before and after the first `separator`, an ASCII character.
fn cut(text: &str, separator: u8) -> (&str, Option<&str>) {
    match memchr::memchr(separator, text.as_bytes()) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), AddressError> {
    const SCHEME_BYTES_MAX: usize = 32;
    for (start, scheme) in [
        ("https://", Scheme::Https),
        ("s3://", Scheme::S3),
        ("http://", Scheme::Http),
    ] {
        if let Some((before, rest)) = text.split_at_checked(start.len())
            && before.eq_ignore_ascii_case(start)
        {
            return Ok((scheme, rest));
        }
    }
    let not_a_url = AddressError::NotAUrl { found: excerpt(text) };
    let is_scheme = |scheme: &str| {
        // One letter is a drive of Windows, and a dot makes it a host.
        (2..=SCHEME_BYTES_MAX).contains(&scheme.len())
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte))
    };
    match text.split_once(':') {
        Some((scheme, _))
            if ["http", "https", "s3"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            Err(not_a_url)
        }
        Some((scheme, _)) if is_scheme(scheme) => Err(AddressError::SchemeRefused {
            scheme: scheme.to_ascii_lowercase(),
        }),
        _ => Err(not_a_url),
    }
}

fn read_s3_uri(url: &Url<'_>) -> Result<Parsed, AddressError> {
    if url.authority.contains('@') {
        return Err(AddressError::UserInfo);
    }
    if url.authority.is_empty() {
        return Err(AddressError::NoBucket);
    }
    read_object(url, Some(url.authority), None, None)
}

/// Reads the URL as an object of the storage's endpoint, if that is where it leads.
fn in_endpoint(
    url: &Url<'_>,
    host: &str,
    port: Option<u16>,
    endpoint: Option<&Endpoint>,
) -> Result<Option<Parsed>, AddressError> {
    let (Some(endpoint), Some(host)) = (endpoint, Host::parse(host)) else {
        return Ok(None);
    };
    match endpoint.matches(&host.text, port, url.scheme == Scheme::Https) {
        Some(bucket) => read_object(url, bucket, None, Some(endpoint)).map(Some),
        None => Ok(None),
    }
}

/// Reads path and query of an object's URL; without a bucket in the host, the path begins with it.
fn read_object(
    url: &Url<'_>,
    bucket: Option<&str>,
    region: Option<Region>,
    endpoint: Option<&Endpoint>,
) -> Result<Parsed, AddressError> {
    if url.fragment.is_some() {
        return Err(AddressError::Fragment);
    }
    let mut notices = Vec::new();
    let path = url.path.strip_prefix('/').unwrap_or_default();
    let (bucket, raw_key) = match bucket {
        Some(bucket) => (bucket.parse(), path),
        None => {
            let (bucket, raw_key) = cut(path, b'/');
            if bucket.is_empty() {
                return Err(AddressError::NoBucket);
            }
            (read_bucket(bucket)?.parse(), raw_key.unwrap_or_default())
        }
    };
    let bucket: BucketName = bucket?;
    if raw_key.is_empty() && url.query.is_none() {
        return Err(AddressError::NoKey);
    }
    let key = key::decode(raw_key, &mut notices)?;
    let query = query::read(url.query, &mut notices)?;
    if raw_key.is_empty() {
        return Err(AddressError::NoKey);
    }
    if bucket.is_legacy() {
        notices.push(Notice::LegacyBucket);
    }
    let object = ObjectAddress::from_checked(bucket, key, region, query.version, endpoint.cloned());
    Ok(Parsed {
        address: Address::Object(object),
        notices,
        storage: query.storage,
    })
}

/// A bucket in a path may be percent-encoded, needlessly, like everything else in a path.
fn read_bucket(raw: &str) -> Result<Cow<'_, str>, AddressError> {
    if raw.contains('%') {
        key::percent_decode(raw).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(raw))
    }
}
