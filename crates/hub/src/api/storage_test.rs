//! The doctor as an endpoint: tries a storage, saved or not, and names the one cause of what fails.
//!
//! Answers all checks at once, or, to whoever accepts `application/x-ndjson`, a line for each as it ends.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body as ResponseBody;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, stream};
use insitu_cloud::doctor::{self, Patient};
use insitu_model::id::OrganizationId;
use insitu_store::external_ids;
use insitu_store::storages::ExternalIdSource;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::storage_form::{Problems, StorageForm};
use super::storages::{customer_external_id, parse_id, refuse_private_endpoint};
use crate::auth::access::{Org, right};
use crate::cloud_access::{Examining, Wish, patient_of, patient_of_form};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

const NDJSON: &str = "application/x-ndjson";

/// Marks an answer whose lines come one by one.
#[derive(Debug, Clone, Copy)]
pub struct LineByLine;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(test_saved))
        .routes(routes!(test_form))
}

/// What to try; nothing: the buckets of the prefixes and an asset that uses the storage.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageTestBody {
    /// Names of buckets, 5 at most.
    pub buckets: Option<Vec<String>>,
    /// Address of an object, such as `s3://bucket/key`.
    pub object: Option<String>,
}

/// A storage that is not saved yet, and what to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageFormTestBody {
    /// As it would be saved; it needs no name. Its secret is used and not kept.
    pub storage: StorageForm,
    /// Names of buckets, 5 at most.
    pub buckets: Option<Vec<String>>,
    /// Address of an object, such as `s3://bucket/key`.
    pub object: Option<String>,
}

/// One check of a storage, or one step on the way to an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Check)]
pub struct CheckView {
    /// `address`, `tls`, `clock`, `identity`, `sts`, `external-id`, `external-id-absent`, `external-id-random`, `region`,
    /// `list`, `head`, `range`, `kms`, `preflight`, `signed-get`, `decode`; of an asset also `imported`, `object`,
    /// `storage`, `credentials`, `signed-host`.
    pub name: &'static str,
    pub bucket: Option<String>,
    pub key: Option<String>,
    /// What was called, such as `HeadObject`.
    pub call: Option<&'static str>,
    /// The HTTP status that came back.
    pub status: Option<u16>,
    /// The server's own code, such as `AccessDenied`.
    pub server_code: Option<String>,
    pub took_ms: u64,
    /// `passed`, `failed`, `skipped` or `warned`.
    pub verdict: &'static str,
    /// Stable and dotted, of what failed or is warned of.
    pub code: Option<String>,
    pub message: String,
    pub fix: Option<FixView>,
}

/// What to do about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Fix)]
pub struct FixView {
    pub text: String,
    /// A policy, trust policy or CORS configuration to paste.
    pub paste: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Diagnosis)]
pub struct DiagnosisView {
    /// `passed`, `warned` or `failed`.
    pub verdict: &'static str,
    /// The one check that failed: nothing behind it was asked.
    pub cause: Option<CheckView>,
    /// What works and could be better.
    pub warnings: Vec<CheckView>,
    pub checks: Vec<CheckView>,
    pub took_ms: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DiagnosisData {
    pub diagnosis: DiagnosisView,
}

impl CheckView {
    /// A check as the API shows it.
    pub fn of(check: &doctor::Check) -> Self {
        Self {
            name: check.subject.as_str(),
            bucket: check.bucket.clone(),
            key: check.key.clone(),
            call: check.call,
            status: check.status,
            server_code: check.said.clone(),
            took_ms: check.took_ms,
            verdict: check.verdict.as_str(),
            code: check.code.map(str::to_owned),
            message: check.message.clone(),
            fix: check.fix.as_ref().map(|fix| FixView {
                text: fix.text.clone(),
                paste: fix.paste.clone(),
            }),
        }
    }
}

impl DiagnosisView {
    /// Checks with what follows from them.
    pub fn of(checks: Vec<CheckView>, took_ms: u64) -> Self {
        let having = |verdict: &'static str| {
            checks
                .iter()
                .filter(move |check| check.verdict == verdict)
                .cloned()
        };
        let cause = having("failed").next();
        let warnings: Vec<_> = having("warned").collect();
        let verdict = match (&cause, warnings.is_empty()) {
            (Some(_), _) => "failed",
            (None, false) => "warned",
            (None, true) => "passed",
        };
        Self {
            verdict,
            cause,
            warnings,
            checks,
            took_ms,
        }
    }
}

