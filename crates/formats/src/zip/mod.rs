//! Zip files, written as a stream: the same input gives the same bytes, memory stays flat at any number of entries, and
//! whoever is interrupted goes on from the last checkpoint.
//!
//! ```
//! # use insitu_formats::zip::{Method, ZipWriter};
//! # fn main() -> Result<(), insitu_formats::zip::ZipError> {
//! let mut zip = ZipWriter::new(Vec::new(), Vec::new());
//! zip.start("export.json", Method::FAST)?;
//! zip.write(b"[")?;
//! let position = zip.checkpoint()?; // serializable; `ZipWriter::resume` goes on from it
//! zip.write(b"]")?;
//! zip.end()?;
//! zip.add("masks/1.png", Method::Stored, b"...")?;
//! let file = zip.finish(|records| Ok(std::io::Cursor::new(records)))?;
//! # assert_eq!(position.open_entry(), Some("export.json"));
//! # assert!(file.starts_with(b"PK"));
//! # Ok(())
//! # }
//! ```
//!
//! The directory at the end of a zip file has a record for every entry. They are written to a second output as the
//! entries are, and read back when the file is finished, so that nobody has to hold them.
//!
//! A checkpoint within a compressed entry ends a block of it and forgets what was before, which costs some bytes and
//! is part of the output: who takes checkpoints at the same places writes the same bytes, interrupted or not.

mod deflate;
mod error;
mod name;
mod position;
mod record;

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use deflate::Deflater;
pub use error::ZipError;
use position::Entry;
pub use position::Position;

/// How the bytes of an entry are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// As they are: right for what is compressed already.
    Stored,
    /// Compressed by a level from 0 to 9.
    Deflated { level: u8 },
}

impl Method {
    /// Compression that costs little.
    pub const FAST: Self = Self::Deflated { level: 1 };

    fn level(self) -> Option<u8> {
        match self {
            Self::Stored => None,
            Self::Deflated { level } => Some(level),
        }
    }
}

/// Writes a zip file to `W` and the records of its directory to `D`.
#[derive(Debug)]
pub struct ZipWriter<W, D> {
    out: W,
    directory: D,
    position: Position,
    deflater: Option<Deflater>,
    scratch: Vec<u8>,
}

impl<W: Write, D: Write> ZipWriter<W, D> {
    /// A file that begins with the next byte of `out`.
    pub fn new(out: W, directory: D) -> Self {
        Self::resume(out, directory, Position::default())
    }

    /// Goes on at a checkpoint. Both outputs must hold exactly the bytes that the position says, and take the next
    /// ones behind them.
    pub fn resume(out: W, directory: D, position: Position) -> Self {
        Self {
            out,
            directory,
            position,
            deflater: None,
            scratch: Vec::new(),
        }
    }

    /// Bytes of the zip file that were handed to the output so far.
    pub fn bytes(&self) -> u64 {
        self.position.bytes
    }

    /// Writes a whole entry, whose sizes then stand before it.
    pub fn add(&mut self, name: &str, method: Method, bytes: &[u8]) -> Result<(), ZipError> {
        let mut entry = self.entry(name, method, false)?;
        entry.crc = crc32fast::hash(bytes);
        entry.size = count(bytes);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let kept = match method.level() {
            None => bytes,
            Some(level) => {
                let deflater = deflater(&mut self.deflater, level);
                deflater.reset();
                deflater.write(bytes, &mut scratch)?;
                deflater.finish(&mut scratch)?;
                &scratch
            }
        };
        entry.compressed = count(kept);
        self.put(&entry.local_header())?;
        self.put(kept)?;
        self.scratch = scratch;
        self.record(&entry)
    }

    /// Begins an entry whose sizes nobody knows yet; they will stand behind it.
    pub fn start(&mut self, name: &str, method: Method) -> Result<(), ZipError> {
        let entry = self.entry(name, method, true)?;
        self.put(&entry.local_header())?;
        if let Some(level) = method.level() {
            deflater(&mut self.deflater, level).reset();
        }
        self.position.open = Some(entry);
        Ok(())
    }

