//! Who is calling, and what they may do.

pub mod access;
pub mod at_once;
pub mod caller;
pub mod link;
pub mod origin;
pub mod password;
pub mod peer;
pub mod standings;
pub mod task_access;
pub mod throttle;
pub mod token;
