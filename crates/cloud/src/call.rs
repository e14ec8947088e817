//! One signed call: headers, signature, sending; the same for S3 and STS.

use bytes::Bytes;
use insitu_model::ambient::Clock;
use reqwest::Method;

use crate::connect::{Answer, BodyLimit, ConnectError, Outbound, Outgoing};
use crate::credentials::Credentials;
use crate::sigv4::{AmzTime, HeaderSigning, Query, Service, SigningKey, authorization, payload_hash};

/// A call, still without signature.
pub(crate) struct Call<'a> {
    pub service: Service,
    pub method: Method,
    /// Scheme, host and port.
    pub origin: String,
    /// Escaped.
    pub path: String,
    pub query: Query,
    /// What is signed and sent beside the headers that every call has.
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// The region that the signature is for.
    pub region: &'a str,
    pub credentials: &'a Credentials,
}

impl Call<'_> {
    /// Signs the call with the time of the clock and sends it.
    pub async fn send(
        &self,
        outbound: &Outbound,
        clock: &dyn Clock,
        limit: BodyLimit,
    ) -> Result<Answer, ConnectError> {
        outbound
            .send(self.sign(&AmzTime::of_ms(clock.now_ms())), limit)
            .await
    }

    fn sign(&self, at: &AmzTime) -> Outgoing {
        let payload_hash = payload_hash(&self.body);
        let mut headers = self.headers.clone();
        headers.push(("x-amz-date", at.as_str().to_owned()));
        if self.service == Service::S3 {
            headers.push(("x-amz-content-sha256", payload_hash.clone()));
        }
        if let Some(token) = self.credentials.expose_token() {
            headers.push(("x-amz-security-token", token.to_owned()));
        }
        let signed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = HeaderSigning {
            method: self.method.as_str(),
            host: self.host(),
            path: &self.path,
            query: &self.query,
            headers: &signed,
            payload_hash: &payload_hash,
        };
        let key = SigningKey::derive(self.credentials.expose_secret(), at, self.region, self.service);
        let authorization = authorization(&request, &key, self.credentials.access_key_id(), at);
        headers.push(("authorization", authorization));
        Outgoing {
            method: self.method.clone(),
            url: self.url(),
            headers,
            body: self.body.clone(),
        }
    }

    /// The host that is called, with its port.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    fn url(&self) -> String {
        let query = self.query.as_sent();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{query}", self.origin, self.path)
    }
}
