//! Assets: listed at any depth, found by id, deleted softly.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AssetId, BatchId, OrganizationId, ProjectId, StorageId};
use insitu_store::assets::{self, Asset, AssetCursor, AssetSort, PageStart};
use insitu_store::limits::MAX_ASSETS_PER_CALL;
use insitu_store::{Tx, audit, batches};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extra::{Extra, Metadata};
use super::filters::AssetFilters;
use super::label_tasks::{self, AssetTask};
use crate::api::http::body::Body;
use crate::api::http::paging::Page;
use crate::api::http::query::{Params, raw_json_tail};
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::api::projects::batches::by_both_names;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::OwnFiles;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list, remove))
        .routes(routes!(show))
}

/// An asset as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Asset)]
pub struct AssetView {
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: AssetId,
    pub external_id: Option<String>,
    /// Its address; never signed. Of an asset with several pages, the first one's.
    pub data: String,
    /// Names.
    pub batches: Vec<String>,
    /// Its task.
    #[schema(value_type = Vec<AssetTask>)]
    pub label_tasks: [AssetTask; 1],
    /// What was imported, with `width` and `height` in pixels where they are known.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
    #[schema(value_type = Option<Object>)]
    pub context_data: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    pub attachments: Vec<Value>,
    /// The addresses of its pages, if it has several.
    #[schema(value_type = Option<Vec<String>>)]
    pub dataset: Option<Value>,
    /// The storage it is reached through; none for public addresses.
    #[schema(value_type = Option<String>)]
    pub storage: Option<StorageId>,
    /// Whether it came with labels.
    pub is_pre_labeled: bool,
    pub priority: i32,
    #[schema(value_type = String)]
    pub project: ProjectId,
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// `active` or `deleted`
    #[schema(value_type = words::AssetState)]
    pub state: &'static str,
    pub created_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetList {
    pub assets: Vec<AssetView>,
    /// Assets of all pages; at least so many where `totalIsExact` is false.
    pub total: u64,
    /// False where the filters ask for what only looking at many assets would tell.
    pub total_is_exact: bool,
    /// How many assets were looked at for this page, where no count leads to them.
    pub looked_at: u64,
    /// Where the next page begins; none at the end. A page that has fewer assets than it may and a cursor is not the
    /// last: as many were looked at as may be for one page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssetData {
    pub asset: AssetView,
}

/// Read from the raw query, where it may hold an unencoded `&`.
const FILTERS: &str = r#"JSON: `{"_id","except","externalId","externalIdPrefix","isPreLabeled","batches":[all of],"storage","stage","status","reviewStatus","assignee","answers":[{"schemaId","option","exists"}],"createdAt":{"$gte","$lt"},"completedAt":{"$gte","$lt"},"state":"active"|"deleted"}`; every part may be left out."#;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
    /// Instead of a page: the `nextCursor` of the page before.
    cursor: Option<String>,
    /// `-createdAt` (newest first, the default), `createdAt`, `externalId` or `-externalId`; `completedAt` or
    /// `-completedAt`, `duration` or `-duration`: only those whose tasks are complete.
    sort: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DeletionBody {
    /// The project again, as the SDK sends it; the path decides.
    pub project: Option<String>,
    /// Ids.
    pub assets: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletionData {
    pub deleted: u64,
    /// Named assets that were not there, or deleted before.
    pub not_found: u64,
}

/// A project's assets
#[utoipa::path(get, path = "/v2/project/{project}/assets", tag = "assets",
    params(("project" = String, Path), ListParams, ("filters" = Option<String>, Query, description = FILTERS)),
    responses((status = 200, body = Envelope<AssetList>), (status = 400, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
    Params(params): Params<ListParams>,
    RawQuery(query): RawQuery,
) -> ApiResult<Success<AssetList>> {
    let filters = AssetFilters::parse(raw_json_tail(query.as_deref().unwrap_or_default(), "filters")?)?;
    let page = Page::new(params.page, params.limit)?;
    let sort = sort_of(params.sort.as_deref())?;
    let start = match params.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => PageStart::After(cursor.parse::<AssetCursor>().map_err(|_| bad_cursor())?),
        None => PageStart::Page(page.number),
    };
    let (organization, project) = (access.organization, access.project);
    let files = hub.files.clone();
    let list = hub
        .db
        .read(move |tx| {
            let names = Names::load(tx, organization, project)?;
            let Some(filter) = filters.resolve(tx, (organization, project), &names.ids_by_name)? else {
                return Ok(AssetList {
                    assets: Vec::new(),
                    total: 0,
                    total_is_exact: true,
                    looked_at: 0,
                    next_cursor: None,
                });
            };
            let found = match assets::list(tx, organization, project, &filter, sort, &start, page.limit) {
                Err(insitu_store::Error::NeedsCursor) => return Err(no_such_page()),
                Err(insitu_store::Error::BadCursor(_)) => return Err(bad_cursor()),
                other => other?,
            };
            let tasks = label_tasks::of(tx, organization, project, &found.assets)?;
            let views = found
                .assets
                .into_iter()
                .zip(tasks)
                .map(|(asset, task)| view(asset, task, organization, project, &names, &files));
            Ok(AssetList {
                assets: views.collect(),
                total: found.total,
                total_is_exact: found.is_total_exact,
                looked_at: found.looked_at,
                next_cursor: found.next.map(|cursor| cursor.to_string()),
            })
        })
        .await?;
    Ok(Success(list))
}

/// One asset
#[utoipa::path(get, path = "/v2/project/{project}/assets/{asset}", tag = "assets",
    params(("project" = String, Path), ("asset" = String, Path)),
    responses((status = 200, body = Envelope<AssetData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<AssetData>> {
    let (_, id) = path;
    let unknown = || ApiError::not_found("asset", &id);
    let asset: AssetId = id.parse().map_err(|_| unknown())?;
    let (organization, project) = (access.organization, access.project);
    let files = hub.files.clone();
    let asset = hub
        .db
        .read(move |tx| {
            let Some(asset) = assets::find(tx, organization, project, asset)? else {
                return Ok(None);
            };
            let names = Names::load(tx, organization, project)?;
            let task = label_tasks::of(tx, organization, project, std::slice::from_ref(&asset))?.pop();
            Ok::<_, ApiError>(task.map(|task| view(asset, task, organization, project, &names, &files)))
        })
        .await?
        .ok_or_else(unknown)?;
    Ok(Success(AssetData { asset }))
}

/// Delete assets softly; never anything in a bucket
#[utoipa::path(delete, path = "/v2/project/{project}/assets", tag = "assets",
    params(("project" = String, Path)), request_body = DeletionBody,
    responses((status = 200, body = Envelope<DeletionData>), (status = 403, body = ErrorBody)))]
async fn remove(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageAssets>,
    Body(body): Body<DeletionBody>,
) -> ApiResult<Success<DeletionData>> {
    if body
        .project
        .is_some_and(|named| !named.is_empty() && named != access.project.to_string())
    {
        return Err(ApiError::invalid(
            "assets.project_differs",
            "The body names another project than the path. Name the project of the assets in both, or in the path only.",
        ));
    }
    let ids = asset_ids(&body.assets)?;
    let (organization, project, now) = (access.organization, access.project, hub.clock.now_ms());
    let named = ids.len() as u64;
    let (writer, by) = (hub.clone(), Some(access.caller.user));
    let deleted = hub
        .db
        .claim(move |tx| {
            let mut deleted = 0;
            for some in ids.chunks(MAX_ASSETS_PER_CALL) {
                deleted += assets::delete(tx, organization, project, some, now)?;
            }
            if deleted > 0 {
                let what = (AuditAction::AssetsChanged, AuditSubject::Project(project));
                let details = json!({ "kind": "delete", "assets": deleted });
                audit::insert(tx, &record(&writer, organization, by, what, &details))?;
            }
            Ok::<_, ApiError>(deleted)
        })
        .await?;
    Ok(Success(DeletionData {
        deleted,
        not_found: named - deleted,
    }))
}

/// The ids that a body names, each once.
pub fn asset_ids(texts: &[String]) -> ApiResult<Vec<AssetId>> {
    let mut ids = texts
        .iter()
        .map(|text| {
            text.parse::<AssetId>()
                .map_err(|error| ApiError::invalid("asset.id_malformed", format!("{error}.")))
        })
        .collect::<ApiResult<Vec<_>>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The project's batches by both of their names.
struct Names {
    names_by_id: HashMap<BatchId, String>,
    ids_by_name: HashMap<String, BatchId>,
}

impl Names {
    fn load(
        tx: &mut Tx,
        organization: OrganizationId,
        project: ProjectId,
    ) -> Result<Self, insitu_store::Error> {
        let known = batches::list(tx, organization, project)?;
        Ok(Self {
            ids_by_name: by_both_names(&known),
            names_by_id: known.into_iter().map(|batch| (batch.id, batch.name)).collect(),
        })
    }
}

fn sort_of(text: Option<&str>) -> ApiResult<AssetSort> {
    Ok(match text {
        None | Some("" | "-createdAt") => AssetSort::NewestFirst,
        Some("createdAt") => AssetSort::OldestFirst,
        Some("externalId") => AssetSort::ExternalId,
        Some("-externalId") => AssetSort::ExternalIdDescending,
        Some("completedAt") => AssetSort::CompletedFirst,
        Some("-completedAt") => AssetSort::CompletedLast,
        Some("duration") => AssetSort::ShortestFirst,
        Some("-duration") => AssetSort::LongestFirst,
        Some(other) => {
            return Err(ApiError::invalid(
                "assets.sort_unknown",
                format!(
                    "Assets cannot be sorted by {other:?}: choose createdAt, externalId, completedAt or duration, with - before it for the other way."
                ),
            ));
        }
    })
}

fn bad_cursor() -> ApiError {
    ApiError::invalid(
        "assets.cursor_invalid",
        "The cursor is not one that this list answered in this order. Begin again with the first page.",
    )
}

fn no_such_page() -> ApiError {
    ApiError::invalid(
        "assets.page_needs_cursor",
        "These filters find too many assets for pages by number. Ask for the first page, and go on with the nextCursor that each page answers.",
    )
}

fn view(
    asset: Asset,
    task: AssetTask,
    organization: OrganizationId,
    project: ProjectId,
    names: &Names,
    files: &OwnFiles,
) -> AssetView {
    let extra = Extra::of(&asset, files);
    let is_pre_labeled = extra.is_labeled();
    AssetView {
        id: asset.id,
        external_id: asset.external_id,
        data: files.shown(asset.data),
        batches: asset
            .batches
            .iter()
            .filter_map(|id| names.names_by_id.get(id).cloned())
            .collect(),
        label_tasks: [task],
        metadata: extra.metadata,
        context_data: extra.context_data,
        attachments: extra.attachments,
        dataset: extra.dataset,
        storage: asset.storage,
        is_pre_labeled,
        priority: asset.priority,
        project,
        organization,
        state: if asset.deleted_at.is_some() {
            "deleted"
        } else {
            "active"
        },
        created_at: iso(asset.created_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_there_is_not_is_refused() {
        assert_eq!(sort_of(None).unwrap(), AssetSort::NewestFirst);
        assert_eq!(
            sort_of(Some("-externalId")).unwrap(),
            AssetSort::ExternalIdDescending
        );
        assert_eq!(sort_of(Some("-completedAt")).unwrap(), AssetSort::CompletedLast);
        assert_eq!(sort_of(Some("duration")).unwrap(), AssetSort::ShortestFirst);
        assert_eq!(sort_of(Some("size")).unwrap_err().code, "assets.sort_unknown");
    }

    #[test]
    fn an_id_that_is_none_is_refused_and_a_repeated_one_counts_once() {
        let id = "00010203040506070809abcd".to_owned();
        assert_eq!(asset_ids(&[id.clone(), id]).unwrap().len(), 1);
        assert_eq!(
            asset_ids(&["x".to_owned()]).unwrap_err().code,
            "asset.id_malformed"
        );
    }
}
