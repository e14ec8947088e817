//! The frame around every answer: `{"status":"success","data":…}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of a successful answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// Always `success`.
    #[schema(example = "success")]
    pub status: &'static str,
    pub data: T,
}

/// The body of every other answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// `fail` when the request was at fault (4xx), `error` when the hub was (5xx).
    pub status: String,
    /// What happened, to what, and what to do.
    pub message: String,
    /// Stable and dotted: programs decide by this.
    pub code: String,
    /// Whatever else helps to mend the request.
    pub details: Option<serde_json::Value>,
}

/// 200 with data.
#[derive(Debug)]
pub struct Success<T>(pub T);

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        Json(Envelope {
            status: "success",
            data: self.0,
        })
        .into_response()
    }
}

/// 201 with data.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Success(self.0)).into_response()
    }
}
