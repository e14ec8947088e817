//! The queue: who works on what, and which task is next.

use insitu_model::{
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::Stage,
};

use super::{
    Task,
    ranges::{self, cut, lock, touch},
    read::{self, place},
};
use crate::{
    Error, Result, Tx, projects,
    value::{Value, params},
};

/// What [`next`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub stage: Stage,
    pub user: UserId,
    /// The task that the user works on now, which is passed over: they ask for the one after it.
    pub ahead_of: Option<TaskId>,
}

/// One that may be next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    is_skipped: bool,
    rank: i64,
    place: i64,
}

/// Gives the user the task that is next in a stage: skipped ones last, then the highest priority, then the oldest, of
/// those that are theirs or nobody's. Nobody else gets it until they submit, skip or release it.
pub fn next(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    wanted: &Next,
    now: i64,
) -> Result<Option<Task>> {
    let number = projects::number(tx, organization, project)?;
    lock(tx, number)?;
    let passed_over = match wanted.ahead_of {
        Some(task) => read::place(tx, number, task)?.unwrap_or(-1),
        None => -1,
    };
    let mine = first(tx, number, wanted.stage, Some(wanted.user), passed_over)?;
    let free = first(tx, number, wanted.stage, None, passed_over)?;
    let untouched = if wanted.stage == Stage::Label {
        first_untouched(tx, number, passed_over)?
    } else {
        None
    };
    let Some(best) = [mine, free, untouched].into_iter().flatten().min() else {
        return Ok(None);
    };
    if untouched == Some(best) && !touch(tx, number, best.place)? {
        return Err(Error::not_found("task at", best.place));
    }
    give(tx, best.place, wanted.user, now)?;
    read::at(tx, number, best.place)
}

/// The first touched task of a stage that belongs to somebody, or to nobody.
fn first(
    tx: &mut Tx,
    project: i64,
    stage: Stage,
    assignee: Option<UserId>,
    passed_over: i64,
) -> Result<Option<Candidate>> {
    let mut params: Vec<Value<'_>> = params![project, stage, passed_over].to_vec();
    let whose = match &assignee {
        Some(user) => {
            params.push(Value::from(user));
            "assignee = ?4"
        }
        None => "assignee IS NULL",
    };
    tx.row(
        &format!(
            "SELECT is_skipped, rank, place FROM tasks
             WHERE project = ?1 AND stage = ?2 AND is_gone = 0 AND place <> ?3 AND {whose}
             ORDER BY is_skipped, rank, place LIMIT 1"
        ),
        &params,
        |row| {
            Ok(Candidate {
                is_skipped: row.next()?,
                rank: row.next()?,
                place: row.next()?,
            })
        },
    )
}

/// The first task that nobody has touched. What was deleted before it is taken out of the ranges on the way.
fn first_untouched(tx: &mut Tx, project: i64, passed_over: i64) -> Result<Option<Candidate>> {
    loop {
        let range = tx.row(
            "SELECT first, last, rank FROM task_ranges WHERE project = ?1 ORDER BY rank, first LIMIT 1",
            params![project],
            ranges::read,
        )?;
        let Some(range) = range else { return Ok(None) };
        let living: Option<i64> = tx.cell(
            "SELECT place FROM assets WHERE place BETWEEN ?1 AND ?2 AND deleted_at IS NULL ORDER BY place LIMIT 1",
            params![range.first, range.last],
        )?;
        match living {
            // The task that is passed over is somebody's, and so in no range; this only keeps the loop honest.
            Some(place) if place == passed_over => {
                touch(tx, project, place)?;
            }
            Some(place) => {
                if place > range.first {
                    cut(tx, project, range, (range.first, place - 1))?;
                }
                return Ok(Some(Candidate {
                    is_skipped: false,
                    rank: range.rank,
                    place,
                }));
            }
            None => cut(tx, project, range, (range.first, range.last))?,
        }
    }
}

fn give(tx: &mut Tx, place: i64, user: UserId, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE tasks SET assignee = ?2, opened_at = ?3 WHERE place = ?1",
        params![place, &user, now],
    )?;
    Ok(())
}

/// Opens a task from a list: one of nobody becomes the user's, unless it is complete.
pub fn open(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    task: TaskId,
    user: UserId,
    now: i64,
) -> Result<Task> {
    let number = projects::number(tx, organization, project)?;
    let at = touched(tx, number, task)?;
    tx.execute(
        "UPDATE tasks SET assignee = ?2, opened_at = ?3 WHERE place = ?1 AND assignee IS NULL AND stage <> ?4",
        params![at, &user, now, Stage::Complete],
    )?;
    read::at(tx, number, at)?.ok_or_else(|| Error::not_found("task", task))
}

/// Gives back a task that the user has opened and not changed; any other stays as it is.
pub fn release(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    task: TaskId,
    user: UserId,
) -> Result<Task> {
    let number = projects::number(tx, organization, project)?;
    let at = touched(tx, number, task)?;
    tx.execute(
        "UPDATE tasks SET assignee = NULL
         WHERE place = ?1 AND assignee = ?2 AND is_draft = 0 AND opened_at IS NOT NULL
             AND (updated_by IS NULL OR updated_by <> ?2 OR updated_at < opened_at)",
        params![at, &user],
    )?;
    read::at(tx, number, at)?.ok_or_else(|| Error::not_found("task", task))
}

/// Gives everything back that somebody has who leaves a project; what they saved stays.
pub(crate) fn give_back(tx: &mut Tx, project: i64, user: UserId) -> Result<()> {
    for stage in [Stage::Label, Stage::Review] {
        tx.execute(
            "UPDATE tasks SET assignee = NULL, opened_at = NULL
             WHERE project = ?1 AND stage = ?2 AND assignee = ?3 AND is_gone = 0",
            params![project, stage, &user],
        )?;
    }
    Ok(())
}

/// Gives a task to somebody, or to nobody. False when it is not in `stage` or does not exist; one that somebody is
/// working on has to be requeued first, and stays too.
pub fn assign(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    task: TaskId,
    stage: Option<Stage>,
    user: Option<UserId>,
) -> Result<bool> {
    let number = projects::number(tx, organization, project)?;
    let Some(at) = place(tx, number, task)? else {
        return Ok(false);
    };
    if !touch(tx, number, at)? {
        return Ok(false);
    }
    let in_stage = stage.map_or(String::new(), |stage| format!(" AND stage = '{stage}'"));
    let changed = tx.execute(
        &format!(
            "UPDATE tasks SET assignee = ?2, opened_at = NULL WHERE place = ?1 AND is_draft = 0 AND stage <> ?3{in_stage}"
        ),
        params![at, user.as_ref(), Stage::Complete],
    )?;
    Ok(changed > 0)
}

/// The place of a task that is a row now.
pub(super) fn touched(tx: &mut Tx, project: i64, task: TaskId) -> Result<i64> {
    let found = place(tx, project, task)?;
    match found {
        Some(at) if touch(tx, project, at)? => Ok(at),
        _ => Err(Error::not_found("task", task)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_ordered_as_they_are_handed_out() {
        let candidate = |is_skipped, rank, place| Candidate {
            is_skipped,
            rank,
            place,
        };
        let mut some = [
            candidate(true, -9, 1),
            candidate(false, 0, 5),
            candidate(false, 0, 3),
            candidate(false, -1, 9),
        ];
        some.sort();
        assert_eq!(some.map(|one| one.place), [9, 3, 5, 1]);
    }
}
