//! The proof that a role refuses strangers, and what waits for it.

use insitu_hub::jobs::{proofs, wait_for_import};
use insitu_hub::testing::TestHub;
use insitu_model::role::OrganizationRole;
use serde_json::json;

use crate::story::{OBJECT, ROLE, Story, only, path};
use crate::sts::{HUB_ARN, Trust};

const MISSING: &str = "storage.trust_policy_missing_external_id";
const DAY_MS: i64 = 24 * 3600 * 1000;

#[tokio::test]
async fn a_role_that_refuses_strangers_is_verified_when_it_is_connected() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    assert_eq!(storage["verification"]["state"], "verified", "{storage}");
    let external_id = storage["externalId"].as_str().unwrap();
    let asked = story.sts.asked();
    let ids: Vec<Option<&str>> = asked.iter().map(|one| one.external_id.as_deref()).collect();
    assert_eq!(ids[..2], [Some(external_id), None]);
    let others = &ids[2..7];
    assert!(
        others
            .iter()
            .all(|other| other.is_some_and(|other| other != external_id && other.len() >= 32)),
        "{ids:?}"
    );
    assert_eq!(story.import(&storage).await.data()["assets"]["assetsCreated"], 2);
    story.sign(&storage).await.data();
    assert_eq!(
        story.audit(&storage).await,
        ["storage.created", "storage.verified"]
    );
}

#[tokio::test]
async fn nothing_goes_through_a_role_that_is_open_to_others_until_it_is_mended() {
    let trusts: [fn(String) -> Trust; 3] = [
        |_| Trust::Open,
        |_| Trust::Any,
        |external_id| Trust::Like(external_id[..3].to_owned()),
    ];
    for trust in trusts {
        let story = Story::begin().await;
        let storage = story.connect(trust).await;
        assert_eq!(
            (
                &storage["verification"]["state"],
                &storage["verification"]["code"]
            ),
            (&json!("unverified"), &json!(MISSING))
        );
        let signed = story.sign(&storage).await;
        assert_eq!((signed.status.as_u16(), signed.code()), (409, MISSING));
        let pasted = &signed.body["details"]["trustPolicy"]["Statement"][0];
        assert_eq!(pasted["Principal"]["AWS"], HUB_ARN);
        assert_eq!(
            pasted["Condition"]["StringEquals"]["sts:ExternalId"],
            storage["externalId"]
        );
        let list = story.code_of_list(&storage).await;
        assert_eq!((list.status.as_u16(), list.code()), (409, MISSING));
        let rows = story.import(&storage).await;
        let refused = rows.body["details"]["refused"].as_array().unwrap();
        let codes: Vec<_> = refused.iter().map(|row| row["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [MISSING, MISSING], "{}", rows.body);

        story
            .sts
            .trust(ROLE, only(storage["externalId"].as_str().unwrap().to_owned()));
        let verified = story.verify(&storage).await;
        assert_eq!(verified["storage"]["verification"]["state"], "verified");
        story.import(&storage).await.data();
        story.sign(&storage).await.data();
    }
}

#[tokio::test]
async fn only_an_owner_overrides_and_it_is_on_record() {
    let story = Story::begin().await;
    let storage = story.connect(|_| Trust::Open).await;
    let admin = story
        .hub
        .member(&story.ada, "max", OrganizationRole::Admin, &[])
        .await;
    let override_path = format!("{}/verification/override", path(&storage));
    let refused = admin.post(&override_path, json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (403, "access.right_missing")
    );
    let overridden = story.ada.post(&override_path, json!({})).await;
    let verification = &overridden.data()["storage"]["verification"];
    assert_eq!(verification["state"], "unverified");
    assert!(verification["overriddenBy"].is_string() && verification["overriddenAt"].is_string());
    story.import(&storage).await.data();
    story.sign(&storage).await.data();
    story.ada.delete(&override_path, json!({})).await.data();
    assert_eq!(story.sign(&storage).await.code(), MISSING);
    assert_eq!(
        story.audit(&storage).await,
        [
            "storage.created",
            "storage.unverified",
            "storage.verification_overridden",
            "storage.verification_override_ended"
        ]
    );
}

#[tokio::test]
async fn what_is_verified_or_refused_cannot_be_overridden() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let override_path = format!("{}/verification/override", path(&storage));
    let verified = story.ada.post(&override_path, json!({})).await;
    assert_eq!(verified.code(), "storage.nothing_to_override");
    story.sts.trust(ROLE, Trust::In(Vec::new()));
    assert_eq!(
        story.verify(&storage).await["storage"]["verification"]["code"],
        "storage.role_denied"
    );
    let denied = story.ada.post(&override_path, json!({})).await;
    assert_eq!(denied.code(), "storage.nothing_to_override");
}

#[tokio::test]
async fn a_role_is_tried_every_day() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sts.trust(ROLE, Trust::Open);
    story.sign(&storage).await.data();
    story.clock.advance_ms(DAY_MS);
    let organization = story.ada.organization.parse().unwrap();
    let id = storage["_id"].as_str().unwrap().parse().unwrap();
    proofs::wait(&story.hub.hub, organization, id, proofs::deadline())
        .await
        .unwrap();
    assert_eq!(story.sign(&storage).await.code(), MISSING);
    assert!(
        story
            .audit(&storage)
            .await
            .contains(&"storage.unverified".to_owned())
    );
}

