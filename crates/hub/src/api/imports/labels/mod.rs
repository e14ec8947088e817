//! Labels by list (row 27 of the public API): put on assets that are there, as their pre-labels.
//!
//! A row names its assets by external ID, by address, or by both, and all assets that it names get its labels, unless
//! somebody has worked on their tasks already. What does not fit is reported by row, and does not keep the others out.

mod matching;
mod row;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use insitu_model::answer::{Answer, Terms};
use insitu_model::id::{AssetId, OrganizationId, ProjectId, TaskId};
use insitu_model::problem::Severity;
use insitu_model::schema::CategorySchema;
use insitu_store::{projects, tasks};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::SemaphorePermit;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::matching::Wanted;
use crate::api::http::body;
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::MAX_LABEL_LISTS;

/// The largest list of labels, in bytes: more than any other JSON body, since answers are large.
pub const MAX_LABELS_BODY_BYTES: usize = 64 * 1024 * 1024;
/// The most rows of one list.
const MAX_LABEL_ROWS: usize = 100_000;
/// How long a list waits for its turn to be read.
const PATIENCE: Duration = Duration::from_secs(20);
/// When to try again after that.
const RETRY_AFTER_SECONDS: u64 = 10;
/// Tasks that get their labels in one transaction.
const TASKS_PER_WRITE: usize = 200;
/// Reasons that are named for one row.
const REASONS_MAX: usize = 20;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(MAX_LABELS_BODY_BYTES))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelsBody {
    pub project: String,
    /// `{externalId?, data?, objects | tools, classifications, relations}`
    #[schema(value_type = Option<Vec<Object>>)]
    json_content: Option<Vec<Value>>,
    /// The other dialect: `{externalId? | assetId?, answer: {objects, classifications, relations}}`
    #[schema(value_type = Option<Vec<Object>>)]
    labels: Option<Vec<Value>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LabelsData {
    /// `n / m tasks are labeled.`
    pub project: String,
    /// Tasks that got their labels.
    pub labeled: u64,
    /// Tasks that were named, and rows that name none.
    pub total: u64,
    /// Why others did not get theirs.
    pub refused: Vec<RefusedLabels>,
}

/// One reason why labels were not put on a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedLabels {
    /// The row, counted from 0.
    pub index: usize,
    /// Where in it.
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Put labels on assets by a list
///
/// Only on tasks in stage Label that nobody has worked on. Titles and values stand for the schema's ids where only one
/// has them.
#[utoipa::path(post, path = "/v2/import/labels", tag = "tasks", request_body = LabelsBody,
    responses((status = 200, body = Envelope<LabelsData>), (status = 400, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn import(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    request: Request,
) -> ApiResult<Success<LabelsData>> {
    // Before anything of the list is read, so that few are in memory at a time.
    let _turn = turn(&hub).await?;
    let bytes = body::read(request, &hub).await?;
    let body: LabelsBody = blocking(move || body::parse(&bytes)).await??;
    let access = OnProject::<right::ImportAssets>::prove(&hub, caller, &body.project).await?;
    let rows = match (body.json_content, body.labels) {
        (Some(rows), None) | (None, Some(rows)) => rows,
        _ => {
            return Err(ApiError::invalid(
                "labels.missing",
                "Send the rows as jsonContent or as labels, one of them.",
            ));
        }
    };
    if rows.len() > MAX_LABEL_ROWS {
        return Err(ApiError::invalid(
            "labels.too_many_rows",
            format!(
                "{} rows in one list; {MAX_LABEL_ROWS} at most. Send it in parts.",
                rows.len()
            ),
        ));
    }
    let (organization, project) = (access.organization, access.project);
    let schema = hub
        .db
        .read(move |tx| projects::get(tx, organization, project))
        .await?
        .category_schema;
    let fitting = hub.clone();
    let (wanted, mut report) =
        blocking(move || fit(rows, &CategorySchema::stored(&schema), &fitting)).await?;
    let matched = matching::find(&hub, organization, project, wanted, &mut report).await?;
    label(&hub, (organization, project), matched, &mut report).await?;
    Ok(Success(report.finish()))
}

/// The turn to have a list read, while it is held.
async fn turn(hub: &Hub) -> ApiResult<SemaphorePermit<'_>> {
    let waiting = tokio::time::timeout(PATIENCE, hub.jobs.label_lists.acquire());
    waiting.await.ok().and_then(Result::ok).ok_or_else(|| {
        ApiError::too_many(
            "labels.too_many",
            format!(
                "{MAX_LABEL_LISTS} lists of labels are being read already. Wait a moment and send it again."
            ),
            RETRY_AFTER_SECONDS,
        )
    })
}

/// Work that would keep other requests waiting.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)
}

/// The rows whose labels fit the schema, and what is wrong with the others.
fn fit(rows: Vec<Value>, schema: &CategorySchema, hub: &Hub) -> (Vec<Wanted>, Report) {
    let mut report = Report::default();
    let mut wanted = Vec::new();
    for (index, value) in rows.into_iter().enumerate() {
        match row::read(value).and_then(|row| fitted(row, schema, hub)) {
            Ok((names, answer)) => wanted.push(Wanted { index, names, answer }),
            Err(problems) => report.refuse_row(index, problems),
        }
    }
    (wanted, report)
}

/// Something wrong with a row: where, by which code, and in words.
type RowProblem = (String, &'static str, String);

/// A row's answer as it is kept and what it is found by, if it fits the schema.
fn fitted(
    row: row::Row,
    schema: &CategorySchema,
    hub: &Hub,
) -> Result<(row::Names, (String, Terms)), Vec<RowProblem>> {
    let problem = |problem: insitu_model::problem::Problem| (problem.path, problem.code, problem.message);
    let mut answer = Answer::from_value(row.answer).map_err(|error| vec![problem(error)])?;
    if answer.is_empty() {
        let message = "the row has neither objects nor classifications nor relations".to_owned();
        return Err(vec![(String::new(), "labels.empty", message)]);
    }
    let refused = answer.resolve(schema, Severity::Refused);
    if !refused.is_empty() {
        return Err(refused.into_iter().take(REASONS_MAX).map(problem).collect());
    }
    answer.fill_object_ids(&*hub.random);
    Ok((row.names, (answer.to_stored(), answer.terms(schema))))
}

/// Labels on their way to an asset.
#[derive(Debug)]
struct Matched {
    index: usize,
    asset: AssetId,
    answer: Arc<(String, Terms)>,
}

async fn label(
    hub: &Hub,
    (organization, project): (OrganizationId, ProjectId),
    matched: Vec<Matched>,
    report: &mut Report,
) -> ApiResult<()> {
    let mut left = matched.into_iter().peekable();
    while left.peek().is_some() {
        let some: Vec<Matched> = left.by_ref().take(TASKS_PER_WRITE).collect();
        let now = hub.clock.now_ms();
        let done = hub
            .db
            .claim(move |tx| {
                some.iter()
                    .map(|one| {
                        let task = TaskId::of_asset(one.asset);
                        let (answer, terms) = &*one.answer;
                        let labels = (answer.as_str(), terms);
                        let is_labeled = tasks::pre_label(tx, organization, project, task, labels, now)?;
                        Ok((one.index, task, is_labeled))
                    })
                    .collect::<Result<Vec<_>, insitu_store::Error>>()
            })
            .await?;
        for (index, task, is_labeled) in done {
            report.total += 1;
            if is_labeled {
                report.labeled += 1;
            } else {
                let message = format!(
                    "The task {task} is not in stage Label any more, or somebody has worked on it, so it stays as it is. Requeue it without its annotations to label it anew."
                );
                report.refuse(index, String::new(), "labels.task_worked_on", message);
            }
        }
    }
    Ok(())
}

/// What became of the rows.
#[derive(Debug, Default)]
struct Report {
    labeled: u64,
    total: u64,
    refused: Vec<RefusedLabels>,
}

impl Report {
    fn refuse(&mut self, index: usize, field: String, code: &str, message: String) {
        self.refused.push(RefusedLabels {
            index,
            field,
            code: code.to_owned(),
            message,
        });
    }

    /// A row that labels nothing.
    fn refuse_row(&mut self, index: usize, problems: Vec<RowProblem>) {
        self.total += 1;
        for (field, code, message) in problems {
            self.refuse(index, field, code, message);
        }
    }

    fn finish(mut self) -> LabelsData {
        self.refused.sort_by_key(|refused| refused.index);
        LabelsData {
            project: format!("{} / {} tasks are labeled.", self.labeled, self.total),
            labeled: self.labeled,
            total: self.total,
            refused: self.refused,
        }
    }
}
