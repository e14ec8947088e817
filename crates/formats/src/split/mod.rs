//! Where one row ends and the next begins, without understanding it: every row's offset and bytes, and no more.
//!
//! What a row's end looks like survives most mistakes inside the row, so one bad row costs one row. What cannot be
//! found any more (a cut, a bracket of the wrong kind, text between rows) ends the reading.

mod envelope;
mod json;
mod lines;
mod scanner;

use std::io::Read;

use serde::{Deserialize, Serialize};

pub use scanner::{Step, ValueScanner};

pub(crate) use envelope::Envelope;
pub(crate) use json::JsonValues;
pub(crate) use lines::{Lines, line};

use crate::error::{Fault, Found, ListFault};
use crate::limits::Limits;
use crate::window::Window;

/// One row as found in the text.
#[derive(Debug)]
pub(crate) enum Element {
    /// The next `len` bytes of the window, not yet used.
    Whole { offset: u64, len: usize, depth: u64 },
    /// Larger than the limit and passed over; only its beginning is kept, for the report.
    TooLarge { offset: u64, head: Vec<u8> },
}

/// Where between rows the reading stands in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Place {
    /// Before or between values at the top.
    Top,
    /// Behind the bracket that opens a list.
    ListStart,
    /// Behind a row of a list.
    AfterElement,
    /// Behind the brace that opens an envelope.
    FirstMember,
    /// Behind a member of an envelope.
    AfterMember,
}

/// Finds the end of the JSON value that begins at the window's next byte.
pub(crate) fn element<R: Read>(window: &mut Window<R>, limits: &Limits) -> Result<Element, Fault> {
    let offset = window.offset();
    let mut scanner = ValueScanner::default();
    let mut scanned = 0;
    loop {
        match scanner.scan(&window.rest()[scanned..]) {
            Step::End(count) if scanned + count <= limits.element_bytes => {
                return Ok(Element::Whole {
                    offset,
                    len: scanned + count,
                    depth: scanner.deepest(),
                });
            }
            Step::End(count) => {
                let head = head(window.rest(), limits);
                window.consume(scanned + count);
                return Ok(Element::TooLarge { offset, head });
            }
            Step::Mismatch { at, found } => {
                return Err(mismatch(offset + (scanned + at) as u64, found));
            }
            Step::More => scanned = window.rest().len(),
        }
        if scanned > limits.element_bytes {
            let head = head(window.rest(), limits);
            pass_over(window, scanner, scanned)?;
            return Ok(Element::TooLarge { offset, head });
        }
        if !window.fill()? {
            return Err(ListFault::Truncated { what: "a row" }.at(window.offset() + scanned as u64));
        }
    }
}

/// Uses up the rest of a value that is too large to keep.
fn pass_over<R: Read>(
    window: &mut Window<R>,
    mut scanner: ValueScanner,
    scanned: usize,
) -> Result<(), Fault> {
    window.consume(scanned);
    loop {
        if !window.fill()? {
            return Err(ListFault::Truncated { what: "a row" }.at(window.offset()));
        }
        match scanner.scan(window.rest()) {
            Step::End(count) => {
                window.consume(count);
                return Ok(());
            }
            Step::Mismatch { at, found } => return Err(mismatch(window.offset() + at as u64, found)),
            Step::More => window.consume(window.rest().len()),
        }
    }
}

/// What a report may quote of a row that is not kept.
fn head(rest: &[u8], limits: &Limits) -> Vec<u8> {
    rest[..rest.len().min(limits.element_bytes).min(limits.excerpt_bytes + 1)].to_vec()
}

fn mismatch(offset: u64, found: u8) -> Fault {
    ListFault::MismatchedBracket { found: Found(found) }.at(offset)
}

/// The end of the text where a list needs more.
pub(crate) fn truncated<R: Read>(window: &Window<R>, what: &'static str) -> Fault {
    ListFault::Truncated { what }.at(window.offset())
}
