//! The list of assets: filters, order, pages, deletion.

use serde_json::{Value, json};

use crate::story::{Story, row};

async fn listed(story: &Story, query: &str) -> Value {
    story
        .owner
        .get(&format!("/v2/project/{}/assets?{query}", story.project))
        .await
        .data()
        .clone()
}

fn names(page: &Value) -> Vec<&str> {
    page["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| asset["externalId"].as_str().unwrap())
        .collect()
}

/// What filters find, sent as the SDK sends them: quotes and braces encoded, `&` as it is.
async fn found(story: &Story, filters: &Value) -> Value {
    let encoded = filters
        .to_string()
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('"', "%22");
    listed(story, &format!("sort=createdAt&filters={encoded}")).await
}

#[tokio::test]
async fn assets_are_found_by_every_filter() {
    let story = Story::begin().await;
    let storage = story.storage("Private", json!({})).await;
    let private = json!({ "data": "s3://photos/a.jpg", "externalId": "c&d", "storage": storage, "batches": ["One", "Two"] });
    let mut batched = row("b");
    batched["batches"] = json!(["One"]);
    story.import_rows(json!([row("a"), batched, private]), "").await;

    let by = async |filters: Value| found(&story, &filters).await;
    assert_eq!(names(&by(json!({})).await), ["a", "b", "c&d"]);
    assert_eq!(names(&by(json!({ "externalId": "a" })).await), ["a"]);
    assert_eq!(names(&by(json!({ "externalId": "c&d" })).await), ["c&d"]);
    assert_eq!(names(&by(json!({ "batches": ["One"] })).await), ["b", "c&d"]);
    assert_eq!(names(&by(json!({ "batches": ["One", "Two"] })).await), ["c&d"]);
    assert_eq!(
        names(&by(json!({ "batches": ["Three"] })).await),
        Vec::<&str>::new()
    );
    assert_eq!(names(&by(json!({ "storage": storage })).await), ["c&d"]);
    assert_eq!(names(&by(json!({ "storage": "public" })).await), ["a", "b"]);
    let id = by(json!({ "externalId": "b" })).await["assets"][0]["_id"].clone();
    assert_eq!(names(&by(json!({ "_id": id })).await), ["b"]);
    assert_eq!(names(&by(json!({ "_id": "nonsense" })).await), Vec::<&str>::new());
    let refused = story
        .owner
        .get(&format!(
            "/v2/project/{}/assets?filters=%7B%22size%22:1%7D",
            story.project
        ))
        .await;
    assert_eq!(refused.code(), "request.filters_invalid");
}

/// Four assets, of which the first is submitted, the second is open, and two wait.
async fn worked_on() -> Story {
    let story = Story::begin().await;
    story
        .import_rows(json!([row("a1"), row("a2"), row("b1"), row("b2")]), "")
        .await;
    let tasks = found(&story, &json!({})).await;
    let task = |n: usize| {
        let id = &tasks["assets"][n]["labelTasks"][0]["_id"];
        id.as_str().unwrap().to_owned()
    };
    let answer = json!({ "answer": { "objects": [], "classifications": [], "relations": [] } });
    let (first, second) = (task(0), task(1));
    let submitted = story
        .owner
        .post(&format!("/v2/annotate/{first}?nextStage=true"), answer)
        .await;
    submitted.data();
    let opened = story
        .owner
        .post(&format!("/v2/task/{second}/open"), json!({}))
        .await;
    opened.data();
    story
}

#[tokio::test]
async fn assets_are_found_by_what_their_tasks_are() {
    let story = worked_on().await;
    let (long_ago, me) = ("2000-01-01T00:00:00Z", story.owner.email.clone());
    for (filters, expected) in [
        (json!({ "stage": "Review" }), &["a1"][..]),
        (json!({ "stage": ["Label", "Review"] }), &["a1", "a2", "b1", "b2"]),
        (json!({ "status": "ToDo" }), &["b1", "b2"]),
        (json!({ "status": ["InProgress", "Labeled"] }), &["a1", "a2"]),
        (json!({ "reviewStatus": "Rejected" }), &[]),
        (json!({ "assignee": me }), &["a2"]),
        (json!({ "assignee": "nobody" }), &["a1", "b1", "b2"]),
        (json!({ "assignee": "stranger@example.com" }), &[]),
        (json!({ "externalIdPrefix": "b" }), &["b1", "b2"]),
        (json!({ "externalIdPrefix": "B" }), &[]),
        (json!({ "createdAt": { "$lt": long_ago } }), &[]),
        (
            json!({ "createdAt": { "$gte": long_ago }, "status": "ToDo" }),
            &["b1", "b2"],
        ),
        (json!({ "completedAt": { "$gte": long_ago } }), &[]),
    ] {
        let page = found(&story, &filters).await;
        assert_eq!(names(&page), expected, "{filters}");
        assert_eq!(
            (&page["total"], &page["totalIsExact"]),
            (&json!(expected.len()), &json!(true)),
            "{filters}"
        );
    }
}

#[tokio::test]
async fn all_that_match_can_be_changed_but_for_some() {
    let story = worked_on().await;
    let except = found(&story, &json!({ "externalId": "b1" })).await["assets"][0]["_id"].clone();
    let page = found(&story, &json!({ "except": [except] })).await;
    assert_eq!(
        (names(&page), &page["total"]),
        (vec!["a1", "a2", "b2"], &json!(3))
    );
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let order = |filters: Value| {
        story
            .owner
            .post(&path, json!({ "change": "delete", "filters": filters }))
    };
    let ordered = order(json!({ "status": "ToDo", "except": [except] })).await;
    assert_eq!(ordered.data()["change"]["assetsDone"], 1);
    assert_eq!(names(&found(&story, &json!({})).await), ["a1", "a2", "b1"]);
    let refused = order(json!({ "assignee": "stranger@example.com" })).await;
    assert_eq!(refused.code(), "request.filters_invalid");
}

#[tokio::test]
async fn pages_and_cursors_and_orders_agree() {
    let story = Story::begin().await;
    let rows: Vec<Value> = ["d", "a", "c", "b", "e"].iter().map(|name| row(name)).collect();
    story.import_rows(rows.into(), "").await;
    for (sort, order) in [
        ("createdAt", ["d", "a", "c", "b", "e"]),
        ("-createdAt", ["e", "b", "c", "a", "d"]),
        ("externalId", ["a", "b", "c", "d", "e"]),
        ("-externalId", ["e", "d", "c", "b", "a"]),
    ] {
        let first = listed(&story, &format!("sort={sort}&limit=2")).await;
        assert_eq!(
            (names(&first), &first["total"]),
            (order[..2].to_vec(), &json!(5)),
            "{sort}"
        );
        let second = listed(&story, &format!("sort={sort}&limit=2&page=2")).await;
        assert_eq!(names(&second), order[2..4], "{sort}");
        let cursor = first["nextCursor"].as_str().unwrap();
        assert_eq!(
            listed(&story, &format!("sort={sort}&limit=2&cursor={cursor}")).await["assets"],
            second["assets"]
        );
        let last = listed(&story, &format!("sort={sort}&limit=2&page=3")).await;
        assert_eq!(
            (names(&last), &last["nextCursor"]),
            (vec![order[4]], &Value::Null)
        );
    }
    let get = async |query: &str| {
        story
            .owner
            .get(&format!("/v2/project/{}/assets?{query}", story.project))
            .await
            .code()
            .to_owned()
    };
    assert_eq!(get("sort=size").await, "assets.sort_unknown");
    assert_eq!(get("cursor=nonsense").await, "assets.cursor_invalid");
    assert_eq!(get("limit=1001").await, "request.limit_invalid");
}

#[tokio::test]
async fn deleted_assets_leave_the_list_and_stay_findable_as_deleted() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a"), row("b"), row("c")]), "").await;
    let ids = story.each("_id").await;
    let path = format!("/v2/project/{}/assets", story.project);
    let body =
        json!({ "project": story.project, "assets": [ids[0], ids[2], ids[2], "000000000000000000000000"] });
    let answer = story.owner.delete(&path, body).await;
    assert_eq!(answer.data(), &json!({ "deleted": 2, "notFound": 1 }));
    assert_eq!(names(&listed(&story, "sort=createdAt").await), ["b"]);
    let gone = listed(&story, "sort=createdAt&filters=%7B%22state%22:%22deleted%22%7D").await;
    assert_eq!(
        (names(&gone), &gone["assets"][0]["state"]),
        (vec!["a", "c"], &json!("deleted"))
    );
    let other = story
        .owner
        .delete(
            &path,
            json!({ "project": "000000000000000000000000", "assets": [] }),
        )
        .await;
    assert_eq!(other.code(), "assets.project_differs");
    let malformed = story.owner.delete(&path, json!({ "assets": ["x"] })).await;
    assert_eq!(malformed.code(), "asset.id_malformed");
}

#[tokio::test]
async fn an_asset_of_another_project_is_not_found() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a")]), "").await;
    let id = story.each("_id").await[0].as_str().unwrap().to_owned();
    let other = story.owner.project("Other").await;
    assert_eq!(
        story
            .owner
            .get(&format!("/v2/project/{other}/assets/{id}"))
            .await
            .code(),
        "asset.not_found"
    );
    assert_eq!(
        story
            .owner
            .delete(&format!("/v2/project/{other}/assets"), json!({ "assets": [id] }))
            .await
            .data()["deleted"],
        0
    );
    assert_eq!(story.assets().await.len(), 1);
}
