//! What is read of each file, and what is learned or not learned from it.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::story::{Bucket, ROCKET, ROTATED, Story, gzip};

/// Files with every kind of beginning; one that nobody may read, and one that is not there, are asked for as well.
fn bucket() -> Bucket {
    // A segment of as many bytes as one can have.
    let segment = [&[0xff, 0xe2, 0xff, 0xff][..], &[0; 65_533]].concat();
    let bomb = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..],
        &[0xff; 8],
        &[8, 2, 0, 0, 0, 1, 2, 3, 4],
        b"\0\0\0\0IDAT",
    ];
    let late = [
        &[0xff, 0xd8, 0xff, 0xe2, 0x75, 0x30][..],
        &[0; 29_998],
        &ROCKET[2..],
    ];
    let files = HashMap::from([
        ("rocket.jpg", ROCKET.to_vec()),
        ("rotated.jpg", ROTATED.to_vec()),
        ("late.jpg", late.concat()),
        ("packed.jpg", gzip(ROCKET)),
        ("falsely.jpg", ROCKET.to_vec()),
        ("brotli.jpg", b"\x0b\x02\x80".to_vec()),
        ("cut.jpg", ROCKET[..20].to_vec()),
        ("long.jpg", [&[0xff, 0xd8], &segment[..], &segment].concat()),
        ("bomb.png", bomb.concat()),
        ("text.jpg", b"no picture".to_vec()),
        ("empty.jpg", Vec::new()),
    ]);
    let refusals = HashMap::from([("denied.jpg", (u32::MAX, StatusCode::FORBIDDEN))]);
    Bucket {
        files,
        refusals: Mutex::new(refusals),
        encodings: Mutex::new(HashMap::from([
            ("packed.jpg", "gzip"),
            ("falsely.jpg", "gzip"),
            ("brotli.jpg", "br"),
        ])),
        ..Bucket::default()
    }
}

const MEASURED: [&str; 4] = ["rocket.jpg", "rotated.jpg", "late.jpg", "packed.jpg"];
const FAILED: [(&str, &str); 9] = [
    ("falsely.jpg", "image.not_unpacked"),
    ("brotli.jpg", "image.packed"),
    ("cut.jpg", "image.cut_off"),
    ("long.jpg", "image.header_too_long"),
    ("bomb.png", "image.size_out_of_range"),
    ("text.jpg", "image.not_an_image"),
    ("empty.jpg", "image.not_an_image"),
    ("denied.jpg", "cloud.access_denied"),
    ("gone.jpg", "cloud.not_found"),
];

#[tokio::test]
async fn every_asset_is_measured_or_given_up_with_its_reason() {
    let (bucket, endpoint) = bucket().serve().await;
    let story = Story::begin().await;
    let storage = story.storage("photos", &endpoint).await;
    let row = |name: &str| json!({ "data": format!("s3://photos/{name}"), "externalId": name });
    let names = FAILED.iter().map(|(name, _)| *name).chain(MEASURED);
    let mut rows: Vec<Value> = names.map(row).collect();
    let given =
        json!({ "data": "s3://photos/given.jpg", "externalId": "given.jpg", "width": 7, "height": 8 });
    rows.insert(3, given);
    story.import_rows(&storage, &json!(rows)).await;
    let probes = story.done().await;
    assert_eq!(
        (&probes["enabled"], &probes["measured"]),
        (&json!(true), &json!(4))
    );
    assert_eq!(probes["failed"], 9);

    let assets = story.assets().await;
    for name in MEASURED {
        assert_eq!(
            assets[name]["metadata"],
            json!({ "width": 640, "height": 427 }),
            "{name}"
        );
    }
    assert_eq!(
        assets["given.jpg"]["metadata"],
        json!({ "width": 7, "height": 8 })
    );
    assert_eq!(assets["bomb.png"]["metadata"], json!({}));
    let failures = probes["failures"].as_array().unwrap();
    let text = |failure: &Value, field: &str| failure[field].as_str().unwrap().to_owned();
    let reasons: HashMap<String, String> = failures
        .iter()
        .map(|failure| (text(failure, "externalId"), text(failure, "code")))
        .collect();
    let expected = FAILED.map(|(name, code)| (name.to_owned(), code.to_owned()));
    assert_eq!(reasons, HashMap::from(expected));

    let asked = bucket.asked();
    let ranges = |wanted: &str| -> Vec<String> {
        let of_name = asked.iter().filter(|(name, _)| name == wanted);
        of_name.map(|(_, range)| range.clone()).collect()
    };
    assert!(ranges("given.jpg").is_empty(), "its size was given");
    for name in ["rocket.jpg", "late.jpg", "long.jpg"] {
        assert_eq!(ranges(name), ["bytes=0-65535"], "{name}");
    }
}
