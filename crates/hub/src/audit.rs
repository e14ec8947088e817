//! What goes on the record of who did what.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AuditId, OrganizationId, UserId};
use insitu_store::audit::AuditRecord;
use serde_json::Value;

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
