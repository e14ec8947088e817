//! What was done, what is being done, and which signed URLs were given out.

mod audit_records;
mod running_jobs;
mod url_record_file;
mod url_records;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(url_records::router())
        .merge(url_record_file::router())
        .merge(audit_records::router())
        .merge(running_jobs::router())
}
