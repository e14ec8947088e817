//! The words of the trade: ids, names, roles, storages, imports, the addresses of assets, category schemas and answers.
//!
//! Everything here is parsed once, at the edge, into a type that cannot hold a wrong value; nothing here does any
//! I/O, reads a clock, or panics on any input. What cannot be parsed is refused with an error whose `code()` is
//! stable and whose message says what happened, to what, and what to do next.

#[macro_use]
mod newtype;
#[macro_use]
mod word;

pub mod address;
pub mod ambient;
pub mod answer;
pub mod arn;
pub mod audit;
pub mod bucket;
pub mod credentials;
pub mod endpoint;
pub mod export;
pub mod external_id;
pub mod geometry;
pub mod host;
pub mod id;
pub mod import;
pub mod job;
pub mod own_file;
pub mod prefix;
pub mod problem;
pub mod region;
pub mod role;
pub mod schema;
pub mod storage;
pub mod task;
pub mod text;
pub mod url_record;

pub use word::UnknownWord;
