//! The floor of saving: the same text in a bare SQLite table, durable at every commit.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, params};

/// Saves per second, each replacing its own row's text, with this many in each transaction: as many as wait at a time.
pub fn saves_per_second(file: &Path, text: &str, saves_per_commit: usize, time: Duration) -> Result<f64> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE answers (id INTEGER PRIMARY KEY, answer TEXT NOT NULL)")?;
    let start = Instant::now();
    let mut saves = 0;
    while start.elapsed() < time {
        let transaction = connection.transaction()?;
        {
            let mut save = transaction.prepare_cached(
                "INSERT INTO answers VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET answer = excluded.answer",
            )?;
            for id in 0..saves_per_commit {
                save.execute(params![i64::try_from(id)?, text])?;
            }
        }
        transaction.commit()?;
        saves += saves_per_commit;
    }
    Ok(saves as f64 / start.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_that_share_a_commit_are_all_counted() {
        let folder = tempfile::tempdir().unwrap();
        let rate =
            saves_per_second(&folder.path().join("a.db"), "{}", 16, Duration::from_millis(50)).unwrap();
        assert!(rate > 16.0);
    }
}
