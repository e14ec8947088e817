//! Tasks listed, assigned, requeued.

use serde_json::{Value, json};

use crate::support::{World, annotate, id, polygon};

#[tokio::test]
async fn lists_understand_the_filters_of_the_public_clients() {
    let world = World::with(&["a+b&c", "b", "c"]).await;
    let task = world.next(&world.ada, "Label").await;
    annotate(
        &world.ada,
        &task,
        "nextStage=true",
        json!({ "answer": {}, "duration": 700 }),
    )
    .await
    .data();
    let encoded = |filter: Value| {
        let text = filter.to_string();
        let escaped = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
        format!("filter={escaped}")
    };
    let expected: [(String, &[&str]); 9] = [
        ("stage=Review".to_owned(), &["a+b&c"]),
        ("status[eq]=TODO".to_owned(), &["a+b&c", "b", "c"]),
        ("status%5Beq%5D=Completed".to_owned(), &[]),
        (encoded(json!({ "externalId": { "$eq": "a+b&c" } })), &["a+b&c"]),
        (
            encoded(json!({ "externalId": { "$regex": "^[bc]$" }, "stage": "Label" })),
            &["b", "c"],
        ),
        (encoded(json!({ "totalDuration": { "$gte": 700 } })), &["a+b&c"]),
        (
            encoded(json!({ "updatedBy": world.ada.email, "isDraft": { "$eq": false } })),
            &["a+b&c"],
        ),
        (
            encoded(json!({ "createdAt": { "$lt": "2001-01-01T00:00:00.000Z" } })),
            &[],
        ),
        (
            "sort=-createdAt&fields=externalId,_id".to_owned(),
            &["c", "b", "a+b&c"],
        ),
    ];
    for (query, ids) in expected {
        let found = world.list(&world.owner, &query).await;
        assert_eq!(
            found,
            (ids.iter().map(ToString::to_string).collect(), ids.len() as u64),
            "{query}"
        );
    }
    let bad = world
        .owner
        .get(&format!("/v2/project/{}/tasks?filter=%7B%22x", world.project))
        .await;
    assert_eq!(bad.code(), "request.filters_invalid");
}

#[tokio::test]
async fn managers_assign_requeue_and_prioritise() {
    let world = World::with(&["a", "b", "c"]).await;
    let tasks = world
        .owner
        .get(&format!("/v2/project/{}/tasks?sort=createdAt", world.project))
        .await;
    let ids: Vec<String> = tasks.data()["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| id(task).to_owned())
        .collect();
    let body = json!({ "project": world.project, "tasks": [ids[1], "nonsense"], "user": world.ben.email, "stage": "Label" });
    let assigned = world.owner.post("/v2/task/assign", body).await;
    assert_eq!(assigned.data()["assigned"], 1);
    assert_eq!(assigned.data()["results"][1]["status"], "task.not_found");
    let stranger = json!({ "project": world.project, "tasks": [ids[0]], "user": "nobody@x.test" });
    assert_eq!(
        world.owner.post("/v2/task/assign", stranger).await.code(),
        "user.not_found"
    );

    let priority = json!({ "priority": 7, "filters": { "externalIds": ["c"] } });
    let changed = world
        .owner
        .post(&format!("/v2/project/{}/updatePriority", world.project), priority)
        .await;
    assert_eq!(changed.data()["result"]["modified"], 1);
    assert_eq!(world.next(&world.ada, "Label").await["externalId"], "c");
    assert_eq!(world.next(&world.ben, "Label").await["externalId"], "a");

    annotate(
        &world.owner,
        &json!({ "_id": ids[1] }),
        "nextStage=true",
        json!({ "answer": polygon("x") }),
    )
    .await
    .data();
    let body = json!({ "toStageId": "Label", "filters": { "fromStageIds": ["Review"] }, "options": { "removeAnnotations": true } });
    let requeued = world
        .owner
        .post(&format!("/v2/project/{}/requeueTasks", world.project), body)
        .await;
    assert_eq!(
        requeued.data()["modifiedCount"],
        json!({ "modified": 1, "toStageId": "Label" })
    );
    let task = world.owner.get(&format!("/v2/task/{}", ids[1])).await;
    assert_eq!(task.data()["task"]["answer"]["tools"], json!([]));
    let nowhere = json!({ "toStageId": "Archive" });
    let refused = world
        .owner
        .post(&format!("/v2/project/{}/requeueTasks", world.project), nowhere)
        .await;
    assert_eq!(refused.code(), "task.stage_unknown");
}
