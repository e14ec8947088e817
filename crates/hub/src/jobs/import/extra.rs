//! What few assets have (metadata, context, attachments, pages, labels): one JSON text beside the columns.

use std::collections::BTreeMap;

use insitu_formats::{AssetData, ImportedAsset, JsonText};
use serde_json::value::RawValue;

/// The properties of a row that have no column of their own, as JSON; nothing where there are none. `labels` are those
/// that fit, as an answer's JSON.
pub fn of_row(row: &ImportedAsset, pages: &[String], labels: Option<&str>) -> Option<String> {
    let mut extra = Members::default();
    extra.json("metadata", row.metadata.as_ref());
    extra.json("contextData", row.context_data.as_ref());
    if !row.attachments.is_empty() {
        extra.list("attachments", &row.attachments);
    }
    if matches!(row.data, AssetData::Pages(_)) {
        extra.list("dataset", pages);
    }
    let labels: BTreeMap<String, &RawValue> = labels
        .and_then(|answer| serde_json::from_str(answer).ok())
        .unwrap_or_default();
    for (name, kept_as) in [
        ("tools", "objects"),
        ("classifications", "classifications"),
        ("relations", "relations"),
    ] {
        if let Some(list) = labels.get(name) {
            extra.name(kept_as);
            extra.0.push_str(list.get());
        }
    }
    extra.finish()
}

#[derive(Default)]
struct Members(String);

impl Members {
    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// JSON that was checked when it was read is taken as it is.
    fn json(&mut self, name: &str, value: Option<&JsonText>) {
        if let Some(value) = value {
            self.name(name);
            self.0.push_str(value.as_str());
        }
    }

    fn list<T: serde::Serialize>(&mut self, name: &str, list: &[T]) {
        // Texts and words always become JSON.
        if let Ok(json) = serde_json::to_string(list) {
            self.name(name);
            self.0.push_str(&json);
        }
    }

    fn finish(mut self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        self.0.push('}');
        Some(self.0)
    }
}
