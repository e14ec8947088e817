//! Who may ask for the way to an asset, how often, and by what.

use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::Value;

use crate::story::Story;

/// The steps without the time that each took.
fn steps(diagnosis: &Value) -> Vec<(&str, &str)> {
    let checks = diagnosis["checks"].as_array().unwrap().iter();
    checks
        .map(|check| {
            (
                check["name"].as_str().unwrap(),
                check["verdict"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_id_of_an_asset_is_enough_for_whoever_may_see_it() {
    let story = Story::begin().await;
    let asset = story.asset("a.gif").await;
    let path = format!("/v2/assets/{asset}/why");
    let in_project = format!("/v2/project/{}/assets/{asset}/why", story.project);
    let by_id = story.ada.get(&path).await.data()["diagnosis"].clone();
    let named = story.ada.get(&in_project).await.data()["diagnosis"].clone();
    assert_eq!(by_id["verdict"], "passed", "{by_id}");
    assert_eq!(steps(&by_id), steps(&named));

    let labels = &[(story.project.as_str(), ProjectRole::Labeler)];
    let labeler = story
        .hub
        .member(&story.ada, "lin", OrganizationRole::Member, labels)
        .await;
    assert_eq!(labeler.get(&path).await.code(), "access.right_missing");
    let stranger = story.hub.owner("Rival").await;
    let unknown = stranger.get(&path).await;
    assert_eq!(unknown.code(), "asset.not_found");
    assert!(
        !unknown.body.to_string().contains(&story.project),
        "{}",
        unknown.body
    );
    story
        .ada
        .delete(&format!("/v2/project/{}", story.project), Value::Null)
        .await
        .data();
    assert_eq!(story.ada.get(&path).await.code(), "asset.not_found");
}

#[tokio::test]
async fn whoever_has_twelve_assets_followed_at_once_waits_with_the_next() {
    let story = Story::begin().await;
    let asset = story.asset("a.gif").await;
    let session = story.ada.get("/v2/session").await;
    let user = session.data()["user"]["_id"].as_str().unwrap().parse().unwrap();
    let places: Vec<_> = (0..12).map(|_| story.hub.hub.ways.enter(user).unwrap()).collect();
    let path = format!("/v2/project/{}/assets/{asset}/why", story.project);
    for path in [path.clone(), format!("/v2/assets/{asset}/why")] {
        let refused = story.ada.get(&path).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (429, "storage.too_many_tries")
        );
    }
    drop(places);
    story.ada.get(&path).await.data();
}
