//! What goes on record of a change of many assets after it was ordered.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::UserId;
use insitu_model::job::JobState;
use insitu_store::asset_changes::AssetChange;
use insitu_store::{Result, Tx, audit};
use serde_json::{Value, json};

use crate::audit::record;
use crate::hub::Hub;

/// Puts on record who stops it, whether or not somebody works on it.
pub fn cancelled(tx: &mut Tx, hub: &Hub, change: &AssetChange, by: UserId) -> Result<()> {
    let details = json!({ "change": change.new.id.to_string(), "kind": change.new.change.kind() });
    insert(tx, hub, AuditAction::AssetsChangeCancelled, change, by, &details)
}

/// Puts on record how many assets were changed, unless all were that the record of the order told.
pub fn ended(tx: &mut Tx, hub: &Hub, (ended, told): (&AssetChange, u64), by: UserId) -> Result<()> {
    if ended.state == JobState::Completed && ended.assets_done == told {
        return Ok(());
    }
    let mut details = json!({
        "change": ended.new.id.to_string(),
        "kind": ended.new.change.kind(),
        "assets": ended.assets_done,
        "state": ended.state.as_str(),
    });
    if let Some(undone) = ended.new.change.undoes() {
        details["undoes"] = undone.to_string().into();
    }
    if ended.assets_left > 0 {
        details["leftAlone"] = ended.assets_left.into();
    }
    insert(tx, hub, AuditAction::AssetsChangeEnded, ended, by, &details)
}

fn insert(
    tx: &mut Tx,
    hub: &Hub,
    action: AuditAction,
    change: &AssetChange,
    by: UserId,
    details: &Value,
) -> Result<()> {
    let what = (action, AuditSubject::Project(change.new.project));
    let record = record(hub, change.new.organization, Some(by), what, details);
    audit::insert(tx, &record)
}
