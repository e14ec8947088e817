//! What a list of assets shows of their tasks: where each is, and when it left which stage.

use std::collections::HashMap;

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    task::Stage,
};

use super::read::by_places;
use crate::{
    Result, Tx,
    assets::{self, Asset},
    projects,
};

/// A task in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    pub stage: Stage,
    pub assignee: Option<UserId>,
    /// Oldest first.
    pub left: Vec<LeftStage>,
}

/// A stage that a task has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftStage {
    pub stage: Stage,
    pub completed_at: i64,
    pub completed_by: Option<UserId>,
    /// Milliseconds.
    pub duration: u64,
}

/// The tasks of some of a project's assets, in their order.
pub fn briefs(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    assets: &[Asset],
) -> Result<Vec<Brief>> {
    let number = projects::number(tx, organization, project)?;
    let places = assets::places_of(tx, number, assets.iter().map(|asset| &asset.id))?;
    let places: Vec<i64> = places.into_iter().map(|place| place.unwrap_or(-1)).collect();
    let mut touched = by_places(tx, "SELECT place, stage, assignee FROM tasks", &places, |row| {
        Ok((row.next()?, (row.next::<Stage>()?, row.next::<Option<UserId>>()?)))
    })?;
    let mut left = left_stages(
        tx,
        places.iter().copied().filter(|place| touched.contains_key(place)),
    )?;
    Ok(places
        .iter()
        .map(|place| {
            let (stage, assignee) = touched.remove(place).unwrap_or((Stage::Label, None));
            Brief {
                stage,
                assignee,
                left: left.remove(place).unwrap_or_default(),
            }
        })
        .collect())
}

fn left_stages(tx: &mut Tx, places: impl Iterator<Item = i64>) -> Result<HashMap<i64, Vec<LeftStage>>> {
    let places: Vec<i64> = places.collect();
    let mut left: HashMap<i64, Vec<(i64, LeftStage)>> = HashMap::new();
    by_places(
        tx,
        "SELECT place, position, stage, completed_at, completed_by, duration FROM task_history",
        &places,
        |row| {
            let (place, position) = (row.next()?, row.next()?);
            let stage = LeftStage {
                stage: row.next()?,
                completed_at: row.next()?,
                completed_by: row.next()?,
                duration: row.next()?,
            };
            left.entry(place).or_default().push((position, stage));
            Ok((place, ()))
        },
    )?;
    let in_order = |(place, mut stages): (i64, Vec<(i64, LeftStage)>)| {
        stages.sort_by_key(|(position, _)| *position);
        (place, stages.into_iter().map(|(_, stage)| stage).collect())
    };
    Ok(left.into_iter().map(in_order).collect())
}
