//! Saving answers: drafts that keep themselves, submits, and the SDK's `annotate_task`.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::answer::{Answer, Terms};
use insitu_model::problem::{Problem, Severity};
use insitu_model::schema::CategorySchema;
use insitu_store::projects;
use insitu_store::tasks::{self, NewAnswer, Saved};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{self, Shown, TaskView};
use crate::api::http::body::Body;
use crate::api::http::query::Params;
use crate::auth::access::right;
use crate::auth::task_access::{OnTask, not_yours};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// The longest work that one save may add, in milliseconds: a day.
pub(super) const MAX_DURATION_MS: u64 = 24 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(annotate))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
struct AnnotateParams {
    /// `true`: the task moves to the next stage.
    next_stage: Option<String>,
    /// Sent by clients of the public SDK; it changes nothing here.
    #[expect(dead_code, reason = "named for the document")]
    is_plugin: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnotateBody {
    /// `{"objects" or "tools","classifications","relations"}`
    #[schema(value_type = Object)]
    pub answer: Value,
    /// Milliseconds of work since the last save.
    pub duration: Option<f64>,
    /// The revision that the answer was made from. Without it, whatever is there is replaced.
    pub revision: Option<u64>,
    /// It is not to be submitted yet.
    pub draft: Option<bool>,
    pub brush_data_url: Option<String>,
    pub medical_brush_data_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AnnotateData {
    /// The task as it is now.
    pub label: TaskView,
    /// What is kept and worth a look: a shape outside of the picture, a class that the schema has no more.
    pub problems: Vec<ProblemView>,
}

/// Something about one place of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnswerProblem)]
pub struct ProblemView {
    /// Such as `objects[3].polygon[2]`.
    pub path: String,
    pub code: &'static str,
    pub message: String,
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        Self {
            path: problem.path,
            code: problem.code,
            message: problem.message,
        }
    }
}

/// Save the answer of a task
#[utoipa::path(post, path = "/v2/annotate/{task}", tag = "tasks",
    params(("task" = String, Path), AnnotateParams), request_body = AnnotateBody,
    responses((status = 200, body = Envelope<AnnotateData>), (status = 400, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn annotate(
    State(hub): State<Arc<Hub>>,
    access: OnTask<right::Label>,
    Params(params): Params<AnnotateParams>,
    Body(body): Body<AnnotateBody>,
) -> ApiResult<Success<AnnotateData>> {
    let submit = params
        .next_stage
        .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    refuse_brushes(&body)?;
    let coming = Coming {
        access: &access,
        answer: body.answer,
        based_on: body.revision,
        duration: duration(body.duration)?,
        is_draft: body.draft.unwrap_or(false) && !submit,
        submit,
    };
    let (label, problems) = save(&hub, coming).await?;
    Ok(Success(AnnotateData { label, problems }))
}

/// An answer on its way in.
pub(super) struct Coming<'a, R> {
    pub access: &'a OnTask<R>,
    pub answer: Value,
    pub based_on: Option<u64>,
    pub duration: u64,
    pub is_draft: bool,
    pub submit: bool,
}

/// Checks an answer against the schema and keeps it.
pub(super) async fn save<R>(hub: &Hub, coming: Coming<'_, R>) -> ApiResult<(TaskView, Vec<ProblemView>)> {
    let (organization, project) = (coming.access.on.organization, coming.access.on.project);
    let id = coming.access.task;
    let (schema, size) = hub
        .db
        .read(move |tx| {
            let schema = projects::get(tx, organization, project)?.category_schema;
            let task = tasks::find(tx, organization, project, id)?;
            let size = task.and_then(|task| task.asset.width.zip(task.asset.height));
            Ok::<_, ApiError>((schema, size))
        })
        .await?;
    let ((answer, terms), problems) = checked(
        coming.answer,
        &CategorySchema::stored(&schema),
        size,
        coming.submit,
        hub,
    )?;
    let new = NewAnswer {
        by: coming.access.on.caller.user,
        answer,
        terms,
        based_on: coming.based_on,
        duration: coming.duration,
        is_draft: coming.is_draft,
        submit: coming.submit,
        only_own: coming.access.on.only_own_tasks(),
    };
    let now = hub.clock.now_ms();
    let files = hub.files.clone();
    let label = hub
        .db
        .claim(
            move |tx| match tasks::save(tx, organization, project, id, &new, now)? {
                Saved::Kept(task) => {
                    let shown = Shown {
                        answer: true,
                        history: false,
                    };
                    Ok(view::one(tx, organization, project, *task, shown, &files)?)
                }
                Saved::NotOwn => Err(not_yours(id)),
                Saved::Changed(task, _) => {
                    let shown = Shown {
                        answer: true,
                        history: false,
                    };
                    let current = view::one(tx, organization, project, *task, shown, &files)?;
                    Err(changed(&current))
                }
            },
        )
        .await?;
    Ok((label, problems))
}

/// An answer as it is kept and what it is found by, and what is worth a look. A submit may not lack what the schema requires.
fn checked(
    answer: Value,
    schema: &CategorySchema,
    size: Option<(u32, u32)>,
    submit: bool,
    hub: &Hub,
) -> ApiResult<((String, Terms), Vec<ProblemView>)> {
    let mut answer = Answer::from_value(answer).map_err(|problem| refusal(&[problem]))?;
    answer.fill_object_ids(&*hub.random);
    let mut problems = answer.resolve(schema, Severity::Noticed);
    problems.extend(answer.check(schema, size));
    let (refused, noticed): (Vec<Problem>, Vec<Problem>) = problems
        .into_iter()
        .partition(|problem| submit && problem.severity == Severity::Refused);
    if !refused.is_empty() {
        return Err(refusal(&refused));
    }
    Ok((
        (answer.to_stored(), answer.terms(schema)),
        noticed.into_iter().map(ProblemView::from).collect(),
    ))
}

fn refusal(problems: &[Problem]) -> ApiError {
    let first = problems.first();
    let message = first.map_or_else(String::new, |problem| {
        if problem.path.is_empty() {
            format!("The answer was not saved: {}.", problem.message)
        } else {
            format!(
                "The answer was not saved: at {}, {}.",
                problem.path, problem.message
            )
        }
    });
    ApiError::invalid(first.map_or("answer.refused", |problem| problem.code), message)
        .with_details(json!({ "problems": problems }))
}

fn changed(current: &TaskView) -> ApiError {
    ApiError::conflict(
        "task.changed",
        format!(
            "The task {} or its answer was changed by {} in the meantime, so yours was not saved. Keep theirs, or save yours again with revision {}.",
            current.id,
            current.updated_by.as_deref().unwrap_or("somebody"),
            current.revision
        ),
    )
    .with_details(json!({ "task": current }))
}

/// Milliseconds of work as clients send them: whole or not, never negative.
pub(super) fn duration(sent: Option<f64>) -> ApiResult<u64> {
    let sent = sent.unwrap_or(0.0);
    if (0.0..=MAX_DURATION_MS as f64).contains(&sent) {
        return Ok(sent.round() as u64);
    }
    Err(ApiError::invalid(
        "task.duration_invalid",
        format!("The duration is {sent} ms; it may be 0 to {MAX_DURATION_MS}, the work since the last save."),
    ))
}

fn refuse_brushes(body: &AnnotateBody) -> ApiResult<()> {
    let is_sent = |url: &Option<String>| url.as_deref().is_some_and(|url| !url.is_empty());
    if is_sent(&body.brush_data_url) || is_sent(&body.medical_brush_data_url) {
        return Err(ApiError::invalid(
            "answer.brush_unsupported",
            "Brush masks cannot be kept by this hub yet. Leave brushDataUrl and medicalBrushDataUrl out, or draw polygons.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_the_work_of_a_day_at_most() {
        assert_eq!(duration(None).unwrap(), 0);
        assert_eq!(duration(Some(1500.4)).unwrap(), 1500);
        for wrong in [-1.0, 1e12, f64::NAN, f64::INFINITY] {
            assert_eq!(duration(Some(wrong)).unwrap_err().code, "task.duration_invalid");
        }
    }
}
