//! Who may assume a role: the trust policy of the role, together with what the caller's own policies say.

use super::condition::{Context, holds};
use super::document::{Effect, Policy, Statement};
use super::evaluate::{Decision, Grants, Question};

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// The one who calls, as trust policies see them.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub account: &'a str,
    /// The ARNs by which a trust policy can name the caller: the user; or the role and its session.
    pub arns: &'a [&'a str],
    pub grants: Grants<'a>,
}

/// A request to assume a role.
#[derive(Debug, Clone, Copy)]
pub struct Assumption<'a> {
    pub role_arn: &'a str,
    pub role_account: &'a str,
    pub trust: &'a Policy,
    pub external_id: Option<&'a str>,
}

/// IAM's rule. The trust policy must allow the caller; and the caller's own policies must allow `sts:AssumeRole`
/// too, unless role and caller share an account and the trust policy names the caller itself.
#[must_use]
pub fn may_assume(caller: &Caller<'_>, assumption: &Assumption<'_>) -> bool {
    let context = Context::default()
        .with("sts:ExternalId", assumption.external_id)
        .with("aws:PrincipalArn", caller.arns.first().copied())
        .with("aws:PrincipalAccount", Some(caller.account));
    let Some(trusted) = trusted_by(assumption.trust, caller, &context) else {
        return false;
    };
    let own = caller.grants.decide(&Question {
        action: ASSUME_ROLE,
        resource: assumption.role_arn,
        context: &context,
    });
    match own {
        Decision::Allowed => true,
        Decision::NotAllowedByIdentity => {
            trusted == Trusted::ByName && caller.account == assumption.role_account
        }
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trusted {
    ByAccount,
    ByName,
}

/// The strongest way in which the trust policy allows the caller, or `None`.
fn trusted_by(trust: &Policy, caller: &Caller<'_>, context: &Context) -> Option<Trusted> {
    let mut best = None;
    for statement in trust.statement.iter() {
        let Some(how) = named_in(statement, caller) else {
            continue;
        };
        if !statement.covers_action(ASSUME_ROLE) || !holds(&statement.condition, context) {
            continue;
        }
        if statement.effect == Effect::Deny {
            return None;
        }
        best = best.max(Some(how));
    }
    best
}

fn named_in(statement: &Statement, caller: &Caller<'_>) -> Option<Trusted> {
    let entries = statement.principal.as_ref()?.aws();
    entries.filter_map(|entry| named_as(entry, caller)).max()
}

fn named_as(entry: &str, caller: &Caller<'_>) -> Option<Trusted> {
    if entry == "*" || caller.arns.contains(&entry) {
        return Some(Trusted::ByName);
    }
    let account = entry
        .strip_suffix(":root")
        .and_then(|arn| arn.rsplit(':').next())
        .unwrap_or(entry);
    (account == caller.account).then_some(Trusted::ByAccount)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/insitu-read";
    const DELEGATE: &str = "arn:aws:iam::999988887777:user/insitu-delegate";

    fn trust(principal: &str, condition: &str) -> Policy {
        let json = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"{condition}}}]}}"#
        );
        let policy: Policy = serde_json::from_str(&json).unwrap();
        policy.check_trust().unwrap();
        policy
    }

    fn with_external_id() -> Policy {
        trust(
            r#"{"AWS":"arn:aws:iam::999988887777:user/insitu-delegate"}"#,
            r#","Condition":{"StringEquals":{"sts:ExternalId":"the-id"}}"#,
        )
    }

    fn assume_allowed() -> Vec<Policy> {
        let json = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}"#;
        vec![Policy::identity(json).unwrap()]
    }

    fn ask(arn: &str, policies: &[Policy], trust: &Policy, external_id: Option<&str>) -> bool {
        let account = arn.split(':').nth(4).unwrap();
        let caller = Caller {
            account,
            arns: &[arn],
            grants: Grants {
                identity: policies,
                session: None,
            },
        };
        may_assume(
            &caller,
            &Assumption {
                role_arn: ROLE,
                role_account: "111122223333",
                trust,
                external_id,
            },
        )
    }

    #[test]
    fn a_role_with_an_external_id_is_assumed_with_it_and_only_with_it() {
        let (trust, own) = (with_external_id(), assume_allowed());
        assert!(ask(DELEGATE, &own, &trust, Some("the-id")));
        assert!(!ask(DELEGATE, &own, &trust, None));
        assert!(!ask(DELEGATE, &own, &trust, Some("another")));
        assert!(!ask(DELEGATE, &own, &trust, Some("The-Id")));
    }

    #[test]
    fn a_role_that_asks_for_no_external_id_accepts_any() {
        let trust = trust(r#"{"AWS":"arn:aws:iam::999988887777:user/insitu-delegate"}"#, "");
        for external_id in [None, Some("random")] {
            assert!(ask(DELEGATE, &assume_allowed(), &trust, external_id));
        }
    }

    #[test]
    fn a_caller_that_the_trust_policy_does_not_name_is_refused() {
        let stranger = "arn:aws:iam::999988887777:user/stranger";
        assert!(!ask(
            stranger,
            &assume_allowed(),
            &with_external_id(),
            Some("the-id")
        ));
    }

    #[test]
    fn across_accounts_the_caller_needs_its_own_permission_too() {
        assert!(!ask(DELEGATE, &[], &with_external_id(), Some("the-id")));
    }

    #[test]
    fn within_one_account_being_named_suffices_but_the_account_alone_does_not() {
        let user = "arn:aws:iam::111122223333:user/anna";
        let named = trust(r#"{"AWS":["arn:aws:iam::111122223333:user/anna"]}"#, "");
        let root = trust(r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, "");
        assert!(ask(user, &[], &named, None));
        assert!(!ask(user, &[], &root, None));
        assert!(ask(user, &assume_allowed(), &root, None));
    }

    #[test]
    fn an_account_number_means_its_root() {
        let trust = trust(r#"{"AWS":"999988887777"}"#, "");
        assert!(ask(DELEGATE, &assume_allowed(), &trust, None));
        assert!(!ask(
            "arn:aws:iam::555566667777:user/x",
            &assume_allowed(),
            &trust,
            None
        ));
    }

    #[test]
    fn an_explicit_deny_of_either_side_wins() {
        let deny = r#"{"Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}"#;
        let own = [assume_allowed(), vec![Policy::identity(deny).unwrap()]].concat();
        assert!(!ask(DELEGATE, &own, &with_external_id(), Some("the-id")));

        let json = r#"{"Statement":[
            {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
            {"Effect":"Deny","Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole"}]}"#;
        let trust: Policy = serde_json::from_str(json).unwrap();
        assert!(!ask(DELEGATE, &assume_allowed(), &trust, None));
        assert!(ask(
            "arn:aws:iam::555566667777:user/x",
            &assume_allowed(),
            &trust,
            None
        ));
    }
}
