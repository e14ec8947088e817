//! Paths as clients really write them: `//v2/…` from a host with a trailing slash, `/v2/storages/` from the SDK.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Gives a request the address that it means.
pub fn normalize_request(mut request: Request) -> Request {
    if let Some(uri) = normalize(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The same address with repeated slashes collapsed and the trailing one dropped, where it is the API's.
fn normalize(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let is_plain = !path.contains("//") && (path == "/" || !path.ends_with('/'));
    if is_plain {
        return None;
    }
    let mut clean = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        clean.push('/');
        clean.push_str(segment);
    }
    if clean.is_empty() {
        clean.push('/');
    }
    if let Some(query) = uri.query() {
        clean.push('?');
        clean.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(clean).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(text: &str) -> String {
        let uri: Uri = text.parse().unwrap();
        normalize(&uri).unwrap_or(uri).to_string()
    }

    #[test]
    fn slashes_are_collapsed_and_queries_kept() {
        assert_eq!(
            normalized("//v2//project/1/rerun-webhook"),
            "/v2/project/1/rerun-webhook"
        );
        assert_eq!(normalized("/v2/storages/?a=//b/"), "/v2/storages?a=//b/");
        assert_eq!(normalized("/v2/storages"), "/v2/storages");
        assert_eq!(normalized("//"), "/");
    }
}
