//! Two hubs, an owner who calls either, and the few words that the tests tell their stories in.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use insitu_hub::config::Config;
use insitu_hub::jobs::{wait_for_export, wait_for_import};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::FixedClock;
use insitu_store::testing::postgres_server;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const NOW_MS: i64 = 1_800_000_000_000;

/// An owner with a project, at two hubs on one database.
pub struct Pair {
    pub one: TestHub,
    pub two: TestHub,
    /// Both hubs' clock.
    pub clock: Arc<FixedClock>,
    /// Ada at the first hub, and at the second.
    pub ada: Person,
    pub ada_at_two: Person,
    pub project: String,
}

impl Pair {
    /// None where there is no PostgreSQL.
    pub async fn begin() -> Option<Self> {
        Self::begin_at(Arc::new(FixedClock::at(NOW_MS)), |_| {}).await
    }

    /// The same with this clock and other settings for both.
    pub async fn begin_at(clock: Arc<FixedClock>, change: impl Fn(&mut Config)) -> Option<Self> {
        postgres_server()?;
        let one = TestHub::start_at(clock.clone(), &change).await;
        let two = one.another_at(clock.clone(), &change).await;
        let ada = one.owner("Acme").await;
        let project = ada.project("Street scenes").await;
        Some(Self {
            ada_at_two: ada.at(&two),
            one,
            two,
            clock,
            ada,
            project,
        })
    }

    /// Ada, at one hub and the other by turns.
    pub fn by_turns(&self, number: usize) -> &Person {
        if number.is_multiple_of(2) {
            &self.ada
        } else {
            &self.ada_at_two
        }
    }

    /// Begins an import at the hub that this person calls; its id.
    pub async fn begin_import(&self, person: &Person, list: String, query: &str) -> String {
        let path = format!("/v2/project/{}/imports?{query}", self.project);
        let answer = person.send(Method::POST, &path, Body::from(list)).await;
        text(&answer.data()["import"]["_id"])
    }

    /// The import once it has ended, waited for at the second hub.
    pub async fn imported(&self, id: &str) -> Value {
        let organization = self.ada.organization.parse().unwrap();
        wait_for_import(&self.two.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        self.ada_at_two.get(&format!("/v2/imports/{id}")).await.data()["import"].clone()
    }

    /// Imports so many pictures.
    pub async fn import_pictures(&self, count: usize) {
        let id = self.begin_import(&self.ada, list("picture", count), "").await;
        let import = self.imported(&id).await;
        assert_eq!(import["rowsImported"], count, "{import}");
    }

    /// The export once it has ended, waited for at the first hub.
    pub async fn exported(&self, id: &str) -> Value {
        let organization = self.ada.organization.parse().unwrap();
        wait_for_export(&self.one.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        self.ada.get(&format!("/v2/exports/{id}")).await.data()["export"].clone()
    }

    /// How many assets the project has, as both hubs say.
    pub async fn total(&self) -> u64 {
        let path = format!("/v2/project/{}/assets?limit=1", self.project);
        let here = self.ada.get(&path).await.data()["total"].as_u64().unwrap();
        let there = self.ada_at_two.get(&path).await.data()["total"].as_u64().unwrap();
        assert_eq!(here, there);
        here
    }

    /// How often an action is on record.
    pub async fn recorded(&self, action: &str) -> u64 {
        let path = format!(
            "/v2/organization/{}/auditRecords?limit=1000&action={action}",
            self.ada.organization
        );
        let records = self.ada.get(&path).await.data()["records"].clone();
        records.as_array().unwrap().len() as u64
    }
}

/// So many rows with public addresses and external IDs that begin like this.
pub fn list(name: &str, count: usize) -> String {
    let row = |number: usize| {
        let id = format!("{name}-{number:06}");
        let data = format!("https://example.com/{id}.jpg");
        json!({ "data": data, "externalId": id, "width": 30, "height": 40 }).to_string()
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    rows.join("\n")
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// What a link without any key leads to at this hub.
pub async fn fetch(hub: &TestHub, link: &str) -> Bytes {
    let path = link.strip_prefix("http://hub.test").unwrap();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = hub.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{link}");
    response.into_body().collect().await.unwrap().to_bytes()
}
