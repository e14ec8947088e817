//! Batches that somebody asks for.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{OrganizationId, ProjectId, UserId};
use insitu_store::audit;
use insitu_store::batches::{self, Batch};
use insitu_store::{Result, Tx};
use serde_json::json;

use crate::audit::record;
use crate::hub::Hub;

/// The project's batch of this name, which is `batch` if there was none: that somebody made one is on record.
pub fn find_or_make(
    tx: &mut Tx,
    hub: &Hub,
    (organization, project): (OrganizationId, ProjectId),
    by: UserId,
    batch: &Batch,
) -> Result<Batch> {
    let kept = batches::find_or_insert(tx, organization, project, batch)?;
    if kept.id == batch.id {
        let what = (AuditAction::BatchCreated, AuditSubject::Project(project));
        let details = json!({ "batch": kept.id, "name": kept.name });
        audit::insert(tx, &record(hub, organization, Some(by), what, &details))?;
    }
    Ok(kept)
}
