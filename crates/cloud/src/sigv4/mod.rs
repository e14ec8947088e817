//! Signature version 4: the proof, sent with a request, that its sender knows a secret key.
//!
//! A request is written in one canonical form, hashed, and the hash is signed with a key derived from the secret, the
//! day, the region and the service. S3 escapes the path once and never tidies it, so that every legal key survives.
//! The tests of this crate hold every byte to what botocore writes (`vectors/`).

mod encode;
mod headers;
mod key;
mod query;
mod time;

pub use encode::{encode_form, encode_path, encode_query, write_path};
pub use headers::{EMPTY_PAYLOAD, HeaderSigning, authorization, payload_hash};
pub use key::{Service, Signature, SigningKey};
pub use query::{Presigning, Query, UNSIGNED_PAYLOAD};
pub use time::AmzTime;

/// The name of the one algorithm there is.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Longest life of a presigned URL, in seconds: a week, AWS's own limit.
pub const PRESIGNED_LIFE_MAX_S: u32 = 604_800;
