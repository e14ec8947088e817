//! Assets: listed, filtered, changed, signed, and why one is seen or not.

mod answer_filters;
mod changes;
pub mod extra;
pub mod filters;
mod label_tasks;
pub mod list;
mod probes;
pub mod signing;
pub mod way;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::api::http::methods::by_get_alone;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(changes::router())
        .merge(way::router())
        .merge(by_get_alone(signing::router()))
        .merge(probes::router())
}
