//! A list in the spool that the hub writes itself, and goes on with after whatever interrupted it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use crate::disk::{is_disk_full, make_folder, sync_folder};

/// A list that is being written. It is locked, so that no two programs write it.
#[derive(Debug)]
pub struct ListFile(File);

/// Why a list cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ListFileError {
    #[error("another worker still writes this list")]
    Busy,
    #[error(
        "the part of the list that was written before is not in this hub's data directory any more; start the import again. Hubs that share a database must share that directory"
    )]
    Lost,
    #[error(
        "the hub's disk is full, so nothing was imported; free some space in the data directory and start the import again"
    )]
    DiskFull,
    #[error("the list of what was found could not be written: {0}")]
    Io(io::Error),
}

impl ListFileError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "import.busy",
            Self::Lost => "import.file_missing",
            Self::DiskFull => "import.disk_full",
            Self::Io(_) => "import.list_unwritten",
        }
    }
}

impl From<io::Error> for ListFileError {
    fn from(error: io::Error) -> Self {
        if is_disk_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

impl ListFile {
    /// Opens the list to be written on behind its first `bytes`, which are safe; makes it where nothing is written yet.
    pub async fn open(path: PathBuf, bytes: u64) -> Result<Self, ListFileError> {
        blocking(move || {
            let folder = path.parent().unwrap_or(&path);
            make_folder(folder)?;
            let mut options = OpenOptions::new();
            let mut file = options
                .read(true)
                .write(true)
                .create(bytes == 0)
                .truncate(false)
                .open(&path)
                .map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => ListFileError::Lost,
                    _ => error.into(),
                })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(ListFileError::Busy),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            if file.metadata()?.len() < bytes {
                return Err(ListFileError::Lost);
            }
            file.set_len(bytes)?;
            file.seek(SeekFrom::Start(bytes))?;
            // The file's name must survive a power cut as its content does.
            sync_folder(folder)?;
            Ok(Self(file))
        })
        .await
    }

    /// Appends lines. When this returns, they survive a power cut.
    pub async fn append(mut self, lines: Vec<u8>) -> Result<Self, ListFileError> {
        blocking(move || {
            self.0.write_all(&lines)?;
            self.0.sync_all()?;
            Ok(self)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListFileError> + Send + 'static,
) -> Result<T, ListFileError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_behind_the_last_safe_place_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imports").join("list");
        let file = ListFile::open(path.clone(), 0).await.unwrap();
        let file = file.append(b"one\ntwo\n".to_vec()).await.unwrap();
        assert_eq!(
            ListFile::open(path.clone(), 4).await.unwrap_err().code(),
            "import.busy"
        );
        drop(file);
        let file = ListFile::open(path.clone(), 4).await.unwrap();
        drop(file.append(b"2\n".to_vec()).await.unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n2\n");
        for (path, bytes) in [(path.clone(), 7), (path.with_file_name("other"), 1)] {
            let error = ListFile::open(path, bytes).await.unwrap_err();
            assert_eq!(error.code(), "import.file_missing");
        }
    }
}
