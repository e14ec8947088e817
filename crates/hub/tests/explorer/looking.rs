//! What is seen of a bucket, and what is answered where nothing may be seen.

use axum::body::Body;
use axum::http::Method;
use insitu_hub::testing::Answer;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

use crate::story::{BUCKET, Story, silent};

const KEYS: &[&str] = &[
    "a b+c.jpg",
    "berlin/",
    "berlin/1.jpg",
    "berlin/2.PNG",
    "berlin/old/3.jpg",
    "paris/4.jpg",
];

#[tokio::test]
async fn a_folder_shows_its_folders_and_its_files_and_no_marker() {
    let story = Story::begin(KEYS).await;
    let top = story.explore(json!({})).await;
    assert_eq!(
        *top.data(),
        json!({ "folders": ["berlin/", "paris/"], "files": ["a b+c.jpg"], "scrollToken": null, "success": true })
    );
    for folder in ["berlin", "berlin/"] {
        let inside = story.explore(json!({ "folder": folder })).await;
        assert_eq!(inside.data()["folders"], json!(["berlin/old/"]));
        assert_eq!(inside.data()["files"], json!(["berlin/1.jpg", "berlin/2.PNG"]));
    }
    let pngs = story
        .explore(json!({ "folder": "berlin", "extensions": ["png"] }))
        .await;
    assert_eq!(pngs.data()["files"], json!(["berlin/2.PNG"]));
    let nowhere = story.explore(json!({ "folder": "rome" })).await;
    assert_eq!(
        (&nowhere.data()["folders"], &nowhere.data()["files"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn pages_follow_each_other_and_miss_nothing() {
    let keys: Vec<String> = (0..23).map(|n| format!("f/{n:02}&+ .jpg")).collect();
    let story = Story::begin(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    for _ in 0..5 {
        let page = story
            .explore(json!({ "folder": "f", "limit": 5, "scrollToken": token }))
            .await;
        let files = page.data()["files"].as_array().unwrap().clone();
        seen.extend(files.into_iter().map(|key| key.as_str().unwrap().to_owned()));
        token = page.data()["scrollToken"].clone();
    }
    assert_eq!((seen, token), (keys, Value::Null));
    let wrong = story.explore(json!({ "scrollToken": "made up" })).await;
    assert_eq!(wrong.code(), "explorer.scroll_token_invalid");
}

#[tokio::test]
async fn beyond_its_prefixes_a_storage_shows_nothing_but_the_way_in() {
    let keys = [
        "2023/x.jpg",
        "2024/berlin/1.jpg",
        "2024/paris/2.jpg",
        "raw-1.jpg",
        "raw/2.jpg",
        "secret.jpg",
    ];
    let prefixes = json!(["photos/2024/berlin", "photos/raw*"]);
    let story = Story::within(&keys, prefixes).await;
    let top = story.explore(json!({})).await;
    assert_eq!(top.data()["folders"], json!(["2024/", "raw/"]));
    assert_eq!(top.data()["files"], json!(["raw-1.jpg"]));
    assert_eq!(
        story.bucket.listed(),
        ["raw"],
        "nothing else was asked of the bucket"
    );
    let way = story.explore(json!({ "folder": "2024" })).await;
    assert_eq!(way.data()["folders"], json!(["2024/berlin/"]));
    let inside = story.explore(json!({ "folder": "2024/berlin" })).await;
    assert_eq!(inside.data()["files"], json!(["2024/berlin/1.jpg"]));
    for folder in ["2023", "2024/paris"] {
        let outside = story.explore(json!({ "folder": folder })).await;
        assert_eq!(outside.code(), "storage.outside_prefixes", "{folder}");
    }
    let other = story.explore(json!({ "bucket": "other-photos" })).await;
    assert_eq!(other.code(), "storage.outside_prefixes");
    let path = format!("/v2/storages/{}/buckets", story.storage);
    assert_eq!(story.owner.get(&path).await.data()["buckets"], json!([BUCKET]));
}

fn said(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn each_refusal_of_the_bucket_has_a_name_of_its_own() {
    let story = Story::begin(KEYS).await;
    for (status, code, expected) in [
        (403, "AccessDenied", (400, "storage.list_denied")),
        (404, "NoSuchBucket", (400, "storage.no_such_bucket")),
        (403, "InvalidAccessKeyId", (400, "storage.unknown_key")),
        (403, "SignatureDoesNotMatch", (400, "storage.wrong_secret")),
        (503, "SlowDown", (503, "storage.throttled")),
        (500, "InternalError", (502, "storage.server_fault")),
    ] {
        story.bucket.refuse(u32::MAX, status, code);
        let answer = story
            .owner
            .get(&format!(
                "/v2/storages/{}/files?bucketName={BUCKET}&path=&retryOnSlowDown=false",
                story.storage
            ))
            .await;
        assert_eq!(said(&answer), expected, "{}", answer.body);
        assert_eq!(answer.body["details"]["s3Code"], code);
    }
    let denied = {
        story.bucket.refuse(1, 403, "AccessDenied");
        story.explore(json!({ "folder": "berlin" })).await
    };
    let message = denied.body["message"].as_str().unwrap();
    assert!(
        message.contains("s3:ListBucket on arn:aws:s3:::photos") && message.contains("photos/berlin/"),
        "{message}"
    );
    let other = story.explore(json!({ "bucket": "no-such-bucket" })).await;
    assert_eq!(other.code(), "storage.no_such_bucket");
    let bad = story.explore(json!({ "bucket": "No Bucket" })).await;
    assert!(bad.code().starts_with("bucket."), "{}", bad.body);
}

#[tokio::test]
async fn a_busy_bucket_is_asked_again_unless_nobody_wants_that() {
    let story = Story::begin(KEYS).await;
    let path = |retry: &str| {
        format!(
            "/v2/storages/{}/files?bucketName={BUCKET}&path=&getSignedUrls=false&retryOnSlowDown={retry}",
            story.storage
        )
    };
    story.bucket.refuse(1, 503, "SlowDown");
    assert_eq!(story.owner.get(&path("false")).await.code(), "storage.throttled");
    story.bucket.refuse(1, 503, "SlowDown");
    story.owner.get(&path("true")).await.data();
}

#[tokio::test]
async fn files_come_with_addresses_and_urls_that_are_on_record() {
    let story = Story::begin(&["berlin/a b+.jpg", "berlin/./x.jpg"]).await;
    let path = format!(
        "/v2/storages/{}/files?bucketName={BUCKET}&path=berlin/",
        story.storage
    );
    let answer = story.owner.get(&path).await;
    let address = format!("{}/{BUCKET}/berlin/a%20b%2B.jpg", story.endpoint);
    let file = &answer.data()["files"][0];
    assert_eq!(
        (&file["key"], &file["url"]),
        (&json!("berlin/a b+.jpg"), &json!(address))
    );
    assert_eq!(file["size"], 9);
    let signed = file["signedUrl"].as_str().unwrap();
    assert!(
        signed.starts_with(&format!("{address}?")) && signed.contains("X-Amz-Signature="),
        "{signed}"
    );
    let records = story
        .owner
        .get(&format!(
            "/v2/organization/{}/urlRecords?limit=10",
            story.owner.organization
        ))
        .await;
    let records = records.data()["records"].as_array().unwrap().clone();
    let objects: Vec<&Value> = records.iter().map(|record| &record["object"]).collect();
    assert_eq!(objects, [&json!(address)]);
    assert_eq!(
        (&records[0]["purpose"], &records[0]["project"]),
        (&json!("address"), &Value::Null)
    );
    let unsigned = story.owner.get(&format!("{path}&getSignedUrls=false")).await;
    assert_eq!(unsigned.data()["files"][0]["signedUrl"], Value::Null);
}

#[tokio::test]
async fn the_url_of_a_file_is_found_by_the_asset_that_it_is() {
    let story = Story::begin(&["berlin/a (1).jpg", "berlin/b.jpg"]).await;
    story.import(json!({ "files": ["berlin/a (1).jpg"] })).await;
    let asset = story.assets().await[0]["_id"].clone();
    let path = format!(
        "/v2/storages/{}/files?bucketName={BUCKET}&path=berlin/",
        story.storage
    );
    let records = async || {
        let path = format!(
            "/v2/organization/{}/urlRecords?limit=10&asset={}",
            story.owner.organization,
            asset.as_str().unwrap()
        );
        story.owner.get(&path).await.data()["records"]
            .as_array()
            .unwrap()
            .clone()
    };
    let head = story.owner.send(Method::HEAD, &path, Body::empty()).await;
    assert_eq!(head.status, 405, "nobody gets a URL by HEAD");
    assert_eq!(records().await, [] as [Value; 0]);

    let files = story.owner.get(&path).await.data()["files"].clone();
    assert_eq!(files.as_array().unwrap().len(), 2);
    let found = records().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["object"], files[0]["url"]);
    assert_eq!(found[0]["project"], Value::Null);
}

#[tokio::test]
async fn only_who_may_import_looks_into_buckets() {
    let story = Story::begin(KEYS).await;
    for (role, may) in [
        (ProjectRole::Manager, true),
        (ProjectRole::Lead, false),
        (ProjectRole::Labeler, false),
    ] {
        let roles = [(story.project.as_str(), role)];
        let member = story
            .hub
            .member(&story.owner, role.as_str(), OrganizationRole::Member, &roles)
            .await;
        let answer = story.explore_as(&member, json!({})).await;
        assert_eq!(answer.status.is_success(), may, "{role:?}: {}", answer.body);
    }
    let rival = story.hub.owner("Rival").await;
    assert_eq!(
        story.explore_as(&rival, json!({})).await.code(),
        "storage.not_found"
    );
    let upload = json!({ "upload": true, "folder": "", "projectId": story.project });
    assert_eq!(story.explore_as(&rival, upload).await.code(), "project.not_found");
}

#[tokio::test]
async fn buckets_are_known_from_what_was_imported() {
    let story = Story::begin(KEYS).await;
    let path = format!("/v2/storages/{}/buckets", story.storage);
    assert_eq!(story.owner.get(&path).await.data()["buckets"], json!([]));
    story.import(json!({ "folder": "berlin" })).await;
    assert_eq!(story.owner.get(&path).await.data()["buckets"], json!([BUCKET]));
}

#[tokio::test]
async fn a_bucket_that_a_list_names_is_seen_once_it_answers_and_not_offered_where_there_is_none() {
    let story = Story::begin(KEYS).await;
    let rows: Vec<_> = [BUCKET, "no-such-bucket", "never-asked"]
        .map(|bucket| {
            json!({ "data": format!("s3://{bucket}/a.jpg"), "storage": story.storage, "width": 1, "height": 1 })
        })
        .to_vec();
    let path = format!("/v2/project/{}/cloud", story.project);
    story.owner.post(&path, json!({ "assets": rows })).await.data();
    let path = format!("/v2/storages/{}", story.storage);
    let known = async || {
        let shown = story.owner.get(&path).await;
        let storage = shown.data()["storage"].clone();
        ["buckets", "bucketsSeen", "bucketsMissing"].map(|name| storage[name].clone())
    };
    let named = json!(["never-asked", "no-such-bucket", BUCKET]);
    assert_eq!(known().await, [named.clone(), json!([]), json!([])]);
    story.explore(json!({})).await.data();
    let other = story.explore(json!({ "bucket": "no-such-bucket" })).await;
    assert_eq!(other.code(), "storage.no_such_bucket");
    assert_eq!(known().await, [named, json!([BUCKET]), json!(["no-such-bucket"])]);
    let offered = story.owner.get(&format!("{path}/buckets")).await;
    assert_eq!(offered.data()["buckets"], json!(["never-asked", BUCKET]));
    // Elsewhere, others may have these names.
    let change = json!({ "endpoint": "http://127.0.0.1:1" });
    story.owner.post(&path, change).await.data();
    assert_eq!(known().await[1..], [json!([]), json!([])]);
}

#[tokio::test]
async fn whoever_looks_into_a_bucket_that_hangs_is_told_the_cause_and_what_to_look_at() {
    let story = Story::begin(KEYS).await;
    let path = format!("/v2/storages/{}", story.storage);
    let hanging = json!({ "endpoint": silent().await });
    story.owner.post(&path, hanging).await.data();
    let answer = story.explore(json!({})).await;
    assert_eq!(said(&answer), (504, "storage.hangs"), "{}", answer.body);
    let message = answer.body["message"].as_str().unwrap();
    assert!(
        message.contains("he bucket photos did not answer")
            && message.contains("look at the load and the log of the server"),
        "{message}"
    );
}
