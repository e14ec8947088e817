//! Where the bytes come from: the caller's reader, counted, through a gzip decoder where the file begins like one.

use std::io::{ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use crate::error::ListFault;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The text of the list, decompressed.
#[derive(Debug)]
pub(crate) enum Source<R> {
    Plain(Counted<R>),
    Gzip(MultiGzDecoder<Counted<R>>),
}

impl<R: Read> Source<R> {
    /// Looks at the first two bytes: gzip or not.
    pub fn detect(read: R) -> Result<Self, ListFault> {
        let mut counted = Counted::new(read, 0);
        let mut first = [0; 2];
        let mut have = 0;
        while let Some(room) = first.get_mut(have..).filter(|room| !room.is_empty()) {
            match counted.read(room) {
                Ok(0) => break,
                Ok(count) => have += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ListFault::ReadFailed(error)),
            }
        }
        counted.push_back(first, have);
        Ok(if have == 2 && first == GZIP_MAGIC {
            Self::gzip(counted)
        } else {
            Self::Plain(counted)
        })
    }

    /// The rest of a plain file, from a byte the caller has sought.
    pub fn plain_from(read: R, offset: u64) -> Self {
        Self::Plain(Counted::new(read, offset))
    }

    pub fn gzip(counted: Counted<R>) -> Self {
        Self::Gzip(MultiGzDecoder::new(counted))
    }

    pub fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }

    /// Bytes taken from the caller's reader: of the file, compressed if it is.
    pub fn bytes_read(&self) -> u64 {
        match self {
            Self::Plain(counted) => counted.bytes_read,
            Self::Gzip(decoder) => decoder.get_ref().bytes_read,
        }
    }

    /// Zero at the end, as `Read`; what goes wrong is told apart: the reader, a cut or a damage.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, ListFault> {
        loop {
            let (read, inner_failed) = match self {
                Self::Plain(counted) => (counted.read(into), true),
                Self::Gzip(decoder) => (decoder.read(into), decoder.get_ref().failed),
            };
            return match read {
                Ok(count) => Ok(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if inner_failed => Err(ListFault::ReadFailed(error)),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(ListFault::GzipTruncated),
                Err(_) => Err(ListFault::GzipCorrupt),
            };
        }
    }
}

/// The caller's reader: counts, remembers whether it failed itself, and gives back what detection took.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    read: R,
    bytes_read: u64,
    failed: bool,
    taken: [u8; 2],
    taken_from: usize,
    taken_to: usize,
}

impl<R> Counted<R> {
    pub fn new(read: R, bytes_read: u64) -> Self {
        Self {
            read,
            bytes_read,
            failed: false,
            taken: [0; 2],
            taken_from: 0,
            taken_to: 0,
        }
    }

    fn push_back(&mut self, bytes: [u8; 2], count: usize) {
        self.taken = bytes;
        self.taken_from = 0;
        self.taken_to = count.min(2);
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.taken_from < self.taken_to {
            let taken = &self.taken[self.taken_from..self.taken_to];
            let count = taken.len().min(into.len());
            into[..count].copy_from_slice(&taken[..count]);
            self.taken_from += count;
            return Ok(count);
        }
        match self.read.read(into) {
            // A reader that claims more than it was given room for is not believed.
            Ok(count) => {
                let count = count.min(into.len());
                self.bytes_read += count as u64;
                Ok(count)
            }
            Err(error) => {
                self.failed = error.kind() != ErrorKind::Interrupted;
                Err(error)
            }
        }
    }
}
