//! External IDs: made by the hub, never typed over, changed without anybody noticing.

use serde_json::json;

use crate::story::{ROLE, Story, only, path};
use crate::sts::Trust;

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn a_new_one_takes_the_old_ones_place_when_the_role_insists_on_it_and_nobody_is_interrupted() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let old = storage["externalId"].as_str().unwrap().to_owned();
    let rotate_path = format!("{}/externalId/rotate", path(&storage));
    let begun = story.ada.post(&rotate_path, json!({})).await.data().clone();
    let new = begun["storage"]["nextExternalId"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!(begun["storage"]["externalId"], old.as_str());
    let pasted = &begun["trustPolicy"]["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(pasted, new.as_str());
    let again = story.ada.post(&rotate_path, json!({})).await;
    assert_eq!(
        again.data()["storage"]["nextExternalId"],
        new.as_str(),
        "one is on its way"
    );

    // Before the owner pastes it, the old one is good.
    let verified = story.verify(&storage).await["storage"].clone();
    assert_eq!(
        (&verified["verification"]["state"], &verified["externalId"]),
        (&json!("verified"), &json!(old))
    );
    story.sign(&storage).await.data();

    // And after it, until the hub has tried.
    story.sts.trust(ROLE, only(new.clone()));
    story.clock.advance_ms(MINUTE_MS);
    story.sign(&storage).await.data();

    let after = story.verify(&storage).await["storage"].clone();
    assert_eq!(
        (
            &after["externalId"],
            &after["nextExternalId"],
            &after["externalIdSource"]
        ),
        (&json!(new), &json!(null), &json!("hub"))
    );
    assert_eq!(after["verification"]["state"], "verified");
    story.sign(&storage).await.data();
    let audit = story.audit(&storage).await;
    for action in [
        "storage.external_id_rotation_begun",
        "storage.external_id_rotated",
    ] {
        assert_eq!(audit.iter().filter(|one| *one == action).count(), 1, "{audit:?}");
    }
    let taken = story.ada.post("/v2/storages", story.form(ROLE, &old)).await;
    assert_eq!(
        taken.code(),
        "external_id.already_exists",
        "the old one is not free"
    );
}

#[tokio::test]
async fn a_new_one_does_not_count_before_the_role_insists_on_it() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let rotate_path = format!("{}/externalId/rotate", path(&storage));
    let begun = story.ada.post(&rotate_path, json!({})).await.data().clone();
    let next = begun["storage"]["nextExternalId"].as_str().unwrap();
    // Without the condition, and with one that is a pattern of the new one.
    for trust in [Trust::Open, Trust::Like(next[..12].to_owned())] {
        story.sts.trust(ROLE, trust);
        let after = story.verify(&storage).await["storage"].clone();
        assert_eq!(after["externalId"], storage["externalId"]);
        assert_eq!(
            after["verification"]["code"],
            "storage.trust_policy_missing_external_id"
        );
    }
}

#[tokio::test]
async fn one_that_is_there_cannot_be_typed_over() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let typed = json!({ "externalId": "what-i-would-like" });
    let answer = story.ada.post(&path(&storage), typed).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "storage.external_id_read_only")
    );
    let same = json!({ "name": "Renamed", "externalId": storage["externalId"] });
    assert_eq!(
        story.ada.post(&path(&storage), same).await.data()["storage"]["name"],
        "Renamed"
    );
}

#[tokio::test]
async fn of_a_deleted_storage_only_a_customers_own_comes_back() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let made = storage["externalId"].as_str().unwrap();
    story.ada.delete(&path(&storage), json!({})).await.data();
    let again = story.ada.post("/v2/storages", story.form(ROLE, made)).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (409, "external_id.already_exists")
    );
    assert_eq!(again.body["details"]["fields"][0]["field"], "externalId");
    story.sts.trust(ROLE, only("what-our-role-has".to_owned()));
    for _ in 0..2 {
        let form = story.form(ROLE, "what-our-role-has");
        let typed = story.ada.post("/v2/storages", form).await.data()["storage"].clone();
        assert_eq!(typed["verification"]["state"], "verified");
        story.ada.delete(&path(&typed), json!({})).await.data();
    }
    let rival = story.hub.owner("Rival").await;
    let form = story.form(ROLE, "what-our-role-has");
    assert_eq!(
        rival.post("/v2/storages", form).await.code(),
        "storage.role_of_another"
    );
}

