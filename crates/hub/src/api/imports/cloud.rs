//! The SDK's way to import: a body with the assets in it, answered once they are imported.
//!
//! It is the same durable import as any other, so the body may be of any length and a client that goes away loses
//! nothing but the answer. The body's `priority` comes after its assets, which is why it is read twice.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use insitu_formats::{Format, ListReader, Options};
use insitu_model::ambient::Random;
use insitu_model::import::{ImportState, OnDuplicate, OnError};
use insitu_model::schema::CategorySchema;
use insitu_store::imports::Import;
use insitu_store::{import_report, projects};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ImportError, batch_names, checked_name_or, checked_priority, content_length};
use crate::api::http::query::Params;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Created, Envelope, ErrorBody};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::pre_labels::{self, Checked};
use crate::jobs::import::receive::{self, Order};
use crate::jobs::import::spool::Spool;
use crate::jobs::wait_for_import;

/// Reasons that one answer names; the import's report names all.
const MAX_REFUSED_IN_ANSWER: u32 = 1000;
/// What such imports are called where nobody says.
const NAME: &str = "API";
/// The format that the body must have.
const FORMAT: &str = "envelope";

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(import))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CloudParams {
    /// What to call the import in lists of jobs and on record; `API` unless given.
    name: Option<String>,
    /// JSON: ids or names of the batches of assets that name none.
    #[param(example = "[\"Monday\"]")]
    batches: Option<String>,
}

/// The SDK's body. It is read as a stream; this is its shape.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body in the document")]
struct CloudBody {
    /// `data`, `externalId`, `width`, `height`, `metadata`, `contextData`, `batches`, `attachments`, `dataset`, `storage` (an id) …
    assets: Vec<Value>,
    /// `null` or `"false"`: assets stay where they are. `"true"`: they were uploaded by links of `getUploadUrl`, and each has to be there.
    upload_local: Option<String>,
    /// -1000 to 1000.
    priority: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CloudData {
    pub assets: CloudCounts,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CloudCounts {
    pub assets_created: u64,
    pub tasks_created: u64,
    /// Assets that came with labels.
    pub pre_labels_count: u64,
    /// Those of them whose labels fit the project's schema. The others were imported without; the report says why.
    pub valid_pre_labels_count: u64,
    /// Rows that were not imported, up to 1000 reasons; the import's report has all.
    pub refused: Vec<RefusedRow>,
    pub import_id: String,
}

/// One reason why a row was not imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedRow {
    /// The asset's place in the body, from 0.
    pub index: u64,
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Import assets that the body lists
#[utoipa::path(post, path = "/v2/project/{project}/cloud", tag = "imports",
    params(("project" = String, Path), CloudParams), request_body = CloudBody,
    responses((status = 201, body = Envelope<CloudData>), (status = 400, body = ErrorBody),
        (status = 507, body = ErrorBody)))]
async fn import(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ImportAssets>,
    Params(params): Params<CloudParams>,
    request: Request,
) -> ApiResult<Created<CloudData>> {
    let batches = batch_names(params.batches.as_deref())?;
    let name = checked_name_or(NAME, params.name.as_deref())?;
    let declared = content_length(&request);
    let received = receive::spool(&hub, request.into_body().into_data_stream(), declared).await?;
    let path = Spool::new(hub.config.spool_dir()).path(&received.name);
    let (organization, project) = (access.organization, access.project);
    let schema = hub
        .db
        .read(move |tx| projects::get(tx, organization, project))
        .await?
        .category_schema;
    let random = hub.random.clone();
    let beside =
        tokio::task::spawn_blocking(move || Beside::read(path, &CategorySchema::stored(&schema), &*random))
            .await
            .map_err(ApiError::internal)??;
    let order = Order {
        organization: access.organization,
        project: access.project,
        created_by: access.caller.user,
        name,
        storage: None,
        batches,
        priority: beside.priority,
        on_error: OnError::Skip,
        on_duplicate: OnDuplicate::Allow,
        dry_run: false,
        is_upload: beside.is_upload,
        format: Some(FORMAT.to_owned()),
        source: None,
    };
    let queued = receive::enqueue(&hub, &order, received).await?;
    let import = wait_for_import(&hub, access.organization, queued.new.id).await?;
    let refused = refused_rows(&hub, &import).await?;
    match import.state {
        ImportState::Completed => Ok(Created(CloudData {
            assets: CloudCounts {
                assets_created: import.progress.rows_imported,
                tasks_created: import.progress.rows_imported,
                pre_labels_count: beside.labeled_rows,
                valid_pre_labels_count: beside.fitting_rows,
                refused,
                import_id: import.new.id.to_string(),
            },
        })),
        _ => Err(failure(&import, &refused)),
    }
}

/// What the body says beside its assets.
#[derive(Debug)]
struct Beside {
    priority: i32,
    is_upload: bool,
    labeled_rows: u64,
    /// Those of them whose labels fit the schema.
    fitting_rows: u64,
}

