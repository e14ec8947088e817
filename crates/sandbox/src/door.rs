//! The control door: what the sandbox misbehaves by, and whom and what it knows, changed over HTTP while it runs, under a
//! path that no bucket can have.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use s3s::{Body, HttpResponse};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::{BucketConfig, RoleConfig, UserConfig};
use crate::facts::Facts;
use crate::faults::FaultRule;
use crate::world::World;

/// An underscore cannot stand in a bucket's name.
const PLACE: &str = "_sandbox";

/// The largest document that is read.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Is the request for the door? In a bucket's own host the same path is a key.
pub(crate) fn is_for(facts: &Facts) -> bool {
    facts.host.bucket.is_none() && facts.bucket.as_deref() == Some(PLACE)
}

/// Behind the door: `faults`, which are read, replaced and taken away as a whole, and `buckets`, `users` and `roles`, of
/// which PUT adds one.
pub(crate) async fn answer(world: &World, facts: &Facts, body: Body) -> HttpResponse {
    let answered = match (facts.key.as_deref(), &facts.method) {
        (Some("faults"), &Method::GET) => Ok(()),
        (Some("faults"), &Method::DELETE) => {
            world.faults.clear();
            Ok(())
        }
        (Some("faults"), &Method::PUT) => set_faults(world, body).await,
        (Some("buckets"), &Method::PUT) => return put(body, |bucket| put_bucket(world, bucket)).await,
        (Some("users"), &Method::PUT) => return put(body, |user| put_user(world, user)).await,
        (Some("roles"), &Method::PUT) => return put(body, |role| put_role(world, role)).await,
        (Some("faults" | "buckets" | "users" | "roles"), _) => Err((
            StatusCode::METHOD_NOT_ALLOWED,
            "faults are read with GET, replaced with PUT (a list) and taken away with DELETE; one bucket, user or role is added with PUT".to_owned(),
        )),
        _ => Err((
            StatusCode::NOT_FOUND,
            "there is nothing here: there are /_sandbox/faults, /_sandbox/buckets, /_sandbox/users and /_sandbox/roles".to_owned(),
        )),
    };
    match answered {
        Ok(()) => respond(StatusCode::OK, &json!(world.faults.counts())),
        Err(refusal) => refuse(refusal),
    }
}

type Refusal = (StatusCode, String);

async fn set_faults(world: &World, body: Body) -> Result<(), Refusal> {
    let rules: Vec<FaultRule> = read(body).await.map_err(as_before)?;
    world
        .faults
        .set(rules)
        .map_err(|error| as_before((StatusCode::BAD_REQUEST, error.to_string())))
}

fn as_before((status, message): Refusal) -> Refusal {
    (status, format!("the rules stay as they were: {message}"))
}

/// A bucket that is there gets the CORS rules and keeps its objects.
fn put_bucket(world: &World, bucket: BucketConfig) -> Result<Value, String> {
    if bucket.folder.is_some() {
        return Err("a folder of this machine is named in the configuration only".to_owned());
    }
    world.put_bucket(&bucket).map_err(|error| error.to_string())?;
    Ok(json!({ "name": bucket.name, "region": bucket.region }))
}

/// Answers the keys, which are random where none are given.
fn put_user(world: &World, user: UserConfig) -> Result<Value, String> {
    let user = world.add_user(&user).map_err(|error| error.to_string())?;
    Ok(json!({
        "arn": user.arn,
        "accessKeyId": user.access_key_id,
        "secretAccessKey": user.secret_access_key,
    }))
}

/// A role that is there is replaced.
fn put_role(world: &World, role: RoleConfig) -> Result<Value, String> {
    world.put_role(&role).map_err(|error| error.to_string())?;
    Ok(json!({ "arn": role.arn }))
}

async fn put<T: DeserializeOwned>(body: Body, keep: impl FnOnce(T) -> Result<Value, String>) -> HttpResponse {
    let kept = match read(body).await {
        Ok(config) => keep(config).map_err(|message| (StatusCode::BAD_REQUEST, message)),
        Err(refusal) => Err(refusal),
    };
    match kept {
        Ok(document) => respond(StatusCode::OK, &document),
        Err(refusal) => refuse(refusal),
    }
}

async fn read<T: DeserializeOwned>(mut body: Body) -> Result<T, Refusal> {
    let Ok(bytes) = body.store_all_limited(MAX_BODY_BYTES).await else {
        let message = "the document is longer than 256 KiB".to_owned();
        return Err((StatusCode::PAYLOAD_TOO_LARGE, message));
    };
    serde_json::from_slice(&bytes).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn refuse((status, message): Refusal) -> HttpResponse {
    respond(status, &json!({ "message": message }))
}

fn respond(status: StatusCode, document: &Value) -> HttpResponse {
    let mut response = Response::new(Body::from(format!("{document}\n")));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
