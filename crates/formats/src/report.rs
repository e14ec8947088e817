//! The report of an import: one line for each reason why a row was refused and for each notice, as NDJSON or CSV.
//!
//! Cells of the CSV never begin like a formula (`=`, `+`, `-`, `@`, a tab or a line break): such a cell gets an
//! apostrophe, as spreadsheets read it.

use serde::Serialize;

/// Whether the row was left out, or imported with a word said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Refused,
    Notice,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Notice => "notice",
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportLine<'a> {
    pub severity: Severity,
    pub index: u64,
    /// Bytes from the beginning of the text, after decompression.
    pub offset: u64,
    pub field: &'a str,
    pub code: &'a str,
    pub message: &'a str,
    pub excerpt: &'a str,
}

/// The first line of the CSV.
pub const CSV_HEADER: &str = "severity,index,offset,field,code,message,excerpt\r\n";

impl ReportLine<'_> {
    /// Appends the line as a JSON object and a line feed.
    pub fn write_ndjson(&self, out: &mut Vec<u8>) {
        // Writing text and numbers to memory cannot fail.
        let _ = serde_json::to_writer(&mut *out, self);
        out.push(b'\n');
    }

    /// Appends the line as a CSV record, in the order of `CSV_HEADER`.
    pub fn write_csv(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.severity.as_str().as_bytes());
        for number in [self.index, self.offset] {
            out.push(b',');
            out.extend_from_slice(number.to_string().as_bytes());
        }
        for text in [self.field, self.code, self.message, self.excerpt] {
            out.push(b',');
            write_cell(text, out);
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Appends a text as a cell of CSV: quoted where it must be, and never a formula to a program that shows it.
pub fn write_cell(text: &str, out: &mut Vec<u8>) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let needs_quotes = is_formula || text.contains([',', '"', '\r', '\n', ';', '\t']);
    if needs_quotes {
        out.push(b'"');
    }
    if is_formula {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    if needs_quotes {
        out.push(b'"');
    }
}

/// The beginning of a row for people to recognize it: at most so many bytes, control characters shown as spaces,
/// bytes that are no UTF-8 as `�`, and `…` where it was cut.
pub fn excerpt(row: &[u8], limit_bytes: usize) -> String {
    // Beyond the limit only a character that is cut there matters.
    let text = String::from_utf8_lossy(&row[..row.len().min(limit_bytes.saturating_add(4))]);
    let kept = cut(&text, limit_bytes);
    let is_cut = kept.len() < text.len() || row.len() > limit_bytes.saturating_add(4);
    let mut shown: String = kept
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if is_cut {
        shown.push('…');
    }
    shown
}

/// The text's beginning, at most so many bytes, ending between characters.
pub fn cut(text: &str, limit_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(limit_bytes)]
}
