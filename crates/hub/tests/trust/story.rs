//! A hub, an STS that it believes, and the words that the tests tell stories in.

use std::sync::Arc;

use axum::http::Method;
use insitu_hub::config::{Config, DelegateKeys};
use insitu_hub::testing::{Answer, Person, TestHub};
use insitu_model::ambient::FixedClock;
use serde_json::{Value, json};

use crate::sts::{Sts, Trust};

pub const ROLE: &str = "arn:aws:iam::111122223333:role/insitu-read";
pub const OBJECT: &str = "https://photos.s3.eu-central-1.amazonaws.com/2024/a.jpg";
/// 2026-03-04T05:06:07Z.
const NOW_MS: i64 = 1_772_600_767_000;

pub struct Story {
    pub hub: TestHub,
    pub sts: Arc<Sts>,
    pub clock: Arc<FixedClock>,
    pub ada: Person,
    pub project: String,
    pub endpoint: String,
}

impl Story {
    pub async fn begin() -> Self {
        Self::begin_with(|_| {}).await
    }

    pub async fn begin_with(change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(FixedClock::at(NOW_MS));
        let (sts, endpoint) = Sts::serve(clock.clone()).await;
        let sts_endpoint = endpoint.clone();
        let hub = TestHub::start_at(clock.clone(), |config| {
            config.sts_endpoint = Some(sts_endpoint);
            config.delegate = Some(DelegateKeys {
                access_key_id: "AKIAHUB".to_owned(),
                secret_access_key: "secret".into(),
            });
            change(config);
        })
        .await;
        let ada = hub.owner("Acme").await;
        let project = ada.project("Photos").await;
        Self {
            hub,
            sts,
            clock,
            ada,
            project,
            endpoint,
        }
    }

    /// Asks the hub for an external ID, has the role's owner put `trust` of it into the trust policy, and connects.
    pub async fn connect(&self, trust: impl FnOnce(String) -> Trust) -> Value {
        let reserved = self.ada.post("/v2/storages/externalId", json!({})).await;
        let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
        self.sts.trust(ROLE, trust(external_id.clone()));
        let made = self.ada.post("/v2/storages", self.form(ROLE, &external_id)).await;
        made.data()["storage"].clone()
    }

    pub fn form(&self, role: &str, external_id: &str) -> Value {
        form(&self.endpoint, role, external_id)
    }

    /// A storage whose role is as it should be.
    pub async fn connect_well(&self) -> Value {
        self.connect(only).await
    }

    pub async fn verify(&self, storage: &Value) -> Value {
        let answer = self
            .ada
            .post(&format!("{}/verify", path(storage)), json!({}))
            .await;
        answer.data().clone()
    }

    /// Two objects that lie side by side.
    pub async fn import(&self, storage: &Value) -> Answer {
        let rows = [OBJECT.to_owned(), OBJECT.replace("a.jpg", "b.jpg")]
            .map(|data| json!({ "data": data, "storage": storage["_id"] }));
        let body = json!({ "assets": rows });
        self.ada
            .post(&format!("/v2/project/{}/cloud", self.project), body)
            .await
    }

    pub async fn sign(&self, storage: &Value) -> Answer {
        let (project, id) = (&self.project, storage["_id"].as_str().unwrap());
        self.ada
            .get(&format!(
                "/v2/getSignedUrl?name={OBJECT}&project={project}&storageId={id}"
            ))
            .await
    }

    /// The code of why an import that names the storage as its own is not even begun.
    pub async fn code_of_list(&self, storage: &Value) -> Answer {
        let (project, id) = (&self.project, storage["_id"].as_str().unwrap());
        let path = format!("/v2/project/{project}/imports?storage={id}");
        self.ada
            .send(
                Method::POST,
                &path,
                axum::body::Body::from(format!("[{{\"data\":\"{OBJECT}\"}}]")),
            )
            .await
    }

    /// Begins an import of so many objects that all lie in the storage; its id.
    pub async fn begin_list(&self, storage: &Value, rows: usize) -> String {
        let (project, id) = (&self.project, storage["_id"].as_str().unwrap());
        let row = |n: usize| {
            format!(
                "{{\"data\":\"{}\"}}\n",
                OBJECT.replace("a.jpg", &format!("{n}.jpg"))
            )
        };
        let list: String = (0..rows).map(row).collect();
        let path = format!("/v2/project/{project}/imports?storage={id}");
        let begun = self
            .ada
            .send(Method::POST, &path, axum::body::Body::from(list))
            .await;
        begun.data()["import"]["_id"].as_str().unwrap().to_owned()
    }

    /// What the audit record says was done to a storage, in the order of the alphabet: the clock stands still.
    pub async fn audit(&self, storage: &Value) -> Vec<String> {
        let organization = self.ada.organization.parse().unwrap();
        let read = move |tx: &mut insitu_store::Tx| {
            let all = insitu_store::audit::Filter::default();
            insitu_store::audit::list(tx, organization, &all, None, 100)
        };
        let records: Result<_, insitu_store::Error> = self.hub.hub.db.read(read).await;
        let subject = format!("storage:{}", storage["_id"].as_str().unwrap());
        let records = records.unwrap().records.into_iter().map(|one| one.record);
        let about = records.filter(|one| one.subject == subject);
        let mut actions: Vec<String> = about.map(|one| one.action.to_string()).collect();
        actions.sort();
        actions
    }
}

pub fn only(external_id: String) -> Trust {
    Trust::In(vec![external_id])
}

pub fn form(endpoint: &str, role: &str, external_id: &str) -> Value {
    json!({ "name": "Photos", "provider": "AWS", "accessType": "IAM_DELEGATED", "region": "eu-central-1",
            "endpoint": endpoint, "roleArn": role, "externalId": external_id })
}

pub fn path(storage: &Value) -> String {
    format!("/v2/storages/{}", storage["_id"].as_str().unwrap())
}
