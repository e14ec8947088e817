//! The HTTP API: a folder for each subject, in it a file for each family of endpoints; one router, and one OpenAPI
//! document made from the same lines.

mod activity;
pub mod assets;
pub mod exports;
mod files;
pub mod http;
pub mod imports;
pub mod people;
pub mod projects;
pub mod service;
pub mod storages;
mod tasks;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::hub::Hub;

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
        .merge(people::router())
        .merge(projects::router())
        .merge(storages::router())
        .merge(imports::router())
        .merge(assets::router())
        .merge(tasks::router())
        .merge(exports::router())
        .merge(files::router())
        .merge(activity::router())
}

/// The OpenAPI 3.1 document, as pretty JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    http::document::to_json(endpoints().to_openapi())
}
