//! When nothing is read, and who else may say how large an asset is.

use std::collections::HashMap;

use insitu_hub::testing::TestHub;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::json;

use crate::story::{Bucket, Story, gif};

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
