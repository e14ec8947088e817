//! Trust in a customer's role: what is proved of it, what may be done before, and what its owner and the hub's can do.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod external_ids;
mod hanging;
mod identity;
mod line;
mod overrides;
mod proof;
mod sessions;
mod story;
mod sts;
