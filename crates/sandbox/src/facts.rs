//! What a request says about itself: where it goes, how it is signed, from which origin it comes.

use std::sync::{Arc, OnceLock};

use hyper::header::{AUTHORIZATION, HOST, ORIGIN};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use s3s::S3Error;

use crate::cors::CorsRule;
use crate::faults::{Fault, Struck};
use crate::host::{HostParts, Hosts};
use crate::identity::{Identity, TokenFault};
use crate::refusal::Refusal;
use crate::world::{Bucket, World};

/// The only algorithm that S3 accepts everywhere.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The request, read once; handed along with it. The first refusal with details is kept for the answer.
#[derive(Debug)]
pub(crate) struct Facts {
    pub method: Method,
    pub host: HostParts,
    pub bucket: Option<String>,
    pub key: Option<String>,
    pub signed: Signed,
    pub origin: Option<String>,
    pub range: Option<String>,
    pub expected_owner: Option<String>,
    pub is_sts: bool,
    pub query: Vec<(String, String)>,
    /// The faults that this request meets; none until the rules were asked.
    pub struck: Struck,
    refusal: OnceLock<Refusal>,
}

/// How the request is signed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    Not,
    /// Signature version 2, in a header or in the query.
    Version2,
    /// Both a header and a query signature.
    Twice,
    Header(Signature),
    Query(Signature),
    /// A version 4 signature that does not hold together.
    Malformed {
        in_query: bool,
    },
}

/// The parts of a version 4 signature, not yet verified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub access_key_id: String,
    pub scope_date: String,
    pub region: String,
    pub service: String,
    pub signed_headers: Vec<String>,
    pub signature: String,
    /// `x-amz-date`, as it was sent.
    pub date: Option<String>,
    pub token: Option<String>,
    /// `X-Amz-Expires`, as it was sent; only in a query.
    pub expires: Option<String>,
    /// `X-Amz-Algorithm`, or the scheme of the header.
    pub algorithm: String,
}

impl Facts {
    pub(crate) fn of(parts: &Parts, hosts: &Hosts) -> Self {
        let host = header(&parts.headers, HOST.as_str())
            .map(|host| hosts.parse(host))
            .unwrap_or_default();
        let query = decode_query(parts.uri.query().unwrap_or_default());
        let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
        let (bucket, key) = place(host.bucket.as_deref(), &path);
        let form = header(&parts.headers, "content-type")
            .is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
        let is_sts = bucket.is_none()
            && ((parts.method == Method::POST && form) || query.iter().any(|(name, _)| name == "Action"));
        Self {
            signed: Signed::of(&parts.headers, &query),
            origin: header(&parts.headers, ORIGIN.as_str()).map(str::to_owned),
            range: header(&parts.headers, "range").map(str::to_owned),
            expected_owner: header(&parts.headers, "x-amz-expected-bucket-owner").map(str::to_owned),
            method: parts.method.clone(),
            host,
            bucket,
            key,
            is_sts,
            query,
            struck: Struck::default(),
            refusal: OnceLock::new(),
        }
    }

