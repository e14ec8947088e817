//! How lists of assets come in and how labels go out.
//!
//! In: bytes of JSON, NDJSON, CSV or TSV, plain or gzipped, become rows, one at a time. [`ListReader`] reads any
//! `std::io::Read` and yields [`Row`]s: the element's index, its byte offset, and either an [`ImportedAsset`] or every
//! reason why it is refused. Memory stays flat at any length, and the answer is the same however the bytes arrive.
//!
//! Out: [`raster`] turns shapes into a [`mask::Mask`], [`compose`] several of them into one picture, [`rle`] and [`png`]
//! write them, [`labels`] writes tasks as JSON, COCO and masks, and [`zip`] packs files into one.
//!
//! [`image`] reads how large a picture is from the first bytes of its file.
//!
//! No input makes this crate panic. Nothing here opens a file or a socket, and nothing here knows what an address
//! means: that is the model's business.

pub mod asset;
pub mod compose;
pub mod detect;
mod error;
pub mod image;
pub mod labels;
mod limits;
pub mod mask;
pub mod png;
pub mod raster;
pub mod report;
pub mod rle;
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
