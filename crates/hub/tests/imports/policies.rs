//! What an import does with bad rows, with external IDs that are there already, and when it only tries.

use serde_json::{Value, json};

use crate::story::{Story, row};

fn row_at(external_id: &str, address: &str) -> Value {
    json!({ "data": format!("https://example.com/{address}"), "externalId": external_id })
}

#[tokio::test]
async fn an_import_that_refuses_whole_files_imports_nothing_for_one_bad_row() {
    let story = Story::begin().await;
    let mut rows: Vec<Value> = (0..20_000).map(|number| row(&number.to_string())).collect();
    rows.push(Value::Null);
    rows.push(row("after"));
    let import = story.import_rows(rows.into(), "onError=refuse").await;
    assert_eq!(
        (&import["state"], &import["error"]["code"]),
        (&json!("failed"), &json!("import.rows_refused"))
    );
    assert_eq!(
        (&import["rowsImported"], &import["rowsRefused"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(import["rowsRead"], 20_002);
    assert_eq!(story.report(&import).await[0].index, 20_000);
    assert!(story.assets().await.is_empty());

    let good = story.import_rows(json!([row("a")]), "onError=refuse").await;
    assert_eq!(good["rowsImported"], 1);
}

#[tokio::test]
async fn an_import_without_one_good_row_fails_and_says_so() {
    let story = Story::begin().await;
    let import = story.import_rows(json!([null, {}]), "").await;
    assert_eq!(import["error"]["code"], "import.all_rows_refused");
    assert_eq!(story.report(&import).await.len(), 2);
}

#[tokio::test]
async fn external_ids_may_repeat_unless_somebody_chose_otherwise() {
    let story = Story::begin().await;
    let rows = json!([row_at("a", "1"), row_at("a", "2")]);
    story.import_rows(rows.clone(), "").await;
    story.import_rows(rows, "onDuplicate=allow").await;
    assert_eq!(story.assets().await.len(), 4);
}

#[tokio::test]
async fn skip_keeps_what_is_there_and_what_came_first() {
    let story = Story::begin().await;
    story.import_rows(json!([row_at("a", "old")]), "").await;
    let rows = json!([row_at("a", "new"), row_at("b", "1"), row_at("b", "2"), { "data": "https://example.com/nameless" }]);
    let import = story.import_rows(rows, "onDuplicate=skip").await;
    assert_eq!(
        (&import["rowsImported"], &import["rowsSkipped"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        story.each("data").await,
        [
            "https://example.com/old",
            "https://example.com/1",
            "https://example.com/nameless"
        ]
    );
}

#[tokio::test]
async fn update_changes_what_is_there_and_keeps_its_id() {
    let story = Story::begin().await;
    story.import_rows(json!([row_at("a", "old")]), "").await;
    let before = story.assets().await.remove(0);
    let changed = json!({ "data": "https://example.com/new", "externalId": "a", "width": 7, "height": 8, "batches": ["Monday"] });
    let import = story
        .import_rows(json!([changed, row_at("b", "1")]), "onDuplicate=update")
        .await;
    assert_eq!(
        (&import["rowsImported"], &import["rowsUpdated"]),
        (&json!(1), &json!(1))
    );
    let after = story.assets().await;
    assert_eq!(after.len(), 2);
    assert_eq!(after[0]["_id"], before["_id"]);
    assert_eq!(after[0]["data"], "https://example.com/new");
    assert_eq!(
        (&after[0]["metadata"]["width"], &after[0]["batches"]),
        (&json!(7), &json!(["Monday"]))
    );
}

#[tokio::test]
async fn a_dry_run_reports_everything_and_changes_nothing() {
    let story = Story::begin().await;
    story.import_rows(json!([row_at("a", "old")]), "").await;
    for (policy, counts) in [("allow", [2, 0, 0]), ("skip", [1, 0, 1]), ("update", [1, 1, 0])] {
        let rows = json!([{ "data": "https://example.com/new", "externalId": "a", "batches": ["New"] }, row_at("b", "1"), null]);
        let import = story
            .import_rows(rows, &format!("dryRun=true&onDuplicate={policy}"))
            .await;
        assert_eq!(
            (&import["state"], &import["dryRun"]),
            (&json!("completed"), &json!(true)),
            "{import}"
        );
        let found = ["rowsImported", "rowsUpdated", "rowsSkipped"].map(|name| import[name].as_u64().unwrap());
        assert_eq!(found, counts, "{policy}");
        assert_eq!(story.report(&import).await[0].code, "row.null");
    }
    assert_eq!(story.each("data").await, ["https://example.com/old"]);
    let project = story.owner.get(&format!("/v2/project/{}", story.project)).await;
    assert_eq!(project.data()["project"]["batches"], json!([]));
}

#[tokio::test]
async fn policies_that_there_are_not_are_refused_before_anything_is_sent() {
    let story = Story::begin().await;
    for query in [
        "onError=ignore",
        "onDuplicate=replace",
        "dryRun=perhaps",
        "priority=high",
        "page=x&priority=1.5",
    ] {
        let answer = story.upload("[]", query).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "request.query_invalid"),
            "{query}"
        );
    }
    assert_eq!(
        story.upload("[]", "priority=1001").await.code(),
        "import.priority_invalid"
    );
    assert_eq!(
        story.upload("[]", "batches=Monday").await.code(),
        "import.batches_invalid"
    );
    assert_eq!(
        story.upload("[]", "storage=nowhere").await.code(),
        "import.unknown_storage"
    );
    assert_eq!(
        story.upload("[]", "name=a%0Ab").await.code(),
        "import.name_invalid"
    );
    let imports = story
        .owner
        .get(&format!("/v2/project/{}/imports", story.project))
        .await;
    assert_eq!(imports.data()["total"], 0);
}
