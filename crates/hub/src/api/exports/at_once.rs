//! Exporting in one call, as the Python SDK does it: the query says what, and the answer comes once the file is there.
//!
//! The export itself is a job like every other. A client that goes away while it waits loses nothing: the export
//! completes and is listed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use insitu_model::job::JobState;
use insitu_store::exports::Export;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order::ExportBody;
use super::view::ExportError;
use super::{download_urls, start};
use crate::api::http::query::FormParams;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::auth::peer::Peer;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::wait_for_export;
use crate::ledger::Holder;

/// The query, in which `+` is a space. Lists and ranges are JSON; what is not named here is not needed and ignored.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct AtOnceParams {
    project: Option<String>,
    /// `json` (unless given) or `ndjson`; also `coco` and `masks`
    format: Option<String>,
    /// `task`; there are no issues to export
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// JSON: `["Complete"]`; every stage unless given
    stage: Option<String>,
    /// JSON: ids or names
    batches: Option<String>,
    /// JSON: `["default"]`; there are no tasks of other types
    task_types: Option<String>,
    /// JSON: `{"$gt":"2026-01-31T12:00:00.000000Z","$lt":…}`
    updated_at: Option<String>,
    /// JSON, as for `updatedAt`
    created_at: Option<String>,
    /// `true` (unless given) or `false`
    include_metadata: Option<String>,
    /// `true` (unless given) or `false`
    include_history: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AtOnceData {
    /// Where the zip file is fetched: absolute, without a key, as often as needed. Its first entry is the JSON.
    pub export_path: String,
}

/// Export and wait for the file, as the Python SDK does
#[utoipa::path(get, path = "/v2/export", tag = "exports", params(AtOnceParams),
    responses((status = 200, body = Envelope<AtOnceData>), (status = 400, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 507, body = ErrorBody)))]
pub async fn export(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    FormParams(params): FormParams<AtOnceParams>,
) -> ApiResult<Success<AtOnceData>> {
    let project = params.project.as_deref().unwrap_or_default();
    let access = OnProject::<right::ExportLabels>::prove(&hub, caller, project).await?;
    let body = params.body()?;
    let export = start(&hub, &access, peer, body).await?;
    let export = wait_for_export(&hub, access.organization, export.new.id).await?;
    let export_path = path_of(&hub, &Holder::new(&access, peer), export)?;
    Ok(Success(AtOnceData { export_path }))
}

/// The same under its name before
#[utoipa::path(get, path = "/v2/exportV3", tag = "exports", params(AtOnceParams),
    responses((status = 200, body = Envelope<AtOnceData>), (status = 400, body = ErrorBody)))]
pub async fn export_v3(
    hub: State<Arc<Hub>>,
    caller: Caller,
    peer: Peer,
    params: FormParams<AtOnceParams>,
) -> ApiResult<Success<AtOnceData>> {
    export(hub, caller, peer, params).await
}

impl AtOnceParams {
    fn body(self) -> ApiResult<ExportBody> {
        if self
            .kind
            .is_some_and(|kind| !matches!(kind.as_str(), "" | "task"))
        {
            return Err(ApiError::invalid(
                "export.type_unsupported",
                "Only tasks can be exported: this hub keeps no issues. Ask for type=task.",
            ));
        }
        let types: Option<Vec<String>> = json("taskTypes", self.task_types.as_deref())?;
        if types.is_some_and(|types| !types.is_empty() && !types.iter().any(|word| word == "default")) {
            return Err(ApiError::invalid(
                "export.task_type_unsupported",
                "This hub has tasks of the type default only. Ask for taskTypes=[\"default\"].",
            ));
        }
        Ok(ExportBody {
            format: self.format,
            stage: Some(json("stage", self.stage.as_deref())?.unwrap_or_default()),
            batches: json("batches", self.batches.as_deref())?,
            updated_at: json("updatedAt", self.updated_at.as_deref())?,
            created_at: json("createdAt", self.created_at.as_deref())?,
            include_metadata: is_true("includeMetadata", self.include_metadata.as_deref())?,
            include_history: is_true("includeHistory", self.include_history.as_deref())?,
            masks: None,
        })
    }
}

fn json<T: DeserializeOwned>(name: &str, text: Option<&str>) -> ApiResult<Option<T>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    serde_json::from_str(text).map(Some).map_err(|error| {
        ApiError::invalid(
            "request.query_invalid",
            format!("The parameter {name} is {text}, which is not the JSON that is needed there: {error}."),
        )
    })
}

fn is_true(name: &str, text: Option<&str>) -> ApiResult<Option<bool>> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("") => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(other) => Err(ApiError::invalid(
            "request.query_invalid",
            format!("{name} is {other:?}; it may be true or false."),
        )),
    }
}

/// The link to the file of an export that has ended, or why there is none.
fn path_of(hub: &Hub, holder: &Holder, export: Export) -> ApiResult<String> {
    match export.state {
        JobState::Completed => download_urls(hub, holder, &[export])?
            .pop()
            .flatten()
            .ok_or_else(|| ApiError::internal("an export that has just completed has no file")),
        JobState::Cancelled => Err(ApiError::conflict(
            "export.cancelled",
            "Somebody cancelled this export, so there is no file. Export again.",
        )),
        _ => {
            let error: Option<ExportError> = export.error.and_then(|json| serde_json::from_str(&json).ok());
            let error = error.ok_or_else(|| ApiError::internal("an export failed without a reason"))?;
            let status = match error.code.as_str() {
                "export.disk_full" => StatusCode::INSUFFICIENT_STORAGE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let message = format!("The export {} failed: {}.", export.new.id, error.message);
            Err(ApiError::new(status, error.code, message))
        }
    }
}
