//! The floor of exporting: the same answers read from the same tables, parsed, and written as they are through the same
//! compression.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, OpenFlags};

use crate::clock;

/// CPU time for the answers alone, and with what the tasks were before.
#[derive(Debug)]
pub struct Labels {
    pub alone: Duration,
    pub with_history: Duration,
}

impl Labels {
    /// Reads a hub's database that no hub has open.
    pub fn of(database: &Path) -> Result<Self> {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .context("opening the hub's database")?;
        let answers = "SELECT answer FROM task_answers ORDER BY place";
        let history = "SELECT answer FROM task_history ORDER BY place, position";
        let alone = pass(&connection, &[answers])?;
        Ok(Self {
            alone,
            with_history: pass(&connection, &[answers, history])?,
        })
    }
}

fn pass(connection: &Connection, queries: &[&str]) -> Result<Duration> {
    let before = clock::cpu_of_thread()?;
    let mut out = DeflateEncoder::new(std::io::sink(), Compression::fast());
    for query in queries {
        let mut statement = connection.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(0)?.as_str()?;
            let _: serde::de::IgnoredAny = serde_json::from_str(text)?;
            out.write_all(text.as_bytes())?;
        }
    }
    out.finish()?;
    Ok(clock::cpu_of_thread()?.saturating_sub(before))
}
