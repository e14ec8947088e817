//! A hub with a project whose assets are labeled, and the few words that the tests tell their stories in.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use insitu_hub::jobs::{wait_for_export, wait_for_import};
use insitu_hub::testing::{Answer, Person, TestHub, call};
use insitu_model::id::{AssetId, TaskId};
use insitu_model::task::ReviewStatus;
use insitu_store::projects::{self, ProjectChange};
use insitu_store::tasks::{self, NewAnswer, Saved};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::unzip::unzip;

/// An owner with a project on a fresh hub.
pub struct Story {
    pub hub: TestHub,
    pub owner: Person,
    pub project: String,
}

/// What came back for a request of nobody: downloads are no JSON.
pub struct Fetched {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// Car and tree, and a question with two options.
pub fn schema() -> Value {
    json!({
        "tools": [
            { "tool": "polygon", "title": "Car", "schemaId": "car", "color": "#ff0000", "classifications": [
                { "tool": "radio", "title": "Side", "schemaId": "side", "options": [
                    { "value": "Left", "schemaId": "l" }, { "value": "Right", "schemaId": "r" }] }] },
            { "tool": "bounding-box", "title": "Tree", "schemaId": "tree", "color": "#00ff00" }
        ],
        "classifications": [
            { "tool": "checkbox", "title": "Weather", "schemaId": "weather", "options": [
                { "value": "Sun", "schemaId": "w1" }, { "value": "Rain", "schemaId": "w2" }] }
        ],
        "relations": []
    })
}

/// An answer of a square car at a place, with a side length.
pub fn car(id: &str, x: u32, y: u32, side: u32) -> Value {
    json!({ "objectId": id, "schemaId": "car", "polygon": [[x, y], [x + side, y], [x + side, y + side], [x, y + side]],
        "classifications": [] })
}

impl Story {
    pub async fn begin() -> Self {
        Self::begin_with(|_| {}).await
    }

    pub async fn begin_with(change: impl FnOnce(&mut insitu_hub::config::Config)) -> Self {
        let hub = TestHub::start_with(change).await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        let change = ProjectChange {
            category_schema: Some(schema().to_string()),
            ..ProjectChange::default()
        };
        let (organization, id) = (owner.organization.parse().unwrap(), project.parse().unwrap());
        let now = hub.hub.clock.now_ms();
        hub.hub
            .db
            .claim(move |tx| projects::update(tx, organization, id, &change, now))
            .await
            .unwrap();
        Self { hub, owner, project }
    }

