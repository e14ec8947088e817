//! Batches: named sets of a project's assets.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{BatchId, OrganizationId, ProjectId, UserId};
use insitu_model::text::Name;
use insitu_store::assets;
use insitu_store::batches::{self, Batch};
use insitu_store::limits::MAX_ASSETS_PER_CALL;
use insitu_store::{Tx, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::BatchView;
use crate::api::assets::list::asset_ids;
use crate::api::http::body::Body;
use crate::api::http::time::iso;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::batches::find_or_make;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(remove))
        .routes(routes!(assign))
}

/// One batch by its name, or the whole list of a project's batches with new ones among them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BatchesBody {
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    pub batches: Option<Vec<BatchEntry>>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BatchEntry {
    /// Of a batch that is there already; it gets the name given here.
    #[serde(rename = "_id")]
    pub id: Option<String>,
    #[schema(value_type = String)]
    pub name: Name,
}

/// The batch (under `project`, as the public API has it), or a list of batches when a list was sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BatchesData {
    One { project: BatchView },
    Several(Vec<BatchView>),
}

/// A batch in the list of a project's batches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchRow {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    /// Assets that are in it.
    pub assets: u64,
    pub created_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BatchList {
    /// Oldest first.
    pub batches: Vec<BatchRow>,
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BatchData {
    pub batch: BatchView,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentBody {
    pub project_id: String,
    /// Ids of assets.
    pub assets: Vec<String>,
    /// Ids or names of batches.
    pub batches: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentData {
    /// How many assets are in the batches now.
    pub assets: u64,
}

/// A project's batches, with how many assets each has
#[utoipa::path(get, path = "/v2/batches/{project}", tag = "batches", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<BatchList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
) -> ApiResult<Success<BatchList>> {
    let (organization, project) = (access.organization, access.project);
    let (found, counts) = hub
        .db
        .read(move |tx| {
            let found = batches::list(tx, organization, project)?;
            Ok::<_, ApiError>((found, assets::batch_counts(tx, organization, project)?))
        })
        .await?;
    let row = |batch: Batch| BatchRow {
        id: batch.id.to_string(),
        name: batch.name,
        assets: counts.get(&batch.id).copied().unwrap_or(0),
        created_at: iso(batch.created_at),
    };
    Ok(Success(BatchList {
        total: found.len() as u64,
        batches: found.into_iter().map(row).collect(),
    }))
}

/// Delete a batch; the assets that are in it stay
#[utoipa::path(delete, path = "/v2/batches/{project}/{batch}", tag = "batches",
    params(("project" = String, Path), ("batch" = String, Path)),
    responses((status = 200, body = Envelope<BatchData>), (status = 404, body = ErrorBody)))]
async fn remove(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageBatches>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<BatchData>> {
    let (organization, project) = (access.organization, access.project);
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let batch = hub
        .db
        .write(move |tx| {
            let known = batches::list(tx, organization, project)?;
            let id = named_batch(&known, &path.1)?;
            batches::delete(tx, organization, project, id)?;
            let gone = known
                .into_iter()
                .find(|batch| batch.id == id)
                .ok_or_else(|| ApiError::not_found("batch", id))?;
            let what = (AuditAction::BatchDeleted, AuditSubject::Project(project));
            let details = json!({ "batch": id, "name": gone.name });
            audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            Ok::<_, ApiError>(gone)
        })
        .await?;
    Ok(Success(BatchData { batch: view(batch) }))
}

/// Make a batch, or several
///
/// A list holds the batches that are there (with `_id`) and new ones (without); batches that it leaves out stay.
#[utoipa::path(post, path = "/v2/batches/{project}", tag = "batches", params(("project" = String, Path)),
    request_body = BatchesBody,
    responses((status = 200, body = Envelope<BatchesData>), (status = 403, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageBatches>,
    Body(body): Body<BatchesBody>,
) -> ApiResult<Success<BatchesData>> {
    let (organization, project) = (access.organization, access.project);
    let (entries, is_list) = match (body.name, body.batches) {
        (Some(name), None) => (vec![BatchEntry { id: None, name }], false),
        (None, Some(batches)) => (batches, true),
        _ => {
            return Err(ApiError::invalid(
                "batch.name_missing",
                "The body names no batch, or in two ways. Send {\"name\": …} or {\"batches\": [{\"name\": …}]}.",
            ));
        }
    };
    let entries = entries
        .into_iter()
        .map(|entry| wanted(&hub, entry))
        .collect::<ApiResult<Vec<_>>>()?;
    let (writer, by) = (hub.clone(), access.caller.user);
    let mut made = hub
        .db
        .write(move |tx| {
            let mut kept = Vec::with_capacity(entries.len());
            for entry in &entries {
                kept.push(view(keep(tx, &writer, (organization, project), by, entry)?));
            }
            Ok::<_, ApiError>(kept)
        })
        .await?;
    match (is_list, made.pop()) {
        (false, Some(project)) => Ok(Success(BatchesData::One { project })),
        (_, last) => {
            made.extend(last);
            Ok(Success(BatchesData::Several(made)))
        }
    }
}

/// Put assets into batches, beside those they are in
#[utoipa::path(post, path = "/v2/assignBatches", tag = "batches", request_body = AssignmentBody,
    responses((status = 200, body = Envelope<AssignmentData>), (status = 404, body = ErrorBody)))]
