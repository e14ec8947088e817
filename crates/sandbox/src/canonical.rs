//! What the server signed: the canonical request and the string to sign, as S3 shows them after a mismatch.

use hyper::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::facts::{ALGORITHM, Facts, Signature, Signed};
use crate::keys::hex;
use crate::refusal::Refusal;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The two texts that a client compares with its own to find its mistake.
struct Shown {
    canonical_request: String,
    string_to_sign: String,
}

/// S3's answer to a signature that does not match.
pub(crate) fn mismatch(facts: &Facts, signature: &Signature, uri: &Uri, headers: &HeaderMap) -> Refusal {
    let shown = show(facts, signature, uri, headers);
    Refusal::signature_does_not_match()
        .with("AWSAccessKeyId", signature.access_key_id.as_str())
        .with("SignatureProvided", signature.signature.as_str())
        .with("StringToSignBytes", spaced_hex(&shown.string_to_sign))
        .with("StringToSign", shown.string_to_sign)
        .with("CanonicalRequestBytes", spaced_hex(&shown.canonical_request))
        .with("CanonicalRequest", shown.canonical_request)
}

/// Rebuilds both from the request as it arrived.
fn show(facts: &Facts, signature: &Signature, uri: &Uri, headers: &HeaderMap) -> Shown {
    let canonical_request = canonical_request(facts, signature, &facts.method, uri, headers);
    let scope = format!(
        "{}/{}/{}/aws4_request",
        signature.scope_date, signature.region, signature.service
    );
    let string_to_sign = format!(
        "{ALGORITHM}\n{}\n{scope}\n{}",
        signature.date.as_deref().unwrap_or_default(),
        hex(&Sha256::digest(canonical_request.as_bytes()))
    );
    Shown {
        canonical_request,
        string_to_sign,
    }
}

fn canonical_request(
    facts: &Facts,
    signature: &Signature,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> String {
    let decoded: Vec<u8> = percent_decode_str(uri.path()).collect();
    let path = utf8_percent_encode(&String::from_utf8_lossy(&decoded), PATH).to_string();
    let in_query = matches!(facts.signed, Signed::Query(_));
    let mut pairs: Vec<String> = facts
        .query
        .iter()
        .filter(|(name, _)| !(in_query && name == "X-Amz-Signature"))
        .map(|(name, value)| {
            format!(
                "{}={}",
                utf8_percent_encode(name, UNRESERVED),
                utf8_percent_encode(value, UNRESERVED)
            )
        })
        .collect();
    pairs.sort();
    let mut names = signature.signed_headers.clone();
    names.sort();
    let lines: String = names
        .iter()
        .map(|name| format!("{name}:{}\n", header_text(headers, name)))
        .collect();
    let payload = match headers
        .get("x-amz-content-sha256")
        .and_then(|value| value.to_str().ok())
    {
        Some(hash) if !in_query => hash,
        _ => "UNSIGNED-PAYLOAD",
    };
    format!(
        "{method}\n{path}\n{}\n{lines}\n{}\n{payload}",
        pairs.join("&"),
        names.join(";")
    )
}

/// A header's values, trimmed, runs of spaces made one, joined by commas.
fn header_text(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    });
    values.collect::<Vec<_>>().join(",")
}

/// The bytes in hexadecimal, as `StringToSignBytes` has them: `41 57 53 …`.
fn spaced_hex(text: &str) -> String {
    text.bytes()
        .map(|byte| hex(&[byte]))
        .collect::<Vec<_>>()
        .join(" ")
}
