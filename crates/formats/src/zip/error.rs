//! Why a zip file cannot be written or continued.

use std::io;

/// What ends the writing of a zip file.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    #[error("the name of a zip entry is empty; give it one")]
    NameEmpty,
    #[error("the name of a zip entry has {bytes} bytes; 65,535 fit, so shorten it")]
    NameTooLong { bytes: usize },
    #[error(
        "the zip entry `{name}` would leave the folder that it is unpacked into, or has a character that no \
         file name has; use relative names with `/`, without `..`, `\\`, `:` and control characters"
    )]
    NameUnsafe { name: String },
    #[error("the zip entry `{name}` is still open; end it first")]
    EntryOpen { name: String },
    #[error("no zip entry is open; start one before writing or ending it")]
    NoEntryOpen,
    #[error("the level {level} of compression is none; 0 to 9 are")]
    Level { level: u8 },
    #[error(
        "the zip file's directory has {found} bytes where {expected} were written; hand back what was written"
    )]
    DirectoryLength { expected: u64, found: u64 },
    #[error("a zip entry cannot be compressed; this is a fault of the program")]
    Compression,
    #[error("the zip file could not be written further: {0}")]
    WriteFailed(#[from] io::Error),
}

impl ZipError {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "zip.name_empty",
            Self::NameTooLong { .. } => "zip.name_too_long",
            Self::NameUnsafe { .. } => "zip.name_unsafe",
            Self::EntryOpen { .. } => "zip.entry_open",
            Self::NoEntryOpen => "zip.no_entry_open",
            Self::Level { .. } => "zip.level",
            Self::DirectoryLength { .. } => "zip.directory_length",
            Self::Compression => "zip.compression",
            Self::WriteFailed(_) => "zip.write_failed",
        }
    }
}
