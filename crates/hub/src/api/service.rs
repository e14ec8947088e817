//! The whole hub as one service: the API, and the pages for everything else, with what every answer has in common.

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

use super::endpoints;
use super::http::methods::wrong_method;
use super::http::{docs, paths};
use super::storages::doctor::LineByLine;
use crate::auth::caller::Caller;
use crate::error::ApiError;
use crate::hub::Hub;
use crate::page_policy::{self, View};
use crate::{panics, try_out};

/// The largest JSON body, in bytes; lists of assets are streamed and have no such bound.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What proxies, nginx above all, are told by that an answer is to be passed on as it comes.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

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
            add_common_headers,
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
    !headers.contains_key(header::ACCEPT_RANGES) && extensions.get::<LineByLine>().is_none()
}

fn answer_panic(cause: Box<dyn std::any::Any + Send>) -> Response {
    ApiError::internal(panics::words_of(&*cause)).into_response()
}

async fn add_common_headers(State(hub): State<Arc<Hub>>, mut response: Response) -> Response {
    let comes_by_line = response.extensions().get::<LineByLine>().is_some();
    let headers = response.headers_mut();
    if comes_by_line {
        // A proxy before the hub would hold the lines back until it had many, or all.
        headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
    }
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde_json::json;
    use tower::ServiceExt as _;

    use super::*;
    use crate::testing::TestHub;

    #[tokio::test]
    async fn what_comes_line_by_line_is_told_proxies_to_be_passed_on_at_once_and_nothing_else_is() {
        let hub = TestHub::start().await;
        let ada = hub.owner("Acme").await;
        for (accept, said) in [("application/x-ndjson", Some("no")), ("application/json", None)] {
            // Nobody listens there, so the test ends at once.
            let storage = json!({ "provider": "AWS", "accessType": "IAM_USER", "region": "eu-central-1",
                "endpoint": "http://127.0.0.1:1", "publicKey": "AKIAIOSFODNN7EXAMPLE",
                "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1" });
            let form = json!({ "storage": storage, "object": "s3://photos/a.jpg" });
            let request = Request::post("/v2/storages/test")
                .header("apikey", &ada.key)
                .header(header::ACCEPT, accept)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(form.to_string()));
            let answer = hub.router().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{accept}");
            let header = answer.headers().get("x-accel-buffering");
            assert_eq!(header.map(|value| value.to_str().unwrap()), said, "{accept}");
        }
    }
}
