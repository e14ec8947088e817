//! Changing every asset that a filter lets through.

use std::sync::Arc;

use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::FixedClock;
use insitu_model::role::OrganizationRole;
use serde_json::{Value, json};

use crate::story::{Story, row};

async fn change(story: &Story, change: Value, filters: Value) -> Value {
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let ordered = story
        .owner
        .post(&path, json!({ "change": change, "filters": filters }))
        .await;
    assert_eq!(ordered.status, 201, "{:?}", ordered.body);
    ordered.data()["change"].clone()
}

#[tokio::test]
async fn a_short_change_has_ended_when_it_is_answered() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a"), row("b"), row("a")]), "").await;
    let path = format!("/v2/batches/{}", story.project);
    story.owner.post(&path, json!({ "name": "Monday" })).await;
    let into = json!({ "batches": { "add": ["Monday"] } });
    let done = change(&story, into, json!({ "externalId": "a" })).await;
    assert_eq!(
        (&done["state"], &done["assetsDone"]),
        (&json!("completed"), &json!(2))
    );
    assert_eq!(
        story.each("batches").await,
        [json!(["Monday"]), json!([]), json!(["Monday"])]
    );
    let listed = story.owner.get(&path).await;
    assert_eq!(listed.data()["batches"][0]["assets"], 2);

    let done = change(&story, json!({ "priority": 9 }), json!({})).await;
    assert_eq!(done["assetsDone"], 3);
    assert_eq!(story.each("priority").await, [9, 9, 9]);

    let done = change(&story, json!("delete"), json!({ "batches": ["Monday"] })).await;
    assert_eq!(
        (&done["kind"], &done["assetsDone"]),
        (&json!("delete"), &json!(2))
    );
    assert_eq!(story.each("externalId").await, [json!("b")]);
    let done = change(&story, json!("restore"), json!({ "externalId": "a" })).await;
    assert_eq!(done["assetsDone"], 2);
    assert_eq!(story.each("externalId").await.len(), 3);

    let id = done["_id"].as_str().unwrap();
    let of_project = format!("/v2/project/{}/assetChanges", story.project);
    let shown = story.owner.get(&format!("{of_project}/{id}")).await;
    assert_eq!(shown.data()["change"], done);
    assert_eq!(story.owner.get(&of_project).await.data()["total"], 4);
}

#[tokio::test]
async fn a_deletion_of_all_that_match_is_taken_back_by_its_id() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a"), row("b"), row("c")]), "").await;
    let earlier = change(&story, json!("delete"), json!({ "externalId": "a" })).await;
    let deletion = change(&story, json!("delete"), json!({})).await;
    assert_eq!(deletion["assetsDone"], 2);
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let of = |change: &Value| format!("{path}/{}/undo", change["_id"].as_str().unwrap());
    let undone = story.owner.post(&of(&deletion), json!({})).await;
    assert_eq!(undone.status, 201, "{:?}", undone.body);
    let undone = undone.data()["change"].clone();
    assert_eq!(
        (&undone["kind"], &undone["state"], &undone["assetsDone"]),
        (&json!("restore"), &json!("completed"), &json!(2))
    );
    assert_eq!(undone["undoes"], deletion["_id"]);
    assert_eq!(story.each("externalId").await, [json!("b"), json!("c")]);
    story.owner.post(&of(&earlier), json!({})).await.data();
    assert_eq!(story.each("externalId").await.len(), 3);
    let refused = story.owner.post(&of(&undone), json!({})).await;
    assert_eq!(refused.status, 409, "{:?}", refused.body);
    let records = story
        .owner
        .get(&format!(
            "/v2/project/{}/auditRecords?action=assets.changed",
            story.project
        ))
        .await;
    assert_eq!(records.data()["records"][1]["details"]["undoes"], deletion["_id"]);
}

