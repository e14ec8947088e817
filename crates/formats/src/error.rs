//! What ends the reading of a list: the fault, the row it would have been, and the byte where it was seen.

use std::fmt;

/// A fault after which nothing more can be read. The rows before it have been delivered.
#[derive(Debug)]
pub struct ListError {
    /// How many rows were delivered before, which is the index of the row that could not be read.
    pub index: u64,
    /// Where in the text (after decompression) the fault was seen.
    pub offset: u64,
    pub fault: ListFault,
}

impl ListError {
    /// The stable name of the fault, `list.…`.
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }

    /// What happened and what to do, without the place.
    pub fn message(&self) -> String {
        self.fault.to_string()
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (at byte {}, after {} rows)",
            self.fault, self.offset, self.index
        )
    }
}

impl std::error::Error for ListError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            ListFault::ReadFailed(error) => Some(error),
            _ => None,
        }
    }
}

/// Why a list as a whole, or the rest of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ListFault {
    #[error("the file is empty; choose a list with at least one asset")]
    EmptyFile,
    #[error("the list holds no rows; add at least one asset")]
    Empty,
    #[error("the file ends in the middle of {what}; it was cut off: make or upload it again")]
    Truncated { what: &'static str },
    #[error("a comma stands before the closing bracket of the list; remove it")]
    TrailingComma,
    #[error("a row is missing: nothing stands before this comma; remove it or add the row")]
    MissingElement,
    #[error("{found} stands where a comma or the end of the list must be; separate rows by one comma")]
    ExpectedComma { found: Found },
    #[error("{found} stands where a row must begin; rows are JSON objects")]
    UnexpectedText { found: Found },
    #[error(
        "{found} closes a bracket of the other kind inside a row, so the row's end cannot be found; correct it"
    )]
    MismatchedBracket { found: Found },
    #[error(
        "the file begins with {found}; a list is a JSON array of objects, NDJSON, or CSV or TSV with a header"
    )]
    NotAList { found: Found },
    #[error("the first line names no column `data` or `url`; begin the file with a line of column names")]
    HeaderMissing,
    #[error("the first line can be split by more than one of comma, semicolon and tab; use one of them")]
    AmbiguousDelimiter,
    #[error("the column `{name}` is named twice (names differ neither by case nor by alias); keep one")]
    DuplicateColumn { name: String },
    #[error("the first line names more than {limit} columns or is longer than {limit_bytes} bytes")]
    HeaderTooLarge { limit: usize, limit_bytes: usize },
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    #[error("the file is UTF-32; save it as UTF-8")]
    Utf32,
    #[error("the file is {kind}; a list is text: JSON, NDJSON, CSV or TSV, plain or gzipped once")]
    UnsupportedFile { kind: &'static str },
    #[error("the gzip file ends too early; it was cut off: make or upload it again")]
    GzipTruncated,
    #[error("the gzip file is damaged; make or upload it again")]
    GzipCorrupt,
    #[error("the body must be a JSON object with the member `assets`")]
    NotAnEnvelope,
    #[error("the body has no member `assets`; name the assets there")]
    AssetsMissing,
    #[error("the member `assets` must be a list of objects")]
    AssetsNotAList,
    #[error("the body's member `{name}` is not JSON; correct it")]
    MemberNotJson { name: String },
    #[error("the body names `{name}` twice; keep one")]
    DuplicateMember { name: String },
    #[error("the body's members beside `assets` are larger than {limit_bytes} bytes together")]
    MembersTooLarge { limit_bytes: usize },
    #[error("the file is shorter than when its reading began; import it again")]
    Changed,
    #[error("the file could not be read further: {0}")]
    ReadFailed(#[source] std::io::Error),
}

impl ListFault {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "list.empty_file",
            Self::Empty => "list.empty",
            Self::Truncated { .. } => "list.truncated",
            Self::TrailingComma => "list.trailing_comma",
            Self::MissingElement => "list.missing_element",
            Self::ExpectedComma { .. } => "list.expected_comma",
            Self::UnexpectedText { .. } => "list.unexpected_text",
            Self::MismatchedBracket { .. } => "list.mismatched_bracket",
            Self::NotAList { .. } => "list.not_a_list",
            Self::HeaderMissing => "list.header_missing",
            Self::AmbiguousDelimiter => "list.ambiguous_delimiter",
            Self::DuplicateColumn { .. } => "list.duplicate_column",
            Self::HeaderTooLarge { .. } => "list.header_too_large",
            Self::Utf16 => "list.utf16",
            Self::Utf32 => "list.utf32",
            Self::UnsupportedFile { .. } => "list.unsupported_file",
            Self::GzipTruncated => "list.gzip_truncated",
            Self::GzipCorrupt => "list.gzip_corrupt",
            Self::NotAnEnvelope => "list.not_an_envelope",
            Self::AssetsMissing => "list.assets_missing",
            Self::AssetsNotAList => "list.assets_not_a_list",
            Self::MemberNotJson { .. } => "list.member_not_json",
            Self::DuplicateMember { .. } => "list.duplicate_member",
            Self::MembersTooLarge { .. } => "list.members_too_large",
            Self::Changed => "list.changed",
            Self::ReadFailed(_) => "list.read_failed",
        }
    }

    /// The fault at a place, for the reader to number.
    pub(crate) fn at(self, offset: u64) -> Fault {
        Fault { offset, fault: self }
    }
}

/// A byte as an error message shows it: itself if it prints, else its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found(pub u8);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            byte @ 0x21..=0x7e => write!(f, "`{}`", char::from(byte)),
            byte => write!(f, "the byte 0x{byte:02x}"),
        }
    }
}

/// A fault and its place, before the reader adds the row's index.
#[derive(Debug)]
pub(crate) struct Fault {
    pub offset: u64,
    pub fault: ListFault,
}
