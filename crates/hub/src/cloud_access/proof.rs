//! Proof of refusal: whether a storage's role lets the hub in with its external ID, and nobody without it.
//!
//! A role that takes any external ID can be used by whoever talks the hub into naming it. So a storage by IAM delegation
//! is used only once its role was seen to refuse: [`prove`] tries, `jobs/proofs.rs` says when, and
//! [`super::ReachedStorage::require_trust`] holds everybody to what was found.

use std::time::Duration;

use axum::http::StatusCode;
use insitu_cloud::CallError;
use insitu_cloud::credentials::{CredentialError, session_name};
use insitu_cloud::doctor::trust::{Proof, prove_refusal};
use insitu_cloud::policy;
use insitu_model::ambient::age_ms;
use insitu_model::arn::{PrincipalArn, RoleArn};
use insitu_model::external_id::ExternalId;
use insitu_model::region::Region;
use insitu_model::storage::{EXTERNAL_ID_OF_ANOTHER, TRUST_POLICY_MISSING_EXTERNAL_ID, Verification};
use insitu_store::Error;
use insitu_store::role_proofs::{self, Finding, Line, Overrides, RoleProof};
use insitu_store::storages::Storage;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::error::ApiError;
use crate::hub::Hub;

/// The hub's own account is no customer's.
pub const ROLE_IN_HUB_ACCOUNT: &str = "storage.role_in_hub_account";
/// A role that another organization was let in by is taken with no external ID that somebody typed.
pub const ROLE_OF_ANOTHER: &str = "storage.role_of_another";
/// A role that does not let the hub in with its external ID.
pub const ROLE_DENIED: &str = "storage.role_denied";
/// The hub has no identity of its own.
pub const NO_IDENTITY: &str = "storage.no_identity";
/// Nobody knows yet.
pub const NOT_PROVED_YET: &str = "storage.verification_pending";
const TIMEOUT: &str = "connect.timeout";
/// How long whoever is refused waits to learn what to paste. Who the hub is, is known but for its first moments.
const PASTE_PATIENCE: Duration = Duration::from_secs(1);
/// Unverified storages that are used are tried again, but no sooner than after this.
const NUDGE_MS: i64 = 30_000;

/// Tries the role of a storage, for so long at most: an STS that hangs proves nothing.
pub async fn prove(hub: &Hub, storage: &Storage, longest: Duration) -> Finding {
    match tokio::time::timeout(longest, try_role(hub, storage)).await {
        Ok(Ok(finding) | Err(finding)) => finding,
        Err(_) => unknown(TIMEOUT, "STS did not answer in time"),
    }
}

async fn try_role(hub: &Hub, storage: &Storage) -> Result<Finding, Finding> {
    let role = Role::of(storage)?;
    let principal = match hub.cloud.own_principal().await {
        Ok(Some(principal)) => principal,
        Ok(None) => return Err(no_identity(&CredentialError::NoIdentity)),
        Err(error) => return Err(no_identity(&error)),
    };
    if is_hub_account(&role.arn, &principal) {
        return Err(Finding::Unverified {
            code: ROLE_IN_HUB_ACCOUNT.to_owned(),
            message: hub_account_message(&role.arn),
        });
    }
    let next = match &role.next_external_id {
        Some(next) => role.knock(hub, next).await.map(Some)?,
        None => None,
    };
    if let (Some(Proof::Verified), Some(tried)) = (&next, &role.next_external_id) {
        return Ok(Finding::NextVerified(tried.to_string()));
    }
    let proof = match (next, role.knock(hub, &role.external_id).await?) {
        // The role is at the next one already, or that could not be told: what counts is what that one found.
        (Some(next), Proof::RightRefused(_)) => next,
        (_, proof) => proof,
    };
    Ok(finding_of(proof, &role.arn))
}

/// What a storage says of its role, in types.
struct Role {
    arn: RoleArn,
    region: Region,
    external_id: ExternalId,
    next_external_id: Option<ExternalId>,
    session_name: String,
}

impl Role {
    fn of(storage: &Storage) -> Result<Self, Finding> {
        let next = storage
            .proof
            .as_ref()
            .and_then(|proof| proof.next_external_id.as_deref());
        Ok(Self {
            arn: parsed(storage.role_arn.as_deref())?,
            region: Region::parse(&storage.region, storage.endpoint.is_some()).map_err(unreadable)?,
            external_id: parsed(storage.external_id.as_deref())?,
            next_external_id: next.map(str::parse).transpose().map_err(unreadable)?,
            session_name: session_name(storage.organization, storage.id),
        })
    }

    async fn knock(&self, hub: &Hub, external_id: &ExternalId) -> Result<Proof, Finding> {
        let cloud = &hub.cloud;
        let own = cloud
            .identity
            .credentials()
            .await
            .map_err(|error| no_identity(&error))?;
        let (arn, name) = (&self.arn, self.session_name.as_str());
        let random = &*hub.random;
        Ok(prove_refusal(&cloud.sts, &own, &self.region, arn, external_id, name, random).await)
    }
}

