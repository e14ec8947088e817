//! The outermost layer of every request: what S3 decides before and after the operation itself.
//!
//! A request passes these steps in order: it learns which faults strike it, preflights are answered, signatures are
//! judged by form and age, the protocol library verifies and dispatches, refusals get AWS's words, and every answer
//! gets its ids and CORS headers.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RANGE,
    SERVER, VARY,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Uri};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::dto::Range;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpRequest, HttpResponse};
use tokio::sync::watch;

use crate::access::{Gate, Secrets};
use crate::canonical;
use crate::cors::{CorsRequest, find_grant};
use crate::door;
use crate::facts::Facts;
use crate::faults::{self, Fault, Target};
use crate::keys;
use crate::preflight;
use crate::refusal::Refusal;
use crate::s3::Operations;
use crate::sts::{self, Sts};
use crate::time::http_date;
use crate::timing;
use crate::world::World;
use crate::xml;

/// The largest error document that is read back from the protocol library.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// The connection is closed in place of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
pub(crate) struct Cut;

/// S3 and STS behind one door.
#[derive(Clone)]
pub(crate) struct Edge {
    world: Arc<World>,
    /// True once the end was asked for.
    end: watch::Receiver<bool>,
    service: S3Service,
}

impl Edge {
    pub(crate) fn new(world: Arc<World>, end: watch::Receiver<bool>) -> Self {
        let mut builder = S3ServiceBuilder::new(Operations(Arc::clone(&world)));
        builder.set_auth(Secrets(Arc::clone(&world)));
        builder.set_access(Gate(Arc::clone(&world)));
        builder.set_route(Sts(Arc::clone(&world)));
        builder.set_host(world.hosts.clone());
        // Age and skew are judged here, by the clock that was handed in; the library must not judge them again.
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self {
            world,
            end,
            service: builder.build(),
        }
    }

    /// Answers one request; only a fault has it otherwise.
    pub(crate) async fn answer(&self, request: Request<hyper::body::Incoming>) -> Result<HttpResponse, Cut> {
        let (parts, body) = request.into_parts();
        let mut body = Body::from(body);
        let mut facts = Facts::of(&parts, &self.world.hosts);
        if door::is_for(&facts) {
            return Ok(door::answer(&self.world, &facts, body).await);
        }
        if !self.world.faults.is_empty() {
            // A role stands in the form. One that cannot be read is refused later, for what it is.
            let form = match facts.is_sts {
                true => body
                    .store_all_limited(sts::MAX_FORM_BYTES)
                    .await
                    .unwrap_or_default(),
                false => Bytes::new(),
            };
            facts.struck = self.world.faults.strike(&Target::of(&facts, &form, &self.world));
        }
        let facts = Arc::new(facts);
        let answered = self.answer_or_cut(&facts, parts, body).await;
        if let Some(log) = self.world.request_log.get() {
            log.add(&facts, answered.as_ref().ok().map(Response::status));
        }
        answered
    }

    async fn answer_or_cut(&self, facts: &Arc<Facts>, parts: Parts, body: Body) -> Result<HttpResponse, Cut> {
        if facts.struck.has(&Fault::Hang) {
            let _ = self.end.clone().wait_for(|ended| *ended).await;
            return Err(Cut);
        }
        if facts.struck.has(&Fault::CutConnection) {
            return Err(Cut);
        }
        let mut response = match self.admit(facts, &parts) {
            Ok(Some(headers)) => empty(StatusCode::OK, headers),
            Ok(None) => self.serve(facts, Request::from_parts(parts, body)).await,
            Err(refusal) => self.refuse(facts, refusal),
        };
        self.finish(facts, &mut response);
        if facts.struck.has(&Fault::CutBody) && response.status().is_success() {
            faults::cut_in_half(&mut response);
        }
        Ok(response)
    }

    /// The headers of a preflight's answer, or nothing where the operation itself must answer.
    fn admit(&self, facts: &Facts, parts: &Parts) -> Result<Option<HeaderMap>, Refusal> {
        if let Some(refusal) = faults::refusal(facts) {
            return Err(refusal);
        }
        if facts.method == Method::OPTIONS {
            return preflight::answer(&self.world, facts, &parts.headers).map(Some);
        }
        timing::check(facts, &parts.headers, facts.now_ms(&self.world))?;
        match faults::refusal_of_signature(facts, &parts.uri, &parts.headers) {
            Some(refusal) => Err(refusal),
            None => Ok(None),
        }
    }

