//! Values on their way into and out of the database, the same for both.

use crate::{Error, Result};

/// One parameter of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// One column of an answered row, borrowed from the database's own buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// The parameters of a statement, `?1` first.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use params;

/// A type that a column can become; `None` when the column holds something else.
pub(crate) trait FromCell: Sized {
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

/// An answered row, read column by column in the order of the SELECT.
pub(crate) struct Row<'a> {
    source: Source<'a>,
    column: usize,
}

pub(crate) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl<'a> Row<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self { source, column: 0 }
    }

    /// The next column.
    pub(crate) fn next<T: FromCell>(&mut self) -> Result<T> {
        let cell = self.cell()?;
        T::from_cell(cell).ok_or_else(|| self.unexpected())
    }

    /// The next column, a text of JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        match self.cell()? {
            Cell::Text(text) => serde_json::from_str(text).map_err(|_| self.unexpected()),
            _ => Err(self.unexpected()),
        }
    }

    fn cell(&mut self) -> Result<Cell<'a>> {
        let column = self.column;
        self.column += 1;
        match self.source {
            Source::Sqlite(row) => Ok(match row.get_ref(column)? {
                rusqlite::types::ValueRef::Null => Cell::Null,
                rusqlite::types::ValueRef::Integer(n) => Cell::Int(n),
                rusqlite::types::ValueRef::Text(bytes) => {
                    Cell::Text(std::str::from_utf8(bytes).map_err(|_| self.unexpected())?)
                }
                rusqlite::types::ValueRef::Blob(bytes) => Cell::Blob(bytes),
                rusqlite::types::ValueRef::Real(_) => return Err(self.unexpected()),
            }),
            Source::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// What a column is that holds something else than it should.
    pub(crate) fn unexpected(&self) -> Error {
        Error::Corrupt {
            column: self.column,
            query: String::new(),
        }
    }
}

impl FromCell for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Int(n) = cell { Some(n) } else { None }
    }
}

macro_rules! unsigned {
    ($($t:ty),*) => {$(
        impl FromCell for $t {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                i64::from_cell(cell)?.try_into().ok()
            }
        }
    )*};
}
unsigned!(u64, u32, u16, i32);

impl FromCell for bool {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(|n| n != 0)
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Text(text) = cell {
            Some(text.to_owned())
        } else {
            None
        }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Blob(bytes) = cell {
            Some(bytes.to_vec())
        } else {
            None
        }
    }
}

impl<const N: usize> FromCell for [u8; N] {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Blob(bytes) = cell {
            bytes.try_into().ok()
        } else {
            None
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if cell == Cell::Null {
            Some(None)
        } else {
            T::from_cell(cell).map(Some)
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Value::Int(n)
    }
}
impl From<i32> for Value<'_> {
    fn from(n: i32) -> Self {
        Value::Int(n.into())
    }
}
impl From<u32> for Value<'_> {
    fn from(n: u32) -> Self {
        Value::Int(n.into())
    }
}
impl From<u64> for Value<'_> {
    /// Counts and sizes; what does not fit 63 bits is kept as the largest that does.
    fn from(n: u64) -> Self {
        Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}
impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Value::Int(b.into())
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(text)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Blob(bytes)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Blob(bytes)
    }
}
impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Blob(bytes)
    }
}
impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

/// Ids are 12 bytes in both databases.
macro_rules! ids {
    ($($id:ident),* $(,)?) => {$(
        impl<'a> From<&'a insitu_model::id::$id> for Value<'a> {
            fn from(id: &'a insitu_model::id::$id) -> Self {
                Value::Blob(id.as_bytes())
            }
        }
        impl FromCell for insitu_model::id::$id {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                <[u8; 12]>::from_cell(cell).map(Self::from_bytes)
            }
        }
    )*};
}
ids!(
    OrganizationId,
    UserId,
    ProjectId,
    StorageId,
    ImportId,
    TaskId,
    ExportId,
    AssetChangeId,
    BatchId,
    ApiKeyId,
    InvitationId,
    AuditId,
    SessionId,
    UrlRecordId,
);

/// Words of the trade are kept as the text that the API shows.
macro_rules! words {
    ($($word:ty),* $(,)?) => {$(
        impl From<$word> for Value<'_> {
            fn from(word: $word) -> Self {
                Value::Text(word.as_str())
            }
        }
        impl FromCell for $word {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                if let Cell::Text(text) = cell { text.parse().ok() } else { None }
            }
        }
    )*};
}
words!(
    insitu_model::audit::AuditAction,
    insitu_model::role::OrganizationRole,
    insitu_model::role::ProjectRole,
    insitu_model::storage::Provider,
    insitu_model::storage::AccessType,
    insitu_model::storage::Verification,
    insitu_model::import::OnError,
    insitu_model::import::OnDuplicate,
    insitu_model::import::ImportState,
    insitu_model::task::Stage,
    insitu_model::task::ReviewStatus,
    insitu_model::export::ExportFormat,
    insitu_model::job::JobState,
    insitu_model::url_record::UrlPurpose,
);
