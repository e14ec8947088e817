//! What reading a list must do, as claims.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod accepted;
mod chunks;
mod detection;
mod envelope;
mod gzip;
mod properties;
mod refused;
mod report;
mod resume;
mod structure;
mod support;
mod tables;
