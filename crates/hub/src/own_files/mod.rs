//! The hub's own storage: files that people upload themselves, in a folder of the data directory or in a bucket that
//! the operator names (`bucket.rs`).
//!
//! A file is where its name says, `files/PROJECT/TYPE/NAME`, and nowhere else: the folder is the whole truth, and
//! copying it is a backup. Files arrive in `files/incoming`, in parts in `files/partial`, and are moved to their place
//! once they are whole and safe.
//! They are put and fetched through links that name one file, one method and an end (`links.rs`).

mod bucket;
mod bucket_error;
mod content_type;
mod links;
mod partial;
mod parts;
pub mod range;
mod receive;
mod senders;
mod serve;
mod upload_error;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use insitu_model::own_file::{OwnFile, OwnFileError, kept_path};
use senders::Senders;
use tokio::sync::Semaphore;

pub use bucket::{BucketPlace, Keys};
pub use bucket_error::BucketError;
pub use links::{Link, LinkParams, Method, UPLOAD_LINK_SECONDS};
pub use partial::{KeptPart, PARTS_KEPT};
pub use parts::{Part, Progress};
pub use upload_error::UploadError;

use crate::disk::blocking;
use crate::error::ApiError;

/// Where the addresses of files begin, below the public URL.
const ROUTE: &str = "/v2/files/";
/// The folder of files that are still arriving; no project is called so.
const INCOMING: &str = "incoming";
/// The folder of files of which a part is here.
const PARTIAL: &str = "partial";
/// How long a client may send nothing in the middle of an upload.
pub const UPLOAD_IDLE: Duration = Duration::from_secs(30);
/// Files that arrive at the same time.
pub const MAX_UPLOADS: usize = 64;

/// Files that a bucket is asked for at the same time.
const HEADS_AT_ONCE: usize = 16;

/// Why nobody knows what is in the own storage.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("the folder of the hub's own storage cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Bucket(error) => error.into(),
            FileError::Io(error) => Self::internal(error),
        }
    }
}

/// The own storage of one hub.
#[derive(Debug)]
pub struct OwnFiles {
    /// Where files arrive and, without a bucket, stay.
    folder: PathBuf,
    bucket: Option<BucketPlace>,
    /// What the addresses of all files begin with.
    base: String,
    max_bytes: u64,
    uploads: Semaphore,
    senders: Senders,
}

impl OwnFiles {
    /// The storage in this folder, which is made when it is first needed.
    pub fn new(folder: PathBuf, public_url: &str, max_bytes: u64) -> Self {
        Self {
            folder,
            bucket: None,
            base: format!("{public_url}{ROUTE}"),
            max_bytes,
            uploads: Semaphore::new(MAX_UPLOADS),
            senders: Senders::default(),
        }
    }

    /// The same with its files in this bucket.
    #[must_use]
    pub fn with_bucket(self, bucket: Option<BucketPlace>) -> Self {
        Self { bucket, ..self }
    }

    /// The bucket that its files are in, if they are.
    pub fn bucket(&self) -> Option<&BucketPlace> {
        self.bucket.as_ref()
    }

    /// The address of a file: what clients know it by. It opens nothing by itself.
    pub fn url(&self, file: &OwnFile) -> String {
        format!("{}{}", self.base, file.path())
    }

    /// An address as people see it: of a file of ours the one that it has today, any other as it is.
    pub fn shown(&self, kept: String) -> String {
        match self.moved(&kept) {
            Some(address) => address,
            None => kept,
        }
    }

    fn moved(&self, kept: &str) -> Option<String> {
        Some(format!("{}{}", self.base, kept_path(kept)?))
    }

    /// Reads the address of a file, signed or not; none if it is not one of ours.
    pub fn read_url(&self, text: &str) -> Option<Result<OwnFile, OwnFileError>> {
        let path = text.strip_prefix(&self.base)?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Some(OwnFile::parse_path(path))
    }

    /// How long each of these files is; none where there is no such file.
    pub async fn sizes(self: &Arc<Self>, files: Vec<OwnFile>) -> Result<Vec<Option<u64>>, FileError> {
        if let Some(bucket) = &self.bucket {
            let asking = stream::iter(files).map(|file| async move { bucket.size(&file).await });
            return Ok(asking.buffered(HEADS_AT_ONCE).try_collect().await?);
        }
        let own = self.clone();
        let look = move || {
            files
                .iter()
                .map(|file| own.size_in_folder(file))
                .collect::<io::Result<_>>()
        };
        Ok(blocking(look).await?)
    }

    /// The first bytes of a file, up to `first_bytes`.
    pub async fn read_first(self: &Arc<Self>, file: OwnFile, first_bytes: usize) -> Result<Bytes, FileError> {
        if let Some(bucket) = &self.bucket {
            return Ok(bucket.read_first(&file, first_bytes).await?);
        }
        let own = self.clone();
        let read = move || {
            let mut bytes = Vec::with_capacity(first_bytes);
            let wanted = u64::try_from(first_bytes).unwrap_or(u64::MAX);
            let file = std::fs::File::open(own.path(&file))?;
            io::Read::read_to_end(&mut io::Read::take(file, wanted), &mut bytes)?;
            Ok(bytes.into())
        };
        Ok(blocking(read).await?)
    }

    fn size_in_folder(&self, file: &OwnFile) -> io::Result<Option<u64>> {
        match std::fs::metadata(self.path(file)) {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn path(&self, file: &OwnFile) -> PathBuf {
        self.folder_of(file).join(file.name.as_str())
    }

    fn folder_of(&self, file: &OwnFile) -> PathBuf {
        let mut folder = self.folder.join(file.project.to_string());
        folder.push(file.kind.as_str());
        folder
    }

    fn incoming(&self) -> PathBuf {
        self.folder.join(INCOMING)
    }

    fn partial(&self) -> PathBuf {
        self.folder.join(PARTIAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> OwnFiles {
        OwnFiles::new(PathBuf::from("/data/files"), "https://hub.example.com", 10)
    }

    #[test]
    fn an_address_is_read_back_with_or_without_its_signature() {
        let url = "https://hub.example.com/v2/files/00010203040506070809abcd/assets/a%20b.jpg";
        let file = files().read_url(url).unwrap().unwrap();
        assert_eq!(files().url(&file), url);
        assert_eq!(files().shown(file.kept()), url);
        let signed = format!("{url}?expires=1&signature=x");
        assert_eq!(files().read_url(&signed).unwrap().unwrap(), file);
        assert_eq!(
            files().path(&file),
            PathBuf::from("/data/files/00010203040506070809abcd/assets/a b.jpg")
        );
    }

    #[test]
    fn other_addresses_are_none_of_ours() {
        for text in [
            "https://hub.example.com.evil.com/v2/files/00010203040506070809abcd/assets/a",
            "http://hub.example.com/v2/files/00010203040506070809abcd/assets/a",
            "https://hub.example.com/v2/projects",
        ] {
            assert!(files().read_url(text).is_none(), "{text}");
        }
        assert_eq!(
            files().shown("https://example.com/a".to_owned()),
            "https://example.com/a"
        );
    }
}