    /// Writes the next bytes of the open entry.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        let entry = self.position.open.as_mut().ok_or(ZipError::NoEntryOpen)?;
        let mut crc = crc32fast::Hasher::new_with_initial(entry.crc);
        crc.update(bytes);
        entry.crc = crc.finalize();
        entry.size = entry.size.saturating_add(count(bytes));
        let kept = match entry.method.level() {
            None => {
                self.out.write_all(bytes)?;
                count(bytes)
            }
            Some(level) => deflater(&mut self.deflater, level).write(bytes, &mut self.out)?,
        };
        self.grow(kept);
        Ok(())
    }

    /// Ends the open entry.
    pub fn end(&mut self) -> Result<(), ZipError> {
        let entry = self.position.open.as_ref().ok_or(ZipError::NoEntryOpen)?;
        if let Some(level) = entry.method.level() {
            let kept = deflater(&mut self.deflater, level).finish(&mut self.out)?;
            self.grow(kept);
        }
        let Some(entry) = self.position.open.take() else {
            return Err(ZipError::NoEntryOpen);
        };
        self.put(&entry.descriptor())?;
        self.record(&entry)
    }

    /// A place from which `resume` goes on, once both outputs are known to keep what they were handed.
    pub fn checkpoint(&mut self) -> Result<Position, ZipError> {
        let level = self.position.open.as_ref().and_then(|entry| entry.method.level());
        if let Some(level) = level {
            let kept = deflater(&mut self.deflater, level).cut(&mut self.out)?;
            self.grow(kept);
        }
        self.out.flush()?;
        self.directory.flush()?;
        Ok(self.position.clone())
    }

    /// Writes the directory behind the last entry. `read_back` turns the directory's output into its beginning.
    pub fn finish<R: Read>(mut self, read_back: impl FnOnce(D) -> std::io::Result<R>) -> Result<W, ZipError> {
        self.refuse_open()?;
        self.directory.flush()?;
        let expected = self.position.directory_bytes;
        let end = record::end(self.position.entries, expected, self.position.bytes);
        let mut records = read_back(self.directory)?.take(expected.saturating_add(1));
        let found = std::io::copy(&mut records, &mut self.out)?;
        if found != expected {
            return Err(ZipError::DirectoryLength { expected, found });
        }
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn entry(&self, name: &str, method: Method, is_streamed: bool) -> Result<Entry, ZipError> {
        self.refuse_open()?;
        name::check(name)?;
        if let Some(level) = method.level().filter(|level| *level > 9) {
            return Err(ZipError::Level { level });
        }
        Ok(Entry {
            name: name.to_owned(),
            method,
            is_streamed,
            offset: self.position.bytes,
            crc: 0,
            size: 0,
            compressed: 0,
        })
    }

    fn refuse_open(&self) -> Result<(), ZipError> {
        match &self.position.open {
            None => Ok(()),
            Some(entry) => Err(ZipError::EntryOpen {
                name: entry.name.clone(),
            }),
        }
    }

    /// Writes bytes of the format itself.
    fn put(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        self.out.write_all(bytes)?;
        self.position.bytes = self.position.bytes.saturating_add(count(bytes));
        Ok(())
    }

    /// Counts bytes of the open entry that the output has taken.
    fn grow(&mut self, kept: u64) {
        self.position.bytes = self.position.bytes.saturating_add(kept);
        if let Some(entry) = &mut self.position.open {
            entry.compressed = entry.compressed.saturating_add(kept);
        }
    }

    fn record(&mut self, entry: &Entry) -> Result<(), ZipError> {
        let record = entry.central_header();
        self.directory.write_all(&record)?;
        self.position.directory_bytes = self.position.directory_bytes.saturating_add(count(&record));
        self.position.entries = self.position.entries.saturating_add(1);
        Ok(())
    }
}

/// The compressor of a level: the one that is there, or a new one.
fn deflater(kept: &mut Option<Deflater>, level: u8) -> &mut Deflater {
    if kept.as_ref().is_some_and(|kept| kept.level() != level) {
        *kept = None;
    }
    kept.get_or_insert_with(|| Deflater::new(level))
}

fn count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
