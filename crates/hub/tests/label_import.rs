//! Labels that come from lists: with the assets, or for assets that are there.

#![expect(
    clippy::unwrap_used,
    reason = "tests stop at the first thing that is not as it should be"
)]

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insitu_hub::testing::{Person, TestHub};
use insitu_store::projects::{self, ProjectChange};
use serde_json::{Value, json};

/// A project with a schema, and four assets.
struct Story {
    hub: TestHub,
    owner: Person,
    project: String,
}

impl Story {
    async fn begin() -> Self {
        let hub = TestHub::start().await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        let story = Self { hub, owner, project };
        story.set_schema().await;
        story
    }

    async fn set_schema(&self) {
        let boxes = |title: &str, id: &str| json!({ "tool": "bounding-box", "title": title, "schemaId": id });
        let schema = json!({
            "tools": [boxes("Cat", "cat"), boxes("Twin", "twin-1"), boxes("Twin", "twin-2")],
            "classifications": [{ "tool": "radio", "title": "Mood", "schemaId": "mood", "required": true,
                "options": [{ "value": "calm", "schemaId": "calm-id" }, { "value": "wild", "schemaId": "wild-id" }] }],
            "relations": []
        });
        let change = ProjectChange {
            category_schema: Some(schema.to_string()),
            ..ProjectChange::default()
        };
        let organization = self.owner.organization.parse().unwrap();
        let project = self.project.parse().unwrap();
        self.hub
            .hub
            .db
            .write(move |tx| projects::update(tx, organization, project, &change, 1))
            .await
            .unwrap();
    }

    /// Imports rows the SDK's way; the counts.
    async fn cloud(&self, rows: Value) -> Value {
        let path = format!("/v2/project/{}/cloud", self.project);
        let answer = self.owner.post(&path, json!({ "assets": rows })).await;
        answer.data()["assets"].clone()
    }

    async fn import_labels(&self, rows: Value) -> Value {
        let body = json!({ "project": self.project, "jsonContent": rows });
        self.owner.post("/v2/import/labels", body).await.data().clone()
    }

    /// The task of the asset with this external ID, with its answer.
    async fn task(&self, external_id: &str) -> Value {
        let path = format!("/v2/project/{}/tasks?includeAnswer=true&limit=100", self.project);
        let tasks = self.owner.get(&path).await.data()["tasks"].clone();
        let found = tasks.as_array().unwrap().iter();
        let mut found = found.filter(|task| task["externalId"] == external_id);
        found.next().unwrap().clone()
    }

    /// How many assets came with labels, by the filter.
    async fn pre_labeled(&self) -> u64 {
        let path = format!(
            "/v2/project/{}/assets?filters={{%22isPreLabeled%22:true}}",
            self.project
        );
        let answer = self.owner.get(&path).await;
        let data = answer.data();
        let listed = data["assets"].as_array().unwrap();
        assert!(listed.iter().all(|asset| asset["isPreLabeled"] == true));
        assert_eq!(listed.len() as u64, data["total"].as_u64().unwrap());
        listed.len() as u64
    }

    /// The external IDs of the assets whose answers are so, oldest first.
    async fn found(&self, conditions: &Value) -> String {
        let filters = json!({ "answers": conditions }).to_string();
        let encoded: String = filters.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let path = format!(
            "/v2/project/{}/assets?sort=createdAt&filters={encoded}",
            self.project
        );
        let answer = self.owner.get(&path).await;
        let listed = answer.data()["assets"].as_array().unwrap().clone();
        let names = listed.iter().map(|asset| asset["externalId"].as_str().unwrap());
        names.collect()
    }
}

fn asset(external_id: &str) -> Value {
    json!({ "data": format!("https://example.com/{external_id}.jpg"), "externalId": external_id })
}

fn cat(title: &str) -> Value {
    json!({ "title": title, "bounding-box": { "x": 1, "y": 2, "width": 3, "height": 4 } })
}

