//! Folders become assets: all of them, once, and by a job that ends well or says why not.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::story::{BUCKET, GoesOn, Story};

const KEYS: &[&str] = &[
    "2024/",
    "2024/a b+c%é.jpg",
    "2024/berlin/1.jpg",
    "2024/berlin/notes.txt",
    "2024/paris/2.jpg",
    "top.jpg",
];

#[tokio::test]
async fn a_whole_folder_becomes_assets_named_by_their_keys() {
    let story = Story::begin(KEYS).await;
    let done = story.import(json!({ "folder": "2024" })).await;
    assert_eq!(
        (
            &done["state"],
            &done["rowsImported"],
            &done["rowsListed"],
            &done["isListing"]
        ),
        (&json!("completed"), &json!(4), &json!(4), &json!(false)),
        "{done}"
    );
    assert_eq!(done["name"], "photos/2024/");
    assert_eq!(
        done["source"],
        json!({ "bucket": BUCKET, "folders": ["2024/"], "subfolders": true, "extensions": [], "folderBatches": false })
    );
    let assets = story.assets().await;
    assert_eq!(
        story.external_ids().await,
        [
            "2024/a b+c%é.jpg",
            "2024/berlin/1.jpg",
            "2024/berlin/notes.txt",
            "2024/paris/2.jpg"
        ]
    );
    assert_eq!(
        assets[0]["data"],
        format!("{}/{BUCKET}/2024/a%20b%2Bc%25%C3%A9.jpg", story.endpoint)
    );
    assert!(
        assets
            .iter()
            .all(|asset| asset["storage"] == story.storage.as_str())
    );
    let spooled = std::fs::read_dir(story.hub.hub.config.spool_dir())
        .unwrap()
        .count();
    assert_eq!(spooled, 0, "the list is gone with its import");
}

#[tokio::test]
async fn a_busy_bucket_is_listed_again_until_it_answers() {
    let story = Story::begin(KEYS).await;
    // More often than one call is tried, so that the job itself comes back.
    story.bucket.refuse(6, 503, "SlowDown");
    let waits = story.start(json!({ "folder": "2024" })).await;
    let seen = story
        .shown_once(&waits, |import| !import["waiting"].is_null())
        .await;
    assert_eq!(
        (&seen["state"], &seen["waiting"]["code"]),
        (&json!("queued"), &json!("storage.throttled"))
    );
    assert!(
        seen["waiting"]["nextTryAt"].is_string() && seen["isListing"] == true,
        "{seen}"
    );
    let done = story.ended(&waits).await;
    assert_eq!(done["waiting"], Value::Null);
    assert_eq!(
        (&done["state"], &done["rowsImported"]),
        (&json!("completed"), &json!(4)),
        "{done}"
    );
    assert_eq!(story.bucket.listed(), ["2024/"; 7]);
    // What will not change is asked once.
    story.bucket.refuse(6, 403, "AccessDenied");
    let failed = story.import(json!({ "folder": "2024" })).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(story.bucket.listed().len(), 8);
}

#[tokio::test]
async fn only_what_is_wanted_of_a_folder_is_imported() {
    let story = Story::begin(KEYS).await;
    story
        .import(json!({ "folder": "2024", "subfolders": false }))
        .await;
    assert_eq!(story.external_ids().await, ["2024/a b+c%é.jpg"]);
    let story = Story::begin(KEYS).await;
    story.import(json!({ "folder": "", "extensions": ["JPG"] })).await;
    assert_eq!(
        story.external_ids().await,
        [
            "2024/a b+c%é.jpg",
            "2024/berlin/1.jpg",
            "2024/paris/2.jpg",
            "top.jpg"
        ]
    );
    let none = story
        .import(json!({ "folder": "2024", "extensions": [".dcm"] }))
        .await;
    assert_eq!(none["error"]["code"], "import.nothing_listed", "{none}");
    let message = none["error"]["message"].as_str().unwrap();
    assert!(
        message.contains(".dcm") && message.contains("photos/2024/"),
        "{message}"
    );
}

