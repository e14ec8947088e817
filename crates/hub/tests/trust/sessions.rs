//! The sessions that the hub signs with: narrowed to what they are for, found in CloudTrail, and over with the role.

use serde_json::{Value, json};

use crate::story::{ROLE, Story, path};
use crate::sts::{Asked, Trust};

const MINUTE_MS: i64 = 60_000;

fn actions(asked: &Asked) -> Vec<String> {
    let policy: Value = serde_json::from_str(&asked.policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let each = statements.flat_map(|one| match &one["Action"] {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    });
    each.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_session_reads_names_its_storage_and_lives_as_long_as_it_may() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let proof = story.sts.asked().len();
    story.sign(&storage).await.data();
    let asked = story.sts.asked();
    let [session] = &asked[proof..] else {
        panic!("one session: {:?}", &asked[proof..])
    };
    assert_eq!(session.seconds, 12 * 3600);
    let name = format!(
        "insitu-{}-{}",
        story.ada.organization,
        storage["_id"].as_str().unwrap()
    );
    assert_eq!(session.session, name);
    let reads = |action: &String| {
        action.starts_with("s3:Get") || action == "s3:ListBucket" || action == "kms:Decrypt"
    };
    assert!(actions(session).iter().all(reads), "{}", session.policy);
    assert!(actions(session).contains(&"s3:GetObject".to_owned()));

    let narrowed = json!({ "prefixes": ["photos/2024"] });
    story.ada.post(&path(&storage), narrowed).await.data();
    story.sign(&storage).await.data();
    let asked = story.sts.asked();
    let session = asked.last().unwrap();
    assert!(
        session.policy.contains("arn:aws:s3:::photos/2024/*"),
        "{}",
        session.policy
    );
    assert!(
        !session
            .policy
            .contains("\"s3:GetObject\",\"s3:GetObjectVersion\"],\"Resource\":[\"*\"]")
    );
}

#[tokio::test]
async fn more_prefixes_than_a_session_can_be_narrowed_to_are_refused_when_they_are_typed() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let prefixes: Vec<String> = (0..60).map(|n| format!("photos/folder-number-{n}")).collect();
    let mut new = story.form(ROLE, storage["externalId"].as_str().unwrap());
    new["prefixes"] = json!(prefixes);
    let made = story.ada.post("/v2/storages", new).await;
    let changed = story
        .ada
        .post(&path(&storage), json!({ "prefixes": prefixes }))
        .await;
    for answer in [made, changed] {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "policy.session_policy_too_long"),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn an_upload_is_signed_by_a_session_of_its_own_that_reads_nothing() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let (project, id) = (&story.project, storage["_id"].as_str().unwrap());
    let link =
        format!("/v2/getUploadUrl?name=a.jpg&project={project}&type=assets&storageId={id}&bucket=photos");
    let answer = story.ada.get(&link).await;
    answer.data();
    let asked = story.sts.asked();
    let uploads: Vec<&Asked> = asked
        .iter()
        .filter(|one| one.policy.contains("s3:PutObject"))
        .collect();
    assert_eq!(uploads.len(), 1, "{asked:?}");
    assert!(
        !actions(uploads[0])
            .iter()
            .any(|action| action.starts_with("s3:Get"))
    );
}

#[tokio::test]
async fn a_role_that_is_taken_away_signs_nothing_a_minute_later() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.import(&storage).await.data();
    let url = story.sign(&storage).await.data()["signedUrl"].clone();
    assert_eq!(story.sign(&storage).await.data()["signedUrl"], url);
    story.sts.trust(ROLE, Trust::In(Vec::new()));
    story.clock.advance_ms(MINUTE_MS);
    let signed = story.sign(&storage).await;
    assert_eq!(
        (signed.status.as_u16(), signed.code()),
        (502, "cloud.access_denied")
    );
}

