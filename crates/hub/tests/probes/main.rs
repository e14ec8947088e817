//! Header probes: which bytes the hub reads, what it learns from them, and that it reads none where it may not.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod known;
mod measuring;
mod permission;
mod story;
mod waiting;
