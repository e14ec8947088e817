//! The import pipeline: a list arrives or is written from a listing of a bucket, its rows become assets in batches, and
//! the assets become visible at once.
//!
//! The way of a row: `receive` takes the list into the `spool`, or `listing` writes it there; once the `worker` has claimed
//! the import, `read_rows` reads ahead of it, `resolve` makes an asset of every row or names its problems, and the worker
//! writes them.

mod asset_sources;
mod extra;
pub mod keep;
pub mod list_batches;
mod list_file;
mod listing;
pub mod lookup;
pub mod pre_labels;
mod read_rows;
pub mod receive;
pub mod record;
mod resolve;
mod row_addresses;
pub mod source;
pub mod spool;
mod uploaded;
mod worker;

pub use listing::is_listing;
pub use worker::format_of;

/// Uploads that arrive at the same time.
pub const MAX_UPLOADS: usize = 64;
/// Imports of one organization that wait or run.
pub const MAX_ACTIVE_IMPORTS: usize = 200;
/// What the reason of a cancelled import says.
pub const CANCELLED_REASON: &str = "import.cancelled";