impl Beside {
    /// Reads a body to its end; an error says where it is not what it should be. Blocks.
    fn read(path: PathBuf, schema: &CategorySchema, random: &dyn Random) -> ApiResult<Self> {
        let file = File::open(path).map_err(ApiError::internal)?;
        let mut rows = ListReader::new(
            file,
            Options {
                format: Some(Format::Envelope),
                ..Options::default()
            },
        );
        let (mut labeled_rows, mut fitting_rows) = (0, 0);
        for row in rows.by_ref() {
            let row = row.map_err(|error| {
                ApiError::invalid(error.code(), format!("The body cannot be read: {error}."))
                    .with_details(json!({ "index": error.index, "offset": error.offset }))
            })?;
            let Ok(asset) = row.result else { continue };
            match pre_labels::check(&asset.labels, schema, None, random) {
                Checked::Absent => {}
                Checked::Fit(..) => (labeled_rows, fitting_rows) = (labeled_rows + 1, fitting_rows + 1),
                Checked::Unfit(_) => labeled_rows += 1,
            }
        }
        let empty = Map::new();
        let members = rows.members().unwrap_or(&empty);
        Ok(Self {
            priority: priority(members.get("priority"))?,
            is_upload: upload_local(members.get("uploadLocal"))?,
            labeled_rows,
            fitting_rows,
        })
    }
}

/// Whether the assets were uploaded. The SDK says so by a text.
fn upload_local(value: Option<&Value>) -> ApiResult<bool> {
    match value {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(is_upload)) => Ok(*is_upload),
        Some(Value::String(text)) if text.is_empty() || text.eq_ignore_ascii_case("false") => Ok(false),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(other) => Err(ApiError::invalid(
            "import.upload_local_invalid",
            format!(
                "uploadLocal is {other}: write \"true\" for files that were uploaded by links of getUploadUrl, or leave it out."
            ),
        )),
    }
}

fn priority(value: Option<&Value>) -> ApiResult<i32> {
    match value {
        None | Some(Value::Null) => Ok(0),
        Some(value) => match value.as_i64() {
            Some(priority) => checked_priority(priority),
            None => Err(ApiError::invalid(
                "import.priority_invalid",
                format!("The priority is {value}; it must be a whole number from -1000 to 1000."),
            )),
        },
    }
}

async fn refused_rows(hub: &Hub, import: &Import) -> ApiResult<Vec<RefusedRow>> {
    if import.progress.rows_refused == 0 {
        return Ok(Vec::new());
    }
    let (organization, id) = (import.new.organization, import.new.id);
    let lines = hub
        .db
        .read(move |tx| import_report::list(tx, organization, id, 0, MAX_REFUSED_IN_ANSWER))
        .await?;
    let refused = lines
        .into_iter()
        .filter(|line| !line.is_notice)
        .map(|line| RefusedRow {
            index: line.index,
            field: line.field,
            code: line.code,
            message: line.message,
        });
    Ok(refused.collect())
}

fn failure(import: &Import, refused: &[RefusedRow]) -> ApiError {
    let details = json!({ "importId": import.new.id.to_string(), "refused": refused });
    if import.state == ImportState::Cancelled {
        return ApiError::conflict(
            "import.cancelled",
            "The import was cancelled, so nothing was imported.",
        )
        .with_details(details);
    }
    let error = import
        .error
        .as_deref()
        .and_then(|json| serde_json::from_str::<ImportError>(json).ok());
    let Some(error) = error else {
        return ApiError::internal("an import failed without an error");
    };
    let status = match error.code.as_str() {
        "import.disk_full" => StatusCode::INSUFFICIENT_STORAGE,
        "import.internal" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    ApiError::new(
        status,
        error.code,
        format!("Nothing was imported: {}.", error.message),
    )
    .with_details(details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_assets_were_uploaded_is_read_as_the_sdk_writes_it() {
        for (value, expected) in [
            (None, false),
            (Some(json!(null)), false),
            (Some(json!("false")), false),
            (Some(json!("")), false),
            (Some(json!("true")), true),
            (Some(json!("True")), true),
            (Some(json!(true)), true),
        ] {
            assert_eq!(upload_local(value.as_ref()).unwrap(), expected, "{value:?}");
        }
        assert_eq!(
            upload_local(Some(&json!("perhaps"))).unwrap_err().code,
            "import.upload_local_invalid"
        );
    }

    #[test]
    fn priorities_are_whole_and_bounded() {
        assert_eq!(priority(Some(&json!(-7))).unwrap(), -7);
        for wrong in [json!(1001), json!(0.5), json!("high")] {
            assert_eq!(
                priority(Some(&wrong)).unwrap_err().code,
                "import.priority_invalid"
            );
        }
    }
}