#[tokio::test]
async fn a_role_that_is_given_back_signs_as_soon_as_a_proof_or_a_test_sees_it() {
    for sees in ["verify", "test"] {
        let story = Story::begin().await;
        let storage = story.connect_well().await;
        story.import(&storage).await.data();
        story.sts.trust(ROLE, Trust::In(Vec::new()));
        // The longer it refuses, the more seldom it is asked.
        for _ in 0..8 {
            let refused = story.sign(&storage).await;
            assert_eq!(refused.code(), "cloud.access_denied", "{}", refused.body);
            story.clock.advance_ms(MINUTE_MS);
        }
        story.sign(&storage).await.code();
        let external_id = storage["externalId"].as_str().unwrap().to_owned();
        story.sts.trust(ROLE, Trust::In(vec![external_id]));
        let seen = format!("{}/{sees}", path(&storage));
        story.ada.post(&seen, json!({})).await.data();
        story.sign(&storage).await.data();
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_lets_no_role_sign_for_longer() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sign(&storage).await.data();
    story.sts.trust(ROLE, Trust::In(Vec::new()));
    story.clock.advance_ms(-10 * MINUTE_MS);
    assert_eq!(story.sign(&storage).await.code(), "cloud.access_denied");
}

#[tokio::test]
async fn ten_minutes_without_sts_are_not_noticed() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sign(&storage).await.data();
    story.sts.go_down(true);
    for _ in 0..20 {
        story.clock.advance_ms(MINUTE_MS / 2);
        story.sign(&storage).await.data();
    }
}

#[tokio::test]
async fn a_key_of_the_hubs_own_that_ended_interrupts_nobody() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sign(&storage).await.data();
    story.sts.refuse_with("ExpiredToken");
    for _ in 0..20 {
        story.clock.advance_ms(MINUTE_MS / 2);
        story.sign(&storage).await.data();
    }
}

#[tokio::test]
async fn another_name_and_another_external_id_drop_no_session() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sign(&storage).await.data();
    // Sessions to sign with are as long as they may be; those of proofs are short.
    let sessions = || story.sts.asked().iter().filter(|one| one.seconds > 900).count();
    assert_eq!(sessions(), 1);
    let renamed = json!({ "name": "Pictures" });
    story.ada.post(&path(&storage), renamed).await.data();
    story.sign(&storage).await.data();
    let begun = story
        .ada
        .post(&format!("{}/externalId/rotate", path(&storage)), json!({}))
        .await;
    let next = begun.data()["storage"]["nextExternalId"]
        .as_str()
        .unwrap()
        .to_owned();
    story.sign(&storage).await.data();
    story.sts.trust(ROLE, Trust::In(vec![next.clone()]));
    let verified = story.verify(&storage).await;
    assert_eq!(verified["storage"]["externalId"], next.as_str());
    story.sign(&storage).await.data();
    assert_eq!(sessions(), 1, "{:?}", story.sts.asked());
    // From then on it is the new one that the role is asked with.
    story.clock.advance_ms(MINUTE_MS);
    story.sign(&storage).await.data();
    assert_eq!(
        story.sts.asked().last().unwrap().external_id.as_deref(),
        Some(next.as_str())
    );
    let narrowed = json!({ "prefixes": ["photos/2024"] });
    story.ada.post(&path(&storage), narrowed).await.data();
    story.sign(&storage).await.data();
    assert_eq!(sessions(), 2, "it is for something else now");
}

/// A URL of the first asset, and the session that signed it.
async fn sign_asset(story: &Story, body: &Value) -> String {
    let path = format!("/v2/project/{}/assets", story.project);
    let assets = story.ada.get(&path).await;
    let mut body = body.clone();
    body["assets"] = json!([assets.data()["assets"][0]["_id"]]);
    let signed = story.ada.post(&format!("{path}/sign"), body).await;
    let url = signed.data()["urls"][0]["url"].as_str().unwrap().to_owned();
    let (_, rest) = url.split_once("X-Amz-Credential=").unwrap();
    rest[.."ASIA".len() + 16].to_owned()
}

