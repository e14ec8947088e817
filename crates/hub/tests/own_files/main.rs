//! The hub's own storage: files are put and fetched by links that are good for one file, one method and a while.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]

mod links;
mod parts;
mod story;
mod uploads;
