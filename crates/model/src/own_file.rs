//! Files in the hub's own storage: what people upload themselves, named by project, type and name.
//!
//! The address of such a file is `PUBLIC-URL/v2/files/PROJECT/TYPE/NAME`. What is kept is `insitu:PROJECT/TYPE/NAME`,
//! without the hub's own address, so that a hub that moves finds its files again. No list can say `insitu:…`: it is no
//! scheme that addresses may have.

use std::str::FromStr;

use crate::address::key::{percent_decode, write_encoded_value};
use crate::id::{IdError, ProjectId};
use crate::newtype::excerpt;
use crate::word::UnknownWord;

/// Longest name of a file, in bytes of UTF-8: what every file system takes, with room for a few more letters.
pub const FILE_NAME_BYTES_MAX: usize = 200;
/// What the kept form begins with.
const KEPT: &str = "insitu:";

words! {
    /// What a file is for.
    FileType, "type of file" {
        /// To be labeled.
        Assets = "assets",
        /// A model for segmentation.
        SegmentationModels = "segmentationModels",
        /// A mask drawn with the brush.
        Brushes = "brushes",
        /// A mask in three dimensions.
        MedicalBrushes = "medicalBrushes",
        /// Labels on their way out.
        Exports = "exports",
        /// What labelers have to read.
        Instructions = "instructions",
    }
}

impl FileType {
    /// Whether it holds what was drawn: labels, and nothing to label.
    pub fn is_brush(self) -> bool {
        matches!(self, FileType::Brushes | FileType::MedicalBrushes)
    }
}

/// The name of a file: one segment of a path, 1 to [`FILE_NAME_BYTES_MAX`] bytes, without a slash, a backslash or a
/// control character, and not beginning with a dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

text_type!(FileName);

/// Why a text names no file of the hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnFileError {
    /// An empty name.
    #[error("the file has no name: give it one, such as photo.jpg")]
    NoName,
    /// More than [`FILE_NAME_BYTES_MAX`] bytes.
    #[error("the name of the file has {bytes} bytes: shorten it to {FILE_NAME_BYTES_MAX}")]
    NameTooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// A slash, a backslash, a control character, or a dot at the beginning.
    #[error(
        "the file cannot be called \"{found}\": leave out slashes, backslashes, control characters and a dot at the beginning"
    )]
    BadName {
        /// The beginning of the name.
        found: String,
    },
    /// The name is not percent-encoded UTF-8.
    #[error("the name in \"{found}\" is not percent-encoded UTF-8: copy the address again")]
    BadEncoding {
        /// The beginning of the path.
        found: String,
    },
    /// Not project, type and name.
    #[error("\"{found}\" is not the address of a file: it goes on with a project, a type and a name")]
    NotAFile {
        /// The beginning of the path.
        found: String,
    },
    /// A type that there is not.
    #[error(transparent)]
    Type(#[from] UnknownWord),
    /// A project that is no id.
    #[error(transparent)]
    Project(#[from] IdError),
}

impl OwnFileError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            OwnFileError::NoName => "file.name_missing",
            OwnFileError::NameTooLong { .. } => "file.name_too_long",
            OwnFileError::BadName { .. } => "file.name_invalid",
            OwnFileError::BadEncoding { .. } => "file.bad_encoding",
            OwnFileError::NotAFile { .. } | OwnFileError::Project(_) => "file.address_invalid",
            OwnFileError::Type(_) => "file.type_unknown",
        }
    }
}

impl FromStr for FileName {
    type Err = OwnFileError;

    fn from_str(text: &str) -> Result<Self, OwnFileError> {
        if text.is_empty() {
            return Err(OwnFileError::NoName);
        }
        if text.len() > FILE_NAME_BYTES_MAX {
            return Err(OwnFileError::NameTooLong { bytes: text.len() });
        }
        let is_strange = |c: char| c == '/' || c == '\\' || c.is_control();
        if text.starts_with('.') || text.contains(is_strange) {
            return Err(OwnFileError::BadName { found: excerpt(text) });
        }
        Ok(Self(text.to_owned()))
    }
}

/// A file of the hub's own storage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnFile {
    /// Whose it is.
    pub project: ProjectId,
    /// What it is for.
    pub kind: FileType,
    /// What it is called there.
    pub name: FileName,
}

