//! What was asked and how it was answered, one line of JSON each, for tests that prove what was never asked.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use serde_json::json;

use crate::facts::Facts;

/// A file that grows with every answer.
#[derive(Debug)]
pub(crate) struct RequestLog(Mutex<File>);

impl RequestLog {
    /// Opens the file, empty.
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Mutex::new(File::create(path)?)))
    }

    /// Adds one line, before the answer goes out; without a status if none does.
    pub(crate) fn add(&self, facts: &Facts, status: Option<StatusCode>) {
        let line = json!({
            "method": facts.method.as_str(), "bucket": facts.bucket, "key": facts.key, "range": facts.range,
            "status": status.map(|status| status.as_u16()), "faults": facts.struck.names(),
        });
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            tracing::warn!(%error, "the request log could not be written");
        }
    }
}
