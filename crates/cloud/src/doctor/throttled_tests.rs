//! Claims about a role whose STS has no time for all the external IDs that the doctor tries at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use insitu_model::ambient::SeededRandom;

use super::tests::{Asked, patient_of, picture, well};
use super::*;
use crate::connect::{Patience, Reach};
use crate::credentials::RoleGrant;
use crate::identity::IdentitySettings;
use crate::retry::Retry;
use crate::testing::{Server, answer, clock, random};

const RIGHT: &str = "the-right-one-of-this-storage";
const WHO: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::999988887777:user/hub</Arn><UserId>AIDA</UserId><Account>999988887777</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
const LET: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-04T06:06:07Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

fn refused(status: &str, code: &str) -> String {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>"
    );
    answer(status, "", &body)
}

/// S3 and STS, which sends strangers away unheard by their number.
async fn server(is_busy: impl Fn(usize) -> bool + Send + 'static) -> Server {
    let strangers = AtomicUsize::new(0);
    Server::answers(move |request| {
        if !request.starts_with("POST") {
            return well(&Asked(request));
        }
        if request.contains("Action=GetCallerIdentity") {
            return answer("200 OK", "", WHO);
        }
        let right = format!("ExternalId={RIGHT}");
        if request.split('&').any(|field| field == right) {
            return answer("200 OK", "", LET);
        }
        let is_heard =
            !request.contains("ExternalId=") || !is_busy(strangers.fetch_add(1, Ordering::Relaxed));
        match is_heard {
            true => refused("403 Forbidden", "AccessDenied"),
            false => refused("400 Bad Request", "Throttling"),
        }
    })
    .await
}

async fn examine(server: &Server) -> Diagnosis {
    let of_hub = [
        ("AWS_ACCESS_KEY_ID", "AKIDHUB"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let settings = IdentitySettings {
        environment: of_hub.map(|(name, value)| (name.into(), value.into())).into(),
        ..IdentitySettings::default()
    };
    let own_way = Outbound::new(Reach::Operator, Patience::SHORT).unwrap();
    let identity = Identity::new(settings, own_way, clock());
    let (outbound, sts_at) = (server.outbound(), Some(server.endpoint()));
    let s3 = s3::Client::new(outbound.clone(), clock(), random());
    let sts = sts::Client::new(outbound.clone(), clock(), random(), sts_at);
    let patient = Patient {
        grant: Grant::Role(RoleGrant {
            role_arn: "arn:aws:iam::111122223333:role/photos".parse().unwrap(),
            external_id: Some(RIGHT.parse().unwrap()),
            next_external_id: None,
            region: "eu-central-1".parse().unwrap(),
            endpoint: Some(server.endpoint()),
            session_name: "insitu-a-b".to_owned(),
            session_policy: None,
        }),
        ..patient_of(server, Some("a.jpg"))
    };
    let tools = Tools {
        s3: s3.with_retry(Retry::NONE),
        sts: sts.with_retry(Retry::NONE),
        outbound,
        identity: &identity,
        clock: &*clock(),
        random: &SeededRandom::new(3),
        decode: Some(&picture),
        time: WHOLE_MAX,
    };
    super::examine(&patient, &tools, &mut |_| ()).await.0
}

fn warned(found: &Diagnosis) -> Vec<(Subject, Option<&'static str>)> {
    let warnings = found.warnings();
    warnings.map(|check| (check.subject, check.code)).collect()
}

#[tokio::test]
async fn who_is_sent_away_unheard_comes_again() {
    let server = server(|number| number < 3).await;
    let found = examine(&server).await;
    assert_eq!((found.cause(), warned(&found)), (None, vec![]), "{found:#?}");
    let random = |check: &&Check| check.subject == Subject::ExternalIdRandom;
    assert_eq!(found.checks.iter().find(random).unwrap().verdict, Verdict::Passed);
}

#[tokio::test]
async fn an_sts_that_has_no_time_for_that_many_is_no_fault_of_the_storage() {
    let server = server(|_| true).await;
    let found = examine(&server).await;
    assert_eq!(found.cause(), None, "{found:#?}");
    let busy = Some("storage.throttled");
    assert_eq!(warned(&found), [(Subject::ExternalIdRandom, busy)]);
    assert!(found.checks.iter().any(|check| check.subject == Subject::Decode));
    // It was let alone soon: not one more was tried after the first few.
    let knocks = server
        .asked()
        .iter()
        .filter(|one| one.contains("ExternalId="))
        .count();
    assert!(knocks < 80, "{knocks}");
}
