//! IAM delegation: the hub's own identity, STS, and a role that lets the hub in with its external ID and nobody else.

use std::sync::Arc;
use std::time::Duration;

use insitu_model::arn::PrincipalArn;
use insitu_model::external_id::ExternalId;

use super::cause::{Whose, host_of, of_call};
use super::check::{Cause, Subject};
use super::run::{Open, Run, Step};
use super::trust::{Attempt, Strangers};
use crate::credentials::{CredentialError, Credentials, RoleGrant};
use crate::policy;
use crate::refusal::{CallError, RefusalKind};
use crate::retry::Retry;
use crate::sts::{self, AssumeRole, CallerIdentity, SESSION_S_MIN};

/// How long the hub's own identity is looked for.
const SEARCH_MAX: Duration = Duration::from_secs(4);

/// How STS is asked with many external IDs at once: what it has no time for is asked again, each for itself.
const OF_STRANGERS: Retry = Retry {
    attempts_max: 4,
    first_wait_max: Duration::from_millis(300),
    wait_max: Duration::from_millis(600),
    granted_max: Duration::from_secs(1),
    begin_max: Duration::from_secs(2),
    reads_again: true,
};

/// Becomes the role, and sees whether others could: a session of it.
pub(super) async fn become_role(run: &mut Run<'_>, role: &RoleGrant) -> Step<Arc<Credentials>> {
    let own = find_identity(run).await?;
    let caller = ask_who(run, role, &own).await?;
    refuse_own_account(run, role, &caller)?;
    // One that no trust policy can name is in no policy to paste.
    let principal: Option<PrincipalArn> = caller.arn.parse().ok();
    let (session, right) = assume(run, role, &own, &principal).await?;
    let absent = run.open(Subject::ExternalIdAbsent);
    let is_open = refuse(run, absent, role, &own, &principal, Stranger::WithoutExternalId).await?;
    let others = run.open(Subject::ExternalIdRandom);
    if is_open {
        run.skip(others, "Not asked: the role lets in whoever brings none.");
        return Ok(session);
    }
    refuse(
        run,
        others,
        role,
        &own,
        &principal,
        Stranger::WithOthers(right.as_ref()),
    )
    .await?;
    Ok(session)
}

async fn find_identity(run: &mut Run<'_>) -> Step<Arc<Credentials>> {
    let check = run.open(Subject::Identity);
    let too_long = || CredentialError::Identity {
        reason: "the search took too long".to_owned(),
    };
    let found = run.wait(SEARCH_MAX, run.tools.identity.find()).await;
    let found = found.unwrap_or_else(|| Err(too_long()));
    let fix = "The operator of the hub gives it an identity by the standard AWS chain: environment, profile, web \
               identity, container or instance role.";
    match found {
        Ok(Some(found)) => {
            run.pass(
                check,
                format!(
                    "The hub has an AWS identity of its own (from: {}).",
                    found.source.as_str()
                ),
            );
            Ok(found.credentials)
        }
        Ok(None) => run.fail(
            check,
            Cause::new(
                "storage.no_identity",
                "The hub has no AWS identity of its own, so no role can trust it.",
                fix,
            ),
        ),
        // It was given one, so what to mend is where that comes from.
        Err(error) => {
            let fix = "The operator of the hub looks into its log, which names the source and what it answered, and mends \
                       that source.";
            run.fail(check, Cause::new(error.code(), format!("{error}."), fix))
        }
    }
}

async fn ask_who(run: &mut Run<'_>, role: &RoleGrant, own: &Credentials) -> Step<CallerIdentity> {
    let mut check = run.open(Subject::Sts);
    let sts = &run.tools.sts;
    let asked = run
        .ask(&mut check, "GetCallerIdentity", || {
            sts.get_caller_identity(own, &role.region)
        })
        .await;
    match asked {
        Ok(caller) => {
            run.pass(check, format!("The hub is {} to AWS.", caller.arn));
            Ok(caller)
        }
        Err(error) => {
            let cause = of_sts(&error, role);
            run.fail(check, cause)
        }
    }
}

