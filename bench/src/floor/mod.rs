//! Floors: what this machine does at best for the same work, with nothing around it.

pub mod commits;
pub mod labels;
pub mod mac;
pub mod server;
pub mod table;
