//! A place between two rows, small enough to write down after each batch, from which another reader goes on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::detect::Format;
use crate::split::Place;
use crate::table::Header;

/// Where the reading of a list stands. Opaque: write it as JSON, read it again, hand it to `ListReader::resume`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The index that the next row gets.
    pub(super) index: u64,
    /// The byte of the text behind the last row.
    pub(super) offset: u64,
    pub(super) gzip: bool,
    /// Nothing at the very beginning, where it still is to be detected.
    pub(super) format: Option<Format>,
    pub(super) place: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<Header>,
    /// Unknown fields that a notice was given for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) noticed: Vec<String>,
    #[serde(default)]
    pub(super) assets_seen: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) members: Map<String, Value>,
    #[serde(default)]
    pub(super) members_bytes: usize,
}

impl Position {
    /// How many rows were read before.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The byte of the text, after decompression, behind the last row.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where in the file the caller seeks before it resumes: a gzipped file is read again from its beginning.
    pub fn seek_to(&self) -> u64 {
        if self.gzip { 0 } else { self.offset }
    }
}

impl Default for Position {
    /// The beginning of a file of any format.
    fn default() -> Self {
        Self {
            index: 0,
            offset: 0,
            gzip: false,
            format: None,
            place: Place::Top,
            header: None,
            noticed: Vec::new(),
            assets_seen: false,
            members: Map::new(),
            members_bytes: 0,
        }
    }
}
