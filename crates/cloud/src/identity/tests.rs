//! Claims about finding the hub's identity, with an environment, files and a metadata service of our own.

use std::io::Write;

use insitu_model::ambient::FixedClock;
use insitu_model::region::Region;

use super::*;
use crate::connect::{Patience, Reach};
use crate::credentials::{AssumeRoles, RoleGrant};
use crate::sts;
use crate::testing::{NOW_MS, Server, answer, random};

struct World {
    clock: Arc<FixedClock>,
    settings: IdentitySettings,
}

impl World {
    fn new(environment: &[(&str, &str)]) -> Self {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let settings = IdentitySettings {
            environment,
            home_dir: None,
            asks_instance: false,
            sts_endpoint: None,
        };
        Self {
            clock: Arc::new(FixedClock::at(NOW_MS)),
            settings,
        }
    }

    fn identity(&self) -> Identity {
        let outbound = Outbound::new(Reach::Operator, Patience::SHORT).unwrap();
        Identity::new(self.settings.clone(), outbound, self.clock.clone())
    }
}

fn sts(server: &Server) -> sts::Client {
    sts::Client::new(
        server.outbound(),
        crate::testing::clock(),
        random(),
        Some(server.endpoint()),
    )
}

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

#[tokio::test]
async fn without_any_source_there_is_clearly_none() {
    let world = World::new(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")]);
    let identity = world.identity();
    assert!(identity.find().await.unwrap().is_none());
    let error = identity.credentials().await.unwrap_err();
    assert_eq!(error.code(), "credentials.no_identity");
    assert!(
        error
            .to_string()
            .contains("environment, profile, web identity, container or instance"),
        "{error}"
    );
}

#[tokio::test]
async fn the_environment_comes_first() {
    let world = World::new(&[
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "CANARY"),
        ("AWS_SESSION_TOKEN", "CANARY-TOKEN"),
    ]);
    let found = world.identity().find().await.unwrap().unwrap();
    assert_eq!(
        (found.source, found.credentials.access_key_id()),
        (Source::Environment, "AKIAENV")
    );
    assert_eq!(found.credentials.expose_token(), Some("CANARY-TOKEN"));
    let shown = format!("{found:?} {:?} {:?}", world.settings, world.identity());
    assert!(!shown.contains("CANARY"), "{shown}");
}

#[tokio::test]
async fn a_profile_is_read_from_the_file_that_is_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(
        file,
        "[hub]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s"
    )
    .unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let world = World::new(&[("AWS_SHARED_CREDENTIALS_FILE", &path), ("AWS_PROFILE", "hub")]);
    let found = world.identity().find().await.unwrap().unwrap();
    assert_eq!(
        (found.source, found.credentials.access_key_id()),
        (Source::Profile, "AKIAFILE")
    );
}

#[tokio::test]
async fn a_web_identity_is_shown_to_sts_and_read_anew_each_time() {
    let session = |key: &str| {
        let body = format!(
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-04T05:11:07Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
        );
        answer("200 OK", "", &body)
    };
    let (first, second) = (session("ASIAWEB1"), session("ASIAWEB2"));
    let server = Server::says(&[&first, &second]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "token-of-the-pod\n").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let role = "arn:aws:iam::123456789012:role/hub";
    let mut world = World::new(&[("AWS_WEB_IDENTITY_TOKEN_FILE", &path), ("AWS_ROLE_ARN", role)]);
    world.settings.sts_endpoint = Some(server.endpoint());
    let identity = world.identity();
    let found = identity.find().await.unwrap().unwrap();
    assert_eq!(
        (found.source, found.credentials.access_key_id()),
        (Source::WebIdentity, "ASIAWEB1")
    );
    let asked = &server.asked()[0];
    for part in [
        "POST / HTTP/1.1",
        "Action=AssumeRoleWithWebIdentity",
        "WebIdentityToken=token-of-the-pod&",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fhub",
        "RoleSessionName=insitu",
    ] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    std::fs::write(file.path(), "its-next-token").unwrap();
    world.clock.advance_ms(300_000 / 4 * 3);
    assert_eq!(identity.credentials().await.unwrap().access_key_id(), "ASIAWEB2");
    assert!(server.asked()[1].contains("WebIdentityToken=its-next-token&"));
}

