//! Imports: a list is streamed in, and becomes assets while its sender watches.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header;
use insitu_model::id::{ImportId, OrganizationId, StorageId};
use insitu_model::import::{ImportState, OnDuplicate, OnError};
use insitu_model::role::{Right, allows};
use insitu_model::text::Name;
use insitu_store::imports::{self, Import};
use insitu_store::{organizations, project_members};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::query::{Page, Params};
use super::time::iso;
use super::words;
use crate::auth::access::{OnProject, Org, right};
use crate::auth::caller::{Caller, Proof};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::receive::{self, Order};
use crate::jobs::spool::Spool;
use crate::jobs::{CANCELLED_REASON, MAX_ACTIVE_IMPORTS, format_of, storage_of};

/// Priorities reach from minus this to this.
pub const MAX_PRIORITY: i32 = 1000;
/// What an import is called whose file has no name.
const DEFAULT_NAME: &str = "list";

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(active))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .merge(super::import_report::router())
}

/// An import as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Import)]
pub struct ImportView {
    #[serde(rename = "_id")]
    pub id: String,
    pub project: String,
    /// The file's name.
    pub name: String,
    /// `receiving`, `queued`, `running`, `completed`, `failed` or `cancelled`
    #[schema(value_type = words::ImportState)]
    pub state: &'static str,
    /// The code of why it failed or was cancelled.
    pub state_reason: Option<String>,
    pub dry_run: bool,
    /// `skip` or `refuse`
    #[schema(value_type = words::OnError)]
    pub on_error: &'static str,
    /// `allow`, `skip` or `update`
    #[schema(value_type = words::OnDuplicate)]
    pub on_duplicate: &'static str,
    /// The storage of rows that name none.
    pub storage: Option<String>,
    /// The batches of rows that name none.
    pub batches: Vec<String>,
    pub priority: i32,
    pub bytes_total: u64,
    pub bytes_read: u64,
    pub rows_read: u64,
    /// Assets that the import brought; none where it failed or was cancelled, and what it would bring in a dry run.
    pub rows_imported: u64,
    pub rows_updated: u64,
    pub rows_skipped: u64,
    /// Rows that cannot be imported; the report names them.
    pub rows_refused: u64,
    /// Rows with a remark in the report, though they were imported.
    pub rows_noticed: u64,
    pub error: Option<ImportError>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    /// The user's id.
    pub created_by: String,
}

