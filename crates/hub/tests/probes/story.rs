//! A server that looks like S3 from afar, a hub that may read from it, and the words that the tests tell stories in.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};
use insitu_hub::jobs::wait_for_import;
use insitu_hub::testing::{Person, TestHub};
use serde_json::{Value, json};

pub const ROTATED: &[u8] = include_bytes!("../../../sandbox/assets/rocket (rotated).jpg");
pub const ROCKET: &[u8] = include_bytes!("../../../sandbox/assets/rocket.jpg");
/// How often a test looks whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A server that looks like S3 from afar: it answers what it is told to, and remembers what it was asked.
#[derive(Default)]
pub struct Bucket {
    pub files: HashMap<&'static str, Vec<u8>>,
    /// Answers before, or instead of, the file: how many, and the last one for ever where it is no file.
    pub refusals: Mutex<HashMap<&'static str, (u32, StatusCode)>>,
    pub asked: Mutex<Vec<(String, String)>>,
    /// How files are packed, as their `Content-Encoding` says.
    pub encodings: Mutex<HashMap<&'static str, &'static str>>,
    /// Files whose answers break off in the middle.
    pub cut: HashSet<&'static str>,
    /// Files that came in place of others.
    pub overwritten: Mutex<HashMap<&'static str, Vec<u8>>>,
    /// The names of the files that nobody read again, because they are as they were.
    pub unchanged: Mutex<Vec<String>>,
}

impl Bucket {
    pub async fn serve(self) -> (Arc<Self>, String) {
        let bucket = Arc::new(self);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(answer).with_state(bucket.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (bucket, endpoint)
    }

    /// The names of the files that were asked for, and the ranges.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(bucket): State<Arc<Bucket>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET {
        return StatusCode::OK.into_response();
    }
    let name = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let range = headers[header::RANGE].to_str().unwrap().to_owned();
    let newer = bucket.overwritten.lock().unwrap().get(name.as_str()).cloned();
    let file = newer.or_else(|| bucket.files.get(name.as_str()).cloned());
    let etag = file.as_ref().map(etag_of);
    if etag.is_some()
        && headers
            .get(header::IF_NONE_MATCH)
            .map(|seen| seen.to_str().unwrap())
            == etag.as_deref()
    {
        bucket.unchanged.lock().unwrap().push(name);
        return StatusCode::NOT_MODIFIED.into_response();
    }
    bucket.asked.lock().unwrap().push((name.clone(), range.clone()));
    if let Some((left, status)) = bucket.refusals.lock().unwrap().get_mut(name.as_str())
        && *left > 0
    {
        *left -= 1;
        return status.into_response();
    }
    let (Some(file), Some(etag)) = (file, etag) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let last: usize = range.rsplit('-').next().unwrap().parse().unwrap();
    let part = file[..file.len().min(last + 1)].to_vec();
    if bucket.cut.contains(name.as_str()) {
        let length = [(header::CONTENT_LENGTH, part.len())];
        return (StatusCode::PARTIAL_CONTENT, length, cut_in_half(part)).into_response();
    }
    let mut answer = (
        StatusCode::PARTIAL_CONTENT,
        [(header::ETAG, etag)],
        Body::from(part),
    )
        .into_response();
    if let Some(encoding) = bucket.encodings.lock().unwrap().get(name.as_str()) {
        let encoding = HeaderValue::from_static(encoding);
        answer.headers_mut().insert(header::CONTENT_ENCODING, encoding);
    }
    answer
}

fn cut_in_half(mut part: Vec<u8>) -> Body {
    part.truncate(part.len() / 2);
    let half = stream::once(std::future::ready(Ok(part)));
    // What was sent so far leaves first: an error at once would take it along.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut on purpose"))
    });
    Body::from_stream(half.chain(end))
}

fn etag_of(file: &Vec<u8>) -> String {
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    format!("\"{:x}\"", hasher.finish())
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn gif(width: u16, height: u16) -> Vec<u8> {
    [
        &b"GIF89a"[..],
        &width.to_le_bytes(),
        &height.to_le_bytes(),
        &[0; 20],
    ]
    .concat()
}

/// A hub that may probe, with an owner and a project.
pub struct Story {
    pub hub: TestHub,
    pub ada: Person,
    pub project: String,
}

impl Story {
    pub async fn begin() -> Self {
        let hub = TestHub::start_with(|config| config.header_probes = true).await;
        let ada = hub.owner("Acme").await;
        let project = ada.project("Street scenes").await;
        Self { hub, ada, project }
    }

    pub async fn storage(&self, name: &str, endpoint: &str) -> String {
        let form = json!({ "name": name, "provider": "AWS", "region": "eu-central-1", "endpoint": endpoint,
            "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
        let answer = self.ada.post("/v2/storages", form).await;
        answer.data()["storage"]["_id"].as_str().unwrap().to_owned()
    }

    pub async fn import(&self, storage: &str, names: &[&str]) {
        let row = |name: &&str| json!({ "data": format!("s3://photos/{name}"), "externalId": name });
        let rows: Vec<Value> = names.iter().map(row).collect();
        self.import_rows(storage, &Value::Array(rows)).await;
    }

    pub async fn import_rows(&self, storage: &str, rows: &Value) {
        let path = format!(
            "/v2/project/{}/imports?name=a.json&storage={storage}",
            self.project
        );
        let answer = self
            .ada
            .send(Method::POST, &path, Body::from(rows.to_string()))
            .await;
        let id = answer.data()["import"]["_id"].as_str().unwrap();
        let organization = self.ada.organization.parse().unwrap();
        let import = wait_for_import(&self.hub.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(import.progress.rows_refused, 0);
    }

    pub async fn probes(&self) -> Value {
        let path = format!("/v2/project/{}/probes?limit=100", self.project);
        self.ada.get(&path).await.data()["probes"].clone()
    }

    /// The probes, once they are as wanted.
    pub async fn once(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let probes = self.probes().await;
            if is_so(&probes) {
                return probes;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn done(&self) -> Value {
        self.once(|probes| probes["pending"] == 0).await
    }

    /// Every asset by its external ID.
    pub async fn assets(&self) -> HashMap<String, Value> {
        let path = format!("/v2/project/{}/assets?limit=100", self.project);
        let answer = self.ada.get(&path).await;
        let assets = answer.data()["assets"].as_array().unwrap();
        let named = |asset: &Value| (asset["externalId"].as_str().unwrap().to_owned(), asset.clone());
        assets.iter().map(named).collect()
    }

    pub async fn switch(&self, are_on: bool) {
        let path = format!("/v2/organization/{}", self.ada.organization);
        let answer = self.ada.post(&path, json!({ "headerProbes": are_on })).await;
        assert_eq!(answer.data()["organization"]["headerProbes"], are_on);
    }
}
