//! Tasks by the API: handed out, saved, submitted, reviewed, listed, requeued.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod labeling;
mod managing;
mod support;