impl OwnFile {
    /// Reads `PROJECT/TYPE/NAME`, as it stands in addresses, the name percent-encoded.
    pub fn parse_path(path: &str) -> Result<Self, OwnFileError> {
        let not_a_file = || OwnFileError::NotAFile { found: excerpt(path) };
        let (project, rest) = path.split_once('/').ok_or_else(not_a_file)?;
        let (kind, name) = rest.split_once('/').ok_or_else(not_a_file)?;
        let name = percent_decode(name).map_err(|_| OwnFileError::BadEncoding { found: excerpt(path) })?;
        Ok(Self {
            project: project.parse()?,
            kind: kind.parse()?,
            name: name.parse()?,
        })
    }

    /// Reads what [`OwnFile::kept`] wrote; none for every other address.
    pub fn parse_kept(text: &str) -> Option<Self> {
        Self::parse_path(text.strip_prefix(KEPT)?).ok()
    }

    /// `PROJECT/TYPE/NAME` as it stands in addresses.
    pub fn path(&self) -> String {
        let mut path = format!("{}/{}/", self.project, self.kind);
        write_encoded_value(self.name.as_str(), &mut path);
        path
    }

    /// The text to store.
    pub fn kept(&self) -> String {
        format!("{KEPT}{}", self.path())
    }
}

/// The path behind the kept form of a file's address; none for every other address.
pub fn kept_path(text: &str) -> Option<&str> {
    text.strip_prefix(KEPT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROJECT: &str = "00010203040506070809abcd";

    fn named(name: &str) -> Result<OwnFile, OwnFileError> {
        Ok(OwnFile {
            project: PROJECT.parse()?,
            kind: FileType::Assets,
            name: name.parse()?,
        })
    }

    #[test]
    fn a_file_is_kept_without_the_address_of_the_hub() {
        let file = named("Möwe 1+2.nii.gz").unwrap();
        assert_eq!(
            file.kept(),
            format!("insitu:{PROJECT}/assets/M%C3%B6we%201%2B2.nii.gz")
        );
        assert_eq!(OwnFile::parse_kept(&file.kept()), Some(file));
        assert_eq!(OwnFile::parse_kept("https://example.com/a.jpg"), None);
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for (name, code) in [
            ("", "file.name_missing"),
            (".", "file.name_invalid"),
            ("..", "file.name_invalid"),
            (".hidden", "file.name_invalid"),
            ("a/b", "file.name_invalid"),
            ("..\\b", "file.name_invalid"),
            ("a\0b", "file.name_invalid"),
            ("a\nb", "file.name_invalid"),
        ] {
            assert_eq!(named(name).unwrap_err().code(), code, "{name:?}");
        }
        assert_eq!(named(&"x".repeat(201)).unwrap_err().code(), "file.name_too_long");
        assert!(named(&"x".repeat(200)).is_ok());
    }

    #[test]
    fn a_path_with_an_encoded_way_out_is_refused() {
        for (path, code) in [
            (
                format!("{PROJECT}/assets/..%2F..%2Fvault.key"),
                "file.name_invalid",
            ),
            (format!("{PROJECT}/assets/%2e%2e"), "file.name_invalid"),
            (format!("{PROJECT}/assets/a%00"), "file.name_invalid"),
            (format!("{PROJECT}/assets/%E9"), "file.bad_encoding"),
            (format!("{PROJECT}/assets/100%"), "file.bad_encoding"),
            (format!("{PROJECT}/secrets/a"), "file.type_unknown"),
            ("../assets/a".to_owned(), "file.address_invalid"),
            (PROJECT.to_owned(), "file.address_invalid"),
        ] {
            assert_eq!(OwnFile::parse_path(&path).unwrap_err().code(), code, "{path}");
        }
    }

    proptest! {
        #[test]
        fn every_name_that_is_taken_reads_back_from_its_address(name: String) {
            if let Ok(file) = named(&name) {
                prop_assert!(file.path().is_ascii());
                prop_assert_eq!(OwnFile::parse_path(&file.path()).unwrap(), file);
            }
        }

        #[test]
        fn no_path_makes_it_panic(path: String) {
            let _ = OwnFile::parse_path(&path);
        }
    }
}
