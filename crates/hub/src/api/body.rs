//! Reading JSON bodies, with our own words for what is wrong with them.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The body as `T`. Any Content-Type is taken, because clients differ; the body decides.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            ApiError::new(
                status,
                "request.body_unreadable",
                format!("The body could not be read: {rejection}."),
            )
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::invalid(
                "request.body_invalid",
                format!("The body is not the JSON that is needed here: {error}."),
            )
        })
    }
}
