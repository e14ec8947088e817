//! Buckets that nobody has signed in yet are asked where they are, and not one after the other.

use serde_json::{Value, json};

use crate::story::{NOW, Story, region_signed_for};

#[tokio::test]
async fn the_buckets_of_one_request_are_asked_together_where_they_are() {
    const BUCKETS: usize = 12;
    let story = Story::begin().await;
    let row = |n: usize| {
        json!({ "data": format!("{}/bucket-{n}/a.gif", story.endpoint), "externalId": format!("{n:02}"),
            "width": 3, "height": 2, "storage": story.storage })
    };
    let rows: Vec<Value> = (0..BUCKETS).map(row).collect();
    let path = format!("/v2/project/{}", story.project);
    let cloud = json!({ "assets": rows });
    story.ada.post(&format!("{path}/cloud"), cloud).await.data();
    let listed = format!("{path}/assets?limit=100&sort=externalId");
    let listed = story.ada.get(&listed).await.data()["assets"].clone();
    let ids: Vec<Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| asset["_id"].clone())
        .collect();
    story.bucket.moves_to(NOW);
    story.bucket.waits_for(BUCKETS);
    // Whoever asked one after the other would wait for the first until nobody waits any more.
    let mut wanted = ids.clone();
    wanted.extend(ids.iter().rev().cloned());
    let body = json!({ "assets": wanted });
    let signed = story.ada.post(&format!("{path}/assets/sign"), body).await;
    let urls = signed.data()["urls"].as_array().unwrap().clone();
    assert_eq!(urls.len(), 2 * BUCKETS);
    for (n, (url, id)) in urls.iter().zip(&wanted).enumerate() {
        assert_eq!(url["_id"], *id);
        let url = url["url"].as_str().unwrap();
        let bucket = if n < BUCKETS { n } else { 2 * BUCKETS - 1 - n };
        assert!(url.contains(&format!("/bucket-{bucket}/a.gif")), "{url}");
        assert_eq!(region_signed_for(url), Some(NOW), "{url}");
    }
    assert_eq!(story.bucket.heads(), BUCKETS);
}
