//! AssumeRole: the permission on both sides, then a session no longer than either allows.

use std::sync::Arc;

use super::Form;
use super::validate;
use crate::faults::{Fault, Struck};
use crate::identity::{Identity, Session};
use crate::keys;
use crate::policy::{Assumption, Caller, Policy, may_assume};
use crate::refusal::Refusal;
use crate::world::{Role, World, account_of};

/// What STS grants when nobody asks for a duration.
const DEFAULT_SECONDS: u32 = 3600;

/// A role assumed from a role lives no longer than this.
const CHAINED_MAX_SECONDS: u32 = 3600;

pub(super) fn assume(
    world: &World,
    caller: &Identity,
    form: &Form,
    struck: &Struck,
) -> Result<Arc<Session>, Refusal> {
    let asked = validate::read(form, world.minimum_session_seconds)?;
    if form.get("PolicyArns.member.1.arn").is_some() {
        // Ignoring them would grant more than was asked for.
        let message = "This sandbox has no managed policies: write the session policy in Policy";
        return Err(Refusal::bad_request("NotImplemented", message));
    }
    // One message for a role that is not there, a caller that may not, and an external ID that is wrong.
    let denied = || {
        let message = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
            caller.arn(),
            asked.role_arn
        );
        Refusal::forbidden("AccessDenied", message)
    };
    let role = world.role(asked.role_arn).ok_or_else(denied)?;
    let trust = if struck.has(&Fault::NoExternalIdDemanded) {
        role.trust_policy.without_condition("sts:ExternalId")
    } else {
        role.trust_policy.clone()
    };
    if struck.has(&Fault::DenyAssumeRole) || !is_allowed(caller, &role, &trust, asked.external_id) {
        return Err(denied());
    }
    let policies = asked.policy.map(session_policy).transpose()?;
    let seconds = granted_seconds(caller, &role, asked.duration_seconds)?;
    let session = Arc::new(open(world, &role, asked.session_name, seconds, policies));
    world.remember(Arc::clone(&session));
    Ok(session)
}

fn is_allowed(caller: &Identity, role: &Role, trust: &Policy, external_id: Option<&str>) -> bool {
    let arns = caller.arns();
    let caller = Caller {
        account: caller.account(),
        arns: &arns,
        grants: caller.grants(),
    };
    let assumption = Assumption {
        role_arn: &role.arn,
        role_account: account_of(&role.arn),
        trust,
        external_id,
    };
    may_assume(&caller, &assumption)
}

fn session_policy(json: &str) -> Result<Vec<Policy>, Refusal> {
    match Policy::identity(json) {
        Ok(policy) => Ok(vec![policy]),
        Err(error) => {
            tracing::debug!(%error, "a session policy was refused");
            Err(Refusal::bad_request(
                "MalformedPolicyDocument",
                format!("This policy contains invalid Json: {error}"),
            ))
        }
    }
}

fn granted_seconds(caller: &Identity, role: &Role, asked: Option<u32>) -> Result<u32, Refusal> {
    let Some(seconds) = asked else {
        return Ok(DEFAULT_SECONDS);
    };
    let chained = matches!(caller, Identity::Session(..));
    let message = if chained && seconds > CHAINED_MAX_SECONDS {
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    } else if seconds > role.max_session_seconds {
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    } else {
        return Ok(seconds);
    };
    Err(Refusal::bad_request("ValidationError", message))
}

fn open(world: &World, role: &Role, name: &str, seconds: u32, policies: Option<Vec<Policy>>) -> Session {
    let random = &*world.ambient.random;
    let role_name = role.arn.rsplit('/').next().unwrap_or_default();
    Session {
        access_key_id: keys::session_access_key_id(random),
        secret_access_key: keys::secret_access_key(random),
        token: keys::session_token(random),
        arn: format!(
            "arn:aws:sts::{}:assumed-role/{role_name}/{name}",
            account_of(&role.arn)
        ),
        id: format!("{}:{name}", role.id),
        role_arn: role.arn.clone(),
        given_ms: world.now_ms(),
        expires_ms: world.now_ms() + i64::from(seconds) * 1000,
        policies,
    }
}
