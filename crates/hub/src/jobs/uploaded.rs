//! Rows whose file was uploaded: that it is there is found out before it becomes an asset, as clients may not notice
//! that an upload failed.

use std::sync::Arc;

use insitu_model::address::Address;
use insitu_model::id::{OrganizationId, ProjectId, StorageId};
use insitu_model::own_file::{FileType, OwnFile, OwnFileError};
use tokio::runtime::Handle;

use crate::cloud_access::{NotUploaded, check_uploaded};
use crate::hub::Hub;
use crate::own_files::FileError;

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
}

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
    Unknown { name: String, cause: FileError },
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
        if file.project != self.project || file.kind != FileType::Assets {
            return Err(UploadProblem::Elsewhere(name()));
        }
        let looking = self.hub.files.sizes(vec![file.clone()]);
        match self.runtime.block_on(looking) {
            Ok(sizes) if sizes.iter().any(Option::is_some) => Ok(file),
            Ok(_) => Err(UploadProblem::Missing(name())),
            Err(cause) => Err(UploadProblem::Unknown { name: name(), cause }),
        }
    }

    /// Whether what stands elsewhere was uploaded there, where rows name uploads. Blocks.
    pub fn elsewhere(&self, address: &Address, storage: Option<StorageId>) -> Result<(), UploadProblem> {
        if !self.is_upload {
            return Ok(());
        }
        match (address, storage) {
            (Address::Object(object), Some(storage)) => {
                let asking = check_uploaded(&self.hub, self.organization, storage, object);
                Ok(self.runtime.block_on(asking)?)
            }
            _ => Err(UploadProblem::Foreign),
        }
    }
}
