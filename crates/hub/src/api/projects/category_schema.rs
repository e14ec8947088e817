//! A project's category schema: taken as its author sends it, checked, and answered the same.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::problem::Problem;
use insitu_model::schema::{CategorySchema, SCHEMA_BYTES_MAX, fill_ids};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// What a new project asks of labelers: nothing yet.
pub const EMPTY: &str = r#"{"tools":[],"classifications":[],"relations":[]}"#;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(check))
}

/// The schema as the document shows it. The hub keeps the JSON that its author sent, fields that are not here included.
#[derive(Debug, ToSchema)]
#[schema(as = CategorySchema)]
#[expect(dead_code, reason = "only the OpenAPI document reads it")]
pub struct SchemaDocument {
    /// Classes of objects.
    tools: Option<Vec<CategoryDocument>>,
    /// Questions about the asset as a whole.
    classifications: Option<Vec<CategoryDocument>>,
    /// Relations between objects.
    relations: Option<Vec<CategoryDocument>>,
}

#[derive(Debug, ToSchema)]
#[schema(as = Category, rename_all = "camelCase")]
#[expect(dead_code, reason = "only the OpenAPI document reads it")]
pub struct CategoryDocument {
    /// The kind: `polygon`, `radio`, `one-to-one` …; kinds that are not known are kept.
    tool: String,
    title: String,
    /// Names it in answers; filled in by the hub where it is missing.
    schema_id: Option<String>,
    required: Option<bool>,
    column_field: Option<bool>,
    /// `#RRGGBB`
    color: Option<String>,
    shortcut_key: Option<String>,
    /// Questions about each object, or about the answer to this question.
    #[schema(no_recursion)]
    classifications: Option<Vec<CategoryDocument>>,
    options: Option<Vec<OptionDocument>>,
    /// What can be chosen from a tree.
    tree_options: Option<Vec<BranchDocument>>,
    /// The `schemaId` of the option that makes this question appear.
    parent_option_id: Option<String>,
    /// What the text must match.
    regex: Option<String>,
}

#[derive(Debug, ToSchema)]
#[schema(as = CategoryOption, rename_all = "camelCase")]
#[expect(dead_code, reason = "only the OpenAPI document reads it")]
pub struct OptionDocument {
    value: String,
    schema_id: Option<String>,
}

#[derive(Debug, ToSchema)]
#[schema(as = CategoryBranch, rename_all = "camelCase")]
#[expect(dead_code, reason = "only the OpenAPI document reads it")]
pub struct BranchDocument {
    title: String,
    /// Names it in answers; filled in by the hub where it is missing.
    key: Option<String>,
    #[schema(no_recursion)]
    children: Option<Vec<BranchDocument>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchemaProblems {
    /// Empty where the schema could be saved as it is.
    #[schema(value_type = Vec<SchemaProblem>)]
    pub problems: Vec<Problem>,
}

/// Something that is wrong at one place.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only the OpenAPI document reads it")]
pub struct SchemaProblem {
    /// Such as `tools[0].color`; empty for the schema as a whole.
    path: String,
    code: String,
    message: String,
    severity: String,
}

/// Check a category schema without saving it
#[utoipa::path(post, path = "/v2/project/{project}/categorySchema/check", tag = "projects",
    params(("project" = String, Path)), request_body = SchemaDocument,
    responses((status = 200, body = Envelope<SchemaProblems>), (status = 403, body = ErrorBody)))]
async fn check(
    State(hub): State<Arc<Hub>>,
    _access: OnProject<right::ManageProject>,
    Body(sent): Body<Box<RawValue>>,
) -> ApiResult<Success<SchemaProblems>> {
    let problems = match read(&hub, sent).await? {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    Ok(Success(SchemaProblems { problems }))
}

/// The text to store for a schema that somebody sends: the very same, unless ids had to be filled in.
pub async fn accept(hub: &Arc<Hub>, sent: Option<Box<RawValue>>) -> ApiResult<Option<String>> {
    match sent {
        None => Ok(None),
        Some(sent) => read(hub, sent).await?.map(Some).map_err(refusal),
    }
}

/// A stored schema as it is answered.
pub fn answer(stored: String) -> Box<RawValue> {
    RawValue::from_string(stored).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Compiling regular expressions takes long enough to be kept off the threads that answer requests.
async fn read(hub: &Arc<Hub>, sent: Box<RawValue>) -> ApiResult<Result<String, Vec<Problem>>> {
    let hub = hub.clone();
    tokio::task::spawn_blocking(move || read_now(&hub, &sent))
        .await
        .map_err(ApiError::internal)
}

fn read_now(hub: &Hub, sent: &RawValue) -> Result<String, Vec<Problem>> {
    let value = serde_json::from_str::<Value>(sent.get());
    let (Ok(mut value), true) = (value, sent.get().len() <= SCHEMA_BYTES_MAX) else {
        // Too large, or no JSON that can be kept: the model says which.
        return CategorySchema::parse(sent.get()).map(|_| sent.get().to_owned());
    };
    let filled = fill_ids(&mut value, &*hub.random);
    CategorySchema::from_value(&value)?;
    Ok(if filled == 0 {
        sent.get().to_owned()
    } else {
        value.to_string()
    })
}

fn refusal(problems: Vec<Problem>) -> ApiError {
    let first = problems.first().map(|problem| match problem.path.as_str() {
        "" => problem.message.clone(),
        path => format!("{path}: {}", problem.message),
    });
    let others = match problems.len().saturating_sub(1) {
        0 => "",
        _ => " The details name what else is wrong.",
    };
    ApiError::invalid(
        "schema.refused",
        format!(
            "The category schema was not saved: {}.{others}",
            first.unwrap_or_default()
        ),
    )
    .with_details(json!({ "problems": problems }))
}
