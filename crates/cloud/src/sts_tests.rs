//! Claims about the calls to STS, against a server that says what AWS says.

use super::*;
use crate::refusal::RefusalKind;
use crate::testing::{Server, answer, clock, random};

fn client(server: &Server) -> Client {
    Client::new(server.outbound(), clock(), random(), Some(server.endpoint()))
}

fn own() -> Credentials {
    Credentials::permanent("AKIDHUB", "secret")
}

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

const ROLE: AssumeRole<'static> = AssumeRole {
    role_arn: "arn:aws:iam::123456789012:role/photos",
    session_name: "insitu-a-b",
    external_id: Some("id:1/2"),
    duration_s: 900,
    session_policy: None,
};

#[tokio::test]
async fn an_assumed_role_gives_a_session_with_its_end() {
    let body = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/photos/x</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>CANARY-s</SecretAccessKey><SessionToken>CANARY-t==</SessionToken><Expiration>2026-03-04T06:06:07Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let server = Server::says(&[&answer("200 OK", "", body)]).await;
    let session = client(&server)
        .assume_role(&own(), &region(), &ROLE)
        .await
        .unwrap();
    assert_eq!(
        (session.access_key_id(), session.expose_secret()),
        ("ASIA1", "CANARY-s")
    );
    assert_eq!(session.expose_token(), Some("CANARY-t=="));
    assert_eq!(session.expires_at_ms(), Some(1_772_604_367_000));
    assert!(!format!("{session:?}").contains("CANARY"));
    let asked = &server.asked()[0];
    assert!(asked.starts_with("POST / HTTP/1.1\r\n"), "{asked}");
    assert!(asked.ends_with("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fphotos&RoleSessionName=insitu-a-b&DurationSeconds=900&ExternalId=id%3A1%2F2"), "{asked}");
    assert!(
        asked.contains("Credential=AKIDHUB/20260304/eu-central-1/sts/aws4_request"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_refused_role_keeps_the_words_of_sts() {
    let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn is not authorized to perform: sts:AssumeRole on resource: role</Message></Error><RequestId>R-1</RequestId></ErrorResponse>";
    let server = Server::says(&[&answer("403 Forbidden", "", body)]).await;
    let error = client(&server)
        .assume_role(&own(), &region(), &ROLE)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Some(RefusalKind::AccessDenied));
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.code.as_deref(), refusal.request_id.as_deref()),
        (Some("AccessDenied"), Some("R-1"))
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn the_caller_is_told_who_it_is() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/hub</Arn><UserId>AIDA1</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Server::says(&[&answer("200 OK", "", body)]).await;
    let caller = client(&server)
        .get_caller_identity(&own(), &region())
        .await
        .unwrap();
    assert_eq!(caller.arn, "arn:aws:iam::123456789012:user/hub");
    assert_eq!(
        (caller.account.as_str(), caller.user_id.as_str()),
        ("123456789012", "AIDA1")
    );
    assert!(server.asked()[0].ends_with("\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15"));
}

#[tokio::test]
async fn half_an_answer_is_no_session() {
    for body in [
        "<AssumeRoleResponse><Credentials><AccessKeyId>A</AccessKeyId></Credentials></AssumeRoleResponse>",
        "<AssumeRoleResponse><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>soon</Expiration></Credentials></AssumeRoleResponse>",
        "<html>",
        "",
    ] {
        let server = Server::says(&[&answer("200 OK", "", body)]).await;
        let error = client(&server)
            .assume_role(&own(), &region(), &ROLE)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "cloud.not_understood", "{body}");
        assert!(!error.to_string().contains("<SecretAccessKey>s"), "{error}");
    }
}

#[test]
fn the_regional_service_is_asked_unless_the_operator_names_one() {
    let outbound = Outbound::new(crate::connect::Reach::Operator, crate::connect::Patience::NORMAL).unwrap();
    let client = |endpoint: Option<Endpoint>| Client::new(outbound.clone(), clock(), random(), endpoint);
    assert_eq!(
        client(None).origin(&region()),
        "https://sts.eu-central-1.amazonaws.com"
    );
    let china: Region = "cn-north-1".parse().unwrap();
    assert_eq!(
        client(None).origin(&china),
        "https://sts.cn-north-1.amazonaws.com.cn"
    );
    let own: Endpoint = "http://127.0.0.1:9001".parse().unwrap();
    assert_eq!(client(Some(own)).origin(&region()), "http://127.0.0.1:9001");
}
