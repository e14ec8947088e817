//! Trust in a storage's role: the proof that it refuses strangers, an owner's word against it, and new external IDs.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::audit::AuditAction;
use insitu_model::external_id::ExternalId;
use insitu_model::id::OrganizationId;
use insitu_model::storage::{AccessType, Verification};
use insitu_store::audit;
use insitu_store::role_proofs::{self, Line, Overrides, RoleProof};
use insitu_store::storages::{self, ExternalIdSource, Storage};
use insitu_store::{Tx, external_ids, named_roles, role_overrides};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::storage::{StorageData, parse_id, record};
use super::view::StorageView;
use crate::api::http::body::NoBody;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::auth::access::{NeedsRight, Org, right};
use crate::cloud_access::proof::{ROLE_OF_ANOTHER, to_paste};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::proofs;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(verify))
        .routes(routes!(overrule, hold_to_it))
        .routes(routes!(rotate_external_id, keep_external_id))
}

/// Whether a storage may be used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StorageVerification)]
pub struct VerificationView {
    /// `verified`, `unverified`, `pending` (nobody knows yet), `grandfathered` (nobody knows yet, and it was used before
    /// roles were tried), or `not_applicable` where there is no role
    #[schema(value_type = words::Verification)]
    pub state: &'static str,
    /// Why it is not verified; of a verified one, what the last try met that proves nothing.
    pub code: Option<String>,
    pub message: Option<String>,
    /// When the role was last tried.
    pub checked_at: Option<String>,
    /// When it was last verified.
    pub verified_at: Option<String>,
    /// The owner who lets the storage be used all the same.
    pub overridden_by: Option<String>,
    pub overridden_at: Option<String>,
}

impl VerificationView {
    pub fn of(hub: &Hub, storage: &Storage) -> Self {
        let nothing = Self {
            state: Verification::NotApplicable.as_str(),
            code: None,
            message: None,
            checked_at: None,
            verified_at: None,
            overridden_by: None,
            overridden_at: None,
        };
        let Some(proof) = storage.proof.clone() else {
            return nothing;
        };
        let counts = hub.config.overrides() == Overrides::Count;
        let (by, at) = proof.overridden.filter(|_| counts).unzip();
        Self {
            state: proof.state.as_str(),
            code: proof.code,
            message: proof.message,
            checked_at: proof.checked_at.map(iso),
            verified_at: proof.verified_at.map(iso),
            overridden_by: by.map(|user| user.to_string()),
            overridden_at: at.map(iso),
        }
    }
}

/// A storage, and what its role should be like.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedData {
    pub storage: StorageView,
    /// Whom the trust policy has to name; none if the hub has no identity.
    pub principal: Value,
    /// The trust policy to paste.
    pub trust_policy: Value,
}

/// Try whether the role of a storage refuses strangers
#[utoipa::path(post, path = "/v2/storages/{id}/verify", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<VerifiedData>), (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn verify(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
) -> ApiResult<Success<VerifiedData>> {
    let until = proofs::deadline();
    let storage = delegated(&hub, access.organization, &id).await?;
    hub.role_throttle.check_saved(access.caller.user)?;
    let storage = proofs::prove_now(&hub, access.organization, storage.id, until).await?;
    Ok(Success(with_policy(&hub, storage, until).await))
}

/// Let a storage be used although its role is open to others
///
/// Only an owner of the organization may, unless the operator lets nobody, and it is on the audit record. It ends when the
/// role is verified or another, and when the same role lets in another organization.
#[utoipa::path(post, path = "/v2/storages/{id}/verification/override", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<StorageData>), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn overrule(
    State(hub): State<Arc<Hub>>,
    access: Org<right::OverrideVerification>,
    Path(id): Path<String>,
) -> ApiResult<Success<StorageData>> {
    let storage = delegated(&hub, access.organization, &id).await?;
    if hub.config.overrides() == Overrides::AreRefused {
        return Err(override_refused());
    }
    let by = Some((access.caller.user, hub.clock.now_ms()));
    let action = AuditAction::VerificationOverridden;
    set_override(&hub, &access, &storage, by, action).await
}

