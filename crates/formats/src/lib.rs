//! How lists of assets come in: bytes of JSON, NDJSON, CSV or TSV, plain or gzipped, become rows, one at a time.
//!
//! [`ListReader`] reads any `std::io::Read` and yields [`Row`]s: the element's index, its byte offset, and either an
//! [`ImportedAsset`] or every reason why it is refused. Memory stays flat at any length, the answer is the same
//! however the bytes arrive, and no input makes this crate panic. Nothing here opens a file or a socket, and nothing
//! here knows what an address means: that is the model's business.

pub mod asset;
pub mod detect;
mod error;
mod limits;
pub mod report;
mod rows;
pub mod split;
mod table;
mod window;
pub mod zip;

pub use asset::{AssetData, Attachment, AttachmentKind, ImportedAsset, JsonText, Labels, RowProblem};
pub use detect::Format;
pub use error::{ListError, ListFault};
pub use limits::{DEPTH_MAX, Limits};
pub use rows::{ListReader, Options, Position, Row};
