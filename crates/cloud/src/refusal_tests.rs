//! Claims about refusals, and what they mean.

use super::*;

fn refusal(status: u16, xml: &str) -> Refusal {
    let answer = Answer {
        status,
        headers: Default::default(),
        body: xml.to_owned().into(),
    };
    Refusal::read(&answer)
}

#[test]
fn the_same_mistake_is_recognized_from_s3_and_sts() {
    let s3 = refusal(
        403,
        "<Error><Code>InvalidAccessKeyId</Code><Message>m</Message><RequestId>R</RequestId></Error>",
    );
    assert_eq!(s3.kind(), RefusalKind::UnknownKey);
    assert_eq!(s3.request_id.as_deref(), Some("R"));
    let sts = refusal(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>m</Message></Error><RequestId>Q</RequestId></ErrorResponse>",
    );
    assert_eq!(sts.kind(), RefusalKind::UnknownKey);
    assert_eq!(sts.request_id.as_deref(), Some("Q"));
}

#[test]
fn how_long_a_server_wants_to_be_left_alone_is_read() {
    let of = |text: &'static str, date: Option<&'static str>| {
        let named = [
            (http::header::RETRY_AFTER, Some(text)),
            (http::header::DATE, date),
        ];
        let headers = named
            .into_iter()
            .filter_map(|(name, value)| Some((name, http::HeaderValue::from_static(value?))));
        let answer = Answer {
            status: 503,
            headers: headers.collect(),
            body: Default::default(),
        };
        Refusal::read(&answer).retry_after_s
    };
    assert_eq!((of("7", None), of("soon", None)), (Some(7), None));
    let (now, later) = ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:30 GMT");
    assert_eq!(of(later, Some(now)), Some(90));
    assert_eq!(of(now, Some(later)), None, "it is over");
    assert_eq!(of(later, None), None, "nobody knows when it was said");
}

#[test]
fn a_clock_that_is_off_is_no_wrong_secret_though_sts_gives_it_that_code() {
    let sts = |message: &str| {
        let error = format!("<Code>SignatureDoesNotMatch</Code><Message>{message}</Message>");
        refusal(
            403,
            &format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>"),
        )
        .kind()
    };
    for message in [
        "Signature expired: 20260131T230000Z is now earlier than 20260131T234500Z (20260201T000000Z - 15 min.)",
        "Signature not yet current: 20260201T010000Z is still later than 20260201T001500Z (20260201T000000Z + 15 min.)",
    ] {
        assert_eq!(sts(message), RefusalKind::ClockSkew);
    }
    let wrong_secret = "The request signature we calculated does not match the signature you provided.";
    assert_eq!(sts(wrong_secret), RefusalKind::BadSignature);
}

#[test]
fn a_wrong_region_brings_the_right_one() {
    let refusal = refusal(
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>",
    );
    assert_eq!(
        (refusal.kind(), refusal.region.as_deref()),
        (RefusalKind::WrongRegion, Some("eu-west-3"))
    );
}

#[test]
fn a_redirect_is_about_a_region_only_if_the_server_says_so() {
    let redirect = |headers: &[(&'static str, &'static str)], body: &str| {
        let named = headers.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, http::HeaderValue::from_static(value))
        });
        let answer = Answer {
            status: 301,
            headers: named.collect(),
            body: body.to_owned().into(),
        };
        let refusal = Refusal::read(&answer);
        (refusal.kind(), refusal.redirects_to)
    };
    let to_tls = ("location", "https://s3.example.com/photos?X-Amz-Signature=1");
    let elsewhere = Some("https://s3.example.com".to_owned());
    assert_eq!(
        redirect(&[to_tls], "<html>"),
        (RefusalKind::Redirected, elsewhere.clone())
    );
    assert_eq!(
        redirect(&[("location", "/login")], ""),
        (RefusalKind::Redirected, Some(String::new()))
    );
    let region = ("x-amz-bucket-region", "eu-west-3");
    assert_eq!(
        redirect(&[to_tls, region], ""),
        (RefusalKind::WrongRegion, elsewhere.clone())
    );
    let code = "<Error><Code>TemporaryRedirect</Code></Error>";
    assert_eq!(redirect(&[to_tls], code), (RefusalKind::WrongRegion, elsewhere));
}

#[test]
fn without_a_body_the_status_speaks() {
    assert_eq!(refusal(403, "").kind(), RefusalKind::AccessDenied);
    assert_eq!(refusal(404, "").kind(), RefusalKind::NotFound);
    assert_eq!(refusal(301, "").kind(), RefusalKind::WrongRegion);
    assert_eq!(refusal(502, "<html>").kind(), RefusalKind::ServerFault);
    assert!(refusal(503, "").is_transient());
    assert!(!refusal(501, "").is_transient());
    assert!(!refusal(403, "").is_transient());
}

#[test]
fn a_message_without_end_is_cut() {
    let refusal = refusal(
        400,
        &format!(
            "<Error><Code>{0}</Code><Message>{0}</Message></Error>",
            "é".repeat(9000)
        ),
    );
    assert_eq!(refusal.message.unwrap().chars().count(), MESSAGE_CHARS_MAX);
    assert_eq!(refusal.code.unwrap().chars().count(), WORD_CHARS_MAX);
}
