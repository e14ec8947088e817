//! Batches of an import, of a row, and by hand.

use serde_json::{Value, json};

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

/// What is on record of batches that were made.
async fn made(story: &Story) -> Vec<Value> {
    let path = format!(
        "/v2/organization/{}/auditRecords?limit=100&action=batch.created",
        story.owner.organization
    );
    let answer = story.owner.get(&path).await;
    let made = answer.data()["records"].as_array().unwrap().clone();
    assert!(made.iter().all(|record| record["email"] == story.owner.email));
    made.into_iter().map(|record| record["details"].clone()).collect()
}

#[tokio::test]
async fn batches_that_an_order_and_its_rows_name_first_are_on_record_once_as_made_by_whoever_sent_the_list() {
    let story = Story::begin().await;
    let mut named = row("named");
    named["batches"] = json!(["Day", "Delivery"]);
    let rows = json!([row("plain"), named]);
    let first = story
        .import_rows(rows.clone(), "batches=%5B%22Delivery%22%5D")
        .await;
    let expected = json!({ "batches": 2, "names": ["Day", "Delivery"], "import": first["_id"] });
    assert_eq!(made(&story).await, vec![expected.clone()]);
    // The project has them now, and a dry run makes none.
    story.import_rows(rows, "batches=%5B%22Delivery%22%5D").await;
    story
        .import_rows(json!([row("dry")]), "batches=%5B%22Other%22%5D&dryRun=true")
        .await;
    assert_eq!(made(&story).await, [expected]);
    let third = story
        .import_rows(json!([row("one")]), "batches=%5B%22Night%22%5D")
        .await;
    let made = made(&story).await;
    assert_eq!(made.len(), 2);
    let night = made.iter().find(|one| one["name"] == "Night").unwrap();
    assert_eq!(
        (&night["import"], &night["batches"]),
        (&third["_id"], &Value::Null)
    );
}

#[tokio::test]
async fn a_list_of_many_batches_is_one_record_with_their_number_also_where_it_fails() {
    const CAMERAS: usize = 60;
    let story = Story::begin().await;
    let of_camera = |number: usize| {
        let mut row = row(&format!("{number}"));
        row["batches"] = json!([format!("cam{number}")]);
        row
    };
    let mut rows: Vec<Value> = (0..CAMERAS).map(of_camera).collect();
    rows.push(json!({ "data": "nowhere" }));
    let failed = story.import_rows(json!(rows), "onError=refuse").await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let made = made(&story).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(
        (&made[0]["batches"], &made[0]["import"]),
        (&json!(CAMERAS), &failed["_id"])
    );
    let names = made[0]["names"].as_array().unwrap();
    assert_eq!(
        (names.len(), &names[..3]),
        (50, &[json!("cam0"), json!("cam1"), json!("cam10")][..])
    );
}

#[tokio::test]
async fn batches_of_an_import_that_is_cancelled_before_its_turn_are_on_record_once() {
    let mut story = Story::begin().await;
    story.hub.stop_working().await;
    let waiting = story
        .upload(row("a").to_string(), "batches=%5B%22Day%22%2C%22Night%22%5D")
        .await;
    let id = waiting.data()["import"]["_id"].as_str().unwrap();
    assert_eq!(made(&story).await, [] as [Value; 0], "it is on its way");
    for _ in 0..2 {
        let cancel = format!("/v2/imports/{id}/cancel");
        story.owner.post(&cancel, json!({})).await.data();
    }
    assert_eq!(
        made(&story).await,
        [json!({ "batches": 2, "names": ["Day", "Night"], "import": id })]
    );
}
