//! Category schemas: kept as they were sent, refused by path, and no answer's enemy.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::schema::SCHEMA_BYTES_MAX;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A schema as somebody wrote it: an order, spaces and fields of their own.
const WRITTEN: &str = r##"{"tools": [ {"zebra":1, "title":"car","tool":"polygon","schemaId":"c1","color":"#AA00ff",
  "weight":1.0, "classifications":[{"tool":"radio","title":"seen","schemaId":"q1","options":[{"value":"yes","schemaId":"y"}]}]}],
  "relations":[], "classifications":[], "apple":{"b":[],"a":1e2}}"##;

async fn save(person: &Person, project: &str, schema: &str) -> insitu_hub::testing::Answer {
    let body = format!(r#"{{"categorySchema":{schema}}}"#);
    person
        .send(Method::POST, &format!("/v2/project/{project}"), Body::from(body))
        .await
}

async fn text_of(hub: &TestHub, person: &Person, project: &str) -> String {
    let request = Request::get(format!("/v2/project/{project}"))
        .header("apikey", &person.key)
        .body(Body::empty())
        .unwrap();
    let response = hub.router().oneshot(request).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_schema_is_answered_exactly_as_it_was_sent() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    save(&ada, &project, WRITTEN).await.data();
    let answer = text_of(&hub, &ada, &project).await;
    assert!(answer.contains(WRITTEN), "{answer}");
    let renamed = ada
        .post(&format!("/v2/project/{project}"), json!({ "name": "q" }))
        .await;
    assert_eq!(renamed.data()["project"]["categorySchema"]["apple"]["a"], 100.0);
}

#[tokio::test]
async fn a_project_can_begin_with_a_schema() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let schema: Value = serde_json::from_str(WRITTEN).unwrap();
    let made = ada
        .post("/v2/project", json!({ "name": "p", "categorySchema": schema }))
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.data()["project"]["categorySchema"], schema);
    let bare = ada.post("/v2/project", json!({ "name": "q" })).await;
    let empty = json!({ "tools": [], "classifications": [], "relations": [] });
    assert_eq!(bare.data()["project"]["categorySchema"], empty);
}

#[tokio::test]
async fn missing_ids_are_filled_in_and_stay() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let saved = save(&ada, &project, r#"{"tools":[{"title":"car","tool":"polygon"}]}"#).await;
    let schema = saved.data()["project"]["categorySchema"].clone();
    assert_eq!(schema["tools"][0]["schemaId"].as_str().unwrap().len(), 24);
    let again = save(&ada, &project, &schema.to_string()).await;
    assert_eq!(again.data()["project"]["categorySchema"], schema);
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_path_and_changes_nothing() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    save(&ada, &project, WRITTEN).await.data();
    let wrong = r#"{"tools":[{"tool":"polygon","title":"a","color":"red"}],
        "classifications":[{"tool":"text","title":"b","regex":"(?=a)"}]}"#;
    let refused = save(&ada, &project, wrong).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::BAD_REQUEST, "schema.refused")
    );
    let message = refused.body["message"].as_str().unwrap();
    assert!(
        message.contains("tools[0].color: \"red\" is no colour"),
        "{message}"
    );
    let problems = &refused.body["details"]["problems"];
    assert_eq!(problems[0]["code"], "schema.bad_color");
    assert_eq!(problems[1]["path"], "classifications[0].regex");

    let path = format!("/v2/project/{project}/categorySchema/check");
    let checked = ada.send(Method::POST, &path, Body::from(wrong)).await;
    assert_eq!(&checked.data()["problems"], problems, "the check says the same");
    let fine = ada.send(Method::POST, &path, Body::from(WRITTEN)).await;
    assert_eq!(fine.data()["problems"], json!([]));
    assert!(
        text_of(&hub, &ada, &project).await.contains(WRITTEN),
        "nothing was changed"
    );
}

#[tokio::test]
async fn the_largest_schema_is_kept_and_a_larger_one_refused() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let note = |bytes: usize| format!(r#"{{"tools":[],"note":"{}"}}"#, "x".repeat(bytes - 22));
    let largest = note(SCHEMA_BYTES_MAX);
    assert_eq!(largest.len(), SCHEMA_BYTES_MAX);
    save(&ada, &project, &largest).await.data();
    let larger = save(&ada, &project, &note(SCHEMA_BYTES_MAX + 1)).await;
    assert_eq!(larger.body["details"]["problems"][0]["code"], "schema.too_large");
    let beyond = save(&ada, &project, &note(insitu_hub::api::service::MAX_BODY_BYTES)).await;
    assert_eq!(beyond.status, StatusCode::PAYLOAD_TOO_LARGE);
}
