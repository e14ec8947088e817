//! Files that people upload: begun at one hub, ended at the other, served by both.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use insitu_hub::ambient::SystemClock;
use insitu_hub::testing::{Answer, TestHub, call};
use insitu_model::ambient::{Clock as _, FixedClock};
use serde_json::json;

use crate::pair::{Pair, fetch, text};

async fn upload_url(pair: &Pair, name: &str) -> String {
    let path = format!(
        "/v2/getUploadUrl?name={name}&project={}&type=assets",
        pair.project
    );
    text(&pair.ada.get(&path).await.data()["uploadUrl"])
}

async fn send(
    hub: &TestHub,
    method: Method,
    link: &str,
    headers: &[(&str, &str)],
    body: &'static str,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(link.strip_prefix("http://hub.test").unwrap());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    call(hub.router(), request.body(Body::from(body)).unwrap()).await
}

async fn fetched_from_both(pair: &Pair, address: &str) -> [bytes::Bytes; 2] {
    let path = format!(
        "/v2/getSignedUrl?name={address}&project={}&type=assets",
        pair.project
    );
    let link = text(&pair.ada.get(&path).await.data()["signedUrl"]);
    [fetch(&pair.one, &link).await, fetch(&pair.two, &link).await]
}

#[tokio::test]
async fn a_link_of_one_hub_is_taken_by_the_other_and_the_file_is_both_hubs() {
    let Some(pair) = Pair::begin().await else { return };
    let link = upload_url(&pair, "a.jpg").await;
    send(&pair.two, Method::PUT, &link, &[], "a picture").await.data();
    let address = link.split('?').next().unwrap();
    assert_eq!(
        fetched_from_both(&pair, address).await,
        ["a picture", "a picture"]
    );
    let rows =
        json!({ "assets": [{ "data": address, "externalId": "a" }], "uploadLocal": "true", "priority": 0 });
    let cloud = format!("/v2/project/{}/cloud", pair.project);
    pair.ada.post(&cloud, rows).await.data();
    assert_eq!(pair.total().await, 1);
}

#[tokio::test]
async fn a_file_that_was_begun_at_one_hub_goes_on_at_the_other() {
    // How old a part is, its file tells by the machine's clock.
    let clock = Arc::new(FixedClock::at(SystemClock.now_ms()));
    let Some(pair) = Pair::begin_at(clock, |_| {}).await else {
        return;
    };
    let link = upload_url(&pair, "a.jpg").await;
    let part = |offset: &'static str| [("Upload-Offset", offset), ("Upload-Length", "10")];
    let begun = send(&pair.one, Method::PATCH, &link, &part("0"), "01234").await;
    assert_eq!(begun.data(), &json!({ "receivedBytes": 5 }));
    let uploads = format!("/v2/project/{}/uploads", pair.project);
    let known = pair
        .ada_at_two
        .post(&uploads, json!({ "names": ["a.jpg"] }))
        .await;
    assert_eq!(known.data()["parts"][0]["receivedBytes"], 5);
    // A third hub that starts meanwhile takes none of it for a leftover.
    let _third = pair.one.another().await;
    let ended = send(&pair.two, Method::PATCH, &link, &part("5"), "56789").await;
    assert_eq!(ended.data()["receivedBytes"], 10);
    let address = link.split('?').next().unwrap();
    assert_eq!(
        fetched_from_both(&pair, address).await,
        ["0123456789", "0123456789"]
    );
}
