//! From stage to stage: submitting, skipping, reviewing.

use insitu_model::{
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::{ReviewStatus, Stage},
};

use super::{
    Task, answer, days,
    queue::touched,
    ranges::{count, lock},
    read,
};
use crate::{Error, Result, Tx, projects, value::params};

/// Moves a task to another stage, remembering what it was. `reviewed` is the verdict of who moves it. The revision grows:
/// a submit that was made in the stage before and comes late moves nothing on. The stage that it left and the work in it
/// are answered, if it did.
pub(super) fn advance(
    tx: &mut Tx,
    project: i64,
    place: i64,
    to: Stage,
    (by, reviewed): (UserId, Option<ReviewStatus>),
    now: i64,
) -> Result<Option<(Stage, u64)>> {
    lock(tx, project)?;
    let before = tx.row(
        "SELECT stage, labeled_by, duration FROM tasks WHERE place = ?1 AND is_gone = 0",
        params![place],
        |row| {
            Ok((
                row.next::<Stage>()?,
                row.next::<Option<UserId>>()?,
                row.next::<u64>()?,
            ))
        },
    )?;
    let Some((from, labeled_by, duration)) = before else {
        return Ok(None);
    };
    if from == to {
        return Ok(None);
    }
    let answer = answer::get(tx, place)?;
    tx.execute(
        "INSERT INTO task_history (place, position, stage, completed_at, completed_by, duration, answer)
         SELECT ?1, COALESCE(MAX(position), -1) + 1, ?2, ?3, ?4, ?5, ?6 FROM task_history WHERE place = ?1",
        params![place, from, now, &by, duration, &answer],
    )?;
    let labeled_by = if from == Stage::Label {
        Some(by)
    } else {
        labeled_by
    };
    // A task that comes back to be labeled goes to whoever labeled it.
    let assignee = labeled_by.filter(|_| to == Stage::Label && from != Stage::Label);
    let status = reviewed.unwrap_or(ReviewStatus::Todo);
    let completed = (to == Stage::Complete).then_some(now);
    tx.execute(
        "UPDATE tasks SET stage = ?2, assignee = ?3, labeled_by = ?4, review_status = ?5, completed_at = ?6,
             completed_by = ?7, completed_duration = CASE WHEN ?2 = ?10
                 THEN (SELECT CAST(SUM(h.duration) AS BIGINT) FROM task_history h WHERE h.place = ?1) END, is_draft = 0, is_skipped = 0, duration = 0, opened_at = NULL, updated_at = ?8,
             updated_by = ?9, revision = revision + 1
         WHERE place = ?1",
        params![
            place,
            to,
            assignee.as_ref(),
            labeled_by.as_ref(),
            status,
            completed,
            completed.map(|_| &by),
            now,
            &by,
            Stage::Complete
        ],
    )?;
    count(tx, project, from, -1)?;
    count(tx, project, to, 1)?;
    Ok(Some((from, duration)))
}

/// The same by somebody who worked on the task, which counts as done on this day.
pub(super) fn send_on(
    tx: &mut Tx,
    project: i64,
    place: i64,
    to: Stage,
    (by, reviewed): (UserId, Option<ReviewStatus>),
    now: i64,
) -> Result<()> {
    match advance(tx, project, place, to, (by, reviewed), now)? {
        Some(left) => days::note(tx, project, by, left, now),
        None => Ok(()),
    }
}

/// Sends a task to the next stage with the answer that is kept.
pub fn submit(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
    by: UserId,
    now: i64,
) -> Result<Task> {
    let number = projects::number(tx, organization, project)?;
    let place = touched(tx, number, id)?;
    let task = read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))?;
    send_on(tx, number, place, task.stage.next(), (by, None), now)?;
    read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))
}

/// Puts a task behind all others of its stage and gives it back to everybody. With `only_own`, only the caller's.
/// None when it is somebody else's; a complete one stays as it is.
pub fn skip(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
    (by, only_own): (UserId, bool),
    now: i64,
) -> Result<Option<Task>> {
    let number = projects::number(tx, organization, project)?;
    let place = touched(tx, number, id)?;
    let task = read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))?;
    if only_own && task.assignee != Some(by) {
        return Ok(None);
    }
    tx.execute(
        "UPDATE tasks SET is_skipped = 1, assignee = NULL, opened_at = NULL, updated_at = ?2, updated_by = ?3
         WHERE place = ?1 AND stage <> ?4",
        params![place, now, &by, Stage::Complete],
    )?;
    read::at(tx, number, place)
}

/// Notes a reviewer's verdict. In stage Review it moves the task: accepted and fixed ones are complete, a rejected one
/// goes back to whoever labeled it. Elsewhere it is only noted.
pub fn review(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
    (by, verdict): (UserId, ReviewStatus),
    now: i64,
) -> Result<Task> {
    let number = projects::number(tx, organization, project)?;
    let place = touched(tx, number, id)?;
    let task = read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))?;
    let to = match (task.stage, verdict) {
        (Stage::Review, ReviewStatus::Accepted | ReviewStatus::Fixed) => Some(Stage::Complete),
        (Stage::Review, ReviewStatus::Rejected) => Some(Stage::Label),
        _ => None,
    };
    match to {
        Some(to) => send_on(tx, number, place, to, (by, Some(verdict)), now)?,
        None => {
            tx.execute(
                "UPDATE tasks SET review_status = ?2, updated_at = ?3, updated_by = ?4 WHERE place = ?1",
                params![place, verdict, now, &by],
            )?;
        }
    }
    read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))
}
