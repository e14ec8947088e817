//! Header probes: which bytes the hub reads, what it learns from them, and that it reads none where it may not.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use insitu_hub::jobs::wait_for_import;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

const ROTATED: &[u8] = include_bytes!("../../sandbox/assets/rocket (rotated).jpg");
const ROCKET: &[u8] = include_bytes!("../../sandbox/assets/rocket.jpg");
/// How often a test looks whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A server that looks like S3 from afar: it answers what it is told to, and remembers what it was asked.
#[derive(Default)]
struct Bucket {
    files: HashMap<&'static str, Vec<u8>>,
    /// Answers before, or instead of, the file: how many, and the last one for ever where it is no file.
    refusals: Mutex<HashMap<&'static str, (u32, StatusCode)>>,
    asked: Mutex<Vec<(String, String)>>,
}

impl Bucket {
    async fn serve(self) -> (Arc<Self>, String) {
        let bucket = Arc::new(self);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(answer).with_state(bucket.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (bucket, endpoint)
    }

    /// The names of the files that were asked for, and the ranges.
    fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(bucket): State<Arc<Bucket>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET {
        return StatusCode::OK.into_response();
    }
    let name = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let range = headers[header::RANGE].to_str().unwrap().to_owned();
    bucket.asked.lock().unwrap().push((name.clone(), range.clone()));
    if let Some((left, status)) = bucket.refusals.lock().unwrap().get_mut(name.as_str())
        && *left > 0
    {
        *left -= 1;
        return status.into_response();
    }
    let Some(file) = bucket.files.get(name.as_str()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let last: usize = range.rsplit('-').next().unwrap().parse().unwrap();
    let part = file[..file.len().min(last + 1)].to_vec();
    (StatusCode::PARTIAL_CONTENT, Body::from(part)).into_response()
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    [
        &b"GIF89a"[..],
        &width.to_le_bytes(),
        &height.to_le_bytes(),
        &[0; 20],
    ]
    .concat()
}

/// A hub that may probe, with an owner and a project.
struct Story {
    hub: TestHub,
    ada: Person,
    project: String,
}

impl Story {
    async fn begin() -> Self {
        let hub = TestHub::start_with(|config| config.header_probes = true).await;
        let ada = hub.owner("Acme").await;
        let project = ada.project("Street scenes").await;
        Self { hub, ada, project }
    }

    async fn storage(&self, name: &str, endpoint: &str) -> String {
        let form = json!({ "name": name, "provider": "AWS", "region": "eu-central-1", "endpoint": endpoint,
            "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
        let answer = self.ada.post("/v2/storages", form).await;
        answer.data()["storage"]["_id"].as_str().unwrap().to_owned()
    }

    async fn import(&self, storage: &str, names: &[&str]) {
        let row = |name: &&str| json!({ "data": format!("s3://photos/{name}"), "externalId": name });
        let rows: Vec<Value> = names.iter().map(row).collect();
        self.import_rows(storage, &Value::Array(rows)).await;
    }

    async fn import_rows(&self, storage: &str, rows: &Value) {
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

    async fn probes(&self) -> Value {
        let path = format!("/v2/project/{}/probes?limit=100", self.project);
        self.ada.get(&path).await.data()["probes"].clone()
    }

    /// The probes, once they are as wanted.
    async fn once(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let probes = self.probes().await;
            if is_so(&probes) {
                return probes;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn done(&self) -> Value {
        self.once(|probes| probes["pending"] == 0).await
    }

    /// Every asset by its external ID.
    async fn assets(&self) -> HashMap<String, Value> {
        let path = format!("/v2/project/{}/assets?limit=100", self.project);
        let answer = self.ada.get(&path).await;
        let assets = answer.data()["assets"].as_array().unwrap();
        let named = |asset: &Value| (asset["externalId"].as_str().unwrap().to_owned(), asset.clone());
        assets.iter().map(named).collect()
    }

    async fn switch(&self, are_on: bool) {
        let path = format!("/v2/organization/{}", self.ada.organization);
        let answer = self.ada.post(&path, json!({ "headerProbes": are_on })).await;
        assert_eq!(answer.data()["organization"]["headerProbes"], are_on);
    }
}

#[tokio::test]
async fn every_asset_is_measured_or_given_up_with_its_reason() {
    let long_segments = [&[0xff, 0xe2, 0xff, 0xff][..], &[0; 65_533]].concat();
    let bomb = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..],
        &[0xff; 8],
        &[8, 2, 0, 0, 0, 1, 2, 3, 4],
        b"\0\0\0\0IDAT",
    ];
    let files = HashMap::from([
        ("rocket.jpg", ROCKET.to_vec()),
        ("rotated.jpg", ROTATED.to_vec()),
        ("cut.jpg", ROCKET[..20].to_vec()),
        (
            "long.jpg",
            [&[0xff, 0xd8], &long_segments[..], &long_segments].concat(),
        ),
        ("bomb.png", bomb.concat()),
        ("text.jpg", b"no picture".to_vec()),
        ("empty.jpg", Vec::new()),
        (
            "late.jpg",
            [
                &[0xff, 0xd8, 0xff, 0xe2, 0x75, 0x30][..],
                &[0; 29_998],
                &ROCKET[2..],
            ]
            .concat(),
        ),
    ]);
    let refusals = HashMap::from([("denied.jpg", (u32::MAX, StatusCode::FORBIDDEN))]);
    let bucket = Bucket {
        files,
        refusals: Mutex::new(refusals),
        ..Bucket::default()
    };
    let (bucket, endpoint) = bucket.serve().await;
    let story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    let unknown = [
        "rocket.jpg",
        "rotated.jpg",
        "cut.jpg",
        "long.jpg",
        "bomb.png",
        "text.jpg",
        "empty.jpg",
        "late.jpg",
        "denied.jpg",
        "gone.jpg",
    ];
    let mut rows: Vec<Value> = unknown
        .iter()
        .map(|name| json!({ "data": format!("s3://photos/{name}"), "externalId": name }))
        .collect();
    rows.insert(
        3,
        json!({ "data": "s3://photos/given.jpg", "externalId": "given.jpg", "width": 7, "height": 8 }),
    );
    story.import_rows(&storage, &Value::Array(rows)).await;
    let probes = story.done().await;
    assert_eq!(
        (&probes["enabled"], &probes["measured"], &probes["failed"]),
        (&json!(true), &json!(3), &json!(7))
    );

    let assets = story.assets().await;
    let size = |name: &str| {
        (
            assets[name]["metadata"]["width"].clone(),
            assets[name]["metadata"]["height"].clone(),
        )
    };
    for (name, width, height) in [
        ("rocket.jpg", 640, 427),
        ("rotated.jpg", 640, 427),
        ("late.jpg", 640, 427),
        ("given.jpg", 7, 8),
    ] {
        assert_eq!(size(name), (json!(width), json!(height)), "{name}");
    }
    let failures = probes["failures"].as_array().unwrap();
    let reasons: HashMap<&str, &str> = failures
        .iter()
        .map(|one| (one["externalId"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    let expected = HashMap::from([
        ("cut.jpg", "image.cut_off"),
        ("long.jpg", "image.header_too_long"),
        ("bomb.png", "image.size_out_of_range"),
        ("text.jpg", "image.not_an_image"),
        ("empty.jpg", "image.not_an_image"),
        ("denied.jpg", "cloud.access_denied"),
        ("gone.jpg", "cloud.not_found"),
    ]);
    assert_eq!(reasons, expected);
    assert_eq!(size("bomb.png"), (Value::Null, Value::Null));

    let asked = bucket.asked();
    let ranges = |wanted: &str| -> Vec<String> {
        asked
            .iter()
            .filter(|(name, _)| name == wanted)
            .map(|(_, range)| range.clone())
            .collect()
    };
    assert_eq!(ranges("given.jpg"), Vec::<String>::new(), "its size was given");
    assert_eq!(ranges("rocket.jpg"), ["bytes=0-16383"]);
    assert_eq!(ranges("late.jpg"), ["bytes=0-16383", "bytes=0-65535"]);
    assert_eq!(ranges("long.jpg"), ["bytes=0-16383", "bytes=0-65535"]);
}

#[tokio::test]
async fn a_hub_that_may_not_reads_no_byte() {
    let files = HashMap::from([("a.gif", gif(30, 40)), ("b.gif", gif(50, 60))]);
    let (bucket, endpoint) = Bucket {
        files,
        ..Bucket::default()
    }
    .serve()
    .await;
    let story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    story.switch(false).await;
    story.import(&storage, &["a.gif"]).await;
    let off = story.probes().await;
    assert_eq!((&off["enabled"], &off["pending"]), (&json!(false), &json!(1)));
    // Another organization's probes show that the workers have been at it.
    let eve = story.hub.owner("Rival").await;
    let theirs = Story {
        project: eve.project("p").await,
        ada: eve,
        hub: story.hub,
    };
    let their_storage = theirs.storage("photos", &endpoint).await;
    theirs.import(&their_storage, &["b.gif"]).await;
    theirs.done().await;
    let names: Vec<String> = bucket.asked().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["b.gif"]);
    let story = Story {
        hub: theirs.hub,
        ada: story.ada,
        project: story.project,
    };
    assert_eq!(story.assets().await["a.gif"]["metadata"], json!({}));
    story.switch(true).await;
    assert_eq!(story.done().await["measured"], 1);
    assert_eq!(
        story.assets().await["a.gif"]["metadata"],
        json!({ "width": 30, "height": 40 })
    );
}

#[tokio::test]
async fn a_busy_or_absent_storage_is_tried_again_and_holds_nobody_up() {
    let files = HashMap::from([("slow.gif", gif(30, 40)), ("fast.gif", gif(50, 60))]);
    let refusals = Mutex::new(HashMap::from([(
        "slow.gif",
        (2, StatusCode::SERVICE_UNAVAILABLE),
    )]));
    let (bucket, endpoint) = Bucket {
        files,
        refusals,
        ..Bucket::default()
    }
    .serve()
    .await;
    let story = Story::begin().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let absent = story.storage("absent", &nowhere).await;
    let busy = story.storage("busy", &endpoint).await;
    let good = story.storage("good", &endpoint).await;
    story.import(&absent, &["lost.gif"]).await;
    story.import(&busy, &["slow.gif"]).await;
    story.import(&good, &["fast.gif"]).await;
    let waiting = story
        .once(|probes| probes["measured"] == 1 && probes["waiting"].as_array().unwrap().len() == 2)
        .await;
    let mut codes: Vec<&str> = waiting["waiting"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["cloud.server_fault", "connect.unreachable"]);
    assert_eq!(waiting["failed"], 0);
    let done = story.once(|probes| probes["pending"] == 1).await;
    assert_eq!((&done["measured"], &done["failed"]), (&json!(2), &json!(0)));
    let tries = bucket
        .asked()
        .iter()
        .filter(|(name, _)| name == "slow.gif")
        .count();
    assert_eq!(tries, 3, "two in vain, one not");
}

#[tokio::test]
async fn what_failed_is_tried_again_when_somebody_asks() {
    let files = HashMap::from([("a.gif", gif(30, 40))]);
    let refusals = Mutex::new(HashMap::from([("a.gif", (1, StatusCode::FORBIDDEN))]));
    let (_bucket, endpoint) = Bucket {
        files,
        refusals,
        ..Bucket::default()
    }
    .serve()
    .await;
    let story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    story.import(&storage, &["a.gif"]).await;
    assert_eq!(
        story.done().await["reasons"],
        json!([{ "code": "cloud.access_denied", "assets": 1 }])
    );
    let path = format!("/v2/project/{}/probes/retry", story.project);
    assert_eq!(story.ada.post(&path, json!({})).await.data()["retried"], 1);
    let done = story.done().await;
    assert_eq!((&done["measured"], &done["failed"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn whoever_sees_a_picture_first_says_how_large_it_is() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Street scenes").await;
    let story = Story { hub, ada, project };
    let rows = json!([
        { "data": "https://example.com/a.jpg", "externalId": "a" },
        { "data": "https://example.com/b.jpg", "externalId": "b", "width": 9 },
    ]);
    story.import_rows("", &rows).await;
    assert_eq!(story.probes().await["enabled"], false, "the operator forbids it");
    let labels = [(story.project.as_str(), ProjectRole::Labeler)];
    let lea = story
        .hub
        .member(&story.ada, "lea", OrganizationRole::Member, &labels)
        .await;
    let assets = story.assets().await;
    let path = |name: &str| {
        let id = assets[name]["_id"].as_str().unwrap();
        format!("/v2/project/{}/assets/{id}/dimensions", story.project)
    };
    let say = async |name: &str, width: i64, height: i64| {
        lea.post(&path(name), json!({ "width": width, "height": height }))
            .await
    };
    let next = format!("/v2/project/{}/tasks/next", story.project);
    let given = lea.post(&next, json!({})).await.data()["task"].clone();
    assert_eq!(given["asset"]["externalId"], "a");
    assert_eq!(say("b", 50, 60).await.code(), "task.not_yours");
    assert_eq!(
        say("a", 30, 40).await.data()["metadata"],
        json!({ "width": 30, "height": 40 })
    );
    assert_eq!(
        say("a", 50, 60).await.data()["metadata"],
        json!({ "width": 30, "height": 40 })
    );
    lea.post(&next, json!({ "ahead": given["_id"] })).await.data();
    assert_eq!(
        say("b", 50, 60).await.data()["metadata"],
        json!({ "width": 9, "height": 60 })
    );
    for (width, height) in [(0, 5), (5, 1_000_001)] {
        assert_eq!(
            say("a", width, height).await.code(),
            "asset.dimensions_out_of_range"
        );
    }
    assert_eq!(say("a", -1, 5).await.status, 400);
    assert_eq!(
        story.assets().await["a"]["metadata"],
        json!({ "width": 30, "height": 40 })
    );
    let nowhere = format!(
        "/v2/project/{}/assets/000000000000000000000000/dimensions",
        story.project
    );
    assert_eq!(
        lea.post(&nowhere, json!({ "width": 1, "height": 1 }))
            .await
            .code(),
        "asset.not_found"
    );
}