#[tokio::test]
async fn a_containers_token_may_be_in_a_file() {
    let body =
        r#"{"AccessKeyId":"ASIAPOD","SecretAccessKey":"s","Token":"t","Expiration":"2026-03-04T11:06:07Z"}"#;
    let server = Server::says(&[&answer("200 OK", "", body)]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "pod-token").unwrap();
    let uri = format!("http://{}/v1/credentials", server.address);
    let path = file.path().to_str().unwrap().to_owned();
    let world = World::new(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path),
    ]);
    let found = world.identity().find().await.unwrap().unwrap();
    assert_eq!(
        (found.source, found.credentials.access_key_id()),
        (Source::Container, "ASIAPOD")
    );
    assert!(server.asked()[0].contains("authorization: pod-token\r\n"));
}

#[tokio::test]
async fn a_container_is_asked_with_its_token_and_asked_again_before_the_session_ends() {
    let session = |key: &str, end: &str| {
        let body =
            format!(r#"{{"AccessKeyId":"{key}","SecretAccessKey":"s","Token":"t","Expiration":"{end}"}}"#);
        answer("200 OK", "", &body)
    };
    let (first, second) = (
        session("ASIA1", "2026-03-04T05:11:07Z"),
        session("ASIA2", "2026-03-04T11:06:07Z"),
    );
    let server = Server::says(&[&first, &second, &answer("500 Internal Server Error", "", "")]).await;
    let uri = format!("http://{}/creds", server.address);
    let world = World::new(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod-token"),
    ]);
    let identity = world.identity();
    let key_id = async || {
        identity
            .credentials()
            .await
            .map(|credentials| credentials.access_key_id().to_owned())
    };
    assert_eq!(key_id().await.unwrap(), "ASIA1");
    assert_eq!(key_id().await.unwrap(), "ASIA1");
    assert_eq!(server.asked().len(), 1);
    assert!(server.asked()[0].contains("authorization: pod-token\r\n"));
    world.clock.advance_ms(300_000 / 4 * 3);
    assert_eq!(key_id().await.unwrap(), "ASIA2");
    // A source that fails for a moment does not take away what it gave.
    world.clock.advance_ms(RECHECK_MS);
    assert_eq!(key_id().await.unwrap(), "ASIA2");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_source_that_is_configured_and_fails_is_named() {
    let server = Server::says(&[&answer("403 Forbidden", "", "")]).await;
    let uri = format!("http://{}/creds", server.address);
    let world = World::new(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)]);
    let error = world.identity().find().await.unwrap_err();
    assert_eq!(error.code(), "credentials.identity");
    assert!(error.to_string().contains("container"), "{error}");
}

#[tokio::test]
async fn where_the_operator_keeps_files_is_shown_to_nobody() {
    let role = "arn:aws:iam::123456789012:role/hub";
    for (file, more) in [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", ("AWS_ROLE_ARN", role)),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/creds"),
        ),
    ] {
        let world = World::new(&[(file, "/srv/secrets of ours/insitu-token"), more]);
        let error = world.identity().find().await.unwrap_err().to_string();
        for place in ["/srv", "secrets of ours/", "insitu-token", "127.0.0.1"] {
            assert!(!error.contains(place), "{file}: {error}");
        }
    }
}

