//! Leave for one person's browser to try one server that no page may reach yet: the doctor hands it out with the URL of
//! what it tried, and the script of the worker that fetches it is served with a policy that names that server alone.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insitu_model::id::UserId;

use crate::auth::link;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// How long a leave is good for, in milliseconds: as long as the URL that comes with it.
const LIFE_MS: i64 = 60_000;
/// Query parameter that carries it.
const PARAMETER: &str = "leave";

/// Leave for this user to fetch from where this URL leads.
pub fn leave(hub: &Hub, user: UserId, url: &str) -> ApiResult<String> {
    let origin = origin_of(url).unwrap_or_default();
    let token = link::token(&hub.vault, &name(user, origin), hub.clock.now_ms() + LIFE_MS)
        .map_err(ApiError::internal)?;
    Ok(format!("{}.{token}", URL_SAFE_NO_PAD.encode(origin)))
}

/// The leave that a script is asked for with.
pub fn leave_in(uri: &Uri) -> Option<&str> {
    let parameters = uri.query()?.split('&');
    parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(key, value)| (key == PARAMETER).then_some(value))
}

/// The script with a policy that lets it fetch from the one server; nothing, where the leave is none or has ended.
pub fn with_policy(hub: &Hub, user: UserId, leave: &str, mut script: Response) -> Response {
    let Some(policy) = policy(hub, user, leave) else {
        return ApiError::new(
            StatusCode::FORBIDDEN,
            "storage.leave_ended",
            "The leave to try a server from the browser has ended. Test the connection again.",
        )
        .into_response();
    };
    let headers = script.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    // The next try has another leave.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    script
}

fn policy(hub: &Hub, user: UserId, leave: &str) -> Option<HeaderValue> {
    let (origin, token) = leave.split_once('.')?;
    let origin = String::from_utf8(URL_SAFE_NO_PAD.decode(origin).ok()?).ok()?;
    link::check(&hub.vault, &name(user, &origin), token, hub.clock.now_ms()).ok()?;
    let text = format!("default-src 'none'; script-src 'self'; connect-src {origin}");
    HeaderValue::from_str(&text).ok()
}

fn name(user: UserId, origin: &str) -> String {
    format!("try-out/{user}/{origin}")
}

/// `https://host:port` of a URL that the hub signed.
fn origin_of(url: &str) -> Option<&str> {
    let host_at = url.find("://")? + 3;
    let host_bytes = url.get(host_at..)?.find('/')?;
    url.get(..host_at + host_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leave_is_for_the_server_and_its_port_alone() {
        let url = "http://127.0.0.1:9000/photos/a.jpg?X-Amz-Signature=x";
        assert_eq!(origin_of(url), Some("http://127.0.0.1:9000"));
        assert_eq!(origin_of("photos/a.jpg"), None);
    }

    #[test]
    fn a_leave_is_read_from_the_query() {
        let of = |text: &'static str| leave_in(&Uri::from_static(text)).map(str::to_owned);
        assert_eq!(of("/_app/a.js?v=1&leave=x.y.z").as_deref(), Some("x.y.z"));
        assert_eq!(of("/_app/a.js?leaves=x"), None);
        assert_eq!(of("/_app/a.js"), None);
    }
}
