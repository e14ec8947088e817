//! A hub that is killed as `kill -9` kills it: what it had begun, another one ends.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use insitu_hub::jobs::{LEASE_MS, wait_for_import};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::import::ImportState;
use insitu_store::testing::postgres_server;
use insitu_store::{Tx, imports};

use crate::pair::{list, text};
use crate::program::{Later, Program};

const ROWS: u64 = 80_000;
const KILLS: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_hubs_are_killed_one_after_the_other_is_ended_by_the_last_each_row_once() {
    if postgres_server().is_none() {
        return;
    }
    // This one only watches.
    let mut watching = TestHub::start().await;
    watching.stop_working().await;
    let ada = watching.owner("Acme").await;
    let project = ada.project("Street scenes").await;
    let list = Body::from(list("a", ROWS as usize));
    let path = format!("/v2/project/{project}/imports?name=a.ndjson");
    let received = ada.send(Method::POST, &path, list).await;
    let id = text(&received.data()["import"]["_id"]);
    let seen = async || ada.get(&format!("/v2/imports/{id}")).await.data()["import"].clone();
    let assets = format!("/v2/project/{project}/assets?limit=1");
    let mut read = 0;
    for kill in 1..=KILLS {
        let folder = watching.folder_for_another();
        let mut hub = Program::start(&watching, folder.path());
        let far_enough = read.max(ROWS * kill / (KILLS + 2));
        while seen().await["rowsRead"].as_u64().unwrap() <= far_enough {
            hub.assert_lives();
            tokio::task::yield_now().await;
        }
        hub.kill();
        let left = seen().await;
        assert_eq!(left["state"], "running", "it was killed in the middle: {left}");
        read = left["rowsRead"].as_u64().unwrap();
        assert_eq!(
            ada.get(&assets).await.data()["total"],
            0,
            "nothing half-done shows"
        );
        if kill < KILLS {
            let run_out = |tx: &mut Tx| imports::free_all(tx, i64::MAX);
            watching.hub.db.claim(run_out).await.unwrap();
        }
    }

    // To this one, the lease of whoever was killed last has run out by itself.
    let clock = Arc::new(Later(LEASE_MS + 1));
    let other = watching.another_at(clock, |_| {}).await;
    let organization = ada.organization.parse().unwrap();
    let ended = wait_for_import(&other.hub, organization, id.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(ended.state, ImportState::Completed, "{:?}", ended.error);
    assert_eq!(
        (ended.progress.rows_read, ended.progress.rows_imported),
        (ROWS, ROWS)
    );
    let names = external_ids(&ada.at(&other), &project).await;
    assert_eq!(names.len() as u64, ROWS);
    assert_eq!(names.into_iter().collect::<HashSet<_>>().len() as u64, ROWS);
}

/// Every external ID of the project, page by page.
async fn external_ids(person: &Person, project: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v2/project/{project}/assets?limit=1000&cursor={cursor}");
        let page = person.get(&path).await.data().clone();
        found.extend(
            page["assets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|asset| text(&asset["externalId"])),
        );
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return found,
        }
    }
}
