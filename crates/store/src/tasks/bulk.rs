//! Changes to many tasks: requeueing and priorities, a bounded number at a time.

use insitu_model::{
    answer::Terms,
    id::{OrganizationId, ProjectId, UserId},
    task::{ReviewStatus, Stage},
};

use super::{
    answer,
    filter::{Condition, Param, compile},
    ranges::{self, lock, touch},
    workflow::advance,
};
use crate::{Result, Tx, assets, limits::MAX_PAGE_ROWS, projects, value::params};

/// What requeueing does beside moving a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requeue {
    pub remove_annotations: bool,
    pub remove_assignee: bool,
    pub remove_stage_history: bool,
}

/// The positions of the next tasks that fulfil all conditions, after `position` (0: from the beginning), ascending.
pub fn matching(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    conditions: &[Condition],
    position: i64,
) -> Result<Vec<i64>> {
    let number = projects::number(tx, organization, project)?;
    let mut compiled = compile(tx, number, conditions)?;
    compiled.start_after(position);
    let limit = compiled.bind(Param::Int(MAX_PAGE_ROWS.into()));
    let sql = format!(
        "SELECT a.place {} ORDER BY a.place LIMIT {limit}",
        compiled.from_where
    );
    tx.rows(&sql, &compiled.values(), |row| row.next())
}

/// Puts tasks back (or forward) into a stage; how many there were. `positions` are those that [`matching`] gave.
pub fn requeue(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    positions: &[i64],
    (to, options): (Stage, Requeue),
    (by, now): (UserId, i64),
) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    lock(tx, number)?;
    let mut requeued = 0;
    for place in positions {
        if !touch(tx, number, *place)? {
            continue;
        }
        requeued += 1;
        advance(tx, number, *place, to, (by, None), now)?;
        tx.execute(
            "UPDATE tasks SET is_skipped = 0, is_draft = 0, opened_at = NULL, updated_at = ?2, updated_by = ?3,
                 review_status = ?4
             WHERE place = ?1",
            params![*place, now, &by, ReviewStatus::Todo],
        )?;
        if options.remove_assignee {
            tx.execute(
                "UPDATE tasks SET assignee = NULL WHERE place = ?1",
                params![*place],
            )?;
        }
        if options.remove_annotations {
            answer::put(tx, *place, answer::EMPTY)?;
            assets::set_terms(tx, *place, &Terms::default())?;
            tx.execute(
                "UPDATE tasks SET revision = revision + 1, is_pre_labeled = 0 WHERE place = ?1",
                params![*place],
            )?;
        }
        if options.remove_stage_history {
            tx.execute("DELETE FROM task_history WHERE place = ?1", params![*place])?;
            tx.execute(
                "UPDATE tasks SET completed_duration = 0 WHERE place = ?1 AND completed_duration IS NOT NULL",
                params![*place],
            )?;
        }
    }
    Ok(requeued)
}

/// Gives tasks and their assets another priority; how many there were.
pub fn set_priority(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    positions: &[i64],
    priority: i32,
) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    ranges::set_priority_at(tx, number, positions, (priority, None))?;
    Ok(positions.len() as u64)
}
