//! The web interface, embedded: its files by path, and its one page for every other address.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web/build"]
#[allow_missing = true]
struct Assets;

const PAGE: &str = "index.html";
/// The bundler puts a content hash into the names of files under this folder.
const IMMUTABLE_FOLDER: &str = "_app/immutable/";

/// Answers whatever is not the API's.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Assets::get(path).filter(|_| !path.is_empty()) {
        return file_response(path, file);
    }
    if path.starts_with("_app/") {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    }
    match Assets::get(PAGE) {
        Some(page) => file_response(PAGE, page),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The web interface is not in this binary: run `npm ci && npm run build` in web/ and build again.",
        )
            .into_response(),
    }
}

fn file_response(path: &str, file: EmbeddedFile) -> Response {
    let caching = if path.starts_with(IMMUTABLE_FOLDER) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    let content_type = content_type(path);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
