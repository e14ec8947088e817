//! Who may do what is remembered between requests, and forgotten the moment that it changes.

use std::sync::Arc;

use axum::http::StatusCode;
use insitu_hub::auth::standings::KEPT_MS;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::FixedClock;
use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::{Db, Options, project_members, users};
use serde_json::{Value, json};

const NOW_MS: i64 = 1_800_000_000_000;

async fn status(person: &Person, path: &str) -> StatusCode {
    person.get(path).await.status
}

/// Asks twice, so that what follows meets something remembered.
async fn is_remembered(person: &Person, path: &str) {
    for _ in 0..2 {
        assert_eq!(status(person, path).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_revoked_key_stops_at_once() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let assets = format!("/v2/project/{}/assets", ada.project("Streets").await);
    let made = ada.post("/v2/apiKeys", json!({ "name": "script" })).await;
    let key = &made.data()["apiKey"];
    let script = ada.with_key(key["key"].as_str().unwrap());
    is_remembered(&script, &assets).await;
    let path = format!("/v2/apiKeys/{}", key["_id"].as_str().unwrap());
    ada.delete(&path, Value::Null).await.data();
    assert_eq!(status(&script, &assets).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&ada, &assets).await, StatusCode::OK);
}

#[tokio::test]
async fn a_role_that_is_taken_away_or_changed_counts_at_once() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Streets").await;
    let roles = [(project.as_str(), ProjectRole::Manager)];
    let bob = hub.member(&ada, "Bob", OrganizationRole::Member, &roles).await;
    let assets = format!("/v2/project/{project}/assets");
    let assigned = format!("/v2/project/{project}/assigned");
    is_remembered(&bob, &assets).await;
    ada.delete(&assigned, json!({ "assignees": [bob.email] }))
        .await
        .data();
    assert_eq!(status(&bob, &assets).await, StatusCode::NOT_FOUND);

    let again = json!({ "assignees": [bob.email], "role": "Manager" });
    ada.post(&assigned, again).await.data();
    is_remembered(&bob, &assets).await;
    let people = format!("/v2/organization/{}/users", ada.organization);
    ada.delete(&people, json!({ "users": [bob.email] })).await.data();
    assert_eq!(status(&bob, &assets).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_deleted_project_is_gone_at_once() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Streets").await;
    let assets = format!("/v2/project/{project}/assets");
    is_remembered(&ada, &assets).await;
    ada.delete(&format!("/v2/project/{project}"), Value::Null)
        .await
        .data();
    assert_eq!(status(&ada, &assets).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_another_process_changes_is_noticed_within_a_second() {
    let clock = Arc::new(FixedClock::at(NOW_MS));
    let hub = TestHub::start_at(clock.clone(), |_| {}).await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Streets").await;
    let roles = [(project.as_str(), ProjectRole::Manager)];
    let bob = hub.member(&ada, "Bob", OrganizationRole::Member, &roles).await;
    let assets = format!("/v2/project/{project}/assets");
    is_remembered(&bob, &assets).await;

    let url = hub.hub.db.url().clone();
    let other = tokio::task::spawn_blocking(move || Db::open(&url, Options::default()));
    let other = other.await.unwrap().unwrap();
    let (organization, email) = (ada.organization.parse().unwrap(), bob.email.clone());
    let project = project.parse().unwrap();
    other
        .write(move |tx| {
            let bob = users::find_by_email(tx, &email)?.unwrap();
            project_members::remove(tx, organization, project, bob.id)
        })
        .await
        .unwrap();
    clock.advance_ms(KEPT_MS - 1);
    assert_eq!(status(&bob, &assets).await, StatusCode::OK);
    clock.advance_ms(1);
    assert_eq!(status(&bob, &assets).await, StatusCode::NOT_FOUND);
    tokio::task::spawn_blocking(|| other.close()).await.unwrap();
}