fn finding_of(proof: Proof, role: &RoleArn) -> Finding {
    let open = |how: &str| Finding::Unverified {
        code: TRUST_POLICY_MISSING_EXTERNAL_ID.to_owned(),
        message: format!(
            "The role {role} lets the hub in {how}, so it might let in other organizations of this hub. Paste the trust policy with the condition on sts:ExternalId, then verify the storage again."
        ),
    };
    match proof {
        Proof::Verified => Finding::Verified,
        Proof::AcceptsWithoutExternalId => open("without any external ID"),
        Proof::AcceptsRandomExternalId => open("with an external ID made up at random"),
        Proof::AcceptsSimilarExternalId => open(
            "with external IDs that only resemble the storage's, as if its condition were a pattern (StringLike, StringEqualsIgnoreCase) instead of StringEquals",
        ),
        Proof::RightRefused(error) => Finding::Unverified {
            code: ROLE_DENIED.to_owned(),
            message: format!(
                "The role {role} does not let the hub in with the storage's external ID: {error}. Check that the role exists, that its trust policy names the hub's principal and this external ID, and that the hub's identity may call sts:AssumeRole on it."
            ),
        },
        Proof::Unclear(error) => unclear(&error),
    }
}

fn unclear(error: &CallError) -> Finding {
    unknown(error.code(), error)
}

fn no_identity(error: &CredentialError) -> Finding {
    match error {
        CredentialError::NoIdentity => unknown(NO_IDENTITY, error),
        error => unknown(error.code(), error),
    }
}

fn unknown(code: &str, message: impl std::fmt::Display) -> Finding {
    Finding::Unknown {
        code: code.to_owned(),
        message: message.to_string(),
    }
}

fn parsed<T: std::str::FromStr>(text: Option<&str>) -> Result<T, Finding>
where
    T::Err: std::fmt::Display,
{
    text.unwrap_or_default().parse().map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> Finding {
    unknown("hub.internal", error)
}

/// Whether a role belongs to the account that the hub itself acts in. Whatever trusts that account would be open to every
/// customer of the hub who names it.
pub fn is_hub_account(role: &RoleArn, principal: &PrincipalArn) -> bool {
    role.account_id() == principal.account_id() && role.partition() == principal.partition()
}

pub fn hub_account_message(role: &RoleArn) -> String {
    format!(
        "The role {role} is in the hub's own AWS account {}, and so could be any organization's. Use a role of the account that owns the buckets, or an IAM user.",
        role.account_id()
    )
}

/// Why nothing may be imported or signed through a storage, if nothing may: a code, and a sentence with what to do.
pub fn refusal_of(name: &str, proof: &RoleProof, overrides: Overrides) -> Option<(&'static str, String)> {
    let is_refused = !proof.lets_use(overrides);
    is_refused.then(|| (code_of(proof), sentence_of(name, proof)))
}

fn code_of(proof: &RoleProof) -> &'static str {
    const OF_A_CAUSE: [&str; 6] = [
        TRUST_POLICY_MISSING_EXTERNAL_ID,
        ROLE_DENIED,
        ROLE_OF_ANOTHER,
        EXTERNAL_ID_OF_ANOTHER,
        ROLE_IN_HUB_ACCOUNT,
        NO_IDENTITY,
    ];
    let code = proof.code.as_deref();
    let known = OF_A_CAUSE.into_iter().find(|known| code == Some(known));
    known.unwrap_or(NOT_PROVED_YET)
}

fn sentence_of(name: &str, proof: &RoleProof) -> String {
    match (proof.state, &proof.message) {
        (Verification::Unverified, Some(message)) => {
            format!(
                "The storage {name} is not verified, so nothing is imported or signed through it. {message}"
            )
        }
        (_, Some(message)) => format!(
            "The storage {name} is not verified yet, so nothing is imported or signed through it: {message}. The hub tries again by itself; verify the storage to try now."
        ),
        (_, None) => format!(
            "The storage {name} is not verified yet, so nothing is imported or signed through it. The hub is about to try its role; ask again in a moment."
        ),
    }
}

/// The refusal as an answer, with what to paste to end it.
pub async fn refuse(hub: &Hub, storage: &Storage) -> Result<(), ApiError> {
    let overrides = hub.config.overrides();
    let refusal = |proof: &RoleProof| refusal_of(&storage.name, proof, overrides);
    let Some((code, message)) = storage.proof.as_ref().and_then(refusal) else {
        return Ok(());
    };
    let documents = to_paste(hub, storage, Instant::now() + PASTE_PATIENCE).await;
    Err(ApiError::new(StatusCode::CONFLICT, code, message).with_details(documents))
}

/// Somebody wants to use a storage that may not be used: it is tried again, unless that was only just done.
pub async fn nudge(hub: &Hub, storage: &Storage) -> Result<(), Error> {
    let now = hub.clock.now_ms();
    let checked_at = storage.proof.as_ref().and_then(|proof| proof.checked_at);
    if checked_at.is_none_or(|at| age_ms(now, at) < NUDGE_MS) {
        return Ok(());
    }
    let (organization, id) = (storage.organization, storage.id);
    hub.db
        .write(move |tx| role_proofs::request(tx, organization, id, Line::Due, now))
        .await?;
    hub.jobs.proofs.one_arrived();
    Ok(())
}

/// The trust policy that the role of a storage should have, as far as it is known until then whom it has to name.
pub async fn to_paste(hub: &Hub, storage: &Storage, until: Instant) -> Value {
    let principal = hub.cloud.principal_until(until).await;
    let trust_policy = principal.as_ref().and_then(|principal| {
        let external_id = wanted_external_id(storage)?.parse().ok()?;
        Some(policy::trust_policy(principal, &external_id))
    });
    json!({
        "principal": principal.as_ref().map(ToString::to_string),
        "roleArn": storage.role_arn,
        "externalId": wanted_external_id(storage),
        "trustPolicy": trust_policy,
    })
}

/// The external ID that the trust policy is to demand from now on.
pub fn wanted_external_id(storage: &Storage) -> Option<&str> {
    let next = storage
        .proof
        .as_ref()
        .and_then(|proof| proof.next_external_id.as_deref());
    next.or(storage.external_id.as_deref())
}
