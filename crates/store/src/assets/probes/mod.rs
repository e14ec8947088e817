//! Header probes: assets that came without width or height, looked at in the background.
//!
//! Imports note where such assets are ([`note`]), so that a project of any size is never searched and a list that
//! brings every size costs nothing. A worker claims a range, which is of one storage, for a while, takes its assets
//! in chunks and writes down what became of each ([`work`]). What was read of an object is known to the next asset that
//! names it ([`known`]). An asset that cannot be measured is kept with its reason ([`failures`]) and stands in nobody's
//! way.

mod failures;
mod known;
mod note;
mod work;

use insitu_model::id::{OrganizationId, StorageId};

pub use failures::{FailedAsset, FailedPage, failures, retry};
pub use known::{Found, Known, Learned, ObjectKey, forget_older};
pub(crate) use note::{Noted, discard};
pub(super) use note::{forget_failure, reveal};
pub use work::{Chunk, Report, chunk, claim, free_all, renew, settle};

use super::dimensions::Unmeasured;
use crate::{
    Result, Tx, organizations, projects,
    value::{Row, params},
};

/// A range of places that a worker looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub organization: OrganizationId,
    /// None: public assets.
    pub storage: Option<StorageId>,
    /// Tries in a row that were in vain.
    pub attempts: u32,
    import: i64,
    pub(super) project: i64,
    first_place: i64,
    next_place: i64,
    last_place: i64,
}

impl Range {
    /// Whether it is of assets that were given up, for somebody who asked to try them again.
    fn is_tried_again(&self) -> bool {
        self.import < 0
    }
}

/// Why a range waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub code: String,
    pub message: String,
    /// When it is tried again.
    pub due_at: i64,
}

/// How far the probes of a project are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether the organization lets them run.
    pub is_on: bool,
    /// Assets that wait, at most: some may be deleted or known by now.
    pub pending: u64,
    /// Assets that were measured so far.
    pub measured: u64,
    /// Assets that could not be, by the code of the reason.
    pub failed: Vec<(String, u64)>,
    /// Storages that are tried again later.
    pub waiting: Vec<(Option<StorageId>, Trouble)>,
}

/// Storages in trouble that [`progress`] names.
const WAITING_MAX: u32 = 20;

/// How far the probes of a project are.
pub fn progress(
    tx: &mut Tx,
    organization: OrganizationId,
    project: insitu_model::id::ProjectId,
) -> Result<Progress> {
    let number = projects::number(tx, organization, project)?;
    let pending = tx.cell(
        "SELECT CAST(COALESCE(SUM(unknown), 0) AS BIGINT) FROM probe_ranges WHERE project = ?1 AND visible = 1",
        params![number],
    )?;
    let mut progress = Progress {
        is_on: organizations::header_probes(tx, organization)?,
        pending: pending.unwrap_or(0),
        ..Progress::default()
    };
    tx.visit(
        "SELECT outcome, assets FROM probe_counts WHERE project = ?1 AND assets > 0 ORDER BY outcome",
        params![number],
        |row| {
            let (outcome, assets): (String, u64) = (row.next()?, row.next()?);
            match outcome.as_str() {
                MEASURED => progress.measured = assets,
                _ => progress.failed.push((outcome, assets)),
            }
            Ok(true)
        },
    )?;
    progress.waiting = tx.rows(
        "SELECT storage, trouble_code, trouble_message, due_at FROM probe_ranges
         WHERE project = ?1 AND visible = 1 AND trouble_code IS NOT NULL ORDER BY due_at LIMIT ?2",
        params![number, WAITING_MAX],
        |row| {
            Ok((
                read_storage(row)?,
                Trouble {
                    code: row.next()?,
                    message: row.next()?,
                    due_at: row.next()?,
                },
            ))
        },
    )?;
    Ok(progress)
}

/// The outcome under which measured assets are counted.
const MEASURED: &str = "";

/// Counts assets of an outcome.
fn count(tx: &mut Tx, project: i64, outcome: &str, assets: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO probe_counts (project, outcome, assets) VALUES (?1, ?2, ?3)
         ON CONFLICT (project, outcome) DO UPDATE SET assets = probe_counts.assets + excluded.assets",
        params![project, outcome, assets],
    )?;
    Ok(())
}

/// A storage as part of a key, where null could not be.
fn key(storage: &Option<StorageId>) -> &[u8] {
    storage.as_ref().map_or(&[], |storage| storage.as_bytes())
}

fn read_storage(row: &mut Row<'_>) -> Result<Option<StorageId>> {
    let bytes: Vec<u8> = row.next()?;
    Ok(<[u8; 12]>::try_from(bytes).ok().map(StorageId::from_bytes))
}
