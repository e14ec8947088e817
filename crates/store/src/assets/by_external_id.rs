//! Pages in the order of external IDs.
//!
//! The runs of names lead the way, read side by side. With a cursor a page costs the same at any depth; by its number
//! it costs one step per name before it, since nobody counts rows by external ID.

use std::collections::VecDeque;

use super::{
    AssetCursor, AssetState,
    filter::end_of_prefix,
    list::{Found, Total, Wanted},
    read::{COLUMNS, Stored, at_places, read},
};
use crate::{Page, Result, Tx, value::params};

/// Assets that are read at once.
const ASSETS_PER_READ: usize = 128;

type Name = (String, i64);

pub(super) fn page(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    after: Option<&AssetCursor>,
    page: Page,
) -> Result<Found> {
    let looks_at_rows = wanted.looks_at_rows();
    let total = if looks_at_rows {
        u64::MAX
    } else {
        wanted.counted().total(tx)?
    };
    let mut found = Found::of(Vec::new(), Total::exact(total));
    let mut skip = if after.is_some() { 0 } else { page.offset() };
    if total == 0 || skip >= total && after.is_none() {
        return Ok(found);
    }
    let limit = page.limit() as usize + 1;
    let start = after.map(|cursor| (cursor.external_id.clone().unwrap_or_default(), cursor.place));
    let mut names = Names::open(tx, wanted, start)?;
    if skip > 0 && every_name_counts(tx, wanted)? {
        names.skip(tx, std::mem::take(&mut skip))?;
    }
    let mut is_at_end = false;
    while found.rows.len() < limit {
        if looks_at_rows && found.looked_at >= wanted.bounds.looked_at {
            found.resume = names.last.take().map(|(external_id, place)| AssetCursor {
                place,
                external_id: Some(external_id),
                ..AssetCursor::default()
            });
            break;
        }
        let places = names.take(tx, ASSETS_PER_READ)?;
        if places.is_empty() {
            is_at_end = true;
            break;
        }
        found.looked_at += places.len() as u64;
        for row in assets_at(tx, wanted, &places)? {
            if skip > 0 {
                skip -= 1;
            } else if found.rows.len() < limit {
                found.rows.push(row);
            }
        }
    }
    if looks_at_rows {
        found.total = Total::seen(is_at_end && after.is_none());
    } else {
        found.looked_at = 0;
    }
    Ok(found)
}