async fn assign(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Body(body): Body<AssignmentBody>,
) -> ApiResult<Success<AssignmentData>> {
    let access = OnProject::<right::ManageBatches>::prove(&hub, caller, &body.project_id).await?;
    let ids = asset_ids(&body.assets)?;
    let (organization, project) = (access.organization, access.project);
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let assets = hub
        .db
        .claim(move |tx| {
            let known = batches::list(tx, organization, project)?;
            let into = body
                .batches
                .iter()
                .map(|named| named_batch(&known, named))
                .collect::<ApiResult<Vec<_>>>()?;
            let mut changed = 0;
            for some in ids.chunks(MAX_ASSETS_PER_CALL) {
                changed += assets::assign_batches(tx, organization, project, some, &into)?;
            }
            if changed > 0 {
                let what = (AuditAction::AssetsChanged, AuditSubject::Project(project));
                let details = json!({ "kind": "batches", "assets": changed });
                audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            }
            Ok::<_, ApiError>(changed)
        })
        .await?;
    Ok(Success(AssignmentData { assets }))
}

/// A batch that is to be there.
struct Wanted {
    /// It exists and may get another name.
    is_known: bool,
    batch: Batch,
}

fn wanted(hub: &Hub, entry: BatchEntry) -> ApiResult<Wanted> {
    let is_known = entry.id.is_some();
    let id = match entry.id {
        Some(id) => id.parse().map_err(|_| ApiError::not_found("batch", id))?,
        None => BatchId::new(&*hub.clock, &*hub.random),
    };
    Ok(Wanted {
        is_known,
        batch: Batch {
            id,
            name: entry.name.to_string(),
            created_at: hub.clock.now_ms(),
        },
    })
}

fn keep(
    tx: &mut Tx,
    hub: &Hub,
    (organization, project): (OrganizationId, ProjectId),
    by: UserId,
    wanted: &Wanted,
) -> ApiResult<Batch> {
    let batch = &wanted.batch;
    if !wanted.is_known {
        return Ok(find_or_make(tx, hub, (organization, project), by, batch)?);
    }
    let before = batches::name(tx, organization, project, batch.id)?;
    batches::rename(tx, organization, project, batch.id, &batch.name)?;
    // A list of all batches names those that stay as they are, too.
    if before != batch.name {
        let what = (AuditAction::BatchRenamed, AuditSubject::Project(project));
        let details = json!({ "batch": batch.id, "name": batch.name, "from": before });
        audit::insert(tx, &record(hub, organization, Some(by), what, &details))?;
    }
    Ok(batch.clone())
}

/// Batches by both of their names: bodies and filters name them by id or name.
pub fn by_both_names(batches: &[Batch]) -> HashMap<String, BatchId> {
    let names = |batch: &Batch| [(batch.id.to_string(), batch.id), (batch.name.clone(), batch.id)];
    batches.iter().flat_map(names).collect()
}

fn named_batch(known: &[Batch], named: &str) -> ApiResult<BatchId> {
    known
        .iter()
        .find(|batch| batch.name == named || batch.id.to_string() == named)
        .map(|batch| batch.id)
        .ok_or_else(|| ApiError::not_found("batch", named))
}

fn view(batch: Batch) -> BatchView {
    BatchView {
        id: batch.id.to_string(),
        name: batch.name,
    }
}
