//! What goes on the record of who did what.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AuditId, OrganizationId, ProjectId, UserId};
use insitu_store::audit::{self, AuditRecord};
use insitu_store::batches::{self, Batch};
use insitu_store::{Result, Tx};
use serde_json::{Value, json};

use crate::hub::Hub;

/// A record of now, to be inserted by the transaction that does what it says. `details` carry no secret.
pub fn record(
    hub: &Hub,
    organization: OrganizationId,
    actor: Option<UserId>,
    (action, subject): (AuditAction, AuditSubject),
    details: &Value,
) -> AuditRecord {
    AuditRecord {
        id: AuditId::new(&*hub.clock, &*hub.random),
        organization,
        actor,
        action,
        subject: subject.to_string(),
        at: hub.clock.now_ms(),
        details: details.to_string(),
    }
}

/// The project's batch of this name, which is `batch` if there was none: that somebody made one is on record, whether it
/// was asked for or a list named it.
pub fn find_or_make_batch(
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
