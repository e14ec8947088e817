//! Files that arrive in parts: what is here is told, the rest goes on from there, and half a file is nobody's asset.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use insitu_hub::testing::{Answer, call};
use serde_json::{Value, json};

use crate::story::{Story, path_of};

const CONTENT: &[u8] = b"0123456789";

/// Sends a part by a link, without a key.
async fn send(story: &Story, url: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::patch(path_of(url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    call(story.hub.router(), request.body(body.into()).unwrap()).await
}

fn at(offset: &'static str) -> [(&'static str, &'static str); 2] {
    [("Upload-Offset", offset), ("Upload-Length", "10")]
}

async fn uploads(story: &Story, name: &str) -> Value {
    let path = format!("/v2/project/{}/uploads", story.project);
    let found = story.owner.post(&path, json!({ "names": [name] })).await;
    found.data().clone()
}

#[tokio::test]
async fn a_file_that_was_cut_off_goes_on_at_its_byte_and_is_an_asset_once_it_is_whole() {
    let story = Story::begin().await;
    let url = story.upload_url("a.jpg").await;
    let address = url.split('?').next().unwrap();
    let cut = Body::from_stream(stream::iter([
        Ok(Bytes::from_static(b"01234")),
        Err(std::io::Error::other("reset")),
    ]));
    let answer = send(&story, &url, &at("0"), cut).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "upload.cut_off"));
    let part = json!([{ "name": "a.jpg", "receivedBytes": 5, "sizeBytes": 10 }]);
    assert_eq!(
        uploads(&story, "a.jpg").await,
        json!({ "files": [], "parts": part })
    );
    let refused = story.import(json!([{ "data": address }])).await;
    assert_eq!(
        refused.body["details"]["refused"][0]["code"],
        "row.upload_missing"
    );
    // Whoever has the link alone learns it from the refusal.
    let wrong = send(&story, &url, &at("0"), "0123456789").await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code()),
        (409, "upload.wrong_offset")
    );
    assert_eq!(wrong.body["details"], json!({ "receivedBytes": 5 }));
    let kept = send(&story, &url, &at("5"), "56").await;
    assert_eq!(kept.data(), &json!({ "receivedBytes": 7 }));
    let sum = format!("crc32 {:08x}", crc32fast::hash(CONTENT));
    let [offset, length] = at("7");
    let whole = send(&story, &url, &[offset, length, ("Upload-Checksum", &sum)], "789").await;
    let file = json!({ "url": address, "sizeBytes": 10 });
    assert_eq!(whole.data(), &json!({ "receivedBytes": 10, "file": file }));
    assert_eq!(story.files(), ["a.jpg"]);
    assert_eq!(
        story.import(json!([{ "data": address }])).await.data()["assets"]["assetsCreated"],
        1
    );
    let fetched = story.fetch(&story.signed(address).await, &[]).await;
    assert_eq!(fetched.bytes, CONTENT);
}

#[tokio::test]
async fn more_than_was_announced_and_another_file_than_its_checksum_are_refused() {
    let story = Story::begin_with(|config| config.max_upload_bytes = 10).await;
    let url = story.upload_url("a.jpg").await;
    send(&story, &url, &at("0"), "01234").await.data();
    let beyond = send(&story, &url, &at("5"), "567890").await;
    assert_eq!((beyond.status.as_u16(), beyond.code()), (400, "upload.over_long"));
    assert_eq!(uploads(&story, "a.jpg").await["parts"][0]["receivedBytes"], 5);
    let longer = [("Upload-Offset", "0"), ("Upload-Length", "11")];
    let large = send(&story, &url, &longer, "0").await;
    assert_eq!((large.status.as_u16(), large.code()), (413, "upload.too_large"));
    let [offset, length] = at("5");
    let wrong = send(
        &story,
        &url,
        &[offset, length, ("Upload-Checksum", "crc32 00000000")],
        "56789",
    )
    .await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code()),
        (400, "upload.wrong_checksum")
    );
    assert_eq!(story.files(), Vec::<String>::new());
    assert_eq!(
        uploads(&story, "a.jpg").await,
        json!({ "files": [], "parts": [] })
    );
}

#[tokio::test]
async fn a_part_says_where_it_belongs_and_needs_the_link_to_upload() {
    let story = Story::begin().await;
    let url = story.upload_url("a.jpg").await;
    let headers: [&[(&str, &str)]; 4] = [
        &[],
        &[("Upload-Offset", "0")],
        &[("Upload-Offset", "-1"), ("Upload-Length", "10")],
        &[
            ("Upload-Offset", "0"),
            ("Upload-Length", "10"),
            ("Upload-Checksum", "md5 00000000"),
        ],
    ];
    for headers in headers {
        let answer = send(&story, &url, headers, "0").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{headers:?}");
        assert_eq!(answer.code(), "upload.header_invalid", "{headers:?}");
    }
    let address = story.upload("b.jpg", b"b").await;
    let open = story.signed(&address).await;
    assert_eq!(send(&story, &open, &at("0"), "0").await.code(), "link.invalid");
    assert_eq!(send(&story, &address, &at("0"), "0").await.code(), "link.missing");
    assert_eq!(story.files(), ["b.jpg"]);
}
