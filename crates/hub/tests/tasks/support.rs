//! A project with people in it, and short words for what they do.

use insitu_hub::testing::{Answer, Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

pub struct World {
    pub _hub: TestHub,
    pub owner: Person,
    pub ada: Person,
    pub ben: Person,
    pub rita: Person,
    pub project: String,
}

impl World {
    /// A project of these external IDs with two labelers and a reviewer.
    pub async fn with(external_ids: &[&str]) -> Self {
        let hub = TestHub::start().await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Birds").await;
        let people = [
            ("ada", ProjectRole::Labeler),
            ("ben", ProjectRole::Labeler),
            ("rita", ProjectRole::Reviewer),
        ];
        let mut members = Vec::new();
        for (name, role) in people {
            let roles = [(project.as_str(), role)];
            members.push(hub.member(&owner, name, OrganizationRole::Member, &roles).await);
        }
        let [ada, ben, rita] = members.try_into().unwrap();
        let asset = |id: &&str| json!({ "data": format!("https://example.com/{id}.jpg"), "externalId": id, "width": 100, "height": 80 });
        let assets: Vec<Value> = external_ids.iter().map(asset).collect();
        owner
            .post(
                &format!("/v2/project/{project}/cloud"),
                json!({ "assets": assets }),
            )
            .await
            .data();
        Self {
            _hub: hub,
            owner,
            ada,
            ben,
            rita,
            project,
        }
    }

    pub async fn next(&self, person: &Person, stage: &str) -> Value {
        let path = format!("/v2/project/{}/tasks/next", self.project);
        person.post(&path, json!({ "stage": stage })).await.data()["task"].clone()
    }

    pub async fn list(&self, person: &Person, query: &str) -> (Vec<String>, u64) {
        let path = format!("/v2/project/{}/tasks?limit=100&{query}", self.project);
        let answer = person.get(&path).await;
        let data = answer.data();
        let ids = data["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["externalId"].as_str().unwrap().to_owned());
        (ids.collect(), data["total"].as_u64().unwrap())
    }
}

pub fn id(task: &Value) -> &str {
    task["_id"].as_str().unwrap()
}

pub async fn annotate(person: &Person, task: &Value, query: &str, body: Value) -> Answer {
    person
        .post(&format!("/v2/annotate/{}?{query}", id(task)), body)
        .await
}

pub fn polygon(name: &str) -> Value {
    json!({ "objects": [{ "objectId": name, "schemaId": "car", "polygon": [[1, 2], [30, 4], [5, 60.25]], "mine": 7 }] })
}
