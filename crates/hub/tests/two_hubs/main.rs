//! Two hubs on one database, as docs/OPERATIONS.md allows: what one began the other ends, what one changed the other
//! knows, and nothing is done twice.
//!
//! Only PostgreSQL has room for two. Where `INSITU_TEST_POSTGRES_URL` names no server there is nothing to prove;
//! `INSITU_REQUIRE_POSTGRES=1` turns that into a failure, as it does for the store's contract.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod beginning;
mod files;
mod gate;
mod jobs;
mod killed;
mod killed_changes;
mod killed_exports;
mod labeling;
mod ledgers;
mod pair;
mod program;
mod records;
mod rights;
mod roles;
#[expect(dead_code, reason = "the tests of trust ask more of it")]
#[path = "../trust/sts.rs"]
mod sts;
