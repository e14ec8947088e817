//! Signing by header: what our own calls to S3 and STS carry.

use sha2::{Digest, Sha256};

use super::{ALGORITHM, AmzTime, Query, SigningKey, key};

/// The hash of a body that is empty.
pub const EMPTY_PAYLOAD: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The hash of a body, as it stands in a canonical request.
pub fn payload_hash(body: &[u8]) -> String {
    String::from_utf8_lossy(&key::hex(&Sha256::digest(body).into())).into_owned()
}

/// A request as far as its signature is concerned.
#[derive(Debug, Clone, Copy)]
pub struct HeaderSigning<'a> {
    /// `GET`, `HEAD`, `POST`.
    pub method: &'a str,
    /// The host with its port, if that is not the scheme's own.
    pub host: &'a str,
    /// The path, escaped once, exactly as it is sent.
    pub path: &'a str,
    /// The query.
    pub query: &'a Query,
    /// The other headers to sign, names in lower case, values trimmed; all of them must be sent.
    pub headers: &'a [(&'a str, &'a str)],
    /// [`payload_hash`] of the body.
    pub payload_hash: &'a str,
}

/// The value of the header `Authorization`.
pub fn authorization(
    request: &HeaderSigning<'_>,
    key: &SigningKey,
    access_key_id: &str,
    at: &AmzTime,
) -> String {
    let mut headers: Vec<(&str, &str)> = request.headers.to_vec();
    headers.push(("host", request.host));
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method,
        request.path,
        request.query.canonical()
    );
    for (name, value) in headers {
        for part in [name, ":", value, "\n"] {
            canonical.push_str(part);
        }
    }
    for part in ["\n", &names, "\n", request.payload_hash] {
        canonical.push_str(part);
    }
    let signature = key.sign(at, canonical.as_bytes());
    format!(
        "{ALGORITHM} Credential={access_key_id}/{}, SignedHeaders={names}, Signature={}",
        key.scope(),
        signature.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nothing_is_the_constant() {
        assert_eq!(payload_hash(b""), EMPTY_PAYLOAD);
    }
}
