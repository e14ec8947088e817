//! Changes of many assets whose hub is killed in the middle: the other hub ends them, each asset is changed once, and
//! how many it were is on record once.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use insitu_hub::jobs::{LEASE_MS, wait_for_asset_change, wait_for_import};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::job::JobState;
use insitu_store::testing::postgres_server;
use serde_json::{Value, json};

use crate::gate::holds;
use crate::pair::{list, text};
use crate::program::{Later, Program};

const ROWS: usize = 2_000;
/// Assets that one step changes.
const STEP: u64 = 500;

/// What became of a change.
struct Ended {
    ada: Person,
    project: String,
    /// Kept for its database.
    _watching: TestHub,
    _other: TestHub,
}

impl Ended {
    async fn data(&self, path: &str) -> Value {
        let path = format!("/v2/project/{}/{path}", self.project);
        self.ada.get(&path).await.data().clone()
    }

    async fn each(&self, list: &str, property: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for page in 1..=2 {
            let page = self.data(&format!("{list}?limit=1000&page={page}")).await;
            let rows = page[list].as_array().unwrap().iter();
            found.extend(rows.map(|row| row[property].clone()));
        }
        found
    }

    async fn recorded(&self, action: &str) -> Vec<Value> {
        let records = self
            .data(&format!("auditRecords?limit=1000&action={action}"))
            .await;
        let records = records["records"].as_array().unwrap().iter();
        records.map(|record| record["details"].clone()).collect()
    }
}

/// Orders a change of everything, kills the hub that is in the middle of it, deletes the last asset, which it did not
/// reach, and has another hub end it. None where there is no PostgreSQL.
async fn ended_after_a_kill(change: Value) -> Option<Ended> {
    postgres_server()?;
    let mut watching = TestHub::start().await;
    let ada = watching.owner("Acme").await;
    let project = ada.project("Streets").await;
    let organization = ada.organization.parse().unwrap();
    let monday = json!({ "name": "Monday" });
    ada.post(&format!("/v2/batches/{project}"), monday).await.data();
    let path = format!("/v2/project/{project}/imports?name=a.ndjson");
    let received = ada.send(Method::POST, &path, Body::from(list("a", ROWS))).await;
    let import = text(&received.data()["import"]["_id"]).parse().unwrap();
    wait_for_import(&watching.hub, organization, import)
        .await
        .unwrap();
    watching.stop_working().await;

    let third = format!(
        "NEW.assets_done = {} AND OLD.assets_done < NEW.assets_done",
        3 * STEP
    );
    let gate = watching
        .postgres()
        .close_gate(("UPDATE", "asset_changes"), &third);
    let folder = watching.folder_for_another();
    let mut hub = Program::start(&watching, folder.path());
    let order = json!({ "filters": {}, "change": change });
    let path = format!("/v2/project/{project}/assetChanges");
    let ordered = ada.post(&path, order).await;
    let id = text(&ordered.data()["change"]["_id"]);
    holds(&gate, &mut hub).await;
    hub.kill();
    gate.open();
    let left = ada.get(&format!("{path}/{id}")).await.data()["change"].clone();
    assert_eq!(
        (&left["state"], &left["assetsDone"]),
        (&json!("running"), &json!(2 * STEP)),
        "{left}"
    );
    let assets = format!("/v2/project/{project}/assets");
    let last = ada.get(&format!("{assets}?limit=1&sort=-createdAt")).await;
    let last = json!({ "assets": [last.data()["assets"][0]["_id"]] });
    let deleted = ada.delete(&assets, last).await;
    deleted.data();

    // To this one, the lease of whoever was killed has run out.
    let clock = Arc::new(Later(LEASE_MS + 1));
    let other = watching.another_at(clock, |_| {}).await;
    let end = wait_for_asset_change(
        &other.hub,
        organization,
        project.parse().unwrap(),
        id.parse().unwrap(),
    )
    .await
    .unwrap();
    assert_eq!(end.state, JobState::Completed, "{:?}", end.error);
    assert_eq!(end.assets_done, ROWS as u64 - 1);
    let ended = Ended {
        ada: ada.at(&other),
        project,
        _watching: watching,
        _other: other,
    };
    let ends = ended.recorded("assets.change_ended").await;
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(
        (&ends[0]["change"], &ends[0]["assets"], &ends[0]["state"]),
        (&json!(id), &json!(ROWS - 1), &json!("completed"))
    );
    Some(ended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_priority_whose_hub_is_killed_is_set_to_the_end_by_the_other() {
    let Some(ended) = ended_after_a_kill(json!({ "priority": 7 })).await else {
        return;
    };
    let expected = vec![json!(7); ROWS - 1];
    assert_eq!(ended.each("assets", "priority").await, expected);
    assert_eq!(ended.each("tasks", "priority").await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_whose_hub_is_killed_are_joined_to_the_end_by_the_other() {
    let change = json!({ "batches": { "add": ["Monday"], "remove": [] } });
    let Some(ended) = ended_after_a_kill(change).await else {
        return;
    };
    let expected = vec![json!(["Monday"]); ROWS - 1];
    assert_eq!(ended.each("assets", "batches").await, expected);
    let batches = ended.ada.get(&format!("/v2/batches/{}", ended.project)).await;
    assert_eq!(batches.data()["batches"][0]["assets"], ROWS - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_whose_hub_is_killed_is_done_to_the_end_by_the_other() {
    let Some(ended) = ended_after_a_kill(json!("delete")).await else {
        return;
    };
    let total = async |query: &str| ended.data(&format!("assets?limit=1{query}")).await["total"].clone();
    assert_eq!(total("").await, 0);
    let deleted = "&filters=%7B%22state%22%3A%22deleted%22%7D";
    assert_eq!(total(deleted).await, ROWS);
    let project = ended.ada.get(&format!("/v2/project/{}", ended.project)).await;
    assert_eq!(project.data()["project"]["assetCount"], 0);
}
