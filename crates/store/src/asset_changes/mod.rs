//! Changes of all assets that a filter lets through, as durable jobs: one that a million assets need is done in small
//! steps, each of which is whole or was never there, and whoever is killed goes on where the last one ended.

mod lease;
#[cfg(test)]
mod tests;
mod undo;

use insitu_model::{
    id::{AssetChangeId, BatchId, OrganizationId, ProjectId, UserId},
    job::JobState,
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Listed, Page, Result, Tx,
    assets::{self, Aspect, AssetFilter, AssetState},
    batches, projects,
    value::{Row, params},
};

pub use lease::{Step, cancelled, claim, fail, free_all, step};
pub use undo::{forget_step, undoing};

/// What is done to each asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// Into some batches and out of others, in this order.
    Batches { add: Vec<BatchId>, remove: Vec<BatchId> },
    /// The asset and its task get this priority.
    Priority(i32),
    /// Deletes softly.
    Delete,
    /// Takes a deletion back.
    Restore,
    /// Takes back exactly what this change deleted, as far as nobody did since. No filter concerns it.
    Undo(AssetChangeId),
    /// Gives the assets of this change back the batches that they were in, where it was the last to set them.
    UndoBatches(AssetChangeId),
    /// The same with their priority.
    UndoPriority(AssetChangeId),
    /// Something that another version of this program does. Nobody orders it here.
    #[serde(skip)]
    Unknown,
}

impl Change {
    /// The word for what it does.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Batches { .. } | Self::UndoBatches(_) => "batches",
            Self::Priority(_) | Self::UndoPriority(_) => "priority",
            Self::Delete => "delete",
            Self::Restore | Self::Undo(_) => "restore",
            Self::Unknown => "unknown",
        }
    }

    /// The state of the assets that can be changed so.
    pub fn concerns(&self) -> AssetState {
        match self {
            Self::Restore | Self::Undo(_) => AssetState::Deleted,
            _ => AssetState::Active,
        }
    }

    /// The change that this one takes back.
    pub fn undoes(&self) -> Option<AssetChangeId> {
        match self {
            Self::Undo(id) | Self::UndoBatches(id) | Self::UndoPriority(id) => Some(*id),
            Self::Batches { .. } | Self::Priority(_) | Self::Delete | Self::Restore | Self::Unknown => None,
        }
    }

    /// What a change sets that is noted before, so that it can be taken back.
    fn aspect(&self) -> Option<Aspect> {
        match self {
            Self::Batches { .. } | Self::UndoBatches(_) => Some(Aspect::Batches),
            Self::Priority(_) | Self::UndoPriority(_) => Some(Aspect::Priority),
            Self::Delete | Self::Restore | Self::Undo(_) | Self::Unknown => None,
        }
    }
}

/// What a change is told when it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAssetChange {
    pub id: AssetChangeId,
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub created_by: UserId,
    pub change: Change,
    pub created_at: i64,
}

/// A change of many assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetChange {
    pub new: NewAssetChange,
    pub state: JobState,
    /// How many assets there were when it was ordered.
    pub assets_total: u64,
    pub assets_done: u64,
    /// Of one that takes another back: those that it left alone, because somebody changed them after.
    pub assets_left: u64,
    /// JSON: {"code","message"}
    pub error: Option<String>,
    pub cancel_requested: bool,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// By which notes and assets call it; none: it was ordered before there were notes.
    number: Option<i64>,
    /// There are notes of it.
    is_noted: bool,
}

const COLUMNS: &str =
    "id, organization, project, created_by, change, created_at, state, assets_total, assets_done,
    assets_left, error, cancel_requested, started_at, finished_at, number, is_noted";

