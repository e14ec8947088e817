//! How a private object is reached: signatures, credentials, calls to S3 and STS, and the one door to the network.
//!
//! The way of a thumbnail: [`credentials::CredentialCache`] has the storage's session, its [`presign::Signer`] signs a
//! URL without any call, and the browser fetches from the bucket. Everything that the hub asks itself goes through
//! [`s3::Client`] and [`sts::Client`], and those through [`connect::Outbound`], which refuses private addresses.

mod blank;
mod call;
pub mod connect;
pub mod credentials;
pub mod doctor;
pub mod identity;
mod mixed;
pub mod policy;
pub mod presign;
pub mod public;
mod refusal;
mod retry;
pub mod s3;
pub mod sigv4;
pub mod site;
pub mod sts;
mod unpack;
mod xml;

pub use mixed::is_mixed;
pub use refusal::{CallError, Refusal, RefusalKind};
pub use retry::Retry;
pub use unpack::Seen;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod vectors;
