//! What the library of the standard chain is handed: our door to the network, and files.

use bytes::Bytes;
use insitu_model::endpoint::Endpoint;
use reqsign_core::{Error, FileRead, HttpSend, Result};

use crate::connect::{BodyLimit, Outbound};

/// Longest answer of a metadata service or of STS, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Longest profile or token file, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Door {
    pub outbound: Outbound,
    /// Asked in place of AWS's own STS.
    pub sts: Option<Endpoint>,
}

impl Door {
    /// The library knows no other STS than AWS's own.
    fn url(&self, uri: &http::Uri) -> String {
        let is_sts = uri.host().is_some_and(|host| host.starts_with("sts."));
        match &self.sts {
            Some(sts) if is_sts => format!("{sts}{}", uri.path_and_query().map_or("/", |path| path.as_str())),
            _ => uri.to_string(),
        }
    }
}

impl HttpSend for Door {
    async fn http_send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let (url, limit) = (self.url(&parts.uri), BodyLimit::Refuse(ANSWER_BYTES_MAX));
        let sent = self
            .outbound
            .send_with(parts.method, &url, parts.headers, body, limit)
            .await;
        let answer = sent.map_err(|error| Error::unexpected(error.to_string()))?;
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = http::StatusCode::from_u16(answer.status)
            .map_err(|error| Error::unexpected(error.to_string()))?;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

#[derive(Debug)]
pub(super) struct Files;

impl FileRead for Files {
    async fn file_read(&self, path: &str) -> Result<Vec<u8>> {
        // Whoever sees the error need not learn where the operator keeps things.
        let unreadable = |error: std::io::Error| {
            tracing::warn!(%error, path, "a file of the hub's AWS identity cannot be read");
            Error::unexpected(format!("its file cannot be read: {error}"))
        };
        let size_bytes = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        if size_bytes > FILE_BYTES_MAX {
            tracing::warn!(path, size_bytes, "a file of the hub's AWS identity is too long");
            return Err(Error::unexpected(format!(
                "its file is longer than {FILE_BYTES_MAX} bytes"
            )));
        }
        tokio::fs::read(path).await.map_err(unreadable)
    }
}
