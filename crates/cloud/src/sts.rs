//! The two calls to STS that we make: who am I, and let me be that role for an hour.
//!
//! The regional service is asked, as AWS recommends, unless the operator names an endpoint. A storage never names one:
//! whoever answers here decides what the hub is allowed to be.

use std::fmt;
use std::sync::Arc;

use insitu_model::ambient::{Clock, Random};
use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;
use reqwest::Method;

use crate::call::Call;
use crate::connect::{BodyLimit, Outbound};
use crate::credentials::Credentials;
use crate::refusal::{CallError, Refusal};
use crate::retry::Retry;
use crate::sigv4::{Query, Service, encode_form};
use crate::xml::Element;

/// Shortest session that STS gives, in seconds.
pub const SESSION_S_MIN: u32 = 900;
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// What to assume, and how.
#[derive(Debug, Clone, Copy)]
pub struct AssumeRole<'a> {
    /// The role.
    pub role_arn: &'a str,
    /// Names the session in the customer's records.
    pub session_name: &'a str,
    /// What the role's trust policy asks for.
    pub external_id: Option<&'a str>,
    /// How long the session is to live, in seconds; the role sets the longest.
    pub duration_s: u32,
    /// Narrows the session further, as JSON.
    pub session_policy: Option<&'a str>,
}

/// Who a key belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The ARN of the user or of the role's session.
    pub arn: String,
    /// The account.
    pub account: String,
    /// The unique id.
    pub user_id: String,
}

/// Does STS say that whoever asks may not become the role? Only these words of its own count. A proxy's 403, a key of the
/// hub's that is unknown, expired or signs wrongly, a region that is switched off: all of them say nothing about the role.
pub fn is_denial(error: &CallError) -> bool {
    let code = error.refusal().and_then(|refusal| refusal.code.as_deref());
    matches!(code, Some("AccessDenied" | "AccessDeniedException"))
}

/// Does STS say that the session policy is too large once it is packed? Nobody can count that before.
pub fn is_policy_too_large(error: &CallError) -> bool {
    let code = error.refusal().and_then(|refusal| refusal.code.as_deref());
    code.is_some_and(|code| code.starts_with("PackedPolicyTooLarge"))
}

/// Asks STS. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    endpoint: Option<Endpoint>,
    retry: Retry,
}

impl Client {
    /// A client of the regional services, or of the operator's endpoint. `outbound` is one for the operator's addresses.
    pub fn new(
        outbound: Outbound,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        endpoint: Option<Endpoint>,
    ) -> Self {
        Self {
            outbound,
            clock,
            random,
            endpoint,
            retry: Retry::NORMAL,
        }
    }

    /// The same client with another patience.
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Whose key is this?
    pub async fn get_caller_identity(
        &self,
        credentials: &Credentials,
        region: &Region,
    ) -> Result<CallerIdentity, CallError> {
        const CALL: &str = "GetCallerIdentity";
        let (host, document) = self
            .ask(CALL, credentials, region, caller_identity_form())
            .await?;
        let text = |name: &str| found(&document, name).ok_or_else(|| CallError::missing(&host, CALL, name));
        Ok(CallerIdentity {
            arn: text("Arn")?,
            account: text("Account")?,
            user_id: text("UserId")?,
        })
    }

    /// Becomes a role for a while.
    pub async fn assume_role(
        &self,
        credentials: &Credentials,
        region: &Region,
        role: &AssumeRole<'_>,
    ) -> Result<Credentials, CallError> {
        const CALL: &str = "AssumeRole";
        let (host, document) = self
            .ask(CALL, credentials, region, assume_role_form(role))
            .await?;
        let text = |name: &str| found(&document, name).ok_or_else(|| CallError::missing(&host, CALL, name));
        let expiration = text("Expiration")?;
        let expires_at: jiff::Timestamp = expiration.parse().map_err(|_| CallError::NotUnderstood {
            host: host.clone(),
            call: CALL,
            reason: "its Expiration is no time".to_owned(),
        })?;
        Ok(Credentials::of_session(
            text("AccessKeyId")?,
            text("SecretAccessKey")?,
            text("SessionToken")?,
            Some(expires_at.as_millisecond()),
        ))
    }

    async fn ask(
        &self,
        name: &'static str,
        credentials: &Credentials,
        region: &Region,
        body: String,
    ) -> Result<(String, Element), CallError> {
        let call = Call {
            service: Service::Sts,
            method: Method::POST,
            origin: self.origin(region),
            path: "/".to_owned(),
            query: Query::new(),
            headers: vec![("content-type", CONTENT_TYPE.to_owned())],
            body: body.into(),
            region: region.as_str(),
            credentials,
        };
        let once = || async {
            let answer = call
                .send(&self.outbound, &*self.clock, BodyLimit::Refuse(ANSWER_BYTES_MAX))
                .await?;
            let host = call.host().to_owned();
            if !(200..300).contains(&answer.status) {
                return Err(CallError::Refused {
                    host,
                    call: name,
                    refusal: Box::new(Refusal::read(&answer)),
                });
            }
            let document =
                Element::parse(&answer.body).map_err(|error| CallError::xml(&host, name, &error))?;
            Ok((host, document))
        };
        self.retry.run(&*self.random, once).await
    }

    fn origin(&self, region: &Region) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.as_str().to_owned(),
            None => format!("https://sts.{region}.{}", region.partition().dns_suffix()),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

fn found(document: &Element, name: &str) -> Option<String> {
    document
        .find(name)
        .map(|element| element.text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

pub(crate) fn caller_identity_form() -> String {
    form("GetCallerIdentity", &[])
}

pub(crate) fn assume_role_form(role: &AssumeRole<'_>) -> String {
    let duration = role.duration_s.to_string();
    let mut fields = vec![
        ("RoleArn", role.role_arn),
        ("RoleSessionName", role.session_name),
        ("DurationSeconds", &duration),
    ];
    fields.extend(role.external_id.map(|id| ("ExternalId", id)));
    fields.extend(role.session_policy.map(|policy| ("Policy", policy)));
    form("AssumeRole", &fields)
}

fn form(action: &str, fields: &[(&str, &str)]) -> String {
    let mut body = format!("Action={action}&Version=2011-06-15");
    for (name, value) in fields {
        body.push('&');
        body.push_str(name);
        body.push('=');
        body.push_str(&encode_form(value));
    }
    body
}

#[cfg(test)]
#[path = "sts_tests.rs"]
mod tests;
