//! What kind of list a file is, from its first bytes.
//!
//! The order: gzip by its magic number; UTF-16 and UTF-32 refused by name, a UTF-8 mark passed over; well-known binary
//! files refused by name; `[` is JSON; `{` is NDJSON if the first line holds one whole object and nothing else, JSON
//! otherwise; anything else must be a table whose first line names a column `data` or `url`. A format that the caller
//! names is believed. An envelope is read only where it is asked for.

pub(crate) mod source;

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Fault, Found, ListFault};
use crate::limits::Limits;
use crate::split::{Step, ValueScanner};
use crate::table::Header;
use crate::window::Window;

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// An array of objects, one object, or several of them one behind the other.
    Json,
    /// One object a line.
    Ndjson,
    /// A table with a header; fields separated by commas or semicolons.
    Csv,
    /// A table with a header; fields separated by tabs.
    Tsv,
    /// The SDK's body: an object whose member `assets` is the list.
    Envelope,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Json, Self::Ndjson, Self::Csv, Self::Tsv, Self::Envelope];

    /// The name, as `FromStr` reads it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Envelope => "envelope",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no format of a list; name json, ndjson, csv, tsv or envelope, or none to have it detected")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|format| format.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownFormat(text.chars().take(40).collect()))
    }
}

/// What detection found; for a table the header is used up.
#[derive(Debug)]
pub(crate) struct Detected {
    pub format: Format,
    pub header: Option<Header>,
}

/// Looks at the beginning of the text and stands behind its mark and header.
pub(crate) fn detect<R: Read>(
    window: &mut Window<R>,
    named: Option<Format>,
    limits: &Limits,
) -> Result<Detected, Fault> {
    skip_mark(window)?;
    refuse_binary(window)?;
    let format = match named {
        Some(format @ (Format::Csv | Format::Tsv)) => return table(window, Some(format), limits),
        Some(format) => format,
        None => match first_text(window, limits)? {
            Some(b'[') => Format::Json,
            Some(b'{') => {
                window.peek_past_space()?;
                first_line(window, limits)?
            }
            None if window.peek_past_space()?.is_none() => {
                return Err(ListFault::EmptyFile.at(window.offset()));
            }
            _ => return table(window, None, limits),
        },
    };
    match window.peek_past_space()? {
        None => Err(ListFault::EmptyFile.at(window.offset())),
        Some(found) if format == Format::Json && !matches!(found, b'[' | b'{') => {
            Err(ListFault::NotAList { found: Found(found) }.at(window.offset()))
        }
        Some(_) => Ok(Detected { format, header: None }),
    }
}

/// The first byte of text. Tabs before it stay: in a table they are empty names, as pandas writes for its index.
fn first_text<R: Read>(window: &mut Window<R>, limits: &Limits) -> Result<Option<u8>, Fault> {
    while let Some(b' ' | b'\r' | b'\n') = window.peek()? {
        window.consume(1);
    }
    if window.peek()? == Some(b'\t') {
        window.ensure(limits.header_bytes)?;
    }
    let head = &window.rest()[..window.rest().len().min(limits.header_bytes)];
    Ok(head.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
}

/// Passes over the mark of UTF-8; refuses UTF-16 and UTF-32, with their marks or by the zero bytes of their ASCII.
fn skip_mark<R: Read>(window: &mut Window<R>) -> Result<(), Fault> {
    window.ensure(4)?;
    let zeros: Vec<bool> = window.rest().iter().take(4).map(|byte| *byte == 0).collect();
    let fault = match (window.rest(), zeros.as_slice()) {
        ([0xef, 0xbb, 0xbf, ..], _) => {
            window.consume(3);
            return Ok(());
        }
        ([0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..], _) => ListFault::Utf32,
        (_, [true, true, true, false] | [false, true, true, true]) => ListFault::Utf32,
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => ListFault::Utf16,
        (_, [true, false, ..] | [false, true, ..]) => ListFault::Utf16,
        _ => return Ok(()),
    };
    Err(fault.at(window.offset()))
}

/// Files that people choose by mistake, named rather than called "not JSON".
const BINARY_FILES: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (&[0x1f, 0x8b], "gzipped twice"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd"),
    (&[0xfd, b'7', b'z', b'X'], "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
    (b"PAR1", "a Parquet file"),
    (&[0x89, b'P', b'N', b'G'], "a PNG image"),
    (&[0xff, 0xd8, 0xff], "a JPEG image"),
    (b"%PDF", "a PDF document"),
];

fn refuse_binary<R: Read>(window: &mut Window<R>) -> Result<(), Fault> {
    window.ensure(4)?;
    match BINARY_FILES
        .iter()
        .find(|(magic, _)| window.rest().starts_with(magic))
    {
        Some((_, kind)) => Err(ListFault::UnsupportedFile { kind }.at(window.offset())),
        None => Ok(()),
    }
}

/// Tells NDJSON from JSON by the first line. A string or bracket broken in that line is a bad row of NDJSON, because
/// no JSON value spans lines inside a string.
fn first_line<R: Read>(window: &mut Window<R>, limits: &Limits) -> Result<Format, Fault> {
    let (len, _) = crate::split::line(window, limits)?;
    let line = &window.rest()[..len.min(limits.element_bytes)];
    let mut scanner = ValueScanner::default();
    let is_ndjson = match scanner.scan(line) {
        Step::End(count) => line[count..].iter().all(u8::is_ascii_whitespace),
        Step::Mismatch { .. } => true,
        Step::More => scanner.is_in_text() && line.len() == len,
    };
    Ok(if is_ndjson { Format::Ndjson } else { Format::Json })
}

fn table<R: Read>(window: &mut Window<R>, named: Option<Format>, limits: &Limits) -> Result<Detected, Fault> {
    while let Some(b'\r' | b'\n') = window.peek()? {
        window.consume(1);
    }
    let Some(first) = window.peek()? else {
        return Err(ListFault::EmptyFile.at(window.offset()));
    };
    match Header::read(window, named, limits) {
        Ok(header) => Ok(Detected {
            format: header.format(),
            header: Some(header),
        }),
        // Without a header, a text that does not even look like a table is told what a list is.
        Err(Fault {
            offset,
            fault: ListFault::HeaderMissing | ListFault::HeaderTooLarge { .. },
        }) if named.is_none() && !is_tabular(window) => {
            Err(ListFault::NotAList { found: Found(first) }.at(offset))
        }
        Err(fault) => Err(fault),
    }
}

/// Whether the text at hand reads like rows of a table or a list of addresses.
fn is_tabular<R: Read>(window: &Window<R>) -> bool {
    let head = &window.rest()[..window.rest().len().min(1024)];
    let line = head
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let has_separator = line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t'));
    let has_address = line.windows(3).any(|bytes| bytes == b"://");
    !line.iter().any(|byte| *byte == 0 || *byte == b'<') && (has_separator || has_address)
}
