//! What is wrong with a row, or worth a word though it is imported: field, stable code, and a message to act on.

use std::borrow::Cow;

use serde::Serialize;

/// One reason why a row is refused, or one notice about a row that is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The property or column; empty if it is the row as a whole.
    pub field: Cow<'static, str>,
    /// The stable name, `row.…` from here.
    pub code: &'static str,
    /// What happened and what to do.
    pub message: String,
}

impl RowProblem {
    pub fn new(field: impl Into<Cow<'static, str>>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }
}

/// The stable names of what can be wrong with a row.
pub mod codes {
    pub const NOT_JSON: &str = "row.not_json";
    pub const NULL: &str = "row.null";
    pub const NOT_OBJECT: &str = "row.not_object";
    pub const TOO_LARGE: &str = "row.too_large";
    pub const TOO_DEEP: &str = "row.too_deep";
    pub const INVALID_UTF8: &str = "row.invalid_utf8";
    pub const DUPLICATE_KEY: &str = "row.duplicate_key";
    pub const NUMBER_OUT_OF_RANGE: &str = "row.number_out_of_range";
    pub const LONE_SURROGATE: &str = "row.lone_surrogate";
    pub const CONTROL_CHARACTER: &str = "row.control_character";
    pub const NUL_CHARACTER: &str = "row.nul_character";
    pub const DATA_MISSING: &str = "row.data_missing";
    pub const DATA_EMPTY: &str = "row.data_empty";
    pub const WRONG_TYPE: &str = "row.wrong_type";
    pub const TEXT_TOO_LONG: &str = "row.text_too_long";
    pub const TOO_MANY: &str = "row.too_many";
    pub const DIMENSION_NOT_POSITIVE: &str = "row.dimension_not_positive";
    pub const DIMENSION_FRACTIONAL: &str = "row.dimension_fractional";
    pub const DIMENSION_TOO_LARGE: &str = "row.dimension_too_large";
    pub const PRIORITY_OUT_OF_RANGE: &str = "row.priority_out_of_range";
    pub const ATTACHMENT_TYPE: &str = "row.attachment_type";
    pub const OBJECTS_AND_TOOLS: &str = "row.objects_and_tools";
    pub const RAGGED: &str = "row.ragged";
    pub const QUOTE: &str = "row.quote";

    /// Notices: the row is imported.
    pub const UNKNOWN_FIELD: &str = "row.unknown_field";
    pub const DATA_IGNORED: &str = "row.data_ignored";
    pub const METADATA_DIMENSION_IGNORED: &str = "row.metadata_dimension_ignored";
}

/// The problem that `serde_json` stopped at; `at` is the byte of the file.
pub(crate) fn syntax(error: &serde_json::Error, field: &'static str, at: u64) -> RowProblem {
    let words = error.to_string();
    let says = |part: &str| words.contains(part);
    let (code, what) = if says("number out of range") {
        (
            codes::NUMBER_OUT_OF_RANGE,
            "a number is larger than a computer's number can be; correct it",
        )
    } else if says("surrogate") || says("end of hex escape") {
        (
            codes::LONE_SURROGATE,
            "an escape \\uD800 to \\uDFFF stands alone, which is no character; remove it",
        )
    } else if says("control character") {
        (
            codes::CONTROL_CHARACTER,
            "a string holds a line break or another control character; escape it",
        )
    } else if says("recursion limit") {
        (codes::TOO_DEEP, "it is nested too deeply; flatten it")
    } else {
        (codes::NOT_JSON, "it is not JSON; correct it")
    };
    let reason = words.split(" at line ").next().unwrap_or_default();
    RowProblem::new(field, code, format!("at byte {at} of the file {what} ({reason})"))
}

/// Where in its text the error stands, in bytes.
pub(crate) fn position(error: &serde_json::Error, text: &str) -> u64 {
    let lines_before = error.line().saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    (before + error.column().saturating_sub(1)).min(text.len()) as u64
}
