#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]
//! A hub in a temporary folder that tests call without a socket.
//!
//! A test reads like a story: `let hub = TestHub::start().await; let ada = hub.owner("Acme").await; ada.post(…)`.
//!
//! Its database is a SQLite file, or a schema on the PostgreSQL server that `INSITU_TEST_POSTGRES_URL` names: every test
//! holds on both. Where that is set, [`TestHub::another`] is a second hub on the same database.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use insitu_model::ambient::{Clock, Random};
use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_model::text::{Email, Name};
use insitu_store::testing::{Schema, postgres_server};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::ambient::{SystemClock, SystemRandom};
use crate::api::people::api_keys;
use crate::api::service;
use crate::config::Config;
use crate::hub::Hub;
use crate::jobs::{self, Runner};
use crate::{people, start};

/// Everybody's password in tests.
pub const PASSWORD: &str = "correct horse battery";

const SEVERAL_NEED_POSTGRES: &str = "INSITU_TEST_POSTGRES_URL, because several hubs need PostgreSQL";
/// Any free port of this machine.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A hub with jobs running, gone when it is dropped.
#[derive(Debug)]
pub struct TestHub {
    pub hub: Arc<Hub>,
    router: Router,
    jobs: Option<Runner>,
    folder: Arc<tempfile::TempDir>,
    /// Where the database is PostgreSQL; gone with the last hub on it.
    schema: Option<Arc<Schema>>,
}

/// Somebody with an API key in one organization.
#[derive(Debug, Clone)]
pub struct Person {
    router: Router,
    pub key: String,
    pub email: String,
    pub organization: String,
}

/// An answer: its status and its JSON.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// What is in `data`; panics if the answer is no success.
    pub fn data(&self) -> &Value {
        assert_eq!(self.body["status"], "success", "{}: {}", self.status, self.body);
        &self.body["data"]
    }

    /// The code of an error; panics on success.
    pub fn code(&self) -> &str {
        self.body["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: {}", self.status, self.body))
    }
}

