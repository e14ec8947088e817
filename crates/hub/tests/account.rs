//! What somebody changes of themselves, what their organization is called, and what becomes of keys that others made.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use insitu_hub::testing::{Answer, PASSWORD, Person, TestHub, call};
use insitu_model::ambient::FixedClock;
use insitu_model::role::OrganizationRole;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const BETTER: &str = "a better horse battery";

/// A browser of somebody who signed in.
struct Browser<'a> {
    hub: &'a TestHub,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn sign_in(hub: &'a TestHub, email: &str, password: &str) -> Result<Self, StatusCode> {
        let body = json!({ "email": email, "password": password }).to_string();
        let request = Request::post("/v2/session").body(Body::from(body)).unwrap();
        let response = hub.router().oneshot(request).await.unwrap();
        if response.status() != StatusCode::OK {
            return Err(response.status());
        }
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Ok(Self { hub, cookie })
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, "http://hub.test")
            .body(Body::from(body.to_string()))
            .unwrap();
        call(self.hub.router(), request).await
    }

    async fn change(&self, body: Value) -> Answer {
        self.send(Method::POST, "/v2/session/user", body).await
    }

    async fn session(&self) -> Answer {
        self.send(Method::GET, "/v2/session", Value::Null).await
    }
}

/// What is on record in somebody's organization of what begins so, newest first.
async fn on_record(admin: &Person, actions: &str) -> Vec<Value> {
    let path = format!(
        "/v2/organization/{}/auditRecords?action={actions}",
        admin.organization
    );
    let found = admin.get(&path).await;
    found.data()["records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_give_themselves_another_name_and_it_is_on_record_wherever_they_belong() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let browser = Browser::sign_in(&hub, &ada.email, PASSWORD).await.unwrap();
    let second = browser
        .send(Method::POST, "/v2/organization", json!({ "name": "Second" }))
        .await;
    let second = second.data()["organization"]["_id"].as_str().unwrap().to_owned();
    let changed = browser.change(json!({ "name": " Ada Lovelace " })).await;
    assert_eq!(changed.data()["user"]["name"], "Ada Lovelace");
    assert_eq!(browser.session().await.data()["user"]["name"], "Ada Lovelace");
    // Said twice, it is one change.
    browser.change(json!({ "name": "Ada Lovelace" })).await.data();
    let records = on_record(&ada, "member.renamed").await;
    assert_eq!(records.len(), 1);
    assert_eq!(
        records[0]["details"],
        json!({ "email": ada.email, "from": "Owner", "to": "Ada Lovelace" })
    );
    let path = format!("/v2/organization/{second}/auditRecords?action=member.renamed");
    let elsewhere = browser.send(Method::GET, &path, Value::Null).await;
    assert_eq!(elsewhere.data()["records"].as_array().unwrap().len(), 1);
    for wrong in ["", "a\nb"] {
        assert_eq!(
            browser.change(json!({ "name": wrong })).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    assert_eq!(browser.session().await.data()["user"]["name"], "Ada Lovelace");
}

#[tokio::test]
async fn another_password_needs_the_present_one_and_signs_out_everywhere_else() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Member, &[]).await;
    let here = Browser::sign_in(&hub, &ada.email, PASSWORD).await.unwrap();
    let elsewhere = Browser::sign_in(&hub, &ada.email, PASSWORD).await.unwrap();
    let bobs = Browser::sign_in(&hub, &bob.email, PASSWORD).await.unwrap();
    for (body, code) in [
        (json!({ "password": BETTER }), "password.current_missing"),
        (
            json!({ "password": BETTER, "currentPassword": "a guess" }),
            "password.current_wrong",
        ),
        (
            json!({ "password": "short", "currentPassword": PASSWORD }),
            "password.too_short",
        ),
    ] {
        assert_eq!(here.change(body).await.code(), code);
    }
    elsewhere.session().await.data();
    let body = json!({ "name": "Ada", "password": BETTER, "currentPassword": PASSWORD });
    assert_eq!(here.change(body).await.data()["user"]["name"], "Ada");
    here.session().await.data();
    assert_eq!(elsewhere.session().await.code(), "session.expired");
    bobs.session().await.data();
    ada.get("/v2/storages").await.data();
    let old = Browser::sign_in(&hub, &ada.email, PASSWORD).await;
    assert_eq!(old.err(), Some(StatusCode::UNAUTHORIZED));
    Browser::sign_in(&hub, &ada.email, BETTER).await.unwrap();
    let records = on_record(&ada, "member.password_changed").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["details"], json!({ "email": ada.email }));
}

