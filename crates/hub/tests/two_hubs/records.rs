//! Who was handed which signed URL, at whichever hub: one list, each once.

use std::collections::HashSet;

use insitu_hub::ledger;
use serde_json::{Value, json};

use crate::pair::{Pair, text};

/// Nobody answers there, which a hub that signs does not notice.
const ENDPOINT: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn what_both_hubs_signed_is_in_one_list() {
    let Some(pair) = Pair::begin().await else { return };
    // Its secret, which one hub seals, the other opens.
    let form = json!({ "name": "photos", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
        "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1", "region": "eu-central-1", "endpoint": ENDPOINT });
    let storage = text(&pair.ada.post("/v2/storages", form).await.data()["storage"]["_id"]);
    let rows: Vec<Value> = (0..6)
        .map(|n| json!({ "data": format!("{ENDPOINT}/photos/{n}.jpg"), "externalId": n.to_string(), "storage": storage }))
        .collect();
    let cloud = format!("/v2/project/{}/cloud", pair.project);
    pair.ada.post(&cloud, json!({ "assets": rows })).await.data();
    let listed = format!("/v2/project/{}/assets?sort=externalId", pair.project);
    let assets: Vec<String> = pair.ada_at_two.get(&listed).await.data()["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| text(&asset["_id"]))
        .collect();
    let sign = format!("/v2/project/{}/assets/sign", pair.project);
    for (number, asset) in assets.iter().enumerate() {
        let signed = pair
            .by_turns(number)
            .post(&sign, json!({ "assets": [asset] }))
            .await;
        assert!(signed.data()["urls"][0]["url"].is_string(), "{}", signed.body);
        pair.clock.advance_ms(1);
    }
    // As each does once a second.
    for hub in [&pair.one, &pair.two] {
        ledger::settle(&hub.hub).await.unwrap();
    }
    let path = format!("/v2/organization/{}/urlRecords", pair.ada.organization);
    let seen = async |person: &insitu_hub::testing::Person| {
        person.get(&path).await.data()["records"]
            .as_array()
            .unwrap()
            .clone()
    };
    let records = seen(&pair.ada).await;
    assert_eq!(records, seen(&pair.ada_at_two).await);
    let opened: Vec<&Value> = records.iter().rev().map(|record| &record["assets"][0]).collect();
    assert_eq!(
        opened,
        assets.iter().collect::<Vec<_>>(),
        "each once, in the order of time"
    );
    let ids: HashSet<&str> = records
        .iter()
        .filter_map(|record| record["_id"].as_str())
        .collect();
    assert_eq!(ids.len(), assets.len());
}
