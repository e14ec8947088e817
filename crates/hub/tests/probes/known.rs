//! Objects that several assets name: each is read once, and again only when it was overwritten.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::story::{Bucket, Story, gif, gzip};

/// What an asset shows of its size.
fn size(assets: &HashMap<String, Value>, external_id: &str) -> Value {
    assets[external_id]["metadata"].clone()
}

fn names(asked: &[(String, String)]) -> Vec<&str> {
    let mut names: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn an_object_is_read_once_however_many_assets_name_it() {
    let files = HashMap::from([
        ("a.gif", gif(30, 40)),
        ("b.gif", gif(50, 60)),
        ("text.gif", b"no picture".to_vec()),
    ]);
    let bucket = Bucket {
        files,
        ..Bucket::default()
    };
    let (bucket, endpoint) = bucket.serve().await;
    let mut story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    // More than one chunk, and all ways to write an address.
    let row = |n: usize| json!({ "data": "s3://photos/a.gif", "externalId": format!("a{n}") });
    let mut rows: Vec<Value> = (0..150).map(row).collect();
    let in_full = "https://photos.s3.eu-central-1.amazonaws.com/a.gif";
    rows.push(json!({ "data": in_full, "externalId": "in full" }));
    let by_endpoint = format!("{endpoint}/photos/a.gif");
    rows.push(json!({ "data": by_endpoint, "externalId": "by the endpoint" }));
    rows.push(json!({ "data": "s3://photos/text.gif", "externalId": "text" }));
    rows.push(json!({ "data": "s3://photos/text.gif", "externalId": "the same text" }));
    story.import_rows(&storage, &json!(rows)).await;
    let done = story.done().await;
    assert_eq!((&done["measured"], &done["failed"]), (&json!(152), &json!(2)));
    assert_eq!(names(&bucket.asked()), ["a.gif", "text.gif"]);
    assert!(bucket.unchanged.lock().unwrap().is_empty(), "one list asks once");

    story.import(&storage, &["a.gif", "b.gif"]).await;
    story.done().await;
    story.project = story.ada.project("Another").await;
    story.import(&storage, &["a.gif", "text.gif"]).await;
    let done = story.done().await;
    assert_eq!(
        done["reasons"],
        json!([{ "code": "image.not_an_image", "assets": 1 }])
    );
    let known = size(&story.assets().await, "a.gif");
    assert_eq!(known, json!({ "width": 30, "height": 40 }));
    assert_eq!(names(&bucket.asked()), ["a.gif", "b.gif", "text.gif"]);
    let unchanged = bucket.unchanged.lock().unwrap().clone();
    assert_eq!(
        unchanged,
        ["a.gif", "a.gif", "text.gif"],
        "a later list asks whether it is another"
    );
}

#[tokio::test]
async fn an_object_that_was_overwritten_is_read_again_by_later_lists_and_by_who_tries_again() {
    let files = HashMap::from([("a.gif", gif(30, 40)), ("bad.gif", b"no picture".to_vec())]);
    let bucket = Bucket {
        files,
        ..Bucket::default()
    };
    let (bucket, endpoint) = bucket.serve().await;
    let mut story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    story.import(&storage, &["a.gif", "bad.gif"]).await;
    let done = story.done().await;
    assert_eq!((&done["measured"], &done["failed"]), (&json!(1), &json!(1)));
    let better = HashMap::from([("a.gif", gif(70, 80)), ("bad.gif", gif(9, 9))]);
    *bucket.overwritten.lock().unwrap() = better;

    let retry = format!("/v2/project/{}/probes/retry", story.project);
    assert_eq!(story.ada.post(&retry, json!({})).await.data()["retried"], 1);
    story.done().await;
    let assets = story.assets().await;
    assert_eq!(size(&assets, "bad.gif"), json!({ "width": 9, "height": 9 }));
    assert_eq!(
        size(&assets, "a.gif"),
        json!({ "width": 30, "height": 40 }),
        "what is known stays"
    );

    story.project = story.ada.project("Another").await;
    story.import(&storage, &["a.gif"]).await;
    story.done().await;
    assert_eq!(
        size(&story.assets().await, "a.gif"),
        json!({ "width": 70, "height": 80 })
    );
    assert_eq!(names(&bucket.asked()), ["a.gif", "a.gif", "bad.gif", "bad.gif"]);
}

#[tokio::test]
async fn an_object_that_says_only_later_how_it_is_packed_is_read_again_by_who_tries_again() {
    let files = HashMap::from([("packed.gif", gzip(&gif(30, 40)))]);
    let bucket = Bucket {
        files,
        ..Bucket::default()
    };
    let (bucket, endpoint) = bucket.serve().await;
    let story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    story.import(&storage, &["packed.gif"]).await;
    assert_eq!(
        story.done().await["reasons"],
        json!([{ "code": "image.not_an_image", "assets": 1 }])
    );
    // Its content stays, and so does its ETag.
    bucket.encodings.lock().unwrap().insert("packed.gif", "gzip");
    let retry = format!("/v2/project/{}/probes/retry", story.project);
    assert_eq!(story.ada.post(&retry, json!({})).await.data()["retried"], 1);
    let done = story.done().await;
    assert_eq!(
        (&done["measured"], &done["failed"]),
        (&json!(1), &json!(0)),
        "{done}"
    );
    let known = size(&story.assets().await, "packed.gif");
    assert_eq!(known, json!({ "width": 30, "height": 40 }));
}
