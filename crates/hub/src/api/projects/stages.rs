//! The stages of a project's workflow, as the public clients draw them.

use insitu_model::task::{START, Stage};
use serde::Serialize;
use utoipa::ToSchema;

/// One stage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowStage)]
pub struct StageNode {
    pub id: &'static str,
    /// `Start`, `Label`, `Review` or `Complete`.
    pub r#type: &'static str,
    pub name: &'static str,
    /// The ids of the stages that follow.
    pub next: Vec<&'static str>,
    pub position: Position,
}

/// Where a drawing of the workflow has a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct Position {
    pub x: u32,
    pub y: u32,
}

/// How far apart two stages are drawn.
const DISTANCE: u32 = 240;

/// The one workflow that there is: Start → Label → Review → Complete.
pub fn workflow() -> Vec<StageNode> {
    let mut names = vec![START];
    names.extend(Stage::ALL.iter().map(|stage| stage.as_str()));
    (0..)
        .zip(&names)
        .map(|(at, name)| StageNode {
            id: name,
            r#type: name,
            name,
            next: names.get(at as usize + 1).copied().into_iter().collect(),
            position: Position {
                x: at * DISTANCE,
                y: 0,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_leads_to_the_one_that_a_submit_reaches() {
        let stages = workflow();
        let of = |name: &str| stages.iter().find(|stage| stage.id == name);
        assert_eq!(of(START).map(|stage| stage.next.clone()), Some(vec!["Label"]));
        for stage in [Stage::Label, Stage::Review] {
            let next = of(stage.as_str()).map(|node| node.next.clone());
            assert_eq!(next, Some(vec![stage.next().as_str()]));
        }
        assert_eq!(of("Complete").map(|stage| stage.next.len()), Some(0));
    }
}
