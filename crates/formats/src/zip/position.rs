//! A place in a zip file that is being written, small enough to keep in a database, from which another writer goes on.

use serde::{Deserialize, Serialize};

use super::Method;

/// Where the writing of a zip file stands. Opaque but for the lengths: write it as JSON, read it again, cut both
/// outputs to these lengths and hand it to `ZipWriter::resume`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// Bytes of the zip file so far.
    pub(super) bytes: u64,
    /// Bytes of the directory's records so far.
    pub(super) directory_bytes: u64,
    /// Entries that are complete.
    pub(super) entries: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) open: Option<Entry>,
}

impl Position {
    /// The length of the zip file here; what lies behind is to be cut off before the writing goes on.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The same of the directory's records.
    pub fn directory_bytes(&self) -> u64 {
        self.directory_bytes
    }

    /// How many entries are complete.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The name of the entry that is in the middle of being written.
    pub fn open_entry(&self) -> Option<&str> {
        self.open.as_ref().map(|entry| entry.name.as_str())
    }
}

/// One entry, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub name: String,
    pub method: Method,
    /// Its sizes stand behind it and not before it, because they were not known.
    pub is_streamed: bool,
    /// Where its header begins.
    pub offset: u64,
    pub crc: u32,
    pub size: u64,
    pub compressed: u64,
}
