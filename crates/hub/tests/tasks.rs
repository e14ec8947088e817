//! Tasks by the API: handed out, saved, submitted, reviewed, listed, requeued.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use axum::http::{Method, StatusCode};
use insitu_hub::testing::{Answer, Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

struct World {
    _hub: TestHub,
    owner: Person,
    ada: Person,
    ben: Person,
    rita: Person,
    project: String,
}

impl World {
    /// A project of these external IDs with two labelers and a reviewer.
    async fn with(external_ids: &[&str]) -> Self {
        let hub = TestHub::start().await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Birds").await;
        let people = [
            ("ada", ProjectRole::Labeler),
            ("ben", ProjectRole::Labeler),
            ("rita", ProjectRole::Reviewer),
        ];
        let mut members = Vec::new();
        for (name, role) in people {
            let roles = [(project.as_str(), role)];
            members.push(hub.member(&owner, name, OrganizationRole::Member, &roles).await);
        }
        let [ada, ben, rita] = members.try_into().unwrap();
        let asset = |id: &&str| json!({ "data": format!("https://example.com/{id}.jpg"), "externalId": id, "width": 100, "height": 80 });
        let assets: Vec<Value> = external_ids.iter().map(asset).collect();
        owner
            .post(
                &format!("/v2/project/{project}/cloud"),
                json!({ "assets": assets }),
            )
            .await
            .data();
        Self {
            _hub: hub,
            owner,
            ada,
            ben,
            rita,
            project,
        }
    }

    async fn next(&self, person: &Person, stage: &str) -> Value {
        let path = format!("/v2/project/{}/tasks/next", self.project);
        person.post(&path, json!({ "stage": stage })).await.data()["task"].clone()
    }

    async fn list(&self, person: &Person, query: &str) -> (Vec<String>, u64) {
        let path = format!("/v2/project/{}/tasks?limit=100&{query}", self.project);
        let answer = person.get(&path).await;
        let data = answer.data();
        let ids = data["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["externalId"].as_str().unwrap().to_owned());
        (ids.collect(), data["total"].as_u64().unwrap())
    }
}

fn id(task: &Value) -> &str {
    task["_id"].as_str().unwrap()
}

async fn annotate(person: &Person, task: &Value, query: &str, body: Value) -> Answer {
    person
        .post(&format!("/v2/annotate/{}?{query}", id(task)), body)
        .await
}

fn polygon(name: &str) -> Value {
    json!({ "objects": [{ "objectId": name, "schemaId": "car", "polygon": [[1, 2], [30, 4], [5, 60.25]], "mine": 7 }] })
}

#[tokio::test]
async fn a_task_goes_from_a_labeler_through_a_reviewer_and_back_to_complete() {
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
    let path = format!("/v2/review/{}", id(&task));
    let fixed = json!({ "reviewStatus": "Fixed", "answer": polygon("fine"), "revision": 1 });
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