#[tokio::test]
async fn guessing_the_present_password_is_slowed_down_as_signing_in_is() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let browser = Browser::sign_in(&hub, &ada.email, PASSWORD).await.unwrap();
    let guess = json!({ "password": BETTER, "currentPassword": "a guess" });
    // Signing in was the first of ten tries.
    for _ in 0..9 {
        assert_eq!(
            browser.change(guess.clone()).await.code(),
            "password.current_wrong"
        );
    }
    assert_eq!(browser.change(guess).await.code(), "session.too_many_tries");
    // A name is no guess.
    browser.change(json!({ "name": "Ada" })).await.data();
}

#[tokio::test]
async fn an_api_key_changes_nobody() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let body = json!({ "name": "Eve", "password": BETTER, "currentPassword": PASSWORD });
    let refused = ada.post("/v2/session/user", body).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::FORBIDDEN, "user.needs_session")
    );
    Browser::sign_in(&hub, &ada.email, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_organization_gets_another_name_from_those_who_run_it() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Member, &[]).await;
    let path = format!("/v2/organization/{}", ada.organization);
    assert_eq!(
        bob.post(&path, json!({ "name": "Bob's" })).await.code(),
        "access.right_missing"
    );
    let changed = ada.post(&path, json!({ "name": "Acme Birds" })).await;
    assert_eq!(changed.data()["organization"]["name"], "Acme Birds");
    assert_eq!(
        bob.get("/v2/session").await.data()["organizations"][0]["name"],
        "Acme Birds"
    );
    let records = on_record(&ada, "organization.changed").await;
    assert_eq!(
        records[0]["details"],
        json!({ "from": "Acme", "name": "Acme Birds" })
    );
}

#[tokio::test]
async fn admins_see_whose_keys_there_are_and_end_them_on_record() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Member, &[]).await;
    let rival = hub.owner("Rival").await;
    let keys = format!("/v2/organization/{}/apiKeys", ada.organization);
    let listed = ada.get(&keys).await;
    let found = listed.data()["apiKeys"].as_array().unwrap();
    assert_eq!((found.len(), &listed.data()["total"]), (1, &json!(1)));
    assert_eq!(found[0]["user"]["email"], bob.email.as_str());
    assert_eq!(found[0]["prefix"], bob.key[..8]);
    assert!(!listed.body.to_string().contains(&bob.key));
    let one = format!("{keys}/{}", found[0]["_id"].as_str().unwrap());
    assert_eq!(bob.get(&keys).await.code(), "access.right_missing");
    assert_eq!(bob.delete(&one, Value::Null).await.code(), "access.right_missing");
    let theirs = one.replace(&ada.organization, &rival.organization);
    assert_eq!(
        rival.delete(&theirs, Value::Null).await.code(),
        "api_key.not_found"
    );
    bob.get("/v2/session").await.data();
    ada.delete(&one, Value::Null).await.data();
    assert_eq!(bob.get("/v2/session").await.code(), "api_key.invalid");
    assert_eq!(ada.delete(&one, Value::Null).await.code(), "api_key.not_found");
    assert_eq!(ada.get(&keys).await.data()["total"], 0);
    let records = on_record(&ada, "api_key.revoked").await;
    assert_eq!(records[0]["details"], json!({ "name": "tests", "of": bob.email }));
}

#[tokio::test]
async fn when_a_key_was_used_is_true_to_a_minute() {
    let clock = Arc::new(FixedClock::at(0));
    let hub = TestHub::start_at(clock.clone(), |_| {}).await;
    let ada = hub.owner("Acme").await;
    let used = async || ada.get("/v2/apiKeys").await.data()["apiKeys"][0]["lastUsedAt"].clone();
    assert_eq!(used().await, "1970-01-01T00:00:00.000Z");
    clock.advance_ms(59_999);
    assert_eq!(used().await, "1970-01-01T00:00:00.000Z");
    clock.advance_ms(1);
    assert_eq!(used().await, "1970-01-01T00:01:00.000Z");
}
