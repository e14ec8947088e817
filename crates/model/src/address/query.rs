//! The query of an object's URL: a version, a storage, or a signature that is no longer needed.

use crate::address::key::percent_decode;
use crate::address::{AddressError, Notice};
use crate::id::StorageId;
use crate::newtype::excerpt;

/// Longest version ID, in bytes ("Object versions" in the Amazon S3 user guide).
const VERSION_BYTES_MAX: usize = 1024;

/// What a query says about an object.
#[derive(Default)]
pub(super) struct Query {
    pub(super) version: Option<String>,
    pub(super) storage: Option<StorageId>,
}

/// What a parameter is for.
enum Parameter {
    Version,
    Storage,
    Signature,
    Override,
    Unknown,
}

/// Reads the text after `?`. In a signed URL everything else is dropped with the signature; in any other an unknown
/// parameter is refused, because the question mark may well be part of the key.
pub(super) fn read(text: Option<&str>, notices: &mut Vec<Notice>) -> Result<Query, AddressError> {
    let mut query = Query::default();
    let Some(text) = text else { return Ok(query) };
    let (mut is_signed, mut has_overrides) = (false, false);
    let mut unknown = text.bytes().all(|byte| byte == b'&').then_some(text);
    for parameter in text.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match classify(name) {
            Parameter::Version => query.version = Some(read_version(value, query.version.is_some())?),
            Parameter::Storage => query.storage = Some(value.parse().map_err(|_| AddressError::BadStorage)?),
            Parameter::Signature => is_signed = true,
            Parameter::Override => has_overrides = true,
            Parameter::Unknown => unknown = unknown.or(Some(name)),
        }
    }
    match unknown {
        _ if is_signed => notices.push(Notice::SignatureDropped),
        Some(name) => return Err(AddressError::UnknownQuery { found: excerpt(name) }),
        None if has_overrides => notices.push(Notice::OverridesDropped),
        None => {}
    }
    Ok(query)
}

fn classify(name: &str) -> Parameter {
    let begins = |start: &str| {
        name.get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    match name {
        "versionId" => Parameter::Version,
        // Hubs of this kind append the storage to addresses; the second spelling is the older one.
        "storageId" | "integrationId" => Parameter::Storage,
        "AWSAccessKeyId" | "Signature" | "Expires" => Parameter::Signature,
        _ if begins("x-amz-") => Parameter::Signature,
        "x-id" => Parameter::Override,
        _ if begins("response-") => Parameter::Override,
        _ => Parameter::Unknown,
    }
}

fn read_version(value: &str, has_one: bool) -> Result<String, AddressError> {
    let version = percent_decode(value).map_err(|_| AddressError::BadVersion)?;
    let is_version =
        (1..=VERSION_BYTES_MAX).contains(&version.len()) && !version.chars().any(char::is_control);
    if is_version && !has_one {
        Ok(version)
    } else {
        Err(AddressError::BadVersion)
    }
}
