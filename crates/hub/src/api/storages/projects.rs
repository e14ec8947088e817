//! Which projects a storage opens assets of: what is lost where it is deleted.

use std::sync::Arc;

use axum::extract::{Path, State};
use insitu_store::storage_projects::{self, ProjectUse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::storage::parse_id;
use crate::api::http::paging::Page;
use crate::api::http::query::Params;
use crate::auth::access::{Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
}

/// A project whose assets a storage opens.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StorageProject {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    /// Its assets that the storage opens; deleted ones are left out.
    asset_count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct StorageProjectList {
    projects: Vec<StorageProject>,
    total: u64,
}

/// Projects that a storage opens assets of, those with most first
#[utoipa::path(get, path = "/v2/storages/{id}/projects", tag = "storages", params(("id" = String, Path), ListParams),
    responses((status = 200, body = Envelope<StorageProjectList>), (status = 404, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    Path(id): Path<String>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<StorageProjectList>> {
    let (organization, id) = (access.organization, parse_id(&id)?);
    let page = Page::new(params.page, params.limit)?;
    let found = hub
        .db
        .read(move |tx| storage_projects::list(tx, organization, id, page.into()))
        .await?;
    Ok(Success(StorageProjectList {
        projects: found.rows.into_iter().map(StorageProject::of).collect(),
        total: found.total,
    }))
}

impl StorageProject {
    fn of(found: ProjectUse) -> Self {
        Self {
            id: found.project.to_string(),
            name: found.name,
            asset_count: found.asset_count,
        }
    }
}
