//! The control door: rules about faults, read and changed over HTTP under a path that no bucket can have.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use s3s::{Body, HttpResponse};
use serde_json::{Value, json};

use super::FaultRule;
use crate::facts::Facts;
use crate::world::World;

/// An underscore cannot stand in a bucket's name.
const PLACE: &str = "_sandbox";

/// The largest list of rules that is read.
const MAX_RULES_BYTES: usize = 256 * 1024;

/// Is the request for the door? In a bucket's own host the same path is a key.
pub(crate) fn is_for(facts: &Facts) -> bool {
    facts.host.bucket.is_none() && facts.bucket.as_deref() == Some(PLACE)
}

/// GET shows the rules, PUT replaces them, DELETE takes them away; each answers with the rules in force.
pub(crate) async fn answer(world: &World, facts: &Facts, mut body: Body) -> HttpResponse {
    if facts.key.as_deref() != Some("faults") {
        let message = "there is nothing here: the rules about faults are at /_sandbox/faults";
        return refuse(StatusCode::NOT_FOUND, message);
    }
    match facts.method {
        Method::GET => {}
        Method::DELETE => world.faults.clear(),
        Method::PUT => {
            let Ok(bytes) = body.store_all_limited(MAX_RULES_BYTES).await else {
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the rules are longer than 256 KiB");
            };
            let rules: Result<Vec<FaultRule>, _> = serde_json::from_slice(&bytes);
            let set = rules.map_err(|error| error.to_string());
            if let Err(message) = set.and_then(|rules| world.faults.set(rules).map_err(|e| e.to_string())) {
                let message = format!("the rules stay as they were: {message}");
                return refuse(StatusCode::BAD_REQUEST, &message);
            }
        }
        _ => {
            return refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "rules are read with GET, replaced with PUT (a list) and taken away with DELETE",
            );
        }
    }
    respond(StatusCode::OK, &json!(world.faults.counts()))
}

fn refuse(status: StatusCode, message: &str) -> HttpResponse {
    respond(status, &json!({ "message": message }))
}

fn respond(status: StatusCode, document: &Value) -> HttpResponse {
    let mut response = Response::new(Body::from(format!("{document}\n")));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
