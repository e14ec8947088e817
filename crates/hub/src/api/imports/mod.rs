//! Imports: a list is streamed in, and becomes assets while its sender watches.

mod cloud;
pub mod labels;
mod order;
mod report;
mod view;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header;
use insitu_model::audit::AuditAction;
use insitu_model::id::ImportId;
use insitu_model::role::{Right, allows};
use insitu_store::imports::{self, Import};
use insitu_store::{Tx, audit, project_members};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::paging::PageParams;
use crate::api::http::query::Params;
use crate::auth::access::{OnProject, Org, Reading, right};
use crate::auth::caller::Caller;
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::list_batches::note_made;
use crate::jobs::import::spool::Spool;
use crate::jobs::import::{CANCELLED_REASON, MAX_ACTIVE_IMPORTS, receive, record};

use order::{CreateParams, order};
pub use order::{batch_names, checked_name, checked_name_or, checked_priority};
pub use view::{ImportError, ImportView, ImportWaiting};

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(active))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .merge(report::router())
        .merge(cloud::router())
        .merge(labels::router())
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportData {
    pub import: ImportView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportList {
    pub imports: Vec<ImportView>,
    pub total: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActiveParams {
    /// `active`: imports that are on their way.
    state: Option<String>,
}

/// Import a list of assets
///
/// The body is the list itself (JSON array or object, NDJSON, CSV or TSV, plain or gzip), of any length. It is
/// streamed to the hub's disk, then read in the background; poll `GET /v2/imports/{id}` for its progress.
#[utoipa::path(post, path = "/v2/project/{project}/imports", tag = "imports",
    params(("project" = String, Path), CreateParams),
    request_body(content = String, content_type = "application/octet-stream", description = "The list"),
    responses((status = 201, body = Envelope<ImportData>), (status = 400, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 429, body = ErrorBody), (status = 507, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ImportAssets>,
    Params(params): Params<CreateParams>,
    request: Request,
) -> ApiResult<Created<ImportData>> {
    let declared = content_length(&request);
    let order = order(&hub, &access, params).await?;
    let body = request.into_body().into_data_stream();
    let import = receive::import(&hub, &order, body, declared).await?;
    Ok(Created(ImportData {
        import: import.into(),
    }))
}

/// A project's imports, newest first
#[utoipa::path(get, path = "/v2/project/{project}/imports", tag = "imports",
    params(("project" = String, Path), PageParams),
    responses((status = 200, body = Envelope<ImportList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ImportAssets>,
    Params(params): Params<PageParams>,
) -> ApiResult<Success<ImportList>> {
    let page = params.page()?;
    let (organization, project) = (access.organization, access.project);
    let found = hub
        .db
        .read(move |tx| imports::list(tx, organization, project, page.into()))
        .await?;
    let imports = found.rows.into_iter().map(ImportView::from).collect();
    Ok(Success(ImportList {
        imports,
        total: found.total,
    }))
}

/// Imports that are on their way, in the projects that the caller may import into
#[utoipa::path(get, path = "/v2/imports", tag = "imports", params(ActiveParams),
    responses((status = 200, body = Envelope<ImportList>), (status = 401, body = ErrorBody)))]
async fn active(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadOrganization>,
    Params(params): Params<ActiveParams>,
) -> ApiResult<Success<ImportList>> {
    if params.state.is_some_and(|state| state != "active") {
        return Err(ApiError::invalid(
            "import.state_filter_invalid",
            "Imports of the whole organization are listed by state=active only; a project's imports are listed whole.",
        ));
    }
    let (organization, user, role) = (access.organization, access.caller.user, access.role);
    let found = hub
        .db
        .read(move |tx| {
            let mut found = imports::list_active(tx, organization, MAX_ACTIVE_IMPORTS as u32)?;
            let roles = project_members::roles_of_user(tx, organization, user)?;
            found.retain(|import| {
                let own = roles
                    .iter()
                    .find(|(project, _)| *project == import.new.project)
                    .map(|(_, role)| *role);
                allows(Right::ImportAssets, role, own)
            });
            Ok::<_, ApiError>(found)
        })
        .await?;
    let total = found.len() as u64;
    Ok(Success(ImportList {
        imports: found.into_iter().map(ImportView::from).collect(),
        total,
    }))
}

/// One import
#[utoipa::path(get, path = "/v2/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<ImportData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Success<ImportData>> {
    let (_, import) = find(&hub, caller, &id).await?;
    Ok(Success(ImportData {
        import: import.into(),
    }))
}

/// Stop an import; nothing of it stays
#[utoipa::path(post, path = "/v2/imports/{id}/cancel", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = Envelope<ImportData>), (status = 404, body = ErrorBody)))]
async fn cancel(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Success<ImportData>> {
    let (access, import) = find(&hub, caller, &id).await?;
    let (organization, id, now) = (access.organization, import.new.id, hub.clock.now_ms());
    let (writer, by) = (hub.clone(), access.caller.user);
    let import = hub
        .db
        .write(move |tx| {
            let has_ended = imports::get(tx, organization, id)?.state.is_final();
            let import = imports::cancel(tx, organization, id, CANCELLED_REASON, now)?;
            if !has_ended {
                let cancelled = AuditAction::ImportCancelled;
                audit::insert(tx, &record::of(&writer, cancelled, &import.new, by))?;
            }
            // Of one that runs, whoever works on it notes this as it ends it.
            if import.state.is_final() {
                note_made(tx, &writer, &import.new)?;
            }
            Ok::<_, ApiError>(import)
        })
        .await?;
    if import.state.is_final() {
        let spool = Spool::new(hub.config.spool_dir());
        if let Err(error) = spool.remove(&import.new.spool) {
            tracing::warn!(import = %id, %error, "the list of a cancelled import could not be removed");
        }
        hub.jobs.imports.one_ended();
        hub.jobs.tidy_up();
    }
    Ok(Success(ImportData {
        import: import.into(),
    }))
}

/// The import with this id, and the proof that the caller may see it.
pub async fn find(
    hub: &Hub,
    caller: Caller,
    id: &str,
) -> ApiResult<(OnProject<Reading<right::ImportAssets>>, Import)> {
    let unknown = || ApiError::not_found("import", id);
    let import: ImportId = id.parse().map_err(|_| unknown())?;
    let find = move |tx: &mut Tx, organization| imports::find(tx, organization, import);
    OnProject::prove_by_resource(hub, caller, find, |import| import.new.project, unknown).await
}

/// The length that the client announced.
pub fn content_length(request: &Request) -> Option<u64> {
    request
        .headers()
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
