//! Hubs that start at the same time on a database without tables, in one folder.

use std::sync::Arc;

use futures_util::future::join_all;
use insitu_hub::testing::TestHub;
use insitu_model::ambient::FixedClock;
use insitu_store::testing::postgres_server;
use serde_json::json;

use crate::pair::text;

const HUBS: usize = 3;
const OBJECT: &str = "https://photos.s3.eu-central-1.amazonaws.com/a.jpg";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hubs_that_start_together_make_the_tables_once_and_open_each_others_secrets() {
    if postgres_server().is_none() {
        return;
    }
    let clock = Arc::new(FixedClock::at(1_800_000_000_000));
    let hubs = TestHub::start_together(HUBS, clock).await;
    let ada = hubs[0].owner("Acme").await;
    let project = ada.project("Street scenes").await;
    for (number, hub) in hubs.iter().enumerate() {
        let form = json!({ "name": format!("photos {number}"), "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
            "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1", "region": "eu-central-1" });
        let storage = text(&ada.at(hub).post("/v2/storages", form).await.data()["storage"]["_id"]);
        let path = format!("/v2/getSignedUrl?name={OBJECT}&project={project}&storageId={storage}");
        for signed in join_all(hubs.iter().map(async |hub| ada.at(hub).get(&path).await)).await {
            signed.data();
        }
    }
}
