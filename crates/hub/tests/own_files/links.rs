//! Links, and what is fetched by them.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use insitu_hub::config::Config;
use insitu_hub::own_files::Link;
use insitu_model::ambient::{Clock as _, FixedClock};
use insitu_model::own_file::OwnFile;
use serde_json::{Value, json};

use crate::story::{PUBLIC_URL, Story};

#[tokio::test]
async fn a_file_is_uploaded_imported_signed_and_fetched() {
    let story = Story::begin().await;
    let address = story
        .upload("M%C3%B6we%201+2.jpg", b"\xff\xd8\xff the picture")
        .await;
    assert_eq!(
        address,
        format!(
            "{PUBLIC_URL}/v2/files/{}/assets/M%C3%B6we%201%2B2.jpg",
            story.project
        )
    );
    let made = story
        .import(json!([{ "data": address, "externalId": "Möwe" }]))
        .await;
    assert_eq!(made.data()["assets"]["assetsCreated"], 1);
    let path = format!("/v2/project/{}/assets", story.project);
    let asset = story.owner.get(&path).await.data()["assets"][0].clone();
    assert_eq!(asset["data"], address.as_str());
    assert_eq!(asset["storage"], Value::Null);
    let signed = story
        .owner
        .post(&format!("{path}/sign"), json!({ "assets": [asset["_id"]] }))
        .await;
    let url = signed.data()["urls"][0]["url"].as_str().unwrap().to_owned();
    assert!(signed.data()["urls"][0]["expiresAt"].is_string());
    let fetched = story.fetch(&url, &[]).await;
    assert_eq!(fetched.status, StatusCode::OK);
    assert_eq!(fetched.bytes, b"\xff\xd8\xff the picture".as_slice());
    assert_eq!(fetched.header(header::CONTENT_TYPE), "image/jpeg");
    assert_eq!(
        url,
        story.signed(&address).await,
        "the same asset has the same link for a while"
    );
}

#[tokio::test]
async fn what_is_kept_of_an_address_does_not_name_the_hub() {
    let story = Story::begin().await;
    let address = story.upload("a.jpg", b"a").await;
    story.import(json!([{ "data": address }])).await.data();
    let path = format!("/v2/project/{}/assets", story.project);
    let listed = story.owner.get(&path).await;
    let asset = listed.data()["assets"][0]["_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let (organization, project) = (
        story.owner.organization.parse().unwrap(),
        story.project.parse().unwrap(),
    );
    let kept = story
        .hub
        .hub
        .db
        .read(move |tx| insitu_store::assets::find(tx, organization, project, asset))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.data, format!("insitu:{}/assets/a.jpg", story.project));
    let moved = insitu_hub::own_files::OwnFiles::new("files".into(), "https://elsewhere.example", 1);
    assert_eq!(
        moved.shown(kept.data),
        address.replace(PUBLIC_URL, "https://elsewhere.example")
    );
}

