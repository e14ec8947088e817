//! Rows whose file was uploaded: that it is there is found out before it becomes an asset, as clients may not notice
//! that an upload failed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use insitu_formats::ImportedAsset;
use insitu_model::address::Address;
use insitu_model::id::{OrganizationId, ProjectId, StorageId};
use insitu_model::own_file::{FileType, OwnFile, OwnFileError};
use tokio::runtime::Handle;

use crate::cloud_access::{NotUploaded, check_uploaded};
use crate::hub::Hub;
use crate::own_files::FileError;

/// Rows whose files are asked for together.
const ROWS_AHEAD: usize = 64;
/// Files that are remembered of one import; beyond it everything is forgotten, and asked for again.
const KNOWN_MAX: usize = 10_000;

/// How long a storage that gave no answer is not asked again, in milliseconds: one lost connection is not the end of it.
const SILENT_MS: i64 = 30_000;

/// What was heard of files: whether they are there, or why nobody knows.
pub type KnownFiles = HashMap<OwnFile, Result<bool, Arc<FileError>>>;

/// What an import knows of uploads.
#[derive(Debug)]
pub struct Uploads {
    pub hub: Arc<Hub>,
    pub organization: OrganizationId,
    pub project: ProjectId,
    /// Every row names a file that was uploaded for this import.
    pub is_upload: bool,
    /// Where S3 is asked, while the reading waits.
    pub runtime: Handle,
    /// Of the files that were named so far, if they lie in a bucket.
    pub known: KnownFiles,
    pub silent: SilentStorages,
}

/// Storages that gave no answer, why, and until when they are not asked again: the rows after that do not wait for them
/// one by one.
#[derive(Debug, Default)]
pub struct SilentStorages(Mutex<HashMap<StorageId, (String, i64)>>);

/// Why a row with an uploaded file is refused.
#[derive(Debug, thiserror::Error)]
pub enum UploadProblem {
    #[error(transparent)]
    Address(#[from] OwnFileError),
    #[error(
        "{0} was uploaded for another project or for another use than labeling; upload it to this project as an asset"
    )]
    Elsewhere(String),
    #[error("{0} was not uploaded: the hub has no such file; upload it again")]
    Missing(String),
    #[error("whether {name} was uploaded cannot be told: {cause}")]
    Unknown { name: String, cause: Arc<FileError> },
    #[error(transparent)]
    InBucket(#[from] NotUploaded),
    #[error(
        "with uploadLocal only files that were uploaded by a link of getUploadUrl are imported; the hub does not copy files from elsewhere. Leave uploadLocal out, and the asset stays where it is"
    )]
    Foreign,
}

impl UploadProblem {
    /// The stable code of this problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(error) => error.code(),
            Self::Elsewhere(_) => "row.upload_elsewhere",
            Self::Missing(_) => "row.upload_missing",
            Self::Unknown { .. } => "row.upload_unknown",
            Self::InBucket(error) => error.code(),
            Self::Foreign => "row.upload_foreign",
        }
    }
}

impl Uploads {
    /// The file of the hub's own storage that a row names; none for every other address. Blocks.
    pub fn own(&self, text: &str) -> Option<Result<OwnFile, UploadProblem>> {
        let read = self.hub.files.read_url(text)?;
        Some(
            read.map_err(UploadProblem::from)
                .and_then(|file| self.there(file)),
        )
    }

    fn there(&self, file: OwnFile) -> Result<OwnFile, UploadProblem> {
        let name = || file.name.to_string();
        if !self.is_for_labeling(&file) {
            return Err(UploadProblem::Elsewhere(name()));
        }
        let is_there = match self.known.get(&file) {
            Some(known) => known.clone(),
            None => self.ask(&file),
        };
        match is_there {
            Ok(true) => Ok(file),
            Ok(false) => Err(UploadProblem::Missing(name())),
            Err(cause) => Err(UploadProblem::Unknown { name: name(), cause }),
        }
    }

    fn is_for_labeling(&self, file: &OwnFile) -> bool {
        file.project == self.project && file.kind == FileType::Assets
    }

