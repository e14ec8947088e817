//! Changing a connected storage: its settings, or only its access key. The id stays.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::arn::RoleArn;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use insitu_model::storage::AccessType;
use insitu_store::audit;
use insitu_store::role_proofs::{self, Line};
use insitu_store::storages::{self, ExternalIdSource, Storage, StorageChange};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::checked::Checked;
use super::form::{Problems, StorageForm};
use super::storage::{
    StorageData, customer_external_id, parse_id, prefix_texts, proved, refuse_hub_account,
    refuse_long_policy, refuse_private_endpoint, refuse_region_without_sts, sealed_key,
};
use super::trust::refuse_role_of_another;
use super::view::StorageView;
use crate::api::http::body::Body;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::proofs;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(change))
        .routes(routes!(rotate))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotationBody {
    pub public_key: String,
    #[schema(value_type = String, format = Password)]
    pub private_key: SecretString,
}

/// Change a storage; what is left out stays
#[utoipa::path(post, path = "/v2/storages/{id}", tag = "storages", params(("id" = String, Path)),
    request_body = StorageForm,
    responses((status = 200, body = Envelope<StorageData>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn change(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
    Body(form): Body<StorageForm>,
) -> ApiResult<Success<StorageData>> {
    let until = proofs::deadline();
    let (organization, id) = (access.organization, parse_id(&id)?);
    let current = hub.db.read(move |tx| storages::get(tx, organization, id)).await?;
    let mut problems = Problems::default();
    let checked = form.check(current.endpoint.is_some(), &mut problems);
    refuse_private_endpoint(&hub, &checked, &mut problems);
    refuse_region_without_sts(&hub, current.access_type, &checked, &mut problems);
    refuse_hub_account(&hub, &checked, &mut problems, until).await;
    refuse_long_policy_then(&current, &checked, &mut problems);
    refuse_bad_change(&current, &checked, &mut problems);
    problems.into_result()?;
    let role = checked.role_arn.as_ref().map(|role| role.as_str());
    if role.is_some_and(|role| current.role_arn.as_deref() != Some(role)) {
        refuse_typed_for_another(
            hub.config.refuse_customer_external_ids,
            current.external_id_source,
        )?;
        hub.role_throttle.check_saved(access.caller.user)?;
    }
    let action = AuditAction::StorageChanged;
    save(&hub, &access, current, &checked, action, until).await
}

/// What the operator refuses for a new storage, an external ID that was typed, is no way to another role either.
fn refuse_typed_for_another(only_hubs: bool, source: Option<ExternalIdSource>) -> ApiResult<()> {
    match source {
        Some(ExternalIdSource::Customer) if only_hubs => Err(customer_external_id()),
        _ => Ok(()),
    }
}

/// The policy as it is going to be: with the role or the prefixes that stay. Another partition has longer ARNs.
fn refuse_long_policy_then(current: &Storage, checked: &Checked, problems: &mut Problems) {
    if checked.role_arn.is_none() && checked.prefixes.is_none() {
        return;
    }
    let role_before: Option<RoleArn> = current.role_arn.as_deref().and_then(|arn| arn.parse().ok());
    let prefixes_before = current.prefixes.iter().filter_map(|text| text.parse().ok());
    let prefixes_before: Vec<Prefix> = prefixes_before.collect();
    let role = checked.role_arn.as_ref().or(role_before.as_ref());
    let prefixes = checked.prefixes.as_deref().unwrap_or(&prefixes_before);
    refuse_long_policy(Some(prefixes), role, problems);
}

/// Replace the access key of a storage of access type IAM User
#[utoipa::path(post, path = "/v2/storages/{id}/rotate", tag = "storages", params(("id" = String, Path)),
    request_body = RotationBody,
    responses((status = 200, body = Envelope<StorageData>), (status = 400, body = ErrorBody)))]
async fn rotate(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
    Body(body): Body<RotationBody>,
) -> ApiResult<Success<StorageData>> {
    let (organization, id) = (access.organization, parse_id(&id)?);
    let current = hub.db.read(move |tx| storages::get(tx, organization, id)).await?;
    let form = StorageForm {
        public_key: Some(body.public_key),
        private_key: Some(body.private_key),
        ..StorageForm::default()
    };
    let mut problems = Problems::default();
    let checked = form.check(current.endpoint.is_some(), &mut problems);
    checked.refuse_foreign_fields(current.access_type, &mut problems);
    problems.into_result()?;
    let (action, until) = (AuditAction::StorageRotated, proofs::deadline());
    save(&hub, &access, current, &checked, action, until).await
}

