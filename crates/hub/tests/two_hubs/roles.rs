//! Roles of customers: tried by one hub, used by both, and whatever an owner does to one at a hub the other honours.

use std::sync::Arc;

use futures_util::future::join_all;
use insitu_hub::config::DelegateKeys;
use insitu_hub::jobs::proofs;
use insitu_hub::testing::{Answer, Person};
use insitu_model::ambient::FixedClock;
use serde_json::{Value, json};

use crate::pair::{Pair, text};
use crate::sts::{Sts, Trust};

const NOW_MS: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// How long another hub's change of a storage may go unnoticed, as docs/OPERATIONS.md says.
const KEPT_MS: i64 = 5_000;
const MISSING: &str = "storage.trust_policy_missing_external_id";
const OBJECT: &str = "https://photos.s3.eu-central-1.amazonaws.com/2024/a.jpg";

/// Two hubs and the STS that both believe.
struct Story {
    pair: Pair,
    sts: Arc<Sts>,
    endpoint: String,
}

impl Story {
    async fn begin() -> Option<Self> {
        let clock = Arc::new(FixedClock::at(NOW_MS));
        let (sts, endpoint) = Sts::serve(clock.clone()).await;
        let pair = Pair::begin_at(clock, |config| {
            config.sts_endpoint = Some(endpoint.clone());
            config.delegate = Some(DelegateKeys {
                access_key_id: "AKIAHUB".to_owned(),
                secret_access_key: "secret".into(),
            });
        })
        .await?;
        Some(Self { pair, sts, endpoint })
    }

    /// Connects a role of this name at the hub that this person calls, once its owner trusts the hub so.
    async fn connect(&self, person: &Person, name: &str, trust: impl Fn(String) -> Trust) -> Value {
        let reserved = person.post("/v2/storages/externalId", json!({})).await;
        let external_id = text(&reserved.data()["externalId"]);
        let role = role(name);
        self.sts.trust(&role, trust(external_id.clone()));
        let form = json!({ "name": name, "provider": "AWS", "accessType": "IAM_DELEGATED", "region": "eu-central-1",
            "endpoint": self.endpoint, "roleArn": role, "externalId": external_id });
        person.post("/v2/storages", form).await.data()["storage"].clone()
    }

    async fn sign(&self, person: &Person, storage: &Value) -> Answer {
        let (project, id) = (&self.pair.project, text(&storage["_id"]));
        let path = format!("/v2/getSignedUrl?name={OBJECT}&project={project}&storageId={id}");
        person.get(&path).await
    }

    /// External IDs that a role was asked with.
    fn asked(&self, name: &str) -> Vec<Option<String>> {
        let role = role(name);
        let asked = self.sts.asked().into_iter().filter(|one| one.role == role);
        asked.map(|one| one.external_id).collect()
    }
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

fn path(storage: &Value) -> String {
    format!("/v2/storages/{}", text(&storage["_id"]))
}

#[tokio::test]
async fn what_an_owner_overrides_at_one_hub_the_other_honours() {
    let Some(story) = Story::begin().await else { return };
    let (ada, there) = (&story.pair.ada, &story.pair.ada_at_two);
    let storage = story.connect(ada, "open", |_| Trust::Open).await;
    assert_eq!(story.sign(there, &storage).await.code(), MISSING);
    let word = format!("{}/verification/override", path(&storage));
    ada.post(&word, json!({})).await.data();
    story.pair.clock.advance_ms(KEPT_MS);
    story.sign(there, &storage).await.data();
    ada.delete(&word, json!({})).await.data();
    story.pair.clock.advance_ms(KEPT_MS);
    assert_eq!(story.sign(there, &storage).await.code(), MISSING);
}

#[tokio::test]
async fn an_external_id_that_is_rotated_at_one_hub_is_the_others_too() {
    let Some(story) = Story::begin().await else { return };
    let (ada, there) = (&story.pair.ada, &story.pair.ada_at_two);
    let only = |external_id: String| Trust::In(vec![external_id]);
    let storage = story.connect(ada, "photos", only).await;
    story.sign(there, &storage).await.data();
    let begun = ada
        .post(&format!("{}/externalId/rotate", path(&storage)), json!({}))
        .await;
    let new = text(&begun.data()["storage"]["nextExternalId"]);
    story.sts.trust(&role("photos"), only(new.clone()));
    let verified = ada.post(&format!("{}/verify", path(&storage)), json!({})).await;
    assert_eq!(verified.data()["storage"]["externalId"], new.as_str());
    story.pair.clock.advance_ms(KEPT_MS);
    let before = story.asked("photos").len();
    story.sign(there, &storage).await.data();
    // A session lives for hours: the other hub asks for a new one because the storage is another.
    let asked = story.asked("photos");
    assert_eq!(asked[before..].iter().flatten().collect::<Vec<_>>(), [&new]);
    let shown = there.get(&path(&storage)).await;
    assert_eq!(shown.data()["storage"]["nextExternalId"], Value::Null);
}

#[tokio::test]
async fn a_storage_that_is_deleted_or_renamed_at_one_hub_is_so_at_the_other() {
    let Some(story) = Story::begin().await else { return };
    let (ada, there) = (&story.pair.ada, &story.pair.ada_at_two);
    let storage = story.connect(ada, "photos", |id| Trust::In(vec![id])).await;
    story.sign(there, &storage).await.data();
    ada.delete(&path(&storage), Value::Null).await.data();
    story.pair.clock.advance_ms(KEPT_MS);
    assert_eq!(story.sign(there, &storage).await.code(), "storage.not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_role_is_tried_by_one_hub_each_day() {
    const ROLES: usize = 6;
    let Some(story) = Story::begin().await else { return };
    let names: Vec<String> = (0..ROLES).map(|number| format!("role-{number}")).collect();
    let connecting = names.iter().enumerate().map(|(number, name)| {
        let person = story.pair.by_turns(number);
        story.connect(person, name, |id| Trust::In(vec![id]))
    });
    let storages = join_all(connecting).await;
    // What a role says to somebody without an external ID is asked once in a try.
    let tries = |name: &String| story.asked(name).iter().filter(|id| id.is_none()).count();
    assert_eq!(names.iter().map(tries).collect::<Vec<_>>(), [1; ROLES]);
    story.pair.clock.advance_ms(DAY_MS);
    let organization = story.pair.ada.organization.parse().unwrap();
    for (number, storage) in storages.iter().enumerate() {
        let hub = if number.is_multiple_of(2) {
            &story.pair.one
        } else {
            &story.pair.two
        };
        let id = text(&storage["_id"]).parse().unwrap();
        let tried = proofs::wait(&hub.hub, organization, id, proofs::deadline())
            .await
            .unwrap();
        let checked_at = tried.proof.and_then(|proof| proof.checked_at);
        assert_eq!(checked_at, Some(NOW_MS + DAY_MS));
    }
    assert_eq!(names.iter().map(tries).collect::<Vec<_>>(), [2; ROLES]);
}
