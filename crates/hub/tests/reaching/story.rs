//! A server of buckets that know which region they are in, a hub that reaches them, and the words that the tests tell stories
//! in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::FixedClock;
use serde_json::{Value, json};
use tokio::sync::watch;

pub const BEFORE: &str = "eu-central-1";
pub const NOW: &str = "us-west-2";
/// When the stories begin, and the same as servers write it.
const BEGIN_MS: i64 = 1_800_000_000_000;
const BEGIN: &str = "Fri, 15 Jan 2027 08:00:00 GMT";
/// How often a test looks whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A picture of 3 × 2 pixels, as far as its header goes.
const PICTURE: &[u8] = b"GIF89a\x03\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

/// A server of buckets, which answers whoever signs for the region that they are in.
pub struct Bucket {
    region: Mutex<&'static str>,
    /// Buckets whose HEAD was asked for, so far.
    heads: watch::Sender<usize>,
    /// No HEAD of a bucket is answered before there were so many.
    answers_from: Mutex<usize>,
}

impl Bucket {
    pub async fn serve() -> (Arc<Self>, String) {
        let bucket = Arc::new(Self {
            region: Mutex::new(BEFORE),
            heads: watch::Sender::new(0),
            answers_from: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(answer).with_state(bucket.clone());
        let routes = routes.layer(map_response(at_that_time));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (bucket, endpoint)
    }

    pub fn moves_to(&self, region: &'static str) {
        *self.region.lock().unwrap() = region;
    }

    pub fn heads(&self) -> usize {
        *self.heads.borrow()
    }

    /// Answers no HEAD of a bucket before so many more were asked for.
    pub fn waits_for(&self, heads: usize) {
        *self.answers_from.lock().unwrap() = self.heads() + heads;
    }
}

/// The server has the hub's clock.
async fn at_that_time(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::DATE, HeaderValue::from_static(BEGIN));
    response
}

/// The region that a header or a URL is signed for, if it is signed.
pub fn region_signed_for(signed: &str) -> Option<&str> {
    let (_, scope) = signed.split_once("Credential=")?;
    let name = scope.split(['/', ',']).nth(2).filter(|_| !scope.contains("%2F"));
    name.or_else(|| scope.split("%2F").nth(2))
}

async fn answer(State(bucket): State<Arc<Bucket>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let region = *bucket.region.lock().unwrap();
    let of_page = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::VARY, "Origin"),
        (header::CONTENT_TYPE, "image/gif"),
    ];
    if method == Method::HEAD && !uri.path().trim_matches('/').contains('/') {
        bucket.heads.send_modify(|heads| *heads += 1);
        let from = *bucket.answers_from.lock().unwrap();
        bucket
            .heads
            .subscribe()
            .wait_for(|heads| *heads >= from)
            .await
            .unwrap();
    }
    let authorization = headers.get(header::AUTHORIZATION);
    let signed = authorization.map(|signed| signed.to_str().unwrap());
    let signed_for =
        region_signed_for(signed.unwrap_or_default()).or_else(|| region_signed_for(uri.query()?));
    let told = [("x-amz-bucket-region", region)];
    if signed_for.is_some_and(|signed_for| signed_for != region) {
        let body = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>";
        return (StatusCode::MOVED_PERMANENTLY, told, body).into_response();
    }
    match uri.query() {
        Some(query) if query.contains("list-type=2") => {
            let page = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
            (told, page).into_response()
        }
        _ if method == Method::GET => {
            let range = format!("bytes 0-{}/{}", PICTURE.len() - 1, PICTURE.len());
            let range = [(header::CONTENT_RANGE, range)];
            (StatusCode::PARTIAL_CONTENT, of_page, range, PICTURE).into_response()
        }
        _ => (told, of_page).into_response(),
    }
}

pub struct Story {
    pub hub: TestHub,
    pub clock: Arc<FixedClock>,
    pub ada: Person,
    pub bucket: Arc<Bucket>,
    pub endpoint: String,
    pub storage: Value,
    pub project: String,
}

impl Story {
    /// An asset was signed where its bucket was; then the bucket was moved.
    pub async fn of_a_bucket_that_moved() -> (Self, String) {
        let story = Self::begin().await;
        let asset = story.asset("a.gif").await;
        assert_eq!(story.signed_for(&asset, false).await, BEFORE);
        story.bucket.moves_to(NOW);
        assert_eq!(
            story.signed_for(&asset, false).await,
            BEFORE,
            "nobody was told yet"
        );
        (story, asset)
    }

    pub async fn begin() -> Self {
        let (bucket, endpoint) = Bucket::serve().await;
        let clock = Arc::new(FixedClock::at(BEGIN_MS));
        let hub = TestHub::start_at(clock.clone(), |config| config.header_probes = true).await;
        let ada = hub.owner("Acme").await;
        let form = json!({ "name": "photos", "provider": "AWS", "region": BEFORE, "endpoint": endpoint,
            "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
        let storage = ada.post("/v2/storages", form).await.data()["storage"]["_id"].clone();
        let project = ada.project("p").await;
        Self {
            hub,
            clock,
            ada,
            bucket,
            endpoint,
            storage,
            project,
        }
    }

    /// Imports an object as an asset, and waits until its size is known.
    pub async fn asset(&self, name: &str) -> String {
        let data = format!("{}/photos/{name}", self.endpoint);
        let rows = json!({ "assets": [{ "data": data, "externalId": name, "storage": self.storage }] });
        let cloud = format!("/v2/project/{}/cloud", self.project);
        self.ada.post(&cloud, rows).await.data();
        let filter = format!("%7B%22externalId%22:%22{name}%22%7D");
        let path = format!("/v2/project/{}/assets?filters={filter}", self.project);
        loop {
            let asset = self.ada.get(&path).await.data()["assets"][0].clone();
            if asset["metadata"]["width"] == 3 {
                return asset["_id"].as_str().unwrap().to_owned();
            }
            let failed = self
                .ada
                .get(&format!("/v2/project/{}/probes", self.project))
                .await;
            assert_eq!(failed.data()["probes"]["failed"], 0, "{}", failed.body);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn signed_for(&self, asset: &str, after_refusal: bool) -> String {
        let path = format!("/v2/project/{}/assets/sign", self.project);
        let body = json!({ "assets": [asset], "afterRefusal": after_refusal });
        let signed = self.ada.post(&path, body).await;
        let url = signed.data()["urls"][0]["url"].as_str().unwrap().to_owned();
        region_signed_for(&url).unwrap().to_owned()
    }
}