impl TestHub {
    /// A hub on a fresh database.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Arc::new(SystemClock), change).await
    }

    /// The same with another clock.
    pub async fn start_at(clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        Self::open(
            new_folder(),
            own_schema(),
            (clock, Arc::new(SystemRandom)),
            change,
        )
        .await
    }

    /// The same with another source of randomness.
    pub async fn start_by(random: Arc<dyn Random>) -> Self {
        Self::open(
            new_folder(),
            own_schema(),
            (Arc::new(SystemClock), random),
            |_| {},
        )
        .await
    }

    /// So many hubs that start at the same time in one folder on one database without tables; on PostgreSQL only.
    pub async fn start_together(count: usize, clock: Arc<dyn Clock>) -> Vec<Self> {
        let schema = Arc::new(Schema::new(postgres_server().expect(SEVERAL_NEED_POSTGRES)));
        let folder = new_folder();
        let start = |_| {
            let (folder, schema, clock) = (folder.clone(), schema.clone(), clock.clone());
            let ambient = (clock, Arc::new(SystemRandom) as Arc<dyn Random>);
            tokio::spawn(Self::open(folder, Some(schema), ambient, |_| {}))
        };
        let starting: Vec<_> = (0..count).map(start).collect();
        let mut hubs = Vec::with_capacity(count);
        for hub in starting {
            hubs.push(hub.await.expect("a hub that starts"));
        }
        hubs
    }

    /// Another hub on the same database, with the same clock, vault's key and folders of lists, files and exports; on
    /// PostgreSQL only. Everything else it has for itself.
    pub async fn another(&self) -> Self {
        self.another_at(self.hub.clock.clone(), |_| {}).await
    }

    /// The same with another clock and other settings.
    pub async fn another_at(&self, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        let schema = self.schema.clone().expect(SEVERAL_NEED_POSTGRES);
        let ambient = (clock, Arc::new(SystemRandom) as Arc<dyn Random>);
        Self::open(Arc::new(self.folder_for_another()), Some(schema), ambient, change).await
    }

    /// Another hub on the same database in the same folder, with the same clock; on PostgreSQL only.
    pub async fn another_in_its_folder(&self) -> Self {
        let schema = self.schema.clone().expect(SEVERAL_NEED_POSTGRES);
        let ambient = (self.hub.clock.clone(), Arc::new(SystemRandom) as Arc<dyn Random>);
        Self::open(self.folder.clone(), Some(schema), ambient, |_| {}).await
    }

    /// A data directory for another hub: with this one's key of the vault and what hubs share.
    pub fn folder_for_another(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let theirs = Config::in_folder(folder.path().to_owned(), ANYWHERE);
        let ours = &self.hub.config;
        std::fs::copy(ours.vault_key_path(), theirs.vault_key_path()).expect("the vault's key");
        for (shared, link) in [
            (ours.spool_dir(), theirs.spool_dir()),
            (ours.files_dir(), theirs.files_dir()),
            (ours.exports_dir(), theirs.exports_dir()),
        ] {
            std::os::unix::fs::symlink(shared, link).expect("a folder that is shared");
        }
        folder
    }

    async fn open(
        folder: Arc<tempfile::TempDir>,
        schema: Option<Arc<Schema>>,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let mut config = Config {
            database_url: schema.as_ref().map(|schema| schema.address()),
            public_url: Some("http://hub.test".to_owned()),
            allow_endpoints: vec!["127.0.0.1".to_owned()],
            // Lists of tests name hosts that nobody is to call.
            header_probes: false,
            ..Config::in_folder(folder.path().to_owned(), ANYWHERE)
        };
        change(&mut config);
        let bound = config.listen;
        let hub = start::open_with(config, bound, clock, random)
            .await
            .expect("a hub");
        let jobs = jobs::start(hub.clone());
        Self {
            router: service::router(hub.clone()),
            hub,
            jobs: Some(jobs),
            folder,
            schema,
        }
    }

    /// Works again.
    pub fn work_again(&mut self) {
        self.jobs = Some(jobs::start(self.hub.clone()));
    }

    /// Works on nothing any more, and answers requests all the same.
    pub async fn stop_working(&mut self) {
        if let Some(jobs) = self.jobs.take() {
            jobs.stop().await;
        }
    }

    /// The folder with everything that the hub writes.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The bytes of every value in the database, where it is PostgreSQL; that of SQLite is in the folder.
    pub fn contents_of_postgres(&self) -> Option<Vec<u8>> {
        self.schema.as_ref().map(|schema| schema.contents())
    }

    /// The schema behind its database, on PostgreSQL only.
    pub fn postgres(&self) -> &Schema {
        self.schema.as_ref().expect(SEVERAL_NEED_POSTGRES)
    }

    /// The routes, for requests that no person makes.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Makes an organization and its owner.
    pub async fn owner(&self, organization: &str) -> Person {
        let email = format!("owner@{}.test", organization.to_lowercase());
        let owner = people::NewOwner {
            name: "Owner".parse::<Name>().expect("a name"),
            email: email.parse::<Email>().expect("an address"),
            password: PASSWORD.into(),
        };
        let name = organization.parse::<Name>().expect("a name");
        let made = people::create_owner_of_another(&self.hub, name, owner)
            .await
            .expect("an owner");
        let label = "tests".parse::<Name>().expect("a name");
        let (_, key) = api_keys::issue(&self.hub, made.organization, made.user, &label)
            .await
            .expect("a key");
        Person {
            router: self.router(),
            key,
            email,
            organization: made.organization.to_string(),
        }
    }

    /// Adds somebody to the organization of `inviter`, with a role in projects.
    pub async fn member(
        &self,
        inviter: &Person,
        name: &str,
        role: OrganizationRole,
        projects: &[(&str, ProjectRole)],
    ) -> Person {
        let email = format!("{}@example.test", name.to_lowercase());
        let assignments: Vec<_> = projects
            .iter()
            .map(|(project, role)| json!({ "projectId": project, "projectRole": role.as_str() }))
            .collect();
        let path = format!("/v2/organization/{}/invites", inviter.organization);
        let body =
            json!({ "to": [email], "organizationRole": role.as_str(), "projectAssignments": assignments });
        let invited = inviter.post(&path, body).await;
        let link = invited.data()["invites"][0]["link"]
            .as_str()
            .expect("a link")
            .to_owned();
        let token = link.rsplit('/').next().expect("a token").to_owned();
        let path = format!("/v2/invitations/{token}/accept");
        let accepted = self
            .anonymous(Method::POST, &path, json!({ "name": name, "password": PASSWORD }))
            .await;
        let user = accepted.data()["user"]["_id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("an id");
        let organization = inviter.organization.parse().expect("an id");
        let label = "tests".parse::<Name>().expect("a name");
        let (_, key) = api_keys::issue(&self.hub, organization, user, &label)
            .await
            .expect("a key");
        Person {
            router: self.router(),
            key,
            email,
            organization: inviter.organization.clone(),
        }
    }

    /// A request of nobody.
    pub async fn anonymous(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::from(body.to_string()));
        call(self.router(), request.expect("a request")).await
    }
}

impl Person {
    /// Somebody who sends another text as key.
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..self.clone()
        }
    }

    /// The same person, who calls another hub on the same database.
    pub fn at(&self, hub: &TestHub) -> Self {
        Self {
            router: hub.router(),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Body::from(body.to_string())).await
    }

    pub async fn delete(&self, path: &str, body: Value) -> Answer {
        self.send(Method::DELETE, path, Body::from(body.to_string()))
            .await
    }

    /// Any request with this person's key.
    pub async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("apikey", &self.key)
            .body(body);
        call(self.router.clone(), request.expect("a request")).await
    }

    /// Makes a project; its id.
    pub async fn project(&self, name: &str) -> String {
        let answer = self.post("/v2/project", json!({ "name": name })).await;
        answer.data()["project"]["_id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }
}

fn own_schema() -> Option<Arc<Schema>> {
    postgres_server().map(|server| Arc::new(Schema::new(server)))
}

fn new_folder() -> Arc<tempfile::TempDir> {
    Arc::new(tempfile::tempdir().expect("a temporary folder"))
}

/// Sends a request and reads the answer; an answer that is not JSON comes back as a string.
pub async fn call(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.expect("routers answer everything");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { status, body }
}
