//! Who may do what: changed at one hub, known to the other at once or, where it remembers somebody, a second later.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use insitu_hub::auth::standings::KEPT_MS;
use insitu_hub::testing::{PASSWORD, Person, TestHub, call};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::pair::Pair;

const MANAGER: ProjectRole = ProjectRole::Manager;

async fn status(person: &Person, path: &str) -> StatusCode {
    person.get(path).await.status
}

/// Asks twice, so that the hub remembers who this is.
async fn is_remembered(person: &Person, path: &str) {
    for _ in 0..2 {
        assert_eq!(status(person, path).await, StatusCode::OK);
    }
}

/// Bob, who manages the project, at the second hub; he was added at the first.
async fn bob(pair: &Pair) -> Person {
    let roles = [(pair.project.as_str(), MANAGER)];
    let bob = pair
        .one
        .member(&pair.ada, "Bob", OrganizationRole::Member, &roles)
        .await;
    bob.at(&pair.two)
}

fn assets(pair: &Pair) -> String {
    format!("/v2/project/{}/assets", pair.project)
}

#[tokio::test]
async fn a_member_who_is_removed_at_one_hub_is_refused_by_the_other() {
    let Some(pair) = Pair::begin().await else { return };
    let bob = bob(&pair).await;
    is_remembered(&bob, &assets(&pair)).await;
    let people = format!("/v2/organization/{}/users", pair.ada.organization);
    pair.ada
        .delete(&people, json!({ "users": [bob.email] }))
        .await
        .data();
    assert_eq!(
        status(&bob, "/v2/listProjects").await,
        StatusCode::UNAUTHORIZED,
        "at once where nothing is remembered"
    );
    pair.clock.advance_ms(KEPT_MS);
    assert_eq!(status(&bob, &assets(&pair)).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_that_is_revoked_at_one_hub_opens_nothing_at_the_other() {
    let Some(pair) = Pair::begin().await else { return };
    let made = pair.ada.post("/v2/apiKeys", json!({ "name": "script" })).await;
    let key = &made.data()["apiKey"];
    let script = pair.ada_at_two.with_key(key["key"].as_str().unwrap());
    is_remembered(&script, &assets(&pair)).await;
    let path = format!("/v2/apiKeys/{}", key["_id"].as_str().unwrap());
    pair.ada.delete(&path, Value::Null).await.data();
    assert_eq!(
        status(&script, "/v2/listProjects").await,
        StatusCode::UNAUTHORIZED
    );
    pair.clock.advance_ms(KEPT_MS);
    assert_eq!(status(&script, &assets(&pair)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&pair.ada_at_two, &assets(&pair)).await, StatusCode::OK);
}

#[tokio::test]
async fn a_role_in_a_project_that_is_given_or_taken_at_one_hub_counts_at_the_other() {
    let Some(pair) = Pair::begin().await else { return };
    let bob = bob(&pair).await;
    is_remembered(&bob, &assets(&pair)).await;
    let assigned = format!("/v2/project/{}/assigned", pair.project);
    pair.ada
        .delete(&assigned, json!({ "assignees": [bob.email] }))
        .await
        .data();
    pair.clock.advance_ms(KEPT_MS);
    assert_eq!(status(&bob, &assets(&pair)).await, StatusCode::NOT_FOUND);
    let again = json!({ "assignees": [bob.email], "role": MANAGER.as_str() });
    pair.ada.post(&assigned, again).await.data();
    pair.clock.advance_ms(KEPT_MS);
    is_remembered(&bob, &assets(&pair)).await;
    pair.ada
        .delete(&format!("/v2/project/{}", pair.project), Value::Null)
        .await
        .data();
    pair.clock.advance_ms(KEPT_MS);
    assert_eq!(status(&bob, &assets(&pair)).await, StatusCode::NOT_FOUND);
}

/// Signs in at this hub; the cookie.
async fn sign_in(hub: &TestHub, email: &str) -> String {
    let who = json!({ "email": email, "password": PASSWORD }).to_string();
    let request = Request::post("/v2/session").body(Body::from(who)).unwrap();
    let response = hub.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn with_cookie(hub: &TestHub, method: Method, path: &str, cookie: &str) -> StatusCode {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, cookie)
        .header(header::ORIGIN, "http://hub.test");
    call(hub.router(), request.body(Body::empty()).unwrap())
        .await
        .status
}

#[tokio::test]
async fn a_session_of_one_hub_is_good_at_the_other_until_it_is_ended_at_either() {
    let Some(pair) = Pair::begin().await else { return };
    let cookie = sign_in(&pair.one, &pair.ada.email).await;
    let at_two = async |path: &str| with_cookie(&pair.two, Method::GET, path, &cookie).await;
    for path in ["/v2/session", assets(&pair).as_str()] {
        assert_eq!(at_two(path).await, StatusCode::OK);
    }
    let ended = with_cookie(&pair.one, Method::DELETE, "/v2/session", &cookie).await;
    assert_eq!(ended, StatusCode::OK);
    assert_eq!(at_two("/v2/session").await, StatusCode::UNAUTHORIZED);
    pair.clock.advance_ms(KEPT_MS);
    assert_eq!(at_two(&assets(&pair)).await, StatusCode::UNAUTHORIZED);
}
