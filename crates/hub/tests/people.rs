//! How people get in: the first start, invitations, sessions, API keys, several organizations.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use insitu_hub::testing::{Answer, PASSWORD, TestHub, call};
use insitu_model::ambient::FixedClock;
use insitu_model::id::{SessionId, UserId};
use insitu_model::role::OrganizationRole;
use insitu_store::sessions::{self, Session};
use serde_json::{Value, json};
use tower::ServiceExt as _;

fn setup_form() -> Value {
    json!({ "organization": "Acme", "name": "Ada", "email": "ada@acme.test", "password": PASSWORD })
}

/// A browser: it keeps the session cookie and says where its pages come from.
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
        let cookie = response.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .to_owned();
        response.into_body().collect().await.unwrap();
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(flag), "{flag} in {cookie}");
        }
        Ok(Self {
            hub,
            cookie: cookie.split(';').next().unwrap().to_owned(),
        })
    }

    async fn send(&self, method: Method, path: &str, origin: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, origin)
            .body(Body::from(body.to_string()))
            .unwrap();
        call(self.hub.router(), request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "http://hub.test", Value::Null).await
    }
}

#[tokio::test]
async fn the_first_start_makes_an_owner_and_happens_once() {
    let hub = TestHub::start().await;
    let open = hub.anonymous(Method::GET, "/v2/setup", Value::Null).await;
    assert_eq!(open.data()["required"], true);
    let made = hub.anonymous(Method::POST, "/v2/setup", setup_form()).await;
    assert_eq!(made.data()["organizations"][0]["role"], "owner");
    let again = hub.anonymous(Method::POST, "/v2/setup", setup_form()).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "setup.done"));
    let closed = hub.anonymous(Method::GET, "/v2/setup", Value::Null).await;
    assert_eq!(closed.data()["required"], false);
}

