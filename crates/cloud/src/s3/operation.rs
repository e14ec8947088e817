//! The queries of the S3 calls that we make, in the order in which botocore writes them.

use crate::sigv4::Query;

/// Most keys on a page, S3's own limit.
pub const LIST_KEYS_MAX: u16 = 1000;

/// Which keys to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing<'a> {
    /// What the keys begin with; empty for all.
    pub prefix: &'a str,
    /// Keys that go on after this are folded into one prefix: `/` lists one folder.
    pub delimiter: Option<&'a str>,
    /// Where the page before ended.
    pub continuation: Option<&'a str>,
    /// Only keys that come after this one; a continuation says it by itself.
    pub start_after: Option<&'a str>,
    /// At most [`LIST_KEYS_MAX`].
    pub max_keys: u16,
}

pub(crate) fn list_query(listing: &Listing<'_>) -> Query {
    let mut query = Query::new().with("list-type", "2");
    if !listing.prefix.is_empty() {
        query = query.with("prefix", listing.prefix);
    }
    if let Some(delimiter) = listing.delimiter {
        query = query.with("delimiter", delimiter);
    }
    if let Some(continuation) = listing.continuation {
        query = query.with("continuation-token", continuation);
    }
    if let Some(key) = listing.start_after.filter(|_| listing.continuation.is_none()) {
        query = query.with("start-after", key);
    }
    let max_keys = listing.max_keys.min(LIST_KEYS_MAX).to_string();
    query.with("max-keys", &max_keys).with("encoding-type", "url")
}

pub(crate) fn object_query(version: Option<&str>) -> Query {
    match version {
        Some(version) => Query::new().with("versionId", version),
        None => Query::new(),
    }
}

pub(crate) fn location_query() -> Query {
    Query::new().with_flag("location")
}

pub(crate) fn cors_query() -> Query {
    Query::new().with_flag("cors")
}
