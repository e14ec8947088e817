//! Claims about the doctor where what answers is no S3, or one that does not do as it is asked.

use super::tests::{
    Asked, ORIGIN, cause, examine, examine_patient, examine_with, patient_of, picture, said, well,
};
use super::*;
use crate::testing::{Server, answer};

#[tokio::test]
async fn whoever_refuses_everybody_says_nothing_about_the_key() {
    let proxy = answer("403 Forbidden", "", "<html>Forbidden by proxy</html>");
    let password = answer("401 Unauthorized", "www-authenticate: Basic\r\n", "");
    let closed = said("403 Forbidden", "AllAccessDisabled");
    for (all, words) in [
        (proxy, "not in the words of S3"),
        (password, "not in the words of S3"),
        (closed, "AllAccessDisabled"),
    ] {
        let server = Server::answers(move |_| all.clone()).await;
        let found = examine(&server).await;
        assert_eq!(cause(&found), ("storage.unexpected_answer", Subject::Identity));
        assert!(found.cause().unwrap().message.contains(words), "{found:#?}");
    }
}

#[tokio::test]
async fn an_endpoint_that_sends_elsewhere_is_no_wrong_region() {
    for (location, told) in [
        (
            "https://s3.example.com/photos?list-type=2",
            "https://s3.example.com as the endpoint",
        ),
        ("/login", "not of its console"),
    ] {
        let headers = format!("location: {location}\r\n");
        let server = Server::answers(move |_| answer("302 Found", &headers, "<html>")).await;
        let found = examine(&server).await;
        assert_eq!(cause(&found), ("storage.redirected", Subject::Identity));
        let fix = &found.cause().unwrap().fix.as_ref().unwrap().text;
        assert!(fix.contains(told), "{fix}");
    }
}

#[tokio::test]
async fn a_url_that_is_over_as_soon_as_it_is_signed_is_the_clocks_fault() {
    let over = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><ServerTime>2026-03-04T05:21:07Z</ServerTime></Error>";
    let server = Server::answers(move |request| match request.contains("X-Amz-Signature=") {
        true => answer("403 Forbidden", "", over),
        false => well(&Asked(request)),
    })
    .await;
    let found = examine_with(&server, Some(&picture), Some("a.jpg")).await;
    assert_eq!(cause(&found), ("storage.clock_skew", Subject::SignedGet));
    assert!(found.cause().unwrap().message.contains("2026-03-04T05:21:07Z"));
    let asked = server.asked();
    let signed = asked.iter().find(|one| one.contains("X-Amz-Signature=")).unwrap();
    assert!(
        signed.contains("X-Amz-Expires=900"),
        "as long as pages' URLs: {signed}"
    );
    assert!(signed.contains(ORIGIN), "{signed}");
}

#[tokio::test]
async fn what_a_listing_shows_outside_of_the_prefixes_is_not_looked_at() {
    const ALL: &str = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>secret/other.png</Key><Size>5</Size></Contents></ListBucketResult>";
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is_listing() {
            true => answer("200 OK", "", ALL),
            false => well(&asked),
        }
    })
    .await;
    let patient = Patient {
        prefixes: vec!["photos/public/".parse().unwrap()],
        ..patient_of(&server, None)
    };
    let found = examine_patient(&server, Some(&picture), patient).await;
    assert_eq!(found.cause(), None);
    let warned: Vec<_> = found
        .warnings()
        .map(|check| (check.subject, check.code))
        .collect();
    let nothing = (Subject::Coverage, Some("storage.nothing_to_read"));
    assert_eq!(warned, [(Subject::List, Some("storage.prefix_ignored")), nothing]);
    for asked in server.asked() {
        assert!(!asked.contains("secret"), "{asked}");
    }
}
