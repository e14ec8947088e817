//! Storages: connecting and changing them, trust in their roles, the doctor, and what lies in their buckets.

mod changes;
mod checked;
pub mod diagnosis;
pub mod doctor;
mod file_explorer;
mod form;
mod identity;
mod projects;
mod role_seen;
mod setup;
pub mod storage;
mod trust;
mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::api::http::methods::by_get_alone;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(storage::router())
        .merge(by_get_alone(file_explorer::router()))
        .merge(changes::router())
        .merge(setup::router())
        .merge(projects::router())
        .merge(trust::router())
        .merge(identity::router())
        .merge(doctor::router())
}
