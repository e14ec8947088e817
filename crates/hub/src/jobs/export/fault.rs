//! Why an export cannot be written.

use std::io;

use insitu_formats::zip::ZipError;

use crate::disk::is_disk_full;

/// What ends the writing of an export.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(
        "the hub's disk is full, so there is no file; free some space in the data directory, or delete older exports there, and export again"
    )]
    DiskFull,
    /// Another worker has not let go of the files yet.
    #[error("another worker still writes the files of this export")]
    Busy,
    #[error(
        "the part of the file that was written before is not in this hub's data directory any more; export again. Hubs that share a database must share that directory"
    )]
    FileLost,
    #[error("the file could not be written: {0}")]
    Io(io::Error),
    #[error("the file could not be put together: {0}")]
    Zip(ZipError),
    #[error("the place where this export stopped cannot be understood; export again")]
    Checkpoint,
    #[error(
        "the hub could not write this export because of a fault of its own; the operator finds the cause in the hub's log"
    )]
    Internal,
}

impl Fault {
    /// The stable code of this fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull => "export.disk_full",
            Self::Busy => "export.busy",
            Self::FileLost => "export.file_lost",
            Self::Io(_) => "export.write_failed",
            Self::Zip(_) => "export.zip_failed",
            Self::Checkpoint => "export.checkpoint_unreadable",
            Self::Internal => "export.internal",
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if is_disk_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

impl From<ZipError> for Fault {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::WriteFailed(error) => error.into(),
            other => Self::Zip(other),
        }
    }
}
