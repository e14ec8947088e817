//! A hub with a project to import into, and the few words that the tests tell their stories in.

use axum::body::Body;
use axum::http::Method;
use insitu_hub::jobs::wait_for_import;
use insitu_hub::testing::{Answer, Person, TestHub};
use serde_json::{Value, json};

/// An owner with an empty project on a fresh hub.
pub struct Story {
    pub hub: TestHub,
    pub owner: Person,
    pub project: String,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub severity: String,
    pub index: u64,
    pub field: String,
    pub code: String,
}

impl Story {
    pub async fn begin() -> Self {
        let hub = TestHub::start().await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        Self { hub, owner, project }
    }

    /// Uploads a list and answers at once.
    pub async fn upload(&self, list: impl Into<Body>, query: &str) -> Answer {
        let path = format!("/v2/project/{}/imports?{query}", self.project);
        self.owner.send(Method::POST, &path, list.into()).await
    }

    /// Uploads a list and waits for the import's end.
    pub async fn import(&self, list: impl Into<Body>, query: &str) -> Value {
        let answer = self.upload(list, query).await;
        self.ended(answer.data()["import"]["_id"].as_str().unwrap()).await
    }

    /// Imports rows that the test writes as JSON.
    pub async fn import_rows(&self, rows: Value, query: &str) -> Value {
        self.import(rows.to_string(), query).await
    }

    /// The import once it has ended.
    pub async fn ended(&self, id: &str) -> Value {
        let organization = self.owner.organization.parse().unwrap();
        wait_for_import(&self.hub.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        self.owner.get(&format!("/v2/imports/{id}")).await.data()["import"].clone()
    }

    /// Every line of an import's report.
    pub async fn report(&self, import: &Value) -> Vec<Line> {
        let path = format!("/v2/imports/{}/report", import["_id"].as_str().unwrap());
        let lines = match self.owner.get(&path).await.body {
            // One line alone is JSON already.
            line @ Value::Object(_) => vec![line],
            Value::String(text) => text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            other => panic!("{other}"),
        };
        lines.iter().map(Line::read).collect()
    }

    /// The project's assets, oldest first.
    pub async fn assets(&self) -> Vec<Value> {
        let path = format!("/v2/project/{}/assets?limit=1000&sort=createdAt", self.project);
        self.owner.get(&path).await.data()["assets"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// One property of each asset, oldest first.
    pub async fn each(&self, property: &str) -> Vec<Value> {
        self.assets()
            .await
            .iter()
            .map(|asset| asset[property].clone())
            .collect()
    }

    /// Connects a storage; its id.
    pub async fn storage(&self, name: &str, more: Value) -> String {
        let mut form = json!({ "name": name, "provider": "AWS", "region": "eu-central-1",
            "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1" });
        form.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = self.owner.post("/v2/storages", form).await;
        made.data()["storage"]["_id"].as_str().unwrap().to_owned()
    }

    /// Files in the spool.
    pub fn spooled(&self) -> usize {
        std::fs::read_dir(self.hub.hub.config.spool_dir())
            .unwrap()
            .count()
    }
}

impl Line {
    fn read(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        assert!(!text("message").is_empty());
        Self {
            severity: text("severity"),
            index: line["index"].as_u64().unwrap(),
            field: text("field"),
            code: text("code"),
        }
    }
}

/// A row with a public address and this external ID.
pub fn row(external_id: &str) -> Value {
    json!({ "data": format!("https://example.com/{external_id}.jpg"), "externalId": external_id })
}
