//! What is wrong with a part of a document that somebody sent, named by its path.

use std::fmt;

words! {
    /// What comes of a [`Problem`].
    Severity, "severity" {
        /// It stands in the way.
        Refused = "refused",
        /// It is worth a look and changes nothing.
        Noticed = "noticed",
    }
}

/// Most problems that are named at once.
pub const PROBLEMS_MAX: usize = 100;

/// Something wrong at one place of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Where: `objects[3].polygon[2]`; empty for the document as a whole.
    pub path: String,
    /// Stable and dotted: programs decide by this.
    pub code: &'static str,
    /// What is wrong with what, and what to do.
    pub message: String,
    pub severity: Severity,
}

impl Problem {
    /// A problem that stands in the way.
    pub(crate) fn refused(path: &Path<'_>, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(path, code, message, Severity::Refused)
    }

    pub(crate) fn new(
        path: &Path<'_>,
        code: &'static str,
        message: impl Into<String>,
        severity: Severity,
    ) -> Self {
        Self {
            path: path.to_string(),
            code,
            message: message.into(),
            severity,
        }
    }
}

/// Where a reader is in a document: written out only when there is something to say.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(crate) fn index(&'a self, at: usize) -> Path<'a> {
        Path::Index(self, at)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}

/// What a JSON value is, in words for a message.
pub(crate) fn kind_of(value: &serde_json::Value) -> &'static str {
    use serde_json::Value;
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether lists and objects are nested in more than `limit` levels.
pub(crate) fn is_deeper_than(value: &serde_json::Value, limit: usize) -> bool {
    use serde_json::Value;
    match value {
        Value::Array(list) => limit == 0 || list.iter().any(|value| is_deeper_than(value, limit - 1)),
        Value::Object(map) => limit == 0 || map.values().any(|value| is_deeper_than(value, limit - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_in_a_program() {
        let objects = Path::Root.field("objects");
        let third = objects.index(3);
        let polygon = third.field("polygon");
        assert_eq!(polygon.index(2).to_string(), "objects[3].polygon[2]");
        assert_eq!(Path::Root.to_string(), "");
    }

    #[test]
    fn nesting_is_counted_in_lists_and_objects() {
        let value = serde_json::json!({ "a": [[1]] });
        assert!(is_deeper_than(&value, 2));
        assert!(!is_deeper_than(&value, 3));
        assert!(!is_deeper_than(&serde_json::json!(7), 0));
    }
}
