//! The record of signed URLs calls assets by their external IDs, and is asked by one.
use insitu_hub::testing::{Person, TestHub};
use serde_json::{Value, json};

use crate::story::ENDPOINT;

/// A project with two assets of a storage: its id, and theirs in the order of their external IDs `0` and `1`.
async fn with_two(ada: &Person) -> (String, Vec<String>) {
    let form = json!({ "name": "photos", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
        "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "region": "eu-central-1", "endpoint": ENDPOINT });
    let storage = ada.post("/v2/storages", form).await.data()["storage"]["_id"].clone();
    let project = ada.project("p").await;
    let rows = [0, 1].map(|n| {
        json!({ "data": format!("{ENDPOINT}/photos/{n}.jpg"), "externalId": n.to_string(), "storage": storage })
    });
    let cloud = format!("/v2/project/{project}/cloud");
    ada.post(&cloud, json!({ "assets": rows })).await.data();
    let listed = ada
        .get(&format!("/v2/project/{project}/assets?sort=externalId"))
        .await;
    let assets = listed.data()["assets"].as_array().unwrap().clone();
    let ids = assets
        .iter()
        .map(|asset| asset["_id"].as_str().unwrap().to_owned());
    (project, ids.collect())
}

async fn sign(ada: &Person, project: &str, assets: &[String]) {
    let path = format!("/v2/project/{project}/assets/sign");
    ada.post(&path, json!({ "assets": assets })).await.data();
}

async fn records(ada: &Person, query: &str) -> Vec<Value> {
    let path = format!("/v2/organization/{}/urlRecords?{query}", ada.organization);
    ada.get(&path).await.data()["records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_record_names_assets_by_their_external_ids_and_is_found_by_one() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, assets) = with_two(&ada).await;
    sign(&ada, &project, &assets).await;
    sign(&ada, &project, &assets[1..]).await;
    assert_eq!(records(&ada, "externalId=1").await.len(), 2);
    let of_both = &records(&ada, &format!("externalId=0&project={project}")).await;
    assert_eq!(of_both.len(), 1);
    let names = json!({ assets[0].as_str(): "0", assets[1].as_str(): "1" });
    assert_eq!(of_both[0]["externalIds"], names);
    let other = ada.project("q").await;
    for nothing in [
        "externalId=unheard".to_owned(),
        format!("externalId=0&asset={}", assets[1]),
        format!("externalId=1&project={other}"),
    ] {
        assert_eq!(records(&ada, &nothing).await, [] as [Value; 0], "{nothing}");
    }
    let file = format!(
        "/v2/organization/{}/urlRecords/file?externalId=1",
        ada.organization
    );
    assert_eq!(ada.get(&file).await.body.as_str().unwrap().lines().count(), 2);

    // Nobody asks for those of another organization by what its own are called.
    let eve = hub.owner("Evil").await;
    assert_eq!(records(&eve, "externalId=1").await, [] as [Value; 0]);

    // A deleted asset keeps its name; of a deleted project nothing is left but the ids.
    let path = format!("/v2/project/{project}");
    let deletion = json!({ "assets": [assets[1]] });
    ada.delete(&format!("{path}/assets"), deletion).await.data();
    assert_eq!(records(&ada, "externalId=1").await.len(), 2);
    ada.delete(&path, Value::Null).await.data();
    assert_eq!(records(&ada, "").await[0]["externalIds"], json!({}));
}
