//! Claims about what a run looks at and what it does not.

use super::tests::{Asked, cause, examine_patient, examine_within, patient_of, picture, said, well};
use super::*;
use crate::testing::{Server, answer};

#[tokio::test]
async fn what_was_not_looked_at_is_named() {
    let empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let server = Server::answers(move |request| match Asked(request) {
        asked if asked.is_listing() => answer("200 OK", "", empty),
        asked => well(&asked),
    })
    .await;
    let mut patient = patient_of(&server, None);
    patient.left_out = LeftOut::Buckets(vec!["archive".parse().unwrap()]);
    patient.prefixes = ["photos/a", "photos/b", "photos/c", "photos/d"]
        .map(|text| text.parse().unwrap())
        .to_vec();
    let diagnosis = examine_patient(&server, Some(&picture), patient).await;
    let warned = diagnosis.warnings().next().unwrap();
    assert_eq!(warned.code, Some("storage.partly_examined"));
    assert_eq!(warned.message, "Not looked at: the bucket archive, photos/d/.");
    assert!(warned.fix.as_ref().unwrap().text.contains("--bucket"));
    let lists: Vec<_> = server
        .asked()
        .iter()
        .filter(|one| one.contains("list-type=2"))
        .map(|one| one.split("prefix=").nth(1).unwrap()[..4].to_owned())
        .collect();
    assert_eq!(lists, ["a%2F", "a%2F", "b%2F", "c%2F"], "{lists:?}");
}

#[tokio::test]
async fn of_a_storage_without_buckets_it_is_said_that_one_asset_stands_for_all() {
    let server = Server::answers(|request| well(&Asked(request))).await;
    let mut patient = patient_of(&server, None);
    patient.left_out = LeftOut::Unknown;
    let diagnosis = examine_patient(&server, Some(&picture), patient).await;
    let said = diagnosis.checks.last().unwrap();
    assert_eq!(
        (said.subject, said.verdict),
        (Subject::Coverage, Verdict::Skipped)
    );
    assert!(said.message.contains("--bucket"), "{}", said.message);
    assert_eq!(diagnosis.verdict(), Verdict::Passed);
}

#[tokio::test]
async fn what_is_wrong_with_one_bucket_keeps_nobody_from_looking_at_the_next() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.0.contains(" /nope") {
            true if asked.is("HEAD", "") => answer("404 Not Found", "", ""),
            true => said("404 Not Found", "NoSuchBucket"),
            false => well(&asked),
        }
    })
    .await;
    let mut patient = patient_of(&server, None);
    let nope = Target {
        bucket: "nope".parse().unwrap(),
        object: None,
    };
    patient.targets.insert(0, nope);
    let found = examine_patient(&server, Some(&picture), patient).await;
    assert_eq!(found.cause().unwrap().code, Some("storage.no_such_bucket"));
    let of = |bucket: &str, verdict| {
        let checks = found.checks.iter();
        let wanted =
            checks.filter(|check| check.bucket.as_deref() == Some(bucket) && check.verdict == verdict);
        wanted.map(|check| check.subject).collect::<Vec<_>>()
    };
    assert_eq!(of("nope", Verdict::Failed).len(), 1, "{found:#?}");
    assert!(
        of("photos", Verdict::Passed).contains(&Subject::SignedGet),
        "{found:#?}"
    );
    assert!(of("photos", Verdict::Failed).is_empty(), "{found:#?}");
}

#[tokio::test]
async fn nothing_is_asked_for_outside_of_the_prefixes() {
    let empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let server = Server::answers(move |request| {
        let asked = Asked(request);
        match asked.is_listing() {
            true => answer("200 OK", "", empty),
            false => well(&asked),
        }
    })
    .await;
    let mut patient = patient_of(&server, None);
    patient.prefixes = vec!["photos/cats".parse().unwrap()];
    let diagnosis = examine_patient(&server, Some(&picture), patient).await;
    assert_eq!(diagnosis.verdict(), Verdict::Passed, "{diagnosis:#?}");
    for asked in server.asked() {
        let line = asked.lines().next().unwrap();
        let (_, path) = line.split_once(' ').unwrap();
        let is_bucket = path.starts_with("/photos ") || path.starts_with("/photos/ ");
        let is_within = path.starts_with("/photos/cats/") || path.contains("prefix=cats%2F");
        assert!(is_bucket || is_within, "{line}");
    }
}

/// Whoever comes last had no time to answer, which is not its fault.
#[tokio::test]
async fn who_had_no_time_to_answer_is_not_blamed() {
    let (began, time) = (std::time::Instant::now(), Duration::from_secs(1));
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is("HEAD", "/photos/a.jpg") {
            true => String::new(),
            false => well(&asked),
        }
    })
    .await;
    let found = examine_within(time, &server, Some(&picture), patient_of(&server, None)).await;
    // Its call alone would be waited for as long as four of these runs.
    assert!(began.elapsed() < 4 * time, "{:?}", began.elapsed());
    assert_eq!(
        (found.cause(), found.verdict()),
        (None, Verdict::Warned),
        "{found:#?}"
    );
    let of = |subject| {
        let check = found.checks.iter().find(|check| check.subject == subject);
        check.unwrap()
    };
    assert_eq!(of(Subject::Head).verdict, Verdict::Skipped);
    assert_eq!(of(Subject::Decode).verdict, Verdict::Skipped);
    let said = of(Subject::Coverage);
    assert_eq!(said.code, Some("storage.partly_examined"));
    assert!(said.message.contains("at head"), "{}", said.message);
}

/// With time to answer, the same server hangs.
#[tokio::test]
async fn who_had_its_time_and_did_not_answer_hangs() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is("HEAD", "/photos/a.jpg") {
            true => String::new(),
            false => well(&asked),
        }
    })
    .await;
    let found = examine_patient(&server, Some(&picture), patient_of(&server, None)).await;
    assert_eq!(cause(&found), ("storage.hangs", Subject::Head));
}
