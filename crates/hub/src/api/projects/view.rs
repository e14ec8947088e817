//! A project as the API shows it: in lists in short, and with everything that its page shows.

use insitu_model::id::{OrganizationId, ProjectId};
use insitu_store::batches::{self, Batch};
use insitu_store::project_members::{self, ProjectMember};
use insitu_store::projects::{self, Project};
use insitu_store::{Tx, members, tasks};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::category_schema::{self, SchemaDocument};
use super::stages::{StageNode, workflow};
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::error::ApiResult;
use crate::hub::Hub;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    pub description: String,
    pub organization: String,
    pub created_at: String,
    /// Since when it is only read; null: it is not archived.
    pub archived_at: Option<String>,
    pub asset_count: u64,
    /// Its tasks by stage.
    pub task_counts: TaskCounts,
    /// The caller's role in the project; owners and admins act as `Manager`.
    #[schema(value_type = words::ProjectRole)]
    pub role: &'static str,
}

/// How many tasks are in which stage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = ProjectTaskCounts)]
pub struct TaskCounts {
    pub label: u64,
    pub review: u64,
    pub complete: u64,
}

impl From<tasks::Counts> for TaskCounts {
    fn from(counts: tasks::Counts) -> Self {
        Self {
            label: counts.label,
            review: counts.review,
            complete: counts.complete,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Project)]
pub struct ProjectView {
    #[serde(flatten)]
    pub summary: ProjectSummary,
    /// Always `ango`.
    pub r#type: &'static str,
    /// E-mail address of the organization's owner.
    pub owner: String,
    /// Tools, classifications and relations, as they were sent.
    #[schema(value_type = SchemaDocument)]
    pub category_schema: Box<RawValue>,
    /// The workflow.
    pub stages: Vec<StageNode>,
    pub assigned_to: Vec<Assignment>,
    pub batches: Vec<BatchView>,
    /// The browser shows a manager what to try first.
    pub first_steps: bool,
}

/// What a project is told beside its name, as its row keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Settings {
    pub first_steps: bool,
}

impl Settings {
    fn of(project: &Project) -> Self {
        serde_json::from_str(&project.settings).unwrap_or_default()
    }

    /// What a copy of a project is told: what there is to try was in the first one.
    pub(super) fn of_copy(settings: &str) -> String {
        let mut settings: Self = serde_json::from_str(settings).unwrap_or_default();
        settings.first_steps = false;
        settings.to_json()
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// E-mail address.
    pub assignee: String,
    pub name: String,
    /// Since when they are in the project.
    pub created_at: String,
    /// `Manager`, `Lead`, `Reviewer` or `Labeler`.
    #[schema(value_type = words::ProjectRole)]
    pub role: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectData {
    pub project: ProjectView,
}

/// The project as its page shows it.
pub(super) async fn read(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    role: &'static str,
) -> ApiResult<ProjectData> {
    let details = hub.db.read(move |tx| details(tx, organization, project)).await?;
    Ok(ProjectData {
        project: view(details, role),
    })
}

/// A project with everything that its page shows.
struct Details {
    project: Project,
    owner_email: String,
    members: Vec<ProjectMember>,
    batches: Vec<Batch>,
}

fn details(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<Details, insitu_store::Error> {
    let owner = members::owner(tx, organization)?;
    Ok(Details {
        project: projects::get(tx, organization, id)?,
        owner_email: owner.map(|owner| owner.email).unwrap_or_default(),
        members: project_members::list(tx, organization, id)?,
        batches: batches::list(tx, organization, id)?,
    })
}

pub(super) fn summary(project: Project, role: &'static str) -> ProjectSummary {
    ProjectSummary {
        id: project.id.to_string(),
        name: project.name,
        description: project.description,
        organization: project.organization.to_string(),
        created_at: iso(project.created_at),
        archived_at: project.archived_at.map(iso),
        asset_count: project.asset_count,
        task_counts: project.tasks.into(),
        role,
    }
}

fn view(mut details: Details, role: &'static str) -> ProjectView {
    ProjectView {
        r#type: "ango",
        first_steps: Settings::of(&details.project).first_steps,
        owner: details.owner_email,
        category_schema: category_schema::answer(std::mem::take(&mut details.project.category_schema)),
        stages: workflow(),
        assigned_to: details
            .members
            .into_iter()
            .map(|member| Assignment {
                assignee: member.email,
                name: member.name,
                created_at: iso(member.created_at),
                role: member.role.as_str(),
            })
            .collect(),
        batches: details
            .batches
            .into_iter()
            .map(|batch| BatchView {
                id: batch.id.to_string(),
                name: batch.name,
            })
            .collect(),
        summary: summary(details.project, role),
    }
}