#[tokio::test]
async fn two_first_starts_at_once_make_one_owner() {
    let hub = TestHub::start().await;
    let other =
        json!({ "organization": "Rival", "name": "Eve", "email": "eve@rival.test", "password": PASSWORD });
    let (one, two) = tokio::join!(
        hub.anonymous(Method::POST, "/v2/setup", setup_form()),
        hub.anonymous(Method::POST, "/v2/setup", other)
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_session_is_begun_with_the_password_and_ended_by_signing_out() {
    let hub = TestHub::start().await;
    hub.anonymous(Method::POST, "/v2/setup", setup_form())
        .await
        .data();
    assert_eq!(
        Browser::sign_in(&hub, "ada@acme.test", "wrong password")
            .await
            .err(),
        Some(StatusCode::UNAUTHORIZED)
    );
    assert_eq!(
        Browser::sign_in(&hub, "eve@acme.test", PASSWORD).await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );
    let ada = Browser::sign_in(&hub, "ADA@acme.test", PASSWORD).await.unwrap();
    assert_eq!(
        ada.get("/v2/session").await.data()["user"]["email"],
        "ada@acme.test"
    );
    ada.send(Method::DELETE, "/v2/session", "http://hub.test", Value::Null)
        .await
        .data();
    assert_eq!(ada.get("/v2/session").await.code(), "session.expired");
}

#[tokio::test]
async fn a_cookie_does_nothing_for_another_sites_page() {
    let hub = TestHub::start().await;
    hub.anonymous(Method::POST, "/v2/setup", setup_form())
        .await
        .data();
    let ada = Browser::sign_in(&hub, "ada@acme.test", PASSWORD).await.unwrap();
    let body = json!({ "name": "p" });
    let foreign = ada
        .send(Method::POST, "/v2/project", "https://evil.test", body.clone())
        .await;
    assert_eq!(foreign.code(), "session.foreign_origin");
    ada.send(Method::POST, "/v2/project", "http://hub.test", body)
        .await
        .data();
}

#[tokio::test]
async fn a_foreign_page_can_neither_sign_in_nor_claim_a_fresh_hub() {
    let hub = TestHub::start().await;
    for (path, body) in [
        ("/v2/setup", setup_form()),
        (
            "/v2/session",
            json!({ "email": "ada@acme.test", "password": PASSWORD }),
        ),
        ("/v2/session/link", json!({ "token": "x" })),
        ("/v2/invitations/x/accept", json!({})),
    ] {
        let request = Request::post(path)
            .header(header::ORIGIN, "https://evil.test")
            .header(header::CONTENT_TYPE, "text/plain")
            .body(Body::from(body.to_string()))
            .unwrap();
        assert_eq!(
            call(hub.router(), request).await.code(),
            "session.foreign_origin",
            "{path}"
        );
    }
    let open = hub.anonymous(Method::GET, "/v2/setup", Value::Null).await;
    assert_eq!(open.data()["required"], true);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let hub = TestHub::start().await;
    hub.anonymous(Method::POST, "/v2/setup", setup_form())
        .await
        .data();
    let mut last = StatusCode::OK;
    for _ in 0..11 {
        last = Browser::sign_in(&hub, "ada@acme.test", "a wrong guess")
            .await
            .err()
            .unwrap();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_when_revoked() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let made = ada.post("/v2/apiKeys", json!({ "name": "script" })).await;
    let (id, key) = (
        &made.data()["apiKey"]["_id"],
        made.data()["apiKey"]["key"].as_str().unwrap().to_owned(),
    );
    let listed = ada.get("/v2/apiKeys").await;
    assert!(!listed.body.to_string().contains(&key));
    let script = ada.with_key(format!("apikey {key}"));
    script.get("/v2/listProjects").await.data();
    ada.delete(&format!("/v2/apiKeys/{}", id.as_str().unwrap()), Value::Null)
        .await
        .data();
    assert_eq!(script.get("/v2/listProjects").await.code(), "api_key.invalid");
}

#[tokio::test]
async fn an_invitation_is_accepted_once_and_by_the_one_it_is_for() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let invites = format!("/v2/organization/{}/invites", ada.organization);
    let body = json!({ "to": ["bob@x.test"], "organizationRole": "member" });
    let made = ada.post(&invites, body.clone()).await;
    let link = made.data()["invites"][0]["link"].as_str().unwrap().to_owned();
    let token = link
        .strip_prefix("http://hub.test/invitation/")
        .unwrap()
        .to_owned();
    let open = hub
        .anonymous(Method::GET, &format!("/v2/invitations/{token}"), Value::Null)
        .await;
    assert_eq!(open.data()["invitation"]["needsAccount"], true);
    let accept = format!("/v2/invitations/{token}/accept");
    assert_eq!(
        hub.anonymous(Method::POST, &accept, json!({})).await.code(),
        "invitation.account_needed"
    );
    let account = json!({ "name": "Bob", "password": PASSWORD });
    hub.anonymous(Method::POST, &accept, account.clone()).await.data();
    assert_eq!(
        hub.anonymous(Method::POST, &accept, account.clone()).await.code(),
        "invitation.gone"
    );
    let owner = json!({ "to": ["eve@x.test"], "organizationRole": "owner" });
    assert_eq!(ada.post(&invites, owner).await.code(), "member.owner_is_fixed");
    // Somebody with an account has to prove to be that one.
    let rival = hub.owner("Rival").await;
    let made = rival
        .post(&format!("/v2/organization/{}/invites", rival.organization), body)
        .await;
    let link = made.data()["invites"][0]["link"].as_str().unwrap().to_owned();
    let accept = format!("/v2/invitations/{}/accept", link.rsplit('/').next().unwrap());
    assert_eq!(
        hub.anonymous(Method::POST, &accept, account).await.code(),
        "invitation.sign_in_first"
    );
    let bob = Browser::sign_in(&hub, "bob@x.test", PASSWORD).await.unwrap();
    let joined = bob
        .send(Method::POST, &accept, "http://hub.test", json!({}))
        .await;
    assert_eq!(joined.data()["organizations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Admin, &[]).await;
    bob.get("/v2/storages").await.data();
    let users = format!("/v2/organization/{}/users", ada.organization);
    let answer = ada
        .delete(&users, json!({ "users": [bob.email, ada.email] }))
        .await;
    assert_eq!(
        (&answer.data()["deleted"], &answer.data()["failed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(bob.get("/v2/storages").await.code(), "api_key.invalid");
    ada.get("/v2/storages").await.data();
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_json() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let nowhere = ada.get("/v2/llms").await;
    assert_eq!(
        (nowhere.status, nowhere.code()),
        (StatusCode::NOT_FOUND, "request.no_such_endpoint")
    );
    let method = ada.send(Method::PUT, "/v2/listProjects", Body::empty()).await;
    assert_eq!(
        (method.status, method.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "request.method_not_allowed")
    );
    let body = ada.send(Method::POST, "/v2/project", Body::from("{")).await;
    assert_eq!(body.code(), "request.body_invalid");
}

#[tokio::test]
async fn a_session_that_ended_is_removed() {
    let clock = Arc::new(FixedClock::at(0));
    let hub = TestHub::start_at(clock.clone(), |_| {}).await;
    let user: UserId = {
        let owner = hub.owner("Acme").await;
        owner.get("/v2/session").await.data()["user"]["_id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    };
    let session = |n| Session {
        id: SessionId::from_bytes([n; 12]),
        user,
        created_at: 0,
        expires_at: 1,
        seen_at: 0,
    };
    let kept = |n: u8| {
        let session = session(n);
        // No two sessions have one secret, so that the second is refused while the first is there.
        hub.hub
            .db
            .write(move |tx| sessions::insert(tx, &session, &[7; 32]))
    };
    kept(1).await.unwrap();
    assert!(kept(2).await.is_err());
    clock.advance_ms(60 * 60 * 1000);
    while kept(3).await.is_err() {
        hub.hub.jobs.tidy_up();
        tokio::task::yield_now().await;
    }
}