#[tokio::test]
async fn typing_one_takes_it_from_nobody_and_the_role_that_insists_on_it_first_has_it() {
    const THEIR_ROLE: &str = "arn:aws:iam::111122223333:role/theirs";
    const TYPED: &str = "acme-prod-2024";
    let story = Story::begin().await;
    let rival = story.hub.owner("Rival").await;
    let connect = async |person: &insitu_hub::testing::Person, role: &str| {
        let made = person.post("/v2/storages", story.form(role, TYPED)).await;
        made.data()["storage"].clone()
    };
    // Of a role that lets nobody in; deleting it and typing it again changes nothing.
    for _ in 0..2 {
        let theirs = connect(&rival, THEIR_ROLE).await;
        assert_eq!(theirs["verification"]["code"], "storage.role_denied");
        rival.delete(&path(&theirs), json!({})).await.data();
    }
    let theirs = connect(&rival, THEIR_ROLE).await;
    story.sts.trust(ROLE, only(TYPED.to_owned()));
    let ours = connect(&story.ada, ROLE).await;
    assert_eq!(ours["verification"]["state"], "verified");
    assert_eq!(
        story.verify(&ours).await["storage"]["verification"]["state"],
        "verified"
    );
    // Now it is Acme's, whatever the other's role demands, and no owner's word helps.
    story.sts.trust(THEIR_ROLE, only(TYPED.to_owned()));
    let tried = rival.post(&format!("{}/verify", path(&theirs)), json!({})).await;
    let found = &tried.data()["storage"]["verification"];
    assert_eq!(
        (&found["state"], &found["code"]),
        (&json!("unverified"), &json!("storage.external_id_of_another"))
    );
    let overruled = rival
        .post(&format!("{}/verification/override", path(&theirs)), json!({}))
        .await;
    assert_eq!(overruled.code(), "storage.nothing_to_override");
    // One that the hub makes is the way on.
    let rotate = format!("{}/externalId/rotate", path(&theirs));
    let begun = rival.post(&rotate, json!({})).await.data().clone();
    let next = begun["storage"]["nextExternalId"].as_str().unwrap();
    story.sts.trust(THEIR_ROLE, only(next.to_owned()));
    let tried = rival.post(&format!("{}/verify", path(&theirs)), json!({})).await;
    assert_eq!(tried.data()["storage"]["verification"]["state"], "verified");
    story.sign(&ours).await.data();
}

#[tokio::test]
async fn a_customers_own_is_marked_and_the_operator_can_refuse_it() {
    let story = Story::begin().await;
    story.sts.trust(ROLE, only("what-our-role-has".to_owned()));
    let made = story
        .ada
        .post("/v2/storages", story.form(ROLE, "what-our-role-has"))
        .await;
    assert_eq!(made.data()["storage"]["externalIdSource"], "customer");
    assert_eq!(made.data()["storage"]["verification"]["state"], "verified");

    let strict = Story::begin_with(|config| config.refuse_customer_external_ids = true).await;
    strict.sts.trust(ROLE, only("what-our-role-has".to_owned()));
    let made = strict
        .ada
        .post("/v2/storages", strict.form(ROLE, "what-our-role-has"))
        .await;
    assert_eq!(
        (made.status.as_u16(), made.code()),
        (400, "storage.external_id_customer_refused")
    );
    assert_eq!(made.body["details"]["fields"][0]["field"], "externalId");
    assert_eq!(strict.ada.get("/v2/storages").await.data()["total"], 0);
    // Nothing was taken by the refusal.
    let rival = strict.hub.owner("Rival").await;
    let theirs = rival
        .post("/v2/storages", strict.form(ROLE, "what-our-role-has"))
        .await;
    assert_eq!(theirs.code(), "storage.external_id_customer_refused");
    assert_eq!(strict.connect_well().await["externalIdSource"], "hub");
}

