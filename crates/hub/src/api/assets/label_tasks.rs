//! What a list of assets shows of their tasks.

use std::collections::HashMap;

use insitu_model::id::{OrganizationId, ProjectId, TaskId, UserId};
use insitu_store::assets::Asset;
use insitu_store::tasks::{self, Brief, LeftStage};
use insitu_store::{Error, Tx, users};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::http::time::iso;
use crate::api::http::words;

/// An asset's task in short.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetTask {
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: TaskId,
    #[schema(value_type = words::Stage)]
    pub stage: &'static str,
    pub stage_id: &'static str,
    /// E-mail address.
    pub assignee: Option<String>,
    /// The stages that it has left, oldest first.
    pub stage_history: Vec<AssetTaskStage>,
}

/// A stage that a task has left.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetTaskStage {
    #[schema(value_type = words::Stage)]
    pub stage: &'static str,
    pub stage_id: &'static str,
    pub completed_at: String,
    pub completed_by: Option<String>,
    /// Milliseconds.
    pub duration: u64,
}

/// The tasks of some assets, in their order.
pub fn of(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    assets: &[Asset],
) -> Result<Vec<AssetTask>, Error> {
    let briefs = tasks::briefs(tx, organization, project, assets)?;
    let people = |brief: &Brief| {
        let left = brief.left.iter().filter_map(|left| left.completed_by);
        brief.assignee.into_iter().chain(left).collect::<Vec<_>>()
    };
    let emails = users::emails(tx, briefs.iter().flat_map(people))?;
    let email = |user: Option<UserId>| email_of(&emails, user);
    let left = |left: LeftStage| AssetTaskStage {
        stage: left.stage.as_str(),
        stage_id: left.stage.as_str(),
        completed_at: iso(left.completed_at),
        completed_by: email(left.completed_by),
        duration: left.duration,
    };
    Ok(assets
        .iter()
        .zip(briefs)
        .map(|(asset, brief)| AssetTask {
            id: TaskId::of_asset(asset.id),
            stage: brief.stage.as_str(),
            stage_id: brief.stage.as_str(),
            assignee: email(brief.assignee),
            stage_history: brief.left.into_iter().map(left).collect(),
        })
        .collect())
}

fn email_of(emails: &HashMap<UserId, String>, user: Option<UserId>) -> Option<String> {
    user.and_then(|user| emails.get(&user).cloned())
}
