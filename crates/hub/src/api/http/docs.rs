//! The API's documents: OpenAPI at `/v2/openapi.json`, the same for people at `/docs`, and `/health` for machines.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::Value;

use crate::envelope::Success;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

static OPENAPI: LazyLock<String> = LazyLock::new(|| crate::api::openapi_json().unwrap_or_default());

pub fn router() -> Router<Arc<Hub>> {
    Router::new()
        .route("/v2/openapi.json", get(openapi))
        .route("/docs", get(docs))
        .route("/docs/docs.css", get(stylesheet))
        .route("/health", get(health))
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI.as_str())
}

/// Answers once the database does, and says whether something that imports left is being worked on.
async fn health(State(hub): State<Arc<Hub>>) -> ApiResult<Success<Value>> {
    let tidying = hub.db.read(insitu_store::imports::is_untidy).await?;
    Ok(Success(serde_json::json!({
        "healthy": true,
        "version": env!("CARGO_PKG_VERSION"),
        "tidying": tidying,
    })))
}

async fn stylesheet() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("docs.css"),
    )
}

async fn docs() -> ApiResult<Html<String>> {
    let document: Value = serde_json::from_str(&OPENAPI).map_err(ApiError::internal)?;
    Ok(Html(page(&document)))
}

fn page(document: &Value) -> String {
    let mut html = String::from(concat!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Insitu API</title>",
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
        "<link rel=\"stylesheet\" href=\"/docs/docs.css\"></head><body><main><h1>Insitu API</h1>",
    ));
    let _ = write!(html, "<p>{}</p>", escape(text(&document["info"]["description"])));
    html.push_str("<p>The same as a document for programs: <a href=\"/v2/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>");
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            operation_section(&mut html, path, method, operation, document);
        }
    }
    html.push_str("</main></body></html>");
    html
}

fn operation_section(html: &mut String, path: &str, method: &str, operation: &Value, document: &Value) {
    let _ = write!(
        html,
        "<section><h2><code>{} {}</code></h2><p>{}</p>",
        method.to_uppercase(),
        escape(path),
        escape(text(&operation["summary"]))
    );
    if let Some(description) = operation["description"].as_str() {
        let _ = write!(html, "<p>{}</p>", escape(description));
    }
    if let Some(parameters) = operation["parameters"].as_array().filter(|list| !list.is_empty()) {
        html.push_str("<table><tr><th>parameter</th><th>in</th><th>meaning</th></tr>");
        for parameter in parameters {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                escape(text(&parameter["name"])),
                escape(text(&parameter["in"])),
                escape(text(&parameter["description"]))
            );
        }
        html.push_str("</table>");
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let _ = write!(
            html,
            "<details><summary>Body</summary><pre>{}</pre></details>",
            schema(body, document)
        );
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let content = &response["content"]["application/json"]["schema"];
        let _ = write!(
            html,
            "<details><summary>{} {}</summary><pre>{}</pre></details>",
            escape(status),
            escape(text(&response["description"])),
            if content.is_null() {
                String::new()
            } else {
                schema(content, document)
            }
        );
    }
    html.push_str("</section>");
}

/// The schema itself, or the one that it refers to, as indented JSON.
fn schema(schema: &Value, document: &Value) -> String {
    let target = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema);
    escape(&format!("{target:#}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_of_the_document_is_on_the_page() {
        let document: Value = serde_json::from_str(&crate::api::openapi_json().unwrap()).unwrap();
        let html = page(&document);
        for path in document["paths"].as_object().unwrap().keys() {
            assert!(html.contains(&escape(path)), "{path}");
        }
        assert!(!html.contains("<script"));
    }
}
