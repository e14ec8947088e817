//! Who was handed a picture is found by the asset, whichever way its URL was asked for.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::story::{ENDPOINT, Story, text};

fn purposes(records: &[Value]) -> Vec<String> {
    records.iter().map(|record| text(&record["purpose"])).collect()
}

#[tokio::test]
async fn the_record_of_an_asset_has_the_urls_that_were_asked_for_by_its_address() {
    let story = Story::begin().await;
    let by_address = |address: String| {
        let (project, storage) = (&story.project, &story.storage);
        format!("/v2/getSignedUrl?name={address}&project={project}&storageId={storage}")
    };
    story.sign(&story.assets[..1]).await.data();
    story.clock.advance_ms(1);
    for address in [
        format!("{ENDPOINT}/photos/0.jpg"),
        format!("{ENDPOINT}/photos/0.jpg?versionId=v1"),
        "s3://photos/0.jpg".to_owned(),
        format!("{ENDPOINT}/photos/1.jpg"),
    ] {
        story.ada.get(&by_address(address)).await.data();
        story.clock.advance_ms(1);
    }
    assert_eq!(story.records("").await.len(), 5);
    let expected = ["address", "address", "address", "assets"];
    for query in [
        format!("asset={}", story.assets[0]),
        "externalId=0".to_owned(),
        format!("externalId=0&project={}", story.project),
    ] {
        assert_eq!(purposes(&story.records(&query).await), expected, "{query}");
        let file = text(&story.file(&query).await.body);
        assert_eq!(file.lines().count(), 4, "{query}");
    }
    let only_by_address = format!("asset={}&purpose=address", story.assets[1]);
    assert_eq!(purposes(&story.records(&only_by_address).await), ["address"]);

    // A deleted asset is the same object as ever; of another organization's nobody learns anything.
    let path = format!("/v2/project/{}/assets", story.project);
    let deletion = json!({ "assets": [story.assets[0]] });
    story.ada.delete(&path, deletion).await.data();
    let query = format!("asset={}", story.assets[0]);
    assert_eq!(purposes(&story.records(&query).await), expected);
    let bob = story.hub.owner("Rival").await;
    let theirs = format!("/v2/organization/{}/urlRecords?{query}", bob.organization);
    assert_eq!(bob.get(&theirs).await.data()["records"], json!([]));
}

#[tokio::test]
async fn the_record_of_an_uploaded_file_has_the_links_that_were_asked_for_by_its_address() {
    let story = Story::begin().await;
    let project = &story.project;
    let upload = format!("/v2/getUploadUrl?name=new.jpg&project={project}");
    let link = text(&story.ada.get(&upload).await.data()["uploadUrl"]);
    let (path, _) = link
        .split_once("/v2/")
        .map(|(host, path)| (format!("/v2/{path}"), host))
        .unwrap();
    let put = story.ada.send(Method::PUT, &path, Body::from("a picture")).await;
    let file = text(&put.data()["file"]["url"]);
    let cloud = format!("/v2/project/{project}/cloud");
    let rows = json!({ "assets": [{ "data": file, "externalId": "new" }] });
    story.ada.post(&cloud, rows).await.data();
    story.clock.advance_ms(1);
    let look = format!("/v2/getSignedUrl?name={file}&project={project}");
    story.ada.get(&look).await.data();
    assert_eq!(
        purposes(&story.records("externalId=new").await),
        ["address", "upload"]
    );
}

#[tokio::test]
async fn a_head_is_handed_nothing_and_puts_nothing_on_record() {
    let story = Story::begin().await;
    let (project, storage) = (&story.project, &story.storage);
    for path in [
        format!("/v2/getSignedUrl?name={ENDPOINT}/photos/0.jpg&project={project}&storageId={storage}"),
        format!("/v2/getUploadUrl?name=new.jpg&project={project}"),
        format!("/v2/export?project={project}"),
        format!("/v2/project/{project}/exports"),
    ] {
        let head = story.ada.send(Method::HEAD, &path, Body::empty()).await;
        assert_eq!(head.status, 405, "{path}");
    }
    assert_eq!(story.records("").await, [] as [Value; 0]);
}
