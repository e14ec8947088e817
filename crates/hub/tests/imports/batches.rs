//! Batches of an import, of a row, and by hand.

use serde_json::json;

use crate::story::{Story, row};

#[tokio::test]
async fn rows_choose_their_own_batches_and_the_others_get_the_imports() {
    let story = Story::begin().await;
    let monday = story
        .owner
        .post(
            &format!("/v2/batches/{}", story.project),
            json!({ "name": "Monday" }),
        )
        .await;
    let monday = monday.data()["project"]["_id"].as_str().unwrap().to_owned();
    let mut own = row("own");
    own["batches"] = json!(["Tuesday", monday]);
    let mut fresh = row("fresh");
    fresh["batches"] = json!(["Tuesday"]);
    let rows = json!([row("plain"), own, fresh]);
    let import = story
        .import_rows(rows, "batches=%5B%22Monday%22,%22New%22%5D")
        .await;
    assert_eq!(import["rowsImported"], 3, "{:?}", story.report(&import).await);
    let mut batches = story.each("batches").await;
    for names in &mut batches {
        names
            .as_array_mut()
            .unwrap()
            .sort_by_key(|name| name.as_str().unwrap().to_owned());
    }
    assert_eq!(
        batches,
        [
            json!(["Monday", "New"]),
            json!(["Monday", "Tuesday"]),
            json!(["Tuesday"])
        ]
    );
    let project = story.owner.get(&format!("/v2/project/{}", story.project)).await;
    assert_eq!(project.data()["project"]["batches"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_batch_of_another_project_cannot_be_named() {
    let story = Story::begin().await;
    let other = story.owner.project("Other").await;
    let foreign = story
        .owner
        .post(&format!("/v2/batches/{other}"), json!({ "name": "Foreign" }))
        .await;
    let foreign = foreign.data()["project"]["_id"].as_str().unwrap().to_owned();
    let answer = story
        .upload("[]", &format!("batches=%5B%22{foreign}%22%5D"))
        .await;
    assert_eq!(answer.code(), "import.unknown_batch");
}

#[tokio::test]
async fn a_list_of_batches_renames_keeps_and_adds() {
    let story = Story::begin().await;
    let path = format!("/v2/batches/{}", story.project);
    let one = story.owner.post(&path, json!({ "name": "One" })).await.data()["project"].clone();
    assert_eq!(
        story.owner.post(&path, json!({ "name": "One" })).await.data()["project"],
        one
    );
    let list = json!({ "batches": [{ "_id": one["_id"], "name": "Uno" }, { "name": "Two" }] });
    let made = story.owner.post(&path, list).await.data().clone();
    assert_eq!(made[0], json!({ "_id": one["_id"], "name": "Uno" }));
    assert_eq!(made[1]["name"], "Two");
    assert_eq!(
        story.owner.post(&path, json!({})).await.code(),
        "batch.name_missing"
    );
    let gone = json!({ "batches": [{ "_id": "000000000000000000000000", "name": "x" }] });
    assert_eq!(story.owner.post(&path, gone).await.code(), "batch.not_found");
}

#[tokio::test]
async fn assets_are_put_into_batches_beside_those_they_are_in() {
    let story = Story::begin().await;
    story
        .import_rows(json!([row("a"), row("b")]), "batches=%5B%22First%22%5D")
        .await;
    story
        .owner
        .post(
            &format!("/v2/batches/{}", story.project),
            json!({ "name": "Second" }),
        )
        .await
        .data();
    let ids = story.each("_id").await;
    let assign = |body| story.owner.post("/v2/assignBatches", body);
    let answer =
        assign(json!({ "projectId": story.project, "assets": [ids[0]], "batches": ["Second"] })).await;
    assert_eq!(answer.data()["assets"], 1);
    assert_eq!(
        story.each("batches").await,
        [json!(["First", "Second"]), json!(["First"])]
    );
    let unknown =
        assign(json!({ "projectId": story.project, "assets": [ids[0]], "batches": ["Third"] })).await;
    assert_eq!(unknown.code(), "batch.not_found");
    let nowhere =
        assign(json!({ "projectId": "000000000000000000000000", "assets": [], "batches": [] })).await;
    assert_eq!(nowhere.code(), "project.not_found");
}

#[tokio::test]
async fn a_batch_that_an_order_or_a_row_names_first_is_on_record_as_made_by_whoever_sent_the_list() {
    let story = Story::begin().await;
    let mut named = row("named");
    named["batches"] = json!(["Day", "Delivery"]);
    for _ in 0..2 {
        let rows = json!([row("plain"), named]);
        story.import_rows(rows, "batches=%5B%22Delivery%22%5D").await;
    }
    let ada = &story.owner;
    let path = format!(
        "/v2/organization/{}/auditRecords?limit=100&action=batch",
        ada.organization
    );
    let answer = ada.get(&path).await;
    let made = answer.data()["records"].as_array().unwrap();
    let mut names: Vec<_> = made
        .iter()
        .map(|record| record["details"]["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Day", "Delivery"]);
    let is_ours =
        |record: &serde_json::Value| record["action"] == "batch.created" && record["email"] == ada.email;
    assert!(made.iter().all(is_ours));
}
