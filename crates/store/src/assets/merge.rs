//! Merges a project's runs of names, a bounded part at a time.
//!
//! More than a few runs make lookups slow, so all but the largest are merged into it: in order, so that the largest
//! is written from its beginning to its end and not all over. Each step moves names in one transaction: a reader
//! finds each name exactly once at any time.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use super::{names::largest_run, place::lock};
use crate::{
    Result, Tx,
    tx::Column,
    value::{Row, Value, params},
};

/// Runs that a project keeps: sorted imports make one each, and so many are looked into quickly.
const RUNS_KEPT: u32 = 8;

/// Names that one step moves.
const NAMES_PER_STEP: usize = 8_192;

/// Names that a step reads of all runs together before it knows which of them it needs, and the least of each run.
const NAMES_AHEAD: usize = 1_024;
const NAMES_AHEAD_MIN: usize = 4;

/// Names that are read of a run whose turn it is.
const NAMES_PER_READ: usize = 256;

/// Runs that one step merges.
const RUNS_PER_STEP: usize = 1_024;

const COLUMNS: &[Column] = &[
    Column::int("run"),
    Column::text("external_id"),
    Column::int("place"),
];

/// One step for one project; false when no project has too many runs.
pub(crate) fn merge_step(tx: &mut Tx) -> Result<bool> {
    let Some(project) = project_to_merge(tx)? else {
        return Ok(false);
    };
    lock(tx, project)?;
    let Some(target) = largest_run(tx, project)? else {
        return Ok(true);
    };
    let sources: Vec<i64> = tx.rows(
        "SELECT run FROM asset_runs WHERE project = ?1 AND visible = 1 AND run <> ?2 ORDER BY names, run LIMIT ?3",
        params![project, target, RUNS_PER_STEP as u64],
        |row| row.next(),
    )?;
    let mut heads = Heads::open(tx, &sources)?;
    let mut moved = Vec::with_capacity(NAMES_PER_STEP);
    while moved.len() < NAMES_PER_STEP
        && let Some(name) = heads.next(tx)?
    {
        moved.push(name);
    }
    for head in &heads.heads {
        head.remove_moved(tx)?;
    }
    insert(tx, target, &moved)?;
    Ok(true)
}

/// Whether a project has too many runs.
pub(crate) fn has_to_merge(tx: &mut Tx) -> Result<bool> {
    Ok(project_to_merge(tx)?.is_some())
}

fn project_to_merge(tx: &mut Tx) -> Result<Option<i64>> {
    tx.cell(
        "SELECT project FROM asset_runs WHERE visible = 1 GROUP BY project HAVING COUNT(*) > ?1 LIMIT 1",
        params![RUNS_KEPT],
    )
}

type Name = (String, i64);

/// The runs that are merged.
struct Heads {
    heads: Vec<Head>,
    /// The next name of each run that has one, with the run's place among the heads; the least comes first.
    next: BinaryHeap<Reverse<(Name, usize)>>,
}

/// One of them, and what was read of it.
struct Head {
    run: i64,
    /// Names that were read and not moved, behind the one in the heap.
    ahead: VecDeque<Name>,
    /// The last name that was read.
    position: Option<Name>,
    is_at_end: bool,
    moved: u64,
    last_moved: Option<Name>,
    /// Every name of it was moved.
    is_used_up: bool,
}

impl Heads {
    fn open(tx: &mut Tx, runs: &[i64]) -> Result<Self> {
        let ahead = (NAMES_AHEAD / runs.len().max(1)).max(NAMES_AHEAD_MIN);
        let mut opened = Self {
            heads: Vec::with_capacity(runs.len()),
            next: BinaryHeap::with_capacity(runs.len()),
        };
        for (at, run) in runs.iter().enumerate() {
            let mut head = Head {
                run: *run,
                ahead: VecDeque::new(),
                position: None,
                is_at_end: false,
                moved: 0,
                last_moved: None,
                is_used_up: false,
            };
            let first = head.next(tx, ahead)?;
            opened.next.extend(first.map(|name| Reverse((name, at))));
            opened.heads.push(head);
        }
        Ok(opened)
    }

    /// Takes the least name of all.
    fn next(&mut self, tx: &mut Tx) -> Result<Option<Name>> {
        let Some(Reverse((name, at))) = self.next.pop() else {
            return Ok(None);
        };
        let head = &mut self.heads[at];
        head.moved += 1;
        head.last_moved = Some(name.clone());
        let next = head.next(tx, NAMES_PER_READ)?;
        self.next.extend(next.map(|name| Reverse((name, at))));
        Ok(Some(name))
    }
}

impl Head {
    /// The next name; `count` are read where none is at hand.
    fn next(&mut self, tx: &mut Tx, count: usize) -> Result<Option<Name>> {
        if self.ahead.is_empty() && !self.is_at_end {
            let read = |row: &mut Row<'_>| Ok((row.next::<String>()?, row.next::<i64>()?));
            let names: Vec<Name> = match &self.position {
                None => tx.rows(
                    "SELECT external_id, place FROM asset_names WHERE run = ?1 ORDER BY external_id, place LIMIT ?2",
                    params![self.run, count as u64],
                    read,
                )?,
                Some((external_id, place)) => tx.rows(
                    "SELECT external_id, place FROM asset_names WHERE run = ?1 AND (external_id, place) > (?2, ?3)
                     ORDER BY external_id, place LIMIT ?4",
                    params![self.run, external_id, *place, count as u64],
                    read,
                )?,
            };
            self.is_at_end = names.len() < count;
            self.position = names.last().cloned().or_else(|| self.position.take());
            self.ahead = names.into();
        }
        let next = self.ahead.pop_front();
        self.is_used_up = next.is_none();
        Ok(next)
    }

    /// Removes from the run what was moved.
    fn remove_moved(&self, tx: &mut Tx) -> Result<()> {
        if self.is_used_up {
            tx.execute("DELETE FROM asset_names WHERE run = ?1", params![self.run])?;
            tx.execute("DELETE FROM asset_runs WHERE run = ?1", params![self.run])?;
        } else if let Some((external_id, place)) = &self.last_moved {
            tx.execute(
                "DELETE FROM asset_names WHERE run = ?1 AND (external_id, place) <= (?2, ?3)",
                params![self.run, external_id, *place],
            )?;
            tx.execute(
                "UPDATE asset_runs SET names = names - ?2 WHERE run = ?1",
                params![self.run, self.moved],
            )?;
        }
        Ok(())
    }
}

fn insert(tx: &mut Tx, target: i64, names: &[Name]) -> Result<()> {
    tx.bulk("asset_names", COLUMNS, names.len(), |i, out| {
        let (external_id, place) = &names[i];
        out.extend([Value::Int(target), Value::Text(external_id), Value::Int(*place)]);
    })?;
    tx.execute(
        "UPDATE asset_runs SET names = names + ?2 WHERE run = ?1",
        params![target, names.len() as u64],
    )?;
    Ok(())
}
