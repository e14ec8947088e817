//! Saving an answer: kept when nobody changed it in between.

use insitu_model::{
    answer::Terms,
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::Stage,
};

use super::{Task, answer, queue::touched, read, workflow::send_on};
use crate::{
    Error, Result, Tx, assets, projects,
    value::{Value, params},
};

/// What somebody saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnswer {
    pub by: UserId,
    /// JSON: `{"tools","classifications","relations"}`.
    pub answer: String,
    /// What it is found by.
    pub terms: Terms,
    /// The revision that it was made from; none: whatever is there is replaced.
    pub based_on: Option<u64>,
    /// Milliseconds of work since the last save.
    pub duration: u64,
    /// Not to be submitted yet.
    pub is_draft: bool,
    /// Moves to the next stage with this answer.
    pub submit: bool,
    /// Only when the task is the saver's own: what a labeler may save.
    pub only_own: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept; the task as it is now.
    Kept(Box<Task>),
    /// Somebody changed the answer after `based_on`: nothing was saved; the task and its answer as they are.
    Changed(Box<Task>, String),
    /// The task is not the saver's.
    NotOwn,
}

/// Saves an answer, and submits it where asked.
pub fn save(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
    new: &NewAnswer,
    now: i64,
) -> Result<Saved> {
    let number = projects::number(tx, organization, project)?;
    let place = touched(tx, number, id)?;
    let mut conditions = String::new();
    let mut params: Vec<Value<'_>> = params![place, now, &new.by, new.duration, new.is_draft].to_vec();
    if let Some(revision) = new.based_on {
        params.push(Value::from(revision));
        conditions.push_str(&format!(" AND revision = ?{}", params.len()));
    }
    if new.only_own {
        conditions.push_str(" AND assignee = ?3");
    }
    let stage: Option<Stage> = tx.cell(
        &format!(
            "UPDATE tasks SET revision = revision + 1, updated_at = ?2, updated_by = ?3, duration = duration + ?4,
                 total_duration = total_duration + ?4, is_draft = ?5, is_skipped = 0
             WHERE place = ?1 AND is_gone = 0{conditions} RETURNING stage"
        ),
        &params,
    )?;
    let Some(stage) = stage else {
        return refused(tx, number, place, id, new);
    };
    answer::put(tx, place, &new.answer)?;
    assets::set_terms(tx, place, &new.terms)?;
    if new.submit {
        send_on(tx, number, place, stage.next(), (new.by, None), now)?;
    }
    let task = read::at(tx, number, place)?.ok_or_else(|| Error::not_found("task", id))?;
    Ok(Saved::Kept(Box::new(task)))
}

/// Why nothing was saved.
fn refused(tx: &mut Tx, project: i64, place: i64, id: TaskId, new: &NewAnswer) -> Result<Saved> {
    let task = read::at(tx, project, place)?.ok_or_else(|| Error::not_found("task", id))?;
    if new.only_own && task.assignee != Some(new.by) {
        return Ok(Saved::NotOwn);
    }
    let answer = read::kept_answer(tx, place)?;
    Ok(Saved::Changed(Box::new(task), answer))
}
