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
use insitu_cloud::credentials::Grant;
use insitu_cloud::doctor::{self, Patient, Sample, Tell};
use insitu_cloud::presign::Signer;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::role::{Right, allows};
use insitu_model::url_record::UrlPurpose;
use insitu_store::external_ids;
use insitu_store::role_proofs::{self, Line};
use insitu_store::storage_checks::{self, StorageCheck};
use insitu_store::storages::{self, ExternalIdSource};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::diagnosis::{CheckView, DiagnosisData, DiagnosisView, SampleView};
use super::form::{Problems, StorageForm};
use super::role_seen::RoleSeen;
use super::storage::{
    customer_external_id, external_id_given, parse_id, refuse_private_endpoint, refuse_region_without_sts,
};
use super::trust::refuse_role_of_another;
use crate::api::http::body::Body;
use crate::api::http::time::iso;
use crate::auth::access::{Org, right};
use crate::auth::at_once::Place;
use crate::auth::peer::Peer;
use crate::cloud_access::{
    Examining, ReachedStorage, Wish, Withheld, note_all_there, patient_of, patient_of_unsaved,
};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::ledger::{self, Holder};
use crate::try_out;

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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StorageTestBody {
    /// Names of buckets, 5 at most.
    pub buckets: Option<Vec<String>>,
    /// Address of an object, such as `s3://bucket/key`.
    pub object: Option<String>,
    /// Whether to sign the URL of the object that was tried, so that a browser can try it, too. Takes the right to manage
    /// storages.
    pub sign_sample: Option<bool>,
}

/// A storage that is not saved yet, and what to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StorageFormTestBody {
    /// As it would be saved; it needs no name. Its secret is used and not kept.
    pub storage: StorageForm,
    /// Names of buckets, 5 at most.
    pub buckets: Option<Vec<String>>,
    /// Address of an object, such as `s3://bucket/key`.
    pub object: Option<String>,
    /// Whether to sign the URL of the object that was tried, so that a browser can try it, too.
    pub sign_sample: Option<bool>,
}

/// Try a storage and name what is wrong with it
///
/// No check writes: HEAD, GET and OPTIONS to the buckets, POST to STS alone. With `Accept: application/x-ndjson`, a line
/// `{"check":…}` for each check as it ends, and `{"diagnosis":…}` at the end. With `signSample` it holds a signed URL for
/// whoever manages storages, which is on record as every other. Others are told the cause without access key, role and
/// external ID.
#[utoipa::path(post, path = "/v2/storages/{id}/test", tag = "storages", params(("id" = String, Path)),
    request_body = StorageTestBody,
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn test_saved(
    State(hub): State<Arc<Hub>>,
    access: Org<right::UseStorages>,
    peer: Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<StorageTestBody>,
) -> ApiResult<Response> {
    let wish = Wish {
        buckets: body.buckets.unwrap_or_default(),
        object: body.object,
    };
    let (organization, id) = (access.organization, parse_id(&id)?);
    let manages = allows(Right::ManageStorages, access.role, None);
    let wants_sample = body.sign_sample.unwrap_or(false) && manages;
    let holder = wants_sample.then(|| Holder::in_organization(&access, peer));
    let place = hub.examinations.enter(access.caller.user)?;
    let reached = ReachedStorage::get(&hub, organization, id).await?;
    let withheld = (!manages).then(|| reached.withheld());
    let saved = Some(Saved {
        organization,
        storage: id,
        revision: reached.revision(),
        keeps_the_end: wish.object.is_none() && (wish.buckets.is_empty() || manages),
    });
    let patient = patient_of(&hub, organization, id, wish).await?;
    if matches!(patient.grant, Grant::Role(_)) {
        hub.role_throttle.check_saved(access.caller.user)?;
    }
    let test = Test {
        patient,
        holder,
        saved,
        withheld,
        _place: place,
    };
    answer(hub, organization, test, &headers).await
}

/// Try a storage before it is saved
///
/// The secret is used and not kept. An external ID of another organization is refused. Answers as
/// `POST /v2/storages/{id}/test` does. A user tries thirty roles at once, and thirty a minute after that.
#[utoipa::path(post, path = "/v2/storages/test", tag = "storages", request_body = StorageFormTestBody,
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn test_form(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageStorages>,
    peer: Peer,
    headers: HeaderMap,
    Body(body): Body<StorageFormTestBody>,
) -> ApiResult<Response> {
    let organization = access.organization;
    let place = hub.examinations.enter(access.caller.user)?;
    let mut problems = Problems::default();
    let form = StorageForm {
        // A name is for the list of storages, which this one is not in.
        name: Some("test".to_owned()),
        ..body.storage
    };
    let checked = form.check(false, &mut problems);
    checked.require_complete(&mut problems);
    refuse_private_endpoint(&hub, &checked, &mut problems);
    refuse_region_without_sts(&hub, checked.access_type(), &checked, &mut problems);
    problems.into_result()?;
    if checked.role_arn.is_some() {
        hub.role_throttle.check(access.caller.user)?;
    }
    if let Some(external_id) = checked.external_id.clone() {
        let role = checked.role_arn.as_ref().map(ToString::to_string);
        let source = hub
            .db
            .read(move |tx| {
                let source = external_ids::find_own(tx, organization, external_id.as_str())
                    .map_err(external_id_given)?;
                if let Some(role) = &role {
                    refuse_role_of_another(tx, organization, role, source)?;
                }
                Ok::<_, ApiError>(source)
            })
            .await?;
        if hub.config.refuse_customer_external_ids && source != Some(ExternalIdSource::Hub) {
            return Err(customer_external_id());
        }
    }
    let wish = Wish {
        buckets: body.buckets.unwrap_or_default(),
        object: body.object,
    };
    let wants_sample = body.sign_sample.unwrap_or(false);
    let holder = wants_sample.then(|| Holder::in_organization(&access, peer));
    let patient = patient_of_unsaved(&hub, organization, checked.into_unsaved()?, &wish)?;
    let test = Test {
        patient,
        holder,
        saved: None,
        withheld: None,
        _place: place,
    };
    answer(hub, organization, test, &headers).await
}

