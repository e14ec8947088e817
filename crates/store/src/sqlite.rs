//! SQLite's side of a transaction: connections, statements, bulk inserts.

use std::{
    fmt::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{
    CachedStatement, Connection, ErrorCode, OpenFlags, ToSql,
    config::DbConfig,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    Result,
    limits::MAX_PREPARED_STATEMENTS,
    tx::{Column, Mode, check_text},
    value::{Row, Source, Value},
};

/// Rows of one multi-row INSERT: enough to spread the cost of a statement, few enough to bind quickly.
const ROWS_PER_STATEMENT: usize = 128;

/// How long a connection waits for another program's, such as `insitu admin` beside a running hub.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection rests before it asks again for a lock that SQLite itself does not wait for.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// Twice SQLite's default: appending rows costs fewer calls into the kernel, and changing one row little more.
const PAGE_BYTES: u32 = 8_192;

/// Pages of the write-ahead log after which the writer moves them into the database: 16 MB, so that nobody waits
/// long behind the one whose turn it is to move them.
const CHECKPOINT_PAGES: u32 = 16 * 1024 * 1024 / PAGE_BYTES;

/// The connection that writes: made durable by `synchronous=FULL`.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    log_ahead(&connection)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    configure(&connection, 32)?;
    Ok(connection)
}

/// Turns the write-ahead log on. That takes a read lock into a write lock, which SQLite refuses at once, without
/// the busy timeout, while another program that opens the same new database does the same.
fn log_ahead(connection: &Connection) -> Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < BUSY_TIMEOUT =>
            {
                thread::sleep(BUSY_PAUSE);
            }
            answer => return Ok(answer?),
        }
    }
}

/// A connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    configure(&connection, 8)?;
    Ok(connection)
}

fn configure(connection: &Connection, cache_mib: i32) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -1024 * cache_mib)?;
    // Plans are made once for a statement, not again for every value bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(MAX_PREPARED_STATEMENTS);
    Ok(())
}

pub(crate) fn begin(connection: &Connection, mode: Mode) -> Result<()> {
    control(
        connection,
        if mode == Mode::Read {
            "BEGIN"
        } else {
            "BEGIN IMMEDIATE"
        },
    )
}

pub(crate) fn control(connection: &Connection, sql: &'static str) -> Result<()> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

pub(crate) fn execute(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<u64> {
    let mut statement = bound(connection, sql, params)?;
    // A statement with RETURNING must be stepped to its end; what it answers is not wanted here.
    if statement.column_count() > 0 {
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        return Ok(connection.changes());
    }
    Ok(statement.raw_execute()? as u64)
}

pub(crate) fn visit(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    visit: &mut dyn FnMut(&mut Row<'_>) -> Result<bool>,
) -> Result<()> {
    let mut statement = bound(connection, sql, params)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        if !visit(&mut Row::new(Source::Sqlite(row)))? {
            break;
        }
    }
    Ok(())
}

pub(crate) fn bulk<'v>(
    connection: &Connection,
    table: &str,
    columns: &[Column],
    rows: usize,
    mut fill: impl FnMut(usize, &mut Vec<Value<'v>>),
) -> Result<()> {
    let mut values = Vec::with_capacity(columns.len() * ROWS_PER_STATEMENT);
    let mut next = 0;
    for size in [ROWS_PER_STATEMENT, 1] {
        let sql = insert_sql(table, columns, size);
        let mut statement = connection.prepare_cached(&sql)?;
        while rows - next >= size {
            values.clear();
            for row in next..next + size {
                fill(row, &mut values);
            }
            bind(&mut statement, &values)?;
            statement.raw_execute()?;
            next += size;
        }
    }
    Ok(())
}

fn insert_sql(table: &str, columns: &[Column], rows: usize) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    // OR FAIL: a failure undoes the whole transaction anyway, so SQLite need not be able to undo one statement.
    let mut sql = format!("INSERT OR FAIL INTO {table} ({}) VALUES ", names.join(", "));
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            let _ = write!(
                sql,
                "{}?{}",
                if column == 0 { "" } else { ", " },
                row * columns.len() + column + 1
            );
        }
        sql.push(')');
    }
    sql
}

fn bound<'c>(connection: &'c Connection, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement)
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<()> {
    for (index, value) in params.iter().enumerate() {
        if let Value::Text(text) = value {
            check_text(text)?;
        }
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