/// Take the override back
#[utoipa::path(delete, path = "/v2/storages/{id}/verification/override", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<StorageData>), (status = 409, body = ErrorBody)))]
async fn hold_to_it(
    State(hub): State<Arc<Hub>>,
    access: Org<right::OverrideVerification>,
    Path(id): Path<String>,
) -> ApiResult<Success<StorageData>> {
    let storage = delegated(&hub, access.organization, &id).await?;
    let action = AuditAction::VerificationOverrideEnded;
    set_override(&hub, &access, &storage, None, action).await
}

async fn set_override<R: NeedsRight>(
    hub: &Hub,
    access: &Org<R>,
    storage: &Storage,
    by: Option<(insitu_model::id::UserId, i64)>,
    action: AuditAction,
) -> ApiResult<Success<StorageData>> {
    let (organization, id) = (access.organization, storage.id);
    let record = record(hub, organization, &access.caller, action, storage);
    let changed = hub
        .db
        .write(move |tx| {
            let now = storages::get(tx, organization, id)?;
            let may = now.proof.as_ref().is_some_and(RoleProof::may_be_overridden);
            if by.is_some() && !may {
                return Err(nothing_to_override());
            }
            // Where it is somebody else's role, this owner has no word to give.
            let role = now.role_arn.as_deref().unwrap_or_default();
            if by.is_some() && named_roles::is_of_another(tx, organization, role)? {
                return Err(role_of_another(role));
            }
            // What is not there does not end.
            let has_one = now.proof.is_some_and(|proof| proof.overridden.is_some());
            if by.is_some() || has_one {
                role_overrides::set(tx, organization, id, by)?;
                audit::insert(tx, &record)?;
            }
            Ok(storages::get(tx, organization, id)?)
        })
        .await?;
    hub.cloud.read_again(id);
    Ok(Success(StorageData {
        storage: StorageView::of(hub, changed),
    }))
}

/// Refuses a role that lets in another organization, or did, to whoever chose the external ID: it might be typed so that
/// it fits what the other's trust policy takes. One that the hub made fits nothing but itself.
pub(super) fn refuse_role_of_another(
    tx: &mut Tx,
    organization: OrganizationId,
    role: &str,
    source: Option<ExternalIdSource>,
) -> ApiResult<()> {
    if source == Some(ExternalIdSource::Hub) || !named_roles::is_of_another(tx, organization, role)? {
        return Ok(());
    }
    Err(ApiError::conflict(
        ROLE_OF_ANOTHER,
        format!(
            "The role {role} lets in another organization of this hub too, so it is taken only with an external ID that the hub made. Ask the hub for one (POST /v2/storages/externalId), and put that into the role's trust policy."
        ),
    ))
}

fn override_refused() -> ApiError {
    ApiError::forbidden(
        "storage.override_refused",
        "The operator of this hub lets no storage be used whose role is open to others. Paste the trust policy with this storage's external ID, then verify the storage.",
    )
}

fn role_of_another(role: &str) -> ApiError {
    ApiError::conflict(
        ROLE_OF_ANOTHER,
        format!(
            "The role {role} lets in another organization of this hub too, so whose it is only its trust policy can tell. Paste the trust policy with this storage's external ID, then verify the storage."
        ),
    )
}

fn nothing_to_override() -> ApiError {
    ApiError::conflict(
        "storage.nothing_to_override",
        "Only a storage whose role lets the hub in without its external ID can be used on an owner's word. This one is verified, not tried yet, or does not let the hub in at all.",
    )
}

