//! Claims about CORS: a rule for somebody else is told from none, and a question that pages never ask keeps nothing away.

use super::tests::{
    Asked, DENIED, ORIGIN, cause, examine, examine_with, examine_within, patient_of, picture, well,
};
use super::*;
use crate::testing::{Server, answer};

/// The picture as a server sends it that has no rule for the hub.
fn bare(headers: &str) -> String {
    answer(
        "206 Partial Content",
        &format!("{headers}content-type: image/jpeg\r\ncontent-range: bytes 0-4/5\r\n"),
        "01234",
    )
}

#[tokio::test]
async fn a_rule_for_another_origin_is_told_from_none() {
    let other = "access-control-allow-origin: https://elsewhere.test\r\n";
    let aws = |words: &str| {
        let body =
            format!("<Error><Code>AccessForbidden</Code><Message>CORSResponse: {words}</Message></Error>");
        answer("403 Forbidden", "", &body)
    };
    let denied = answer("403 Forbidden", "", DENIED);
    for (said, got, code) in [
        (answer("200 OK", other, ""), "", "storage.cors_other_origin"),
        (
            aws("This CORS request is not allowed. This is usually because"),
            "",
            "storage.cors_other_origin",
        ),
        (
            aws("CORS is not enabled for this bucket."),
            "",
            "storage.cors_missing",
        ),
        // Neither the refusal nor GetBucketCors, which the pasted policy does not grant, tells which.
        (denied.clone(), "", "storage.cors_no_rule"),
        (denied, other, "storage.cors_other_origin"),
    ] {
        let server = Server::answers(move |request| {
            let asked = Asked(request);
            match asked.is("OPTIONS", "/") {
                true => said.clone(),
                false if asked.is("GET", "/photos?cors") => answer("403 Forbidden", "", DENIED),
                false if asked.is("GET", "/photos/a.jpg") => bare(got),
                false => well(&asked),
            }
        })
        .await;
        let found = examine(&server).await;
        assert_eq!(cause(&found), (code, Subject::Preflight));
        let fix = found.cause().unwrap().fix.clone().unwrap();
        assert!(fix.paste.unwrap().to_string().contains(ORIGIN));
    }
}

#[tokio::test]
async fn a_question_that_pages_never_ask_keeps_nothing_away() {
    for said in [
        answer("403 Forbidden", "", DENIED),
        answer("405 Method Not Allowed", "", ""),
        answer("503 Slow Down", "", ""),
    ] {
        let refuses = move |request: &str| {
            let asked = Asked(request);
            match asked.is("OPTIONS", "/") {
                true => said.clone(),
                false => well(&asked),
            }
        };
        let server = Server::answers(refuses.clone()).await;
        let found = examine(&server).await;
        assert_eq!(found.cause(), None, "{found:#?}");
        let warned: Vec<_> = found
            .warnings()
            .map(|check| (check.subject, check.code))
            .collect();
        let code = Some("storage.preflight_refused");
        assert_eq!(warned, [(Subject::Preflight, code)]);
        let order: Vec<_> = found.checks.iter().map(|check| check.subject).collect();
        let at = |subject| order.iter().position(|one| *one == subject);
        assert!(at(Subject::Preflight) < at(Subject::SignedGet), "{order:?}");
        // Where no byte may be read there is no GET, so the question is all there is.
        let server = Server::answers(refuses).await;
        let found = examine_with(&server, None, None).await;
        assert_eq!(cause(&found).1, Subject::Preflight);
    }
}

#[tokio::test]
async fn an_answer_without_the_origin_is_the_cause_whatever_was_promised_before() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match request.contains("X-Amz-Signature=") && asked.is("GET", "/") {
            true => bare(""),
            false => well(&asked),
        }
    })
    .await;
    let found = examine(&server).await;
    assert_eq!(cause(&found), ("storage.cors_other_origin", Subject::SignedGet));
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_waited_for_no_longer_than_the_run() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is("OPTIONS", "/") {
            true => answer("403 Forbidden", "", DENIED),
            false if asked.is("GET", "/photos?cors") => String::new(),
            false if asked.is("GET", "/photos/a.jpg") => bare(""),
            false => well(&asked),
        }
    })
    .await;
    let (began, time) = (std::time::Instant::now(), Duration::from_secs(2));
    let found = examine_within(time, &server, Some(&picture), patient_of(&server, None)).await;
    assert_eq!(cause(&found), ("storage.cors_no_rule", Subject::Preflight));
    assert!(began.elapsed() < 2 * time, "{:?}", began.elapsed());
    assert!(
        server
            .asked()
            .iter()
            .any(|one| one.starts_with("GET /photos?cors"))
    );
}
