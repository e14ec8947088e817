//! Where a record of a table ends, and what its fields are: RFC 4180, in bytes that arrive in any pieces.
//!
//! A quote opens a quoted field only at the field's beginning; inside, two quotes are one, and line ends are text. CR,
//! LF and CRLF end a record. A record that a quote swallows is bounded like every element.

use std::borrow::Cow;
use std::io::Read;

use memchr::{memchr, memchr3};

use crate::error::{Fault, ListFault};
use crate::limits::Limits;
use crate::split::Element;
use crate::window::Window;

/// The records behind the header.
#[derive(Debug)]
pub(crate) struct Records {
    pub delimiter: u8,
}

impl Records {
    /// The next record; lines without any byte are none.
    pub fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        limits: &Limits,
    ) -> Result<Option<Element>, Fault> {
        while let Some(b'\r' | b'\n') = window.peek()? {
            window.consume(1);
        }
        if window.peek()?.is_none() {
            return Ok(None);
        }
        let offset = window.offset();
        let mut scanner = RecordScanner {
            delimiter: self.delimiter,
            mode: Mode::FieldStart,
        };
        let mut scanned = 0;
        loop {
            let end = scanner.scan(&window.rest()[scanned..]);
            scanned = end.map_or(window.rest().len(), |count| scanned + count);
            if scanned > limits.element_bytes {
                let kept = window
                    .rest()
                    .len()
                    .min(limits.element_bytes)
                    .min(limits.excerpt_bytes + 1);
                let head = window.rest()[..kept].to_vec();
                window.consume(scanned);
                if end.is_none() {
                    pass_over(window, scanner)?;
                }
                return Ok(Some(Element::TooLarge { offset, head }));
            }
            if end.is_some() || !window.fill()? && scanner.may_end(window.offset() + scanned as u64)? {
                return Ok(Some(Element::Whole {
                    offset,
                    len: scanned,
                    depth: 0,
                }));
            }
        }
    }
}

/// Uses up the rest of a record that is too large to keep.
fn pass_over<R: Read>(window: &mut Window<R>, mut scanner: RecordScanner) -> Result<(), Fault> {
    while window.fill()? {
        match scanner.scan(window.rest()) {
            Some(count) => {
                window.consume(count);
                return Ok(());
            }
            None => window.consume(window.rest().len()),
        }
    }
    scanner.may_end(window.offset()).map(|_| ())
}

#[derive(Debug)]
struct RecordScanner {
    delimiter: u8,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    FieldStart,
    Bare,
    Quoted,
    /// Behind a quote inside a quoted field: its end, or the first of two.
    AfterQuote,
}

impl RecordScanner {
    /// How many bytes of the piece belong to the record, if it ends in the piece.
    fn scan(&mut self, piece: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < piece.len() {
            match self.mode {
                Mode::FieldStart | Mode::AfterQuote if piece[at] == b'"' => {
                    self.mode = Mode::Quoted;
                    at += 1;
                }
                Mode::Quoted => {
                    at += memchr(b'"', &piece[at..])? + 1;
                    self.mode = Mode::AfterQuote;
                }
                _ => {
                    self.mode = Mode::Bare;
                    at += memchr3(self.delimiter, b'\r', b'\n', &piece[at..])?;
                    if piece[at] != self.delimiter {
                        return Some(at);
                    }
                    self.mode = Mode::FieldStart;
                    at += 1;
                }
            }
        }
        None
    }

    /// At the end of the text: true, unless a quote is still open.
    fn may_end(&self, offset: u64) -> Result<bool, Fault> {
        match self.mode {
            Mode::Quoted => Err(ListFault::Truncated {
                what: "a quoted field",
            }
            .at(offset)),
            _ => Ok(true),
        }
    }
}

/// A quoted field goes on behind its closing quote; the byte where it does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StrayText {
    pub at: usize,
}

/// The fields of one record, unquoted.
pub(crate) fn fields(record: &str, delimiter: u8) -> Result<Vec<Cow<'_, str>>, StrayText> {
    let bytes = record.as_bytes();
    let mut fields = Vec::new();
    let mut start = 0;
    loop {
        let end = if bytes.get(start) == Some(&b'"') {
            let end = closing_quote(bytes, start);
            let text = &record[start + 1..end.min(record.len())];
            fields.push(if text.contains('"') {
                Cow::Owned(text.replace("\"\"", "\""))
            } else {
                text.into()
            });
            end + 1
        } else {
            let end = memchr(delimiter, &bytes[start..]).map_or(bytes.len(), |count| start + count);
            fields.push(Cow::Borrowed(&record[start..end]));
            end
        };
        match bytes.get(end) {
            None => return Ok(fields),
            Some(byte) if *byte == delimiter => start = end + 1,
            Some(_) => return Err(StrayText { at: end }),
        }
    }
}

/// Where the quote is that closes the field opened at `start`; the end of the record if there is none.
fn closing_quote(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'"', rest)) {
        at += found;
        if bytes.get(at + 1) != Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}