/// What is tried, and who is handed the URL of the object that was, if anybody.
struct Test {
    patient: Patient,
    holder: Option<Holder>,
    /// The storage that learns from the test.
    saved: Option<Saved>,
    /// What whoever asks is not told; none: they manage storages, and are told everything.
    withheld: Option<Withheld>,
    _place: Place,
}

#[derive(Clone, Copy)]
struct Saved {
    organization: OrganizationId,
    storage: StorageId,
    /// What was tested: of a storage that changed meanwhile the test says nothing.
    revision: i64,
    /// Whether it remembers how the test ended: not of one object, nor of a bucket that no manager of storages named.
    keeps_the_end: bool,
}

impl Test {
    async fn run(&self, hub: &Hub, examining: &Examining<'_>, tell: &mut Tell<'_>) -> DiagnosisView {
        let (found, sample) = examining.examine(&self.patient, tell).await;
        let checks = found.checks.iter().map(CheckView::of).collect();
        let mut diagnosis = DiagnosisView::of(checks, found.took_ms);
        if let (Some(holder), Some(sample)) = (&self.holder, sample) {
            // A URL that cannot be written down is not given out; the hub's own checks hold without it.
            diagnosis.sample = sign_sample(hub, holder, &self.patient, &sample)
                .inspect_err(|error| tracing::warn!(code = %error.code, "no browser tries this storage: {}", error.message))
                .ok();
        }
        if let Some(saved) = self.saved {
            hub.cloud.learn_from_test(saved.storage, &found);
            saved.learn(hub, &diagnosis, RoleSeen::of(&found)).await;
            if diagnosis.verdict == "passed" {
                note_all_there(hub, (saved.organization, saved.storage), &self.patient).await;
            }
        }
        diagnosis.told(self.withheld.as_ref())
    }
}

impl Saved {
    /// Keeps how the test ended, and has the role tried at once where it was seen otherwise than known: the proof decides.
    async fn learn(self, hub: &Hub, diagnosis: &DiagnosisView, seen: Option<RoleSeen>) {
        let cause = diagnosis.doubt();
        let now = hub.clock.now_ms();
        let check = StorageCheck {
            checked_at: now,
            cause: cause.map(|cause| (cause.code.clone().unwrap_or_default(), cause.message.clone())),
            buckets_tested: u32::try_from(diagnosis.buckets_tested).unwrap_or(u32::MAX),
            buckets_failed: diagnosis.buckets_failed.clone(),
        };
        let Self {
            organization,
            storage,
            revision,
            keeps_the_end,
        } = self;
        let learned = hub
            .db
            .write(move |tx| {
                if keeps_the_end {
                    storage_checks::put(tx, organization, storage, revision, &check)?;
                }
                let known = storages::get(tx, organization, storage)?.proof;
                let is_news = seen
                    .as_ref()
                    .zip(known)
                    .is_some_and(|(seen, known)| seen.is_news_to(&known));
                if is_news {
                    role_proofs::request(tx, organization, storage, Line::WaitedFor, now)?;
                }
                Ok::<_, insitu_store::Error>(is_news)
            })
            .await;
        match learned {
            Ok(true) => hub.jobs.awaited_proofs.one_arrived(),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%storage, %error, "what the test of a storage found was not kept");
            }
        }
    }
}

fn sign_sample(hub: &Hub, holder: &Holder, patient: &Patient, sample: &Sample) -> ApiResult<SampleView> {
    let signed = Signer::new(sample.credentials.clone())
        .sign(
            &sample.region,
            patient.endpoint.as_ref(),
            sample.bucket.as_str(),
            &sample.object.key,
            sample.object.version.as_deref(),
            hub.config.signed_url_ttl,
            hub.clock.now_ms(),
        )
        .map_err(|error| ApiError::invalid(error.code(), format!("{error}.")))?;
    ledger::note_url(hub, holder, UrlPurpose::Test, &signed.url, signed.expires_at_ms)?;
    let leave = try_out::leave(hub, holder.user(), &signed.url)?;
    Ok(SampleView {
        bucket: sample.bucket.to_string(),
        key: sample.object.key.clone(),
        url: signed.url,
        leave,
        expires_at: iso(signed.expires_at_ms),
    })
}

async fn answer(
    hub: Arc<Hub>,
    organization: OrganizationId,
    test: Test,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    if !accepts_lines(headers) {
        let examining = Examining::of(&hub, organization).await?;
        let diagnosis = test.run(&hub, &examining, &mut |_| ()).await;
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
            let _nobody_listens = sender.send(line(
                &json!({ "check": CheckView::of(check).told(test.withheld.as_ref()) }),
            ));
        };
        let diagnosis = test.run(&hub, &examining, &mut tell).await;
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

fn accepts_lines(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(NDJSON))
}
