//! What somebody wants changed, checked before it is ordered.

use std::collections::HashMap;
use std::sync::Arc;

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AssetChangeId, BatchId};
use insitu_store::asset_changes::{self, AssetChange, Change, NewAssetChange};
use insitu_store::assets::AssetFilter;
use insitu_store::audit;
use insitu_store::batches;
use insitu_store::{Error, Tx};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::assets::filters::AssetFilters;
use crate::api::imports::checked_priority;
use crate::api::projects::batches::by_both_names;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::MAX_ACTIVE_ASSET_CHANGES;

/// When to try again while too many changes are on their way.
const RETRY_AFTER_SECONDS: u64 = 5;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AssetChangeBody {
    pub change: ChangeBody,
    /// Those of the list of assets; `{}` means every asset of the project.
    #[schema(value_type = Object)]
    pub filters: Value,
}

/// One thing to do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeBody {
    Batches(BatchesChange),
    /// -1000 to 1000; the tasks of higher ones are handed out first.
    Priority(i64),
    /// Softly: the same filter with `restore` takes it back.
    Delete,
    Restore,
}

/// Batches by id or name.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct BatchesChange {
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// Checks an order and writes it down.
pub async fn place(
    hub: &Arc<Hub>,
    access: &OnProject<right::ManageAssets>,
    body: AssetChangeBody,
) -> ApiResult<AssetChange> {
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let shown = filters_of(&body.change, body.filters)?;
    let filters = AssetFilters::parse(Some(shown.clone()))?;
    if let ChangeBody::Priority(priority) = &body.change {
        checked_priority(*priority)?;
    }
    let id = AssetChangeId::new(&*hub.clock, &*hub.random);
    let writer = hub.clone();
    let user = access.caller.user;
    let order = move |tx: &mut Tx| {
        let known = by_both_names(&batches::list(tx, organization, project)?);
        let change = change_of(&body.change, &known)?;
        let filter = filters.resolve(tx, (organization, project), &known)?.ok_or_else(|| {
            ApiError::invalid(
                "request.filters_invalid",
                "The filters name a batch, an asset or a person that the project has not, so nothing would change. Look again at the list.",
            )
        })?;
        let new = NewAssetChange {
            id,
            organization,
            project,
            created_by: user,
            change,
            created_at: now,
        };
        insert(tx, &new, &filter)?;
        let ordered = asset_changes::get(tx, organization, project, id)?;
        let details = serde_json::json!({
            "change": id.to_string(),
            "kind": new.change.kind(),
            "filters": shown,
            // Where only looking tells how many they are, the record of its end says so.
            "assets": Some(ordered.assets_total).filter(|total| *total > 0),
        });
        let what = (AuditAction::AssetsChanged, AuditSubject::Project(project));
        let record = record(&writer, organization, Some(user), what, &details);
        audit::insert(tx, &record)?;
        Ok::<_, ApiError>(ordered)
    };
    hub.db.claim(order).await
}

/// Checks that a change can be taken back, and writes down that it shall be.
pub async fn place_undo(
    hub: &Arc<Hub>,
    access: &OnProject<right::ManageAssets>,
    undone: AssetChangeId,
) -> ApiResult<AssetChange> {
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let id = AssetChangeId::new(&*hub.clock, &*hub.random);
    let writer = hub.clone();
    let user = access.caller.user;
    let order = move |tx: &mut Tx| {
        let change = asset_changes::undoing(tx, organization, project, undone)?;
        let filter = AssetFilter {
            state: change.concerns(),
            ..AssetFilter::default()
        };
        let new = NewAssetChange {
            id,
            organization,
            project,
            created_by: user,
            change,
            created_at: now,
        };
        insert(tx, &new, &filter)?;
        let ordered = asset_changes::get(tx, organization, project, new.id)?;
        let details = serde_json::json!({
            "change": new.id.to_string(),
            "kind": new.change.kind(),
            "undoes": undone.to_string(),
            "assets": ordered.assets_total,
        });
        let what = (AuditAction::AssetsChanged, AuditSubject::Project(project));
        let record = record(&writer, organization, Some(new.created_by), what, &details);
        audit::insert(tx, &record)?;
        Ok::<_, ApiError>(ordered)
    };
    hub.db.claim(order).await
}

/// Writes an order down; what the store refuses, in the words of whoever ordered it.
fn insert(tx: &mut Tx, new: &NewAssetChange, filter: &AssetFilter) -> ApiResult<()> {
    asset_changes::insert(tx, new, filter, MAX_ACTIVE_ASSET_CHANGES).map_err(|error| match error {
        Error::TooMany { .. } => ApiError::too_many(
            "asset_change.too_many",
            format!(
                "{MAX_ACTIVE_ASSET_CHANGES} changes of the project's assets are on their way. Wait for one of them, or cancel one."
            ),
            RETRY_AFTER_SECONDS,
        ),
        other => other.into(),
    })
}

/// The filters, with the state of the assets that can be changed so: a deletion is taken back where there are deleted
/// assets, everything else happens to the others.
fn filters_of(change: &ChangeBody, mut filters: Value) -> ApiResult<Value> {
    let Some(members) = filters.as_object_mut() else {
        return Err(ApiError::invalid(
            "request.filters_invalid",
            "Name the assets to change as filters, as the list of assets takes them; {} means all of them.",
        ));
    };
    let state = match change {
        ChangeBody::Restore => "deleted",
        ChangeBody::Batches(_) | ChangeBody::Priority(_) | ChangeBody::Delete => "active",
    };
    members.insert("state".to_owned(), state.into());
    Ok(filters)
}

fn change_of(body: &ChangeBody, known: &HashMap<String, BatchId>) -> ApiResult<Change> {
    let ids = |names: &[String]| {
        let id = |name: &String| {
            known
                .get(name)
                .copied()
                .ok_or_else(|| ApiError::not_found("batch", name))
        };
        names.iter().map(id).collect::<ApiResult<Vec<_>>>()
    };
    Ok(match body {
        ChangeBody::Batches(BatchesChange { add, remove }) if add.is_empty() && remove.is_empty() => {
            return Err(ApiError::invalid(
                "asset_change.no_batches",
                "The change names no batch. Name those to put the assets into as add, or to take them out of as remove.",
            ));
        }
        ChangeBody::Batches(BatchesChange { add, remove }) => Change::Batches {
            add: ids(add)?,
            remove: ids(remove)?,
        },
        ChangeBody::Priority(priority) => Change::Priority(checked_priority(*priority)?),
        ChangeBody::Delete => Change::Delete,
        ChangeBody::Restore => Change::Restore,
    })
}
