//! Signing while clouds hang: one request waits a bounded time, whatever its assets lie in, and the others get their URLs.

use std::sync::atomic::Ordering;
use std::time::Duration;

use insitu_hub::testing::Answer;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::story::{ROLE, Story, only};
use crate::sts::Trust;

/// How long the answer of STS is waited for, for a first session.
const STS_PATIENCE: Duration = Duration::from_secs(8);
/// How long a bucket's region is waited for.
const REGION_PATIENCE: Duration = Duration::from_secs(3);

/// Imports one object of each of these buckets and storages; their ids.
async fn import(story: &Story, objects: Vec<(String, &Value)>) -> Vec<Value> {
    let row = |(data, storage): (String, &Value)| json!({ "data": data, "storage": storage["_id"] });
    let body = json!({ "assets": objects.into_iter().map(row).collect::<Vec<_>>() });
    let cloud = format!("/v2/project/{}/cloud", story.project);
    story.ada.post(&cloud, body).await.data();
    let listed = story
        .ada
        .get(&format!("/v2/project/{}/assets?limit=100", story.project))
        .await;
    let assets = listed.data()["assets"].as_array().unwrap();
    assets.iter().map(|asset| asset["_id"].clone()).collect()
}

async fn sign(story: &Story, assets: &[Value]) -> (Answer, Duration) {
    let begun = Instant::now();
    let path = format!("/v2/project/{}/assets/sign", story.project);
    let answer = story.ada.post(&path, json!({ "assets": assets })).await;
    (answer, begun.elapsed())
}

#[tokio::test]
async fn one_call_that_hangs_is_made_again_before_whoever_signs_is_sent_away() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sts.hang_once();
    story.sign(&storage).await.data();
}

#[tokio::test]
async fn a_server_that_hangs_is_waited_for_once_and_not_for_each_bucket() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let objects = (0..5).map(|n| (format!("s3://bucket-{n}/a.jpg"), &storage));
    let assets = import(&story, objects.collect()).await;
    assert_eq!(assets.len(), 5);
    story.sts.buckets_hang.store(true, Ordering::SeqCst);
    let (answer, took) = sign(&story, &assets).await;
    let urls = answer.data()["urls"].as_array().unwrap().clone();
    assert!(urls.iter().all(|one| one["url"].is_string()), "{urls:?}");
    assert!(took >= REGION_PATIENCE && took < 2 * REGION_PATIENCE, "{took:?}");
    let (_, again) = sign(&story, &assets).await;
    assert!(again < REGION_PATIENCE, "{again:?}");
}

#[tokio::test]
async fn storages_whose_sts_hangs_are_waited_for_together() {
    let story = Story::begin().await;
    let good = story.connect_well().await;
    let mut storages = vec![good];
    for n in 0..3 {
        let role = format!("{ROLE}-{n}");
        let reserved = story.ada.post("/v2/storages/externalId", json!({})).await;
        let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
        story.sts.trust(&role, only(external_id.clone()));
        let mut form = story.form(&role, &external_id);
        form["name"] = json!(format!("Photos {n}"));
        let made = story.ada.post("/v2/storages", form).await.data()["storage"].clone();
        assert_eq!(made["verification"]["state"], "verified");
        storages.push(made);
    }
    let objects = storages
        .iter()
        .map(|storage| ("s3://photos/a.jpg".to_owned(), storage));
    let assets = import(&story, objects.collect()).await;
    (0..3).for_each(|n| story.sts.trust(&format!("{ROLE}-{n}"), Trust::Silent));
    let (answer, took) = sign(&story, &assets).await;
    let urls = answer.data()["urls"].as_array().unwrap().clone();
    let signed = urls.iter().filter(|one| one["url"].is_string()).count();
    let unanswered = urls
        .iter()
        .filter(|one| one["code"] == "credentials.unanswered")
        .count();
    assert_eq!((signed, unanswered), (1, 3), "{urls:?}");
    assert!(took < 2 * STS_PATIENCE, "{took:?}");
}

#[tokio::test]
async fn whoever_connects_or_verifies_a_storage_waits_once_for_an_sts_that_hangs() {
    let story = Story::begin().await;
    story.sts.hang();
    let begun = Instant::now();
    let made = story.ada.post("/v2/storages", story.form(ROLE, "acme-1")).await;
    assert!(begun.elapsed() < 2 * STS_PATIENCE, "{:?}", begun.elapsed());
    let storage = made.data()["storage"].clone();
    assert_eq!(storage["verification"]["state"], "pending");
    let begun = Instant::now();
    story.verify(&storage).await;
    assert!(begun.elapsed() < 2 * STS_PATIENCE, "{:?}", begun.elapsed());
    // Whoever is refused hears it at once, though nobody knows whom the policy to paste has to name.
    let begun = Instant::now();
    assert_eq!(story.sign(&storage).await.code(), "storage.verification_pending");
    assert!(begun.elapsed() < STS_PATIENCE, "{:?}", begun.elapsed());
}
