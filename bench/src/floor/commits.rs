//! The floor of saving: the same text in a bare SQLite table, durable at every commit.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, params};

/// How long durable commits took, in order of time taken; each saves this many texts: as many as wait at a time. Every
/// text comes with another revision, because SQLite writes nothing where nothing changes.
pub fn commit_times(
    file: &Path,
    text: &str,
    saves_per_commit: usize,
    time: Duration,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE answers (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, answer TEXT NOT NULL)",
    )?;
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < time {
        let begun = Instant::now();
        let revision = i64::try_from(times.len())?;
        let transaction = connection.transaction()?;
        {
            let mut save = transaction.prepare_cached(
                "INSERT INTO answers VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, answer = excluded.answer",
            )?;
            for id in 0..saves_per_commit {
                save.execute(params![i64::try_from(id)?, revision, text])?;
            }
        }
        transaction.commit()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

/// Saves per second of commits that took so long.
pub fn saves_per_second(times: &[Duration], saves_per_commit: usize) -> f64 {
    let wall: Duration = times.iter().sum();
    (times.len() * saves_per_commit) as f64 / wall.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_that_share_a_commit_are_all_counted() {
        let folder = tempfile::tempdir().unwrap();
        let times = commit_times(&folder.path().join("a.db"), "{}", 16, Duration::from_millis(50)).unwrap();
        assert!(times.is_sorted() && !times.is_empty());
        assert!((saves_per_second(&[Duration::from_millis(8); 4], 16) - 2000.0).abs() < 1e-6);
    }
}
