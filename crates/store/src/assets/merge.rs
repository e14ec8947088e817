//! Merges a project's runs of names, a bounded part at a time.
//!
//! More than a few runs make lookups slow, so all but the largest are merged into it: in order, so that the largest
//! is written from its beginning to its end and not all over. Each step moves names in one transaction: a reader
//! finds each name exactly once at any time.

use super::{names::largest_run, place::lock};
use crate::{
    Result, Tx,
    tx::Column,
    value::{Value, params},
};

/// Runs that a project keeps: sorted imports make one each, and so many are looked into quickly.
const RUNS_KEPT: u32 = 8;

/// Names that one step reads at most, and the least that it reads of each run.
const NAMES_PER_STEP: usize = 8_192;
const NAMES_PER_RUN: usize = 8;

/// Runs that one step merges: their heads must fit into a step.
const RUNS_PER_STEP: usize = NAMES_PER_STEP / NAMES_PER_RUN;

const COLUMNS: &[Column] = &[
    Column::int("run"),
    Column::text("external_id"),
    Column::int("place"),
];

/// One step for one project; false when no project has too many runs.
pub(crate) fn merge_step(tx: &mut Tx) -> Result<bool> {
    let project: Option<i64> = tx.cell(
        "SELECT project FROM asset_runs WHERE visible = 1 GROUP BY project HAVING COUNT(*) > ?1 LIMIT 1",
        params![RUNS_KEPT],
    )?;
    let Some(project) = project else { return Ok(false) };
    lock(tx, project)?;
    let Some(target) = largest_run(tx, project)? else {
        return Ok(true);
    };
    let sources: Vec<i64> = tx.rows(
        "SELECT run FROM asset_runs WHERE project = ?1 AND visible = 1 AND run <> ?2 ORDER BY names, run LIMIT ?3",
        params![project, target, RUNS_PER_STEP as u64],
        |row| row.next(),
    )?;
    let heads = read_heads(tx, &sources)?;
    move_names(tx, target, heads)?;
    Ok(true)
}

type Name = (String, i64);

/// The first names of a run.
struct Head {
    run: i64,
    names: Vec<Name>,
    /// Whether the run has no others.
    is_all: bool,
}

fn read_heads(tx: &mut Tx, sources: &[i64]) -> Result<Vec<Head>> {
    let limit = NAMES_PER_STEP / sources.len().max(1);
    let read = |run: &i64| {
        let names: Vec<Name> = tx.rows(
            "SELECT external_id, place FROM asset_names WHERE run = ?1 ORDER BY external_id, place LIMIT ?2",
            params![*run, limit as u64],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        Ok(Head {
            run: *run,
            is_all: names.len() < limit,
            names,
        })
    };
    sources.iter().map(read).collect()
}

/// Moves the names up to the least of the heads' ends: behind it, runs may have names that were not read.
fn move_names(tx: &mut Tx, target: i64, mut heads: Vec<Head>) -> Result<()> {
    let end: Option<Name> = heads
        .iter()
        .filter(|head| !head.is_all)
        .filter_map(|head| head.names.last())
        .min()
        .cloned();
    let mut moved: Vec<Name> = Vec::new();
    for head in &mut heads {
        let upto = end.as_ref().map_or(head.names.len(), |end| {
            head.names.partition_point(|name| name <= end)
        });
        let rest = head.names.split_off(upto);
        remove(tx, head, rest.is_empty() && head.is_all)?;
        moved.append(&mut head.names);
    }
    moved.sort_unstable();
    tx.bulk("asset_names", COLUMNS, moved.len(), |i, out| {
        out.extend([
            Value::Int(target),
            Value::Text(&moved[i].0),
            Value::Int(moved[i].1),
        ]);
    })?;
    tx.execute(
        "UPDATE asset_runs SET names = names + ?2 WHERE run = ?1",
        params![target, moved.len() as u64],
    )?;
    Ok(())
}

fn remove(tx: &mut Tx, head: &Head, whole_run: bool) -> Result<()> {
    if whole_run {
        tx.execute("DELETE FROM asset_names WHERE run = ?1", params![head.run])?;
        tx.execute("DELETE FROM asset_runs WHERE run = ?1", params![head.run])?;
    } else if let Some((external_id, place)) = head.names.last() {
        tx.execute(
            "DELETE FROM asset_names WHERE run = ?1 AND (external_id, place) <= (?2, ?3)",
            params![head.run, external_id, *place],
        )?;
        tx.execute(
            "UPDATE asset_runs SET names = names - ?2 WHERE run = ?1",
            params![head.run, head.names.len() as u64],
        )?;
    }
    Ok(())
}
