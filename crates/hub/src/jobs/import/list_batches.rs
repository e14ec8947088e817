//! Batches that a list names or that its order names for it: those that the project has not are made, and once the
//! import is over they go on record as one, so that a list of many batches does not bury what else was done.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{BatchId, ImportId, OrganizationId, ProjectId};
use insitu_model::text::Name;
use insitu_store::batches::{self, Batch};
use insitu_store::imports::NewImport;
use insitu_store::{Tx, audit};
use serde_json::json;

use super::receive::Order;
use crate::audit::record;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Names that the record of many batches keeps.
const MAX_NAMES: usize = 50;

/// A batch for every name, in case the project has none of that name.
pub(super) fn candidates(hub: &Hub, names: &[String]) -> ApiResult<Vec<Batch>> {
    names
        .iter()
        .map(|text| {
            let name: Name = text.parse().map_err(|error| {
                ApiError::invalid(
                    "import.batch_invalid",
                    format!("The batch {text:?} cannot be: {error}."),
                )
            })?;
            let id = BatchId::new(&*hub.clock, &*hub.random);
            Ok(Batch {
                id,
                name: name.to_string(),
                created_at: hub.clock.now_ms(),
            })
        })
        .collect()
}

/// The ids of the batches that an order names by id or name for its import. A dry run makes none.
pub(super) fn of_order(
    tx: &mut Tx,
    (order, import): (&Order, ImportId),
    candidates: &[Batch],
) -> ApiResult<Vec<BatchId>> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let known = batches::list(tx, order.organization, order.project)?;
    let mut ids = Vec::new();
    for candidate in candidates {
        let id = candidate.name.parse::<BatchId>().ok();
        let found = known
            .iter()
            .find(|batch| Some(batch.id) == id || batch.name == candidate.name);
        match found {
            Some(batch) => ids.push(batch.id),
            None if id.is_some() => {
                return Err(ApiError::invalid(
                    "import.unknown_batch",
                    format!(
                        "The project has no batch {}. Name a batch of this project, or a new name.",
                        candidate.name
                    ),
                ));
            }
            None if order.dry_run => {}
            None => {
                let place: (OrganizationId, ProjectId) = (order.organization, order.project);
                ids.push(batches::find_or_insert_for(tx, place.0, place.1, import, candidate)?.id);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Puts on record which batches an import made, together with its end, whatever that is: they stay.
pub fn note_made(tx: &mut Tx, hub: &Hub, import: &NewImport) -> Result<(), insitu_store::Error> {
    let made = batches::take_made_by(tx, import.id)?;
    let details = match made.as_slice() {
        [] => return Ok(()),
        [batch] => json!({ "batch": batch.id, "name": batch.name, "import": import.id }),
        several => {
            let names: Vec<&str> = several.iter().map(|batch| batch.name.as_str()).collect();
            let first = names.get(..MAX_NAMES).unwrap_or(&names);
            json!({ "batches": names.len(), "names": first, "import": import.id })
        }
    };
    let what = (AuditAction::BatchCreated, AuditSubject::Project(import.project));
    audit::insert(
        tx,
        &record(hub, import.organization, Some(import.created_by), what, &details),
    )
}