#[tokio::test]
async fn files_join_the_batch_of_their_folder_beside_those_of_the_import() {
    let story = Story::begin(KEYS).await;
    let wish =
        json!({ "folders": ["2024/"], "files": ["top.jpg"], "batches": ["Monday"], "folderBatches": true });
    let done = story.import(wish).await;
    assert_eq!(done["rowsImported"], 5, "{done}");
    let batches: Vec<Value> = story
        .assets()
        .await
        .iter()
        .map(|asset| asset["batches"].clone())
        .collect();
    let sets = batches.iter().map(|names| {
        let mut names: Vec<&str> = names
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        names.sort_unstable();
        names
    });
    let expected = [
        vec!["2024", "Monday"],
        vec!["Monday", "berlin"],
        vec!["Monday", "berlin"],
        vec!["Monday", "paris"],
        vec!["Monday"],
    ];
    assert_eq!(sets.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_key_that_no_browser_opens_is_a_refused_row_and_stops_nothing() {
    let story = Story::begin(&["a/../b.jpg", "a/./c.jpg", "a/d.jpg"]).await;
    let done = story.import(json!({ "folder": "a" })).await;
    assert_eq!(
        (&done["rowsImported"], &done["rowsRefused"]),
        (&json!(1), &json!(2)),
        "{done}"
    );
    let path = format!(
        "/v2/imports/{}/report?format=ndjson",
        done["_id"].as_str().unwrap()
    );
    let report = story.owner.get(&path).await.body;
    assert!(
        report.as_str().unwrap().contains("address.dot_segment"),
        "{report}"
    );
    assert_eq!(story.external_ids().await, ["a/d.jpg"]);
}

#[tokio::test]
async fn above_a_boundary_only_what_lies_within_is_imported() {
    let prefixes = json!(["photos/2024/berlin", "photos/top*"]);
    let story = Story::within(KEYS, prefixes).await;
    story.import(json!({ "folder": "" })).await;
    assert_eq!(
        story.external_ids().await,
        ["2024/berlin/1.jpg", "2024/berlin/notes.txt", "top.jpg"]
    );
    assert_eq!(story.bucket.listed(), ["2024/berlin/", "top"]);
    let wish = json!({ "upload": true, "projectId": story.project, "folder": "2024/paris" });
    assert_eq!(story.explore(wish).await.code(), "storage.outside_prefixes");
    let named = story.import(json!({ "files": ["2024/paris/2.jpg"] })).await;
    assert_eq!(
        (&named["state"], &named["rowsRefused"]),
        (&json!("failed"), &json!(1)),
        "{named}"
    );
}

#[tokio::test]
async fn thousands_of_keys_are_listed_page_by_page_and_none_twice() {
    let keys: Vec<String> = (0..2_500).map(|n| format!("many/{n:05}.jpg")).collect();
    let story = Story::begin(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let done = story.import(json!({ "folder": "many" })).await;
    assert_eq!(
        (&done["rowsListed"], &done["rowsImported"]),
        (&json!(2_500), &json!(2_500))
    );
    assert_eq!(story.bucket.listed().len(), 3);
    let again = story
        .import(json!({ "folder": "many", "onDuplicate": "skip" }))
        .await;
    assert_eq!(
        (&again["rowsImported"], &again["rowsSkipped"]),
        (&json!(0), &json!(2_500))
    );
}

#[tokio::test]
async fn a_listing_that_is_denied_ends_the_import_with_its_cause() {
    let story = Story::begin(KEYS).await;
    story.bucket.refuse(u32::MAX, 403, "AccessDenied");
    let failed = story.import(json!({ "folder": "2024" })).await;
    assert_eq!(
        (&failed["state"], &failed["error"]["code"]),
        (&json!("failed"), &json!("storage.list_denied")),
        "{failed}"
    );
    assert!(
        failed["error"]["message"]
            .as_str()
            .unwrap()
            .contains("s3:ListBucket")
    );
}

#[tokio::test]
async fn a_list_that_goes_in_circles_ends_the_import_with_its_cause() {
    for goes_on in [GoesOn::WhereItWas, GoesOn::Elsewhere] {
        let story = Story::begin(KEYS).await;
        *story.bucket.goes_on.lock().unwrap() = Some(goes_on);
        let failed = story.import(json!({ "folder": "2024" })).await;
        assert_eq!(
            (&failed["state"], &failed["error"]["code"]),
            (&json!("failed"), &json!("cloud.not_understood")),
            "{goes_on:?}: {failed}"
        );
        assert!(story.bucket.listed().len() <= 2, "{goes_on:?}");
        assert_eq!(failed["rowsImported"], 0);
    }
}

#[tokio::test]
async fn a_listing_is_cancelled_and_leaves_nothing() {
    let story = Story::begin(KEYS).await;
    story.bucket.is_closed.send_replace(true);
    let id = story.start(json!({ "folder": "2024" })).await;
    while story.bucket.listed().is_empty() {
        tokio::task::yield_now().await;
    }
    let shown = story.shown(&id).await;
    assert_eq!(
        (&shown["state"], &shown["isListing"]),
        (&json!("running"), &json!(true))
    );
    let path = format!("/v2/imports/{id}/cancel");
    story.owner.send(Method::POST, &path, Body::empty()).await.data();
    story.bucket.is_closed.send_replace(false);
    let ended = story.ended(&id).await;
    assert_eq!(ended["state"], "cancelled");
    assert_eq!(story.external_ids().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_dry_run_lists_and_imports_nothing() {
    let story = Story::begin(KEYS).await;
    let done = story
        .import(json!({ "folder": "2024", "dryRun": true, "folderBatches": true }))
        .await;
    assert_eq!(
        (&done["state"], &done["rowsImported"]),
        (&json!("completed"), &json!(4))
    );
    assert_eq!(story.external_ids().await, Vec::<String>::new());
}
