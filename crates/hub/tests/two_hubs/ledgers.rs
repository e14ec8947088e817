//! Two hubs whose journals of signed URLs lie in one folder: neither takes the other's away while it lives, and what a
//! killed one had not moved is moved by whoever comes next, each record once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use insitu_hub::cli::client::Client;
use insitu_hub::ledger;
use insitu_hub::testing::{Person, TestHub};
use insitu_store::testing::postgres_server;
use serde_json::{Value, json};

use crate::gate::holds;
use crate::pair::text;
use crate::program::Program;

/// Nobody answers there, which a hub that signs does not notice.
const ENDPOINT: &str = "http://127.0.0.1:9";
const ASSETS: usize = 12;

/// An owner and assets in a storage, on a hub beside which others work in the same folder.
struct Story {
    one: TestHub,
    ada: Person,
    sign: String,
    assets: Vec<String>,
}

impl Story {
    /// None where there is no PostgreSQL.
    async fn begin() -> Option<Self> {
        postgres_server()?;
        let one = TestHub::start().await;
        let ada = one.owner("Acme").await;
        let project = ada.project("Streets").await;
        let form = json!({ "name": "photos", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
            "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1", "region": "eu-central-1", "endpoint": ENDPOINT });
        let storage = text(&ada.post("/v2/storages", form).await.data()["storage"]["_id"]);
        let rows: Vec<Value> = (0..ASSETS)
            .map(|n| json!({ "data": format!("{ENDPOINT}/photos/{n}.jpg"), "storage": storage }))
            .collect();
        let cloud = format!("/v2/project/{project}/cloud");
        ada.post(&cloud, json!({ "assets": rows })).await.data();
        let listed = ada.get(&format!("/v2/project/{project}/assets?limit=100")).await;
        let assets = listed.data()["assets"].as_array().unwrap().iter();
        Some(Self {
            assets: assets.map(|asset| text(&asset["_id"])).collect(),
            sign: format!("/v2/project/{project}/assets/sign"),
            one,
            ada,
        })
    }

    async fn sign_by(&self, client: &Client, assets: &[String]) {
        for asset in assets {
            let wanted = json!({ "assets": [asset] });
            let signed: Value = client.post(&self.sign, &wanted).await.unwrap();
            assert!(signed["urls"][0]["url"].is_string(), "{signed}");
        }
    }

    /// How often each asset is on record.
    async fn recorded(&self) -> BTreeMap<String, usize> {
        let path = format!("/v2/organization/{}/urlRecords?limit=1000", self.ada.organization);
        let mut times = BTreeMap::new();
        for record in self.ada.get(&path).await.data()["records"].as_array().unwrap() {
            for asset in record["assets"].as_array().unwrap() {
                *times.entry(text(asset)).or_default() += 1;
            }
        }
        times
    }

    fn each_once(&self) -> BTreeMap<String, usize> {
        self.assets.iter().map(|asset| (asset.clone(), 1)).collect()
    }

    fn journals(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.one.hub.config.ledger_dir()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Has everything signed by a hub in the same folder that is killed in the middle of moving what it wrote down.
    async fn signed_by_a_hub_that_is_killed(&mut self) {
        self.one.stop_working().await;
        let gate = self.one.postgres().close_gate(("INSERT", "url_records"), "TRUE");
        let folder = self.one.folder().to_owned();
        let mut hub = Program::start(&self.one, &folder);
        let client = hub.client_of(&self.ada, &folder).await;
        let (before, after) = self.assets.split_at(ASSETS / 2);
        self.sign_by(&client, before).await;
        holds(&gate, &mut hub).await;
        // The journal that is being moved is closed: these are in the next.
        self.sign_by(&client, after).await;
        ledger::take_over(&self.one.hub).await;
        ledger::settle(&self.one.hub).await.unwrap();
        hub.kill();
        gate.open();
        let journals = self.journals();
        assert!(
            journals.len() >= 2,
            "while it lived, they were its own: {journals:?}"
        );
        assert_eq!(self.recorded().await, BTreeMap::new());
        // As if it had been killed once more, between the database's word and the removal of the journal.
        let again = journals[0].with_file_name("again.journal");
        std::fs::copy(&journals[0], again).unwrap();
    }
}

#[tokio::test]
async fn hubs_that_share_the_folder_of_journals_leave_each_others_alone_and_lose_nothing() {
    let Some(story) = Story::begin().await else { return };
    let two = story.one.another_in_its_folder().await;
    for (number, asset) in story.assets.iter().enumerate() {
        let person = match number.is_multiple_of(2) {
            true => story.ada.clone(),
            false => story.ada.at(&two),
        };
        let signed = person.post(&story.sign, json!({ "assets": [asset] })).await;
        assert!(signed.data()["urls"][0]["url"].is_string(), "{}", signed.body);
    }
    // As each does once a minute, and once a second.
    for hub in [&story.one, &two] {
        ledger::take_over(&hub.hub).await;
    }
    for hub in [&story.one, &two] {
        ledger::settle(&hub.hub).await.unwrap();
    }
    assert_eq!(story.recorded().await, story.each_once());
    assert_eq!(story.journals(), [] as [PathBuf; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journals_of_a_killed_hub_are_moved_by_the_one_that_lives() {
    let Some(mut story) = Story::begin().await else {
        return;
    };
    story.signed_by_a_hub_that_is_killed().await;
    ledger::take_over(&story.one.hub).await;
    ledger::settle(&story.one.hub).await.unwrap();
    assert_eq!(story.recorded().await, story.each_once());
    assert_eq!(story.journals(), [] as [PathBuf; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journals_of_a_killed_hub_are_moved_by_the_next_that_starts_there() {
    let Some(mut story) = Story::begin().await else {
        return;
    };
    story.signed_by_a_hub_that_is_killed().await;
    let _next = story.one.another_in_its_folder().await;
    while story.recorded().await != story.each_once() || !story.journals().is_empty() {
        tokio::task::yield_now().await;
    }
}
