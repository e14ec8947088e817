//! A project whose assets are signed, and ways to ask who was handed what.

use std::sync::Arc;

use insitu_hub::config::Config;
use insitu_hub::testing::{Answer, Person, TestHub};
use insitu_model::ambient::FixedClock;
use serde_json::{Value, json};

pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1";
/// Nobody answers there, which a hub that signs does not notice.
pub const ENDPOINT: &str = "http://127.0.0.1:9";

/// A project with three assets of a storage and a public one.
pub struct Story {
    pub hub: TestHub,
    pub clock: Arc<FixedClock>,
    pub ada: Person,
    pub storage: String,
    pub project: String,
    pub assets: Vec<String>,
    pub public: String,
}

impl Story {
    pub async fn begin() -> Self {
        let clock = Arc::new(FixedClock::at(1_800_000_000_000));
        Self::begin_at(clock, |_| {}).await
    }

    pub async fn begin_at(clock: Arc<FixedClock>, change: impl FnOnce(&mut Config)) -> Self {
        let hub = TestHub::start_at(clock.clone(), change).await;
        let ada = hub.owner("Acme").await;
        let form = json!({ "name": "photos", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
            "privateKey": SECRET, "region": "eu-central-1", "endpoint": ENDPOINT });
        let storage = text(&ada.post("/v2/storages", form).await.data()["storage"]["_id"]);
        let project = ada.project("p").await;
        let mut rows: Vec<Value> = (0..3)
            .map(|n| json!({ "data": format!("{ENDPOINT}/photos/{n}.jpg"), "externalId": n.to_string(), "storage": storage }))
            .collect();
        rows.push(json!({ "data": "https://example.com/public.jpg", "externalId": "public" }));
        let cloud = format!("/v2/project/{project}/cloud");
        let imported = ada.post(&cloud, json!({ "assets": rows })).await;
        assert_eq!(imported.data()["assets"]["assetsCreated"], 4, "{}", imported.body);
        let path = format!("/v2/project/{project}/assets?sort=externalId");
        let mut assets: Vec<String> = ada.get(&path).await.data()["assets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|asset| text(&asset["_id"]))
            .collect();
        let public = assets.pop().unwrap();
        Self {
            hub,
            clock,
            ada,
            storage,
            project,
            assets,
            public,
        }
    }

    pub async fn sign(&self, assets: &[String]) -> Answer {
        let path = format!("/v2/project/{}/assets/sign", self.project);
        self.ada.post(&path, json!({ "assets": assets })).await
    }

    pub async fn records(&self, query: &str) -> Vec<Value> {
        let path = format!("/v2/organization/{}/urlRecords?{query}", self.ada.organization);
        self.ada.get(&path).await.data()["records"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub async fn file(&self, query: &str) -> Answer {
        let path = format!(
            "/v2/organization/{}/urlRecords/file?{query}",
            self.ada.organization
        );
        self.ada.get(&path).await
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