#[tokio::test]
async fn a_role_that_another_organization_names_is_taken_with_no_typed_one() {
    const OTHER_ROLE: &str = "arn:aws:iam::111122223333:role/other";
    let story = Story::begin().await;
    // As a role whose owner thought of one organization only: it takes whatever begins like this.
    story.sts.trust(ROLE, Trust::Like("acme-".to_owned()));
    story
        .ada
        .post("/v2/storages", story.form(ROLE, "acme-1"))
        .await
        .data();
    let rival = story.hub.owner("Rival").await;
    let refused = |answer: insitu_hub::testing::Answer| {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "storage.role_of_another"),
            "{}",
            answer.body
        );
    };
    let before = story.sts.asked().len();
    let form = story.form(ROLE, "acme-2");
    refused(rival.post("/v2/storages", form.clone()).await);
    refused(rival.post("/v2/storages/test", json!({ "storage": form })).await);
    assert_eq!(story.sts.asked().len(), before, "it was not even tried");
    // Nor does a storage of another role come to it.
    story.sts.trust(OTHER_ROLE, only("acme-3".to_owned()));
    let made = rival.post("/v2/storages", story.form(OTHER_ROLE, "acme-3")).await;
    let theirs = made.data()["storage"].clone();
    refused(rival.post(&path(&theirs), json!({ "roleArn": ROLE })).await);
    // With one that the hub makes it is tried, and found out.
    let reserved = rival.post("/v2/storages/externalId", json!({})).await;
    let own = reserved.data()["externalId"].as_str().unwrap();
    let mut form = story.form(ROLE, own);
    form["name"] = json!("Theirs");
    let tried = rival.post("/v2/storages", form).await.data()["storage"].clone();
    assert_eq!(tried["verification"]["code"], "storage.role_denied");
}

#[tokio::test]
async fn whoever_asks_for_one_cannot_say_which() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    for at in [
        "/v2/storages/externalId".to_owned(),
        format!("{}/externalId/rotate", path(&storage)),
    ] {
        let wish = json!({ "externalId": "what-i-would-like" });
        let answer = story.ada.post(&at, wish).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "request.body_invalid"),
            "{at}"
        );
        let empty = axum::body::Body::empty();
        story.ada.send(axum::http::Method::POST, &at, empty).await.data();
    }
}

#[tokio::test]
async fn a_typed_one_that_nobody_could_try_is_held_to_whoever_the_role_let_in_first() {
    let story = Story::begin().await;
    story
        .sts
        .trust(ROLE, Trust::In(vec!["acme-1".to_owned(), "acme-2".to_owned()]));
    story.sts.go_down(true);
    let rival = story.hub.owner("Rival").await;
    let connect = async |person: &insitu_hub::testing::Person, external_id: &str| {
        let made = person.post("/v2/storages", story.form(ROLE, external_id)).await;
        made.data()["storage"].clone()
    };
    let (theirs, ours) = (
        connect(&rival, "acme-2").await,
        connect(&story.ada, "acme-1").await,
    );
    assert_eq!(theirs["verification"]["state"], "pending");
    story.sts.go_down(false);
    let verified = story.verify(&ours).await;
    assert_eq!(verified["storage"]["verification"]["state"], "verified");
    for _ in 0..2 {
        let verify = format!("{}/verify", path(&theirs));
        let tried = rival.post(&verify, json!({})).await.data()["storage"]["verification"].clone();
        assert_eq!(
            (&tried["state"], &tried["code"]),
            (&json!("unverified"), &json!("storage.role_of_another"))
        );
    }
    // Whom it let in first is let in every day.
    let verified = story.verify(&ours).await;
    assert_eq!(verified["storage"]["verification"]["state"], "verified");
}

#[tokio::test]
async fn a_new_one_can_be_taken_back_and_goes_with_the_role_that_it_was_for() {
    const OTHER_ROLE: &str = "arn:aws:iam::111122223333:role/other";
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let rotate_path = format!("{}/externalId/rotate", path(&storage));
    let begun = story.ada.post(&rotate_path, json!({})).await;
    let next = begun.data()["storage"]["nextExternalId"].clone();
    let kept = story.ada.delete(&rotate_path, json!({})).await.data().clone();
    assert_eq!(kept["storage"]["nextExternalId"], json!(null));
    assert_eq!(kept["storage"]["externalId"], storage["externalId"]);
    assert_eq!(
        kept["trustPolicy"]["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"],
        storage["externalId"]
    );
    assert_eq!(kept["storage"]["verification"]["state"], "verified");
    // A second time there is nothing to take back.
    story.ada.delete(&rotate_path, json!({})).await.data();
    let ended = "storage.external_id_rotation_ended".to_owned();
    let audit = story.audit(&storage).await;
    assert_eq!(audit.iter().filter(|one| **one == ended).count(), 1, "{audit:?}");
    // The next is another than the one that was taken back, and it is not what another role has to demand.
    let again = story.ada.post(&rotate_path, json!({})).await;
    assert_ne!(again.data()["storage"]["nextExternalId"], next);
    let moved = story
        .ada
        .post(&path(&storage), json!({ "roleArn": OTHER_ROLE }))
        .await;
    let moved = &moved.data()["storage"];
    assert_eq!(moved["nextExternalId"], json!(null));
    let refused = story.sign(&storage).await;
    assert_eq!(
        refused.body["details"]["externalId"], storage["externalId"],
        "what to paste"
    );
}
