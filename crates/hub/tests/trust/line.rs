//! Who waits for a proof: neither storages that are due nor an STS that hangs keep anybody else waiting for long.

use serde_json::{Value, json};

use crate::story::{Story, only, path};
use crate::sts::Trust;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// More than there are workers.
const MANY: usize = 20;

#[tokio::test]
async fn storages_whose_sts_hangs_keep_nobody_from_being_verified() {
    let story = Story::begin().await;
    let role = |n: usize| format!("arn:aws:iam::111122223333:role/hangs-{n}");
    for n in 0..MANY {
        let reserved = story.ada.post("/v2/storages/externalId", json!({})).await;
        let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
        story.sts.trust(&role(n), only(external_id.clone()));
        let mut form = story.form(&role(n), &external_id);
        form["name"] = json!(format!("storage {n}"));
        let made = story.ada.post("/v2/storages", form).await;
        assert_eq!(made.data()["storage"]["verification"]["state"], "verified");
    }
    let storage = story.connect_well().await;
    (0..MANY).for_each(|n| story.sts.trust(&role(n), Trust::Silent));
    // All of them are due, and longer than the one that somebody now asks for.
    story.clock.advance_ms(DAY_MS);
    let tries = || {
        let asked = story.sts.asked();
        asked.iter().filter(|one| one.role.contains("hangs")).count()
    };
    let before = tries();
    story.hub.hub.jobs.proofs.one_arrived();
    while tries() == before {
        tokio::task::yield_now().await;
    }
    let begun = tokio::time::Instant::now();
    let verified = story
        .ada
        .post(&format!("{}/verify", path(&storage)), json!({}))
        .await;
    let verification = &verified.data()["storage"]["verification"];
    assert_ne!(
        verification["checkedAt"], storage["verification"]["checkedAt"],
        "it was not tried"
    );
    assert!(begun.elapsed() < insitu_hub::jobs::proofs::PATIENCE);
}

#[tokio::test]
async fn roles_of_one_organization_that_hang_keep_no_other_waiting_and_whose_was_not_tried_is_told() {
    let story = Story::begin().await;
    let rival = story.hub.owner("Rival").await;
    let connect = async |person: &insitu_hub::testing::Person, role: &str| {
        let reserved = person.post("/v2/storages/externalId", json!({})).await;
        let external_id = reserved.data()["externalId"].as_str().unwrap().to_owned();
        story.sts.trust(role, only(external_id.clone()));
        let mut form = story.form(role, &external_id);
        form["name"] = json!(role);
        let made = person.post("/v2/storages", form).await.data()["storage"].clone();
        assert_eq!(made["verification"]["state"], "verified");
        made
    };
    let role = |n: usize| format!("arn:aws:iam::111122223333:role/hangs-{n}");
    let mut hanging = Vec::new();
    for n in 0..4 {
        hanging.push(connect(&story.ada, &role(n)).await);
    }
    let healthy = connect(&rival, "arn:aws:iam::111122223333:role/healthy").await;
    (0..4).for_each(|n| story.sts.trust(&role(n), Trust::Silent));
    story.clock.advance_ms(1000);
    let before = story.sts.asked().len();
    let verify = async |person: &insitu_hub::testing::Person, storage: &Value| {
        let verified = person.post(&format!("{}/verify", path(storage)), json!({})).await;
        verified.data()["storage"]["verification"].clone()
    };
    let all = futures_util::future::join_all(hanging.iter().map(|storage| verify(&story.ada, storage)));
    let beside = async {
        while story.sts.asked().len() < before + 2 {
            tokio::task::yield_now().await;
        }
        let begun = tokio::time::Instant::now();
        let verified = verify(&rival, &healthy).await;
        (verified, begun.elapsed())
    };
    let (all, (verified, took)) = tokio::join!(all, beside);
    assert_ne!(
        verified["checkedAt"], healthy["verification"]["checkedAt"],
        "it was not tried"
    );
    assert!(took < insitu_hub::jobs::proofs::PATIENCE, "{took:?}");
    let codes: Vec<&str> = all.iter().map(|one| one["code"].as_str().unwrap()).collect();
    let count = |code: &str| codes.iter().filter(|one| **one == code).count();
    assert_eq!(
        (count("connect.timeout"), count("storage.verification_pending")),
        (2, 2),
        "{codes:?}"
    );
}
