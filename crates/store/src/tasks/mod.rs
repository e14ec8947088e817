//! Tasks: one per asset, handed out in order, never to two people at once.
//!
//! How it works:
//! - A task's key is its asset's place; the public ids follow from each other ([`TaskId::of_asset`]).
//! - A task that nobody has **touched** has no row: ranges of places stand for those (`ranges.rs`), so that an import
//!   of millions makes its tasks for the price of one row, and the next one is found at the beginning of a range.
//! - Whoever opens, saves, assigns or requeues a task touches it: it leaves its range and becomes a row.
//! - The **queue** of a stage is an index of the touched tasks, beside the ranges (`queue.rs`).
//!
//! Everything here that changes the queue holds the project's queue until the transaction ends; run it in
//! [`crate::Db::claim`].

mod answer;
mod brief;
mod bulk;
mod counts;
mod days;
mod export;
mod filter;
mod list;
mod pre_label;
mod queue;
mod ranges;
mod read;
mod save;
mod workflow;

use insitu_model::{
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::{ReviewStatus, Stage},
};

use crate::assets::Asset;

pub use answer::answer_of_pre_labels;
pub use brief::{Brief, LeftStage, briefs};
pub use bulk::{Requeue, matching, requeue, set_priority};
pub(crate) use counts::of_project as counts_of;
pub use counts::{Counts, counts, given_to};
pub use days::{Day, Share, day_of, days, shares};
pub use export::{ExportTask, for_export};
pub use filter::{Cmp, Condition, ExternalIdTest, Field, Operand, Order, SortField, Test};
pub use list::list;
pub use pre_label::pre_label;
pub(crate) use queue::give_back;
pub use queue::{Next, assign, next, open, release};
pub(crate) use ranges::{add_untouched, asset_deleted, asset_restored, lock, set_priority_at};
pub use read::{answer, find, history, locate};
pub use save::{NewAnswer, Saved, save};
pub use workflow::{review, skip, submit};

/// A task with its asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub asset: Asset,
    pub stage: Stage,
    pub assignee: Option<UserId>,
    pub is_skipped: bool,
    /// Saved, and not to be submitted yet.
    pub is_draft: bool,
    pub is_pre_labeled: bool,
    pub review_status: ReviewStatus,
    /// Counts changes of the answer; 0 for one that nobody has changed.
    pub revision: u64,
    /// Milliseconds of work in this stage.
    pub duration: u64,
    /// Milliseconds of work in all stages.
    pub total_duration: u64,
    pub labeled_by: Option<UserId>,
    pub created_by: Option<UserId>,
    pub opened_at: Option<i64>,
    pub updated_at: i64,
    pub updated_by: Option<UserId>,
    pub completed_at: Option<i64>,
    pub completed_by: Option<UserId>,
}

impl Task {
    /// The task's public id.
    pub fn id(&self) -> TaskId {
        TaskId::of_asset(self.asset.id)
    }

    /// Everybody that the task names.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        [
            self.assignee,
            self.labeled_by,
            self.created_by,
            self.updated_by,
            self.completed_by,
        ]
        .into_iter()
        .flatten()
    }
}

/// What a task was when it left a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub stage: Stage,
    pub completed_at: i64,
    pub completed_by: Option<UserId>,
    /// Milliseconds of work in that stage.
    pub duration: u64,
    /// JSON, as [`answer`] gives it.
    pub answer: String,
}

/// Where a task is: the proof that it exists, and what belongs to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub id: TaskId,
}
