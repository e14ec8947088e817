//! The link to a file: needs no key, works again and again, in parts, until it ends.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use insitu_hub::auth::link;
use insitu_hub::testing::{PASSWORD, call};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::story::Story;

#[tokio::test]
async fn a_link_works_twice_without_a_key_and_names_its_file() {
    let story = Story::begin().await;
    story.pictures(&["a"]).await;
    let export = story.export(json!({ "stage": [] })).await;
    let url = export["downloadUrl"].as_str().unwrap();
    let first = story.fetch(url, &[("accept-encoding", "gzip")]).await;
    let second = story.fetch(url, &[]).await;
    assert_eq!((first.status.as_u16(), &first.bytes), (200, &second.bytes));
    assert_eq!(first.header("content-type"), "application/zip");
    assert_eq!(first.header("content-encoding"), "");
    assert_eq!(first.header("content-length"), first.bytes.len().to_string());
    assert_eq!(export["progress"]["bytesWritten"], first.bytes.len());
    let name = export["fileName"].as_str().unwrap();
    assert!(
        name.starts_with("Street scenes json ") && name.ends_with(".zip"),
        "{name}"
    );
    assert!(first.header("content-disposition").contains(name));
}

#[tokio::test]
async fn a_download_is_continued_where_it_broke_off() {
    let story = Story::begin().await;
    story.pictures(&["a", "b"]).await;
    let export = story.export(json!({ "stage": [] })).await;
    let url = export["downloadUrl"].as_str().unwrap();
    let whole = story.fetch(url, &[]).await;
    let tag = whole.header("etag").to_owned();
    let rest = story
        .fetch(url, &[("range", "bytes=100-"), ("if-range", &tag)])
        .await;
    assert_eq!(
        (rest.status.as_u16(), rest.bytes.as_slice()),
        (206, &whole.bytes[100..])
    );
    let length = whole.bytes.len();
    assert_eq!(
        rest.header("content-range"),
        format!("bytes 100-{}/{length}", length - 1)
    );
    let end = story.fetch(url, &[("range", "bytes=-7")]).await;
    assert_eq!(
        (end.status.as_u16(), end.bytes.as_slice()),
        (206, &whole.bytes[length - 7..])
    );
    let other = story
        .fetch(url, &[("range", "bytes=100-"), ("if-range", "\"another\"")])
        .await;
    assert_eq!((other.status.as_u16(), other.bytes.len()), (200, length));
    let beyond = story.fetch(url, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(
        (beyond.status.as_u16(), beyond.code().as_str()),
        (416, "request.range_beyond_end")
    );
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let head = story.request(Method::HEAD, url, &[]).await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), length.to_string());
    assert_eq!(head.header("accept-ranges"), "bytes");
}

#[tokio::test]
async fn a_link_that_was_changed_or_has_ended_opens_nothing() {
    let story = Story::begin().await;
    let (first, second) = (story.export(json!({})).await, story.export(json!({})).await);
    let url = first["downloadUrl"].as_str().unwrap();
    let token = url.split_once("token=").unwrap().1;
    let id = first["_id"].as_str().unwrap();
    let other = url.replace(id, second["_id"].as_str().unwrap());
    for wrong in [
        other.as_str(),
        &url.replace(token, ""),
        &url.replace("?token=", "?t="),
        &format!("{url}x"),
    ] {
        let refused = story.fetch(wrong, &[]).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (403, "export.link_invalid"),
            "{wrong}"
        );
    }
    let past = link::token(
        &story.hub.hub.vault,
        &format!("export/{id}"),
        story.hub.hub.clock.now_ms() - 1,
    )
    .unwrap();
    let ended = story.fetch(&url.replace(token, &past), &[]).await;
    assert_eq!(
        (ended.status.as_u16(), ended.code().as_str()),
        (403, "export.link_ended")
    );
}

#[tokio::test]
async fn a_file_that_another_hub_wrote_is_missed_by_name() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    let name = format!("{}.zip", export["_id"].as_str().unwrap());
    std::fs::remove_file(story.hub.hub.config.exports_dir().join(name)).unwrap();
    let refused = story.fetch(export["downloadUrl"].as_str().unwrap(), &[]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (404, "export.file_elsewhere")
    );
}

