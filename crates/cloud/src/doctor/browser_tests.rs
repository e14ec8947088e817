//! Claims about what browsers refuse, or show, whatever the hub itself could read.

use super::tests::{
    Asked, ORIGIN, cause, examine, examine_patient, examine_with, follow_patient, patient_of, picture, well,
};
use super::*;
use crate::testing::Server;

/// A server that sends these headers with the picture, beside those that are due.
async fn sends(headers: &'static str) -> Server {
    Server::answers(move |request| {
        let asked = Asked(request);
        match asked.is("GET", "/photos/a.jpg") {
            true => well(&asked).replacen("vary: Origin", &format!("{headers}vary: Origin"), 1),
            false => well(&asked),
        }
    })
    .await
}

#[tokio::test]
async fn an_origin_that_is_allowed_twice_is_allowed_by_no_browser() {
    let twice = "access-control-allow-origin: *\r\n";
    let found = examine(&sends(twice).await).await;
    assert_eq!(cause(&found), ("storage.cors_twice", Subject::SignedGet));
    let message = &found.cause().unwrap().message;
    assert!(message.contains(&format!("{ORIGIN}, *")), "{message}");
    // Where the question is answered so, too, it is not taken for a rule of somebody else.
    let server = Server::answers(|request| {
        let asked = Asked(request);
        let said = well(&asked);
        match said.contains("access-control-allow-origin") {
            true => said.replacen(
                "access-control",
                "access-control-allow-origin: *\r\naccess-control",
                1,
            ),
            false => said,
        }
    })
    .await;
    let found = examine(&server).await;
    assert_eq!(cause(&found), ("storage.cors_twice", Subject::Preflight));
}

#[tokio::test]
async fn what_is_not_packed_as_it_says_is_shown_by_no_browser() {
    for encoding in ["content-encoding: gzip\r\n", "content-encoding: deflate\r\n"] {
        let found = examine_with(&sends(encoding).await, Some(&picture), None).await;
        assert_eq!(cause(&found), ("storage.content_encoding", Subject::Decode));
    }
    // A word that browsers do not know changes nothing.
    let found = examine(&sends("content-encoding: aws-chunked\r\n").await).await;
    assert_eq!(found.verdict(), Verdict::Passed, "{found:#?}");
}

#[tokio::test]
async fn what_the_hub_does_not_unpack_did_not_pass() {
    let found = examine_with(&sends("content-encoding: br\r\n").await, Some(&picture), None).await;
    assert_eq!(found.cause(), None);
    let warned: Vec<_> = found
        .warnings()
        .map(|check| (check.subject, check.code))
        .collect();
    assert_eq!(warned, [(Subject::Decode, Some("storage.content_encoding"))]);
}

#[tokio::test]
async fn a_page_that_came_by_tls_fetches_nothing_without() {
    let server = Server::answers(|request| well(&Asked(request))).await;
    let port = server.address.port();
    let patient = |host: &str, origin: &str| Patient {
        endpoint: Some(format!("http://{host}:{port}").parse().unwrap()),
        origin: origin.to_owned(),
        ..patient_of(&server, Some("a.jpg"))
    };
    let mixed = patient("minio.test", "https://hub.test");
    let found = examine_patient(&server, Some(&picture), mixed.clone()).await;
    assert_eq!(cause(&found), ("storage.mixed_content", Subject::SignedHost));
    let found = follow_patient(&server, Some(&picture), &mixed).await;
    assert_eq!(cause(&found), ("storage.mixed_content", Subject::SignedHost));
    // Also where there is no object to fetch.
    let nothing = Patient {
        prefixes: vec!["photos/cats".parse().unwrap()],
        targets: patient_of(&server, None).targets,
        ..mixed
    };
    let found = examine_patient(&server, Some(&picture), nothing).await;
    assert_eq!(cause(&found), ("storage.mixed_content", Subject::SignedHost));
    // A page without TLS may, and nobody is on the way to the browser's own machine.
    for (host, origin) in [("minio.test", ORIGIN), ("127.0.0.1", "https://hub.test")] {
        let found = examine_patient(&server, Some(&picture), patient(host, origin)).await;
        assert!(
            found
                .checks
                .iter()
                .all(|check| check.code != Some("storage.mixed_content")),
            "{found:#?}"
        );
    }
}
