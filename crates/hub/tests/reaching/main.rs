//! Ways to buckets: where they are, however that is learned, and the way to one asset.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod moved;
mod new_buckets;
mod roles;
mod story;
mod ways;