#[tokio::test]
async fn a_change_of_batches_or_priority_is_taken_back_where_nobody_changed_it_after() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a"), row("b"), row("c")]), "").await;
    let path = format!("/v2/batches/{}", story.project);
    story.owner.post(&path, json!({ "name": "Monday" })).await;
    let batched = change(&story, json!({ "batches": { "add": ["Monday"] } }), json!({})).await;
    let high = change(&story, json!({ "priority": 9 }), json!({})).await;
    change(&story, json!({ "priority": 4 }), json!({ "externalId": "b" })).await;
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let undo = async |change: &Value| {
        let of = format!("{path}/{}/undo", change["_id"].as_str().unwrap());
        let answer = story.owner.post(&of, json!({})).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.data()["change"].clone()
    };
    let undone = undo(&high).await;
    assert_eq!(
        (&undone["kind"], &undone["undoes"], &undone["state"]),
        (&json!("priority"), &high["_id"], &json!("completed"))
    );
    assert_eq!(
        (&undone["assetsDone"], &undone["assetsLeft"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(story.each("priority").await, [0, 4, 0]);
    let records = format!(
        "/v2/project/{}/auditRecords?action=assets.change_ended",
        story.project
    );
    let told = story.owner.get(&records).await.data()["records"][0]["details"].clone();
    assert_eq!(
        (&told["undoes"], &told["assets"], &told["leftAlone"]),
        (&high["_id"], &json!(2), &json!(1))
    );

    let undone = undo(&batched).await;
    assert_eq!(
        (&undone["kind"], &undone["assetsDone"]),
        (&json!("batches"), &json!(3))
    );
    assert_eq!(story.each("batches").await, [json!([]), json!([]), json!([])]);
    let again = format!("{path}/{}/undo", batched["_id"].as_str().unwrap());
    let refused = story.owner.post(&again, json!({})).await;
    assert_eq!(refused.status, 409, "{:?}", refused.body);
    assert_eq!(refused.code(), "asset_change.conflict");
}

#[tokio::test]
async fn what_nobody_counted_beforehand_is_on_record_with_its_number_at_its_end() {
    const ASSETS: usize = 5_001;
    let story = Story::begin().await;
    let rows: Vec<Value> = (0..ASSETS).map(|n| row(&n.to_string())).collect();
    story.import_rows(json!(rows), "").await;
    let ordered = change(&story, json!("delete"), json!({ "status": "ToDo" })).await;
    let path = format!("/v2/project/{}/assetChanges", story.project);
    let id = ordered["_id"].as_str().unwrap();
    let ended = loop {
        let shown = story.owner.get(&format!("{path}/{id}")).await.data()["change"].clone();
        if shown["state"] == "completed" {
            break shown;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(ended["assetsDone"], ASSETS);
    let records = format!("/v2/project/{}/auditRecords?action=assets", story.project);
    let records = story.owner.get(&records).await.data()["records"].clone();
    let of = |action: &str| {
        let each = records.as_array().unwrap();
        each.iter().find(|record| record["action"] == action).unwrap()["details"]["assets"].clone()
    };
    assert_eq!(of("assets.changed"), Value::Null);
    assert_eq!(of("assets.change_ended"), ASSETS);
}

#[tokio::test]
async fn a_batch_is_deleted_and_its_assets_stay() {
    let story = Story::begin().await;
    story
        .import_rows(json!([row("a")]), "batches=%5B%22Monday%22%5D")
        .await;
    let path = format!("/v2/batches/{}", story.project);
    let gone = story.owner.delete(&format!("{path}/Monday"), json!({})).await;
    assert_eq!(gone.data()["batch"]["name"], "Monday");
    assert_eq!(story.each("batches").await, [json!([])]);
    assert_eq!(story.owner.get(&path).await.data()["total"], 0);
    let again = story.owner.delete(&format!("{path}/Monday"), json!({})).await;
    assert_eq!(again.code(), "batch.not_found");
}

#[tokio::test]
async fn an_order_that_cannot_be_meant_is_refused_by_name() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a")]), "").await;
    let path = format!("/v2/project/{}/assetChanges", story.project);
    for (body, code) in [
        (json!({ "change": "delete" }), "request.body_invalid"),
        (json!({ "change": "burn", "filters": {} }), "request.body_invalid"),
        (
            json!({ "change": "delete", "filters": [] }),
            "request.filters_invalid",
        ),
        (
            json!({ "change": "delete", "filters": { "size": 1 } }),
            "request.filters_invalid",
        ),
        (
            json!({ "change": "delete", "filters": { "batches": ["Nowhere"] } }),
            "request.filters_invalid",
        ),
        (
            json!({ "change": { "batches": {} }, "filters": {} }),
            "asset_change.no_batches",
        ),
        (
            json!({ "change": { "batches": { "add": ["Nowhere"] } }, "filters": {} }),
            "batch.not_found",
        ),
        (
            json!({ "change": { "priority": 5000 }, "filters": {} }),
            "import.priority_invalid",
        ),
    ] {
        let refused = story.owner.post(&path, body.clone()).await;
        assert_eq!(refused.code(), code, "{body}");
    }
    assert_eq!(story.each("externalId").await, [json!("a")]);
}

/// A hub at the first moment of time, when no lease has run out and so nothing that waits is worked on, and a deletion
/// that waits in a project.
async fn waiting_deletion() -> (TestHub, Arc<FixedClock>, Person, String, Value) {
    let clock = Arc::new(FixedClock::at(0));
    let hub = TestHub::start_at(clock.clone(), |_| {}).await;
    let owner = hub.owner("Acme").await;
    let project = owner.project("Birds").await;
    let order = json!({ "change": "delete", "filters": {} });
    let path = format!("/v2/project/{project}/assetChanges");
    let ordered = owner.post(&path, order).await.data()["change"].clone();
    assert_eq!(ordered["state"], "queued");
    (hub, clock, owner, project, ordered)
}

async fn records_of(owner: &Person, action: &str) -> Value {
    let path = format!(
        "/v2/organization/{}/auditRecords?action={action}",
        owner.organization
    );
    owner.get(&path).await.data()["records"].clone()
}

#[tokio::test]
async fn a_change_whose_project_is_deleted_fails_and_is_over() {
    let (hub, clock, owner, project, ordered) = waiting_deletion().await;
    owner
        .delete(&format!("/v2/project/{project}"), json!({}))
        .await
        .data();
    clock.advance_ms(1);
    hub.hub.jobs.asset_changes.one_arrived();
    let ended = loop {
        let records = records_of(&owner, "assets.change_ended").await;
        if let Some(ended) = records.as_array().unwrap().first() {
            break ended["details"].clone();
        }
        tokio::task::yield_now().await;
    };
    let told = json!({ "change": ordered["_id"], "kind": "delete", "assets": 0, "state": "failed" });
    assert_eq!(ended, told);
}

#[tokio::test]
async fn a_change_that_is_cancelled_while_it_waits_is_on_record_as_having_changed_nothing() {
    let (hub, _, owner, project, ordered) = waiting_deletion().await;
    let manager = hub.member(&owner, "Mia", OrganizationRole::Admin, &[]).await;
    let id = ordered["_id"].as_str().unwrap();
    let path = format!("/v2/project/{project}/assetChanges/{id}/cancel");
    for _ in 0..2 {
        let cancelled = manager.post(&path, json!({})).await.data()["change"].clone();
        assert_eq!(cancelled["state"], "cancelled");
    }
    let told = json!({ "change": id, "kind": "delete" });
    let ended = json!({ "change": id, "kind": "delete", "assets": 0, "state": "cancelled" });
    for (action, details) in [("assets.change_cancelled", told), ("assets.change_ended", ended)] {
        let records = records_of(&owner, action).await;
        assert_eq!(records.as_array().unwrap().len(), 1, "{action}");
        assert_eq!(records[0]["details"], details);
        assert_eq!(records[0]["email"], manager.email, "{action}");
    }
}
