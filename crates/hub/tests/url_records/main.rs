//! Who was handed which signed URL: on record before the answer, readable to those who may, and nothing in it that opens
//! anything.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod by_address;
mod names;
mod story;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use insitu_hub::config::Config;
use insitu_hub::ledger;
use insitu_hub::testing::call;
use insitu_model::ambient::{Clock as _, FixedClock};
use serde_json::{Value, json};
use story::{ENDPOINT, SECRET, Story, text};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The files below this folder that hold these bytes.
fn files_with(folder: &Path, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
            continue;
        }
        // A journal may be moved away meanwhile.
        let bytes = std::fs::read(&path).unwrap_or_default();
        if bytes
            .windows(wanted.len())
            .any(|bytes| bytes == wanted.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn assets_that_were_signed_are_on_record_with_who_when_until_when_and_from_where() {
    let story = Story::begin().await;
    let given_at = story.clock.now_ms();
    let mut wanted = story.assets.clone();
    wanted.push(story.public.clone());
    wanted.push("0".repeat(24));
    let mut request = Request::post(format!("/v2/project/{}/assets/sign", story.project))
        .header("apikey", &story.ada.key)
        .header("x-forwarded-for", "203.0.113.9")
        .body(Body::from(json!({ "assets": wanted }).to_string()))
        .unwrap();
    let from: SocketAddr = "[::ffff:192.0.2.7]:50123".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(from));
    let signed = call(story.hub.router(), request).await;
    let urls = signed.data()["urls"].as_array().unwrap().clone();
    assert_eq!(urls[3]["url"], "https://example.com/public.jpg");
    assert_eq!(urls[4]["code"], "asset.not_found");

    let keys = story.ada.get("/v2/apiKeys").await.data()["apiKeys"].clone();
    let session = story.ada.get("/v2/session").await;
    let records = story.records("").await;
    assert_eq!(records.len(), 1, "{records:?}");
    let record = &records[0];
    assert_eq!(record["assets"], json!(story.assets));
    assert_eq!(record["user"], session.data()["user"]["_id"]);
    assert_eq!(record["email"], story.ada.email.as_str());
    assert_eq!(record["apiKey"], keys[0]["_id"]);
    assert_eq!(record["address"], "192.0.2.7");
    assert_eq!(record["purpose"], "assets");
    assert_eq!(record["project"], story.project.as_str());
    assert_eq!(record["givenAt"], insitu_hub::api::http::time::iso(given_at));
    assert_eq!(record["expiresAt"], urls[0]["expiresAt"]);
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_record_names_who_asked_the_proxy() {
    let clock = Arc::new(FixedClock::at(1_800_000_000_000));
    let trust = |config: &mut Config| {
        config.trusted_proxies = vec!["192.0.2.0/24".to_owned(), "2001:db8::1".to_owned()];
    };
    let story = Story::begin_at(clock, trust).await;
    let ask = async |from: &str, forwarded: &str| {
        let mut request = Request::post(format!("/v2/project/{}/assets/sign", story.project))
            .header("apikey", &story.ada.key)
            .header("x-forwarded-for", forwarded)
            .body(Body::from(json!({ "assets": story.assets }).to_string()))
            .unwrap();
        let from: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        story.clock.advance_ms(1);
        call(story.hub.router(), request).await.data();
        story.records("").await[0]["address"].clone()
    };
    let made_up = "198.51.100.1, 203.0.113.9, 192.0.2.8";
    assert_eq!(ask("[::ffff:192.0.2.7]:50123", made_up).await, "203.0.113.9");
    assert_eq!(ask("[2001:db8::1]:50123", "2001:db8::9").await, "2001:db8::9");
    assert_eq!(
        ask("198.51.100.7:50123", made_up).await,
        "198.51.100.7",
        "no trusted proxy"
    );
    assert_eq!(ask("192.0.2.7:50123", "203.0.113.9, <script>").await, "192.0.2.7");
}

#[tokio::test]
async fn nothing_that_opens_an_asset_is_kept() {
    let story = Story::begin().await;
    let signed = story.sign(&story.assets).await;
    let url = text(&signed.data()["urls"][0]["url"]);
    let (_, signature) = url.split_once("X-Amz-Signature=").unwrap();
    assert_eq!(signature.len(), 64);
    for moment in ["in the journal", "in the database"] {
        for planted in [signature, SECRET, "X-Amz-"] {
            let found = files_with(story.hub.folder(), planted);
            assert!(found.is_empty(), "{planted} {moment}: {found:?}");
        }
        ledger::settle(&story.hub.hub).await.unwrap();
    }
    let journals = std::fs::read_dir(story.hub.folder().join("ledger")).unwrap();
    assert_eq!(journals.count(), 0, "what was moved is removed");
}

#[tokio::test]
async fn whatever_else_is_signed_is_on_record_too() {
    let story = Story::begin().await;
    let project = &story.project;
    let next = format!("/v2/project/{project}/tasks/next");
    let task = text(&story.ada.post(&next, json!({})).await.data()["task"]["_id"]);
    story
        .ada
        .post(&format!("/v2/task/{task}/sign"), json!({}))
        .await
        .data();
    let get = async |path: String| story.ada.get(&path).await;
    let object = format!("{ENDPOINT}/photos/other.jpg");
    get(format!(
        "/v2/getSignedUrl?name={object}&project={project}&storageId={}",
        story.storage
    ))
    .await
    .data();
    get(format!(
        "/v2/getSignedUrl?name=https://example.com/a.jpg&project={project}"
    ))
    .await
    .data();
    let upload = get(format!("/v2/getUploadUrl?name=new.jpg&project={project}")).await;
    let link = text(&upload.data()["uploadUrl"]);
    let (file, _) = link.split_once('?').unwrap();
    let into_bucket = format!(
        "name=b.jpg&project={project}&storageId={}&bucket=photos",
        story.storage
    );
    let in_bucket = get(format!("/v2/getUploadUrl?{into_bucket}")).await;
    let in_bucket = text(&in_bucket.data()["uploadUrl"]);
    get(format!("/v2/getSignedUrl?name={file}&project={project}"))
        .await
        .data();

    let mut found: Vec<(String, Value)> = story
        .records("")
        .await
        .iter()
        .map(|record| (text(&record["purpose"]), record["object"].clone()))
        .collect();
    found.sort_by_key(|(purpose, object)| (purpose.clone(), object.to_string()));
    let mut expected = vec![
        ("address".to_owned(), json!(object)),
        ("address".to_owned(), json!(file)),
        ("task".to_owned(), Value::Null),
        ("upload".to_owned(), json!(file)),
        ("upload".to_owned(), json!(in_bucket.split_once('?').unwrap().0)),
    ];
    expected.sort_by_key(|(purpose, object)| (purpose.clone(), object.to_string()));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_record_is_filtered_paged_and_downloaded() {
    let story = Story::begin().await;
    for asset in &story.assets {
        story.sign(std::slice::from_ref(asset)).await.data();
        story.clock.advance_ms(1000);
    }
    let ids =
        |records: &[Value]| -> Vec<String> { records.iter().map(|record| text(&record["_id"])).collect() };
    let all = story.records("").await;
    assert_eq!(all.len(), 3);
    assert_eq!(
        all[0]["assets"],
        json!([story.assets[2]]),
        "the newest comes first"
    );
    let middle = text(&all[1]["givenAt"]);
    assert_eq!(
        ids(&story.records(&format!("asset={}", story.assets[1])).await),
        ids(&all[1..2])
    );
    assert_eq!(
        ids(&story.records(&format!("from={middle}")).await),
        ids(&all[..2])
    );
    assert_eq!(ids(&story.records(&format!("to={middle}")).await), ids(&all[2..]));
    assert_eq!(
        ids(&story.records(&format!("user={}", text(&all[0]["user"]))).await),
        ids(&all)
    );
    assert_eq!(
        story.records(&format!("project={}", "0".repeat(24))).await,
        [] as [Value; 0]
    );
    assert_eq!(ids(&story.records("limit=2").await), ids(&all[..2]));
    let next = format!("limit=2&before={}", text(&all[1]["_id"]));
    assert_eq!(ids(&story.records(&next).await), ids(&all[2..]));

    let ndjson = text(&story.file("").await.body);
    let lines: Vec<Value> = ndjson
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, all);
    story.sign(&story.assets).await.data();
    let csv = text(
        &story
            .file(&format!("format=csv&user={}", text(&all[0]["user"])))
            .await
            .body,
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 6, "a header, and a line for each URL");
    assert!(
        lines[1].contains(&story.assets[0]) && lines[1].contains(&story.ada.email),
        "{}",
        lines[1]
    );
    assert_eq!(
        story.file("format=xml").await.code(),
        "url_records.format_unknown"
    );
    for query in ["user=nobody", "from=yesterday", "before=1"] {
        let path = format!("/v2/organization/{}/urlRecords?{query}", story.ada.organization);
        assert_eq!(
            story.ada.get(&path).await.code(),
            "request.filters_invalid",
            "{query}"
        );
    }
}

#[tokio::test]
async fn requests_of_one_caller_in_one_millisecond_share_a_record_and_lose_no_asset() {
    let story = Story::begin().await;
    for asset in &story.assets[..2] {
        story.sign(std::slice::from_ref(asset)).await.data();
    }
    story.clock.advance_ms(1);
    story.sign(&story.assets[2..]).await.data();
    let opened: Vec<Value> = story
        .records("")
        .await
        .iter()
        .map(|record| record["assets"].clone())
        .collect();
    assert_eq!(opened, [json!(story.assets[2..]), json!(story.assets[..2])]);
}

#[tokio::test]
async fn another_organization_sees_nothing_of_it() {
    let story = Story::begin().await;
    story.sign(&story.assets).await.data();
    let bob = story.hub.owner("Rival").await;
    let own = format!(
        "/v2/organization/{}/urlRecords?asset={}",
        bob.organization, story.assets[0]
    );
    assert_eq!(bob.get(&own).await.data()["records"], json!([]));
    for path in ["urlRecords", "urlRecords/file"] {
        let theirs = format!("/v2/organization/{}/{path}", story.ada.organization);
        assert_eq!(bob.get(&theirs).await.code(), "organization.not_found");
    }
    assert_eq!(story.records("").await.len(), 1);
}

#[tokio::test]
async fn a_hub_that_cannot_write_it_down_signs_nothing() {
    let story = Story::begin().await;
    let folder = story.hub.folder().join("ledger");
    std::fs::remove_dir(&folder).unwrap();
    let refused = story.sign(&story.assets).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (503, "ledger.unavailable")
    );
    assert!(!refused.body.to_string().contains("X-Amz-Signature"));
    story.sign(std::slice::from_ref(&story.public)).await.data();
    std::fs::create_dir(&folder).unwrap();
    story.sign(&story.assets).await.data();
    assert_eq!(story.records("").await.len(), 1);
}

#[tokio::test]
async fn it_is_kept_as_long_as_the_organization_or_else_the_operator_says() {
    let story = Story::begin().await;
    story.sign(&story.assets).await.data();
    let hub = &story.hub.hub;
    ledger::settle(hub).await.unwrap();
    story.clock.advance_ms(89 * DAY_MS);
    story.sign(&story.assets).await.data();
    ledger::settle(hub).await.unwrap();
    ledger::expire(hub).await.unwrap();
    assert_eq!(story.records("").await.len(), 2);

    let organization = format!("/v2/organization/{}", story.ada.organization);
    let change = |days: u32| story.ada.post(&organization, json!({ "urlRecordDays": days }));
    assert_eq!(change(3651).await.code(), "organization.days_out_of_range");
    assert_eq!(change(120).await.data()["organization"]["urlRecordDays"], 120);
    story.clock.advance_ms(2 * DAY_MS);
    ledger::expire(hub).await.unwrap();
    assert_eq!(
        story.records("").await.len(),
        2,
        "the organization wants 120 days"
    );
    assert_eq!(change(0).await.data()["organization"]["urlRecordDays"], 90);
    ledger::expire(hub).await.unwrap();
    assert_eq!(story.records("").await.len(), 1, "the first is 91 days old");
}
