//! A bucket that was moved to another region is signed for where it is, whoever is told of it first.

use serde_json::json;

use crate::story::{BEFORE, NOW, Story};

#[tokio::test]
async fn a_page_that_was_refused_gets_a_url_for_the_region_that_the_bucket_is_in() {
    let (story, asset) = Story::of_a_bucket_that_moved().await;
    story.clock.advance_ms(61_000);
    assert_eq!(story.signed_for(&asset, false).await, BEFORE);
    assert_eq!(story.signed_for(&asset, true).await, NOW);
    assert_eq!(story.signed_for(&asset, false).await, NOW);
    // However many say that they were refused, the bucket is asked once a minute.
    let heads = story.bucket.heads();
    for _ in 0..3 {
        assert_eq!(story.signed_for(&asset, true).await, NOW);
    }
    assert_eq!(story.bucket.heads(), heads);
    // What is known stays where the bucket says nothing.
    story.clock.advance_ms(61_000);
    story.bucket.moves_to("");
    assert_eq!(story.signed_for(&asset, true).await, NOW);
    assert_eq!(story.signed_for(&asset, false).await, NOW);
}

#[tokio::test]
async fn a_header_probe_that_is_sent_elsewhere_reads_there_and_says_where_that_is() {
    let (story, asset) = Story::of_a_bucket_that_moved().await;
    story.asset("b.gif").await;
    assert_eq!(story.signed_for(&asset, false).await, NOW);
}

#[tokio::test]
async fn a_test_of_the_storage_says_where_its_bucket_is() {
    let (story, asset) = Story::of_a_bucket_that_moved().await;
    let path = format!("/v2/storages/{}/test", story.storage.as_str().unwrap());
    let tested = story.ada.post(&path, json!({})).await;
    let diagnosis = &tested.data()["diagnosis"];
    assert_eq!(
        diagnosis["warnings"][0]["code"], "storage.wrong_region",
        "{diagnosis}"
    );
    let said = diagnosis["warnings"][0]["message"].as_str().unwrap();
    assert!(said.ends_with(&format!("The hub signs for {NOW}.")), "{said}");
    assert_eq!(story.signed_for(&asset, false).await, NOW);
}

#[tokio::test]
async fn who_asks_why_an_asset_cannot_be_seen_is_told_and_it_can_be_from_then_on() {
    let (story, asset) = Story::of_a_bucket_that_moved().await;
    let path = format!("/v2/project/{}/assets/{asset}/why", story.project);
    let diagnosis = story.ada.get(&path).await.data()["diagnosis"].clone();
    assert_eq!(diagnosis["verdict"], "passed", "{diagnosis}");
    let checks = diagnosis["checks"].as_array().unwrap();
    let of_region: Vec<&str> = checks
        .iter()
        .filter(|check| check["name"] == "region")
        .map(|check| check["message"].as_str().unwrap())
        .collect();
    assert_eq!(of_region.len(), 2, "{diagnosis}");
    assert!(
        of_region[1].contains(&format!("is in {NOW} now")),
        "{of_region:?}"
    );
    assert_eq!(story.signed_for(&asset, false).await, NOW);
}
