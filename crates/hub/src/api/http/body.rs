//! Reading JSON bodies, with our own words for what is wrong with them.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The body as `T`. Any Content-Type is taken, because clients differ; the body decides.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        parse(&read(request, state).await?).map(Self)
    }
}

/// No body, or an empty object: whoever sends more wants something that is not done here, and is told so.
#[derive(Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}

        let bytes = read(request, state).await?;
        if !bytes.is_empty() {
            parse::<Option<Empty>>(&bytes)?;
        }
        Ok(Self)
    }
}

/// All of a body.
pub async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let status = rejection.status();
        ApiError::new(
            status,
            "request.body_unreadable",
            format!("The body could not be read: {rejection}."),
        )
    })
}

/// A body as `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        ApiError::invalid(
            "request.body_invalid",
            format!("The body is not the JSON that is needed here: {error}."),
        )
    })
}