#[tokio::test]
async fn a_list_that_is_being_read_stops_coming_in_through_a_role_that_turned_out_to_be_open() {
    const ROWS: u64 = 150_000;
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let id = story.begin_list(&storage, ROWS as usize).await;
    let list = format!("/v2/imports/{id}");
    let so_far = async || story.ada.get(&list).await.data()["import"].clone();
    while so_far().await["rowsRead"] == 0 {
        tokio::task::yield_now().await;
    }
    story.sts.trust(ROLE, Trust::Open);
    let found = story.verify(&storage).await;
    assert_eq!(found["storage"]["verification"]["code"], MISSING);
    let organization = story.ada.organization.parse().unwrap();
    wait_for_import(&story.hub.hub, organization, id.parse().unwrap())
        .await
        .unwrap();
    let ended = so_far().await;
    let count = |name: &str| ended[name].as_u64().unwrap();
    assert!(count("rowsImported") > 0 && count("rowsRefused") > 0, "{ended}");
    assert_eq!(count("rowsImported") + count("rowsRefused"), ROWS);
    let report = story.ada.get(&format!("{list}/report")).await;
    let lines = report.body.as_str().unwrap().lines();
    let named = lines.filter(|line| line.contains(MISSING)).count() as u64;
    assert_eq!(named, count("rowsRefused"));
}

#[tokio::test]
async fn what_nobody_could_try_yet_waits_and_what_was_verified_goes_on() {
    let story = Story::begin().await;
    story.sts.go_down(true);
    let storage = story.connect_well().await;
    assert_eq!(storage["verification"]["state"], "pending");
    for answer in [story.sign(&storage).await, story.code_of_list(&storage).await] {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "storage.verification_pending"),
            "{}",
            answer.body
        );
    }
    story.sts.go_down(false);
    assert_eq!(
        story.verify(&storage).await["storage"]["verification"]["state"],
        "verified"
    );
    story.sign(&storage).await.data();
    story.sts.go_down(true);
    let verification = story.verify(&storage).await["storage"]["verification"].clone();
    assert_eq!(verification["state"], "verified", "{verification}");
    assert!(verification["code"].is_string(), "{verification}");
    story.clock.advance_ms(10 * 60_000);
    story.sign(&storage).await.data();
    story.import(&storage).await.data();
}

#[tokio::test]
async fn another_role_has_to_be_proved_again() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let open = "arn:aws:iam::111122223333:role/open";
    story.sts.trust(open, Trust::Open);
    let changed = story.ada.post(&path(&storage), json!({ "roleArn": open })).await;
    assert_eq!(changed.data()["storage"]["verification"]["code"], MISSING);
    assert_eq!(story.sign(&storage).await.code(), MISSING);
}

#[tokio::test]
async fn an_organization_cannot_use_anothers_role_with_its_own_external_id() {
    let story = Story::begin().await;
    let ours = story.connect_well().await;
    let rival = story.hub.owner("Rival").await;
    let project = rival.project("Theirs").await;
    let stolen = rival
        .post(
            "/v2/storages",
            story.form(ROLE, ours["externalId"].as_str().unwrap()),
        )
        .await;
    assert_eq!(stolen.code(), "external_id.already_exists", "{}", stolen.body);
    let reserved = rival.post("/v2/storages/externalId", json!({})).await;
    let own = reserved.data()["externalId"].as_str().unwrap().to_owned();
    let theirs = rival.post("/v2/storages", story.form(ROLE, &own)).await.data()["storage"].clone();
    assert_eq!(theirs["verification"]["code"], "storage.role_denied", "{theirs}");
    let body = json!({ "assets": [{ "data": OBJECT, "storage": theirs["_id"] }] });
    let imported = rival.post(&format!("/v2/project/{project}/cloud"), body).await;
    assert_eq!(
        imported.body["details"]["refused"][0]["code"],
        "storage.role_denied"
    );
    let id = theirs["_id"].as_str().unwrap();
    let signed = rival
        .get(&format!(
            "/v2/getSignedUrl?name={OBJECT}&project={project}&storageId={id}"
        ))
        .await;
    assert_eq!(signed.code(), "storage.role_denied");
    story.sign(&ours).await.data();
}

