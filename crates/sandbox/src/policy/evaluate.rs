//! The verdict of identity and session policies: an explicit deny wins, then an allow is needed from every layer.

use super::condition::{Context, holds};
use super::document::{Effect, OneOrMany, Policy, Statement};
use super::pattern::matches_wildcard;

/// May this action be done on this resource, in this context?
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub context: &'a Context,
}

/// What the policies say, and which layer said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// No statement of the identity's policies allows it.
    NotAllowedByIdentity,
    /// The identity may, but no statement of the session policies allows it.
    NotAllowedBySession,
    DeniedByIdentity,
    DeniedBySession,
}

/// What a caller holds: the policies of a user or role, and those that a session was narrowed with.
#[derive(Debug, Clone, Copy)]
pub struct Grants<'a> {
    pub identity: &'a [Policy],
    /// `None`: the session was not narrowed. A user has no session.
    pub session: Option<&'a [Policy]>,
}

impl Grants<'_> {
    /// The effective permission: identity ∩ session.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        let identity = verdict(self.identity, question);
        let session = self.session.map(|policies| verdict(policies, question));
        match (identity, session) {
            (Some(Effect::Deny), _) => Decision::DeniedByIdentity,
            (_, Some(Some(Effect::Deny))) => Decision::DeniedBySession,
            (None, _) => Decision::NotAllowedByIdentity,
            (Some(Effect::Allow), Some(None)) => Decision::NotAllowedBySession,
            (Some(Effect::Allow), _) => Decision::Allowed,
        }
    }
}

impl Decision {
    #[must_use]
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }

    /// The end of AWS's message, from "because" or "with".
    #[must_use]
    pub fn reason(self, action: &str) -> String {
        match self {
            Self::Allowed => String::new(),
            Self::NotAllowedByIdentity => {
                format!("because no identity-based policy allows the {action} action")
            }
            Self::NotAllowedBySession => format!("because no session policy allows the {action} action"),
            Self::DeniedByIdentity => "with an explicit deny in an identity-based policy".to_owned(),
            Self::DeniedBySession => "with an explicit deny in a session policy".to_owned(),
        }
    }
}

/// One layer: the deny if any statement denies, the allow if any allows, else nothing.
fn verdict(policies: &[Policy], question: &Question<'_>) -> Option<Effect> {
    let mut allowed = None;
    for statement in policies.iter().flat_map(|policy| policy.statement.iter()) {
        if !statement.covers(question) {
            continue;
        }
        if statement.effect == Effect::Deny {
            return Some(Effect::Deny);
        }
        allowed = Some(Effect::Allow);
    }
    allowed
}

impl Statement {
    fn covers(&self, question: &Question<'_>) -> bool {
        self.covers_action(question.action)
            && self.covers_resource(question.resource)
            && holds(&self.condition, question.context)
    }

