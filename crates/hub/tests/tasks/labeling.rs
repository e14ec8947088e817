//! Tasks handed out, saved, submitted, reviewed.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, annotate, id, polygon};

#[tokio::test]
async fn a_draft_is_kept_and_never_overwritten_by_an_older_one() {
    let world = World::with(&["a", "b"]).await;
    let task = world.next(&world.ada, "Label").await;
    assert_eq!(
        (task["externalId"].as_str(), task["assignee"].as_str()),
        (Some("a"), Some(world.ada.email.as_str()))
    );
    assert_eq!(
        task["answer"],
        json!({"tools": [], "classifications": [], "relations": []})
    );

    let draft = json!({ "answer": polygon("one"), "duration": 1200, "revision": 0, "draft": true });
    let saved = annotate(&world.ada, &task, "", draft).await;
    let label = &saved.data()["label"];
    assert_eq!(
        (&label["revision"], &label["isDraft"], &label["duration"]),
        (&json!(1), &json!(true), &json!(1200))
    );
    assert_eq!(label["answer"]["tools"][0]["mine"], 7);
    assert_eq!(
        label["answer"]["tools"][0]["polygon"],
        json!([[1, 2], [30, 4], [5, 60.25]])
    );

    let stale = json!({ "answer": { "objects": [] }, "revision": 0 });
    let refused = annotate(&world.ada, &task, "nextStage=true", stale).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::CONFLICT, "task.changed")
    );
    assert_eq!(
        refused.body["details"]["task"]["answer"]["tools"][0]["objectId"],
        "one"
    );

    let submit = json!({ "answer": polygon("two"), "revision": 1, "duration": 300 });
    let sent = annotate(&world.ada, &task, "nextStage=true&isPlugin=false", submit).await;
    assert_eq!(sent.data()["label"]["stage"], "Review");
    let gone = world.ada.get(&format!("/v2/task/{}", id(&task))).await;
    assert_eq!(
        (gone.status, gone.code()),
        (StatusCode::FORBIDDEN, "task.not_yours")
    );
}

#[tokio::test]
async fn a_rejected_task_comes_back_to_its_labeler_and_an_accepted_one_is_complete() {
    let world = World::with(&["a", "b"]).await;
    let task = world.next(&world.ada, "Label").await;
    let answer = json!({ "answer": polygon("two") });
    annotate(&world.ada, &task, "nextStage=true", answer).await.data();
    let review = world.next(&world.rita, "Review").await;
    assert_eq!(id(&review), id(&task));
    let verdict = |status: &str| json!({ "reviewStatus": status });
    let path = format!("/v2/review/{}", id(&task));
    let back = world.rita.post(&path, verdict("Rejected")).await;
    assert_eq!(
        (
            &back.data()["task"]["stage"],
            back.data()["task"]["assignee"].as_str()
        ),
        (&json!("Label"), Some(world.ada.email.as_str()))
    );
    assert_eq!(id(&world.next(&world.ada, "Label").await), id(&task));
    annotate(
        &world.ada,
        &task,
        "nextStage=true",
        json!({ "answer": polygon("three") }),
    )
    .await
    .data();
    let done = world.rita.post(&path, verdict("Accepted")).await;
    assert_eq!(
        (&done.data()["task"]["stage"], &done.data()["task"]["status"]),
        (&json!("Complete"), &json!("Completed"))
    );

    let history = world.rita.get(&format!("/v2/task/{}/history", id(&task))).await;
    let stages: Vec<&str> = history.data()["stageHistory"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["stage"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["Start", "Label", "Review", "Label", "Review"]);
    assert_eq!(history.data()["stageHistory"][1]["tools"][0]["objectId"], "two");
    let assets = world
        .owner
        .get(&format!("/v2/project/{}/assets?sort=createdAt", world.project))
        .await;
    let shown = &assets.data()["assets"][0]["labelTasks"][0];
    assert_eq!(
        (&shown["_id"], &shown["stage"]),
        (&task["_id"], &json!("Complete"))
    );
    assert_eq!(shown["stageHistory"].as_array().map(Vec::len), Some(4));
    assert_eq!(assets.data()["assets"][1]["labelTasks"][0]["stage"], "Label");
    let counts = world
        .ada
        .get(&format!("/v2/project/{}/tasks/counts", world.project))
        .await;
    assert_eq!(
        counts.data()["counts"],
        json!({ "Label": 1, "Review": 0, "Complete": 1 })
    );
}

#[tokio::test]
async fn a_reviewer_mends_an_answer_and_says_so() {
    let world = World::with(&["a"]).await;
    let task = world.next(&world.ada, "Label").await;
    annotate(
        &world.ada,
        &task,
        "nextStage=true",
        json!({ "answer": polygon("rough") }),
    )
    .await
    .data();
    let review = world.next(&world.rita, "Review").await;
    let path = format!("/v2/review/{}", id(&task));
    let fixed = json!({ "reviewStatus": "Fixed", "answer": polygon("fine"), "revision": review["revision"] });
    let done = world.rita.post(&path, fixed).await;
    let task = &done.data()["task"];
    assert_eq!(
        (&task["stage"], &task["reviewStatus"]),
        (&json!("Complete"), &json!("Fixed"))
    );
    assert_eq!(task["answer"]["tools"][0]["objectId"], "fine");
    let unknown = world.rita.post(&path, json!({ "reviewStatus": "Great" })).await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (StatusCode::BAD_REQUEST, "request.body_invalid")
    );
}

