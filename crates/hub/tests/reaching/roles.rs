//! Sessions of roles come from the STS of a region of AWS, so a role's storage names one.

use insitu_hub::testing::TestHub;
use serde_json::{Value, json};

fn role(region: &str) -> Value {
    json!({ "name": "photos", "provider": "AWS", "accessType": "IAM_DELEGATED", "region": region,
            "endpoint": "http://127.0.0.1:1", "roleArn": "arn:aws:iam::111122223333:role/insitu-read", "externalId": "what-our-role-has" })
}

#[tokio::test]
async fn a_region_without_an_sts_is_refused_unless_the_operator_names_one() {
    let hub = TestHub::start_with(|config| config.delegate = None).await;
    let ada = hub.owner("Acme").await;
    let key = json!({ "name": "by key", "provider": "AWS", "region": "garage", "endpoint": "http://127.0.0.1:1",
        "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
    ada.post("/v2/storages", key).await.data();
    let form = json!({ "storage": role("auto"), "object": "s3://photos/a.jpg" });
    let saved = ada.post("/v2/storages", role("eu-central-1")).await;
    let path = format!(
        "/v2/storages/{}",
        saved.data()["storage"]["_id"].as_str().unwrap()
    );
    for (path, body) in [
        ("/v2/storages", role("garage")),
        ("/v2/storages/test", form),
        (&path, json!({ "region": "auto" })),
    ] {
        let refused = ada.post(path, body).await;
        let fields = &refused.body["details"]["fields"];
        assert_eq!(
            fields[0]["code"], "storage.region_without_sts",
            "{path}: {}",
            refused.body
        );
        assert_eq!(fields[0]["field"], "region");
    }

    let hub = TestHub::start_with(|config| {
        config.delegate = None;
        config.sts_endpoint = Some("http://127.0.0.1:1".to_owned());
    })
    .await;
    let ada = hub.owner("Acme").await;
    ada.post("/v2/storages", role("garage")).await.data();
}

#[tokio::test]
async fn the_record_of_a_changed_storage_says_where_it_led_and_where_it_leads() {
    let hub = TestHub::start_with(|config| config.delegate = None).await;
    let ada = hub.owner("Acme").await;
    let saved = ada.post("/v2/storages", role("eu-central-1")).await;
    let path = format!(
        "/v2/storages/{}",
        saved.data()["storage"]["_id"].as_str().unwrap()
    );
    let change = json!({ "prefixes": ["photos/public/"], "region": "us-west-2" });
    ada.post(&path, change).await.data();
    let path = format!(
        "/v2/organization/{}/auditRecords?action=storage.changed",
        ada.organization
    );
    let records = ada.get(&path).await.data()["records"].clone();
    let details = &records[0]["details"];
    assert_eq!(details["changed"], json!(["region", "prefixes"]));
    let (before, after) = (&details["before"], &details["after"]);
    assert_eq!(
        (&before["region"], &after["region"]),
        (&json!("eu-central-1"), &json!("us-west-2"))
    );
    assert_eq!(
        (&before["prefixes"], &after["prefixes"]),
        (&json!([]), &json!(["photos/public/"]))
    );
    assert_eq!(before["endpoint"], after["endpoint"]);
}