#[tokio::test]
async fn the_instance_is_asked_only_where_the_operator_wants_it() {
    let server = Server::says(&[
        &answer("200 OK", "", "imds-token"),
        &answer("200 OK", "", "hub-role"),
        &answer("200 OK", "", r#"{"Code":"Success","AccessKeyId":"ASIAEC2","SecretAccessKey":"s","Token":"t","Expiration":"2026-03-04T11:06:07Z"}"#),
    ])
    .await;
    let endpoint = format!("http://{}", server.address);
    let mut world = World::new(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)]);
    assert!(world.identity().find().await.unwrap().is_none());
    assert!(server.asked().is_empty());
    world.settings.asks_instance = true;
    let found = world.identity().find().await.unwrap().unwrap();
    assert_eq!(
        (found.source, found.credentials.access_key_id()),
        (Source::Instance, "ASIAEC2")
    );
    assert!(server.asked()[0].starts_with("PUT /latest/api/token"));
}

#[tokio::test]
async fn a_machine_that_is_no_instance_has_no_identity() {
    let mut world = World::new(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")]);
    world.settings.asks_instance = true;
    assert!(world.identity().find().await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_of_a_role_is_trusted_as_the_role() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/hub/i-0</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Server::says(&[&answer("200 OK", "", body)]).await;
    let world = World::new(&[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let (identity, sts) = (world.identity(), sts(&server));
    let principal = identity.principal(&sts, &region()).await.unwrap().unwrap();
    assert_eq!(principal.trusted.as_str(), "arn:aws:iam::123456789012:role/hub");
    assert_eq!(
        identity.principal(&sts, &region()).await.unwrap(),
        Some(principal)
    );
    assert_eq!(server.asked().len(), 1);
    assert_eq!(
        World::new(&[]).identity().principal(&sts, &region()).await,
        Ok(None)
    );
}

#[tokio::test]
async fn a_role_whose_external_id_is_being_changed_lets_the_hub_in_with_either() {
    let session = "<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-04T06:06:07Z</Expiration></Credentials></R>";
    let denied =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>";
    let (session, denied) = (answer("200 OK", "", session), answer("403 Forbidden", "", denied));
    let role = RoleGrant {
        role_arn: "arn:aws:iam::123456789012:role/photos".parse().unwrap(),
        external_id: Some("old".parse().unwrap()),
        next_external_id: Some("new".parse().unwrap()),
        region: region(),
        endpoint: None,
        session_name: "insitu-x".into(),
        session_policy: None,
    };
    let world = World::new(&[("AWS_ACCESS_KEY_ID", "AKIAHUB"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    for (answers, ids) in [
        (vec![&*session], vec!["old"]),
        (vec![&*denied, &*session], vec!["old", "new"]),
    ] {
        let server = Server::says(&answers).await;
        let delegate = Delegate::new(world.identity(), sts(&server));
        delegate.assume(&role, 3600).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), ids.len());
        for (asked, id) in asked.iter().zip(ids) {
            assert!(asked.contains(&format!("&ExternalId={id}")), "{asked}");
        }
    }
}

#[tokio::test]
async fn the_hub_becomes_a_role_with_its_own_key_and_not_without() {
    let body = "<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-04T06:06:07Z</Expiration></Credentials></R>";
    let server = Server::says(&[&answer("200 OK", "", body)]).await;
    let role = RoleGrant {
        role_arn: "arn:aws:iam::123456789012:role/photos".parse().unwrap(),
        external_id: Some("id-1".parse().unwrap()),
        next_external_id: None,
        region: region(),
        endpoint: None,
        session_name: "insitu-x".into(),
        session_policy: None,
    };
    let world = World::new(&[("AWS_ACCESS_KEY_ID", "AKIAHUB"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let session = Delegate::new(world.identity(), sts(&server))
        .assume(&role, 3600)
        .await
        .unwrap();
    assert_eq!(session.access_key_id(), "ASIA");
    assert!(
        server.asked()[0].contains("Credential=AKIAHUB/") && server.asked()[0].contains("&ExternalId=id-1")
    );
    let nobody = Delegate::new(World::new(&[]).identity(), sts(&server));
    assert_eq!(
        nobody.assume(&role, 3600).await.unwrap_err().code(),
        "credentials.no_identity"
    );
    assert_eq!(server.asked().len(), 1);
}
