//! Lists of tasks, and how many there are in each stage.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::task::Stage;
use insitu_store::tasks::{self, Condition, Field, Operand, Order, SortField, Test};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::Reader;
use super::filter_values::invalid;
use super::view::{self, Names, Shown, TaskView};
use crate::api::http::paging::Page;
use crate::api::http::query::Params;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
    /// Fields in their order, `-` before one that descends: `-priority,createdAt`. There are `createdAt` (the default),
    /// `updatedAt`, `priority`, `externalId`, `stage`, `duration` and `totalDuration`.
    sort: Option<String>,
    /// `true`: each task with its answer.
    include_answer: Option<String>,
    /// Only these members of each task: `_id,stage,assignee`.
    fields: Option<String>,
    /// JSON, `{"field":value}` or `{"field":{"$op":value}}` with `$eq $ne $gt $gte $lt $lte $in $nin $regex $exists`.
    filter: Option<String>,
    /// The same under another name.
    filters: Option<String>,
    /// One stage; the same as in the filter.
    stage: Option<String>,
    /// JSON: ids or names of batches; tasks of any of them.
    batches: Option<String>,
    /// An e-mail address.
    assignee: Option<String>,
    /// `TODO` or `Completed`; also as `status[eq]`.
    status: Option<String>,
    #[serde(rename = "status[eq]")]
    #[param(ignore)]
    status_eq: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    pub tasks: Vec<TaskItem>,
    /// Tasks of all pages.
    pub total: u64,
}

