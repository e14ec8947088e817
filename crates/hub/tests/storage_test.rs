//! Testing a storage: what may be tested by whom, and with what. What a test finds is shown by `tests/doctor`.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use insitu_hub::testing::{Person, TestHub};
use insitu_hub::try_out;
use insitu_model::ambient::FixedClock;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1";

/// Nobody listens there, so a test ends at once.
const NOWHERE: &str = "http://127.0.0.1:1";

fn user_form() -> Value {
    json!({ "provider": "AWS", "accessType": "IAM_USER", "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": SECRET,
            "region": "eu-central-1", "endpoint": NOWHERE })
}

fn role_form(external_id: &str) -> Value {
    json!({ "provider": "AWS", "accessType": "IAM_DELEGATED", "region": "eu-central-1", "endpoint": NOWHERE,
            "roleArn": "arn:aws:iam::111122223333:role/insitu-read", "externalId": external_id })
}

async fn try_form(person: &Person, storage: Value, object: &str) -> insitu_hub::testing::Answer {
    let body = json!({ "storage": storage, "object": object });
    person.post("/v2/storages/test", body).await
}

async fn saved(person: &Person, name: &str, mut form: Value) -> String {
    form["name"] = json!(name);
    let answer = person.post("/v2/storages", form).await;
    answer.data()["storage"]["_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_is_tested_and_not_kept() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let answer = try_form(&ada, user_form(), "s3://photos/a.jpg").await;
    let diagnosis = &answer.data()["diagnosis"];
    assert_eq!(diagnosis["verdict"], "failed");
    assert_eq!(diagnosis["cause"]["code"], "storage.connect");
    assert_eq!(diagnosis["checks"].as_array().unwrap().len(), 16);
    assert!(!answer.body.to_string().contains(SECRET));
    assert_eq!(ada.get("/v2/storages").await.data()["total"], 0);
}

#[tokio::test]
async fn an_external_id_of_another_organization_is_not_even_tried() {
    let hub = TestHub::start().await;
    let (ada, bob) = (hub.owner("Acme").await, hub.owner("Rival").await);
    let reserved = ada.post("/v2/storages/externalId", json!({})).await;
    let external_id = reserved.data()["externalId"].as_str().unwrap();
    let stolen = try_form(&bob, role_form(external_id), "s3://photos/a.jpg").await;
    assert_eq!(
        (stolen.status.as_u16(), stolen.code()),
        (409, "external_id.already_exists")
    );
    let own = try_form(&ada, role_form(external_id), "s3://photos/a.jpg").await;
    assert_eq!(
        own.data()["diagnosis"]["cause"]["code"],
        "storage.connect",
        "the hub gets as far as the door"
    );
}

#[tokio::test]
async fn a_form_is_held_to_the_rules_of_saving() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let mut inside = user_form();
    inside["endpoint"] = json!("http://169.254.169.254");
    assert_eq!(
        try_form(&ada, inside, "s3://photos/a.jpg").await.code(),
        "storage.endpoint_private"
    );
    let mut half = user_form();
    half["privateKey"] = Value::Null;
    assert_eq!(
        try_form(&ada, half, "s3://photos/a.jpg").await.code(),
        "storage.private_key_missing"
    );
}

#[tokio::test]
async fn what_to_test_has_to_be_known_and_reachable() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let mut narrow = user_form();
    narrow["prefixes"] = json!(["photos/cats"]);
    let (whole, narrow) = (
        saved(&ada, "whole", user_form()).await,
        saved(&ada, "narrow", narrow).await,
    );
    for (storage, body, code) in [
        (&whole, json!({}), "storage.nothing_to_test"),
        (
            &whole,
            json!({ "object": "https://example.com/a.jpg" }),
            "storage.address_elsewhere",
        ),
        (
            &whole,
            json!({ "buckets": ["No_Such/Bucket"] }),
            "bucket.malformed",
        ),
        (
            &whole,
            json!({ "buckets": ["aaa", "bbb", "ccc", "ddd", "eee", "fff"] }),
            "storage.too_many_buckets",
        ),
        (&whole, json!({ "bucket": "photos" }), "request.body_invalid"),
        (
            &narrow,
            json!({ "object": "s3://photos/dogs/a.jpg" }),
            "storage.outside_prefixes",
        ),
        (
            &narrow,
            json!({ "buckets": ["other"] }),
            "storage.outside_prefixes",
        ),
    ] {
        let answer = ada
            .post(&format!("/v2/storages/{storage}/test"), body.clone())
            .await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{body}");
    }
    let prefix = ada.post(&format!("/v2/storages/{narrow}/test"), json!({})).await;
    assert_eq!(
        prefix.data()["diagnosis"]["cause"]["code"],
        "storage.connect",
        "its prefix names a bucket"
    );
    let bob = hub.owner("Rival").await;
    let foreign = bob.post(&format!("/v2/storages/{whole}/test"), json!({})).await;
    assert_eq!(foreign.code(), "storage.not_found");
}