#[tokio::test]
async fn parts_of_a_file_and_what_a_browser_has_already_are_answered_so() {
    let story = Story::begin().await;
    let address = story.upload("a.txt", b"0123456789").await;
    let url = story.signed(&address).await;
    let whole = story.fetch(&url, &[(header::ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(whole.header(header::CONTENT_ENCODING), "");
    assert_eq!(whole.header(header::CONTENT_LENGTH), "10");
    let etag = whole.header(header::ETAG).to_owned();
    let part = story.fetch(&url, &[(header::RANGE, "bytes=2-4")]).await;
    assert_eq!(
        (part.status, part.bytes.as_ref()),
        (StatusCode::PARTIAL_CONTENT, b"234".as_slice())
    );
    assert_eq!(part.header(header::CONTENT_RANGE), "bytes 2-4/10");
    let outside = story.fetch(&url, &[(header::RANGE, "bytes=10-")]).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.header(header::CONTENT_RANGE), "bytes */10");
    let known = story.fetch(&url, &[(header::IF_NONE_MATCH, &etag)]).await;
    assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = [(header::RANGE, "bytes=2-4"), (header::IF_RANGE, "\"another\"")];
    assert_eq!(story.fetch(&url, &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_that_is_uploaded_runs_in_the_hubs_origin() {
    let story = Story::begin().await;
    for name in ["page.html", "drawing.svg", "page"] {
        let address = story
            .upload(name, b"<svg xmlns='http://www.w3.org/2000/svg'><script/>")
            .await;
        let fetched = story.fetch(&story.signed(&address).await, &[]).await;
        assert_eq!(
            fetched.header(header::CONTENT_TYPE),
            "application/octet-stream",
            "{name}"
        );
        assert_eq!(fetched.header(header::CONTENT_DISPOSITION), "attachment");
        assert_eq!(
            fetched.header(header::CONTENT_SECURITY_POLICY),
            "default-src 'none'; sandbox"
        );
        assert_eq!(fetched.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(fetched.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), PUBLIC_URL);
    }
}

#[tokio::test]
async fn a_link_is_good_for_its_file_its_method_and_its_time() {
    let story = Story::begin().await;
    let upload = story.upload_url("a.jpg").await;
    let address = story.upload("a.jpg", b"a").await;
    story.upload("b.jpg", b"b").await;
    let open = story.signed(&address).await;
    assert_eq!(story.fetch(&open, &[]).await.bytes, b"a".as_slice());
    let code = |url: String| {
        let story = &story;
        async move {
            let fetched = story.fetch(&url, &[]).await;
            (fetched.status.as_u16(), fetched.code())
        }
    };
    let refused = |code: &str| (403, code.to_owned());
    assert_eq!(code(address.clone()).await, refused("link.missing"));
    assert_eq!(code(upload.clone()).await, refused("link.invalid"));
    assert_eq!(
        code(open.replace("a.jpg", "b.jpg")).await,
        refused("link.invalid")
    );
    let other = story.owner.project("Another").await;
    assert_eq!(
        code(open.replace(&story.project, &other)).await,
        refused("link.invalid")
    );
    assert_eq!(
        code(open.replace("/assets/", "/brushes/")).await,
        refused("link.invalid")
    );
    assert_eq!(
        code(open.replace("expires=", "expires=9")).await,
        refused("link.invalid")
    );
    assert_eq!(code(format!("{open}x")).await, refused("link.invalid"));
    for url in [open, address] {
        let answer = story.put(&url, "replaced").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    assert_eq!(story.put(&upload, "second").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_file_of_another_project_is_neither_signed_nor_imported() {
    let story = Story::begin().await;
    let address = story.upload("a.jpg", b"a").await;
    let rival = story.hub.owner("Rival").await;
    let theirs = rival.project("Theirs").await;
    let path = format!("/v2/getSignedUrl?name={address}&project={theirs}&type=assets");
    assert_eq!(rival.get(&path).await.code(), "file.not_found");
    let path = format!(
        "/v2/getSignedUrl?name={address}&project={}&type=assets",
        story.project
    );
    assert_eq!(rival.get(&path).await.code(), "project.not_found");
    let body = json!({ "assets": [{ "data": address }], "uploadLocal": "true" });
    let answer = rival.post(&format!("/v2/project/{theirs}/cloud"), body).await;
    assert_eq!(
        answer.body["details"]["refused"][0]["code"],
        "row.upload_elsewhere"
    );
}

/// Settings that put the files into a bucket; signing asks nobody.
fn in_bucket(config: &mut Config) {
    config.own_storage = Some("s3://own-files/insitu".to_owned());
    config.own_storage_region = Some("eu-central-1".to_owned());
    config.own_storage_endpoint = Some("http://127.0.0.1:9".to_owned());
    config.own_storage_access_key_id = Some("AKIAIOSFODNN7EXAMPLE".to_owned());
    config.own_storage_secret_access_key = Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into());
}

#[tokio::test]
async fn what_a_link_leads_to_in_the_bucket_never_outlives_the_link() {
    let clock = Arc::new(FixedClock::at(1_800_000_000_000));
    let story = Story::begin_at(clock.clone(), in_bucket).await;
    let file = OwnFile::parse_kept(&format!("insitu:{}/assets/a.jpg", story.project)).unwrap();
    let link = Link::to_export(&story.hub.hub, &file, clock.now_ms()).unwrap();
    let whole_s = i64::from(story.hub.hub.config.signed_url_ttl);
    for (left_s, most_s) in [(whole_s * 2, whole_s), (600, 600), (7, 7), (1, 1)] {
        clock.advance_ms(link.expires_at_ms - left_s * 1000 - clock.now_ms());
        let led = story.fetch(&link.url, &[]).await;
        assert_eq!(led.status, StatusCode::TEMPORARY_REDIRECT, "{left_s}");
        let ends_s = end_of(led.header(header::LOCATION));
        let now_s = clock.now_ms() / 1000;
        assert!(ends_s > now_s, "{left_s}: it opens the file");
        assert!(ends_s <= now_s + most_s, "{left_s}: it ends at {ends_s}");
    }
    clock.advance_ms(1_000);
    let ended = story.fetch(&link.url, &[]).await;
    assert_eq!(
        (ended.status, ended.code().as_str()),
        (StatusCode::FORBIDDEN, "link.expired")
    );
}

/// When a signed URL ends, in seconds.
fn end_of(url: &str) -> i64 {
    let field = |name: &str| {
        let fields = url.split(['?', '&']);
        let found = fields.filter_map(|field| field.strip_prefix(name)).next();
        found.unwrap_or_else(|| panic!("{url} has no {name}"))
    };
    let signed_at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", field("X-Amz-Date=")).unwrap();
    let signed_at = jiff::tz::TimeZone::UTC.to_timestamp(signed_at).unwrap();
    signed_at.as_second() + field("X-Amz-Expires=").parse::<i64>().unwrap()
}