/// A task, or the members of it that were asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TaskItem {
    Whole(Box<TaskView>),
    #[schema(value_type = Object)]
    Part(Map<String, Value>),
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskCounts {
    pub counts: StageCounts,
    /// Of these, the caller's own.
    pub mine: MyCounts,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct StageCounts {
    pub label: u64,
    pub review: u64,
    pub complete: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct MyCounts {
    pub label: u64,
    pub review: u64,
}

/// A project's tasks; a labeler sees their own
#[utoipa::path(get, path = "/v2/project/{project}/tasks", tag = "tasks",
    params(("project" = String, Path), ListParams),
    responses((status = 200, body = Envelope<TaskList>), (status = 400, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::Label>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<TaskList>> {
    let page = Page::new(params.page, params.limit)?;
    let orders = orders(params.sort.as_deref())?;
    let filters = params.filters()?;
    let fields = params.fields();
    let answer = params.shows_answer(fields.as_deref());
    let (organization, project, user) = (access.organization, access.project, access.caller.user);
    let own_only = access.only_own_tasks();
    let files = hub.files.clone();
    let list = hub
        .db
        .read(move |tx| {
            let reader = Reader::load(tx, organization, project)?;
            let mut conditions = Vec::new();
            for filter in filters {
                conditions.extend(reader.read(filter)?);
            }
            if own_only {
                let own = Test::In(vec![Operand::User(user)]);
                conditions.push(Condition::Of(Field::Assignee, own));
            }
            let found = tasks::list(tx, organization, project, &conditions, &orders, page.into())?;
            let names = Names::load(tx, organization, project, &found.rows)?;
            let shown = Shown {
                answer,
                history: false,
            };
            let mut items = Vec::with_capacity(found.rows.len());
            for task in found.rows {
                let task = view::view(tx, &names, task, shown, &files)?;
                items.push(item(task, fields.as_deref())?);
            }
            Ok::<_, ApiError>(TaskList {
                tasks: items,
                total: found.total,
            })
        })
        .await?;
    Ok(Success(list))
}

/// How many tasks each stage has
#[utoipa::path(get, path = "/v2/project/{project}/tasks/counts", tag = "tasks",
    params(("project" = String, Path)),
    responses((status = 200, body = Envelope<TaskCounts>), (status = 404, body = ErrorBody)))]
async fn counts(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::Label>,
) -> ApiResult<Success<TaskCounts>> {
    let (organization, project, user) = (access.organization, access.project, access.caller.user);
    let counts = hub
        .db
        .read(move |tx| {
            let all = tasks::counts(tx, organization, project)?;
            let mut mine = |stage| tasks::given_to(tx, organization, project, stage, user);
            Ok::<_, ApiError>(TaskCounts {
                mine: MyCounts {
                    label: mine(Stage::Label)?,
                    review: mine(Stage::Review)?,
                },
                counts: StageCounts {
                    label: all.label,
                    review: all.review,
                    complete: all.complete,
                },
            })
        })
        .await?;
    Ok(Success(counts))
}

impl ListParams {
    /// Everything that is asked of the tasks, in the filter's language.
    fn filters(&self) -> ApiResult<Vec<Value>> {
        let mut filters = Vec::new();
        for text in [&self.filter, &self.filters].into_iter().flatten() {
            if !text.trim().is_empty() {
                filters.push(serde_json::from_str(text).map_err(|error| {
                    invalid(format!("it is not JSON: {error}; percent-encode its value"))
                })?);
            }
        }
        let words = [
            ("stage", &self.stage),
            ("assignee", &self.assignee),
            ("status", &self.status),
            ("status", &self.status_eq),
        ];
        for (field, value) in words {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                filters.push(json!({ field: value }));
            }
        }
        if let Some(text) = self.batches.as_deref().filter(|text| !text.is_empty()) {
            let names: Vec<String> = serde_json::from_str(text)
                .map_err(|_| invalid("batches has to be a JSON list of ids or names"))?;
            filters.push(json!({ "batches": { "$in": names } }));
        }
        Ok(filters)
    }

    fn fields(&self) -> Option<Vec<String>> {
        let names = self.fields.as_deref()?.split(',').map(str::trim);
        let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Some(names).filter(|names| !names.is_empty())
    }

    fn shows_answer(&self, fields: Option<&[String]>) -> bool {
        let is_asked = self
            .include_answer
            .as_deref()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        match fields {
            Some(fields) => fields.iter().any(|field| field == "answer"),
            None => is_asked,
        }
    }
}

/// The whole task, or the members that were named.
fn item(task: TaskView, fields: Option<&[String]>) -> ApiResult<TaskItem> {
    let Some(fields) = fields else {
        return Ok(TaskItem::Whole(Box::new(task)));
    };
    match serde_json::to_value(task).map_err(ApiError::internal)? {
        Value::Object(mut members) => {
            members.retain(|name, _| fields.contains(name));
            Ok(TaskItem::Part(members))
        }
        _ => Err(ApiError::internal("a task that is no object")),
    }
}

fn orders(sort: Option<&str>) -> ApiResult<Vec<Order>> {
    let names = sort.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(order).collect()
}

fn order(name: &str) -> ApiResult<Order> {
    let (field, descending) = match name.strip_prefix('-') {
        Some(field) => (field, true),
        None => (name.trim_start_matches('+'), false),
    };
    let by = match field {
        "createdAt" | "_id" => SortField::CreatedAt,
        "updatedAt" => SortField::UpdatedAt,
        "priority" => SortField::Priority,
        "externalId" => SortField::ExternalId,
        "stage" => SortField::Stage,
        "duration" => SortField::Duration,
        "totalDuration" => SortField::TotalDuration,
        other => {
            return Err(ApiError::invalid(
                "request.sort_invalid",
                format!(
                    "Tasks cannot be sorted by {other:?}. Use createdAt, updatedAt, priority, externalId, stage, duration or totalDuration, with - before one that descends."
                ),
            ));
        }
    };
    Ok(Order { by, descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_fields_and_directions() {
        let found = orders(Some("-priority, createdAt")).unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[0].descending && found[0].by == SortField::Priority);
        assert_eq!(orders(None).unwrap(), []);
        assert_eq!(orders(Some("colour")).unwrap_err().code, "request.sort_invalid");
    }
}