async fn save(
    hub: &Arc<Hub>,
    access: &Org<right::ManageStorages>,
    current: Storage,
    checked: &Checked,
    action: AuditAction,
    until: Instant,
) -> ApiResult<Success<StorageData>> {
    let (organization, id, revision) = (access.organization, current.id, current.revision);
    let keys = match (&checked.public_key, sealed_key(hub, organization, id, checked)?) {
        (Some(public), Some(sealed)) => Some((public.as_str().to_owned(), sealed)),
        _ => None,
    };
    let change = StorageChange {
        name: checked.name.as_ref().map(ToString::to_string),
        region: checked.region.as_ref().map(|region| region.as_str().to_owned()),
        endpoint: checked
            .endpoint
            .clone()
            .map(|endpoint| endpoint.map(|endpoint| endpoint.to_string())),
        keys,
        role_arn: checked.role_arn.as_ref().map(|arn| arn.as_str().to_owned()),
        external_id: None,
        prefixes: prefix_texts(checked),
    };
    let other_role = change
        .role_arn
        .clone()
        .filter(|role| current.role_arn.as_ref() != Some(role));
    let source = current.external_id_source;
    let is_delegated = current.access_type == AccessType::IamDelegated;
    let details = json!({
        "name": current.name,
        "accessType": current.access_type.as_str(),
        "changed": changed(&current, &change),
        "before": places(&current),
        "after": places_then(&current, &change),
    });
    let what = (action, AuditSubject::Storage(id));
    let record = record(hub, organization, Some(access.caller.user), what, &details);
    let now = hub.clock.now_ms();
    let stored = hub
        .db
        .write(move |tx| {
            if let Some(role) = &other_role {
                refuse_role_of_another(tx, organization, role, source)?;
            }
            storages::update(tx, organization, id, revision, &change, now)?;
            if is_delegated {
                role_proofs::request(tx, organization, id, Line::WaitedFor, now)?;
            }
            audit::insert(tx, &record)?;
            Ok::<_, ApiError>(storages::get(tx, organization, id)?)
        })
        .await?;
    hub.cloud.changed(id);
    Ok(Success(StorageData {
        storage: StorageView::of(hub, proved(hub, stored, until).await?),
    }))
}

/// Where a storage leads and how far it reaches, for the record of its changes.
fn places(storage: &Storage) -> Value {
    json!({
        "region": storage.region,
        "endpoint": storage.endpoint,
        "roleArn": storage.role_arn,
        "prefixes": storage.prefixes,
    })
}

fn places_then(current: &Storage, change: &StorageChange) -> Value {
    json!({
        "region": change.region.as_ref().unwrap_or(&current.region),
        "endpoint": change.endpoint.as_ref().unwrap_or(&current.endpoint),
        "roleArn": change.role_arn.as_ref().or(current.role_arn.as_ref()),
        "prefixes": change.prefixes.as_ref().unwrap_or(&current.prefixes),
    })
}

/// The fields that a change makes others, as the API writes them.
fn changed(current: &Storage, change: &StorageChange) -> Vec<&'static str> {
    let is_other = |new: &Option<String>, old: &str| new.as_ref().is_some_and(|new| new != old);
    let role = current.role_arn.as_deref().unwrap_or_default();
    let endpoint = change.endpoint.as_ref();
    let prefixes = change.prefixes.as_ref();
    let fields = [
        ("name", is_other(&change.name, &current.name)),
        ("region", is_other(&change.region, &current.region)),
        (
            "endpoint",
            endpoint.is_some_and(|endpoint| *endpoint != current.endpoint),
        ),
        ("publicKey", change.keys.is_some()),
        ("roleArn", is_other(&change.role_arn, role)),
        (
            "prefixes",
            prefixes.is_some_and(|prefixes| *prefixes != current.prefixes),
        ),
    ];
    let others = fields.into_iter().filter(|(_, is_other)| *is_other);
    others.map(|(name, _)| name).collect()
}

fn refuse_bad_change(current: &Storage, checked: &Checked, problems: &mut Problems) {
    if checked
        .access_type
        .is_some_and(|wanted| wanted != current.access_type)
    {
        problems.add(
            "accessType",
            "storage.access_type_is_fixed",
            "The access type of a storage cannot be changed. Add another storage and delete this one.",
        );
    }
    checked.refuse_foreign_fields(current.access_type, problems);
    refuse_other_external_id(current, checked, problems);
    if checked.endpoint == Some(None) && current.endpoint.is_some() {
        refuse_what_only_the_endpoint_allowed(current, checked, problems);
    }
    if current.access_type == AccessType::IamUser
        && checked.public_key.is_some() != checked.private_key.is_some()
    {
        problems.add(
            "privateKey",
            "storage.keys_incomplete",
            "An access key is changed as a whole: send publicKey and privateKey together.",
        );
    }
}

/// An external ID is chosen once, before there is a role. Another one comes from the hub and takes its place when the
/// role is seen to insist on it.
fn refuse_other_external_id(current: &Storage, checked: &Checked, problems: &mut Problems) {
    let Some(wanted) = &checked.external_id else {
        return;
    };
    if current.external_id.is_some() && current.external_id.as_deref() != Some(wanted.as_str()) {
        problems.add(
            "externalId",
            "storage.external_id_read_only",
            "The external ID of a storage cannot be typed over. Have the hub make another one (POST /v2/storages/{id}/externalId/rotate), or add another storage.",
        );
    }
}

/// Without its endpoint a storage is AWS's again, whose regions and keys have one form.
fn refuse_what_only_the_endpoint_allowed(current: &Storage, checked: &Checked, problems: &mut Problems) {
    if checked.region.is_none()
        && let Err(error) = Region::parse(&current.region, false)
    {
        problems.add("region", error.code(), error.to_string());
    }
    if current.access_type == AccessType::IamUser && checked.public_key.is_none() {
        problems.missing(
            "publicKey",
            "Without the endpoint the keys are AWS's: send publicKey and privateKey too.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_that_was_typed_is_taken_to_no_other_role_where_the_operator_refuses_such() {
        let code = |only_hubs, source| {
            let refused = refuse_typed_for_another(only_hubs, source).err();
            refused.map(|error| error.code.into_owned())
        };
        let refused = Some("storage.external_id_customer_refused".to_owned());
        assert_eq!(code(true, Some(ExternalIdSource::Customer)), refused);
        for (only_hubs, source) in [
            (true, Some(ExternalIdSource::Hub)),
            (true, None),
            (false, Some(ExternalIdSource::Customer)),
        ] {
            assert_eq!(code(only_hubs, source), None);
        }
    }
}