    /// Actions are compared without regard to case.
    pub(super) fn covers_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let any = |patterns: &OneOrMany<String>| {
            patterns
                .iter()
                .any(|pattern| matches_wildcard(&pattern.to_ascii_lowercase(), &action))
        };
        match (&self.action, &self.not_action) {
            (Some(patterns), _) => any(patterns),
            (None, Some(patterns)) => !any(patterns),
            (None, None) => false,
        }
    }

    fn covers_resource(&self, resource: &str) -> bool {
        let any =
            |patterns: &OneOrMany<String>| patterns.iter().any(|pattern| matches_wildcard(pattern, resource));
        match (&self.resource, &self.not_resource) {
            (Some(patterns), _) => any(patterns),
            (None, Some(patterns)) => !any(patterns),
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: &str) -> Policy {
        Policy::identity(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#)).unwrap()
    }

    fn read_only() -> Policy {
        policy(
            r#"[{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket","s3:GetBucketLocation"],
                 "Resource":["arn:aws:s3:::photos/*","arn:aws:s3:::photos"]}]"#,
        )
    }

    fn ask(identity: &[Policy], session: Option<&[Policy]>, action: &str, resource: &str) -> Decision {
        let context = Context::default().with("s3:prefix", Some("2024/"));
        Grants { identity, session }.decide(&Question {
            action,
            resource,
            context: &context,
        })
    }

    #[test]
    fn the_read_only_policy_reads_and_nothing_else() {
        let identity = [read_only()];
        assert!(ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/a b.jpg").is_allowed());
        assert!(ask(&identity, None, "s3:ListBucket", "arn:aws:s3:::photos").is_allowed());
        for (action, resource) in [
            ("s3:PutObject", "arn:aws:s3:::photos/a.jpg"),
            ("s3:DeleteObject", "arn:aws:s3:::photos/a.jpg"),
            ("s3:GetObject", "arn:aws:s3:::photos2/a.jpg"),
            ("s3:ListBucket", "arn:aws:s3:::photos2"),
            ("s3:ListAllMyBuckets", "*"),
        ] {
            assert_eq!(
                ask(&identity, None, action, resource),
                Decision::NotAllowedByIdentity
            );
        }
    }

    #[test]
    fn an_explicit_deny_wins_over_any_allow() {
        let deny =
            policy(r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"arn:aws:s3:::photos/secret/*"}"#);
        let identity = [
            policy(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
            deny.clone(),
        ];
        assert!(ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/a").is_allowed());
        assert_eq!(
            ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/secret/a"),
            Decision::DeniedByIdentity
        );
        assert_eq!(
            ask(
                &identity[..1],
                Some(&[deny]),
                "s3:GetObject",
                "arn:aws:s3:::photos/secret/a"
            ),
            Decision::DeniedBySession
        );
    }

    #[test]
    fn a_session_policy_narrows_and_never_widens() {
        let identity = [read_only()];
        let wide = [policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#)];
        let narrow = [policy(
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::photos/a/*"}"#,
        )];
        assert_eq!(
            ask(&identity, Some(&wide), "s3:PutObject", "arn:aws:s3:::photos/x"),
            Decision::NotAllowedByIdentity
        );
        assert!(
            ask(
                &identity,
                Some(&narrow),
                "s3:GetObject",
                "arn:aws:s3:::photos/a/x"
            )
            .is_allowed()
        );
        assert_eq!(
            ask(
                &identity,
                Some(&narrow),
                "s3:GetObject",
                "arn:aws:s3:::photos/b/x"
            ),
            Decision::NotAllowedBySession
        );
    }

    #[test]
    fn a_prefix_condition_limits_what_may_be_listed() {
        let allow = |prefix: &str| {
            policy(&format!(
                r#"{{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{{"StringLike":{{"s3:prefix":"{prefix}"}}}}}}"#
            ))
        };
        assert!(ask(&[allow("2024/*")], None, "s3:ListBucket", "arn:aws:s3:::photos").is_allowed());
        assert!(!ask(&[allow("2025/*")], None, "s3:ListBucket", "arn:aws:s3:::photos").is_allowed());
    }

    #[test]
    fn actions_ignore_case_and_resources_do_not() {
        let identity = [policy(
            r#"{"Effect":"Allow","Action":"S3:getobject","Resource":"arn:aws:s3:::photos/A"}"#,
        )];
        assert!(ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/A").is_allowed());
        assert!(!ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/a").is_allowed());
    }

    #[test]
    fn not_action_and_not_resource_cover_the_rest() {
        let identity = [policy(
            r#"{"Effect":"Allow","NotAction":"s3:Put*","NotResource":"arn:aws:s3:::photos/x"}"#,
        )];
        assert!(ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/a").is_allowed());
        assert!(!ask(&identity, None, "s3:PutObject", "arn:aws:s3:::photos/a").is_allowed());
        assert!(!ask(&identity, None, "s3:GetObject", "arn:aws:s3:::photos/x").is_allowed());
    }
}
