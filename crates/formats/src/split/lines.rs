//! Rows in NDJSON: one JSON value a line. Lines without text are no rows, and a line is a row whatever it holds.

use std::io::Read;

use memchr::memchr;

use super::{Element, Step, ValueScanner, head};
use crate::error::{Fault, ListFault};
use crate::limits::{DEPTH_MAX, Limits};
use crate::window::Window;

#[derive(Debug)]
pub(crate) struct Lines;

impl Lines {
    /// The next line with text.
    pub fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        limits: &Limits,
    ) -> Result<Option<Element>, Fault> {
        if window.peek_past_space()?.is_none() {
            return Ok(None);
        }
        let offset = window.offset();
        let (len, ended) = line(window, limits)?;
        if len > limits.element_bytes {
            let head = head(window.rest(), limits);
            pass_over(window)?;
            return Ok(Some(Element::TooLarge { offset, head }));
        }
        let text = &window.rest()[..len];
        if !ended && is_cut(text) {
            return Err(ListFault::Truncated { what: "a line" }.at(offset + len as u64));
        }
        Ok(Some(Element::Whole {
            offset,
            len,
            depth: depth(text),
        }))
    }
}

/// The length of the line at hand, and whether a line feed ends it; a length over the limit is not the whole.
pub(crate) fn line<R: Read>(window: &mut Window<R>, limits: &Limits) -> Result<(usize, bool), Fault> {
    let mut searched = 0;
    loop {
        if let Some(found) = memchr(b'\n', &window.rest()[searched..]) {
            return Ok((searched + found, true));
        }
        searched = window.rest().len();
        if searched > limits.element_bytes || !window.fill()? {
            return Ok((searched, false));
        }
    }
}

/// Uses up the rest of a line that is too large to keep.
fn pass_over<R: Read>(window: &mut Window<R>) -> Result<(), Fault> {
    loop {
        if let Some(found) = memchr(b'\n', window.rest()) {
            window.consume(found);
            return Ok(());
        }
        window.consume(window.rest().len());
        if !window.fill()? {
            return Ok(());
        }
    }
}

/// Whether the last line stops inside a bracket or a string: then the file was cut, and the row is not its writer's.
fn is_cut(text: &[u8]) -> bool {
    let mut scanner = ValueScanner::default();
    scanner.scan(text) == Step::More && !scanner.is_in_bare_word()
}

/// How deep the brackets go; only counted where there are enough of them to matter.
fn depth(text: &[u8]) -> u64 {
    let limit = usize::try_from(DEPTH_MAX).unwrap_or(usize::MAX);
    if memchr::memchr2_iter(b'{', b'[', text).nth(limit).is_none() {
        return 0;
    }
    let mut scanner = ValueScanner::default();
    scanner.scan(text);
    scanner.deepest()
}