/// Whatever trusts the hub's own account would be open to each of the hub's organizations.
fn refuse_own_account(run: &mut Run<'_>, role: &RoleGrant, caller: &CallerIdentity) -> Step {
    let partition = caller.arn.split(':').nth(1);
    let is_own =
        caller.account == role.role_arn.account_id() && partition == Some(role.role_arn.partition().as_str());
    if !is_own {
        return Ok(());
    }
    let check = run.open(Subject::ExternalId);
    let cause = Cause::new(
        "storage.role_in_hub_account",
        format!(
            "The role {} is in the hub's own AWS account, so it could be any organization's.",
            role.role_arn
        ),
        "Use a role of the account that owns the buckets, or an IAM user.",
    );
    run.fail(check, cause)
}

/// A session, and the external ID that brought it.
async fn assume(
    run: &mut Run<'_>,
    role: &RoleGrant,
    own: &Credentials,
    principal: &Option<PrincipalArn>,
) -> Step<(Arc<Credentials>, Option<ExternalId>)> {
    let mut check = run.open(Subject::ExternalId);
    let wanted = |external_id| AssumeRole {
        role_arn: role.role_arn.as_str(),
        session_name: &role.session_name,
        external_id,
        duration_s: SESSION_S_MIN,
        session_policy: role.session_policy.as_deref(),
    };
    let sts = &run.tools.sts;
    let mut right = role.external_id.clone();
    let current = wanted(role.external_id.as_ref().map(ExternalId::as_str));
    let mut asked = run
        .ask(&mut check, "AssumeRole", || {
            sts.assume_role(own, &role.region, &current)
        })
        .await;
    // While the external ID is being changed, the role may be at the new one already.
    if asked.as_ref().is_err_and(sts::is_denial)
        && let Some(next) = &role.next_external_id
    {
        right = Some(next.clone());
        let next = wanted(Some(next.as_str()));
        asked = run
            .ask(&mut check, "AssumeRole", || {
                sts.assume_role(own, &role.region, &next)
            })
            .await;
    }
    match asked {
        Ok(session) => {
            run.pass(
                check,
                format!(
                    "The role {} lets the hub in with the external ID of this storage.",
                    role.role_arn
                ),
            );
            Ok((Arc::new(session), right))
        }
        Err(error) if sts::is_denial(&error) => run.fail(check, role_denied(role, principal)),
        Err(error) => {
            let cause = of_sts(&error, role);
            run.fail(check, cause)
        }
    }
}

/// Who must be refused.
#[derive(Clone, Copy)]
enum Stranger<'a> {
    WithoutExternalId,
    /// With others than the right one.
    WithOthers(Option<&'a ExternalId>),
}

/// Knocks as a stranger: whether the role let it in, which the organization's owner answers for.
async fn refuse(
    run: &mut Run<'_>,
    mut check: Open,
    role: &RoleGrant,
    own: &Credentials,
    principal: &Option<PrincipalArn>,
    stranger: Stranger<'_>,
) -> Step<bool> {
    let tried = knock(run, &mut check, role, own, stranger).await;
    let which = match (stranger, &tried) {
        (Stranger::WithoutExternalId, _) => "without any external ID",
        (Stranger::WithOthers(_), Ok(Strangers::SimilarLet)) => {
            "with an external ID that only resembles this storage's"
        }
        (Stranger::WithOthers(_), _) => "with an external ID that was made up for this test",
    };
    match tried {
        Ok(Strangers::Refused(error)) => {
            let refusal = error.refusal();
            check.status(
                refusal.map_or(403, |refusal| refusal.status),
                refusal.and_then(|refusal| refusal.code.clone()),
            );
            run.pass(check, format!("The role refuses {which}, as it must."));
            Ok(false)
        }
        Ok(Strangers::RandomLet | Strangers::SimilarLet) => {
            let message = format!(
                "The role {} lets the hub in {which}: whoever else uses this hub could read these buckets by naming the \
                 role.",
                role.role_arn
            );
            let cause = Cause::new(
                "storage.trust_policy_missing_external_id",
                message,
                "Replace the trust policy of the role by this one (IAM console, the role, Trust relationships).",
            );
            let cause = with_trust_policy(cause, role, principal);
            if run.patient.is_overruled {
                run.warn(check, cause);
                return Ok(true);
            }
            run.fail(check, cause)
        }
        // It let the hub in a moment ago and refused a stranger: so many questions at once are the test's own.
        Err(error)
            if matches!(stranger, Stranger::WithOthers(_))
                && error.kind() == Some(RefusalKind::Throttled) =>
        {
            run.warn(check, not_to_the_end(&error));
            Ok(false)
        }
        Err(error) => {
            let cause = of_sts(&error, role);
            run.fail(check, cause)
        }
    }
}