    async fn serve(&self, facts: &Arc<Facts>, mut request: HttpRequest) -> HttpResponse {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        drop_useless_range(facts, &mut request);
        request.extensions_mut().insert(Arc::clone(facts));
        let response = match self.service.call(request).await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(?error, "the protocol library failed");
                empty(StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new())
            }
        };
        let status = response.status();
        if status.is_success() {
            return response;
        }
        let refusal = match facts.take_refusal() {
            Some(refusal) => refusal,
            None => self.explain(facts, response, &uri, &headers).await,
        };
        self.refuse(facts, refusal)
    }

    /// Gives a failure that the protocol library found AWS's words and elements.
    async fn explain(
        &self,
        facts: &Facts,
        mut response: HttpResponse,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Refusal {
        let status = response.status();
        let bytes = response
            .body_mut()
            .store_all_limited(MAX_ERROR_BYTES)
            .await
            .unwrap_or_default();
        let document = String::from_utf8_lossy(&bytes);
        let code = xml::element(&document, "Code").unwrap_or_else(|| "InternalError".to_owned());
        let said = xml::element(&document, "Message");
        if facts.is_sts {
            return sts::in_sts_words(&code, said.as_deref().unwrap_or_default());
        }
        match (code.as_str(), facts.signature()) {
            ("SignatureDoesNotMatch", Some(signature)) => canonical::mismatch(facts, signature, uri, headers),
            ("InvalidAccessKeyId", Some(signature)) => {
                Refusal::invalid_access_key_id(&signature.access_key_id)
            }
            ("InvalidRequest", Some(_))
                if said.as_deref() == Some("missing header: x-amz-content-sha256") =>
            {
                let message = "Missing required header for this request: x-amz-content-sha256";
                Refusal::bad_request(&code, message)
            }
            _ => Refusal::new(
                status,
                &code,
                said.unwrap_or_else(|| default_message(&code).to_owned()),
            ),
        }
    }

    fn refuse(&self, facts: &Facts, refusal: Refusal) -> HttpResponse {
        let random = &*self.world.ambient.random;
        tracing::debug!(code = %refusal.code, message = %refusal.message, "refused");
        let mut headers = HeaderMap::new();
        let document = if facts.is_sts {
            let request_id = keys::uuid(random);
            insert(&mut headers, "x-amzn-requestid", &request_id);
            xml::sts_error(&refusal, &request_id)
        } else {
            let (request_id, host_id) = (keys::request_id(random), keys::host_id(random));
            insert(&mut headers, "x-amz-request-id", &request_id);
            insert(&mut headers, "x-amz-id-2", &host_id);
            xml::s3_error(&refusal, &request_id, &host_id)
        };
        if let Some(region) = self.region_to_tell(facts, &refusal) {
            insert(&mut headers, "x-amz-bucket-region", &region);
        }
        for (name, value) in &refusal.headers {
            insert(&mut headers, name, value);
        }
        if matches!(facts.method, Method::PUT | Method::POST) {
            // The body may not have been read: nothing more can follow on this connection.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let mut response = empty(refusal.status, headers);
        if refusal.status == StatusCode::NOT_MODIFIED {
            return response;
        }
        let media_type = if facts.is_sts {
            "text/xml"
        } else {
            "application/xml"
        };
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        if facts.method != Method::HEAD {
            *response.body_mut() = Body::from(document);
        }
        response
    }

    /// S3 tells a bucket's region even to those who may not enter it.
    fn region_to_tell(&self, facts: &Facts, refusal: &Refusal) -> Option<String> {
        let about_bucket = facts.key.is_none() && refusal.status == StatusCode::FORBIDDEN;
        if !about_bucket || facts.method == Method::OPTIONS {
            return None;
        }
        let bucket = facts.bucket_in(&self.world)?;
        Some(facts.region_of(&bucket).to_owned())
    }

    /// What every answer carries, whatever it says.
    fn finish(&self, facts: &Facts, response: &mut Response<Body>) {
        let random = &*self.world.ambient.random;
        let listed = response.status().is_success() && facts.parameter("list-type").is_some();
        let headers = response.headers_mut();
        if let Some(bucket) = facts.bucket_in(&self.world).filter(|_| listed) {
            insert(headers, "x-amz-bucket-region", facts.region_of(&bucket));
        }
        if !facts.is_sts {
            headers.insert(SERVER, HeaderValue::from_static("AmazonS3"));
            for (name, id) in [
                ("x-amz-request-id", keys::request_id(random)),
                ("x-amz-id-2", keys::host_id(random)),
            ] {
                if !headers.contains_key(name) {
                    insert(headers, name, &id);
                }
            }
        } else if !headers.contains_key("x-amzn-requestid") {
            insert(headers, "x-amzn-requestid", &keys::uuid(random));
        }
        if facts.method != Method::OPTIONS {
            self.add_cors(facts, headers);
        }
        if facts.struck.has(&Fault::NoVary) {
            headers.remove(VARY);
        }
        if facts.struck.has(&Fault::OriginTwice) && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        if facts.struck.skew_ms() != 0
            && let Ok(date) = HeaderValue::from_str(&http_date(facts.now_ms(&self.world)))
        {
            headers.insert(DATE, date);
        }
    }

    /// A browser may read an answer, errors included, when a rule of the bucket allows its origin.
    fn add_cors(&self, facts: &Facts, headers: &mut HeaderMap) {
        let (Some(origin), Some(bucket)) = (&facts.origin, facts.bucket_in(&self.world)) else {
            return;
        };
        let request = CorsRequest {
            origin: origin.clone(),
            method: facts.method.to_string(),
            headers: Vec::new(),
        };
        if let Some(grant) = find_grant(&facts.cors_of(&bucket), &request) {
            grant.write(headers);
        }
    }
}

/// S3 ignores a Range that it cannot read, and more than one range at once; the protocol library would refuse
/// them. A signed header must stay as it is.
fn drop_useless_range(facts: &Facts, request: &mut HttpRequest) {
    let Some(range) = &facts.range else { return };
    let signed = facts
        .signature()
        .is_some_and(|s| s.signed_headers.iter().any(|name| name == "range"));
    if !signed && Range::parse(range).is_err() {
        request.headers_mut().remove(RANGE);
    }
}

/// S3's words for codes that the protocol library gives without any.
fn default_message(code: &str) -> &'static str {
    match code {
        "InvalidURI" => "Couldn't parse the specified URI.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        _ => "We encountered an internal error. Please try again.",
    }
}

fn empty(status: StatusCode, headers: HeaderMap) -> HttpResponse {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