#[tokio::test]
async fn an_organization_cannot_override_what_another_has_to_say_of_its_role() {
    let story = Story::begin().await;
    let ours = story.connect(|_| Trust::Open).await;
    let rival = story.hub.owner("Rival").await;
    let reserved = rival.post("/v2/storages/externalId", json!({})).await;
    let own = reserved.data()["externalId"].as_str().unwrap().to_owned();
    let theirs = rival.post("/v2/storages", story.form(ROLE, &own)).await.data()["storage"].clone();
    assert_eq!(theirs["verification"]["code"], MISSING, "{theirs}");
    let override_path = format!("{}/verification/override", path(&theirs));
    let refused = rival.post(&override_path, json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "storage.role_of_another")
    );
    // Also when the other is gone: the role is not this organization's for that.
    story.ada.delete(&path(&ours), json!({})).await.data();
    let refused = rival.post(&override_path, json!({})).await;
    assert_eq!(refused.code(), "storage.role_of_another");
}

#[tokio::test]
async fn a_role_in_the_hubs_own_account_is_refused() {
    let story = Story::begin().await;
    let own = "arn:aws:iam::999988887777:role/admin";
    story.sts.trust(own, Trust::Open);
    let made = story
        .ada
        .post("/v2/storages", story.form(own, "what-the-role-has"))
        .await;
    assert_eq!(
        (made.status.as_u16(), made.code()),
        (400, "storage.role_in_hub_account")
    );
    let storage = story.connect_well().await;
    let changed = story.ada.post(&path(&storage), json!({ "roleArn": own })).await;
    assert_eq!(changed.code(), "storage.role_in_hub_account");
    assert!(
        story.sts.asked().iter().all(|one| one.role != own),
        "it was not even tried"
    );
}

#[tokio::test]
async fn a_key_of_a_user_is_nothing_to_verify() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let form = json!({ "name": "keys", "provider": "AWS", "publicKey": "AKIAIOSFODNN7EXAMPLE",
                       "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
    let storage = ada.post("/v2/storages", form).await.data()["storage"].clone();
    assert_eq!(storage["verification"]["state"], "not_applicable");
    let answer = ada.post(&format!("{}/verify", path(&storage)), json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (409, "storage.has_no_role")
    );
}

#[tokio::test]
async fn a_test_that_sees_a_role_otherwise_than_it_is_known_has_it_tried_at_once() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let external_id = storage["externalId"].as_str().unwrap().to_owned();
    let test = async || {
        let wish = json!({ "buckets": ["photos"] });
        let tested = story.ada.post(&format!("{}/test", path(&storage)), wish).await;
        tested.data()["diagnosis"]["cause"]["code"].clone()
    };
    // Nobody asks for a proof, and the clock that brings the daily one stands still.
    let known = async |expected: &str| {
        let id = storage["_id"].as_str().unwrap().parse().unwrap();
        let organization = story.ada.organization.parse().unwrap();
        let until = proofs::deadline();
        let proved = proofs::wait(&story.hub.hub, organization, id, until).await;
        assert_eq!(proved.unwrap().proof.unwrap().state.as_str(), expected);
    };
    story.sign(&storage).await.data();
    story.sts.trust(ROLE, Trust::Open);
    assert_eq!(test().await, "storage.trust_policy_missing_external_id");
    known("unverified").await;
    let refused = story.sign(&storage).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "storage.trust_policy_missing_external_id")
    );
    story.sts.trust(ROLE, only("something else".to_owned()));
    assert_eq!(test().await, "storage.role_denied");
    known("unverified").await;
    assert_eq!(story.sign(&storage).await.code(), "storage.role_denied");
    story.sts.trust(ROLE, only(external_id));
    test().await;
    known("verified").await;
    story.sign(&storage).await.data();
    // What is known is not tried again.
    let before = story.sts.asked().len();
    test().await;
    let without = story.sts.asked()[before..]
        .iter()
        .filter(|one| one.external_id.is_none())
        .count();
    assert_eq!(
        without, 1,
        "the test itself tries it once without an external ID, and a proof would have, too"
    );
}