/// Make another external ID for a storage's role
///
/// The present one stays good until the role was seen to insist on the new one, which then takes its place. Paste the
/// trust policy, then verify the storage. While one is on its way, the same is answered again. A body that
/// asks for a certain one is refused.
#[utoipa::path(post, path = "/v2/storages/{id}/externalId/rotate", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<VerifiedData>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn rotate_external_id(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
    _: NoBody,
) -> ApiResult<Success<VerifiedData>> {
    let current = delegated(&hub, access.organization, &id).await?;
    let (organization, id, now) = (access.organization, current.id, hub.clock.now_ms());
    let next = ExternalId::generate(&*hub.random).to_string();
    let action = AuditAction::ExternalIdRotationBegun;
    let record = record(&hub, organization, &access.caller, action, &current);
    let storage = hub
        .db
        .write(move |tx| {
            let storage = storages::get(tx, organization, id)?;
            let is_under_way = |proof: &RoleProof| proof.next_external_id.is_some();
            if storage.proof.as_ref().is_some_and(is_under_way) {
                return Ok(storage);
            }
            external_ids::reserve(tx, organization, &next, ExternalIdSource::Hub, now)?;
            let role = storage.role_arn.as_deref().unwrap_or_default();
            external_ids::take(tx, organization, &next, (id, role))?;
            role_proofs::set_next_external_id(tx, organization, id, Some(&next))?;
            audit::insert(tx, &record)?;
            storages::get(tx, organization, id)
        })
        .await?;
    // From now on sessions are asked for with either.
    hub.cloud.read_again(id);
    Ok(Success(with_policy(&hub, storage, proofs::deadline()).await))
}

/// Keep the present external ID of a storage's role
///
/// Takes back that another is to take its place. That one is not given again, and a trust policy that demands it already
/// has to demand the present one.
#[utoipa::path(delete, path = "/v2/storages/{id}/externalId/rotate", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<VerifiedData>), (status = 409, body = ErrorBody)))]
async fn keep_external_id(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
) -> ApiResult<Success<VerifiedData>> {
    let current = delegated(&hub, access.organization, &id).await?;
    hub.role_throttle.check_saved(access.caller.user)?;
    let (organization, id, now) = (access.organization, current.id, hub.clock.now_ms());
    let action = AuditAction::ExternalIdRotationEnded;
    let record = record(&hub, organization, &access.caller, action, &current);
    let storage = hub
        .db
        .write(move |tx| {
            let storage = storages::get(tx, organization, id)?;
            let is_under_way = |proof: &RoleProof| proof.next_external_id.is_some();
            if !storage.proof.as_ref().is_some_and(is_under_way) {
                return Ok(storage);
            }
            role_proofs::set_next_external_id(tx, organization, id, None)?;
            // One that is tried at this moment does not count: it may have found the role at the other.
            role_proofs::request(tx, organization, id, Line::WaitedFor, now)?;
            audit::insert(tx, &record)?;
            storages::get(tx, organization, id)
        })
        .await?;
    hub.cloud.read_again(id);
    let until = proofs::deadline();
    let storage = proofs::wait(&hub, organization, storage.id, until).await?;
    Ok(Success(with_policy(&hub, storage, until).await))
}

async fn with_policy(hub: &Hub, storage: Storage, until: Instant) -> VerifiedData {
    let mut documents = to_paste(hub, &storage, until).await;
    VerifiedData {
        principal: documents["principal"].take(),
        trust_policy: documents["trustPolicy"].take(),
        storage: StorageView::of(hub, storage),
    }
}

/// The storage, which must have a role.
async fn delegated(hub: &Hub, organization: OrganizationId, id: &str) -> ApiResult<Storage> {
    let id = parse_id(id)?;
    let storage = hub.db.read(move |tx| storages::get(tx, organization, id)).await?;
    match storage.access_type {
        AccessType::IamDelegated => Ok(storage),
        AccessType::IamUser => Err(ApiError::conflict(
            "storage.has_no_role",
            format!(
                "The storage {} is reached with the key of an IAM user, so it has no role to verify and no external ID.",
                storage.name
            ),
        )),
    }
}
