//! Holds the signer to botocore, byte for byte, over the cases of `vectors/botocore.ndjson.gz`.

use std::collections::BTreeMap;
use std::io::Read;

use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;
use serde::Deserialize;

use crate::credentials::Credentials;
use crate::presign::Prepared;
use crate::s3::operation;
use crate::sigv4::{
    AmzTime, HeaderSigning, Presigning, Query, Service, SigningKey, authorization, payload_hash,
};
use crate::site::Site;

static VECTORS: &[u8] = include_bytes!("../vectors/botocore.ndjson.gz");

#[derive(Deserialize)]
struct Case {
    kind: String,
    op: String,
    at: i64,
    access: String,
    secret: String,
    token: Option<String>,
    region: String,
    endpoint: Option<String>,
    style: Option<String>,
    #[serde(default)]
    bucket: String,
    #[serde(default)]
    key: String,
    version: Option<String>,
    #[serde(default)]
    ttl: u32,
    range: Option<String>,
    prefix: Option<String>,
    delimiter: Option<String>,
    continuation: Option<String>,
    #[serde(default)]
    max_keys: u16,
    role: Option<String>,
    session: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    duration: u32,
    policy: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    url: String,
    #[serde(default)]
    authorization: String,
    #[serde(default)]
    body: String,
}

fn cases(kind: &str) -> Vec<Case> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(VECTORS)
        .read_to_string(&mut text)
        .unwrap();
    let all = text
        .lines()
        .map(|line| serde_json::from_str::<Case>(line).unwrap());
    let found: Vec<Case> = all.filter(|case| case.kind == kind).collect();
    assert!(found.len() >= 300, "{} cases of {kind}", found.len());
    found
}

impl Case {
    fn site(&self) -> Site {
        let suffix = if self.region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        match self.endpoint.as_deref().and_then(|e| e.split_once("://")) {
            Some((scheme, host)) => Site::of_host(scheme == "https", host),
            None if self.style.as_deref() == Some("path") => Site::of_region(&self.region, suffix).in_path(),
            None => Site::of_region(&self.region, suffix),
        }
    }

    fn time(&self) -> AmzTime {
        AmzTime::of_ms(self.at)
    }

    fn signing_key(&self, service: Service) -> SigningKey {
        SigningKey::derive(&self.secret, &self.time(), &self.region, service)
    }

    /// Checks the sent URL and the signature that covers it.
    fn assert_signed(&self, service: Service, method: &str, origin: &str, path: &str, query: &Query) {
        let sent = query.as_sent();
        let mark = if sent.is_empty() { "" } else { "?" };
        assert_eq!(format!("{origin}{path}{mark}{sent}"), self.url);
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let host = origin.split_once("://").unwrap().1;
        let payload_hash = payload_hash(self.body.as_bytes());
        let request = HeaderSigning {
            method,
            host,
            path,
            query,
            headers: &headers,
            payload_hash: &payload_hash,
        };
        let key = self.signing_key(service);
        assert_eq!(
            authorization(&request, &key, &self.access, &self.time()),
            self.authorization,
            "{}",
            self.url
        );
    }
}

#[test]
fn presigned_urls_are_botocores() {
    for case in cases("presign") {
        let (site, at) = (case.site(), case.time());
        let presigning = Presigning::new(
            case.signing_key(Service::S3),
            &case.access,
            case.token.as_deref(),
            &at,
            case.ttl,
        );
        let method = match case.op.as_str() {
            "get_object" => "GET",
            "head_object" => "HEAD",
            _ => "PUT",
        };
        let mut url = site.origin(&case.bucket);
        let path_at = url.len();
        url.push_str(&site.object_path(&case.bucket, &case.key));
        presigning.write(
            method,
            &site.host(&case.bucket),
            path_at,
            case.version.as_deref(),
            &mut url,
        );
        assert_eq!(url, case.url);
    }
}

/// The fast path as the hub uses it, with the moment that it would have rounded to.
#[test]
fn the_signer_of_storages_writes_botocores_urls() {
    let mut compared = 0;
    for case in cases("presign") {
        // Without an endpoint the signer chooses the style itself.
        if case.op != "get_object" || (case.endpoint.is_none() && case.style.as_deref() == Some("path")) {
            continue;
        }
        let credentials = match &case.token {
            Some(token) => Credentials::of_session(&case.access, &case.secret, token, None),
            None => Credentials::permanent(&case.access, &case.secret),
        };
        let region: Region = case.region.parse().unwrap();
        let endpoint = case
            .endpoint
            .as_deref()
            .map(|endpoint| endpoint.parse::<Endpoint>().unwrap());
        let prepared =
            Prepared::new(&credentials, &region, endpoint.as_ref(), case.ttl, case.at / 1000).unwrap();
        assert_eq!(
            prepared
                .sign(&case.bucket, &case.key, case.version.as_deref())
                .url,
            case.url
        );
        compared += 1;
    }
    assert!(compared > 600, "{compared}");
}

#[test]
fn calls_about_objects_are_botocores() {
    for case in cases("object") {
        let site = case.site();
        let query = operation::object_query(case.version.as_deref());
        let method = if case.op == "get_object" { "GET" } else { "HEAD" };
        assert_eq!(case.headers.get("range"), case.range.as_ref());
        assert_eq!(case.headers.get("x-amz-security-token"), case.token.as_ref());
        let path = site.object_path(&case.bucket, &case.key);
        case.assert_signed(Service::S3, method, &site.origin(&case.bucket), &path, &query);
    }
}

#[test]
fn calls_about_buckets_are_botocores() {
    for case in cases("bucket") {
        let (mut site, mut method, mut query) = (case.site(), "GET", Query::new());
        match case.op.as_str() {
            "head_bucket" => method = "HEAD",
            "get_bucket_location" => (site, query) = (site.in_path(), operation::location_query()),
            _ => {
                query = operation::list_query(&operation::Listing {
                    prefix: case.prefix.as_deref().unwrap_or_default(),
                    delimiter: case.delimiter.as_deref(),
                    continuation: case.continuation.as_deref(),
                    start_after: None,
                    max_keys: case.max_keys,
                });
            }
        }
        let path = site.bucket_path(&case.bucket);
        case.assert_signed(Service::S3, method, &site.origin(&case.bucket), &path, &query);
    }
}

#[test]
fn calls_to_sts_are_botocores() {
    for case in cases("sts") {
        let suffix = if case.region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        let origin = case
            .endpoint
            .clone()
            .unwrap_or(format!("https://sts.{}.{suffix}", case.region));
        let body = match case.op.as_str() {
            "get_caller_identity" => crate::sts::caller_identity_form(),
            _ => crate::sts::assume_role_form(&crate::sts::AssumeRole {
                role_arn: case.role.as_deref().unwrap(),
                session_name: case.session.as_deref().unwrap(),
                external_id: case.external_id.as_deref(),
                duration_s: case.duration,
                session_policy: case.policy.as_deref(),
            }),
        };
        assert_eq!(body, case.body);
        case.assert_signed(Service::Sts, "POST", &origin, "/", &Query::new());
    }
}