/// Try a storage and name what is wrong with it
///
/// No check writes: HEAD, GET and OPTIONS to the buckets, POST to STS alone. With `Accept: application/x-ndjson`, a line
/// `{"check":…}` for each check as it ends, and `{"diagnosis":…}` at the end.
#[utoipa::path(post, path = "/v2/storages/{id}/test", tag = "storages", params(("id" = String, Path)),
    request_body = StorageTestBody,
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn test_saved(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<StorageTestBody>,
) -> ApiResult<Response> {
    let wish = Wish {
        buckets: body.buckets.unwrap_or_default(),
        object: body.object,
    };
    let organization = access.organization;
    let patient = patient_of(&hub, organization, parse_id(&id)?, wish).await?;
    answer(hub, organization, patient, &headers).await
}

/// Try a storage before it is saved
///
/// The secret is used and not kept. An external ID of another organization is refused. Answers as
/// `POST /v2/storages/{id}/test` does.
#[utoipa::path(post, path = "/v2/storages/test", tag = "storages", request_body = StorageFormTestBody,
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn test_form(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    headers: HeaderMap,
    Body(body): Body<StorageFormTestBody>,
) -> ApiResult<Response> {
    let organization = access.organization;
    let mut problems = Problems::default();
    let form = StorageForm {
        // A name is for the list of storages, which this one is not in.
        name: Some("test".to_owned()),
        ..body.storage
    };
    let checked = form.check(false, &mut problems);
    checked.require_complete(&mut problems);
    refuse_private_endpoint(&hub, &checked, &mut problems);
    problems.into_result()?;
    if let Some(external_id) = checked.external_id.clone() {
        let source = hub
            .db
            .read(move |tx| external_ids::find_own(tx, organization, external_id.as_str()))
            .await?;
        if hub.config.refuse_customer_external_ids && source != Some(ExternalIdSource::Hub) {
            return Err(customer_external_id());
        }
    }
    let wish = Wish {
        buckets: body.buckets.unwrap_or_default(),
        object: body.object,
    };
    let patient = patient_of_form(&hub, organization, &checked, &wish)?;
    answer(hub, organization, patient, &headers).await
}

async fn answer(
    hub: Arc<Hub>,
    organization: OrganizationId,
    patient: Patient,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    if !accepts_lines(headers) {
        let examining = Examining::of(&hub, organization).await?;
        let diagnosis = view(&examining.examine(&patient, &mut |_| ()).await);
        return Ok(Success(DiagnosisData { diagnosis }).into_response());
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    // It ends by itself within ten seconds, also when nobody listens any more.
    tokio::spawn(async move {
        let examining = match Examining::of(&hub, organization).await {
            Ok(examining) => examining,
            Err(error) => return drop(sender.send(line(&error_line(&error)))),
        };
        let mut tell = |check: &doctor::Check| {
            let _nobody_listens = sender.send(line(&json!({ "check": CheckView::of(check) })));
        };
        let diagnosis = view(&examining.examine(&patient, &mut tell).await);
        let _nobody_listens = sender.send(line(&json!({ "diagnosis": diagnosis })));
    });
    let body = ResponseBody::from_stream(lines(receiver));
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(NDJSON))];
    let mut response = (kind, body).into_response();
    response.extensions_mut().insert(LineByLine);
    Ok(response)
}

fn lines(receiver: mpsc::UnboundedReceiver<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|line| (Ok(line), receiver))
    })
}

fn line(value: &Value) -> Bytes {
    Bytes::from(format!("{value}\n"))
}

fn error_line(error: &ApiError) -> Value {
    json!({ "error": { "code": error.code, "message": error.message } })
}

fn view(diagnosis: &doctor::Diagnosis) -> DiagnosisView {
    let checks = diagnosis.checks.iter().map(CheckView::of).collect();
    DiagnosisView::of(checks, diagnosis.took_ms)
}

fn accepts_lines(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(NDJSON))
}