/// Whether each visible name is a row of the list, so that names can be passed over without their assets.
fn every_name_counts(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<bool> {
    if wanted.kinds.is_some() || wanted.filter.state != AssetState::Active {
        return Ok(false);
    }
    let mut deleted = wanted.counted();
    deleted.state = AssetState::Deleted;
    Ok(deleted.total(tx)? == 0)
}

/// Those of the assets at `places` that the list lets through, in the order of `places`.
fn assets_at(tx: &mut Tx, wanted: &Wanted<'_>, places: &[i64]) -> Result<Vec<Stored>> {
    let mut found = at_places(tx, COLUMNS, &wanted.conditions, places, |row| {
        let row = read(row)?;
        Ok((row.place, row))
    })?;
    let listed = places.iter().filter(|place| !wanted.is_excepted(**place));
    Ok(listed.filter_map(|place| found.remove(place)).collect())
}

/// The visible names of a project in the list's order, from all of its runs.
struct Names {
    descending: bool,
    runs: Vec<Run>,
    /// Where the names end that the filter asks for.
    end: Option<String>,
    /// The last that was taken.
    last: Option<Name>,
}

struct Run {
    run: i64,
    read_ahead: VecDeque<Name>,
    /// The last name that was read.
    position: Option<Name>,
    is_at_end: bool,
}

/// Names read ahead of a single run; several runs share them.
const NAMES_AHEAD: usize = 512;
const NAMES_AHEAD_MIN: usize = 8;

impl Names {
    fn open(tx: &mut Tx, wanted: &Wanted<'_>, start: Option<Name>) -> Result<Self> {
        let descending = wanted.is_descending();
        let prefix = wanted.filter.external_id_prefix.clone();
        let behind = prefix.as_deref().and_then(end_of_prefix);
        let (begin, end) = if descending {
            (behind, prefix)
        } else {
            (prefix, behind)
        };
        // No place is negative: this is before all names that are or begin so.
        let start = start.or_else(|| begin.map(|begin| (begin, -1)));
        let runs = tx.rows(
            "SELECT run FROM asset_runs WHERE project = ?1 AND visible = 1 ORDER BY run",
            params![wanted.project],
            |row| {
                Ok(Run {
                    run: row.next()?,
                    read_ahead: VecDeque::new(),
                    position: start.clone(),
                    is_at_end: false,
                })
            },
        )?;
        Ok(Self {
            descending,
            runs,
            end,
            last: None,
        })
    }

    /// The places of the next names.
    fn take(&mut self, tx: &mut Tx, count: usize) -> Result<Vec<i64>> {
        let mut places = Vec::with_capacity(count);
        while places.len() < count {
            let Some(name) = self.next(tx)? else { break };
            if self.is_beyond(&name.0) {
                self.runs.clear();
                break;
            }
            places.push(name.1);
            self.last = Some(name);
        }
        Ok(places)
    }

    /// Whether no more names follow that the filter asks for.
    fn is_beyond(&self, name: &str) -> bool {
        self.end
            .as_deref()
            .is_some_and(|end| if self.descending { name < end } else { name >= end })
    }

    fn next(&mut self, tx: &mut Tx) -> Result<Option<Name>> {
        let ahead = (NAMES_AHEAD / self.runs.len().max(1)).max(NAMES_AHEAD_MIN);
        for run in &mut self.runs {
            if run.read_ahead.is_empty() && !run.is_at_end {
                run.fill(tx, self.descending, ahead)?;
            }
        }
        self.runs.retain(|run| !run.read_ahead.is_empty());
        let next = if self.descending {
            self.runs
                .iter_mut()
                .max_by(|a, b| a.read_ahead.front().cmp(&b.read_ahead.front()))
        } else {
            self.runs
                .iter_mut()
                .min_by(|a, b| a.read_ahead.front().cmp(&b.read_ahead.front()))
        };
        Ok(next.and_then(|run| run.read_ahead.pop_front()))
    }

    /// Passes over names.
    fn skip(&mut self, tx: &mut Tx, count: u64) -> Result<()> {
        if let [run] = &mut self.runs[..]
            && count > 0
        {
            let order = order(self.descending);
            run.position = tx.row(
                &format!(
                    "SELECT external_id, place FROM asset_names WHERE run = ?1 {order} LIMIT 1 OFFSET ?2"
                ),
                params![run.run, count - 1],
                |row| Ok((row.next()?, row.next()?)),
            )?;
            run.is_at_end = run.position.is_none();
            return Ok(());
        }
        for _ in 0..count {
            if self.next(tx)?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

impl Run {
    fn fill(&mut self, tx: &mut Tx, descending: bool, count: usize) -> Result<()> {
        let beyond = if descending { "<" } else { ">" };
        let order = order(descending);
        let read = |row: &mut crate::value::Row<'_>| Ok((row.next::<String>()?, row.next::<i64>()?));
        let names: Vec<Name> = match &self.position {
            None => tx.rows(
                &format!("SELECT external_id, place FROM asset_names WHERE run = ?1 {order} LIMIT ?2"),
                params![self.run, count as u64],
                read,
            )?,
            Some((external_id, place)) => tx.rows(
                &format!(
                    "SELECT external_id, place FROM asset_names
                     WHERE run = ?1 AND (external_id, place) {beyond} (?2, ?3) {order} LIMIT ?4"
                ),
                params![self.run, external_id, *place, count as u64],
                read,
            )?,
        };
        self.is_at_end = names.len() < count;
        self.position = names.last().cloned().or_else(|| self.position.take());
        self.read_ahead = names.into();
        Ok(())
    }
}

fn order(descending: bool) -> &'static str {
    if descending {
        "ORDER BY external_id DESC, place DESC"
    } else {
        "ORDER BY external_id, place"
    }
}
