//! Floors: what this machine does at best for the same work, with nothing around it.

pub mod labels;
pub mod commits;
pub mod mac;
pub mod server;
pub mod table;