#[tokio::test]
async fn where_the_operator_wants_the_hubs_own_external_ids_no_other_is_tried() {
    let hub = TestHub::start_with(|config| config.refuse_customer_external_ids = true).await;
    let ada = hub.owner("Acme").await;
    let typed = try_form(&ada, role_form("what-our-role-has"), "s3://photos/a.jpg").await;
    assert_eq!(typed.code(), "storage.external_id_customer_refused");
    let reserved = ada.post("/v2/storages/externalId", json!({})).await;
    let external_id = reserved.data()["externalId"].as_str().unwrap();
    let made = try_form(&ada, role_form(external_id), "s3://photos/a.jpg").await;
    assert_eq!(
        made.data()["diagnosis"]["cause"]["code"],
        "storage.connect",
        "the hub gets as far as the door"
    );
}

#[tokio::test]
async fn whoever_tries_one_role_after_the_other_has_to_wait_and_others_do_not() {
    let hub = TestHub::start_with(|config| config.delegate = None).await;
    let (ada, bob) = (hub.owner("Acme").await, hub.owner("Rival").await);
    let try_role =
        async |person: &Person| try_form(person, role_form("what-our-role-has"), "s3://photos/a.jpg").await;
    let mut tried = 0;
    let refused = loop {
        let answer = try_role(&ada).await;
        if answer.status.as_u16() != 200 || tried > 100 {
            break answer;
        }
        tried += 1;
    };
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (429, "storage.too_many_tries")
    );
    assert!(tried >= 30, "{tried}");
    try_role(&bob).await.data();
    let without_role = try_form(&ada, user_form(), "s3://photos/a.jpg").await;
    without_role.data();
}

/// How a script is served that is asked for with this leave: its status and its policy.
async fn script(hub: &TestHub, person: &Person, leave: &str) -> (StatusCode, String) {
    let request = Request::get(format!("/_app/none.js?leave={leave}")).header("apikey", &person.key);
    let response = hub
        .router()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    (response.status(), policy.to_owned())
}

#[tokio::test]
async fn a_worker_reaches_the_server_that_was_tried_for_a_minute_and_for_whoever_tried_it() {
    let clock = Arc::new(FixedClock::at(1_772_600_767_123));
    let hub = TestHub::start_at(clock.clone(), |_| {}).await;
    let (ada, bob) = (hub.owner("Acme").await, hub.owner("Rival").await);
    let session = ada.get("/v2/session").await;
    let user = session.data()["user"]["_id"].as_str().unwrap().parse().unwrap();
    let leave = try_out::leave(&hub.hub, user, "http://127.0.0.1:9000/photos/a.jpg?X-Amz-Date=x").unwrap();

    let (status, policy) = script(&hub, &ada, &leave).await;
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "no such script is in the interface"
    );
    assert_eq!(
        policy,
        "default-src 'none'; script-src 'self'; connect-src http://127.0.0.1:9000"
    );
    let of_pages = "connect-src 'self' http://hub.test ";
    for (person, leave) in [
        (&bob, leave.as_str()),
        (&ada, &leave.replacen('a', "b", 1)),
        (&ada, "x.y.z"),
    ] {
        let (status, policy) = script(&hub, person, leave).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{leave}");
        assert!(policy.contains(of_pages), "{policy}");
    }
    clock.advance_ms(60_001);
    assert_eq!(script(&hub, &ada, &leave).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whoever_tries_the_role_of_a_saved_storage_again_and_again_has_to_wait() {
    let hub = TestHub::start_with(|config| config.delegate = None).await;
    let ada = hub.owner("Acme").await;
    let id = saved(&ada, "photos", role_form("what-our-role-has")).await;
    let path = format!("/v2/storages/{id}");
    let ways = [format!("{path}/test"), format!("{path}/verify")];
    let buckets = json!({ "buckets": ["photos"] });
    let tried = tries_until_refused(&ada, |n| (&ways[n % 2], buckets.clone())).await;
    assert!(tried >= 59, "{tried}");
    // One try comes back each second: on a busy machine a change of the role may be just in time for it.
    let role = |n| json!({ "roleArn": format!("arn:aws:iam::123456789012:role/another-{n}") });
    tries_until_refused(&ada, |n| (&path, role(n))).await;
    ada.post(&path, json!({ "name": "the same role" })).await.data();
}

async fn tries_until_refused<'p>(ada: &Person, call: impl Fn(usize) -> (&'p String, Value)) -> usize {
    for tried in 0..200 {
        let (path, body) = call(tried);
        let answer = ada.post(path, body).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.code(), "storage.too_many_tries");
            return tried;
        }
    }
    unreachable!("nobody was refused")
}

