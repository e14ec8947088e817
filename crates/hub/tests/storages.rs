//! Connecting storages: what is accepted, what is refused and how, and that a secret never comes out again.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use insitu_hub::testing::{Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::storage_checks::{self, StorageCheck};
use serde_json::{Value, json};

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "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";

fn user_form(name: &str) -> Value {
    json!({ "name": name, "provider": "AWS", "publicKey": KEY_ID, "privateKey": SECRET,
            "region": "eu-central-1", "credentials": null })
}

fn role_form(name: &str, external_id: &str) -> Value {
    json!({ "name": name, "provider": "AWS", "accessType": "IAM_DELEGATED", "region": "eu-central-1",
            "roleArn": "arn:aws:iam::111122223333:role/insitu-read", "externalId": external_id })
}

async fn created(person: &Person, form: Value) -> Value {
    person.post("/v2/storages/", form).await.data()["storage"].clone()
}

#[tokio::test]
async fn both_access_types_connect_and_show_no_secret() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let user = created(&ada, user_form("photos")).await;
    assert_eq!(user["accessType"], "IAM_USER");
    assert_eq!(user["publicKey"], KEY_ID);
    assert!(user.get("privateKey").is_none());
    let reserved = ada.post("/v2/storages/externalId", json!({})).await;
    let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
    assert!(external_id.len() >= 32);
    let role = created(&ada, role_form("delegated", &external_id)).await;
    assert_eq!(role["externalIdSource"], "hub");
    let typed = created(&ada, role_form("typed", "what-our-role-has")).await;
    assert_eq!(typed["externalIdSource"], "customer");
    let listed = ada.get("/v2/storages").await;
    assert_eq!(listed.data()["storages"].as_array().unwrap().len(), 3);
    assert!(!listed.body.to_string().contains(SECRET));
}

/// Keeps for a storage that its last test failed, with these words.
async fn failed_test(hub: &TestHub, owner: &Person, storage: &Value, message: String) {
    let id = storage["_id"].as_str().unwrap().parse().unwrap();
    let organization = owner.organization.parse().unwrap();
    let check = StorageCheck {
        checked_at: 1,
        cause: Some(("storage.denied".to_owned(), message)),
        buckets_tested: 1,
        buckets_failed: vec!["photos".to_owned()],
    };
    let kept = hub
        .hub
        .db
        .write(move |tx| storage_checks::put(tx, organization, id, 1, &check));
    kept.await.unwrap();
}

#[tokio::test]
async fn what_was_tested_is_forgotten_once_the_way_there_is_another() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let last_check =
        async |path: &str, change: Value| ada.post(path, change).await.data()["storage"]["lastCheck"].clone();
    let keys = json!({ "publicKey": KEY_ID, "privateKey": SECRET });
    for (name, place, change) in [
        ("endpoint", "", json!({ "endpoint": "http://127.0.0.1:1" })),
        ("region", "", json!({ "region": "us-west-2" })),
        ("prefixes", "", json!({ "prefixes": ["photos/cats"] })),
        ("keys", "/rotate", keys),
    ] {
        let storage = created(&ada, user_form(name)).await;
        let path = format!("/v2/storages/{}", storage["_id"].as_str().unwrap());
        failed_test(&hub, &ada, &storage, "It was refused.".to_owned()).await;
        let renamed = last_check(&path, json!({ "name": format!("{name}, other") })).await;
        assert_eq!(renamed["bucketsFailed"], json!(["photos"]), "{name}: {renamed}");
        assert_eq!(
            last_check(&format!("{path}{place}"), change).await,
            Value::Null,
            "{name}"
        );
    }
}

