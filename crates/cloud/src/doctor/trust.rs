//! Does a role insist on its external ID? Only trying tells: with the right one, without any, with a random one, and with
//! ones that resemble it.
//!
//! STS has one message for no such role, wrong principal, wrong or missing external ID and missing permission, so no
//! answer proves anything alone. A role that lets the hub in with any ID lets in whoever else the hub works for.

use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use insitu_model::ambient::Random;
use insitu_model::arn::RoleArn;
use insitu_model::external_id::ExternalId;
use insitu_model::region::Region;

use super::similar::Similar;
use crate::credentials::Credentials;
use crate::refusal::CallError;
use crate::sts::{self, AssumeRole, SESSION_S_MIN};

/// The sessions of a proof may do nothing at all: they are thrown away, and one of them should not exist.
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// Knocks with another part at a time; five others are on their way beside them.
const PARTS_AT_ONCE: usize = 11;

/// What trying a role showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It lets the hub in with its external ID, and refuses it without one and with any other that was tried.
    Verified,
    /// It lets the hub in without any external ID.
    AcceptsWithoutExternalId,
    /// It demands an external ID, and takes any.
    AcceptsRandomExternalId,
    /// It takes external IDs that resemble its own: its condition is a pattern.
    AcceptsSimilarExternalId,
    /// It does not let the hub in with its external ID either.
    RightRefused(CallError),
    /// STS did not answer as one can draw conclusions from: the network, throttling, the hub's own key.
    Unclear(CallError),
}

/// Tries to become the role with its external ID, without any, and with others made up by `random`.
pub async fn prove_refusal(
    sts: &sts::Client,
    credentials: &Credentials,
    region: &Region,
    role_arn: &RoleArn,
    external_id: &ExternalId,
    session_name: &str,
    random: &dyn Random,
) -> Proof {
    let attempt = Attempt {
        sts,
        credentials,
        region,
        role_arn,
        session_name,
    };
    match attempt.with(Some(external_id)).await {
        Ok(Entry::Let) => {}
        Ok(Entry::Refused(error)) => return Proof::RightRefused(error),
        Err(error) => return Proof::Unclear(error),
    }
    match attempt.with(None).await {
        Ok(Entry::Let) => return Proof::AcceptsWithoutExternalId,
        Ok(Entry::Refused(_)) => {}
        Err(error) => return Proof::Unclear(error),
    }
    match attempt.as_strangers(external_id, random).await {
        Ok(Strangers::RandomLet) => Proof::AcceptsRandomExternalId,
        Ok(Strangers::SimilarLet) => Proof::AcceptsSimilarExternalId,
        Ok(Strangers::Refused(_)) => Proof::Verified,
        Err(error) => Proof::Unclear(error),
    }
}

/// Who tries to become which role.
pub(super) struct Attempt<'a> {
    pub sts: &'a sts::Client,
    pub credentials: &'a Credentials,
    pub region: &'a Region,
    pub role_arn: &'a RoleArn,
    pub session_name: &'a str,
}

/// What a role does with whoever knocks.
pub(super) enum Entry {
    Let,
    Refused(CallError),
}

/// What a role does with external IDs that are not its own.
pub(super) enum Strangers {
    /// It takes one that was made up.
    RandomLet,
    /// It takes one that resembles its own.
    SimilarLet,
    Refused(CallError),
}

impl From<Entry> for Strangers {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Let => Self::RandomLet,
            Entry::Refused(error) => Self::Refused(error),
        }
    }
}

