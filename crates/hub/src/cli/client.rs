//! A small client of the hub's own API, for the commands that talk to a hub from outside.

use std::time::Duration;

use insitu_model::id::{ProjectId, StorageId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Body, Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Failure, Outcome};

/// How long a hub may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of a download is looked at.
const BEGINNING_BYTES: usize = 64 << 10;
/// Rows of one page while a name is looked for.
const PAGE_ROWS: usize = 1000;
/// Everything but what RFC 3986 leaves unreserved: the hub reads `+` as a plus.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Talks to one hub with one API key.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    api_key: String,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The hub answered that it will not.
    #[error("{message} ({code})")]
    Refused {
        status: StatusCode,
        code: String,
        message: String,
    },
    #[error("the hub at {url} cannot be reached: {cause}. Check the address, and that the hub runs.")]
    Unreachable { url: String, cause: String },
    #[error(
        "the hub at {url} answered something that this program does not understand: {cause}. Are both of one version?"
    )]
    NotUnderstood { url: String, cause: String },
}

impl ClientError {
    /// Whether asking again later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::NotUnderstood { .. } => false,
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(error)
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
    code: String,
}

impl Client {
    /// A client of the hub at this address, such as `http://127.0.0.1:8080`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the address is the operator's own, typed at the terminal, not one that users gave"
    )]
    pub fn new(url: &str, api_key: &str) -> Outcome<Self> {
        let mut builder = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT);
        if is_loopback(url) {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| Failure::new(with_causes(&error)))?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            api_key: api_key.to_owned(),
        })
    }

    /// What `GET path?query` answers.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ClientError> {
        self.answer(self.request(Method::GET, path, query)).await
    }

    /// What `POST path` answers to this JSON.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let json = serde_json::to_vec(body).map_err(|error| self.not_understood(&error))?;
        let request = self.request(Method::POST, path, &[]);
        self.answer(request.header("content-type", "application/json").body(json))
            .await
    }

    /// Every line that `POST path` answers to this JSON, each as it comes.
    pub async fn post_for_lines(
        &self,
        path: &str,
        body: &impl Serialize,
        mut hear: impl FnMut(&[u8]),
    ) -> Result<(), ClientError> {
        let json = serde_json::to_vec(body).map_err(|error| self.not_understood(&error))?;
        let request = self
            .request(Method::POST, path, &[])
            .header("content-type", "application/json")
            .header("accept", "application/x-ndjson")
            .body(json);
        let mut answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let mut waiting = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.unreachable(&error))? {
            waiting.extend_from_slice(&chunk);
            while status.is_success()
                && let Some(end) = waiting.iter().position(|byte| *byte == b'\n')
            {
                hear(&waiting[..end]);
                waiting.drain(..=end);
            }
        }
        match status.is_success() {
            true => Ok(()),
            false => Err(self.refusal(status, &waiting)),
        }
    }

    /// What `POST path?query` answers to these bytes; with `length`, it is announced.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: impl Into<Body>,
        length: Option<u64>,
    ) -> Result<T, ClientError> {
        let mut request = self.request(Method::POST, path, query);
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        self.answer(request.body(body)).await
    }

    /// The beginning of the text that `GET path?query` answers, where that is a download and no JSON.
    pub async fn beginning(&self, path: &str, query: &[(&str, &str)]) -> Result<String, ClientError> {
        let request = self.request(Method::GET, path, query);
        let mut answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while bytes.len() < BEGINNING_BYTES
            && let Some(chunk) = answer.chunk().await.map_err(|error| self.unreachable(&error))?
        {
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        Err(self.refusal(status, &bytes))
    }

    /// What is left of a download behind its first `from` bytes. The address is one that the hub made; it needs no key.
    pub async fn download(&self, url: &str, from: u64) -> Result<reqwest::Response, ClientError> {
        let mut request = self.http.get(url);
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        if from > 0 && status == StatusCode::OK {
            // Its bytes would stand in the wrong place.
            return Err(self.not_understood(&"asked for the rest of a file, it began anew"));
        }
        if status.is_success() {
            return Ok(answer);
        }
        let bytes = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        Err(self.refusal(status, &bytes))
    }

    /// The id of the project that is called this, or has this id.
    pub async fn project(&self, name_or_id: &str) -> Outcome<ProjectId> {
        if let Ok(id) = name_or_id.parse() {
            return Ok(id);
        }
        #[derive(Deserialize)]
        struct Listed {
            projects: Vec<Named<ProjectId>>,
        }
        let mut found: Vec<Named<ProjectId>> = Vec::new();
        for page in 1_u32.. {
            let (page, limit) = (page.to_string(), PAGE_ROWS.to_string());
            let listed: Listed = self
                .get("/v2/listProjects", &[("page", &page), ("limit", &limit)])
                .await?;
            let is_last = listed.projects.len() < PAGE_ROWS;
            found.extend(
                listed
                    .projects
                    .into_iter()
                    .filter(|project| project.name == name_or_id),
            );
            if is_last {
                break;
            }
        }
        match found.as_slice() {
            [one] => Ok(one.id),
            [] => Err(Failure::new(format!(
                "there is no project \"{name_or_id}\" that you can see. Name it or its id."
            ))),
            several => Err(Failure::new(format!(
                "{} projects are called \"{name_or_id}\". Name one by its id.",
                several.len()
            ))),
        }
    }

    /// The id of the storage that is called this, or has this id.
    pub async fn storage(&self, name_or_id: &str) -> Outcome<StorageId> {
        if let Ok(id) = name_or_id.parse() {
            return Ok(id);
        }
        #[derive(Deserialize)]
        struct Listed {
            storages: Vec<Named<StorageId>>,
        }
        for page in 1_u32.. {
            let (page, limit) = (page.to_string(), PAGE_ROWS.to_string());
            let listed: Listed = self
                .get("/v2/storages", &[("page", &page), ("limit", &limit)])
                .await?;
            let is_last = listed.storages.len() < PAGE_ROWS;
            // Names are unique in an organization, without regard to case.
            let wanted = name_or_id.trim().to_lowercase();
            let found = listed
                .storages
                .into_iter()
                .find(|storage| storage.name.to_lowercase() == wanted);
            match found {
                Some(storage) => return Ok(storage.id),
                None if is_last => break,
                None => {}
            }
        }
        Err(Failure::new(format!(
            "there is no storage \"{name_or_id}\" that you can see. Name it or its id."
        )))
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = format!("{}{path}", self.url);
        for (position, (name, value)) in query.iter().enumerate() {
            url.push(if position == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, ENCODED));
        }
        self.http.request(method, url).header("apikey", &self.api_key)
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        if !status.is_success() {
            return Err(self.refusal(status, &bytes));
        }
        let answer: Answer<T> =
            serde_json::from_slice(&bytes).map_err(|error| self.not_understood(&error))?;
        Ok(answer.data)
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> ClientError {
        match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) => ClientError::Refused {
                status,
                code: refusal.code,
                message: refusal.message,
            },
            Err(_) => self.not_understood(&format!("status {status}")),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable {
            url: self.url.clone(),
            cause: with_causes(error),
        }
    }

    fn not_understood(&self, cause: &dyn std::fmt::Display) -> ClientError {
        ClientError::NotUnderstood {
            url: self.url.clone(),
            cause: cause.to_string(),
        }
    }
}

#[derive(Deserialize)]
struct Named<Id> {
    #[serde(rename = "_id")]
    id: Id,
    name: String,
}

fn is_loopback(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback()),
        None => false,
    })
}

/// An error with what is behind it: reqwest's own words stop before the cause.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_never_stands_between_a_program_and_its_own_machine() {
        for url in ["http://127.0.0.1:8080", "http://localhost/", "http://[::1]:9"] {
            assert!(is_loopback(url), "{url}");
        }
        assert!(!is_loopback("https://hub.example.com"));
        assert!(!is_loopback("nonsense"));
    }
}
