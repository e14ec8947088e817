//! What is taken, under which name, from whom, and what becomes of it in a list.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use insitu_model::audit::AuditAction;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

use crate::story::{PUBLIC_URL, Story};

#[tokio::test]
async fn a_name_that_leads_out_of_the_folder_is_refused() {
    let story = Story::begin().await;
    for name in [
        "..",
        "%2e%2e",
        "..%2F..%2Fvault.key",
        "a%5Cb",
        "a%00b",
        ".hidden",
        "a%0Ab",
        "",
    ] {
        let path = format!(
            "/v2/getUploadUrl?name={name}&project={}&type=assets",
            story.project
        );
        let answer = story.owner.get(&path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {}", answer.body);
        assert!(answer.code().starts_with("file.name_"), "{name}: {}", answer.body);
    }
    let path = format!(
        "/v2/files/{}/assets/..%2F..%2F..%2Fvault.key?expires=1&signature=x",
        story.project
    );
    let answer = story.hub.anonymous(Method::GET, &path, Value::Null).await;
    assert_eq!(answer.code(), "file.name_invalid");
    let path = format!("/v2/getUploadUrl?name=a&project={}&type=secrets", story.project);
    assert_eq!(story.owner.get(&path).await.code(), "file.type_unknown");
}

#[tokio::test]
async fn who_labels_uploads_masks_and_nothing_else() {
    let story = Story::begin().await;
    let roles = [(story.project.as_str(), ProjectRole::Labeler)];
    let labeler = story
        .hub
        .member(&story.owner, "lena", OrganizationRole::Member, &roles)
        .await;
    let path = |kind: &str| {
        format!(
            "/v2/getUploadUrl?name=m.png&project={}&type={kind}",
            story.project
        )
    };
    let mask = labeler.get(&path("brushes")).await;
    let mask = mask.data()["uploadUrl"].as_str().unwrap();
    story.put(mask, "mask").await.data();
    let address = mask.split('?').next().unwrap();
    let sign = format!(
        "/v2/getSignedUrl?name={address}&project={}&type=brushes",
        story.project
    );
    let signed = labeler.get(&sign).await;
    let fetched = story
        .fetch(signed.data()["signedUrl"].as_str().unwrap(), &[])
        .await;
    assert_eq!(fetched.bytes, b"mask".as_slice());
    assert_eq!(labeler.get(&path("assets")).await.code(), "access.right_missing");
}

#[tokio::test]
async fn rows_whose_upload_failed_are_named_and_the_others_are_in() {
    let story = Story::begin().await;
    let there = story.upload("there.jpg", b"").await;
    let missing = there.replace("there.jpg", "missing.jpg");
    let made = story
        .import(json!([
            { "data": there }, { "data": missing }, { "data": "https://example.com/a.jpg" },
            { "data": format!("{PUBLIC_URL}/v2/files/nonsense") }
        ]))
        .await;
    let counts = &made.data()["assets"];
    assert_eq!(counts["assetsCreated"], 1);
    let refused: Vec<_> = counts["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["index"].as_u64().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        refused,
        [
            (1, "row.upload_missing"),
            (2, "row.upload_foreign"),
            (3, "file.address_invalid")
        ]
    );
}

#[tokio::test]
async fn an_uploaded_file_is_imported_by_any_list_of_its_project() {
    let story = Story::begin().await;
    let there = story.upload("there.jpg", b"1").await;
    let missing = there.replace("there.jpg", "missing.jpg");
    let path = format!("/v2/project/{}/cloud", story.project);
    let rows = json!([{ "data": there }, { "data": missing }, { "dataset": [there, there] }]);
    let made = story.owner.post(&path, json!({ "assets": rows })).await;
    assert_eq!(made.data()["assets"]["assetsCreated"], 2);
    assert_eq!(made.data()["assets"]["refused"][0]["code"], "row.upload_missing");
    let assets = story
        .owner
        .get(&format!("/v2/project/{}/assets?sort=createdAt", story.project))
        .await;
    assert_eq!(assets.data()["assets"][1]["dataset"], json!([there, there]));
}

#[tokio::test]
async fn what_is_too_large_or_cut_off_is_refused_and_leaves_nothing() {
    let story = Story::begin_with(|config| config.max_upload_bytes = 8).await;
    let url = story.upload_url("a.jpg").await;
    let large = story.put(&url, "123456789").await;
    assert_eq!((large.status.as_u16(), large.code()), (413, "upload.too_large"));
    let pieces = |last: std::io::Result<Bytes>| {
        Body::from_stream(stream::iter([Ok(Bytes::from_static(b"12345")), last]))
    };
    let large = story.put(&url, pieces(Ok(Bytes::from_static(b"6789")))).await;
    assert_eq!((large.status.as_u16(), large.code()), (413, "upload.too_large"));
    let cut = story.put(&url, pieces(Err(std::io::Error::other("reset")))).await;
    assert_eq!((cut.status.as_u16(), cut.code()), (400, "upload.cut_off"));
    assert_eq!(story.files(), Vec::<String>::new());
    assert_eq!(story.put(&url, "12345678").await.status, StatusCode::OK);
    assert_eq!(story.put(&url, "").await.status, StatusCode::OK);
    assert_eq!(story.files(), ["a.jpg"]);
}

#[tokio::test]
async fn an_upload_into_a_bucket_is_signed_for_its_host_alone_and_is_on_record() {
    let story = Story::begin().await;
    let mut form = json!({ "name": "Bucket", "provider": "AWS", "region": "eu-central-1", "prefixes": ["photos/in"],
        "endpoint": "http://127.0.0.1:1", "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1" });
    let storage = |form: Value| {
        let story = &story;
        async move {
            let made = story.owner.post("/v2/storages", form).await;
            made.data()["storage"]["_id"].as_str().unwrap().to_owned()
        }
    };
    let with_prefix = storage(form.clone()).await;
    let path = |storage: &str, more: &str| {
        format!(
            "/v2/getUploadUrl?name=a%20b.jpg&project={}&type=assets&storageId={storage}{more}",
            story.project
        )
    };
    let url = story.owner.get(&path(&with_prefix, "")).await;
    let url = url.data()["uploadUrl"].as_str().unwrap().to_owned();
    let expected = format!(
        "http://127.0.0.1:1/photos/in/{}/assets/a%20b.jpg?X-Amz-",
        story.project
    );
    assert!(url.starts_with(&expected), "{url}");
    assert!(url.contains("X-Amz-SignedHeaders=host&"), "{url}");
    let outside = story.owner.get(&path(&with_prefix, "&bucket=others")).await;
    assert_eq!(outside.code(), "storage.outside_prefixes");
    form["prefixes"] = json!([]);
    form["name"] = json!("Any bucket");
    let without = storage(form).await;
    assert_eq!(
        story.owner.get(&path(&without, "")).await.code(),
        "upload.bucket_missing"
    );
    assert_eq!(
        story.owner.get(&path(&without, "&bucket=NO")).await.code(),
        "bucket.malformed"
    );
    story.owner.get(&path(&without, "&bucket=photos")).await.data();
    assert_eq!(
        story
            .owner
            .get(&path("000000000000000000000000", ""))
            .await
            .code(),
        "storage.not_found"
    );
    let organization = story.owner.organization.parse().unwrap();
    let records = story
        .hub
        .hub
        .db
        .read(move |tx| {
            let all = insitu_store::audit::Filter::default();
            insitu_store::audit::list(tx, organization, &all, None, 10)
        })
        .await
        .unwrap();
    let signed: Vec<_> = records
        .records
        .iter()
        .map(|listed| &listed.record)
        .filter(|record| record.action == AuditAction::UploadSigned)
        .collect();
    assert_eq!(signed.len(), 2);
    assert!(signed[0].details.contains("photos") && !signed[0].details.contains("X-Amz"));
}

#[tokio::test]
async fn who_comes_back_is_told_what_is_there_and_registers_nothing_twice() {
    let story = Story::begin().await;
    let address = story.upload("one.jpg", b"12345").await;
    let path = format!("/v2/project/{}/uploads", story.project);
    let found = story
        .owner
        .post(&path, json!({ "names": ["two.jpg", "one.jpg"] }))
        .await;
    assert_eq!(
        found.data()["files"],
        json!([{ "name": "one.jpg", "url": address, "sizeBytes": 5 }])
    );
    let rows = json!([{ "data": address, "externalId": "a/one.jpg" }]);
    assert_eq!(
        story.import(rows.clone()).await.data()["assets"]["assetsCreated"],
        1
    );
    assert_eq!(story.import(rows).await.data()["assets"]["assetsCreated"], 0);
    let project = story.owner.project("Another").await;
    let elsewhere = format!("/v2/project/{project}/uploads");
    let found = story
        .owner
        .post(&elsewhere, json!({ "names": ["one.jpg"] }))
        .await;
    assert_eq!(found.data()["files"], json!([]));
    for names in [json!([]), json!(["../one.jpg"]), json!([".."])] {
        let answer = story.owner.post(&path, json!({ "names": names })).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{names}");
    }
}