#[tokio::test]
async fn whoever_tests_four_storages_at_once_waits_with_the_fifth() {
    let (asked, mut told) = tokio::sync::mpsc::unbounded_channel();
    let hangs = axum::Router::new().fallback(move |uri: axum::http::Uri| {
        let _nobody_listens = asked.send(uri.path().to_owned());
        std::future::pending::<StatusCode>()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut form = user_form();
    form["endpoint"] = json!(format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, hangs).await });
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let objects: Vec<String> = (0..4).map(|n| format!("s3://bucket-{n}/a.jpg")).collect();
    let four = objects.iter().map(|object| try_form(&ada, form.clone(), object));
    let four = futures_util::future::join_all(four);
    let fifth = async {
        let mut buckets = std::collections::HashSet::new();
        while buckets.len() < 4 {
            buckets.insert(told.recv().await.unwrap());
        }
        try_form(&ada, user_form(), "s3://photos/a.jpg").await
    };
    let fifth = tokio::select! { _ = four => None, answer = fifth => Some(answer) };
    let fifth = fifth.unwrap();
    assert_eq!(
        (fifth.status, fifth.code()),
        (StatusCode::TOO_MANY_REQUESTS, "storage.too_many_tries")
    );
    // Those who asked have gone, and their tests with them.
    let again = try_form(&ada, user_form(), "s3://photos/a.jpg").await;
    assert_eq!(again.data()["diagnosis"]["cause"]["code"], "storage.connect");
}

#[tokio::test]
async fn what_somebody_names_who_manages_no_storage_is_not_how_it_is() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let manages = [(project.as_str(), ProjectRole::Manager)];
    let grace = hub
        .member(&ada, "grace", OrganizationRole::Member, &manages)
        .await;
    let id = saved(&ada, "Photos", user_form()).await;
    let last_check = async |person: &Person, body: Value| {
        person.post(&format!("/v2/storages/{id}/test"), body).await.data();
        let storage = ada.get(&format!("/v2/storages/{id}")).await;
        storage.data()["storage"]["lastCheck"]["code"].clone()
    };
    let named = json!({ "buckets": ["typo-bucket"] });
    assert_eq!(last_check(&grace, named.clone()).await, Value::Null);
    assert_eq!(last_check(&ada, named).await, "storage.connect");
}

/// A server that does not know any access key, and whom it says so to.
async fn stranger() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 8192];
                let _ = connection.read(&mut request).await;
                let body = "<Error><Code>InvalidAccessKeyId</Code><Message>Not known to \
                    arn:aws:sts::111122223333:assumed-role/photos/a.</Message></Error>";
                let head = format!(
                    "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = connection.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    endpoint
}

#[tokio::test]
async fn who_does_not_manage_storages_is_told_the_cause_without_the_key() {
    const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("p").await;
    let manages = [(project.as_str(), ProjectRole::Manager)];
    let grace = hub
        .member(&ada, "grace", OrganizationRole::Member, &manages)
        .await;
    let mut form = user_form();
    form["endpoint"] = json!(stranger().await);
    let id = saved(&ada, "photos", form.clone()).await;
    let row =
        json!({ "data": format!("{}/photos/a.jpg", form["endpoint"].as_str().unwrap()), "storage": id });
    let cloud = format!("/v2/project/{project}/cloud");
    ada.post(&cloud, json!({ "assets": [row] })).await.data();
    let listed = ada.get(&format!("/v2/project/{project}/assets")).await;
    let asset = listed.data()["assets"][0]["_id"].as_str().unwrap().to_owned();

    let path = format!("/v2/storages/{id}/test");
    let wish = json!({ "buckets": ["photos"] });
    let why = format!("/v2/project/{project}/assets/{asset}/why");
    let as_lines = async |person: &Person| {
        let request = Request::post(&path)
            .header("apikey", &person.key)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/x-ndjson");
        let request = request.body(Body::from(wish.to_string())).unwrap();
        insitu_hub::testing::call(hub.router(), request)
            .await
            .body
            .to_string()
    };
    let cause = |told: &insitu_hub::testing::Answer| told.data()["diagnosis"]["cause"].clone();
    let mine = ada.post(&path, wish.clone()).await;
    assert_eq!(cause(&mine)["code"], "storage.unknown_key", "{}", mine.body);
    for told in [
        mine.body.to_string(),
        as_lines(&ada).await,
        ada.get(&why).await.body.to_string(),
    ] {
        assert!(told.contains(KEY_ID), "{told}");
    }
    let theirs = grace.post(&path, wish.clone()).await;
    assert_eq!(cause(&theirs)["code"], "storage.unknown_key", "{}", theirs.body);
    let message = cause(&theirs)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("does not know the access key …"), "{message}");
    for told in [
        theirs.body.to_string(),
        as_lines(&grace).await,
        grace.get(&why).await.body.to_string(),
    ] {
        assert!(!told.contains(KEY_ID) && !told.contains("assumed-role"), "{told}");
        assert!(told.contains("storage.unknown_key"), "{told}");
    }
}
