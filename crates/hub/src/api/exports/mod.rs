//! Exports: labels become a file, and whoever asked fetches it when it is there.

mod at_once;
mod file;
mod order;
mod report;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::ExportId;
use insitu_store::exports::{self, Export, NewExport};
use insitu_store::{Tx, audit, projects, tasks};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::methods::by_get_alone;
use crate::api::http::paging::PageParams;
use crate::api::http::query::Params;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::auth::peer::Peer;
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::export::options::ExportOptions;
use crate::jobs::export::{CANCELLED_REASON, MAX_ACTIVE_EXPORTS};
use crate::ledger::Holder;

use file::download_urls;
use order::ExportBody;
pub use view::ExportView;

/// When to try again while too many exports are on their way.
const RETRY_AFTER_SECONDS: u64 = 10;
/// The longest part of a project's name that a file is called by, in characters.
const MAX_NAME_CHARS: usize = 80;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    let handing_out = OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(at_once::export))
        .routes(routes!(at_once::export_v3));
    by_get_alone(handing_out)
        .routes(routes!(report::report))
        .routes(routes!(file::fetch))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExportData {
    pub export: ExportView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExportList {
    pub exports: Vec<ExportView>,
    pub total: u64,
}

/// Export labels
///
/// The file is written in the background; poll `GET /v2/exports/{id}` for its progress and its `downloadUrl`.
#[utoipa::path(post, path = "/v2/project/{project}/exports", tag = "exports",
    params(("project" = String, Path)), request_body = ExportBody,
    responses((status = 201, body = Envelope<ExportData>), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ExportLabels>,
    peer: Peer,
    Body(body): Body<ExportBody>,
) -> ApiResult<Created<ExportData>> {
    let export = start(&hub, &access, peer, body).await?;
    let export = ExportView::of(&hub, &Holder::new(&access, peer), export)?;
    Ok(Created(ExportData { export }))
}

/// A project's exports, newest first
#[utoipa::path(get, path = "/v2/project/{project}/exports", tag = "exports",
    params(("project" = String, Path), PageParams),
    responses((status = 200, body = Envelope<ExportList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ExportLabels>,
    peer: Peer,
    Params(params): Params<PageParams>,
) -> ApiResult<Success<ExportList>> {
    let page = params.page()?;
    let (organization, project) = (access.organization, access.project);
    let found = hub
        .db
        .read(move |tx| exports::list(tx, organization, project, page.into()))
        .await?;
    Ok(Success(ExportList {
        exports: ExportView::of_all(&hub, &Holder::new(&access, peer), found.rows)?,
        total: found.total,
    }))
}

/// One export
#[utoipa::path(get, path = "/v2/exports/{id}", tag = "exports", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<ExportData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    Path(id): Path<String>,
) -> ApiResult<Success<ExportData>> {
    let (access, export) = find(&hub, caller, &id).await?;
    let export = ExportView::of(&hub, &Holder::new(&access, peer), export)?;
    Ok(Success(ExportData { export }))
}

/// Stop an export; nothing of its file stays
#[utoipa::path(post, path = "/v2/exports/{id}/cancel", tag = "exports", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<ExportData>), (status = 404, body = ErrorBody)))]
async fn cancel(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    Path(id): Path<String>,
) -> ApiResult<Success<ExportData>> {
    let (access, export) = find(&hub, caller, &id).await?;
    let (organization, id, now) = (access.organization, export.new.id, hub.clock.now_ms());
    let what = (
        AuditAction::ExportCancelled,
        AuditSubject::Project(access.project),
    );
    let details = json!({ "export": id, "name": export.new.file_name, "format": export.new.format });
    let record = record(&hub, organization, Some(access.caller.user), what, &details);
    let export = hub
        .db
        .write(move |tx| {
            audit::insert(tx, &record)?;
            exports::cancel(tx, organization, id, CANCELLED_REASON, now)
        })
        .await?;
    if export.state.is_final() {
        hub.jobs.exports.one_ended();
    }
    let export = ExportView::of(&hub, &Holder::new(&access, peer), export)?;
    Ok(Success(ExportData { export }))
}

/// Checks what is asked for and queues the export.
async fn start(
    hub: &Hub,
    access: &OnProject<right::ExportLabels>,
    peer: Peer,
    body: ExportBody,
) -> ApiResult<Export> {
    let (organization, project) = (access.organization, access.project);
    let (format, options) = body.check(hub, organization, project).await?;
    let (project_now, counts) = hub
        .db
        .read(move |tx| {
            let found = projects::get(tx, organization, project)?;
            Ok::<_, ApiError>((found, tasks::counts(tx, organization, project)?))
        })
        .await?;
    let tasks_total = expected(&options, &counts);
    let now = hub.clock.now_ms();
    let new = NewExport {
        id: ExportId::new(&*hub.clock, &*hub.random),
        organization,
        project,
        created_by: access.caller.user,
        api_key: access.caller.api_key(),
        address: peer.0.map(|address| address.to_string()),
        format,
        options: serde_json::to_string(&options).map_err(ApiError::internal)?,
        file_name: file_name(&project_now.name, format.as_str(), now),
        created_at: now,
    };
    let id = new.id;
    let what = (AuditAction::ExportStarted, AuditSubject::Project(project));
    let details = json!({ "export": id, "name": new.file_name, "format": format });
    let record = record(hub, organization, Some(access.caller.user), what, &details);
    let export = hub
        .db
        .write(move |tx| {
            exports::insert(tx, &new, tasks_total, MAX_ACTIVE_EXPORTS)?;
            audit::insert(tx, &record)?;
            exports::get(tx, organization, id)
        })
        .await
        .map_err(|error: insitu_store::Error| match error {
            insitu_store::Error::TooMany { .. } => ApiError::too_many(
                "export.too_many",
                format!(
                    "{MAX_ACTIVE_EXPORTS} exports of the organization are on their way. Wait for one of them, or cancel one."
                ),
                RETRY_AFTER_SECONDS,
            ),
            other => other.into(),
        })?;
    hub.jobs.exports.one_arrived();
    Ok(export)
}

/// How many tasks an export will have, as far as that is known: batches and times may leave out some of these.
fn expected(options: &ExportOptions, counts: &tasks::Counts) -> u64 {
    match &options.stages {
        None => counts.total(),
        Some(stages) => stages.iter().map(|stage| counts.of(*stage)).sum(),
    }
}

/// `Street scenes json 2026-01-31.zip`, without what file names must not have.
fn file_name(project: &str, format: &str, now: i64) -> String {
    let name: String = project
        .chars()
        .map(|c| {
            if c.is_control() || "/\\:*?\"<>|".contains(c) {
                '_'
            } else {
                c
            }
        })
        .take(MAX_NAME_CHARS)
        .collect();
    let day = crate::api::http::time::iso(now);
    format!(
        "{} {format} {}.zip",
        name.trim().trim_start_matches('.'),
        day.get(..10).unwrap_or_default()
    )
}

/// The export with this id, and the proof that the caller may see it.
async fn find(hub: &Hub, caller: Caller, id: &str) -> ApiResult<(OnProject<right::ExportLabels>, Export)> {
    let unknown = || ApiError::not_found("export", id);
    let export: ExportId = id.parse().map_err(|_| unknown())?;
    let find = move |tx: &mut Tx, organization| exports::find(tx, organization, export);
    OnProject::prove_by_resource(hub, caller, find, |export| export.new.project, unknown).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_its_project() {
        let now = 1_692_792_698_027;
        assert_eq!(file_name("Möwen", "coco", now), "Möwen coco 2023-08-23.zip");
        assert_eq!(file_name("../a:b", "json", now), "_a_b json 2023-08-23.zip");
    }
}
