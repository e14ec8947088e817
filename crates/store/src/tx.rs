//! A transaction: what the closures of [`crate::Db::read`] and [`crate::Db::write`] are given.
//!
//! A `Tx` is one connection while its transaction is open. The functions of this crate take `&mut Tx`; nobody
//! else sees SQL. Once a statement failed, the whole closure is undone, whatever it answers: PostgreSQL knows
//! only that rule, so SQLite follows it.

use std::fmt;

use crate::{
    Error, Result,
    access_changes::{AccessChanges, is_access_table, writes_access},
    postgres::Session,
    sqlite,
    value::{FromCell, Row, Value},
};

/// An open transaction on either database.
pub struct Tx {
    engine: Engine,
    failure: Option<Failure>,
    access_changes: AccessChanges,
    /// Whether the open transaction may change who may do what.
    changes_access: bool,
}

enum Engine {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Session>),
}

/// How the first failed statement of a closure failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Another transaction was in the way; the closure may run again.
    Retry,
    /// Anything else.
    Final,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One unchanging view of everything committed.
    Read,
    /// As if no other writer existed.
    Write,
    /// A write whose statements each see the newest rows: for claiming jobs and for appending.
    Claim,
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = match self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        };
        f.debug_struct("Tx")
            .field("engine", &engine)
            .field("failure", &self.failure)
            .finish()
    }
}

impl Tx {
    pub(crate) fn of_sqlite(connection: rusqlite::Connection) -> Self {
        Self {
            engine: Engine::Sqlite(connection),
            failure: None,
            access_changes: AccessChanges::default(),
            changes_access: false,
        }
    }

    pub(crate) fn of_postgres(session: Session) -> Self {
        Self {
            engine: Engine::Postgres(Box::new(session)),
            failure: None,
            access_changes: AccessChanges::default(),
            changes_access: false,
        }
    }

    /// The same connection, whose commits are counted here where they may change who may do what.
    pub(crate) fn counting(self, access_changes: &AccessChanges) -> Self {
        Self {
            access_changes: access_changes.clone(),
            ..self
        }
    }

    /// Runs a statement; the number of rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        self.changes_access |= writes_access(sql);
        self.guarded(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Engine::Postgres(session) => session.execute(sql, params),
        })
    }

    /// Runs a statement for each row it answers, until `visit` answers false.
    pub(crate) fn visit(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut visit: impl FnMut(&mut Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        self.changes_access |= writes_access(sql);
        self.guarded(|engine| {
            let answer = match engine {
                Engine::Sqlite(connection) => sqlite::visit(connection, sql, params, &mut visit),
                Engine::Postgres(session) => session.visit(sql, params, &mut visit),
            };
            answer.map_err(|error| match error {
                Error::Corrupt { column, .. } => Error::Corrupt {
                    column,
                    query: sql.to_owned(),
                },
                other => other,
            })
        })
    }

    /// Every row that a statement answers.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.visit(sql, params, |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The first row that a statement answers.
    pub(crate) fn row<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.visit(sql, params, |row| {
            found = Some(read(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// The first column of the first row.
    pub(crate) fn cell<T: FromCell>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<T>> {
        self.row(sql, params, |row| row.next())
    }

    /// The escape for imports: many rows into one table, in the order of `columns`. SQLite repeats one prepared
    /// statement of several rows; PostgreSQL copies. `fill` appends the values of row `i`.
    pub(crate) fn bulk<'v>(
        &mut self,
        table: &'static str,
        columns: &'static [Column],
        rows: usize,
        fill: impl FnMut(usize, &mut Vec<Value<'v>>),
    ) -> Result<()> {
        self.changes_access |= is_access_table(table);
        self.guarded(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::bulk(connection, table, columns, rows, fill),
            Engine::Postgres(session) => session.bulk(table, columns, rows, fill),
        })
    }

    /// Runs a whole migration.
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        self.changes_access = true;
        self.guarded(|engine| match engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(session) => session.script(&crate::dialect::migration_for_postgres(sql)),
        })
    }

    /// Keeps other programs out until the transaction ends (SQLite's write lock does that already).
    pub(crate) fn lock_schema(&mut self) -> Result<()> {
        self.guarded(|engine| match engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(session) => session.script("SELECT pg_advisory_xact_lock(7310313241)"),
        })
    }

    /// Keeps others out who ask for the same name until the transaction ends (on SQLite one writes at a time anyway).
    pub(crate) fn lock_name(&mut self, name: &str) -> Result<()> {
        self.guarded(|engine| match engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(session) => session
                .execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(?1, 0))",
                    &[Value::from(name)],
                )
                .map(drop),
        })
    }

    /// The first failure since the transaction (or savepoint) began.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Forgets a failure: its savepoint or transaction was rolled back.
    pub(crate) fn forgive(&mut self) {
        self.failure = None;
    }

    pub(crate) fn begin(&mut self, mode: Mode) -> Result<()> {
        self.failure = None;
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::begin(connection, mode),
            Engine::Postgres(session) => session.begin(mode),
        }
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        let answer = self.control("COMMIT");
        // Whatever the answer: a commit whose answer was lost may have happened.
        if std::mem::take(&mut self.changes_access) {
            self.access_changes.count_one();
        }
        answer
    }

    /// Ends the transaction without a trace. A connection that cannot do that is of no use and is replaced or
    /// found broken at its next `begin`.
    pub(crate) fn rollback(&mut self) {
        if self.is_open() {
            let _ = self.control("ROLLBACK");
        }
        self.failure = None;
    }

    /// Whether a transaction is open: SQLite ends one by itself when the disk is full.
    pub(crate) fn is_open(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => !connection.is_autocommit(),
            Engine::Postgres(session) => session.is_open(),
        }
    }

    /// Transaction control, which works after a failure too.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::control(connection, sql),
            Engine::Postgres(session) => session.control(sql),
        }
    }

    fn guarded<T>(&mut self, run: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        if self.failure.is_some() {
            return Err(Error::Aborted);
        }
        let answer = run(&mut self.engine);
        if let Err(error) = &answer {
            self.failure = Some(if matches!(error, Error::Contention) {
                Failure::Retry
            } else {
                Failure::Final
            });
        }
        answer
    }
}

/// A column of a bulk insert, with the type that PostgreSQL's binary copy needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ColumnKind {
    Int,
    Text,
    Blob,
}

impl Column {
    pub(crate) const fn int(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Int,
        }
    }
    pub(crate) const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Text,
        }
    }
    pub(crate) const fn blob(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Blob,
        }
    }
}

/// Names PostgreSQL's and SQLite's shared rule for text: no NUL.
pub(crate) fn check_text(text: &str) -> Result<()> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(Error::Refused {
            what: "a text",
            problem: "it contains a NUL character",
        });
    }
    Ok(())
}
