//! Storages: connect, list, show, delete (rows 36 to 38 of the public API).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use insitu_cloud::policy;
use insitu_model::arn::RoleArn;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use insitu_model::role::{Right, allows};
use insitu_model::storage::{AccessType, Provider};
use insitu_store::audit::{self, AuditRecord};
use insitu_store::external_ids;
use insitu_store::storages::{self, ExternalIdSource, Storage};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::checked::Checked;
use super::form::{Problems, StorageForm};
use super::trust::refuse_role_of_another;
use super::view::StorageView;
use crate::api::http::body::Body;
use crate::api::http::paging::{MAX_LIMIT, Page};
use crate::api::http::query::Params;
use crate::auth::access::{Org, right};
use crate::auth::caller::Caller;
use crate::cloud_access::proof::{ROLE_IN_HUB_ACCOUNT, hub_account_message, is_hub_account};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::proofs;
use crate::vault::{SEALED_FIELD, SecretPlace};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, remove))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StorageData {
    pub storage: StorageView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StorageList {
    pub storages: Vec<StorageView>,
    pub total: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only the storage with this id.
    #[serde(rename = "_id")]
    id: Option<String>,
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 1000 unless given.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeleteParams {
    /// `true` deletes a storage that assets use: they stay and cannot be opened any more.
    force: Option<bool>,
}

/// Storages of the organization
#[utoipa::path(get, path = "/v2/storages", tag = "storages", params(ListParams),
    responses((status = 200, body = Envelope<StorageList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<StorageList>> {
    let organization = access.organization;
    if let Some(text) = params.id {
        let id = parse_id(&text)?;
        let found = hub
            .db
            .read(move |tx| storages::find(tx, organization, id))
            .await?;
        let storages: Vec<_> = found
            .into_iter()
            .map(|storage| seen(&hub, &access, storage))
            .collect();
        let total = storages.len() as u64;
        return Ok(Success(StorageList { storages, total }));
    }
    let page = Page::new(params.page, params.limit.or(Some(MAX_LIMIT)))?;
    let found = hub
        .db
        .read(move |tx| storages::list(tx, organization, page.into()))
        .await?;
    Ok(Success(StorageList {
        storages: found
            .rows
            .into_iter()
            .map(|storage| seen(&hub, &access, storage))
            .collect(),
        total: found.total,
    }))
}

/// One storage
#[utoipa::path(get, path = "/v2/storages/{id}", tag = "storages", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<StorageData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    Path(id): Path<String>,
) -> ApiResult<Success<StorageData>> {
    let (organization, id) = (access.organization, parse_id(&id)?);
    let storage = hub.db.read(move |tx| storages::get(tx, organization, id)).await?;
    Ok(Success(StorageData {
        storage: seen(&hub, &access, storage),
    }))
}

/// A storage as the caller may see it.
fn seen(hub: &Hub, access: &Org<right::UseStorages>, storage: Storage) -> StorageView {
    let view = StorageView::of(hub, storage);
    if allows(Right::ManageStorages, access.role, None) {
        view
    } else {
        view.for_use()
    }
}

/// Connect a storage
#[utoipa::path(post, path = "/v2/storages", tag = "storages", request_body = StorageForm,
    responses((status = 200, body = Envelope<StorageData>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Body(form): Body<StorageForm>,
) -> ApiResult<Success<StorageData>> {
    let until = proofs::deadline();
    let mut problems = Problems::default();
    let checked = form.check(false, &mut problems);
    checked.require_complete(&mut problems);
    refuse_private_endpoint(&hub, &checked, &mut problems);
    refuse_region_without_sts(&hub, checked.access_type(), &checked, &mut problems);
    refuse_hub_account(&hub, &checked, &mut problems, until).await;
    refuse_long_policy(
        checked.prefixes.as_deref(),
        checked.role_arn.as_ref(),
        &mut problems,
    );
    problems.into_result()?;
    if checked.role_arn.is_some() {
        hub.role_throttle.check_saved(access.caller.user)?;
    }
    let storage = new_storage(&hub, &access, &checked)?;
    let record = record(
        &hub,
        access.organization,
        &access.caller,
        AuditAction::StorageCreated,
        &storage,
    );
    let (id, only_hubs) = (storage.id, hub.config.refuse_customer_external_ids);
    let stored = hub
        .db
        .write(move |tx| {
            let mut storage = storage.clone();
            if let Some(external_id) = storage.external_id.clone() {
                let organization = storage.organization;
                let role = storage.role_arn.as_deref().unwrap_or_default();
                let source = external_ids::take(tx, organization, &external_id, (id, role))
                    .map_err(external_id_given)?;
                if only_hubs && source == ExternalIdSource::Customer {
                    return Err(customer_external_id());
                }
                refuse_role_of_another(tx, organization, role, Some(source))?;
                storage.external_id_source = Some(source);
            }
            storages::insert(tx, &storage)?;
            audit::insert(tx, &record)?;
            Ok::<_, ApiError>(storages::get(tx, storage.organization, id)?)
        })
        .await?;
    Ok(Success(StorageData {
        storage: StorageView::of(&hub, proved(&hub, stored, until).await?),
    }))
}

/// The operator has it that external IDs are made here.
pub(super) fn customer_external_id() -> ApiError {
    let mut problems = Problems::default();
    problems.add(
        "externalId",
        "storage.external_id_customer_refused",
        "The operator of this hub accepts no external ID that somebody else made. Ask the hub for one (POST /v2/storages/externalId), and put that into the role's trust policy.",
    );
    problems.into_error()
}

/// Where an external ID cannot be given, the way on is one that the hub makes.
pub(super) fn external_id_given(error: insitu_store::Error) -> ApiError {
    let insitu_store::Error::AlreadyExists { name, .. } = error else {
        return error.into();
    };
    let message = format!(
        "The external ID {name} was given already: one belongs to one storage, and of a deleted one only the same role gets back what somebody had typed for it. Ask the hub for another (POST /v2/storages/externalId), and put that into the role's trust policy."
    );
    let mut problems = Problems::default();
    problems.add("externalId", "external_id.already_exists", message);
    let mut error = problems.into_error();
    error.status = StatusCode::CONFLICT;
    error
}

fn new_storage(hub: &Hub, access: &Org<right::ManageStorages>, checked: &Checked) -> ApiResult<Storage> {
    let now = hub.clock.now_ms();
    let id = StorageId::new(&*hub.clock, &*hub.random);
    Ok(Storage {
        id,
        organization: access.organization,
        name: checked.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        provider: Provider::Aws,
        access_type: checked.access_type(),
        region: checked.region_or_default().as_str().to_owned(),
        endpoint: checked
            .endpoint
            .clone()
            .flatten()
            .map(|endpoint| endpoint.to_string()),
        public_key: checked.public_key.as_ref().map(|key| key.as_str().to_owned()),
        private_key_sealed: sealed_key(hub, access.organization, id, checked)?,
        role_arn: checked.role_arn.as_ref().map(|arn| arn.as_str().to_owned()),
        external_id: checked.external_id.as_ref().map(|id| id.as_str().to_owned()),
        external_id_source: None,
        prefixes: prefix_texts(checked).unwrap_or_default(),
        created_by: access.caller.user,
        created_at: now,
        updated_at: now,
        revision: 1,
        asset_count: 0,
        buckets: Vec::new(),
        seen: Vec::new(),
        last_check: None,
        proof: None,
    })
}

/// Delete a storage; never anything in a bucket
#[utoipa::path(delete, path = "/v2/storages/{id}", tag = "storages", params(("id" = String, Path), DeleteParams),
    responses((status = 200, body = Envelope<StorageData>), (status = 409, body = ErrorBody)))]
async fn remove(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
    Params(params): Params<DeleteParams>,
) -> ApiResult<Success<StorageData>> {
    let (organization, id) = (access.organization, parse_id(&id)?);
    let (force, now) = (params.force.unwrap_or(false), hub.clock.now_ms());
    let current = hub.db.read(move |tx| storages::get(tx, organization, id)).await?;
    let action = AuditAction::StorageDeleted;
    let record = record(&hub, organization, &access.caller, action, &current);
    let deleted = hub
        .db
        .write(move |tx| {
            let deleted = storages::delete(tx, organization, id, force, now)?;
            audit::insert(tx, &record)?;
            Ok::<_, insitu_store::Error>(deleted)
        })
        .await?;
    hub.cloud.forget(id);
    Ok(Success(StorageData {
        storage: StorageView::of(&hub, deleted),
    }))
}

/// The storage once its role was tried, if it has one and the trying does not take long.
pub(super) async fn proved(hub: &Hub, storage: Storage, until: Instant) -> ApiResult<Storage> {
    match storage.access_type {
        AccessType::IamUser => Ok(storage),
        AccessType::IamDelegated => Ok(proofs::wait(hub, storage.organization, storage.id, until).await?),
    }
}

/// Refuses a role of the account that the hub itself acts in. Where nobody can say now who the hub is, the proof does.
pub(super) async fn refuse_hub_account(
    hub: &Hub,
    checked: &Checked,
    problems: &mut Problems,
    until: Instant,
) {
    let Some(role) = &checked.role_arn else {
        return;
    };
    if let Some(principal) = hub.cloud.principal_until(until).await
        && is_hub_account(role, &principal)
    {
        problems.add("roleArn", ROLE_IN_HUB_ACCOUNT, hub_account_message(role));
    }
}

/// Says at once what would fail at every session: more prefixes than STS lets a session be narrowed to.
pub(super) fn refuse_long_policy(
    prefixes: Option<&[Prefix]>,
    role: Option<&RoleArn>,
    problems: &mut Problems,
) {
    if let (Some(role), Some(prefixes)) = (role, prefixes)
        && let Err(error) = policy::reading_session(prefixes, role.partition())
    {
        problems.add("prefixes", error.code(), format!("{error}."));
    }
}

/// Says at once what would fail at every connection: an endpoint on a private address that nobody allowed.
pub(super) fn refuse_private_endpoint(hub: &Hub, checked: &Checked, problems: &mut Problems) {
    let Some(Some(endpoint)) = &checked.endpoint else {
        return;
    };
    if let Err(message) = hub.cloud.check_endpoint(endpoint) {
        problems.add("endpoint", "storage.endpoint_private", message);
    }
}

/// Says at once what would fail at every call to STS: a role's sessions come from the STS of the storage's region, which a
/// region that is not AWS's does not have; unless the operator names an STS for all of them.
pub(super) fn refuse_region_without_sts(
    hub: &Hub,
    kind: AccessType,
    checked: &Checked,
    problems: &mut Problems,
) {
    let Some(region) = &checked.region else {
        return;
    };
    let is_asked_there = kind == AccessType::IamDelegated && hub.config.sts_endpoint.is_none();
    if is_asked_there && Region::find(region.as_str()).is_none() {
        problems.add(
            "region",
            "storage.region_without_sts",
            format!(
                "{region} is no region of AWS, so there is no STS in it that could give sessions of the role. Name the region of AWS that the role is to be asked for in; or the operator names the STS with --sts-endpoint."
            ),
        );
    }
}

pub(super) fn sealed_key(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
    checked: &Checked,
) -> ApiResult<Option<Vec<u8>>> {
    let Some(key) = &checked.private_key else {
        return Ok(None);
    };
    let place = SecretPlace {
        organization,
        storage,
        field: SEALED_FIELD,
    };
    let secret = SecretString::from(key.expose());
    hub.vault
        .seal(place, &secret, &*hub.random)
        .map(Some)
        .map_err(ApiError::internal)
}

pub(super) fn prefix_texts(checked: &Checked) -> Option<Vec<String>> {
    checked
        .prefixes
        .as_ref()
        .map(|prefixes| prefixes.iter().map(ToString::to_string).collect())
}

pub(super) fn record(
    hub: &Hub,
    organization: OrganizationId,
    caller: &Caller,
    action: AuditAction,
    storage: &Storage,
) -> AuditRecord {
    let subject = AuditSubject::Storage(storage.id);
    let details = json!({ "name": storage.name, "accessType": storage.access_type.as_str() });
    crate::audit::record(hub, organization, Some(caller.user), (action, subject), &details)
}

pub(super) fn parse_id(text: &str) -> ApiResult<StorageId> {
    text.parse().map_err(|_| ApiError::not_found("storage", text))
}