    /// The version 4 signature, wherever it is.
    pub(crate) fn signature(&self) -> Option<&Signature> {
        match &self.signed {
            Signed::Header(signature) | Signed::Query(signature) => Some(signature),
            _ => None,
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Keeps the refusal for the answer, and gives the error that ends the request.
    pub(crate) fn refuse(&self, refusal: Refusal) -> S3Error {
        let error = refusal.to_s3_error();
        self.refusal.get_or_init(|| refusal);
        error
    }

    pub(crate) fn take_refusal(&self) -> Option<Refusal> {
        self.refusal.get().cloned()
    }
}

/// The world as this request sees it: the faults that it meets may have it otherwise.
impl Facts {
    pub(crate) fn now_ms(&self, world: &World) -> i64 {
        world.now_ms().saturating_add(self.struck.skew_ms())
    }

    /// Does the token belong to the key, and is it still in time?
    pub(crate) fn check_token(
        &self,
        identity: &Identity,
        token: Option<&str>,
        world: &World,
    ) -> Result<(), TokenFault> {
        identity.check_token(token, self.now_ms(world))?;
        match token {
            Some(_) if self.struck.has(&Fault::ExpireToken) => Err(TokenFault::Expired),
            _ => Ok(()),
        }
    }

    /// The bucket that the request names, if there is one.
    pub(crate) fn bucket_in(&self, world: &World) -> Option<Arc<Bucket>> {
        let hidden = self.struck.has(&Fault::NoSuchBucket);
        let name = self.bucket.as_deref().filter(|_| !hidden)?;
        world.bucket(name)
    }

    pub(crate) fn region_of<'s>(&'s self, bucket: &'s Bucket) -> &'s str {
        self.struck.region().unwrap_or(&bucket.region)
    }

    pub(crate) fn cors_of(&self, bucket: &Bucket) -> Arc<[CorsRule]> {
        let instead = self.struck.find(|fault| match fault {
            Fault::NoCors => Some(Vec::new()),
            Fault::OtherOrigin { origin } => Some(vec![CorsRule::to_read_from(origin)]),
            _ => None,
        });
        instead.map_or_else(|| bucket.cors(), Arc::from)
    }
}

impl Signed {
    fn of(headers: &HeaderMap, query: &[(String, String)]) -> Self {
        let header_value = header(headers, AUTHORIZATION.as_str());
        let get = |name: &str| {
            query
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        let in_query = ["X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Credential"]
            .iter()
            .any(|n| get(n).is_some());
        match (header_value, in_query) {
            (Some(_), true) => Self::Twice,
            (Some(value), false) if value.starts_with("AWS ") => Self::Version2,
            (Some(value), false) => match in_header(value, headers) {
                Some(signature) => Self::Header(signature),
                None => Self::Malformed { in_query: false },
            },
            (None, true) => match in_parameters(&get) {
                Some(signature) => Self::Query(signature),
                None => Self::Malformed { in_query: true },
            },
            (None, false) if get("Signature").is_some() && get("AWSAccessKeyId").is_some() => Self::Version2,
            (None, false) => Self::Not,
        }
    }
}

fn in_header(value: &str, headers: &HeaderMap) -> Option<Signature> {
    let (algorithm, fields) = value.split_once(' ')?;
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let owned = |name: &str| header(headers, name).map(str::to_owned);
    Some(Signature {
        signature: field("Signature")?.to_owned(),
        signed_headers: split_names(field("SignedHeaders")?),
        date: owned("x-amz-date"),
        token: owned("x-amz-security-token"),
        expires: None,
        algorithm: algorithm.to_owned(),
        ..scope(field("Credential")?)?
    })
}

fn in_parameters<'q>(get: &impl Fn(&str) -> Option<&'q str>) -> Option<Signature> {
    let owned = |name: &str| get(name).map(str::to_owned);
    Some(Signature {
        signature: owned("X-Amz-Signature")?,
        signed_headers: split_names(get("X-Amz-SignedHeaders")?),
        date: Some(owned("X-Amz-Date")?),
        token: owned("X-Amz-Security-Token"),
        expires: Some(owned("X-Amz-Expires")?),
        algorithm: owned("X-Amz-Algorithm")?,
        ..scope(get("X-Amz-Credential")?)?
    })
}

/// `<key id>/<date>/<region>/<service>/aws4_request`; the other fields are left for the caller to fill.
fn scope(credential: &str) -> Option<Signature> {
    let mut from_the_end = credential.rsplitn(5, '/');
    let (terminator, service, region) = (from_the_end.next()?, from_the_end.next()?, from_the_end.next()?);
    let (scope_date, access_key_id) = (from_the_end.next()?, from_the_end.next()?);
    (terminator == "aws4_request" && !access_key_id.is_empty()).then(|| Signature {
        access_key_id: access_key_id.to_owned(),
        scope_date: scope_date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: Vec::new(),
        signature: String::new(),
        date: None,
        token: None,
        expires: None,
        algorithm: String::new(),
    })
}

/// Bucket and key of a path, as the protocol library reads them.
fn place(host_bucket: Option<&str>, path: &str) -> (Option<String>, Option<String>) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = match host_bucket {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (some(bucket), some(key))
}

fn split_names(names: &str) -> Vec<String> {
    names.split(';').map(str::to_owned).collect()
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A query's or a form's pairs; a `+` is a space in both.
pub(crate) fn decode_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn facts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Facts {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Facts::of(&request.body(()).unwrap().into_parts().0, &Hosts::new(&[]))
    }

    #[test]
    fn a_key_is_what_follows_the_bucket_byte_for_byte() {
        for (uri, bucket, key) in [
            ("/", None, None),
            ("/photos", Some("photos"), None),
            ("/photos/", Some("photos"), None),
            ("/photos/a%20b+c.jpg", Some("photos"), Some("a b+c.jpg")),
            ("/photos//a", Some("photos"), Some("/a")),
            ("/photos/m%C3%BCnzen.jpg", Some("photos"), Some("münzen.jpg")),
        ] {
            let facts = facts("GET", uri, &[("host", "127.0.0.1:9000")]);
            assert_eq!(
                (facts.bucket.as_deref(), facts.key.as_deref()),
                (bucket, key),
                "{uri}"
            );
        }
        let virtual_hosted = facts("GET", "/photos/a", &[("host", "my.bucket.localhost:9000")]);
        assert_eq!(virtual_hosted.bucket.as_deref(), Some("my.bucket"));
        assert_eq!(virtual_hosted.key.as_deref(), Some("photos/a"));
    }

    #[test]
    fn a_header_signature_is_taken_apart() {
        let value = "AWS4-HMAC-SHA256 Credential=AKIAX/20260131/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc";
        let facts = facts(
            "GET",
            "/b/k",
            &[("authorization", value), ("x-amz-date", "20260131T000000Z")],
        );
        let signature = facts.signature().unwrap();
        assert_eq!(signature.access_key_id, "AKIAX");
        assert_eq!(
            (signature.region.as_str(), signature.service.as_str()),
            ("eu-central-1", "s3")
        );
        assert_eq!(signature.signed_headers, ["host", "x-amz-date"]);
    }

    #[test]
    fn other_ways_to_sign_are_told_apart() {
        let v2 = facts("GET", "/b/k", &[("authorization", "AWS AKIAX:abc=")]);
        assert_eq!(v2.signed, Signed::Version2);
        let broken = facts("GET", "/b/k?X-Amz-Signature=abc", &[]);
        assert_eq!(broken.signed, Signed::Malformed { in_query: true });
        let twice = facts(
            "GET",
            "/b/k?X-Amz-Signature=abc",
            &[("authorization", "AWS4-HMAC-SHA256 x")],
        );
        assert_eq!(twice.signed, Signed::Twice);
        assert_eq!(facts("GET", "/b/k", &[]).signed, Signed::Not);
    }

    #[test]
    fn a_form_posted_to_the_root_is_for_sts_and_to_a_bucket_is_not() {
        let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        assert!(facts("POST", "/", &form).is_sts);
        assert!(facts("GET", "/?Action=GetCallerIdentity", &[]).is_sts);
        assert!(!facts("POST", "/photos", &form).is_sts);
        assert!(!facts("GET", "/", &[]).is_sts);
    }
}