/// Why an import failed as a whole.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportError {
    pub code: String,
    pub message: String,
    /// The row that could not be read, from 0.
    pub index: Option<u64>,
    /// The byte of the decompressed list at which it could not be read.
    pub offset: Option<u64>,
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
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct CreateParams {
    /// What to call the import: the file's name.
    name: Option<String>,
    /// Id or name of the storage of rows that name none; without one, such rows are public.
    storage: Option<String>,
    /// JSON: names or ids of the batches of rows that name none. New names become new batches.
    #[param(example = "[\"Monday\"]")]
    batches: Option<String>,
    /// -1000 to 1000; 0 unless given. Higher is labeled sooner.
    priority: Option<i32>,
    /// `skip` reports bad rows and imports the others; `refuse` imports nothing if one row is bad.
    #[param(value_type = Option<String>)]
    on_error: Option<OnError>,
    /// For external IDs that the project has already: `allow` imports the row, `skip` does not, `update` changes the asset.
    #[param(value_type = Option<String>)]
    on_duplicate: Option<OnDuplicate>,
    /// `true` checks and reports, and imports nothing.
    dry_run: Option<String>,
    /// `json`, `ndjson`, `csv` or `tsv`; found out from the file unless given.
    format: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActiveParams {
    /// `active`: imports that are on their way.
    state: Option<String>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let Import {
            new, state, progress, ..
        } = import;
        let is_kept = !matches!(state, ImportState::Failed | ImportState::Cancelled);
        let kept = |rows: u64| if is_kept { rows } else { 0 };
        Self {
            id: new.id.to_string(),
            project: new.project.to_string(),
            name: new.name,
            state: state.as_str(),
            state_reason: import.state_reason,
            dry_run: new.dry_run,
            on_error: new.on_error.as_str(),
            on_duplicate: new.on_duplicate.as_str(),
            storage: new.storage.map(|id| id.to_string()),
            batches: new.batches.iter().map(ToString::to_string).collect(),
            priority: new.priority,
            bytes_total: progress.bytes_total,
            bytes_read: progress.bytes_read,
            rows_read: progress.rows_read,
            rows_imported: kept(progress.rows_imported),
            rows_updated: kept(progress.rows_updated),
            rows_skipped: progress.rows_skipped,
            rows_refused: progress.rows_refused,
            rows_noticed: progress.rows_noticed,
            error: import.error.and_then(|json| serde_json::from_str(&json).ok()),
            created_at: iso(new.created_at),
            started_at: import.started_at.map(iso),
            finished_at: import.finished_at.map(iso),
            created_by: new.created_by.to_string(),
        }
    }
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
    let mut arriving = receive::announce(&hub, &order).await?;
    let body = request.into_body().into_data_stream();
    let import = match arriving.receive(body, declared).await {
        Ok(received) => arriving.queue(received).await?,
        Err(error) => return Err(arriving.give_up(error).await),
    };
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
    let page = Page::new(params.page, params.limit)?;
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
    let import = hub
        .db
        .write(move |tx| imports::cancel(tx, organization, id, CANCELLED_REASON, now))
        .await?;
    if import.state.is_final() {
        let spool = Spool::new(hub.config.spool_dir());
        if let Err(error) = spool.remove(&import.new.spool) {
            tracing::warn!(import = %id, %error, "the list of a cancelled import could not be removed");
        }
        hub.jobs.import_ended();
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
) -> ApiResult<(OnProject<right::ImportAssets>, Import)> {
    let unknown = || ApiError::not_found("import", id);
    let import: ImportId = id.parse().map_err(|_| unknown())?;
    let (user, proof) = (caller.user, caller.proof);
    let found = hub
        .db
        .read(move |tx| {
            for membership in organizations::of_user(tx, user)? {
                let organization = membership.organization.id;
                let is_open = !matches!(proof, Proof::ApiKey(own) if own != organization);
                if is_open && let Some(found) = imports::find(tx, organization, import)? {
                    return Ok(Some(found));
                }
            }
            Ok::<_, ApiError>(None)
        })
        .await?
        .ok_or_else(unknown)?;
    let project = found.new.project.to_string();
    match OnProject::prove(hub, caller, &project).await {
        Ok(access) => Ok((access, found)),
        // Who may not know of the project may not know of its imports either.
        Err(error) if error.code == "project.not_found" => Err(unknown()),
        Err(error) => Err(error),
    }
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

/// Names or ids of batches out of a query: a JSON list.
pub fn batch_names(text: Option<&str>) -> ApiResult<Vec<String>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    serde_json::from_str::<Value>(text).and_then(serde_json::from_value).map_err(|error| {
        ApiError::invalid(
            "import.batches_invalid",
            format!("The batches {text} are no JSON list of names or ids: {error}. Write them as [\"Monday\"]."),
        )
    })
}

/// A priority within its bounds.
pub fn checked_priority(priority: i64) -> ApiResult<i32> {
    i32::try_from(priority)
        .ok()
        .filter(|priority| priority.abs() <= MAX_PRIORITY)
        .ok_or_else(|| {
            ApiError::invalid(
                "import.priority_invalid",
                format!("The priority is {priority}; it may be -{MAX_PRIORITY} to {MAX_PRIORITY}."),
            )
        })
}

async fn order(hub: &Hub, access: &OnProject<right::ImportAssets>, params: CreateParams) -> ApiResult<Order> {
    if let Some(format) = &params.format
        && !format.is_empty()
        && format_of(format).is_none()
    {
        return Err(ApiError::invalid(
            "import.format_unknown",
            format!("There is no format {format:?}: choose json, ndjson, csv or tsv, or leave it out."),
        ));
    }
    Ok(Order {
        organization: access.organization,
        project: access.project,
        created_by: access.caller.user,
        name: checked_name(params.name.as_deref())?,
        storage: storage(hub, access.organization, params.storage).await?,
        batches: batch_names(params.batches.as_deref())?,
        priority: checked_priority(params.priority.unwrap_or_default().into())?,
        on_error: params.on_error.unwrap_or_default(),
        on_duplicate: params.on_duplicate.unwrap_or_default(),
        dry_run: is_true("dryRun", params.dry_run.as_deref())?,
        format: params.format.filter(|format| !format.is_empty()),
    })
}

fn checked_name(name: Option<&str>) -> ApiResult<String> {
    let name: Name = name
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(DEFAULT_NAME)
        .parse()
        .map_err(|error: insitu_model::text::NameError| {
            ApiError::invalid(
                "import.name_invalid",
                format!("The import cannot be called so: {error}."),
            )
        })?;
    Ok(name.to_string())
}

async fn storage(
    hub: &Hub,
    organization: OrganizationId,
    named: Option<String>,
) -> ApiResult<Option<StorageId>> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(None);
    };
    let wanted = named.clone();
    let found = hub
        .db
        .read(move |tx| storage_of(tx, organization, &wanted))
        .await?;
    found.map(Some).ok_or_else(|| {
        ApiError::invalid(
            "import.unknown_storage",
            format!("The organization has no storage \"{named}\". Name one of its storages by id or name, or none for public addresses."),
        )
    })
}

/// `true` and `false` in any case, as Python's clients write them capitalized.
fn is_true(name: &str, text: Option<&str>) -> ApiResult<bool> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(ApiError::invalid(
            "request.query_invalid",
            format!("{name} is {other:?}; it may be true or false."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_a_list_or_nothing() {
        assert_eq!(batch_names(None).unwrap(), Vec::<String>::new());
        assert_eq!(batch_names(Some(r#"["a, b","c"]"#)).unwrap(), ["a, b", "c"]);
        for wrong in ["Monday", "[1]", "{}", "[\"a\""] {
            assert_eq!(
                batch_names(Some(wrong)).unwrap_err().code,
                "import.batches_invalid",
                "{wrong}"
            );
        }
    }

    #[test]
    fn priorities_and_switches_out_of_range_are_refused() {
        assert_eq!(checked_priority(-1000).unwrap(), -1000);
        assert_eq!(
            checked_priority(1001).unwrap_err().code,
            "import.priority_invalid"
        );
        assert!(is_true("dryRun", Some("True")).unwrap());
        assert!(is_true("dryRun", Some("yes")).is_err());
    }
}
