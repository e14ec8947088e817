//! Looking into buckets and importing from them: what is seen, what is taken, and what every refusal is called.

#![expect(
    clippy::unwrap_used,
    reason = "tests stop at the first thing that is not as it should be"
)]

mod importing;
mod looking;
mod picking;
mod story;
