//! What is remembered: organizations, people, projects, storages, imports, assets and tasks, in SQLite or PostgreSQL.
//!
//! Async outside, synchronous inside: `db.read(|tx| projects::get(tx, organization, project)).await`. There is one
//! module per noun; its functions take the transaction and, wherever a row belongs to an organization, that
//! organization's id: a row of another organization is not found. SQL exists in this crate only and is written
//! once, in the dialect that `dialect.rs` describes.

mod access_changes;
mod db;
mod dialect;
mod direct;
mod error;
mod job;
mod migrations;
mod postgres;
mod read_queue;
mod right_of_way;
mod sqlite;
mod tx;
mod url;
mod value;
mod workers;

pub mod api_keys;
pub mod asset_changes;
pub mod asset_sources;
pub mod assets;
pub mod audit;
pub mod batches;
pub mod buckets_seen;
pub mod export_problems;
pub mod exports;
pub mod external_ids;
pub mod import_report;
pub mod imports;
pub mod invitations;
pub mod limits;
pub mod members;
pub mod named_roles;
pub mod organizations;
pub mod page;
pub mod project_members;
pub mod projects;
pub mod role_overrides;
pub mod role_proofs;
mod runs;
pub mod sessions;
pub mod storage_checks;
pub mod storage_projects;
pub mod storages;
pub mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
pub mod url_records;
pub mod users;

pub use db::{Db, Options};
pub use error::{Error, Result};
pub use page::{Listed, Page};
pub use tx::Tx;
pub use url::DatabaseUrl;
