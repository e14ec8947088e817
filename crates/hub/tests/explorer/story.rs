//! A server that lists buckets as S3 does, a hub that may, and the words that the tests tell stories in.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use insitu_hub::jobs::wait_for_import;
use insitu_hub::testing::{Answer, Person, TestHub};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::watch;

/// How often a test looks whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);
pub const BUCKET: &str = "photos";

/// A server of one bucket.
pub struct Bucket {
    pub keys: Mutex<BTreeSet<String>>,
    /// Answers instead of listings: how many are left, the status, and S3's code.
    pub refusal: Mutex<Option<(u32, u16, &'static str)>>,
    /// What the listings asked for.
    pub asked: Mutex<Vec<HashMap<String, String>>>,
    /// Every list goes on as long as it is asked, with the same first page: by this continuation, or a new one each time.
    pub goes_on: Mutex<Option<GoesOn>>,
    /// Nothing is listed while this is true.
    pub is_closed: watch::Sender<bool>,
}

/// How a list goes on that has no end.
#[derive(Debug, Clone, Copy)]
pub enum GoesOn {
    WhereItWas,
    Elsewhere,
}

impl Bucket {
    pub async fn serve(keys: &[&str]) -> (Arc<Self>, String) {
        let bucket = Arc::new(Self {
            keys: Mutex::new(keys.iter().map(|key| (*key).to_owned()).collect()),
            refusal: Mutex::default(),
            asked: Mutex::default(),
            goes_on: Mutex::default(),
            is_closed: watch::Sender::new(false),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(answer).with_state(bucket.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (bucket, endpoint)
    }

    pub fn refuse(&self, times: u32, status: u16, code: &'static str) {
        *self.refusal.lock().unwrap() = Some((times, status, code));
    }

    /// The prefixes that were listed, in order.
    pub fn listed(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let prefix = |query: &HashMap<String, String>| query.get("prefix").cloned().unwrap_or_default();
        asked.iter().map(prefix).collect()
    }

    fn refused(&self) -> Option<Response> {
        let mut refusal = self.refusal.lock().unwrap();
        let (left, status, code) = refusal.as_mut().filter(|(left, ..)| *left > 0)?;
        *left -= 1;
        let body = format!("<Error><Code>{code}</Code><Message>said so</Message></Error>");
        Some((StatusCode::from_u16(*status).unwrap(), body).into_response())
    }

    fn page(&self, query: &HashMap<String, String>) -> String {
        let text = |name: &str| query.get(name).map_or("", String::as_str);
        let prefix = text("prefix");
        let most: usize = text("max-keys").parse().unwrap();
        let goes_on = *self.goes_on.lock().unwrap();
        let after = match (goes_on, text("continuation-token")) {
            (Some(_), _) => "",
            (None, "") => text("start-after"),
            (None, token) => token,
        };
        let encode = |key: &str| utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
        let (mut found, mut last, mut is_cut) = (Vec::new(), String::new(), false);
        for key in self.keys.lock().unwrap().iter() {
            let Some(rest) = key.strip_prefix(prefix) else {
                continue;
            };
            let folder = match rest.split_once('/') {
                Some((name, _)) if !text("delimiter").is_empty() => Some(format!("{prefix}{name}/")),
                _ => None,
            };
            let name = folder.clone().unwrap_or_else(|| key.clone());
            if name == last || name.as_str() <= after {
                continue;
            }
            if found.len() == most {
                is_cut = true;
                break;
            }
            let size = if key.ends_with('/') { 0 } else { 9 };
            found.push(match folder {
                Some(folder) => format!(
                    "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                    encode(&folder)
                ),
                None => format!(
                    "<Contents><Key>{}</Key><Size>{size}</Size></Contents>",
                    encode(key)
                ),
            });
            last = name;
        }
        let token = if let Some(goes_on) = goes_on {
            let n = match goes_on {
                GoesOn::WhereItWas => 0,
                GoesOn::Elsewhere => self.asked.lock().unwrap().len(),
            };
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{n}</NextContinuationToken>")
        } else if is_cut {
            format!(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{}</NextContinuationToken>",
                last.replace('&', "&amp;")
            )
        } else {
            String::new()
        };
        format!(
            "<ListBucketResult><EncodingType>url</EncodingType>{token}{}</ListBucketResult>",
            found.concat()
        )
    }
}

async fn answer(
    State(bucket): State<Arc<Bucket>>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if method == Method::HEAD {
        let is_ours = uri.path().trim_start_matches('/').split('/').next() == Some(BUCKET);
        let status = if is_ours {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        return status.into_response();
    }
    if uri.path().trim_matches('/') != BUCKET {
        let body = "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>";
        return (StatusCode::NOT_FOUND, body).into_response();
    }
    bucket.asked.lock().unwrap().push(query.clone());
    let mut closed = bucket.is_closed.subscribe();
    closed.wait_for(|closed| !closed).await.unwrap();
    bucket
        .refused()
        .unwrap_or_else(|| bucket.page(&query).into_response())
}

/// A server that takes every call and answers none.
pub async fn silent() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(std::future::pending::<StatusCode>);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    endpoint
}

/// A hub with an owner, a project and a storage that leads to the bucket.
pub struct Story {
    pub hub: TestHub,
    pub owner: Person,
    pub project: String,
    pub storage: String,
    pub bucket: Arc<Bucket>,
    pub endpoint: String,
}

impl Story {
    pub async fn begin(keys: &[&str]) -> Self {
        Self::within(keys, json!([])).await
    }

    /// With a storage that reaches no further than these prefixes.
    pub async fn within(keys: &[&str], prefixes: Value) -> Self {
        let (bucket, endpoint) = Bucket::serve(keys).await;
        let hub = TestHub::start().await;
        let owner = hub.owner("Acme").await;
        let project = owner.project("Street scenes").await;
        let form = json!({ "name": "Bucket", "provider": "AWS", "region": "eu-central-1", "endpoint": endpoint,
            "prefixes": prefixes, "publicKey": "AKIAIOSFODNN7EXAMPLE",
            "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
        let made = owner.post("/v2/storages", form).await;
        let storage = made.data()["storage"]["_id"].as_str().unwrap().to_owned();
        Self {
            hub,
            owner,
            project,
            storage,
            bucket,
            endpoint,
        }
    }

    pub async fn explore(&self, more: Value) -> Answer {
        self.explore_as(&self.owner, more).await
    }

    pub async fn explore_as(&self, person: &Person, more: Value) -> Answer {
        let mut body = json!({ "bucket": BUCKET, "storageId": self.storage });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        person.post("/v2/file-explorer", body).await
    }

    /// Starts an import and answers its id.
    pub async fn start(&self, more: Value) -> String {
        let mut body = json!({ "upload": true, "projectId": self.project });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = self.explore(body).await;
        answer.data()["import"]["_id"].as_str().unwrap().to_owned()
    }

    /// Imports, and answers what came of it.
    pub async fn import(&self, more: Value) -> Value {
        let id = self.start(more).await;
        self.ended(&id).await
    }

    pub async fn ended(&self, id: &str) -> Value {
        let organization = self.owner.organization.parse().unwrap();
        wait_for_import(&self.hub.hub, organization, id.parse().unwrap())
            .await
            .unwrap();
        self.shown(id).await
    }

    pub async fn shown(&self, id: &str) -> Value {
        self.owner.get(&format!("/v2/imports/{id}")).await.data()["import"].clone()
    }

    /// An import, once it is as wanted.
    pub async fn shown_once(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let import = self.shown(id).await;
            if is_so(&import) {
                return import;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn assets(&self) -> Vec<Value> {
        let path = format!("/v2/project/{}/assets?limit=1000&sort=externalId", self.project);
        self.owner.get(&path).await.data()["assets"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub async fn external_ids(&self) -> Vec<String> {
        let assets = self.assets().await;
        let id = |asset: &Value| asset["externalId"].as_str().unwrap().to_owned();
        assets.iter().map(id).collect()
    }
}