async fn knock(
    run: &Run<'_>,
    check: &mut Open,
    role: &RoleGrant,
    own: &Credentials,
    stranger: Stranger<'_>,
) -> Result<Strangers, CallError> {
    const CALL: &str = "AssumeRole";
    let patient = run.tools.sts.clone().with_retry(OF_STRANGERS);
    let attempt = Attempt {
        sts: match stranger {
            Stranger::WithoutExternalId => &run.tools.sts,
            Stranger::WithOthers(_) => &patient,
        },
        credentials: own,
        region: &role.region,
        role_arn: &role.role_arn,
        session_name: &role.session_name,
    };
    let random = run.tools.random;
    match stranger {
        Stranger::WithOthers(Some(right)) => {
            run.ask_once(check, CALL, attempt.as_strangers(right, random))
                .await
        }
        Stranger::WithOthers(None) => {
            let made_up = ExternalId::generate(random);
            let entry = run.ask_once(check, CALL, attempt.with(Some(&made_up))).await;
            entry.map(Strangers::from)
        }
        Stranger::WithoutExternalId => {
            let entry = run.ask(check, CALL, || attempt.with(None)).await;
            entry.map(Strangers::from)
        }
    }
}

/// A warning: the hub has more patience where it proves a role, and uses none that is not proved.
fn not_to_the_end(error: &CallError) -> Cause {
    let refusal = error.refusal().map(ToString::to_string).unwrap_or_default();
    Cause::new(
        "storage.throttled",
        format!(
            "{} was too busy to answer for every external ID that the role must refuse: {refusal}. The role let in none of \
             those that it answered for.",
            host_of(error)
        ),
        "Test again in a minute. The hub tries them all, with more patience, before it uses a role.",
    )
}

/// STS has one message for all of them, so all of them are named.
fn role_denied(role: &RoleGrant, principal: &Option<PrincipalArn>) -> Cause {
    let who = match principal {
        Some(principal) => principal.to_trust().to_string(),
        None => "the hub".to_owned(),
    };
    let cause = Cause::new(
        "storage.role_denied",
        format!(
            "STS does not let the hub become {}. It does not say whether there is no such role, its trust policy names \
             somebody else, it demands another external ID, or {who} may not assume roles.",
            role.role_arn
        ),
        format!(
            "Check the role's ARN, and replace its trust policy by this one. If that does not help, the operator of the \
             hub allows {who} sts:AssumeRole on the role."
        ),
    );
    with_trust_policy(cause, role, principal)
}

fn with_trust_policy(cause: Cause, role: &RoleGrant, principal: &Option<PrincipalArn>) -> Cause {
    // While the external ID is being changed, the new one is what the policy has to demand.
    match (
        principal,
        role.next_external_id.as_ref().or(role.external_id.as_ref()),
    ) {
        (Some(principal), Some(external_id)) => {
            cause.with_paste(&policy::trust_policy(principal, external_id))
        }
        _ => cause,
    }
}

fn of_sts(error: &CallError, role: &RoleGrant) -> Cause {
    let code = error.refusal().and_then(|refusal| refusal.code.as_deref());
    if code == Some("RegionDisabledException") {
        return Cause::new(
            "storage.sts_region_disabled",
            format!("STS is switched off in {} for this account.", role.region),
            "Switch STS on in this region (IAM console, Account settings), or set the storage to another region.",
        );
    }
    if sts::is_policy_too_large(error) {
        return Cause::new(
            policy::SESSION_POLICY_TOO_LONG,
            format!(
                "The policy that narrows sessions to the storage's prefixes is too large for STS: {error}."
            ),
            "Name fewer or shorter prefixes, or make a second storage.",
        );
    }
    of_call(error, Whose::Hub)
}
