//! Who the hub is to AWS, said before anybody begins to click there.

use insitu_hub::testing::TestHub;
use serde_json::json;

use crate::story::{ROLE, Story, form};
use crate::sts::HUB_ARN;

#[tokio::test]
async fn the_principal_is_found_and_shown() {
    let story = Story::begin().await;
    let answer = story.ada.get("/v2/hub/identity").await;
    assert_eq!(
        answer.data()["identity"],
        json!({ "principal": HUB_ARN, "arn": HUB_ARN, "account": "999988887777", "source": "environment",
                "code": null, "message": null })
    );
    let setup = story
        .ada
        .get("/v2/storages/setup?buckets=photos&externalId=abc-123")
        .await;
    assert_eq!(setup.data()["identity"]["principal"], HUB_ARN);
    assert_eq!(setup.data()["principal"], HUB_ARN);
}

#[tokio::test]
async fn a_hub_without_identity_says_so_before_and_after() {
    let hub = TestHub::start_with(|config| config.delegate = None).await;
    let ada = hub.owner("Acme").await;
    let setup = ada
        .get("/v2/storages/setup?buckets=photos&externalId=abc-123")
        .await;
    let identity = &setup.data()["identity"];
    assert_eq!(identity["code"], "storage.no_identity", "{identity}");
    assert!(identity["message"].as_str().unwrap().contains("web identity"));
    assert_eq!(ada.get("/v2/hub/identity").await.data()["identity"], *identity);
    let made = ada
        .post("/v2/storages", form("http://127.0.0.1:9", ROLE, "abc-123"))
        .await;
    let verification = &made.data()["storage"]["verification"];
    assert_eq!(
        (&verification["state"], &verification["code"]),
        (&json!("pending"), &json!("storage.no_identity"))
    );
}

#[tokio::test]
async fn an_identity_that_cannot_be_asked_about_is_not_none() {
    let story = Story::begin().await;
    story.sts.go_down(true);
    let identity = story.ada.get("/v2/hub/identity").await.data()["identity"].clone();
    assert_eq!(identity["principal"], json!(null));
    assert_ne!(identity["code"], "storage.no_identity", "{identity}");
}
