//! Claims about what a run looks at and what it does not.

use super::tests::{
    Asked, DENIED, cause, examine_patient, examine_with, examine_within, patient_of, picture, said, well,
};
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
    let partly = |check: &&Check| check.code == Some("storage.partly_examined");
    let warned = diagnosis.warnings().find(partly).unwrap();
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

/// A prefix that was mistyped is one below which there is nothing, and a listing of it is answered like any other.
#[tokio::test]
async fn where_no_object_is_found_nothing_passed() {
    let listing = |objects: &str| {
        format!("<ListBucketResult><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>")
    };
    let hollow = "<Contents><Key>phtos/</Key><Size>0</Size></Contents><Contents><Key>phtos/a.jpg</Key><Size>0</Size></Contents>";
    for (objects, prefixes, object, unread) in [
        ("", vec!["photos/phtos"], None, "photos/phtos/"),
        (hollow, vec!["photos/phtos"], None, "photos/phtos/"),
        ("", vec![], None, "the bucket photos"),
        ("", vec!["photos/a", "photos/b"], None, "photos/a/, photos/b/"),
        // An object that was named stands for its own prefix alone.
        (
            "",
            vec!["photos/phtos", "photos/a"],
            Some("a/a.jpg"),
            "photos/phtos/",
        ),
    ] {
        let listing = listing(objects);
        let server = Server::answers(move |request| match Asked(request) {
            asked if asked.is_listing() => answer("200 OK", "", &listing),
            asked if asked.is("GET", "/photos/a/") => well(&Asked("GET /photos/a.jpg")),
            asked => well(&asked),
        })
        .await;
        let mut patient = patient_of(&server, object);
        patient.prefixes = prefixes.iter().map(|text| text.parse().unwrap()).collect();
        let found = examine_patient(&server, Some(&picture), patient).await;
        assert_eq!(found.verdict(), Verdict::Warned, "{found:#?}");
        let warnings: Vec<_> = found.warnings().collect();
        assert_eq!(warnings.len(), 1, "{found:#?}");
        let warned = warnings[0];
        let expected = (Subject::Coverage, Some("storage.nothing_to_read"));
        assert_eq!((warned.subject, warned.code), expected);
        let said = format!("No object was found to try in {unread}. ");
        assert!(warned.message.starts_with(&said), "{}", warned.message);
    }
}

/// Without the right to list, files may be there all the same, and none was tried.
#[tokio::test]
async fn where_none_may_be_listed_nothing_passed_either() {
    let first = std::sync::Mutex::new(None::<String>);
    let server = Server::answers(move |request| {
        let asked = Asked(request);
        if !asked.is_listing() {
            return well(&asked);
        }
        // Whoever signs the same request otherwise has another secret.
        let signature = request.split("Signature=").nth(1).unwrap()[..64].to_owned();
        let mut first = first.lock().unwrap();
        match *first.get_or_insert_with(|| signature.clone()) == signature {
            true => answer("403 Forbidden", "", DENIED),
            false => said("403 Forbidden", "SignatureDoesNotMatch"),
        }
    })
    .await;
    let found = examine_with(&server, Some(&picture), None).await;
    assert_eq!(found.cause(), None, "{found:#?}");
    let warned: Vec<_> = found.warnings().filter_map(|check| check.code).collect();
    assert_eq!(warned, ["storage.list_denied", "storage.nothing_to_read"]);
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
    assert_eq!(diagnosis.cause(), None, "{diagnosis:#?}");
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
