//! Labels that come from a list instead of from a person.

use insitu_model::{
    answer::Terms,
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::Stage,
};

use super::{answer, ranges::lock, read::place};
use crate::{Result, Tx, assets, projects, value::params};

/// Puts labels on a task as its pre-labels, in place of those that it has. False when it has left Label or somebody
/// has worked on it: then it stays as it is. `terms` are what the labels are found by. Run it in [`crate::Db::claim`].
pub fn pre_label(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
    (answer, terms): (&str, &Terms),
    now: i64,
) -> Result<bool> {
    let number = projects::number(tx, organization, project)?;
    let members = assets::members_of_answer(answer)?;
    let Some(place) = place(tx, number, id)? else {
        return Ok(false);
    };
    // In this order, as deleting assets and completing imports have it.
    assets::lock(tx, number)?;
    lock(tx, number)?;
    let touched: Option<(bool, Stage, Option<UserId>)> = tx.row(
        "SELECT is_gone, stage, updated_by FROM tasks WHERE place = ?1",
        params![place],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    match touched {
        None => {}
        // A row that nobody has worked on: it was opened or given to somebody. Their save notices the new revision.
        Some((false, Stage::Label, None)) => {
            tx.execute(
                "UPDATE tasks SET is_pre_labeled = 1, revision = revision + 1, updated_at = ?2 WHERE place = ?1",
                params![place, now],
            )?;
            answer::put(tx, place, answer)?;
        }
        Some(_) => return Ok(false),
    }
    assets::set_terms(tx, place, terms)?;
    assets::pre_label(tx, number, place, &assets::PreLabels::of_answer(&members))?;
    Ok(true)
}
