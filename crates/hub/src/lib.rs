//! The hub: the server that people and programs talk to, and its command line.
//!
//! A request reads the same everywhere: a handler takes a proof of a right (`auth::access`), a parsed body
//! (`api::http::body`), reads or writes through the store, and answers in the envelope (`envelope`) or with an error that
//! says what to do (`error`).

pub mod ambient;
pub mod api;
pub mod audit;
pub mod auth;
pub mod batches;
pub mod cli;
pub mod cloud_access;
#[cfg(test)]
mod codes_tests;
pub mod config;
pub mod disk;
pub mod envelope;
pub mod error;
pub mod failure;
pub mod hub;
pub mod jobs;
pub mod ledger;
mod logs;
pub mod own_files;
mod own_storage;
pub mod page_policy;
mod panics;
pub mod people;
pub mod start;
#[cfg(feature = "testing")]
pub mod testing;
pub mod try_out;
pub mod vault;
mod web;
