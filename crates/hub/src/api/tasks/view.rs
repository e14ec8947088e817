//! A task as the API shows it.

use std::collections::HashMap;

use insitu_model::id::{BatchId, OrganizationId, ProjectId, UserId};
use insitu_model::task::{START, Stage};
use insitu_store::tasks::{self, HistoryEntry, Task};
use insitu_store::{Error, Tx, batches, users};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::assets::extra::{Extra, Metadata};
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::own_files::OwnFiles;

/// A task as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LabelTask)]
pub struct TaskView {
    #[serde(rename = "_id")]
    pub id: String,
    pub project: String,
    pub asset: TaskAsset,
    #[schema(value_type = words::Stage)]
    pub stage: &'static str,
    pub stage_id: &'static str,
    /// `TODO`, or `Completed` in stage `Complete`.
    pub status: &'static str,
    #[schema(value_type = words::ReviewStatus)]
    pub review_status: &'static str,
    /// E-mail address.
    pub assignee: Option<String>,
    pub external_id: Option<String>,
    /// Names.
    pub batches: Vec<String>,
    pub priority: i32,
    /// Always `default`.
    pub r#type: &'static str,
    pub is_draft: bool,
    pub is_skipped: bool,
    pub is_benchmark: bool,
    pub is_pre_labeled: bool,
    pub created_at: String,
    /// E-mail address, of whoever imported the asset.
    pub created_by: Option<String>,
    pub updated_at: String,
    pub updated_by: Option<String>,
    pub completed_at: Option<String>,
    pub completed_by: Option<String>,
    /// Who sent it from Label to the next stage.
    pub labeled_by: Option<String>,
    /// Milliseconds of work in this stage.
    pub duration: u64,
    /// Milliseconds of work in all stages.
    pub total_duration: u64,
    pub open_issues_count: u32,
    pub brush_data_url: Option<String>,
    pub medical_brush_data_url: Option<String>,
    /// Counts changes of the answer: send it along when saving, and nobody's work is overwritten.
    pub revision: u64,
    /// `{"tools","classifications","relations"}`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_history: Option<Vec<StageView>>,
}

/// The asset of a task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskAsset {
    #[serde(rename = "_id")]
    pub id: String,
    pub external_id: Option<String>,
    /// Its address; never signed.
    pub data: String,
    pub storage: Option<String>,
    /// What was imported, with `width` and `height` in pixels where they are known.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
    #[schema(value_type = Option<Object>)]
    pub context_data: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    pub attachments: Vec<Value>,
    #[schema(value_type = Option<Vec<String>>)]
    pub dataset: Option<Value>,
}

/// What a task was when it left a stage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StageHistory)]
pub struct StageView {
    pub stage: &'static str,
    pub stage_id: &'static str,
    pub completed_at: String,
    pub completed_by: Option<String>,
    /// Milliseconds.
    pub duration: u64,
    #[schema(value_type = Vec<Object>)]
    pub tools: Value,
    #[schema(value_type = Vec<Object>)]
    pub classifications: Value,
    #[schema(value_type = Vec<Object>)]
    pub relations: Value,
}

/// What a view shows beside the task itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown {
    pub answer: bool,
    pub history: bool,
}

/// The names that views of a project's tasks need.
#[derive(Debug)]
pub struct Names {
    organization: OrganizationId,
    project: ProjectId,
    batches: HashMap<BatchId, String>,
    emails: HashMap<UserId, String>,
}

impl Names {
    /// Those that the given tasks need.
    pub fn load<'a>(
        tx: &mut Tx,
        organization: OrganizationId,
        project: ProjectId,
        tasks: impl IntoIterator<Item = &'a Task>,
    ) -> Result<Self, Error> {
        let mut people: Vec<UserId> = Vec::new();
        let mut is_batched = false;
        for task in tasks {
            people.extend(task.people());
            is_batched |= !task.asset.batches.is_empty();
        }
        people.sort_unstable();
        people.dedup();
        let batches = if is_batched {
            batches::list(tx, organization, project)?
        } else {
            Vec::new()
        };
        Ok(Self {
            organization,
            project,
            batches: batches.into_iter().map(|batch| (batch.id, batch.name)).collect(),
            emails: users::emails(tx, people)?,
        })
    }

    fn email(&self, user: Option<UserId>) -> Option<String> {
        user.and_then(|user| self.emails.get(&user).cloned())
    }
}