#[tokio::test]
async fn who_only_uses_storages_is_not_told_whom_the_hub_is_to_them() {
    const EXTERNAL_ID: &str = "what-our-role-demands";
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let user = created(&ada, user_form("photos")).await;
    failed_test(&hub, &ada, &user, format!("The key {KEY_ID} was refused.")).await;
    let role = created(&ada, role_form("delegated", EXTERNAL_ID)).await;
    let arn = role["roleArn"].as_str().unwrap();
    failed_test(&hub, &ada, &role, format!("The role {arn} was refused.")).await;
    let project = ada.project("p").await;
    let manages = [(project.as_str(), ProjectRole::Manager)];
    let grace = hub
        .member(&ada, "grace", OrganizationRole::Member, &manages)
        .await;

    let listed = grace.get("/v2/storages").await;
    let mut shown = listed.data()["storages"].as_array().unwrap().clone();
    assert_eq!(shown.len(), 2);
    for storage in [&user, &role] {
        let id = storage["_id"].as_str().unwrap();
        let found = grace.get(&format!("/v2/storages?_id={id}")).await;
        shown.push(found.data()["storages"][0].clone());
        let one = grace.get(&format!("/v2/storages/{id}")).await;
        shown.push(one.data()["storage"].clone());
    }
    for storage in shown {
        for field in [
            "publicKey",
            "roleArn",
            "externalId",
            "externalIdSource",
            "nextExternalId",
        ] {
            assert!(storage[field].is_null(), "{field}: {storage}");
        }
        let text = storage.to_string();
        assert!(
            text.contains("was refused"),
            "why it fails is told all the same: {text}"
        );
        for secret in [KEY_ID, arn, EXTERNAL_ID] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let whole = ada
        .get(&format!("/v2/storages/{}", role["_id"].as_str().unwrap()))
        .await;
    assert_eq!(whole.data()["storage"]["roleArn"], arn);
    assert_eq!(whole.data()["storage"]["externalId"], EXTERNAL_ID);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_only_once() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let answer = ada
        .post(
            "/v2/storages",
            json!({ "name": "", "provider": "AWS", "publicKey": "AKIA", "privateKey": "short-CANARY",
                    "region": "eu-central1", "endpoint": "not an origin" }),
        )
        .await;
    assert_eq!(answer.status, 400);
    let mut fields: Vec<&str> = answer.body["details"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    fields.sort_unstable();
    assert_eq!(fields, ["endpoint", "name", "privateKey", "publicKey", "region"]);
    assert!(!answer.body.to_string().contains("CANARY"));
    assert!(
        answer.body.to_string().contains("eu-central-1"),
        "the region that was meant is suggested"
    );
}

#[tokio::test]
async fn what_cannot_be_connected_is_refused_by_name() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let gcp = json!({ "name": "g", "provider": "GCP", "publicKey": null, "privateKey": null,
                      "region": "eu-central-1", "credentials": "{}" });
    assert_eq!(
        ada.post("/v2/storages", gcp).await.code(),
        "storage.provider_unsupported"
    );
    let missing = json!({ "name": "m", "provider": "AWS" });
    assert_eq!(
        ada.post("/v2/storages", missing).await.code(),
        "storage.public_key_missing"
    );
    let mut mixed = user_form("mixed");
    mixed["roleArn"] = json!("arn:aws:iam::111122223333:role/x");
    mixed["accessType"] = json!("IAM_USER");
    assert_eq!(
        ada.post("/v2/storages", mixed).await.code(),
        "storage.field_of_other_access_type"
    );
    let mut private = user_form("private");
    private["endpoint"] = json!("http://169.254.169.254");
    assert_eq!(
        ada.post("/v2/storages", private).await.code(),
        "storage.endpoint_private"
    );
    let mut role = role_form("bad arn", "abc");
    role["roleArn"] = json!("arn:aws:iam::1:role/x");
    assert_eq!(ada.post("/v2/storages", role).await.status, 400);
}

#[tokio::test]
async fn a_name_is_unique_in_its_organization_and_free_in_others() {
    let hub = TestHub::start().await;
    let (ada, bob) = (hub.owner("Acme").await, hub.owner("Rival").await);
    created(&ada, user_form("Photos")).await;
    let again = ada.post("/v2/storages", user_form("photos")).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (409, "storage.already_exists")
    );
    created(&bob, user_form("Photos")).await;
    assert_eq!(bob.get("/v2/storages").await.data()["total"], 1);
}

#[tokio::test]
async fn an_external_id_that_the_hub_made_is_one_organizations_for_ever() {
    let hub = TestHub::start().await;
    let (ada, bob) = (hub.owner("Acme").await, hub.owner("Rival").await);
    let made = ada.post("/v2/storages/externalId", json!({})).await;
    let made = made.data()["externalId"].as_str().unwrap().to_owned();
    let id = created(&ada, role_form("ours", &made)).await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let theirs = || bob.post("/v2/storages", role_form("theirs", &made));
    assert_eq!(theirs().await.status, 409);
    ada.delete(&format!("/v2/storages/{id}"), json!({})).await.data();
    assert_eq!(theirs().await.status, 409);
    // One that is only typed is nobody's: a role has to insist on it first.
    created(&ada, role_form("typed", "shared-external-id")).await;
    created(&bob, role_form("typed", "shared-external-id")).await;
}

