//! What is on its way in an organization, of every kind, in one answer: for the menu that is on every page.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::ProjectId;
use insitu_model::import::ImportState;
use insitu_model::role::{Right, allows};
use insitu_store::asset_changes::{self, AssetChange};
use insitu_store::exports::{self, Export};
use insitu_store::imports::{self, Import};
use insitu_store::{project_members, projects};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::time::iso;
use crate::api::http::words;
use crate::api::imports::ImportWaiting;
use crate::auth::access::{Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::{self, MAX_ACTIVE_IMPORTS};

/// Jobs of one kind that are listed; no organization has so many exports or imports on their way.
const MAX_OF_A_KIND: u32 = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An import, an export or a change of assets that waits or runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub struct JobView {
    #[serde(rename = "_id")]
    pub id: String,
    /// `import`, `export` or `assetChange`
    #[schema(value_type = words::JobKind)]
    pub kind: &'static str,
    pub project: String,
    pub project_name: String,
    /// Of an import's list or an export's file; null for a change of assets.
    pub name: Option<String>,
    /// What is done to assets: `batches`, `priority`, `delete` or `restore`
    #[schema(value_type = Option<words::AssetChangeKind>)]
    pub change: Option<&'static str>,
    /// `receiving`, `queued` or `running`
    #[schema(value_type = words::ImportState)]
    pub state: &'static str,
    /// How many are done.
    pub done: u64,
    /// How many there will be, where that is known.
    pub total: Option<u64>,
    /// What is counted: `rows` of an import or the `files` that it finds first, `tasks` of an export, or `assets`
    #[schema(value_type = words::JobUnit)]
    pub unit: &'static str,
    /// The part that is done, from 0 to 1, where that is known.
    pub share: Option<f64>,
    /// Why an import waits although it had begun; null where it does not.
    pub waiting: Option<ImportWaiting>,
    pub created_at: String,
    pub started_at: Option<String>,
    /// The user's id.
    pub created_by: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    pub jobs: Vec<JobView>,
    pub total: u64,
}

/// Imports, exports and changes of assets that are on their way, each in the projects where the caller may have them
///
/// The newest first.
#[utoipa::path(get, path = "/v2/jobs", tag = "organizations",
    responses((status = 200, body = Envelope<JobList>), (status = 401, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadOrganization>,
) -> ApiResult<Success<JobList>> {
    let (organization, user, role) = (access.organization, access.caller.user, access.role);
    let mut jobs = hub
        .db
        .read(move |tx| {
            let roles: HashMap<_, _> = project_members::roles_of_user(tx, organization, user)?
                .into_iter()
                .collect();
            let may = |right, project: &ProjectId| allows(right, role, roles.get(project).copied());

            let mut imports = imports::list_active(tx, organization, MAX_ACTIVE_IMPORTS as u32)?;
            imports.retain(|import| may(Right::ImportAssets, &import.new.project));
            let mut exports = exports::list_active(tx, organization, MAX_OF_A_KIND)?;
            exports.retain(|export| may(Right::ExportLabels, &export.new.project));
            let mut changes = asset_changes::list_active(tx, organization, MAX_OF_A_KIND)?;
            changes.retain(|change| may(Right::ManageAssets, &change.new.project));

            let of_imports = imports.iter().map(|import| import.new.project);
            let of_exports = exports.iter().map(|export| export.new.project);
            let of_changes = changes.iter().map(|change| change.new.project);
            let concerned = of_imports.chain(of_exports).chain(of_changes);
            let names = projects::names(tx, organization, concerned)?;
            let jobs = imports
                .into_iter()
                .map(|import| JobView::of_import(import, &names));
            let jobs = jobs.chain(
                exports
                    .into_iter()
                    .map(|export| JobView::of_export(export, &names)),
            );
            let jobs = jobs.chain(
                changes
                    .into_iter()
                    .map(|change| JobView::of_change(change, &names)),
            );
            Ok::<_, ApiError>(jobs.collect::<Vec<_>>())
        })
        .await?;
    jobs.sort_by(|a, b| (&b.created_at, &b.id).cmp(&(&a.created_at, &a.id)));
    let total = jobs.len() as u64;
    Ok(Success(JobList { jobs, total }))
}

type Names = HashMap<ProjectId, String>;

impl JobView {
    fn of_import(import: Import, names: &Names) -> Self {
        let is_listing = import::is_listing(&import);
        let waiting = ImportWaiting::of(&import);
        let Import {
            new, state, progress, ..
        } = import;
        let (done, total, unit) = match (is_listing, progress.rows_listed) {
            (true, listed) => (listed, None, "files"),
            (false, 0) => (progress.rows_read, None, "rows"),
            (false, listed) => (progress.rows_read, Some(listed), "rows"),
        };
        let is_read = state == ImportState::Running && !is_listing;
        Self {
            id: new.id.to_string(),
            kind: "import",
            project: new.project.to_string(),
            project_name: name_of(names, new.project),
            name: Some(new.name),
            change: None,
            state: state.as_str(),
            done,
            total,
            unit,
            // A compressed list says how long it is, not how many rows it has.
            share: share(progress.bytes_read, progress.bytes_total).filter(|_| is_read),
            waiting,
            created_at: iso(new.created_at),
            started_at: import.started_at.map(iso),
            created_by: new.created_by.to_string(),
        }
    }

    fn of_export(export: Export, names: &Names) -> Self {
        let (new, progress) = (export.new, export.progress);
        let total = progress.tasks_total.max(progress.tasks_done);
        Self {
            id: new.id.to_string(),
            kind: "export",
            project: new.project.to_string(),
            project_name: name_of(names, new.project),
            name: Some(new.file_name),
            change: None,
            state: export.state.as_str(),
            done: progress.tasks_done,
            total: Some(total),
            unit: "tasks",
            share: share(progress.tasks_done, total),
            waiting: None,
            created_at: iso(new.created_at),
            started_at: export.started_at.map(iso),
            created_by: new.created_by.to_string(),
        }
    }

    fn of_change(change: AssetChange, names: &Names) -> Self {
        let new = change.new;
        // Where only looking at the assets tells how many there are, it is 0 until it is over.
        let total = Some(change.assets_total).filter(|total| *total > 0);
        Self {
            id: new.id.to_string(),
            kind: "assetChange",
            project: new.project.to_string(),
            project_name: name_of(names, new.project),
            name: None,
            change: Some(new.change.kind()),
            state: change.state.as_str(),
            done: change.assets_done,
            total,
            unit: "assets",
            share: share(change.assets_done, change.assets_total),
            waiting: None,
            created_at: iso(new.created_at),
            started_at: change.started_at.map(iso),
            created_by: new.created_by.to_string(),
        }
    }
}

fn name_of(names: &Names, project: ProjectId) -> String {
    names.get(&project).cloned().unwrap_or_default()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share for a bar: its last digits show nowhere"
)]
fn share(done: u64, total: u64) -> Option<f64> {
    (total > 0).then(|| (done as f64 / total as f64).min(1.0))
}
