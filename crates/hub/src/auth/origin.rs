//! Keeps other sites from acting with a browser's session cookie (cross-site request forgery).
//!
//! A request that changes something and is authorized by the cookie must come from a page of this hub: browsers
//! put the page's origin into `Origin` (or say `Sec-Fetch-Site: same-origin`), and pages cannot forge either.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};

use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request that no foreign page made: for the ways in, which hand out a cookie without asking for one. Programs, which
/// send no `Origin`, are let through.
#[derive(Debug, Clone, Copy)]
pub struct NoForeignPage;

impl FromRequestParts<Arc<Hub>> for NoForeignPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        let from_page = parts.headers.contains_key(header::ORIGIN) || parts.headers.contains_key(FETCH_SITE);
        if from_page && !is_same_origin(&parts.headers, &hub.public_url) {
            return Err(foreign(&hub.public_url));
        }
        Ok(Self)
    }
}

/// Refuses a changing request of a foreign page.
pub fn check(parts: &Parts, public_url: &str) -> ApiResult<()> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    if is_same_origin(&parts.headers, public_url) {
        return Ok(());
    }
    Err(foreign(public_url))
}

fn foreign(public_url: &str) -> ApiError {
    ApiError::forbidden(
        "session.foreign_origin",
        format!(
            "This request came from another site than {public_url}, so it may not sign in or use a session. Open the hub at that address, or set its public URL to the address you use."
        ),
    )
}

fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    match text(header::ORIGIN) {
        Some(origin) => {
            origin == public_url
                || text(header::HOST).is_some_and(|host| {
                    origin
                        .strip_prefix("https://")
                        .or_else(|| origin.strip_prefix("http://"))
                        == Some(host)
                })
        }
        None => text(FETCH_SITE) == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/v2/project");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_foreign_page_cannot_change_anything() {
        let hub = "https://hub.example";
        let foreign = parts(
            "POST",
            &[("origin", "https://evil.example"), ("host", "hub.example")],
        );
        assert_eq!(check(&foreign, hub).unwrap_err().code, "session.foreign_origin");
        assert!(check(&parts("POST", &[("host", "hub.example")]), hub).is_err());
        assert!(check(&parts("DELETE", &[("origin", "null")]), hub).is_err());
    }

    #[test]
    fn the_hubs_own_pages_can() {
        let hub = "https://hub.example";
        assert!(check(&parts("POST", &[("origin", "https://hub.example")]), hub).is_ok());
        let local = parts(
            "POST",
            &[("origin", "http://localhost:8080"), ("host", "localhost:8080")],
        );
        assert!(check(&local, hub).is_ok());
        assert!(check(&parts("POST", &[("sec-fetch-site", "same-origin")]), hub).is_ok());
        assert!(check(&parts("GET", &[("origin", "https://evil.example")]), hub).is_ok());
    }
}