    /// Imports rows; the ids of their tasks, in their order.
    pub async fn import(&self, rows: Value) -> Vec<String> {
        let before = self.assets().await.len();
        let path = format!("/v2/project/{}/imports", self.project);
        let answer = self
            .owner
            .send(Method::POST, &path, rows.to_string().into())
            .await;
        let id = answer.data()["import"]["_id"].as_str().unwrap().to_owned();
        let organization = self.owner.organization.parse().unwrap();
        let import = wait_for_import(&self.hub.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(import.state.as_str(), "completed", "{:?}", import.error);
        self.assets().await[before..]
            .iter()
            .map(|asset| {
                let id: AssetId = asset["_id"].as_str().unwrap().parse().unwrap();
                TaskId::of_asset(id).to_string()
            })
            .collect()
    }

    /// Pictures of 100 × 80 pixels with these external IDs; the ids of their tasks.
    pub async fn pictures(&self, names: &[&str]) -> Vec<String> {
        let rows: Vec<Value> = names.iter().map(|name| picture(name)).collect();
        self.import(Value::Array(rows)).await
    }

    /// A picture in the hub's own storage, uploaded and imported; its address.
    pub async fn upload(&self, name: &str) -> String {
        let ask = format!(
            "/v2/getUploadUrl?name={name}&project={}&type=assets",
            self.project
        );
        let link = self.owner.get(&ask).await.data()["uploadUrl"].clone();
        let link = link.as_str().unwrap();
        let put = Request::put(link.strip_prefix("http://hub.test").unwrap()).body(Body::from("a picture"));
        call(self.hub.router(), put.unwrap()).await.data();
        let address = link.split('?').next().unwrap().to_owned();
        self.import(json!([{ "data": address, "externalId": name, "width": 3, "height": 2 }]))
            .await;
        address
    }

    async fn assets(&self) -> Vec<Value> {
        let path = format!("/v2/project/{}/assets?limit=1000&sort=createdAt", self.project);
        let answer = self.owner.get(&path).await;
        answer.data()["assets"].as_array().unwrap().clone()
    }

    /// Submits an answer and accepts it, as the owner.
    pub async fn complete(&self, task: &str, answer: Value) {
        self.submit(task, answer).await;
        let (organization, project) = self.ids();
        let (task, by, now): (TaskId, _, _) = (task.parse().unwrap(), self.user().await, self.now());
        self.hub
            .hub
            .db
            .claim(move |tx| {
                let verdict = (by, ReviewStatus::Accepted);
                tasks::review(tx, organization, project, task, verdict, now)
            })
            .await
            .unwrap();
    }

    /// Submits an answer to its review, as the owner.
    pub async fn submit(&self, task: &str, answer: Value) {
        let (organization, project) = self.ids();
        let (task, by, now): (TaskId, _, _) = (task.parse().unwrap(), self.user().await, self.now());
        let new = NewAnswer {
            by,
            answer: answer.to_string(),
            terms: insitu_model::answer::Terms::default(),
            based_on: None,
            duration: 1500,
            is_draft: false,
            submit: true,
            only_own: false,
        };
        let saved = self
            .hub
            .hub
            .db
            .claim(move |tx| tasks::save(tx, organization, project, task, &new, now))
            .await
            .unwrap();
        assert!(matches!(saved, Saved::Kept(_)), "{saved:?}");
    }

    fn ids(&self) -> (insitu_model::id::OrganizationId, insitu_model::id::ProjectId) {
        (
            self.owner.organization.parse().unwrap(),
            self.project.parse().unwrap(),
        )
    }

    fn now(&self) -> i64 {
        self.hub.hub.clock.now_ms()
    }

    pub async fn user(&self) -> insitu_model::id::UserId {
        let email = self.owner.email.clone();
        let found = self
            .hub
            .hub
            .db
            .read(move |tx| insitu_store::users::find_by_email(tx, &email))
            .await;
        found.unwrap().unwrap().id
    }

    /// Asks for an export.
    pub async fn ask(&self, body: Value) -> Answer {
        let path = format!("/v2/project/{}/exports", self.project);
        self.owner.post(&path, body).await
    }

    /// The export once it has ended.
    pub async fn export(&self, body: Value) -> Value {
        let asked = self.ask(body).await;
        assert_eq!(asked.status, 201, "{}", asked.body);
        self.ended(asked.data()["export"]["_id"].as_str().unwrap()).await
    }

    pub async fn ended(&self, id: &str) -> Value {
        let organization = self.owner.organization.parse().unwrap();
        wait_for_export(&self.hub.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        self.owner.get(&format!("/v2/exports/{id}")).await.data()["export"].clone()
    }

    /// The entries of a completed export's file.
    pub async fn entries(&self, export: &Value) -> Vec<(String, Vec<u8>)> {
        unzip(&self.file(export).await)
    }

    /// A completed export's file.
    pub async fn file(&self, export: &Value) -> Vec<u8> {
        assert_eq!(export["state"], "completed", "{export}");
        let fetched = self.fetch(export["downloadUrl"].as_str().unwrap(), &[]).await;
        assert_eq!(fetched.status, 200);
        fetched.bytes
    }

    /// The elements of a JSON export with these options.
    pub async fn elements(&self, options: Value) -> Vec<Value> {
        let export = self.export(options).await;
        let entries = self.entries(&export).await;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].0, "export.json");
        serde_json::from_slice(&entries[0].1).unwrap()
    }

    /// Fetches an absolute address without any key.
    pub async fn fetch(&self, url: &str, headers: &[(&str, &str)]) -> Fetched {
        self.request(Method::GET, url, headers).await
    }

    pub async fn request(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> Fetched {
        let path = url.strip_prefix("http://hub.test").unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
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
            bytes: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// Every line of an export's report.
    pub async fn report(&self, export: &Value) -> Vec<Value> {
        let path = format!("/v2/exports/{}/report", export["_id"].as_str().unwrap());
        match self.owner.get(&path).await.body {
            // One line alone is JSON already.
            line @ Value::Object(_) => vec![line],
            Value::String(text) => text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            other => panic!("{other}"),
        }
    }
}

impl Fetched {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["code"].as_str().unwrap().to_owned()
    }
}

/// A row with a public address, this external ID and a size.
pub fn picture(external_id: &str) -> Value {
    json!({ "data": format!("https://example.com/{external_id}.jpg"), "externalId": external_id,
        "width": 100, "height": 80 })
}
