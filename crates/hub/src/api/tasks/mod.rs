//! Tasks: listed, handed out, labeled, reviewed, requeued.

mod annotate;
mod assignment;
mod filter;
mod filter_values;
mod history;
mod list;
mod queue;
mod requeue;
mod review;
mod show;
pub mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

pub use filter_values::time as time_of_filter;

use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(queue::router())
        .merge(show::router())
        .merge(annotate::router())
        .merge(review::router())
        .merge(history::router())
        .merge(assignment::router())
        .merge(requeue::router())
}