#[tokio::test]
async fn who_was_refused_with_a_session_is_given_another_once_a_minute() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.import(&storage).await.data();
    let first = sign_asset(&story, &json!({})).await;
    story.clock.advance_ms(MINUTE_MS / 6);
    assert_eq!(sign_asset(&story, &json!({})).await, first);
    let after_refusal = json!({ "afterRefusal": true });
    let second = sign_asset(&story, &after_refusal).await;
    assert_ne!(second, first);
    story.clock.advance_ms(MINUTE_MS / 6);
    assert_eq!(sign_asset(&story, &after_refusal).await, second);
    assert_eq!(sign_asset(&story, &json!({})).await, second);
}

#[tokio::test]
async fn sessions_that_were_revoked_are_replaced_where_the_hub_meets_them() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let list = format!("{}/files?bucketName=photos", path(&storage));
    story.ada.get(&list).await.data();
    story.clock.advance_ms(MINUTE_MS / 6);
    story.sts.revoke();
    let before = story.sts.asked().len();
    story.ada.get(&list).await.data();
    assert_eq!(story.sts.asked().len(), before + 1, "one more session");
    // What the role itself denies is not asked about again and again.
    story.sts.revoke();
    let refused = story.ada.get(&list).await;
    assert_eq!(refused.code(), "storage.list_denied");
    assert_eq!(story.sts.asked().len(), before + 1);
}

#[tokio::test]
async fn no_session_signs_longer_than_a_window_of_urls() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sign(&storage).await.data();
    let sessions = || story.sts.asked().iter().filter(|one| one.seconds > 900).count();
    assert_eq!(sessions(), 1);
    // A third of the quarter of an hour that a URL lives, and what the question to the role takes.
    story.clock.advance_ms(6 * MINUTE_MS);
    story.sign(&storage).await.data();
    assert_eq!(sessions(), 2);
}

#[tokio::test]
async fn a_prefix_in_any_script_narrows_sessions_that_sts_gives() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let narrowed = json!({ "prefixes": ["photos/写真", "photos/Łódź"] });
    story.ada.post(&path(&storage), narrowed).await.data();
    let (project, id) = (&story.project, storage["_id"].as_str().unwrap());
    let name = "s3://photos/%E5%86%99%E7%9C%9F/a.jpg";
    let link = format!("/v2/getSignedUrl?name={name}&project={project}&storageId={id}");
    story.ada.get(&link).await.data();
    let policy = story.sts.asked().last().unwrap().policy.clone();
    assert!(policy.contains("photos/\\u5199\\u771f/*"), "{policy}");
}

#[tokio::test]
async fn a_policy_that_sts_finds_too_large_when_packed_is_named_as_that() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    story.sts.refuse_with("PackedPolicyTooLarge");
    let signed = story.sign(&storage).await;
    assert_eq!(signed.code(), "policy.session_policy_too_long", "{}", signed.body);
    assert!(
        signed.body["message"]
            .as_str()
            .unwrap()
            .contains("fewer or shorter prefixes"),
        "{}",
        signed.body
    );
}

#[tokio::test]
async fn a_role_of_another_partition_is_refused_where_its_arns_make_the_policy_too_long() {
    let story = Story::begin().await;
    let storage = story.connect_well().await;
    let prefixes = |count: usize| -> Vec<String> { (0..count).map(|n| format!("photos/{n:04}")).collect() };
    let fits = |count: usize, partition| {
        let parsed: Vec<_> = prefixes(count).iter().map(|text| text.parse().unwrap()).collect();
        insitu_cloud::policy::reading_session(&parsed, partition).is_ok()
    };
    use insitu_model::region::Partition::{Aws, AwsCn};
    let count = (1..100).find(|n| fits(*n, Aws) && !fits(*n, AwsCn)).unwrap();
    let narrowed = json!({ "prefixes": prefixes(count) });
    story.ada.post(&path(&storage), narrowed).await.data();
    let moved = json!({ "roleArn": "arn:aws-cn:iam::111122223333:role/insitu-read" });
    let answer = story.ada.post(&path(&storage), moved).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "policy.session_policy_too_long"),
        "{}",
        answer.body
    );
}
