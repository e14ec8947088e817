//! A hub with a project to upload into, and the few words that the tests tell their stories in.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use insitu_hub::ambient::SystemClock;
use insitu_hub::testing::{Answer, Person, TestHub, call};
use insitu_model::ambient::Clock;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const PUBLIC_URL: &str = "http://hub.test";

/// An owner with a project on a fresh hub.
pub struct Story {
    pub hub: TestHub,
    pub owner: Person,
    pub project: String,
}

/// What came back for a file.
pub struct Fetched {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Fetched {
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["code"].as_str().unwrap().to_owned()
    }
}

impl Story {
    pub async fn begin() -> Self {
        Self::begin_with(|_| {}).await
    }

    pub async fn begin_with(change: impl FnOnce(&mut insitu_hub::config::Config)) -> Self {
        Self::begin_at(Arc::new(SystemClock), change).await
    }

    /// The same with another clock.
    pub async fn begin_at(
        clock: Arc<dyn Clock>,
        change: impl FnOnce(&mut insitu_hub::config::Config),
    ) -> Self {
        let hub = TestHub::start_at(clock, change).await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        Self { hub, owner, project }
    }

    /// A link to upload a file by.
    pub async fn upload_url(&self, name: &str) -> String {
        let path = format!(
            "/v2/getUploadUrl?name={name}&project={}&type=assets",
            self.project
        );
        let answer = self.owner.get(&path).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        answer.data()["uploadUrl"].as_str().unwrap().to_owned()
    }

    /// Puts bytes by a link, without a key.
    pub async fn put(&self, url: &str, body: impl Into<Body>) -> Answer {
        let request = Request::put(path_of(url)).body(body.into()).unwrap();
        call(self.hub.router(), request).await
    }

    /// Uploads a file; its address.
    pub async fn upload(&self, name: &str, content: &'static [u8]) -> String {
        let url = self.upload_url(name).await;
        let answer = self.put(&url, content).await;
        let address = url.split('?').next().unwrap();
        assert_eq!(answer.data()["file"]["url"], address);
        address.to_owned()
    }

    /// Imports addresses as the SDK does after it has uploaded.
    pub async fn import(&self, rows: Value) -> Answer {
        let path = format!("/v2/project/{}/cloud", self.project);
        self.owner
            .post(
                &path,
                json!({ "assets": rows, "uploadLocal": "true", "priority": 0 }),
            )
            .await
    }

    pub async fn signed(&self, address: &str) -> String {
        let path = format!(
            "/v2/getSignedUrl?name={address}&project={}&type=assets",
            self.project
        );
        self.owner.get(&path).await.data()["signedUrl"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn fetch(&self, url: &str, headers: &[(header::HeaderName, &str)]) -> Fetched {
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
    pub fn files(&self) -> Vec<String> {
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

pub fn path_of(url: &str) -> &str {
    url.strip_prefix(PUBLIC_URL)
        .unwrap_or_else(|| panic!("{url} is not absolute"))
}
