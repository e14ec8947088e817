//! Tasks with everything that an export writes, in the order of their assets.

use std::collections::HashMap;

use insitu_model::id::{OrganizationId, ProjectId};

use super::{
    HistoryEntry, Task,
    filter::{Condition, Param, compile_by_place},
    read::{self, answers_at, histories_at, untouched_answer},
};
use crate::{Result, Tx, limits::MAX_PAGE_ROWS, projects};

/// A task with its answer and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTask {
    /// Where to go on after it; see [`for_export`].
    pub position: i64,
    pub task: Task,
    /// JSON: `{"tools","classifications","relations"}`.
    pub answer: String,
    /// Empty where it was not asked for.
    pub history: Vec<HistoryEntry>,
}

/// The next tasks that fulfil all conditions, after `position` (0: from the beginning); at most `limit`. Conditions
/// that test external IDs by a program are not looked at.
pub fn for_export(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    conditions: &[Condition],
    (position, limit): (i64, u32),
    with_history: bool,
) -> Result<Vec<ExportTask>> {
    let number = projects::number(tx, organization, project)?;
    let mut compiled = compile_by_place(tx, number, conditions)?;
    let place = compiled.place;
    compiled.start_after(position);
    let limit = compiled.bind(Param::Int(limit.clamp(1, MAX_PAGE_ROWS).into()));
    let sql = format!(
        "SELECT {place} {} ORDER BY {place} LIMIT {limit}",
        compiled.from_where
    );
    let places: Vec<i64> = tx.rows(&sql, &compiled.values(), |row| row.next())?;
    let mut answers = answers_at(tx, &places)?;
    let mut histories = if with_history {
        histories_at(tx, &places)?
    } else {
        HashMap::new()
    };
    let tasks = read::at_places(tx, number, &places)?;
    let mut found = Vec::with_capacity(tasks.len());
    for (position, task) in tasks {
        let answer = answers
            .remove(&position)
            .unwrap_or_else(|| untouched_answer(&task));
        found.push(ExportTask {
            position,
            task,
            answer,
            history: histories.remove(&position).unwrap_or_default(),
        });
    }
    Ok(found)
}
