//! Which storage an asset is reached through, and the boundaries that a storage has.

use axum::http::{HeaderMap, header};
use insitu_hub::page_policy::{self, View};
use insitu_hub::testing::TestHub;
use insitu_model::id::UserId;
use insitu_model::role::OrganizationRole;
use insitu_store::{Tx, members};
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

async fn user_of(story: &Story) -> UserId {
    let session = story.owner.get("/v2/session").await;
    session.data()["user"]["_id"].as_str().unwrap().parse().unwrap()
}

/// What a page of the hub may fetch from and show pictures from, besides the hub itself.
async fn reach(story: &Story, cookie: &str, path: &str) -> Vec<String> {
    let user = user_of(story).await;
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, cookie.parse().unwrap());
    let (hub, view) = (story.hub.hub.clone(), View::of(user, &headers, path));
    let policy = story
        .hub
        .hub
        .db
        .read(move |tx| page_policy::of_view(tx, &hub, &view));
    let policy = policy.await.unwrap().to_str().unwrap().to_owned();
    let of = |directive: &str| {
        let (_, rest) = policy.split_once(directive).unwrap();
        let sources = rest.split(';').next().unwrap().split_whitespace();
        let own = ["'self'", "blob:", "data:", "http://hub.test"];
        sources
            .filter(|source| !own.contains(source))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("connect-src"), of("img-src"));
    of("connect-src")
}

#[tokio::test]
async fn pages_reach_where_assets_lie_and_nowhere_else() {
    let story = Story::begin().await;
    assert!(reach(&story, "", "/").await.is_empty());
    let more = json!({ "endpoint": "http://127.0.0.1:9000" });
    let storage = story.storage("Private", more).await;
    let private = json!({ "data": "http://127.0.0.1:9000/photos/a.jpg", "storage": storage });
    story.import_rows(json!([private, row("a"), row("b")]), "").await;
    assert_eq!(
        reach(&story, "", "/").await,
        ["http://127.0.0.1:9000", "https://example.com"]
    );
    let shown = story.owner.get(&format!("/v2/storages/{storage}")).await;
    assert_eq!(shown.data()["storage"]["buckets"], json!(["photos"]));
}

#[tokio::test]
async fn pages_reach_the_region_of_a_storage_at_aws_until_its_buckets_are_known() {
    let story = Story::begin().await;
    let storage = story.storage("One", json!({})).await;
    let chinese = json!({ "region": "cn-north-1", "prefixes": ["bilder/2024"] });
    story.storage("Two", chinese).await;
    let other = "https://bilder.s3.cn-north-1.amazonaws.com.cn";
    assert_eq!(
        reach(&story, "", "/").await,
        [
            "https://*.s3.eu-central-1.amazonaws.com",
            other,
            "https://s3.eu-central-1.amazonaws.com"
        ]
    );
    let rows = json!([{ "data": OBJECT, "storage": storage }, { "data": "s3://my.photos/b.jpg", "storage": storage }]);
    story.import_rows(rows, "").await;
    assert_eq!(
        reach(&story, "", "/").await,
        [
            other,
            "https://photos.s3.eu-central-1.amazonaws.com",
            "https://s3.eu-central-1.amazonaws.com/my.photos/"
        ]
    );
}

#[tokio::test]
async fn pages_reach_what_belongs_to_the_organization_that_is_shown() {
    let story = Story::begin().await;
    story
        .storage("One", json!({ "endpoint": "https://one.example.com" }))
        .await;
    let rival = story.hub.owner("Rival").await;
    let form = json!({ "name": "Two", "provider": "AWS", "region": "eu-central-1", "endpoint": "https://two.example.com",
        "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1" });
    rival.post("/v2/storages", form).await.data();
    let (user, another) = (user_of(&story).await, rival.organization.clone());
    let organization = another.parse().unwrap();
    let joined = move |tx: &mut Tx| members::insert(tx, organization, user, OrganizationRole::Member, 1);
    story.hub.hub.db.write(joined).await.unwrap();

    let (one, two) = ("https://one.example.com", "https://two.example.com");
    assert_eq!(reach(&story, "", "/").await, [one, two], "it does not say which");
    let shown = format!("insitu_organization={another}");
    assert_eq!(reach(&story, &shown, "/").await, [two]);
    let in_project = format!("/projects/{}/assets", story.project);
    assert_eq!(reach(&story, &shown, &in_project).await, [one, two]);
    let strange = "insitu_organization=000000000000000000000001";
    assert_eq!(reach(&story, strange, "/").await, [one, two]);
}

#[tokio::test]
async fn pages_reach_a_bucket_that_is_in_another_region_than_its_storage_once_something_in_it_was_signed() {
    // Names lead nowhere: the address's word is all there is.
    let nowhere = Some(([127, 0, 0, 1], 1).into());
    let hub = TestHub::start_with(|config| config.resolver = nowhere).await;
    let owner = hub.owner("Acme").await;
    let project = owner.project("Street scenes").await;
    let story = Story { hub, owner, project };
    let storage = story.storage("One", json!({ "prefixes": ["photos"] })).await;
    let rows = json!([{ "data": "https://photos.s3.us-west-2.amazonaws.com/b.jpg", "storage": storage }]);
    story.import_rows(rows, "").await;
    let own = "https://photos.s3.eu-central-1.amazonaws.com";
    assert_eq!(reach(&story, "", "/").await, [own]);

    let ids = story.each("_id").await;
    let path = format!("/v2/project/{}/assets/sign", story.project);
    let signed = story.owner.post(&path, json!({ "assets": ids })).await;
    let url = signed.data()["urls"][0]["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://photos.s3.us-west-2.amazonaws.com/b.jpg?"),
        "{url}"
    );
    assert_eq!(
        reach(&story, "", "/").await,
        [own, "https://photos.s3.us-west-2.amazonaws.com"]
    );
}
