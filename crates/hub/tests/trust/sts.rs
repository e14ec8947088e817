//! An STS that knows a hub and some roles, answers as AWS does, and remembers what it was asked; and at the same address
//! a bucket that only says where it is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Router, body};
use insitu_model::ambient::{Clock as _, FixedClock};

pub const HUB_ARN: &str = "arn:aws:iam::999988887777:user/insitu-hub";
const HUB_ACCOUNT: &str = "999988887777";

/// What a role's trust policy asks of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// One of these external IDs.
    In(Vec<String>),
    /// Any external ID, but one.
    Any,
    /// Any that begins like this.
    Like(String),
    /// Nothing.
    Open,
    /// No answer comes.
    Silent,
}

/// A call to AssumeRole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub role: String,
    pub session: String,
    pub external_id: Option<String>,
    pub seconds: u32,
    pub policy: String,
}

pub struct Sts {
    pub roles: Mutex<HashMap<String, Trust>>,
    pub is_down: Mutex<bool>,
    hangs: AtomicBool,
    /// Calls to AssumeRole that get no answer.
    unanswered: AtomicUsize,
    /// Whether a bucket that is asked anything never answers.
    pub buckets_hang: AtomicBool,
    /// Sessions up to the one with this number are refused by buckets, as after *Revoke active sessions*.
    revoked: AtomicUsize,
    /// What every call is refused with, if it is.
    refuses_with: Mutex<Option<&'static str>>,
    clock: Arc<FixedClock>,
    asked: Mutex<Vec<Asked>>,
}

impl Sts {
    pub async fn serve(clock: Arc<FixedClock>) -> (Arc<Self>, String) {
        let sts = Arc::new(Self {
            roles: Mutex::default(),
            is_down: Mutex::default(),
            hangs: AtomicBool::new(false),
            unanswered: AtomicUsize::new(0),
            buckets_hang: AtomicBool::new(false),
            revoked: AtomicUsize::new(0),
            refuses_with: Mutex::default(),
            clock,
            asked: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/", post(answer))
            .fallback(bucket)
            .with_state(sts.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (sts, endpoint)
    }

    pub fn trust(&self, role: &str, trust: Trust) {
        self.roles.lock().unwrap().insert(role.to_owned(), trust);
    }

    /// Says nothing any more, whatever it is asked.
    pub fn hang(&self) {
        self.hangs.store(true, Ordering::SeqCst);
    }

    /// Says nothing to whoever asks to assume a role next.
    pub fn hang_once(&self) {
        self.unanswered.store(1, Ordering::SeqCst);
    }

    pub fn go_down(&self, is_down: bool) {
        *self.is_down.lock().unwrap() = is_down;
    }

    /// Refuses whoever asks with this code, which says nothing about any role.
    pub fn refuse_with(&self, code: &'static str) {
        *self.refuses_with.lock().unwrap() = Some(code);
    }

    /// Ends every session that was given so far, though no role changes.
    pub fn revoke(&self) {
        self.revoked.store(self.asked().len(), Ordering::SeqCst);
    }

    /// Every call to AssumeRole so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn lets_in(&self, role: &str, external_id: Option<&str>) -> bool {
        match self.roles.lock().unwrap().get(role) {
            None => false,
            Some(Trust::Open) => true,
            Some(Trust::Any) => external_id.is_some(),
            Some(Trust::Like(begin)) => external_id.is_some_and(|id| id.starts_with(begin)),
            Some(Trust::Silent) => false,
            Some(Trust::In(ids)) => external_id.is_some_and(|id| ids.iter().any(|one| one == id)),
        }
    }
}

async fn answer(State(sts): State<Arc<Sts>>, Form(form): Form<HashMap<String, String>>) -> Response {
    // 501 is not tried again, so that no test waits for it.
    if *sts.is_down.lock().unwrap() {
        return StatusCode::NOT_IMPLEMENTED.into_response();
    }
    if let Some(code) = *sts.refuses_with.lock().unwrap() {
        return refusal(code, "The security token included in the request is expired");
    }
    if sts.hangs.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let text = |name: &str| form.get(name).cloned();
    if text("Action").unwrap() == "GetCallerIdentity" {
        return xml(format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{HUB_ARN}</Arn><UserId>AIDAHUB</UserId><Account>{HUB_ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        ));
    }
    let asked = Asked {
        role: text("RoleArn").unwrap(),
        session: text("RoleSessionName").unwrap(),
        external_id: text("ExternalId"),
        seconds: text("DurationSeconds").unwrap().parse().unwrap(),
        policy: text("Policy").unwrap_or_default(),
    };
    if asked.policy.chars().any(|c| c > '\u{FF}') {
        return refusal(
            "ValidationError",
            "Member must satisfy regular expression pattern",
        );
    }
    let is_silent = sts.roles.lock().unwrap().get(&asked.role) == Some(&Trust::Silent);
    let is_let_in = sts.lets_in(&asked.role, asked.external_id.as_deref());
    let number = {
        let mut all = sts.asked.lock().unwrap();
        all.push(asked.clone());
        all.len()
    };
    let fewer = |left: usize| left.checked_sub(1);
    let hangs_now = sts
        .unanswered
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
        .is_ok();
    if is_silent || hangs_now {
        std::future::pending::<()>().await;
    }
    if !is_let_in {
        let message = format!(
            "User: {HUB_ARN} is not authorized to perform: sts:AssumeRole on resource: {}",
            asked.role
        );
        return refusal("AccessDenied", &message);
    }
    let end_s = sts.clock.now_ms() / 1000 + i64::from(asked.seconds);
    let end = jiff::Timestamp::from_second(end_s).unwrap();
    xml(format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{number:016}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn refusal(code: &str, message: &str) -> Response {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    (StatusCode::FORBIDDEN, body).into_response()
}

/// Whatever is asked of a bucket here is known, and every list is empty.
async fn bucket(State(sts): State<Arc<Sts>>, headers: HeaderMap) -> Response {
    if sts.buckets_hang.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok());
    let number = signed
        .and_then(|signed| signed.split_once("Credential=ASIA"))
        .and_then(|(_, rest)| rest.get(..16)?.parse().ok());
    let now = jiff::Timestamp::from_millisecond(sts.clock.now_ms()).unwrap();
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let region = [("x-amz-bucket-region", "eu-central-1"), ("date", date.as_str())];
    if number.is_some_and(|number: usize| number <= sts.revoked.load(Ordering::SeqCst)) {
        let body = "<Error><Code>AccessDenied</Code><Message>with an explicit deny in an identity-based policy</Message></Error>";
        return (StatusCode::FORBIDDEN, region, body).into_response();
    }
    let list = "<ListBucketResult><Name>photos</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";
    (region, list).into_response()
}

fn xml(text: String) -> Response {
    Response::new(body::Body::from(text))
}
