//! A public URL: kept as it is, once it is certain that a browser may be sent there.

use crate::address::{Address, AddressError, Notice, Parsed, Scheme, Url, key};
use crate::host::Host;
use crate::id::StorageId;
use crate::newtype::excerpt;

/// An `http` or `https` URL on the public Internet, in ASCII, without user name and password. Its query is part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    text: String,
}

impl PublicUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text)
    }
}

pub(super) fn read(url: &Url<'_>, host: &str, port: Option<u16>) -> Result<Parsed, AddressError> {
    let host = Host::parse(host).ok_or_else(|| AddressError::BadHost {
        found: excerpt(url.authority),
    })?;
    if host.is_private() {
        return Err(AddressError::PrivateHost {
            found: excerpt(&host.text),
        });
    }
    key::check_percent_encoding(url.path)?;
    let parts = [
        (url.path, ""),
        (url.query.unwrap_or_default(), "?"),
        (url.fragment.unwrap_or_default(), "#"),
    ];
    if parts
        .iter()
        .any(|(part, _)| memchr::memchr(0, part.as_bytes()).is_some())
    {
        return Err(AddressError::Nul);
    }
    let mut text = String::with_capacity(url.authority.len() + url.path.len() + 16);
    text.push_str(if url.scheme == Scheme::Http {
        "http://"
    } else {
        "https://"
    });
    text.push_str(&host.text);
    if let Some(port) = port.filter(|port| *port != url.scheme.port()) {
        text.push_str(&format!(":{port}"));
    }
    if url.path.is_empty() {
        text.push('/');
    }
    let mut notices = Vec::new();
    for (part, separator) in parts {
        if !part.is_empty() {
            text.push_str(separator);
            key::write_encoded_unless(part, &mut text, is_legal);
        }
        if !part.bytes().all(is_legal) && !notices.contains(&Notice::Encoded) {
            notices.push(Notice::Encoded);
        }
    }
    let storage = storage_in(url.query.unwrap_or_default());
    Ok(Parsed {
        address: Address::Public(PublicUrl { text }),
        notices,
        storage,
    })
}

/// What a URL may contain; a browser would encode the rest.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
}

/// The storage that the URL names. A parameter of that name that holds no id is the other site's own.
fn storage_in(query: &str) -> Option<StorageId> {
    query
        .split('&')
        .find_map(|parameter| match parameter.split_once('=') {
            Some(("storageId" | "integrationId", value)) => value.parse().ok(),
            _ => None,
        })
}
