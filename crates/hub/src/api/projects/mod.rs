//! Projects: what assets are imported into, how they are labeled, and how that stands.

mod archive;
pub mod batches;
mod category_schema;
pub mod clone;
mod overview;
mod project;
mod stages;
mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(project::router())
        .merge(category_schema::router())
        .merge(clone::router())
        .merge(archive::router())
        .merge(overview::router())
        .merge(batches::router())
}