#[tokio::test]
async fn labelers_get_different_tasks_and_touch_only_their_own() {
    let world = World::with(&["a", "b"]).await;
    let adas = world.next(&world.ada, "Label").await;
    let bens = world.next(&world.ben, "Label").await;
    assert_ne!(id(&adas), id(&bens));
    for (method, path, body) in [
        (Method::GET, format!("/v2/task/{}", id(&adas)), Value::Null),
        (Method::POST, format!("/v2/task/{}/open", id(&adas)), json!({})),
        (Method::POST, format!("/v2/task/{}/skip", id(&adas)), json!({})),
        (Method::POST, format!("/v2/task/{}/sign", id(&adas)), json!({})),
        (
            Method::POST,
            format!("/v2/annotate/{}", id(&adas)),
            json!({ "answer": polygon("x") }),
        ),
    ] {
        let answer = world
            .ben
            .send(method, &path, axum::body::Body::from(body.to_string()))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::FORBIDDEN, "task.not_yours"),
            "{path}"
        );
    }
    assert_eq!(world.list(&world.ben, "").await, (vec!["b".to_owned()], 1));
    let review = world
        .ben
        .post(
            &format!("/v2/project/{}/tasks/next", world.project),
            json!({ "stage": "Review" }),
        )
        .await;
    assert_eq!(review.code(), "access.right_missing");

    let skipped = world
        .ada
        .post(&format!("/v2/task/{}/skip", id(&adas)), json!({}))
        .await;
    assert_eq!(
        (
            &skipped.data()["task"]["isSkipped"],
            &skipped.data()["task"]["assignee"]
        ),
        (&json!(true), &Value::Null)
    );
    let released = world
        .ben
        .post(&format!("/v2/task/{}/release", id(&bens)), json!({}))
        .await;
    assert_eq!(released.data()["task"]["assignee"], Value::Null);
    assert_eq!(id(&world.next(&world.ada, "Label").await), id(&bens));
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_refused_by_its_place() {
    let world = World::with(&["a"]).await;
    let task = world.next(&world.ada, "Label").await;
    for (answer, code) in [
        (
            json!({ "objects": [{ "polygon": [[1, 2], ["x", 4], [5, 6]] }] }),
            "answer.",
        ),
        (json!([]), "answer."),
        (json!({ "objects": {} }), "answer."),
    ] {
        let refused = annotate(&world.ada, &task, "", json!({ "answer": answer })).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        assert!(refused.code().starts_with(code), "{}", refused.body);
    }
    let brush = json!({ "answer": {}, "brushDataUrl": "https://x.test/a.png" });
    assert_eq!(
        annotate(&world.ada, &task, "", brush).await.code(),
        "answer.brush_unsupported"
    );
    let long = json!({ "answer": {}, "duration": -5 });
    assert_eq!(
        annotate(&world.ada, &task, "", long).await.code(),
        "task.duration_invalid"
    );
    let outside = json!({ "answer": { "objects": [{ "schemaId": "car", "point": [500, 5] }] } });
    let kept = annotate(&world.ada, &task, "", outside).await;
    let problems = kept.data()["problems"].as_array().unwrap();
    assert!(
        problems
            .iter()
            .any(|problem| problem["path"] == "objects[0].point"),
        "{problems:?}"
    );
    let unknown = world.ada.get("/v2/task/0123456789abcdef01234567").await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (StatusCode::NOT_FOUND, "task.not_found")
    );
}

#[tokio::test]
async fn a_changed_schema_loses_no_answer() {
    let world = World::with(&["a"]).await;
    let schema = |tools: Value| json!({ "categorySchema": { "tools": tools, "classifications": [], "relations": [] } });
    let seen = json!({ "tool": "radio", "title": "Seen", "schemaId": "seen",
        "options": [{ "value": "Whole", "schemaId": "whole" }] });
    let car = json!({ "tool": "polygon", "title": "Car", "schemaId": "car", "classifications": [seen] });
    let tree = json!({ "tool": "bounding-box", "title": "Tree", "schemaId": "tree" });
    let change = |tools: Value| {
        let path = format!("/v2/project/{}", world.project);
        let (owner, body) = (&world.owner, schema(tools));
        async move { owner.post(&path, body).await.data().clone() }
    };
    change(json!([car.clone()])).await;
    let task = world.next(&world.ada, "Label").await;
    let answer = json!({ "objects": [{ "objectId": "one", "schemaId": "car", "polygon": [[1, 2], [30, 4], [5, 60.25]],
        "classifications": [{ "schemaId": "seen", "answer": "whole" }] }] });
    annotate(&world.ada, &task, "", json!({ "answer": answer, "draft": true }))
        .await
        .data();
    let path = format!("/v2/task/{}", id(&task));
    let kept = world.ada.get(&path).await.data()["task"]["answer"].clone();
    assert_eq!(kept["tools"][0]["classifications"][0]["answer"], "whole");

    // The class goes: what was drawn stays, also when somebody saves what they were shown with more in it.
    change(json!([tree.clone()])).await;
    let shown = world.ada.get(&path).await.data()["task"]["answer"].clone();
    assert_eq!(shown, kept);
    let mut more = shown;
    let box_of_tree = json!({ "objectId": "two", "schemaId": "tree", "classifications": [],
        "bounding-box": { "x": 1, "y": 2, "width": 3, "height": 4 } });
    more["tools"].as_array_mut().unwrap().push(box_of_tree);
    let submit = annotate(&world.ada, &task, "nextStage=true", json!({ "answer": more })).await;
    assert_eq!(
        submit.data()["label"]["answer"]["tools"][0],
        kept["tools"][0],
        "{}",
        submit.body
    );

    // It comes back: what was drawn has its class again.
    change(json!([car, tree])).await;
    let task = world.owner.get(&path).await.data()["task"].clone();
    assert_eq!(task["answer"]["tools"][0], kept["tools"][0]);
    assert_eq!(task["answer"]["tools"][1]["objectId"], "two");
}
