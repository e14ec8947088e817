//! What goes on record of an import: that somebody started it, how it ended, that somebody cancelled it.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::UserId;
use insitu_store::audit::AuditRecord;
use insitu_store::imports::{Import, NewImport};
use serde_json::json;

use super::read_rows::Fault;
use crate::audit::record;
use crate::hub::Hub;

/// Somebody started or cancelled it.
pub fn of(hub: &Hub, action: AuditAction, import: &NewImport, by: UserId) -> AuditRecord {
    let details = json!({ "import": import.id, "name": import.name, "dryRun": import.dry_run });
    let what = (action, AuditSubject::Project(import.project));
    record(hub, import.organization, Some(by), what, &details)
}

/// It is whole, on behalf of whoever started it.
pub(super) fn of_completed(hub: &Hub, import: &Import) -> AuditRecord {
    let (new, progress) = (&import.new, &import.progress);
    let details = json!({
        "import": new.id,
        "name": new.name,
        "dryRun": new.dry_run,
        "imported": progress.rows_imported,
        "updated": progress.rows_updated,
        "refused": progress.rows_refused,
    });
    let what = (AuditAction::ImportCompleted, AuditSubject::Project(new.project));
    record(hub, new.organization, Some(new.created_by), what, &details)
}

/// It ended without having brought anything.
pub(super) fn of_failed(hub: &Hub, import: &Import, fault: &Fault) -> AuditRecord {
    let new = &import.new;
    let details = json!({ "import": new.id, "name": new.name, "dryRun": new.dry_run, "code": fault.code });
    let what = (AuditAction::ImportFailed, AuditSubject::Project(new.project));
    record(hub, new.organization, Some(new.created_by), what, &details)
}
