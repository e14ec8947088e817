//! The hub's own storage: files are put and fetched by links that are good for one file, one method and a while.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt as _;
use insitu_hub::testing::{Answer, Person, TestHub, call};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PUBLIC_URL: &str = "http://hub.test";

/// An owner with a project on a fresh hub.
struct Story {
    hub: TestHub,
    owner: Person,
    project: String,
}

/// What came back for a file.
struct Fetched {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Fetched {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["code"].as_str().unwrap().to_owned()
    }
}

impl Story {
    async fn begin() -> Self {
        Self::begin_with(|_| {}).await
    }

    async fn begin_with(change: impl FnOnce(&mut insitu_hub::config::Config)) -> Self {
        let hub = TestHub::start_with(change).await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        Self { hub, owner, project }
    }

    /// A link to upload a file by.
    async fn upload_url(&self, name: &str) -> String {
        let path = format!(
            "/v2/getUploadUrl?name={name}&project={}&type=assets",
            self.project
        );
        let answer = self.owner.get(&path).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        answer.data()["uploadUrl"].as_str().unwrap().to_owned()
    }

    /// Puts bytes by a link, without a key.
    async fn put(&self, url: &str, body: impl Into<Body>) -> Answer {
        let request = Request::put(path_of(url)).body(body.into()).unwrap();
        call(self.hub.router(), request).await
    }

    /// Uploads a file; its address.
    async fn upload(&self, name: &str, content: &'static [u8]) -> String {
        let url = self.upload_url(name).await;
        let answer = self.put(&url, content).await;
        let address = url.split('?').next().unwrap();
        assert_eq!(answer.data()["file"]["url"], address);
        address.to_owned()
    }

    /// Imports addresses as the SDK does after it has uploaded.
    async fn import(&self, rows: Value) -> Answer {
        let path = format!("/v2/project/{}/cloud", self.project);
        self.owner
            .post(
                &path,
                json!({ "assets": rows, "uploadLocal": "true", "priority": 0 }),
            )
            .await
    }

    async fn signed(&self, address: &str) -> String {
        let path = format!(
            "/v2/getSignedUrl?name={address}&project={}&type=assets",
            self.project
        );
        self.owner.get(&path).await.data()["signedUrl"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn fetch(&self, url: &str, headers: &[(header::HeaderName, &str)]) -> Fetched {
        let mut request = Request::get(path_of(url));
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = self
            .hub
            .router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        Fetched {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// Files in the data directory below the own storage, arriving ones included.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.hub.folder().join("files")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        found
    }
}

fn path_of(url: &str) -> &str {
    url.strip_prefix(PUBLIC_URL)
        .unwrap_or_else(|| panic!("{url} is not absolute"))
}

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
        .read(move |tx| insitu_store::audit::list(tx, organization, None, 10))
        .await
        .unwrap();
    let signed: Vec<_> = records
        .iter()
        .filter(|record| record.action == "storage.upload_signed")
        .collect();
    assert_eq!(signed.len(), 2);
    assert!(signed[0].details.contains("photos") && !signed[0].details.contains("X-Amz"));
}
