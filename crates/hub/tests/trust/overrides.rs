//! An owner's word against what was found of a role: what ends it, and who does not accept it.

use insitu_hub::testing::Person;
use serde_json::{Value, json};

use crate::story::{ROLE, Story, path};
use crate::sts::Trust;

const MISSING: &str = "storage.trust_policy_missing_external_id";
const OTHER_ROLE: &str = "arn:aws:iam::111122223333:role/other";

fn override_path(storage: &Value) -> String {
    format!("{}/verification/override", path(storage))
}

/// A storage that is open to others and used on its owner's word.
async fn overridden(story: &Story) -> Value {
    let storage = story.connect(|_| Trust::Open).await;
    story.ada.post(&override_path(&storage), json!({})).await.data();
    story.sign(&storage).await.data();
    storage
}

async fn connect(story: &Story, person: &Person, role: &str) -> Value {
    let reserved = person.post("/v2/storages/externalId", json!({})).await;
    let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
    let made = person.post("/v2/storages", story.form(role, &external_id)).await;
    made.data()["storage"].clone()
}

async fn is_over(story: &Story, storage: &Value) {
    let signed = story.sign(storage).await;
    assert_eq!((signed.status.as_u16(), signed.code()), (409, MISSING));
    let imported = story.import(storage).await;
    assert_eq!(
        imported.body["details"]["refused"][0]["code"], MISSING,
        "{}",
        imported.body
    );
    let shown = story.ada.get(&path(storage)).await.data()["storage"]["verification"].clone();
    assert_eq!(
        (&shown["state"], &shown["overriddenBy"]),
        (&json!("unverified"), &json!(null))
    );
    let ended = "storage.verification_override_ended".to_owned();
    assert_eq!(
        story
            .audit(storage)
            .await
            .iter()
            .filter(|one| **one == ended)
            .count(),
        1
    );
    let again = story.ada.post(&override_path(storage), json!({})).await;
    assert_eq!(again.code(), "storage.role_of_another");
}

#[tokio::test]
async fn it_ends_when_another_organization_connects_the_same_role() {
    let story = Story::begin().await;
    let ours = overridden(&story).await;
    let rival = story.hub.owner("Rival").await;
    connect(&story, &rival, ROLE).await;
    is_over(&story, &ours).await;
}

#[tokio::test]
async fn it_ends_when_another_organization_edits_a_storage_to_the_same_role() {
    let story = Story::begin().await;
    let ours = overridden(&story).await;
    story.sts.trust(OTHER_ROLE, Trust::Open);
    let rival = story.hub.owner("Rival").await;
    let theirs = connect(&story, &rival, OTHER_ROLE).await;
    rival.post(&override_path(&theirs), json!({})).await.data();
    story.sign(&ours).await.data();
    rival
        .post(&path(&theirs), json!({ "roleArn": ROLE }))
        .await
        .data();
    is_over(&story, &ours).await;
}

#[tokio::test]
async fn it_stays_when_the_same_organization_connects_the_role_again() {
    let story = Story::begin().await;
    let ours = overridden(&story).await;
    let reserved = story.ada.post("/v2/storages/externalId", json!({})).await;
    let mut form = story.form(ROLE, reserved.data()["externalId"].as_str().unwrap());
    form["name"] = json!("Twice");
    story.ada.post("/v2/storages", form).await.data();
    story.sign(&ours).await.data();
}

#[tokio::test]
async fn an_operator_can_refuse_it_and_then_those_that_are_there_count_for_nothing() {
    let strict = Story::begin_with(|config| config.refuse_verification_overrides = true).await;
    let storage = strict.connect(|_| Trust::Open).await;
    let refused = strict.ada.post(&override_path(&storage), json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (403, "storage.override_refused")
    );
    // From before the operator said so.
    let organization = strict.ada.organization.parse().unwrap();
    let id = storage["_id"].as_str().unwrap().parse().unwrap();
    let overridden = move |tx: &mut insitu_store::Tx| {
        let owner = insitu_store::storages::get(tx, organization, id)?.created_by;
        insitu_store::role_overrides::set(tx, organization, id, Some((owner, 1)))
    };
    strict.hub.hub.db.write(overridden).await.unwrap();
    strict.hub.hub.cloud.read_again(id);
    assert_eq!(strict.sign(&storage).await.code(), MISSING);
    assert_eq!(strict.code_of_list(&storage).await.code(), MISSING);
    let imported = strict.import(&storage).await;
    assert_eq!(imported.body["details"]["refused"][0]["code"], MISSING);
    let shown = strict.ada.get(&path(&storage)).await.data()["storage"]["verification"].clone();
    assert_eq!(shown["overriddenBy"], json!(null));
}

#[tokio::test]
async fn a_role_that_another_organization_named_before_its_storage_was_edited_is_not_overridden() {
    let story = Story::begin().await;
    let ours = story.connect(|_| Trust::Open).await;
    story.sts.trust(OTHER_ROLE, Trust::Open);
    story
        .ada
        .post(&path(&ours), json!({ "roleArn": OTHER_ROLE }))
        .await
        .data();
    let rival = story.hub.owner("Rival").await;
    let theirs = connect(&story, &rival, ROLE).await;
    let refused = rival.post(&override_path(&theirs), json!({})).await;
    assert_eq!(refused.code(), "storage.role_of_another");
}

#[tokio::test]
async fn a_stranger_whom_the_role_refuses_ends_nothing_and_takes_nothing() {
    let story = Story::begin().await;
    let rival = story.hub.owner("Rival").await;
    // ARNs are no secret: this one is typed before its owner connects it.
    let mut form = story.form(ROLE, "guessed-1");
    form["name"] = json!("Early");
    let early = rival.post("/v2/storages", form).await;
    assert_eq!(
        early.data()["storage"]["verification"]["code"],
        "storage.role_denied"
    );
    story.sts.trust(ROLE, Trust::Like("acme-".to_owned()));
    let made = story.ada.post("/v2/storages", story.form(ROLE, "acme-1")).await;
    let ours = made.data()["storage"].clone();
    assert_eq!(ours["verification"]["code"], MISSING);
    story.ada.post(&override_path(&ours), json!({})).await.data();
    let theirs = connect(&story, &rival, "arn:aws:iam::111122223333:role/nobodys").await;
    let edited = rival.post(&path(&theirs), json!({ "roleArn": ROLE })).await;
    assert_eq!(
        edited.data()["storage"]["verification"]["code"],
        "storage.role_denied"
    );
    story.sign(&ours).await.data();
    story.ada.delete(&override_path(&ours), json!({})).await.data();
    story.ada.post(&override_path(&ours), json!({})).await.data();
    story.sign(&ours).await.data();
}

#[tokio::test]
async fn an_override_that_is_not_there_does_not_end() {
    let story = Story::begin().await;
    let storage = story.connect(|_| Trust::Open).await;
    for _ in 0..2 {
        story.ada.delete(&override_path(&storage), json!({})).await.data();
    }
    assert_eq!(
        story.audit(&storage).await,
        ["storage.created", "storage.unverified"]
    );
}