#[tokio::test]
async fn a_file_goes_with_its_project() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    let url = export["downloadUrl"].as_str().unwrap();
    assert_eq!(story.fetch(url, &[]).await.status, 200);
    let gone = story
        .owner
        .delete(&format!("/v2/project/{}", story.project), json!({}))
        .await;
    assert_eq!(gone.status, 200);
    let refused = story.fetch(url, &[]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (404, "export.no_file")
    );
}

#[tokio::test]
async fn whoever_is_handed_a_link_is_on_record_and_the_link_is_not() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    let (id, url) = (&export["_id"], export["downloadUrl"].as_str().unwrap());
    let (address, token) = url.split_once("?token=").unwrap();
    let records = async || {
        let path = format!(
            "/v2/organization/{}/urlRecords?limit=1000",
            story.owner.organization
        );
        let answer = story.owner.get(&path).await;
        assert!(!answer.body.to_string().contains(token));
        answer.data()["records"].as_array().unwrap().clone()
    };
    let handed_out = records().await;
    assert!(!handed_out.is_empty());
    for record in &handed_out {
        assert_eq!(record["purpose"], "export");
        assert_eq!(record["object"], address);
        assert_eq!(record["project"], story.project.as_str());
        assert_eq!(record["assets"], json!([]));
        assert!(record["expiresAt"].as_str() > record["givenAt"].as_str());
    }
    let before = handed_out.len();
    assert_eq!(
        before, 1,
        "the same link is handed out again and again while one waits for it"
    );
    let show = format!("/v2/exports/{}", id.as_str().unwrap());
    let list = format!("/v2/project/{}/exports", story.project);
    let at_once = format!("/v2/export?project={}", story.project);
    for path in [&show, &list] {
        story.owner.get(path).await.data();
    }
    let path = story.owner.get(&at_once).await;
    let path = path.data()["exportPath"].as_str().unwrap().to_owned();
    let found = records().await;
    assert_eq!(found.len(), before + 1, "what was handed out before is on record");
    assert_eq!(found[0]["object"], path.split_once('?').unwrap().0);

    std::fs::remove_dir(story.hub.hub.config.ledger_dir()).unwrap();
    let refused = story.owner.get(&at_once).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (503, "ledger.unavailable")
    );
}

/// Whoever signed in, as a browser says it.
async fn cookie(story: &Story) -> String {
    let who = json!({ "email": story.owner.email, "password": PASSWORD }).to_string();
    let request = Request::post("/v2/session")
        .header("content-type", "application/json")
        .body(Body::from(who))
        .unwrap();
    let response = story.hub.router().oneshot(request).await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn links_within_an_export_are_on_record_with_the_address_and_the_key_that_it_was_ordered_with() {
    let story = Story::begin().await;
    story.upload("a.jpg").await;
    let order = async |method: &str, path: &str, from: &str, proof: (&str, &str)| {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(proof.0, proof.1)
            .header("origin", "http://hub.test")
            .header("content-type", "application/json")
            .body(Body::from(r#"{"stage":[]}"#))
            .unwrap();
        let from: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        call(story.hub.router(), request).await.data().clone()
    };
    let exports = format!("/v2/project/{}/exports", story.project);
    let at_once = format!("/v2/export?project={}", story.project);
    let (key, cookie) = (story.owner.key.clone(), cookie(&story).await);
    let by_key = order("POST", &exports, "192.0.2.7:50123", ("apikey", &key)).await;
    story.ended(by_key["export"]["_id"].as_str().unwrap()).await;
    let by_session = order("POST", &exports, "[2001:db8::7]:50123", ("cookie", &cookie)).await;
    story.ended(by_session["export"]["_id"].as_str().unwrap()).await;
    order("GET", &at_once, "[::ffff:192.0.2.8]:50123", ("apikey", &key)).await;

    let keys = story.owner.get("/v2/apiKeys").await.data()["apiKeys"].clone();
    let key = keys[0]["_id"].clone();
    assert!(key.is_string());
    let path = format!("/v2/organization/{}/urlRecords", story.owner.organization);
    let records = story.owner.get(&path).await.data()["records"].clone();
    let within = records
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["object"].is_null());
    let within: Vec<_> = within
        .filter(|record| record["purpose"] == "export")
        .map(|record| (record["address"].clone(), record["apiKey"].clone()))
        .collect();
    assert_eq!(
        within,
        [
            (json!("192.0.2.8"), key.clone()),
            (json!("2001:db8::7"), Value::Null),
            (json!("192.0.2.7"), key),
        ]
    );
}
