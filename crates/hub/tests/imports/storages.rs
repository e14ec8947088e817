//! Which storage an asset is reached through, and the boundaries that a storage has.

use insitu_hub::page_policy;
use serde_json::{Value, json};

use crate::story::{Story, row};

const OBJECT: &str = "https://photos.s3.eu-central-1.amazonaws.com/2024/a.jpg";

#[tokio::test]
async fn a_row_names_its_storage_or_gets_the_imports_or_none() {
    let story = Story::begin().await;
    let one = story.storage("One", json!({})).await;
    let two = story.storage("Two", json!({})).await;
    let rows = json!([
        { "data": OBJECT }, { "data": OBJECT, "storage": two }, { "data": OBJECT, "storage": "TWO" },
        { "data": "s3://photos/2024/a%20b.jpg" }, { "data": "https://example.com/public.jpg" },
        { "data": format!("{OBJECT}?storageId={two}") }
    ]);
    let import = story.import_rows(rows, "storage=one").await;
    assert_eq!(import["rowsImported"], 6, "{:?}", story.report(&import).await);
    assert_eq!(import["storage"], one.as_str());
    let expected: Vec<Value> = vec![
        one.clone().into(),
        two.clone().into(),
        two.clone().into(),
        one.into(),
        Value::Null,
        two.into(),
    ];
    assert_eq!(story.each("storage").await, expected);
    assert_eq!(
        story.each("data").await[3],
        "https://photos.s3.amazonaws.com/2024/a%20b.jpg"
    );
    let notices = story.report(&import).await;
    assert_eq!(
        (notices[0].index, notices[0].code.as_str()),
        (4, "row.storage_unused")
    );
}

#[tokio::test]
async fn an_address_at_the_endpoint_of_the_storage_it_names_is_an_object_there() {
    let story = Story::begin().await;
    let minio = story
        .storage("MinIO", json!({ "endpoint": "https://minio.example.com:9000" }))
        .await;
    let address = "https://minio.example.com:9000/photos/a.jpg";
    let rows = json!([{ "data": format!("{address}?storageId={minio}") }]);
    let import = story.import_rows(rows, "").await;
    assert_eq!(import["rowsImported"], 1, "{:?}", story.report(&import).await);
    assert_eq!(story.each("storage").await, [Value::from(minio)]);
    assert_eq!(story.each("data").await, [Value::from(address)]);
}

#[tokio::test]
async fn public_addresses_need_no_storage() {
    let story = Story::begin().await;
    let import = story
        .import_rows(
            json!([{ "data": OBJECT }, { "data": "https://example.com/a.jpg" }]),
            "",
        )
        .await;
    assert_eq!(
        (&import["rowsImported"], &import["rowsNoticed"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(story.each("storage").await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn what_lies_outside_of_a_storages_prefixes_is_refused() {
    let story = Story::begin().await;
    story
        .storage("Narrow", json!({ "prefixes": ["photos/2024"] }))
        .await;
    let outside = "https://photos.s3.eu-central-1.amazonaws.com/2024-private/a.jpg";
    let rows = json!([{ "data": OBJECT }, { "data": outside }, { "data": "s3://other/2024/a.jpg" },
        { "dataset": [OBJECT, outside] }]);
    let import = story.import_rows(rows, "storage=Narrow").await;
    assert_eq!(
        (&import["rowsImported"], &import["rowsRefused"]),
        (&json!(1), &json!(3))
    );
    let report = story.report(&import).await;
    assert!(
        report.iter().all(|line| line.code == "row.outside_prefixes"),
        "{report:?}"
    );
    assert_eq!(report[2].field, "dataset");
}

#[tokio::test]
async fn addresses_under_a_storages_endpoint_are_objects() {
    let story = Story::begin().await;
    let endpoint = "http://127.0.0.1:9000";
    let storage = story.storage("MinIO", json!({ "endpoint": endpoint })).await;
    let address = format!("{endpoint}/photos/a%20b.jpg");
    let import = story
        .import_rows(json!([{ "data": address }, { "data": OBJECT }]), "storage=MinIO")
        .await;
    assert_eq!(import["rowsImported"], 2, "{:?}", story.report(&import).await);
    assert_eq!(story.each("storage").await, [json!(storage), json!(storage)]);
    assert_eq!(story.each("data").await[0], address.as_str());
}

#[tokio::test]
async fn a_storage_of_another_organization_cannot_be_named() {
    let story = Story::begin().await;
    let storage = story.storage("One", json!({})).await;
    let rival = story.hub.owner("Rival").await;
    let project = rival.project("Theirs").await;
    let answer = rival
        .post(
            &format!("/v2/project/{project}/imports?storage={storage}"),
            json!([]),
        )
        .await;
    assert_eq!(answer.code(), "import.unknown_storage");
    let body = json!({ "assets": [{ "data": OBJECT, "storage": storage }] });
    let answer = rival.post(&format!("/v2/project/{project}/cloud"), body).await;
    assert_eq!(
        answer.body["details"]["refused"][0]["code"], "row.unknown_storage",
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn pages_reach_where_assets_lie_and_nowhere_else() {
    let story = Story::begin().await;
    let policy = async || {
        let caller = story.owner.get("/v2/session").await.data()["user"]["_id"].clone();
        let user = caller.as_str().unwrap().parse().unwrap();
        let policy = story
            .hub
            .hub
            .db
            .read(move |tx| page_policy::of_user(tx, user, "http://hub.test", None))
            .await
            .unwrap();
        policy.to_str().unwrap().to_owned()
    };
    let before = policy().await;
    assert!(
        before.contains("connect-src 'self' http://hub.test https://*.amazonaws.com;"),
        "{before}"
    );
    let more = json!({ "endpoint": "http://127.0.0.1:9000" });
    let storage = story.storage("Private", more).await;
    let private = json!({ "data": "http://127.0.0.1:9000/photos/a.jpg", "storage": storage });
    story.import_rows(json!([private, row("a"), row("b")]), "").await;
    let after = policy().await;
    for part in ["connect-src", "img-src"] {
        let (_, rest) = after.split_once(part).unwrap();
        let list = rest.split(';').next().unwrap();
        assert!(
            list.ends_with(" http://127.0.0.1:9000 https://*.amazonaws.com https://example.com"),
            "{after}"
        );
    }
    let shown = story.owner.get(&format!("/v2/storages/{storage}")).await;
    assert_eq!(shown.data()["storage"]["buckets"], json!(["photos"]));
}
