//! An export whose hub is killed in the middle: the other hub ends it, and nobody sees from the file that anything was.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use bytes::Bytes;
use insitu_hub::jobs::{LEASE_MS, wait_for_export, wait_for_import};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::id::ExportId;
use insitu_model::job::JobState;
use insitu_store::exports::{self, Export};
use insitu_store::testing::postgres_server;
use serde_json::{Value, json};

use crate::gate::holds;
use crate::pair::{fetch, list, text};
use crate::program::{Later, Program};

const TASKS: usize = 9_000;
/// Checkpoints of this format come after so many tasks each.
const CHECKPOINT: u64 = 4_000;

async fn ordered(ada: &Person, project: &str) -> String {
    let path = format!("/v2/project/{project}/exports");
    let asked = ada.post(&path, json!({ "format": "json", "stage": [] })).await;
    text(&asked.data()["export"]["_id"])
}

/// The export once it has ended, waited for at this hub.
async fn ended(hub: &TestHub, ada: &Person, id: &str) -> Export {
    let organization = ada.organization.parse().unwrap();
    wait_for_export(&hub.hub, organization, id.parse().unwrap())
        .await
        .unwrap()
}

async fn file(hub: &TestHub, ada: &Person, id: &str) -> Bytes {
    let shown = ada.at(hub).get(&format!("/v2/exports/{id}")).await;
    fetch(hub, &text(&shown.data()["export"]["downloadUrl"])).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_whose_hub_is_killed_is_ended_by_the_other_with_the_bytes_of_one_that_nobody_disturbed() {
    if postgres_server().is_none() {
        return;
    }
    let mut watching = TestHub::start().await;
    let ada = watching.owner("Acme").await;
    let (organization, project) = (ada.organization.parse().unwrap(), ada.project("Streets").await);
    let path = format!("/v2/project/{project}/imports?name=a.ndjson");
    let received = ada.send(Method::POST, &path, Body::from(list("a", TASKS))).await;
    let import = text(&received.data()["import"]["_id"]).parse().unwrap();
    wait_for_import(&watching.hub, organization, import)
        .await
        .unwrap();
    let undisturbed = ordered(&ada, &project).await;
    ended(&watching, &ada, &undisturbed).await;
    let whole = file(&watching, &ada, &undisturbed).await;
    // From here on this one only watches.
    watching.stop_working().await;

    let id = ordered(&ada, &project).await;
    let second = format!(
        "NEW.tasks_done = {} AND NEW.checkpoint IS DISTINCT FROM OLD.checkpoint",
        2 * CHECKPOINT
    );
    let gate = watching.postgres().close_gate(("UPDATE", "exports"), &second);
    let folder = watching.folder_for_another();
    let mut hub = Program::start(&watching, folder.path());
    holds(&gate, &mut hub).await;
    hub.kill();
    gate.open();
    let export: ExportId = id.parse().unwrap();
    let left = watching
        .hub
        .db
        .read(move |tx| exports::get(tx, organization, export))
        .await
        .unwrap();
    assert_eq!(left.state, JobState::Running);
    let stand: Value = serde_json::from_str(&left.checkpoint.unwrap()).unwrap();
    assert_eq!(
        stand["tasksDone"], CHECKPOINT,
        "the second checkpoint is only in the files"
    );

    // To this one, the lease of whoever was killed has run out.
    let clock = Arc::new(Later(LEASE_MS + 1));
    let mut other = watching.another_at(clock, |_| {}).await;
    let end = ended(&other, &ada, &id).await;
    assert_eq!(end.state, JobState::Completed, "{:?}", end.error);
    assert_eq!(end.progress.tasks_done, TASKS as u64);
    let same = file(&other, &ada, &id).await == whole;
    assert!(
        same,
        "the file is another than that of an export that nobody disturbed"
    );
    // Whoever works tidies up before it stops.
    other.stop_working().await;
    let left: BTreeSet<String> = std::fs::read_dir(watching.hub.config.exports_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        left,
        BTreeSet::from([format!("{undisturbed}.zip"), format!("{id}.zip")])
    );
}
