//! Storages that are busy or gone, and assets that are tried again.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use axum::http::StatusCode;
use serde_json::json;

use crate::story::{Bucket, Story, gif};

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

/// A hub that was told of these files of a bucket, of which some break off: how often each was asked for, once all are done
/// with.
async fn tries(names: &[&'static str], cut: &[&'static str]) -> (serde_json::Value, HashMap<String, usize>) {
    let files = names.iter().map(|name| (*name, gif(30, 40))).collect();
    let bucket = Bucket {
        files,
        cut: cut.iter().copied().collect::<HashSet<_>>(),
        ..Bucket::default()
    };
    let (bucket, endpoint) = bucket.serve().await;
    let story = Story::begin().await;
    let storage = story.storage("cut", &endpoint).await;
    story.import(&storage, names).await;
    let done = story.done().await;
    let mut tries = HashMap::new();
    for (name, _) in bucket.asked() {
        *tries.entry(name).or_default() += 1;
    }
    (done, tries)
}

#[tokio::test]
async fn answers_that_break_off_keep_no_other_asset_waiting_and_are_asked_for_twice() {
    let names: Vec<&'static str> = (0..90).map(|n| &*format!("{n:02}.gif").leak()).collect();
    let (cut, good) = names.split_at(10);
    let (done, tries) = tries(&names, cut).await;
    assert_eq!(
        (&done["measured"], &done["failed"]),
        (&json!(80), &json!(10)),
        "{done}"
    );
    assert!(cut.iter().all(|name| tries[*name] == 2), "{tries:?}");
    assert!(good.iter().all(|name| tries[*name] == 1), "{tries:?}");
}

#[tokio::test]
async fn where_every_answer_breaks_off_the_second_is_the_last() {
    let (done, tries) = tries(&["a.gif", "b.gif"], &["a.gif", "b.gif"]).await;
    assert_eq!(
        (&done["measured"], &done["failed"]),
        (&json!(0), &json!(2)),
        "{done}"
    );
    assert!(tries.values().all(|tries| *tries == 2), "{tries:?}");
}

/// What its address was is known from when the asset was imported: what it is now, from where the storage leads.
#[tokio::test]
async fn an_asset_whose_storage_was_led_elsewhere_is_told_so() {
    let story = Story::begin().await;
    let storage = story.storage("photos", "http://127.0.0.1:1").await;
    let row =
        json!({ "data": "http://127.0.0.1:1/photos/a.jpg", "externalId": "a", "width": 3, "height": 2 });
    story.import_rows(&storage, &json!([row])).await;
    let asset = story.assets().await["a"]["_id"].as_str().unwrap().to_owned();
    let elsewhere = json!({ "endpoint": "http://127.0.0.1:2" });
    let changed = story
        .ada
        .post(&format!("/v2/storages/{storage}"), elsewhere)
        .await;
    changed.data();
    let why = format!("/v2/project/{}/assets/{asset}/why", story.project);
    let answer = story.ada.get(&why).await;
    let cause = &answer.data()["diagnosis"]["cause"];
    assert_eq!(
        (&cause["name"], &cause["code"]),
        (&json!("object"), &json!("storage.address_elsewhere")),
        "{cause}"
    );
    let fix = cause["fix"]["text"].as_str().unwrap();
    assert!(fix.contains("the endpoint that it had"), "{fix}");
}