#[tokio::test]
async fn edit_and_rotate_keep_the_id_and_leave_the_rest() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let id = created(&ada, user_form("photos")).await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v2/storages/{id}");
    let edited = ada
        .post(&path, json!({ "name": "pictures", "prefixes": ["bucket/a/"] }))
        .await;
    assert_eq!(edited.data()["storage"]["name"], "pictures");
    assert_eq!(edited.data()["storage"]["publicKey"], KEY_ID);
    let other = "AKIAI44QH8DHBEXAMPLE";
    let keys = json!({ "publicKey": other, "privateKey": SECRET });
    let rotated = ada.post(&format!("{path}/rotate"), keys).await;
    assert_eq!(rotated.data()["storage"]["publicKey"], other);
    assert_eq!(rotated.data()["storage"]["_id"], id.as_str());
    let half = ada.post(&path, json!({ "publicKey": other })).await;
    assert_eq!(half.code(), "storage.keys_incomplete");
    let swapped = ada.post(&path, json!({ "accessType": "IAM_DELEGATED" })).await;
    assert_eq!(swapped.code(), "storage.access_type_is_fixed");
    for (action, changed) in [
        ("changed", json!(["name", "prefixes"])),
        ("rotated", json!(["publicKey"])),
    ] {
        let of = &ada.organization;
        let path = format!("/v2/organization/{of}/auditRecords?action=storage.{action}");
        let records = ada.get(&path).await.data()["records"].clone();
        assert_eq!(records.as_array().unwrap().len(), 1);
        assert_eq!(records[0]["details"]["changed"], changed);
    }
}

#[tokio::test]
async fn what_only_an_endpoint_allowed_does_not_outlive_it() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let mut form = user_form("minio");
    form["endpoint"] = json!("https://minio.example.com");
    form["region"] = json!("auto");
    form["publicKey"] = json!("minio");
    let id = created(&ada, form).await["_id"].as_str().unwrap().to_owned();
    let bare = ada
        .post(&format!("/v2/storages/{id}"), json!({ "endpoint": "" }))
        .await;
    let fields = bare.body["details"]["fields"].to_string();
    assert!(
        fields.contains("region") && fields.contains("publicKey"),
        "{}",
        bare.body
    );
}

#[tokio::test]
async fn setup_documents_name_the_buckets_this_hub_and_its_external_id() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let path = "/v2/storages/setup?buckets=photos,more-photos&accessType=IAM_DELEGATED&externalId=abc-123";
    let answer = ada.get(path).await;
    let data = answer.data();
    let resources = data["policy"]["Statement"].to_string();
    for arn in [
        "arn:aws:s3:::photos\"",
        "arn:aws:s3:::photos/*",
        "arn:aws:s3:::more-photos\"",
        "arn:aws:s3:::more-photos/*",
    ] {
        assert!(resources.contains(arn), "{arn} in {resources}");
    }
    for action in ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"] {
        assert!(resources.contains(action), "{action}");
    }
    assert_eq!(data["cors"][0]["AllowedOrigins"], json!(["http://hub.test"]));
    assert!(data["cors"].to_string().contains("ETag"));
    let wrong = ada.get("/v2/storages/setup?buckets=No_Such/Bucket").await;
    assert_eq!(wrong.status, 400);
}

/// Plants a secret wherever one can be sent, then looks for it in every answer and every file that the hub wrote.
#[tokio::test]
async fn a_secret_is_in_no_answer_and_no_file() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let manager = hub
        .member(
            &ada,
            "max",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Manager)],
        )
        .await;
    let id = created(&ada, user_form("photos")).await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v2/storages/{id}");
    let mut said = String::new();
    for answer in [
        ada.get("/v2/storages").await,
        manager.get("/v2/storages").await,
        ada.get(&path).await,
        ada.get(&format!("/v2/storages?_id={id}")).await,
        ada.post(&path, user_form("renamed")).await,
        ada.post("/v2/storages", user_form("renamed")).await,
        ada.post(
            &format!("{path}/rotate"),
            json!({ "publicKey": KEY_ID, "privateKey": SECRET }),
        )
        .await,
        ada.post(
            &format!("{path}/rotate"),
            json!({ "publicKey": SECRET, "privateKey": SECRET }),
        )
        .await,
        ada.post(
            "/v2/storages",
            json!({ "name": SECRET, "provider": SECRET, "privateKey": [SECRET] }),
        )
        .await,
        ada.get("/v2/storages/setup?buckets=photos").await,
        ada.delete(&path, json!({})).await,
    ] {
        said.push_str(&answer.body.to_string());
    }
    // A name and a provider are no secret fields: what is typed there may come back. The key must not.
    let heard = said.replace(&format!("\"{SECRET}\" is no provider"), "");
    assert!(!heard.contains(SECRET), "{heard}");
    let kept = kept_by(&hub);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(
        kept.iter().any(|(_, bytes)| holds(bytes, "renamed")),
        "a name, which is on record, is found so"
    );
    for (place, bytes) in &kept {
        assert!(!holds(bytes, SECRET), "{place}");
    }
    assert!(kept.len() >= 2, "the database and the vault's key");
}

/// Everything that a hub keeps: its files, and its database where that is none of them.
fn kept_by(hub: &TestHub) -> Vec<(String, Vec<u8>)> {
    let database = hub.contents_of_postgres();
    let mut kept: Vec<_> = database
        .map(|bytes| ("PostgreSQL".to_owned(), bytes))
        .into_iter()
        .collect();
    let mut paths = vec![hub.folder().to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            kept.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    kept
}
