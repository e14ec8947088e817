//! The window over the text: the bytes read and not yet used, in one piece, with their offset in the file.
//!
//! Everything above asks the window for bytes and never sees how they were chunked, so no answer depends on it.

use std::io::Read;

use crate::detect::source::Source;
use crate::error::{Fault, ListFault};

const CHUNK_BYTES: usize = 128 << 10;

#[derive(Debug)]
pub(crate) struct Window<R> {
    source: Source<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
}

impl<R: Read> Window<R> {
    /// A window whose first byte has this offset.
    pub fn new(source: Source<R>, offset: u64) -> Self {
        Self {
            source,
            buffer: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            offset,
            ended: false,
        }
    }

    pub fn source(&self) -> &Source<R> {
        &self.source
    }

    /// The bytes at hand and not yet used.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Where the next unused byte stands in the text.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Marks bytes of `rest` as used.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Reads more behind `rest`; false at the end of the text.
    pub fn fill(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        self.make_room();
        let read = self.source.read(&mut self.buffer[self.end..]);
        let count = read.map_err(|fault| fault.at(self.offset + self.rest().len() as u64))?;
        self.end += count;
        self.ended = count == 0;
        Ok(!self.ended)
    }

    /// Has at least `count` bytes at hand, unless the text ends before.
    pub fn ensure(&mut self, count: usize) -> Result<(), Fault> {
        while self.rest().len() < count && self.fill()? {}
        Ok(())
    }

    /// The next byte, not used yet; nothing at the end.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, Fault> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(self.rest().first().copied())
    }

    /// The next byte behind JSON's white space.
    #[inline]
    pub fn peek_past_space(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.consume(1),
                other => return Ok(other),
            }
        }
    }

    /// Uses up this many bytes, reading as needed, without keeping them.
    pub fn discard(&mut self, mut count: u64) -> Result<(), Fault> {
        while count > 0 {
            if self.start == self.end && !self.fill()? {
                return Err(ListFault::Changed.at(self.offset));
            }
            let step = (self.end - self.start).min(usize::try_from(count).unwrap_or(usize::MAX));
            self.consume(step);
            count -= step as u64;
        }
        Ok(())
    }

    /// Moves what is unused to the front, grows for an element larger than the buffer, and shrinks after it.
    fn make_room(&mut self) {
        if self.start < self.end && self.end < self.buffer.len() {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() > CHUNK_BYTES && self.end < CHUNK_BYTES / 2 {
            self.buffer.truncate(CHUNK_BYTES);
            self.buffer.shrink_to_fit();
        }
        if self.end * 2 > self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_large_element_the_window_is_small_again() {
        let text = vec![b'x'; 100 * CHUNK_BYTES];
        let mut window = Window::new(Source::plain_from(text.as_slice(), 0), 0);
        window.ensure(20 * CHUNK_BYTES).unwrap();
        assert!(window.buffer.len() >= 20 * CHUNK_BYTES);
        window.consume(20 * CHUNK_BYTES - 5);
        while window.fill().unwrap() {
            window.consume(window.rest().len().saturating_sub(5));
        }
        assert_eq!(window.buffer.len(), CHUNK_BYTES);
        assert_eq!(window.offset() + 5, text.len() as u64);
    }
}
