//! The store's contract, held to on both databases: SQLite always, PostgreSQL where `INSITU_TEST_POSTGRES_URL` names
//! a server on which schemas may be made. `INSITU_REQUIRE_POSTGRES=1` turns a missing server into a failure.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests, which clippy knows only for functions marked so"
)]

mod asset_changes;
mod asset_filters;
mod asset_sources;
mod asset_terms;
mod audit;
mod claims_at_once;
mod duplicates;
mod engine;
mod exports;
mod external_ids;
mod harness;
mod imports;
mod imports_that_wait;
mod isolation;
mod known_objects;
mod lists_by_hand;
mod migrations;
mod names;
mod paging;
mod people;
mod postgres;
mod probes;
mod projects;
mod role_proofs;
mod storages;
mod task_days;
mod task_lists;
mod task_pre_labels;
mod task_queue;
mod task_workflow;
mod undone_changes;
mod url_records;
mod writers_at_once;