/// Adds a change that waits for its turn, of those assets that `filter` lets through now; its state is the one that the
/// change concerns. [`Error::TooMany`] while the project has `most_active` changes on their way. Run it in
/// [`crate::Db::claim`].
pub fn insert(tx: &mut Tx, new: &NewAssetChange, filter: &AssetFilter, most_active: u64) -> Result<()> {
    let number = projects::number(tx, new.organization, new.project)?;
    let active: u64 = tx
        .cell(
            "SELECT COUNT(*) FROM asset_changes WHERE project = ?1 AND finished_at IS NULL",
            params![&new.project],
        )?
        .unwrap_or(0);
    if active >= most_active {
        return Err(Error::TooMany {
            what: "changes of assets",
            of: "of the project",
        });
    }
    if let Change::Batches { add, remove } = &new.change {
        let known = batches::list(tx, new.organization, new.project)?;
        let unknown = |id: &&BatchId| known.iter().all(|batch| batch.id != **id);
        if let Some(unknown) = add.iter().chain(remove).find(unknown) {
            return Err(Error::not_found("batch", unknown));
        }
    }
    let total = match new.change.undoes() {
        Some(undone) => undo::count(tx, new, (number, undone))?,
        None => assets::count(tx, number, filter)?,
    };
    let end = assets::next_place(tx, number)?;
    tx.execute(
        "INSERT INTO asset_changes (id, organization, project, created_by, change, filter, end_place, last_place, state,
             assets_total, assets_done, cancel_requested, lease_until, created_at, number)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, 0, 0, 0, ?10, COALESCE(MAX(number), 0) + 1
         FROM asset_changes WHERE project = ?3",
        params![
            &new.id,
            &new.organization,
            &new.project,
            &new.created_by,
            &json(&new.change)?,
            &json(filter)?,
            end,
            JobState::Queued,
            total,
            new.created_at
        ],
    )?;
    Ok(())
}

/// The change, unless it is another project's.
pub fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetChangeId,
) -> Result<Option<AssetChange>> {
    projects::number(tx, organization, project)?;
    tx.row(
        &format!("SELECT {COLUMNS} FROM asset_changes WHERE id = ?1 AND project = ?2"),
        params![&id, &project],
        read,
    )
}

/// The change, or [`Error::NotFound`].
pub fn get(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetChangeId,
) -> Result<AssetChange> {
    find(tx, organization, project, id)?.ok_or_else(|| Error::not_found("change of assets", id))
}

/// What became of a change, for the worker that ended it: its project may be deleted meanwhile.
pub fn ended(tx: &mut Tx, id: AssetChangeId) -> Result<AssetChange> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM asset_changes WHERE id = ?1"),
        params![&id],
        read,
    )?
    .ok_or_else(|| Error::not_found("change of assets", id))
}

/// A project's changes, newest first.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    page: Page,
) -> Result<Listed<AssetChange>> {
    projects::number(tx, organization, project)?;
    let total = tx
        .cell(
            "SELECT COUNT(*) FROM asset_changes WHERE project = ?1",
            params![&project],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM asset_changes WHERE project = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3"
        ),
        params![&project, page.limit(), page.offset()],
        read,
    )?;
    Ok(Listed { rows, total })
}

/// The organization's changes that are still on their way, newest first, up to `limit`.
pub fn list_active(tx: &mut Tx, organization: OrganizationId, limit: u32) -> Result<Vec<AssetChange>> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM asset_changes WHERE organization = ?1 AND finished_at IS NULL
                 AND project IN (SELECT p.id FROM projects p WHERE p.organization = ?1 AND p.deleted_at IS NULL)
             ORDER BY id DESC LIMIT ?2"
        ),
        params![&organization, limit.clamp(1, crate::limits::MAX_PAGE_ROWS)],
        read,
    )
}

/// Stops a change: at once when nobody works on it yet, else as soon as its worker notices. What it changed so far
/// stays changed. One that has ended stays as it is.
pub fn cancel(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetChangeId,
    now: i64,
) -> Result<AssetChange> {
    match get(tx, organization, project, id)?.state {
        JobState::Queued => lease::end(tx, id, None, JobState::Cancelled, None, now)?,
        JobState::Running => {
            tx.execute(
                "UPDATE asset_changes SET cancel_requested = 1 WHERE id = ?1",
                params![&id],
            )?;
        }
        JobState::Completed | JobState::Failed | JobState::Cancelled => {}
    }
    get(tx, organization, project, id)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Database(error.to_string()))
}

fn read(row: &mut Row<'_>) -> Result<AssetChange> {
    Ok(AssetChange {
        new: NewAssetChange {
            id: row.next()?,
            organization: row.next()?,
            project: row.next()?,
            created_by: row.next()?,
            // What one row holds must not keep a worker from the others.
            change: serde_json::from_str(&row.next::<String>()?).unwrap_or(Change::Unknown),
            created_at: row.next()?,
        },
        state: row.next()?,
        assets_total: row.next()?,
        assets_done: row.next()?,
        assets_left: row.next()?,
        error: row.next()?,
        cancel_requested: row.next()?,
        started_at: row.next()?,
        finished_at: row.next()?,
        number: row.next()?,
        is_noted: row.next()?,
    })
}
