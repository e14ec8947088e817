//! A project whose tasks are all complete: what a thousand labelers would have left, written into the database of a
//! hub that does not run.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

/// Tasks of one transaction.
const BATCH_TASKS: usize = 8192;
const POLYGONS: u32 = 3;
const CORNERS: u32 = 12;
/// When everything was drawn.
const DRAWN_MS: i64 = 1_767_225_600_000;

/// Gives every asset a completed task with three polygons, which was labeled and reviewed.
pub fn complete_all(database: &Path) -> Result<()> {
    let mut connection = Connection::open(database).context("opening the hub's database")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let (project, owner): (i64, Vec<u8>) =
        connection.query_row("SELECT number, created_by FROM projects", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let places: Vec<i64> = connection
        .prepare("SELECT place FROM assets ORDER BY place")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for some in places.chunks(BATCH_TASKS) {
        let transaction = connection.transaction()?;
        {
            let mut task = transaction.prepare_cached(
                "INSERT INTO tasks VALUES (?1, ?2, 'Complete', 0, NULL, 0, 0, 0, 0, 'Accepted', 1, 0, 8217, ?3, ?4, ?4, ?3, ?4, ?3)",
            )?;
            let mut answers = transaction.prepare_cached("INSERT INTO task_answers VALUES (?1, ?2)")?;
            let mut history = transaction
                .prepare_cached("INSERT INTO task_history VALUES (?1, ?2, ?3, ?4, ?5, 8217, ?6)")?;
            for place in some {
                let answer = answer(*place);
                task.execute(params![place, project, owner, DRAWN_MS])?;
                answers.execute(params![place, answer])?;
                for (position, stage) in ["Label", "Review"].into_iter().enumerate() {
                    history.execute(params![place, position as i64, stage, DRAWN_MS, owner, answer])?;
                }
            }
        }
        transaction.commit()?;
    }
    connection.execute("DELETE FROM task_ranges", [])?;
    connection.execute(
        "INSERT OR REPLACE INTO task_counts VALUES (?1, 'Complete', ?2)",
        params![project, places.len() as i64],
    )?;
    Ok(())
}

/// Three polygons somewhere in a picture, different in each.
fn answer(place: i64) -> String {
    let mut text = String::from("{\"tools\":[");
    for polygon in 0..POLYGONS {
        if polygon > 0 {
            text.push(',');
        }
        // A String never refuses to be written to.
        let _ = write!(
            text,
            "{{\"schemaId\":\"{:024x}\",\"objectId\":\"{:023x}\",\"title\":\"Car\",\"classifications\":[],\
             \"metadata\":{{\"createdAt\":{DRAWN_MS},\"createdBy\":\"ada@insitu.test\"}},\"polygon\":[",
            polygon,
            place * i64::from(POLYGONS) + i64::from(polygon)
        );
        for corner in 0..CORNERS {
            if corner > 0 {
                text.push(',');
            }
            let angle = f64::from(corner) / f64::from(CORNERS) * std::f64::consts::TAU;
            let middle = ((place * 37 + i64::from(polygon) * 211) % 600) as f64;
            let (x, y) = (
                middle + 100.0 * angle.cos() + 120.0,
                middle + 90.0 * angle.sin() + 110.0,
            );
            let _ = write!(text, "[{x:.2},{y:.2}]");
        }
        text.push_str("]}");
    }
    text.push_str("],\"classifications\":[],\"relations\":[]}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_json_with_three_polygons() {
        let value: serde_json::Value = serde_json::from_str(&answer(41)).unwrap();
        assert_eq!(value["tools"].as_array().unwrap().len(), 3);
        assert_eq!(value["tools"][2]["polygon"].as_array().unwrap().len(), 12);
    }
}
