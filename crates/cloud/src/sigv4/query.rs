//! Query strings, and presigned URLs: the signature carried in the query, so that a browser can fetch without headers.

use super::encode::write_query;
use super::{ALGORITHM, AmzTime, SigningKey};

/// What stands for the hash of the body in a presigned URL: whoever opens it is not known yet.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// A query string, kept in the order in which it is sent; the canonical form sorts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Names and values, both escaped already. A flag such as `location` has no value.
    pairs: Vec<(String, Option<String>)>,
}

impl Query {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `name=value`, escaping both.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs
            .push((super::encode_query(name), Some(super::encode_query(value))));
        self
    }

    /// Adds `name` alone.
    pub fn with_flag(mut self, name: &str) -> Self {
        self.pairs.push((super::encode_query(name), None));
        self
    }

    /// As it is sent, without a leading `?`.
    pub fn as_sent(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.pairs {
            separate(&mut out);
            out.push_str(name);
            if let Some(value) = value {
                out.push('=');
                out.push_str(value);
            }
        }
        out
    }

    /// As it is signed: sorted, each name with a `=`.
    pub fn canonical(&self) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_deref().unwrap_or_default()))
            .collect();
        pairs.sort_unstable();
        let mut out = String::new();
        for (name, value) in pairs {
            separate(&mut out);
            out.push_str(name);
            out.push('=');
            out.push_str(value);
        }
        out
    }
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
}

/// Everything that presigned URLs of one key, moment, lifetime and session have in common, written once.
#[derive(Clone)]
pub struct Presigning {
    key: SigningKey,
    preamble: String,
    /// The parameters in the order in which they are signed.
    canonical: String,
    /// The same parameters in the order in which botocore sends them, ending in `&X-Amz-Signature=`.
    sent: String,
}

impl Presigning {
    /// Prepares URLs that are signed at `at` and live for `life_s` seconds.
    pub fn new(key: SigningKey, access_key_id: &str, token: Option<&str>, at: &AmzTime, life_s: u32) -> Self {
        let mut start = format!("X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential=");
        write_query(access_key_id, &mut start);
        start.push_str("%2F");
        write_query(key.scope(), &mut start);
        start.push_str("&X-Amz-Date=");
        start.push_str(at.as_str());
        start.push_str("&X-Amz-Expires=");
        start.push_str(&life_s.to_string());
        let mut session = String::new();
        if let Some(token) = token {
            session.push_str("&X-Amz-Security-Token=");
            write_query(token, &mut session);
        }
        let canonical = format!("{start}{session}&X-Amz-SignedHeaders=host");
        let sent = format!("{start}&X-Amz-SignedHeaders=host{session}&X-Amz-Signature=");
        Self {
            preamble: key.preamble(at),
            key,
            canonical,
            sent,
        }
    }

    /// Appends the query of a request to `url`, which already holds origin and path: `?…&X-Amz-Signature=…`.
    ///
    /// `host` is the name with the port, if it is not the scheme's own; the escaped path is what `url` holds from
    /// `path_at` on; `version` is raw.
    pub fn write(&self, method: &str, host: &str, path_at: usize, version: Option<&str>, url: &mut String) {
        let path = url.get(path_at..).unwrap_or_default();
        let version_bytes = version.map_or(0, |version| 16 + 3 * version.len());
        let mut canonical =
            String::with_capacity(64 + path.len() + self.canonical.len() + host.len() + version_bytes);
        append(&mut canonical, &[method, "\n", path, "\n", &self.canonical]);
        url.push('?');
        if let Some(version) = version {
            // Lower case sorts after the capital X of every other parameter.
            canonical.push_str("&versionId=");
            write_query(version, &mut canonical);
            url.push_str("versionId=");
            write_query(version, url);
            url.push('&');
        }
        append(&mut canonical, &["\nhost:", host, "\n\nhost\n", UNSIGNED_PAYLOAD]);
        url.push_str(&self.sent);
        url.push_str(self.key.sign_after(&self.preamble, canonical.as_bytes()).as_str());
    }

    /// How many bytes [`Presigning::write`] appends for a request without a version.
    pub fn query_bytes(&self) -> usize {
        1 + self.sent.len() + 64
    }
}

fn append(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

impl std::fmt::Debug for Presigning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presigning")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_sent_as_it_was_built_and_signed_sorted() {
        let query = Query::new()
            .with("prefix", "a b/")
            .with("list-type", "2")
            .with_flag("location");
        assert_eq!(query.as_sent(), "prefix=a%20b%2F&list-type=2&location");
        assert_eq!(query.canonical(), "list-type=2&location=&prefix=a%20b%2F");
    }
}
