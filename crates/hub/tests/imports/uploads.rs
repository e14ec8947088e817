//! How a list arrives: whole, or not at all.

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures_util::stream;
use insitu_hub::testing::{Answer, call};
use serde_json::json;

use crate::story::{Story, row};

async fn upload(story: &Story, body: Body, length: Option<u64>) -> Answer {
    let path = format!("/v2/project/{}/imports?name=list.json", story.project);
    let mut request = Request::post(path).header("apikey", &story.owner.key);
    if let Some(length) = length {
        request = request.header("content-length", length);
    }
    call(story.hub.router(), request.body(body).unwrap()).await
}

#[tokio::test]
async fn a_body_that_is_cut_off_leaves_a_failed_import_and_no_file() {
    let story = Story::begin().await;
    let pieces = [
        Ok(Bytes::from_static(b"[{\"data\":")),
        Err(std::io::Error::other("connection reset")),
    ];
    let answer = upload(&story, Body::from_stream(stream::iter(pieces)), None).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "import.upload_cut_off")
    );
    let imports = story
        .owner
        .get(&format!("/v2/project/{}/imports", story.project))
        .await;
    assert_eq!(imports.data()["imports"][0]["state"], "failed");
    assert_eq!(
        imports.data()["imports"][0]["error"]["code"],
        "import.upload_cut_off"
    );
    assert_eq!(story.spooled(), 0);
    assert!(story.assets().await.is_empty());
}

#[tokio::test]
async fn a_body_of_another_length_than_announced_is_refused() {
    let story = Story::begin().await;
    let answer = upload(&story, Body::from("[]"), Some(3)).await;
    assert_eq!(answer.code(), "import.upload_wrong_length");
    assert_eq!(story.spooled(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_fails_its_import() {
    let story = Story::begin().await;
    let body = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
    let sending = tokio::spawn({
        let path = format!("/v2/project/{}/imports?name=gone.json", story.project);
        let request = Request::post(path)
            .header("apikey", &story.owner.key)
            .body(body)
            .unwrap();
        let router = story.hub.router();
        async move { call(router, request).await }
    });
    let id = loop {
        let active = story.owner.get("/v2/imports?state=active").await.data().clone();
        if let Some(import) = active["imports"].as_array().unwrap().first() {
            assert_eq!(import["state"], "receiving");
            break import["_id"].as_str().unwrap().to_owned();
        }
        tokio::task::yield_now().await;
    };
    sending.abort();
    let import = story.ended(&id).await;
    assert_eq!(
        (&import["state"], &import["error"]["code"]),
        (&json!("failed"), &json!("import.upload_cut_off"))
    );
    assert_eq!(story.spooled(), 0);
}

#[tokio::test]
async fn a_list_larger_than_any_other_body_is_taken() {
    let story = Story::begin().await;
    let rows: Vec<String> = (0..60_000)
        .map(|number| row(&format!("{number}")).to_string())
        .collect();
    let list = rows.join("\n");
    assert!(list.len() > insitu_hub::api::service::MAX_BODY_BYTES);
    let import = story.import(list, "").await;
    assert_eq!(import["rowsImported"], 60_000);
}