impl Attempt<'_> {
    /// Knocks with external IDs that are not the right one, 16 at a time. STS says no more than yes or no to each, and a
    /// question mark in a pattern lets in those alone that differ there: so there is one for each character.
    pub async fn as_strangers(
        &self,
        right: &ExternalId,
        random: &dyn Random,
    ) -> Result<Strangers, CallError> {
        let made_up = ExternalId::generate(random);
        let similar = Similar::to(right, random);
        let parts = similar
            .with_other_run
            .into_iter()
            .chain(similar.with_other_character);
        let (random, longer, in_front, half, case, parts) = tokio::join!(
            self.with(Some(&made_up)),
            self.with_similar(similar.longer.as_ref()),
            self.with_similar(similar.longer_in_front.as_ref()),
            self.with_similar(similar.with_other_half.as_ref()),
            self.with_similar(similar.in_other_case.as_ref()),
            self.until_let(parts),
        );
        let similar = [longer, in_front, half, case].into_iter().flatten();
        let similar: Vec<_> = similar.chain(parts).collect();
        // One that was let in is proof enough, whatever became of the others.
        if matches!(random, Ok(Entry::Let)) {
            return Ok(Strangers::RandomLet);
        }
        if similar.iter().any(|tried| matches!(tried, Ok(Entry::Let))) {
            return Ok(Strangers::SimilarLet);
        }
        for tried in similar {
            tried?;
        }
        random.map(Strangers::from)
    }

    /// Knocks with one after the other, a few at a time, until one is let in or STS says what proves nothing: what the
    /// last one was told, which stands for all of them.
    async fn until_let(&self, others: impl Iterator<Item = ExternalId>) -> Option<Result<Entry, CallError>> {
        let knocks = others.map(|other| async move { self.with(Some(&other)).await });
        let mut answers = pin!(stream::iter(knocks).buffer_unordered(PARTS_AT_ONCE));
        let mut last = None;
        while let Some(answer) = answers.next().await {
            let is_refusal = matches!(answer, Ok(Entry::Refused(_)));
            last = Some(answer);
            if !is_refusal {
                break;
            }
        }
        last
    }

    async fn with_similar(&self, external_id: Option<&ExternalId>) -> Option<Result<Entry, CallError>> {
        match external_id {
            Some(external_id) => Some(self.with(Some(external_id)).await),
            None => None,
        }
    }

    /// Knocks with this external ID. An error is an answer that says nothing about the role.
    pub async fn with(&self, external_id: Option<&ExternalId>) -> Result<Entry, CallError> {
        let role = AssumeRole {
            role_arn: self.role_arn.as_str(),
            session_name: self.session_name,
            external_id: external_id.map(ExternalId::as_str),
            duration_s: SESSION_S_MIN,
            session_policy: Some(NOTHING),
        };
        let tried = self.sts.assume_role(self.credentials, self.region, &role).await;
        match tried {
            Ok(_) => Ok(Entry::Let),
            Err(error) if sts::is_denial(&error) => Ok(Entry::Refused(error)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use insitu_model::ambient::SeededRandom;

    use super::*;
    use crate::retry::Retry;
    use crate::testing::{Server, answer, clock, random};

    const LET: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-04T06:06:07Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    const DENIED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: a is not authorized to perform: sts:AssumeRole on resource: r</Message></Error></ErrorResponse>";
    const INVALID: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>m</Message></Error></ErrorResponse>";

    async fn prove(server: &Server) -> Proof {
        prove_by(server, 7).await
    }

    async fn prove_by(server: &Server, seed: u64) -> Proof {
        let sts = sts::Client::new(server.outbound(), clock(), random(), Some(server.endpoint()))
            .with_retry(Retry::NONE);
        prove_refusal(
            &sts,
            &Credentials::permanent("AKIDHUB", "secret"),
            &"eu-central-1".parse().unwrap(),
            &"arn:aws:iam::123456789012:role/photos".parse().unwrap(),
            &"the-right-one".parse().unwrap(),
            "insitu-a-b",
            &SeededRandom::new(seed),
        )
        .await
    }

    async fn server(answers: &[(&str, &str)]) -> Server {
        let answers: Vec<String> = answers
            .iter()
            .map(|(status, body)| answer(status, "", body))
            .collect();
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        Server::says(&answers).await
    }

    const YES: (&str, &str) = ("200 OK", LET);
    const NO: (&str, &str) = ("403 Forbidden", DENIED);

    /// A role that lets in whoever brings an external ID that it takes.
    async fn role(takes: impl Fn(&str) -> bool + Send + 'static) -> Server {
        Server::answers(move |request| {
            let fields = request.split('&');
            let external_id = fields
                .filter_map(|field| field.strip_prefix("ExternalId="))
                .next();
            let (status, body) = if external_id.is_some_and(&takes) { YES } else { NO };
            answer(status, "", body)
        })
        .await
    }

    const RIGHT: &str = "the-right-one";

    #[tokio::test]
    async fn a_role_is_verified_only_if_it_refuses_all_others() {
        let server = role(|external_id| external_id == RIGHT).await;
        assert_eq!(prove(&server).await, Proof::Verified);
        let asked = server.asked();
        assert!(
            asked[0].contains("&ExternalId=the-right-one&Policy="),
            "{}",
            asked[0]
        );
        assert!(!asked[1].contains("ExternalId"), "{}", asked[1]);
        let made_up = ExternalId::generate(&SeededRandom::new(7));
        let with = |text: &str| asked.iter().any(|one| one.contains(text));
        assert!(with(&format!("&ExternalId={made_up}&")), "{asked:?}");
        assert!(with("&ExternalId=THE-RIGHT-ONE&"), "{asked:?}");
        // Each run, and each character.
        assert!(with("&ExternalId=the-%3D%3D%3D%3D%3D-one&"), "{asked:?}");
        assert!(with("&ExternalId=the-right-on%3D&"), "{asked:?}");
        assert_eq!(asked.len(), 2 + 5 + 3 + RIGHT.len(), "{asked:?}");
        for one in &asked {
            assert!(
                one.contains("DurationSeconds=900") && one.contains("Deny"),
                "{one}"
            );
        }
    }

    #[tokio::test]
    async fn a_role_that_lets_others_in_is_told_by_which() {
        assert_eq!(
            prove(&server(&[YES, YES]).await).await,
            Proof::AcceptsWithoutExternalId
        );
        assert_eq!(prove(&role(|_| true).await).await, Proof::AcceptsRandomExternalId);
    }

    #[tokio::test]
    async fn a_role_whose_condition_is_a_pattern_is_found_out() {
        let patterns: [fn(&str) -> bool; 9] = [
            |id| id.starts_with("the-"),
            |id| id.ends_with("-one"),
            |id| id.starts_with("the-") && id.len() == RIGHT.len(),
            |id| id.eq_ignore_ascii_case(RIGHT),
            |id| id.starts_with("the-right-on") && id.len() <= "the-right-on%3D".len(),
            |id| id.starts_with("the-") && id.ends_with("-one"),
            |id| id.ends_with("-right-one") && id.replace("%3D", "=").len() == RIGHT.len(),
            |id| {
                id.starts_with("the-righ")
                    && id.ends_with("-one")
                    && id.replace("%3D", "=").len() == RIGHT.len()
            },
            |id| id.starts_with("th") && id.ends_with("-right-one"),
        ];
        for (number, takes) in patterns.into_iter().enumerate() {
            for seed in 0..4 {
                let proof = prove_by(&role(takes).await, seed).await;
                assert_eq!(
                    proof,
                    Proof::AcceptsSimilarExternalId,
                    "pattern {number}, proof {seed}"
                );
            }
        }
    }

    #[tokio::test]
    async fn one_question_mark_is_found_out_at_once_wherever_it_stands() {
        for place in 0..RIGHT.len() {
            let takes = move |id: &str| {
                let id = id.replace("%3D", "=");
                let differs = id.chars().zip(RIGHT.chars()).enumerate();
                id.len() == RIGHT.len() && differs.filter(|(_, (a, b))| a != b).all(|(at, _)| at == place)
            };
            let proof = prove(&role(takes).await).await;
            assert_eq!(proof, Proof::AcceptsSimilarExternalId, "{place}");
        }
    }

    #[tokio::test]
    async fn a_role_that_refuses_the_right_one_is_not_asked_further() {
        let server = server(&[NO]).await;
        assert!(matches!(prove(&server).await, Proof::RightRefused(_)));
        assert_eq!(server.asked().len(), 1);
    }

    #[tokio::test]
    async fn what_says_nothing_about_the_role_proves_nothing() {
        let busy = ("503 Service Unavailable", "");
        let unknown = ("403 Forbidden", INVALID);
        for answers in [
            &[unknown][..],
            &[YES, busy],
            &[YES, unknown],
            &[YES, NO, ("400 Bad Request", "")],
            &[YES, ("403 Forbidden", "<html>of a proxy</html>")],
        ] {
            let proof = prove(&server(answers).await).await;
            assert!(matches!(proof, Proof::Unclear(_)), "{proof:?}");
        }
    }
}
