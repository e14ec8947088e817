//! The browser's question before it asks: OPTIONS, answered without a signature.

use hyper::HeaderMap;

use crate::cors::{CorsRequest, METHODS, find_grant, header_names};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::world::World;

/// The headers of a granted preflight, or S3's refusal.
pub(crate) fn answer(world: &World, facts: &Facts, headers: &HeaderMap) -> Result<HeaderMap, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = &facts.origin else {
        let message = "Insufficient information. Origin request header needed.";
        return Err(Refusal::bad_request("BadRequest", message));
    };
    let method = text("access-control-request-method");
    let Some(method) = method.filter(|method| METHODS.contains(method)) else {
        let given = method.unwrap_or("null");
        let message = format!("Invalid Access-Control-Request-Method: {given}");
        return Err(Refusal::bad_request("BadRequest", message));
    };
    let resource = if facts.key.is_some() { "OBJECT" } else { "BUCKET" };
    let bucket = facts.bucket_in(world);
    let bucket = bucket.ok_or_else(|| Refusal::cors_no_bucket(method, resource))?;
    let rules = facts.cors_of(&bucket);
    if rules.is_empty() {
        return Err(Refusal::cors_not_enabled(method, resource));
    }
    let request = CorsRequest {
        origin: origin.clone(),
        method: method.to_owned(),
        headers: header_names(text("access-control-request-headers").unwrap_or_default()),
    };
    let grant = find_grant(&rules, &request).ok_or_else(|| Refusal::cors_not_allowed(method, resource))?;
    let mut granted = HeaderMap::new();
    grant.write(&mut granted);
    Ok(granted)
}
