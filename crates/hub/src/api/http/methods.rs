//! Methods that an endpoint does not have.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;

use crate::error::ApiError;
use crate::hub::Hub;

/// Endpoints that hand something out to whoever asks by GET. A HEAD would be handed nothing, so that it is refused
/// instead of being put on record.
pub fn by_get_alone(router: OpenApiRouter<Arc<Hub>>) -> OpenApiRouter<Arc<Hub>> {
    router.layer(middleware::from_fn(refuse_head))
}

async fn refuse_head(request: Request, next: Next) -> Response {
    match *request.method() {
        Method::HEAD => wrong_method(request).await.into_response(),
        _ => next.run(request).await,
    }
}

/// What is answered to a method that an endpoint does not have.
pub async fn wrong_method(request: Request) -> ApiError {
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
