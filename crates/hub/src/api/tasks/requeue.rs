//! Changes to all tasks that a filter names: putting them into another stage, and their priority.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AssetId, TaskId};
use insitu_store::audit;
use insitu_store::limits::MAX_PAGE_ROWS;
use insitu_store::tasks::{self, Condition, Field, Operand, Requeue, Test};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::assignment::stage;
use super::filter::Reader;
use crate::api::http::body::Body;
use crate::api::imports::checked_priority;
use crate::audit::record;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(requeue))
        .routes(routes!(update_priority))
}

/// Which tasks are meant: those that every list that is there lets through.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskNames {
    pub task_ids: Option<Vec<String>>,
    pub external_ids: Option<Vec<String>>,
    pub asset_ids: Option<Vec<String>>,
    pub from_stage_ids: Option<Vec<String>>,
    /// Ids or names.
    pub batches: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RequeueOptions {
    pub remove_annotations: Option<bool>,
    /// The same in the other dialect.
    pub reset_answer: Option<bool>,
    pub remove_assignee: Option<bool>,
    /// The same in the other dialect.
    pub unassign: Option<bool>,
    pub remove_stage_history: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequeueBody {
    /// `Label`, `Review` or `Complete`.
    pub to_stage_id: String,
    /// Without any, all tasks of the project are meant.
    pub filters: Option<TaskNames>,
    pub options: Option<RequeueOptions>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequeueData {
    pub modified_count: Requeued,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requeued {
    pub modified: u64,
    pub to_stage_id: &'static str,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PriorityBody {
    /// -1000 to 1000; higher ones are handed out first.
    pub priority: i64,
    /// Without any, all tasks of the project are meant.
    pub filters: Option<TaskNames>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PriorityData {
    pub result: Modified,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Modified {
    pub modified: u64,
}

/// Put tasks into another stage
#[utoipa::path(post, path = "/v2/project/{project}/requeueTasks", tag = "tasks",
    params(("project" = String, Path)), request_body = RequeueBody,
    responses((status = 200, body = Envelope<RequeueData>), (status = 400, body = ErrorBody)))]
async fn requeue(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageTasks>,
    Body(body): Body<RequeueBody>,
) -> ApiResult<Success<RequeueData>> {
    let to = stage(Some(&body.to_stage_id))?.ok_or_else(|| {
        ApiError::invalid(
            "task.stage_unknown",
            "Name the stage to put tasks into as toStageId.",
        )
    })?;
    let options = body.options.unwrap_or_default();
    let is_on = |one: Option<bool>, other: Option<bool>| one.or(other).unwrap_or(false);
    let options = Requeue {
        remove_annotations: is_on(options.remove_annotations, options.reset_answer),
        remove_assignee: is_on(options.remove_assignee, options.unassign),
        remove_stage_history: is_on(options.remove_stage_history, None),
    };
    let by = (access.caller.user, hub.clock.now_ms());
    let place = (access.organization, access.project);
    let told = json!({
        "to": to.as_str(),
        "removeAnnotations": options.remove_annotations,
        "removeAssignee": options.remove_assignee,
        "removeStageHistory": options.remove_stage_history,
    });
    let what = (AuditAction::TasksRequeued, told);
    let modified = for_all(&hub, &access, body.filters, what, move |tx, positions| {
        tasks::requeue(tx, place.0, place.1, positions, (to, options), by)
    })
    .await?;
    Ok(Success(RequeueData {
        modified_count: Requeued {
            modified,
            to_stage_id: to.as_str(),
        },
    }))
}

/// Give tasks another priority
#[utoipa::path(post, path = "/v2/project/{project}/updatePriority", tag = "tasks",
    params(("project" = String, Path)), request_body = PriorityBody,
    responses((status = 200, body = Envelope<PriorityData>), (status = 400, body = ErrorBody)))]
async fn update_priority(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageTasks>,
    Body(body): Body<PriorityBody>,
) -> ApiResult<Success<PriorityData>> {
    let priority = checked_priority(body.priority)?;
    let place = (access.organization, access.project);
    let what = (AuditAction::TaskPriorityChanged, json!({ "priority": priority }));
    let modified = for_all(&hub, &access, body.filters, what, move |tx, positions| {
        tasks::set_priority(tx, place.0, place.1, positions, priority)
    })
    .await?;
    Ok(Success(PriorityData {
        result: Modified { modified },
    }))
}

/// Does something to all tasks that are meant, a bounded number in each transaction, so that nobody waits long. Each
/// puts on record what it did to how many.
async fn for_all(
    hub: &Arc<Hub>,
    access: &OnProject<right::ManageTasks>,
    filters: Option<TaskNames>,
    (action, details): (AuditAction, Value),
    change: impl Fn(&mut insitu_store::Tx, &[i64]) -> Result<u64, insitu_store::Error> + Clone + Send + 'static,
) -> ApiResult<u64> {
    let (organization, project, by) = (access.organization, access.project, access.caller.user);
    let names = filters.unwrap_or_default();
    // Read once, before anything moves: a requeued task no longer fulfils "from this stage".
    let conditions = hub
        .db
        .read(move |tx| names.conditions(&Reader::load(tx, organization, project)?))
        .await?;
    let (mut modified, mut position) = (0_u64, 0);
    loop {
        let (conditions, change) = (conditions.clone(), change.clone());
        let (writer, details) = (hub.clone(), details.clone());
        let (changed, last) = hub
            .db
            .claim(move |tx| {
                let positions = tasks::matching(tx, organization, project, &conditions, position)?;
                let changed = change(tx, &positions)?;
                let is_last = positions.len() < MAX_PAGE_ROWS as usize;
                if changed > 0 {
                    let mut details = details.clone();
                    details["tasks"] = changed.into();
                    let what = (action, AuditSubject::Project(project));
                    audit::insert(tx, &record(&writer, organization, Some(by), what, &details))?;
                }
                Ok::<_, ApiError>((changed, positions.last().copied().filter(|_| !is_last)))
            })
            .await?;
        modified += changed;
        match last {
            Some(last) => position = last,
            None => return Ok(modified),
        }
    }
}

impl TaskNames {
    fn conditions(self, reader: &Reader) -> ApiResult<Vec<Condition>> {
        let mut conditions = Vec::new();
        if let Some(texts) = self.task_ids {
            let ids = texts.iter().filter_map(|text| text.parse::<TaskId>().ok());
            conditions.push(Condition::Ids(ids.collect()));
        }
        if let Some(texts) = self.asset_ids {
            let ids = texts.iter().filter_map(|text| text.parse::<AssetId>().ok());
            conditions.push(Condition::Ids(ids.map(TaskId::of_asset).collect()));
        }
        if let Some(texts) = self.external_ids {
            let ids = texts.into_iter().map(Operand::Text).collect();
            conditions.push(Condition::Of(Field::ExternalId, Test::In(ids)));
        }
        let mut filter = Map::new();
        for (field, names) in [("stage", self.from_stage_ids), ("batches", self.batches)] {
            if let Some(names) = names {
                filter.insert(field.to_owned(), serde_json::json!({ "$in": names }));
            }
        }
        conditions.extend(reader.read(Value::Object(filter))?);
        Ok(conditions)
    }
}