    fn ask(&self, file: &OwnFile) -> Result<bool, Arc<FileError>> {
        let looking = self.hub.files.sizes(vec![file.clone()]);
        let sizes = self.runtime.block_on(looking)?;
        Ok(sizes.iter().any(Option::is_some))
    }

    /// How many rows should be known before the first of them is taken: where files lie in a bucket, so many that it is
    /// asked for some at a time.
    pub fn rows_ahead(&self) -> usize {
        match self.hub.files.bucket() {
            Some(_) => ROWS_AHEAD,
            None => 1,
        }
    }

    /// Asks the bucket for the files that these rows name, for each once. Blocks.
    pub fn look_ahead<'r>(&mut self, rows: impl Iterator<Item = &'r ImportedAsset>) {
        let Some(bucket) = self.hub.files.bucket() else {
            return;
        };
        // What could not be found out is tried again.
        self.known.retain(|_, known| known.is_ok());
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        let attached = |row: &'r ImportedAsset| row.attachments.iter().map(|one| &one.value);
        let addresses = rows.flat_map(|row| row.data.addresses().iter().chain(attached(row)));
        let files = addresses.filter_map(|address| self.hub.files.read_url(address)?.ok());
        let unknown: HashSet<OwnFile> = files
            .filter(|file| self.is_for_labeling(file) && !self.known.contains_key(file))
            .collect();
        let unknown: Vec<OwnFile> = unknown.into_iter().collect();
        let sizes = self.runtime.block_on(bucket.sizes(&unknown));
        let known = sizes
            .into_iter()
            .map(|size| Ok(size.map_err(FileError::from)?.is_some()));
        self.known.extend(unknown.into_iter().zip(known));
    }

    /// Whether what stands elsewhere was uploaded there, where rows name uploads. Blocks.
    pub fn elsewhere(&self, address: &Address, storage: Option<StorageId>) -> Result<(), UploadProblem> {
        if !self.is_upload {
            return Ok(());
        }
        match (address, storage) {
            (Address::Object(object), Some(storage)) => {
                if let Some(cause) = self.silent.cause(storage, self.hub.clock.now_ms()) {
                    return Err(UploadProblem::InBucket(NotUploaded::Unknown {
                        bucket: object.bucket().to_string(),
                        key: object.key().to_owned(),
                        cause,
                        is_silent: true,
                    }));
                }
                let asking = check_uploaded(&self.hub, self.organization, storage, object);
                self.runtime.block_on(asking).map_err(|error| {
                    if let NotUploaded::Unknown {
                        cause,
                        is_silent: true,
                        ..
                    } = &error
                    {
                        let now = self.hub.clock.now_ms();
                        self.silent.note(storage, cause.clone(), now);
                    }
                    UploadProblem::InBucket(error)
                })
            }
            _ => Err(UploadProblem::Foreign),
        }
    }
}

impl SilentStorages {
    fn note(&self, storage: StorageId, cause: String, now: i64) {
        self.locked().insert(storage, (cause, now + SILENT_MS));
    }

    /// Why a storage is not asked now, if it is not.
    fn cause(&self, storage: StorageId, now: i64) -> Option<String> {
        let known = self.locked();
        let (cause, _) = known.get(&storage).filter(|(_, until)| now < *until)?;
        Some(cause.clone())
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<StorageId, (String, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_that_gave_no_answer_is_asked_again_after_a_while() {
        let silent = SilentStorages::default();
        let [one, other] = [1, 2].map(|n| StorageId::from_bytes([n; 12]));
        silent.note(one, "connection reset".to_owned(), 1_000);
        let cause = |storage, now| silent.cause(storage, now);
        assert_eq!(cause(one, 1_000).as_deref(), Some("connection reset"));
        assert_eq!(cause(other, 1_000), None);
        assert!(cause(one, 1_000 + SILENT_MS - 1).is_some());
        assert_eq!(cause(one, 1_000 + SILENT_MS), None);
    }
}
