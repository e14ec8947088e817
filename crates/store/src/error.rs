//! What can go wrong in the store, told apart by what the caller can do about it.

/// A failure of the store. [`Error::code`] is stable; the text is for people.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such row in the organization (or project) that was asked.
    #[error("there is no {what} `{id}` here")]
    NotFound { what: &'static str, id: String },
    /// Another row already has this name, address or key.
    #[error("there is already {what} called `{name}`; choose another")]
    AlreadyExists { what: &'static str, name: String },
    /// The row is not in a state that allows this, or it changed since it was read.
    #[error("{what} `{id}` {problem}")]
    Conflict {
        what: &'static str,
        id: String,
        problem: &'static str,
    },
    /// Other rows still need this one.
    #[error("{what} `{id}` is still used by {count} {by}")]
    InUse {
        what: &'static str,
        id: String,
        count: u64,
        by: &'static str,
    },
    /// A value that no database can keep, such as a text with a NUL character in it.
    #[error("{what} cannot be stored: {problem}")]
    Refused {
        what: &'static str,
        problem: &'static str,
    },
    /// As many of these are on their way as may be.
    #[error("as many {what} {of} as may be are on their way; wait for one of them")]
    TooMany { what: &'static str, of: &'static str },
    /// A cursor of another list, or of none.
    #[error("the cursor {0}; begin with the first page")]
    BadCursor(&'static str),
    /// Only the page before leads to this one.
    #[error("this filter or order has no pages by number so far in; go on by the cursor of the page before")]
    NeedsCursor,
    /// Something that this needs is being made; later it is there.
    #[error("{what} is not ready yet: {problem}")]
    NotReady { what: &'static str, problem: String },
    /// Another version of this program wrote it down. Nothing of it is done, rather than something else.
    #[error(
        "{what} `{id}` asks for something that this version does not know; once every hub runs the same version, order it again"
    )]
    NotUnderstood { what: &'static str, id: String },
    /// The disk (or the database's quota) is full. Nothing of the transaction was kept.
    #[error("the database's disk is full, so nothing was written; free some space and try again")]
    DiskFull,
    /// The database cannot be reached or answered with an I/O failure. Nothing of the transaction was kept
    /// unless the failure came with the commit itself.
    #[error("the database cannot be used right now: {0}")]
    Unavailable(String),
    /// Concurrent writers kept colliding for [`crate::limits::MAX_ATTEMPTS`] attempts.
    #[error("too many writers want the same rows; nothing was written, try again")]
    Contention,
    /// An earlier statement of the same transaction failed; nothing of it is kept.
    #[error("an earlier statement of this transaction failed, so nothing of it was kept")]
    Aborted,
    /// The closure given to the store panicked. Its transaction was rolled back.
    #[error("a database closure panicked: {0}")]
    Panicked(String),
    /// The database was closed.
    #[error("the database is closed")]
    Closed,
    /// The database was written by a newer version of this program.
    #[error("the database has migration {found}, this program knows {known}: run a newer version of insitu")]
    SchemaNewer { found: i64, known: i64 },
    /// A migration that was applied differs from the one that this program carries.
    #[error(
        "migration {number} (`{name}`) was changed after it was applied; run the version that applied it"
    )]
    SchemaChanged { number: i64, name: String },
    /// The address of the database cannot be understood.
    #[error("`{given}` is not a database address: {problem}")]
    BadUrl { given: String, problem: String },
    /// A value in the database is not what this program writes there.
    #[error("the database holds an unexpected value in column {column} of `{query}`")]
    Corrupt { column: usize, query: String },
    /// Anything else that the database said.
    #[error("the database refused a statement: {0}")]
    Database(String),
}

/// The store's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "store.not_found",
            Self::AlreadyExists { .. } => "store.already_exists",
            Self::Conflict { .. } => "store.conflict",
            Self::InUse { .. } => "store.in_use",
            Self::Refused { .. } => "store.refused",
            Self::TooMany { .. } => "store.too_many",
            Self::BadCursor(_) => "store.bad_cursor",
            Self::NeedsCursor => "store.needs_cursor",
            Self::NotReady { .. } => "store.not_ready",
            Self::NotUnderstood { .. } => "store.not_understood",
            Self::DiskFull => "store.disk_full",
            Self::Unavailable(_) => "store.unavailable",
            Self::Contention => "store.contention",
            Self::Aborted => "store.aborted",
            Self::Panicked(_) => "store.panicked",
            Self::Closed => "store.closed",
            Self::SchemaNewer { .. } => "store.schema_newer",
            Self::SchemaChanged { .. } => "store.schema_changed",
            Self::BadUrl { .. } => "store.bad_url",
            Self::Corrupt { .. } => "store.corrupt",
            Self::Database(_) => "store.database",
        }
    }

    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    pub(crate) fn already_exists(what: &'static str, name: impl ToString) -> Self {
        Self::AlreadyExists {
            what,
            name: name.to_string(),
        }
    }

    pub(crate) fn conflict(what: &'static str, id: impl ToString, problem: &'static str) -> Self {
        Self::Conflict {
            what,
            id: id.to_string(),
            problem,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, ConstraintViolation, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly,
            SystemIoFailure,
        };
        let Some(code) = error.sqlite_error_code() else {
            return Self::Database(error.to_string());
        };
        match code {
            DiskFull => Self::DiskFull,
            ConstraintViolation => Self::AlreadyExists {
                what: "a row",
                name: error.to_string(),
            },
            CannotOpen | SystemIoFailure | ReadOnly | DatabaseCorrupt | NotADatabase => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return Self::Unavailable(chain(&error));
        };
        let code = db.code();
        match code.code() {
            // "23" is every kind of broken constraint, "08" and "57P" a lost connection, "53" no resources.
            "53100" => Self::DiskFull,
            c if c.starts_with("23") => Self::AlreadyExists {
                what: "a row",
                name: db.message().to_owned(),
            },
            "40001" | "40P01" => Self::Contention,
            c if c.starts_with("08") || c.starts_with("57P") || c.starts_with("53") => {
                Self::Unavailable(db.message().to_owned())
            }
            _ => Self::Database(format!("{} ({})", db.message(), code.code())),
        }
    }
}

/// The error with its causes: tokio-postgres says only "db error" or "error connecting" by itself.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
