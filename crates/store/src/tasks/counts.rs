//! How many tasks each stage has, without counting rows.

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    task::Stage,
};

use crate::{Result, Tx, assets, projects, value::params};

/// Tasks by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub label: u64,
    pub review: u64,
    pub complete: u64,
}

impl Counts {
    /// Those of one stage.
    pub fn of(&self, stage: Stage) -> u64 {
        match stage {
            Stage::Label => self.label,
            Stage::Review => self.review,
            Stage::Complete => self.complete,
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.label + self.review + self.complete
    }
}

/// A project's tasks by stage.
pub fn counts(tx: &mut Tx, organization: OrganizationId, project: ProjectId) -> Result<Counts> {
    let number = projects::number(tx, organization, project)?;
    of_project(tx, number)
}

pub(crate) fn of_project(tx: &mut Tx, project: i64) -> Result<Counts> {
    let all = assets::live(tx, project)?;
    let mut counts = Counts::default();
    let mut touched = 0;
    tx.visit(
        "SELECT stage, tasks FROM task_counts WHERE project = ?1",
        params![project],
        |row| {
            let (stage, tasks): (Stage, i64) = (row.next()?, row.next()?);
            let tasks = u64::try_from(tasks).unwrap_or(0);
            touched += tasks;
            match stage {
                Stage::Label => counts.label = tasks,
                Stage::Review => counts.review = tasks,
                Stage::Complete => counts.complete = tasks,
            }
            Ok(true)
        },
    )?;
    counts.label += all.saturating_sub(touched);
    Ok(counts)
}

/// The tasks of a stage that somebody has been given.
pub fn given_to(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    stage: Stage,
    user: UserId,
) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    Ok(tx
        .cell(
            "SELECT COUNT(*) FROM tasks WHERE project = ?1 AND stage = ?2 AND assignee = ?3 AND is_gone = 0",
            params![number, stage, &user],
        )?
        .unwrap_or(0))
}