fn codes(refused: &Value) -> Vec<(u64, String)> {
    let refused = refused["refused"].as_array().unwrap().iter();
    refused
        .map(|one| {
            (
                one["index"].as_u64().unwrap(),
                one["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

#[tokio::test]
async fn labels_come_with_their_assets_where_they_fit() {
    let story = Story::begin().await;
    let with = |external_id: &str, name: &str, list: Value| {
        let mut row = asset(external_id);
        row[name] = list;
        row
    };
    let counts = story
        .cloud(json!([
            asset("plain"),
            with("cat", "objects", json!([cat("Cat")])),
            with(
                "mood",
                "classifications",
                json!([{ "title": "Mood", "answer": "wild" }])
            ),
            with("dog", "tools", json!([cat("Dog")])),
            with("twin", "tools", json!([cat("Twin")])),
            with(
                "broken",
                "tools",
                json!([{ "title": "Cat", "bounding-box": { "x": "left" } }])
            ),
            with("empty", "objects", json!([])),
        ]))
        .await;
    assert_eq!(counts["assetsCreated"], 7);
    assert_eq!(
        (&counts["preLabelsCount"], &counts["validPreLabelsCount"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(story.pre_labeled().await, 2);
    let task = story.task("cat").await;
    assert_eq!(
        (&task["isPreLabeled"], &task["stage"]),
        (&json!(true), &json!("Label"))
    );
    assert_eq!(task["answer"]["tools"][0]["schemaId"], "cat");
    assert_eq!(
        story.task("mood").await["answer"]["classifications"][0]["answer"],
        "wild-id"
    );
    assert_eq!(story.task("dog").await["answer"]["tools"], json!([]));
    let report = format!("/v2/imports/{}/report", counts["importId"].as_str().unwrap());
    let report = story.owner.get(&report).await.body;
    let lines: Vec<Value> = report
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = lines
        .iter()
        .map(|line| (line["index"].as_u64().unwrap(), line["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        &said[..2],
        [(3, "answer.class_unknown"), (4, "answer.title_ambiguous")]
    );
    assert_eq!((said.len(), said[2].0), (3, 5));
    assert!(lines.iter().all(|line| line["severity"] == "notice"));
}

#[tokio::test]
async fn labels_find_their_assets_by_external_id_and_address() {
    let story = Story::begin().await;
    let mut same = asset("b");
    same["externalId"] = json!("a");
    story
        .cloud(json!([asset("a"), same, asset("c"), asset("d")]))
        .await;
    let data = story
        .import_labels(json!([
            { "externalId": "a", "objects": [cat("Cat")] },
            { "data": "https://EXAMPLE.com/c.jpg", "tools": [cat("Cat")] },
            { "externalId": "d", "data": "https://example.com/other.jpg", "objects": [cat("Cat")] },
            { "externalId": "nobody", "objects": [cat("Cat")] },
            { "externalId": "d", "objects": [cat("Twin")] },
            { "externalId": "d", "objects": [cat("Cat"), cat("Dog")] },
            { "externalId": "d" },
            7
        ]))
        .await;
    assert_eq!(data["project"], "3 / 9 tasks are labeled.");
    assert_eq!(
        codes(&data),
        [
            (2, "labels.asset_not_found".to_owned()),
            (3, "labels.asset_not_found".to_owned()),
            (4, "answer.title_ambiguous".to_owned()),
            (5, "answer.class_unknown".to_owned()),
            (6, "labels.empty".to_owned()),
            (7, "labels.not_object".to_owned()),
        ]
    );
    assert_eq!(data["refused"][3]["field"], "objects[1].title");
    assert_eq!(story.pre_labeled().await, 3);
    for external_id in ["a", "c"] {
        let task = story.task(external_id).await;
        assert_eq!(
            (&task["isPreLabeled"], &task["status"]),
            (&json!(true), &json!("TODO"))
        );
        assert_eq!(task["answer"]["tools"][0]["schemaId"], "cat");
    }
    assert_eq!(story.task("d").await["isPreLabeled"], false);
}

#[tokio::test]
async fn a_task_that_somebody_has_worked_on_keeps_its_answer() {
    let story = Story::begin().await;
    story.cloud(json!([asset("a"), asset("b")])).await;
    let id = story.task("a").await["_id"].as_str().unwrap().to_owned();
    let answer = json!({ "objects": [], "classifications": [{ "schemaId": "mood", "answer": "calm-id" }], "relations": [] });
    let saved = story
        .owner
        .post(
            &format!("/v2/annotate/{id}"),
            json!({ "answer": answer, "duration": 1 }),
        )
        .await;
    assert_eq!(saved.status, StatusCode::OK);
    let row = |external_id: &str| json!({ "externalId": external_id, "objects": [cat("Cat")] });
    let data = story.import_labels(json!([row("a"), row("b")])).await;
    assert_eq!(data["project"], "1 / 2 tasks are labeled.");
    assert_eq!(codes(&data), [(0, "labels.task_worked_on".to_owned())]);
    assert_eq!(
        story.task("a").await["answer"]["classifications"][0]["answer"],
        "calm-id"
    );
    // Labels from a list may come again, as long as nobody has worked on them.
    let again = json!([{ "externalId": "b", "classifications": [{ "title": "Mood", "answer": "wild" }] }]);
    assert_eq!(story.import_labels(again).await["labeled"], 1);
    let answer = story.task("b").await["answer"].clone();
    assert_eq!(
        (&answer["tools"], &answer["classifications"][0]["answer"]),
        (&json!([]), &json!("wild-id"))
    );
}

#[tokio::test]
async fn the_other_dialect_is_understood_and_no_other() {
    let story = Story::begin().await;
    story.cloud(json!([asset("a")])).await;
    let id = story.task("a").await["asset"]["_id"].clone();
    let labels = json!([{ "assetId": id, "answer": { "objects": [cat("Cat")] }, "status": "Completed" }]);
    let body = json!({ "project": story.project, "labels": labels });
    let answer = story.owner.post("/v2/import/labels", body).await;
    assert_eq!(answer.data()["project"], "1 / 1 tasks are labeled.");
    let answer = story
        .owner
        .post("/v2/import/labels", json!({ "project": story.project }))
        .await;
    assert_eq!(answer.code(), "labels.missing");
}

#[tokio::test]
async fn a_list_of_labels_may_be_larger_than_other_bodies_but_not_endless() {
    let story = Story::begin().await;
    story.cloud(json!([asset("a")])).await;
    let objects: Vec<Value> = (0..40_000).map(|_| cat("Cat")).collect();
    let body =
        json!({ "project": story.project, "jsonContent": [{ "externalId": "a", "objects": objects }] });
    assert!(body.to_string().len() > insitu_hub::api::service::MAX_BODY_BYTES);
    let answer = story.owner.post("/v2/import/labels", body).await;
    assert_eq!(answer.data()["labeled"], 1);
    let endless = Body::from(vec![
        b' ';
        insitu_hub::api::imports::labels::MAX_LABELS_BODY_BYTES + 1
    ]);
    let answer = story.owner.send(Method::POST, "/v2/import/labels", endless).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn assets_are_found_by_what_was_answered_however_it_came() {
    let story = Story::begin().await;
    let calm = json!([{ "title": "Mood", "answer": "calm" }]);
    let mut first = asset("a");
    first["objects"] = json!([cat("Cat")]);
    first["classifications"] = calm.clone();
    story
        .cloud(json!([first, asset("b"), asset("c"), asset("d")]))
        .await;
    story
        .import_labels(json!([{ "externalId": "b", "objects": [cat("Cat")] }]))
        .await;
    let task = story.task("c").await;
    let answer = json!({ "answer": { "classifications": [{ "schemaId": "mood", "answer": "calm-id" }, { "schemaId": "old", "answer": "x" }] } });
    let path = format!("/v2/annotate/{}", task["_id"].as_str().unwrap());
    story.owner.post(&path, answer).await.data();
    for (conditions, expected) in [
        (json!([{ "schemaId": "cat" }]), "ab"),
        (json!([{ "schemaId": "cat", "exists": false }]), "cd"),
        (json!([{ "schemaId": "mood" }]), "ac"),
        (json!([{ "schemaId": "mood", "option": "calm-id" }]), "ac"),
        // By its value, as people know it.
        (
            json!([{ "schemaId": "mood", "option": "calm" }, { "schemaId": "cat", "exists": false }]),
            "c",
        ),
        (json!([{ "schemaId": "mood", "option": "wild" }]), ""),
        (json!([{ "schemaId": "old" }]), "c"),
        (json!([{ "schemaId": "never" }]), ""),
    ] {
        assert_eq!(story.found(&conditions).await, expected, "{conditions}");
    }
    // The next answer counts, and a change of all that match means the same assets.
    let answer = json!({ "answer": { "classifications": [{ "schemaId": "mood", "answer": "wild-id" }] } });
    story.owner.post(&path, answer).await.data();
    let wild = json!([{ "schemaId": "mood", "option": "wild" }]);
    assert_eq!(story.found(&wild).await, "c");
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let order = json!({ "change": "delete", "filters": { "answers": wild } });
    story.owner.post(&path, order).await.data();
    assert_eq!(story.found(&json!([{ "schemaId": "mood" }])).await, "a");
}

#[tokio::test]
async fn a_list_longer_than_what_is_looked_up_at_once_is_labeled_to_its_end() {
    const ASSETS: usize = 4_001;
    let story = Story::begin().await;
    let data = |n: usize| format!("https://example.com/{n}.jpg");
    let rows: Vec<Value> = (0..ASSETS)
        .map(|n| json!({ "data": data(n), "externalId": n.to_string() }))
        .collect();
    story.cloud(json!(rows)).await;
    let mood = json!([{ "title": "Mood", "answer": "calm" }]);
    let mut labels: Vec<Value> = (0..501)
        .map(|n| json!({ "externalId": n.to_string(), "classifications": mood }))
        .collect();
    labels.push(json!({ "data": data(ASSETS - 1), "classifications": mood }));
    let done = story.import_labels(json!(labels)).await;
    assert_eq!(done["labeled"], 502, "{}", done["refused"]);
    assert_eq!(done["refused"], json!([]));
}

#[tokio::test]
async fn a_list_of_more_rows_than_one_may_have_is_refused_whole() {
    let story = Story::begin().await;
    let body = json!({ "project": story.project, "jsonContent": vec![json!({}); 100_001] });
    let refused = story.owner.post("/v2/import/labels", body).await;
    assert_eq!(refused.code(), "labels.too_many_rows");
}
