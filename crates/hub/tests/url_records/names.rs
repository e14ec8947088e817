//! The record of signed URLs calls assets by their external IDs, and is asked by one.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use insitu_hub::testing::{Person, TestHub, call};
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

/// Imports so many assets, hands out the URLs of all, and gives their ids by their External IDs, which look like formulas.
async fn with_many(ada: &Person, project: &str, many: usize) -> Vec<String> {
    let form = json!({ "name": "photos", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
        "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "region": "eu-central-1", "endpoint": ENDPOINT });
    let storage = ada.post("/v2/storages", form).await.data()["storage"]["_id"].clone();
    let rows: Vec<Value> = (0..many)
        .map(|n| json!({ "data": format!("{ENDPOINT}/photos/{n}.jpg"), "externalId": format!("=n{n:05}"), "storage": storage }))
        .collect();
    let cloud = format!("/v2/project/{project}/cloud");
    ada.post(&cloud, json!({ "assets": rows })).await.data();
    let mut assets = Vec::new();
    for page in 1..=3 {
        let path = format!("/v2/project/{project}/assets?sort=externalId&limit=1000&page={page}");
        let listed = ada.get(&path).await;
        let ids: Vec<String> = listed.data()["assets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|asset| asset["_id"].as_str().unwrap().to_owned())
            .collect();
        sign(ada, project, &ids).await;
        assets.extend(ids);
    }
    assets
}

#[tokio::test]
async fn a_download_names_every_asset_and_whom_it_was_handed_to_however_many_there_are() {
    // More than are named of a record, on a page, and in one look-up.
    const MANY: usize = 2_300;
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let assets = with_many(&ada, &project, MANY).await;
    assert_eq!(assets.len(), MANY);
    let external_id = |n: usize| format!("=n{n:05}");

    let path = format!("/v2/organization/{}/urlRecords/file", ada.organization);
    let ndjson = ada.get(&path).await;
    let lines: Vec<Value> = ndjson
        .body
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut named: Vec<(String, String)> = Vec::new();
    for line in &lines {
        assert_eq!(line["email"], ada.email.as_str());
        assert!(line["name"].is_string(), "{line}");
        let names = line["externalIds"].as_object().unwrap();
        named.extend(
            names
                .iter()
                .map(|(id, name)| (id.clone(), name.as_str().unwrap().to_owned())),
        );
    }
    named.sort_by(|a, b| a.1.cmp(&b.1));
    let expected: Vec<_> = assets
        .iter()
        .cloned()
        .enumerate()
        .map(|(n, id)| (id, external_id(n)))
        .collect();
    assert_eq!(named, expected);
    // A list for a page of the interface names fewer.
    let shown = records(&ada, "limit=100").await;
    assert_eq!(shown[0]["externalIds"].as_object().unwrap().len(), 10);

    let csv = ada.get(&format!("{path}?format=csv")).await;
    let text = csv.body.as_str().unwrap();
    let mut lines = text.lines();
    let head =
        "record,givenAt,expiresAt,user,email,name,apiKey,address,purpose,project,asset,externalId,object";
    assert_eq!(lines.next(), Some(head));
    let mut cells: Vec<(String, String)> = Vec::new();
    for line in lines {
        let cell: Vec<&str> = line.split(',').collect();
        assert_eq!(
            (cell[4], cell[5]),
            (ada.email.as_str(), shown[0]["name"].as_str().unwrap())
        );
        cells.push((cell[10].to_owned(), cell[11].to_owned()));
    }
    cells.sort_by(|a, b| a.1.cmp(&b.1));
    // No cell is a formula to the program that shows it.
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(id, name)| (id, format!("\"'{name}\"")))
        .collect();
    assert_eq!(cells, expected);
}

#[tokio::test]
async fn the_record_is_asked_by_purpose_and_by_address_and_so_is_a_download() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, assets) = with_two(&ada).await;
    sign(&ada, &project, &assets).await;
    let storage = ada.get("/v2/storages").await.data()["storages"][0]["_id"].clone();
    let signed = format!(
        "/v2/getSignedUrl?project={project}&storageId={}&url={ENDPOINT}/photos/0.jpg",
        storage.as_str().unwrap()
    );
    let mut request = Request::get(&signed)
        .header("apikey", &ada.key)
        .body(Body::empty())
        .unwrap();
    let from: SocketAddr = "[2001:db8::7]:50123".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(from));
    assert_eq!(call(hub.router(), request).await.status, 201);
    let purposes = async |query: &str| -> Vec<String> {
        let found = records(&ada, query).await;
        found
            .iter()
            .map(|record| record["purpose"].as_str().unwrap().to_owned())
            .collect()
    };
    for (query, expected) in [
        ("purpose=address", &["address"][..]),
        ("purpose=assets", &["assets"]),
        ("purpose=assets,address", &["address", "assets"]),
        ("purpose=upload", &[]),
        ("address=2001:DB8:0::7", &["address"]),
        ("address=2001:db8::8", &[]),
        ("address=2001:db8::7&purpose=assets", &[]),
        ("purpose=&address=", &["address", "assets"]),
    ] {
        assert_eq!(purposes(query).await, expected, "{query}");
        let path = format!(
            "/v2/organization/{}/urlRecords/file?format=csv&{query}",
            ada.organization
        );
        let file = ada.get(&path).await;
        let lines = file.body.as_str().unwrap().lines().count();
        let urls = expected
            .iter()
            .map(|purpose| if *purpose == "assets" { 2 } else { 1 });
        assert_eq!(lines, 1 + urls.sum::<usize>(), "{query}");
    }
    for query in [
        "purpose=nothing",
        "purpose=assets,nothing",
        "address=ada",
        "address=192.0.2",
    ] {
        let path = format!("/v2/organization/{}/urlRecords?{query}", ada.organization);
        assert_eq!(ada.get(&path).await.code(), "request.filters_invalid", "{query}");
    }
}