/// One task with everything that it shows.
pub fn one(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    task: Task,
    shown: Shown,
    files: &OwnFiles,
) -> Result<TaskView, Error> {
    let names = Names::load(tx, organization, project, [&task])?;
    view(tx, &names, task, shown, files)
}

/// A task with the names of [`Names::load`].
pub fn view(
    tx: &mut Tx,
    names: &Names,
    task: Task,
    shown: Shown,
    files: &OwnFiles,
) -> Result<TaskView, Error> {
    let answer = if shown.answer {
        Some(tasks::answer(tx, names.organization, names.project, &task)?)
    } else {
        None
    };
    let history = if shown.history {
        Some(history(tx, names, &task)?)
    } else {
        None
    };
    Ok(TaskView {
        answer: answer.and_then(|text| RawValue::from_string(text).ok()),
        stage_history: history,
        ..bare(names, task, files)
    })
}

fn bare(names: &Names, task: Task, files: &OwnFiles) -> TaskView {
    let asset = &task.asset;
    TaskView {
        id: task.id().to_string(),
        project: names.project.to_string(),
        stage: task.stage.as_str(),
        stage_id: task.stage.as_str(),
        status: if task.stage == Stage::Complete {
            "Completed"
        } else {
            "TODO"
        },
        review_status: task.review_status.as_str(),
        assignee: names.email(task.assignee),
        external_id: asset.external_id.clone(),
        batches: asset
            .batches
            .iter()
            .filter_map(|id| names.batches.get(id).cloned())
            .collect(),
        priority: asset.priority,
        r#type: "default",
        is_draft: task.is_draft,
        is_skipped: task.is_skipped,
        is_benchmark: false,
        is_pre_labeled: task.is_pre_labeled,
        created_at: iso(asset.created_at),
        created_by: names.email(task.created_by),
        updated_at: iso(task.updated_at),
        updated_by: names.email(task.updated_by),
        completed_at: task.completed_at.map(iso),
        completed_by: names.email(task.completed_by),
        labeled_by: names.email(task.labeled_by),
        duration: task.duration,
        total_duration: task.total_duration,
        open_issues_count: 0,
        brush_data_url: None,
        medical_brush_data_url: None,
        revision: task.revision,
        answer: None,
        stage_history: None,
        asset: asset_of(task, files),
    }
}

fn asset_of(task: Task, files: &OwnFiles) -> TaskAsset {
    let asset = task.asset;
    let extra = Extra::of(&asset, files);
    TaskAsset {
        id: asset.id.to_string(),
        metadata: extra.metadata,
        context_data: extra.context_data,
        attachments: extra.attachments,
        dataset: extra.dataset,
        external_id: asset.external_id,
        data: files.shown(asset.data),
        storage: asset.storage.map(|id| id.to_string()),
    }
}

/// The stages that a task has left, `Start` first.
pub fn history(tx: &mut Tx, names: &Names, task: &Task) -> Result<Vec<StageView>, Error> {
    let entries = tasks::history(tx, names.organization, names.project, task.id())?;
    let people = entries.iter().filter_map(|entry| entry.completed_by);
    let emails = users::emails(tx, people)?;
    let mut stages = vec![StageView {
        stage: START,
        stage_id: START,
        completed_at: iso(task.asset.created_at),
        completed_by: None,
        duration: 0,
        tools: Value::Array(Vec::new()),
        classifications: Value::Array(Vec::new()),
        relations: Value::Array(Vec::new()),
    }];
    stages.extend(entries.into_iter().map(|entry| stage(entry, &emails)));
    Ok(stages)
}

fn stage(entry: HistoryEntry, emails: &HashMap<UserId, String>) -> StageView {
    let mut answer: Map<String, Value> = serde_json::from_str(&entry.answer).unwrap_or_default();
    let mut list = |name: &str| answer.remove(name).unwrap_or_else(|| Value::Array(Vec::new()));
    StageView {
        stage: entry.stage.as_str(),
        stage_id: entry.stage.as_str(),
        completed_at: iso(entry.completed_at),
        completed_by: entry.completed_by.and_then(|user| emails.get(&user).cloned()),
        duration: entry.duration,
        tools: list("tools"),
        classifications: list("classifications"),
        relations: list("relations"),
    }
}
