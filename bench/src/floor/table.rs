//! The floor of importing and paging: the same rows in a bare SQLite table with one index.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use serde::Deserialize;

use crate::clock;
use crate::list::List;

/// Rows of one transaction: as many as the hub writes at a time.
const BATCH_ROWS: u64 = 8192;
/// Rows of one page.
const PAGE_ROWS: u64 = 100;
/// Pages between two looks at the clock.
const PAGES: u64 = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    data: &'a str,
    external_id: &'a str,
    width: u32,
    height: u32,
}

/// Id, external ID, address, width and height.
type Asset = (i64, String, String, u32, u32);

/// A table with the same rows.
#[derive(Debug)]
pub struct Table {
    connection: Connection,
    rows: u64,
    /// CPU time of parsing the list and inserting its rows.
    pub cpu: Duration,
}

impl Table {
    /// Parses the list with serde_json and inserts its rows, durable with every batch. Making the list does not count.
    pub fn fill(path: &Path, list: &List, rows: u64) -> Result<Self> {
        let mut connection = open(path)?;
        let mut cpu = Duration::ZERO;
        for first in (0..rows).step_by(BATCH_ROWS as usize) {
            let text = list.text(first..rows.min(first + BATCH_ROWS));
            let before = clock::cpu_of_thread()?;
            insert(&mut connection, first, &text)?;
            cpu += clock::cpu_of_thread()?.saturating_sub(before);
        }
        Ok(Self {
            connection,
            rows,
            cpu,
        })
    }

    /// Microseconds of CPU time for a page of 100 rows that begins about this part into the table.
    pub fn page_cpu_micros(&self, part: f64) -> Result<f64> {
        let first = (self.rows.saturating_sub(PAGE_ROWS) as f64 * part) as u64;
        let before = clock::cpu_of_thread()?;
        for page in 0..PAGES {
            // Not always the same rows, as with the hub.
            let from = (first + page * PAGE_ROWS).min(self.rows.saturating_sub(PAGE_ROWS));
            black_box(self.page(from)?);
        }
        let cpu = clock::cpu_of_thread()?.saturating_sub(before);
        Ok(cpu.as_secs_f64() * 1e6 / PAGES as f64)
    }

    fn page(&self, from: u64) -> Result<Vec<Asset>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, external_id, data, width, height FROM assets WHERE id >= ?1 ORDER BY id LIMIT ?2",
        )?;
        let rows = query.query_map(params![i64::try_from(from)?, i64::try_from(PAGE_ROWS)?], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Set up as the hub's own: durable at every commit, with the same cache and the same log.
fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    // Otherwise SQLite plans a cached query anew whenever something is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    connection.execute_batch(
        "CREATE TABLE assets (id INTEGER PRIMARY KEY, external_id TEXT NOT NULL, data TEXT NOT NULL, width INTEGER, height INTEGER);
         CREATE INDEX assets_by_external_id ON assets (external_id);",
    )?;
    Ok(connection)
}

fn insert(connection: &mut Connection, first: u64, text: &str) -> Result<()> {
    let rows: Vec<Row<'_>> = serde_json::from_str(text)?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached("INSERT INTO assets VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (id, row) in (i64::try_from(first)?..).zip(&rows) {
            insert.execute(params![id, row.external_id, row.data, row.width, row.height])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_row_once_and_pages_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let rows = BATCH_ROWS + 500;
        let table = Table::fill(
            &folder.path().join("bare.db"),
            &List::new("photos", "eu-central-1"),
            rows,
        )
        .unwrap();
        let last = table.page(rows - PAGE_ROWS).unwrap();
        assert_eq!(last.len() as u64, PAGE_ROWS);
        assert_eq!(last[99].0, i64::try_from(rows).unwrap() - 1);
        assert!(last[99].1.ends_with(&format!("frame-{:010}.jpg", rows - 1)));
        assert!(table.page_cpu_micros(0.5).unwrap() > 0.0);
    }
}
