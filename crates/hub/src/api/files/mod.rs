//! Files of the hub's own storage: where to upload them, what came already, and the files themselves.

mod by_link;
mod upload_urls;
mod uploads;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::api::http::methods::by_get_alone;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(by_get_alone(upload_urls::router()))
        .merge(uploads::router())
        .merge(by_link::router())
}
