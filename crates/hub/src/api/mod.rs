//! The HTTP API: one file per family of endpoints, one router, one OpenAPI document made from the same lines.

mod answer_filters;
pub mod api_keys;
pub mod asset_changes;
mod asset_extra;
mod asset_filters;
mod asset_tasks;
mod asset_way;
pub mod assets;
mod audit_records;
pub mod batches;
pub mod body;
pub mod category_schema;
pub mod cloud_import;
mod diagnosis;
pub mod docs;
mod document;
mod download;
pub mod exports;
pub mod file_explorer;
pub mod files;
pub mod identity;
mod import_report;
pub mod imports;
pub mod invitation_acceptance;
pub mod invitations;
pub mod label_import;
pub mod organization_users;
pub mod organizations;
pub mod paths;
pub mod probes;
mod project_archive;
pub mod project_clone;
pub mod project_members;
mod project_overview;
mod project_people;
pub mod projects;
pub mod query;
mod record_file;
mod running_jobs;
pub mod sessions;
pub mod setup;
pub mod signing;
pub mod stages;
pub mod storage_changes;
pub mod storage_form;
pub mod storage_projects;
pub mod storage_setup;
pub mod storage_test;
pub mod storage_trust;
mod storage_view;
pub mod storages;
pub mod tasks;
pub mod time;
pub mod upload_urls;
pub mod uploads;
mod url_record_file;
pub mod url_records;
pub mod withheld;
pub mod words;

use std::sync::Arc;

use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use tower::Layer as _;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::auth::caller::Caller;
use crate::error::ApiError;
use crate::hub::Hub;
use crate::page_policy::{self, View};
use crate::try_out;

/// The largest JSON body, in bytes; lists of assets are streamed and have no such bound.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Insitu",
        description = "Label data that stays in its owner's bucket. Send an API key in the header `apikey`, or sign in for a session cookie. Every answer is `{\"status\":\"success\",\"data\":…}` or `{\"status\":\"fail\"|\"error\",\"message\",\"code\",\"details\"}`."
    ),
    components(schemas(crate::envelope::ErrorBody))
)]
struct Document;

fn endpoints() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(setup::router())
        .merge(sessions::router())
        .merge(api_keys::router())
        .merge(organizations::router())
        .merge(organization_users::router())
        .merge(invitations::router())
        .merge(invitation_acceptance::router())
        .merge(projects::router())
        .merge(category_schema::router())
        .merge(project_members::router())
        .merge(project_people::router())
        .merge(project_clone::router())
        .merge(project_archive::router())
        .merge(project_overview::router())
        .merge(batches::router())
        .merge(storages::router())
        .merge(file_explorer::router())
        .merge(storage_changes::router())
        .merge(storage_setup::router())
        .merge(storage_projects::router())
        .merge(storage_trust::router())
        .merge(identity::router())
        .merge(storage_test::router())
        .merge(imports::router())
        .merge(cloud_import::router())
        .merge(assets::router())
        .merge(asset_changes::router())
        .merge(asset_way::router())
        .merge(signing::router())
        .merge(tasks::router())
        .merge(label_import::router())
        .merge(upload_urls::router())
        .merge(uploads::router())
        .merge(url_records::router())
        .merge(url_record_file::router())
        .merge(audit_records::router())
        .merge(files::router())
        .merge(exports::router())
        .merge(running_jobs::router())
        .merge(probes::router())
}

/// The OpenAPI 3.1 document, as pretty JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    document::to_json(endpoints().to_openapi())
}

/// The whole hub as one service.
pub fn router(hub: Arc<Hub>) -> Router {
    let (api, _document) = endpoints().split_for_parts();
    let routes = api
        .merge(docs::router())
        .fallback(not_the_api)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(close_after_refused_bodies))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(middleware::map_response_with_state(
            hub.clone(),
            add_security_headers,
        ))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_whole)))
        .layer(TraceLayer::new_for_http().make_span_with(request_span))
        .with_state(hub);
    // Routing reads the path before any layer of a router runs, so paths are put in order around it.
    Router::new().fallback_service(MapRequestLayer::new(paths::normalize_request).layer(routes))
}

async fn not_the_api(
    State(hub): State<Arc<Hub>>,
    caller: Result<Option<Caller>, ApiError>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if path == "/v2" || path.starts_with("/v2/") {
        return ApiError::new(
            StatusCode::NOT_FOUND,
            "request.no_such_endpoint",
            format!(
                "There is no endpoint {} {path}. The endpoints are listed at /docs.",
                request.method()
            ),
        )
        .into_response();
    }
    let page = crate::web::serve(request.uri().clone()).await;
    let caller = caller.ok().flatten();
    match caller {
        Some(caller) if is_html(&page) => {
            let view = View::of(caller.user, request.headers(), path);
            with_policy_of(&hub, view, page).await
        }
        Some(caller) if let Some(leave) = try_out::leave_in(request.uri()) => {
            try_out::with_policy(&hub, caller.user, leave, page)
        }
        _ => page,
    }
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The page with the policy of whoever opens it; that of nobody while the database does not answer.
async fn with_policy_of(hub: &Arc<Hub>, view: View, mut page: Response) -> Response {
    let asked = hub.clone();
    let policy = hub
        .db
        .read(move |tx| page_policy::of_view(tx, &asked, &view))
        .await;
    match policy {
        Ok(policy) => {
            page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Err(error) => tracing::error!(%error, "where a page may fetch from could not be looked up"),
    }
    page
}

async fn wrong_method(request: Request) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "request.method_not_allowed",
        format!(
            "{} is not a method of {}. The endpoints are listed at /docs.",
            request.method(),
            request.uri().path()
        ),
    )
}

/// What the log says of a request: never its query, nor the secret in an invitation's address.
fn request_span(request: &Request) -> tracing::Span {
    let path = request.uri().path();
    let path = if path.contains("/invitation") {
        "/v2/invitations/…"
    } else {
        path
    };
    tracing::debug_span!("request", method = %request.method(), path)
}

/// A refusal may come before the body was read, and what is left of it would be taken for the next request: such a
/// connection is closed, and the client is told, so that it does not send that request into nothing.
async fn close_after_refused_bodies(request: Request, next: middleware::Next) -> Response {
    let has_body = !request.body().is_end_stream();
    let mut response = next.run(request).await;
    if has_body && !response.status().is_success() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What can be fetched in parts is sent as it is, or the parts would not fit together; and so are lines that come one
/// by one, or they would be held back until there are many.
fn is_whole(
    _: StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    extensions: &axum::http::Extensions,
) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES) && extensions.get::<storage_test::LineByLine>().is_none()
}

fn answer_panic(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    ApiError::internal(text).into_response()
}

async fn add_security_headers(State(hub): State<Arc<Hub>>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert_with(|| page_policy::of_nobody(&hub.public_url));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
