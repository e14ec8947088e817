//! Importing lists: what is imported, what is refused by which name, and that nothing is ever half done.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]

mod assets;
mod bad_lists;
mod bad_rows;
mod batches;
mod changes;
mod cloud;
mod formats;
mod lifecycle;
mod policies;
mod running;
mod storages;
mod story;
mod uploads;
