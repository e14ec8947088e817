//! Pages in the order in which tasks were completed, or of how long people worked on them: of assets whose tasks are complete,
//! and of no others.
//!
//! An index names them in either order, so that a page costs the same at any depth.

use super::{
    AssetCursor, TaskOrder, few,
    list::{Found, Total, Wanted},
    read::{COLUMNS, Stored, at_places, read},
};
use crate::{
    Page, Result, Tx,
    value::{Row, params},
};

/// Assets that are read at once.
const ASSETS_PER_READ: u64 = 128;

/// When a task was completed or how long people worked on it, and its asset's place.
type Position = (i64, i64);

/// The page, and where to go on when as many were looked at as may be for one page.
pub(super) fn page(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    order: TaskOrder,
    after: Option<&AssetCursor>,
    page: Page,
) -> Result<Found> {
    let limit = page.limit() as usize + 1;
    let named = (!wanted.filter.ids.is_empty())
        .then(|| few::places_of(tx, wanted.project, &wanted.filter.ids))
        .transpose()?;
    if let Some(places) = named {
        return of_named(tx, wanted, order, after, (places, limit));
    }
    let mut last = after.map(position_of);
    let mut rows: Vec<Stored> = Vec::new();
    let (mut looked_at, mut is_at_end) = (0, false);
    while rows.len() < limit && !is_at_end && looked_at < wanted.bounds.looked_at {
        let positions = next(tx, wanted, order, last)?;
        is_at_end = (positions.len() as u64) < ASSETS_PER_READ;
        looked_at += positions.len() as u64;
        last = positions.last().copied().or(last);
        rows.extend(assets_at(tx, wanted, &positions)?);
    }
    let resume = last.filter(|_| !is_at_end && rows.len() < limit);
    let is_whole = after.is_none() && is_at_end;
    rows.truncate(limit);
    Ok(Found {
        looked_at,
        resume: resume.map(|(by, place)| AssetCursor {
            place,
            task: Some((order, by)),
            ..AssetCursor::default()
        }),
        ..Found::of(rows, Total::seen(is_whole))
    })
}

/// The page of assets that are named, which are few.
fn of_named(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    order: TaskOrder,
    after: Option<&AssetCursor>,
    (places, limit): (Vec<i64>, usize),
) -> Result<Found> {
    let by = column(order);
    let sql = format!(
        "SELECT {by}, place FROM tasks WHERE project = ?1 AND place = ?2 AND {by} IS NOT NULL{}",
        wanted.filter.task.completed.condition("completed_at")
    );
    let mut positions: Vec<Position> = Vec::new();
    for place in places {
        positions.extend(tx.row(&sql, params![wanted.project, place], |row: &mut Row<'_>| {
            Ok((row.next()?, row.next()?))
        })?);
    }
    positions.sort_unstable();
    positions.dedup();
    if wanted.is_descending() {
        positions.reverse();
    }
    if let Some(last) = after.map(position_of) {
        let is_descending = wanted.is_descending();
        positions.retain(|position| {
            if is_descending {
                *position < last
            } else {
                *position > last
            }
        });
    }
    let mut rows = assets_at(tx, wanted, &positions)?;
    rows.truncate(limit);
    Ok(Found::of(rows, Total::seen(after.is_none())))
}

fn position_of(cursor: &AssetCursor) -> Position {
    (cursor.task.map_or(0, |(_, by)| by), cursor.place)
}

fn column(order: TaskOrder) -> &'static str {
    match order {
        TaskOrder::Completion => "completed_at",
        TaskOrder::Duration => "completed_duration",
    }
}

/// The next that the index names behind `last`.
fn next(tx: &mut Tx, wanted: &Wanted<'_>, order: TaskOrder, last: Option<Position>) -> Result<Vec<Position>> {
    let descending = wanted.is_descending();
    let edge = if descending { i64::MAX } else { i64::MIN };
    let (value, place) = last.unwrap_or((edge, edge));
    let by = column(order);
    let (behind, direction) = if descending { ("<", " DESC") } else { (">", "") };
    let sql = format!(
        "SELECT {by}, place FROM tasks WHERE project = ?1 AND {by} IS NOT NULL{}
         AND ({by}, place) {behind} (?2, ?3) ORDER BY {by}{direction}, place{direction} LIMIT ?4",
        wanted.filter.task.completed.condition("completed_at")
    );
    let params = params![wanted.project, value, place, ASSETS_PER_READ];
    tx.rows(&sql, params, |row: &mut Row<'_>| Ok((row.next()?, row.next()?)))
}

/// Those of the assets that the list lets through, in the order of `positions`.
fn assets_at(tx: &mut Tx, wanted: &Wanted<'_>, positions: &[Position]) -> Result<Vec<Stored>> {
    let places: Vec<i64> = positions.iter().map(|(_, place)| *place).collect();
    let mut found = at_places(tx, COLUMNS, &wanted.conditions, &places, |row| {
        let row = read(row)?;
        Ok((row.place, row))
    })?;
    let listed = positions.iter().filter(|(_, place)| !wanted.is_excepted(*place));
    let row = |(value, place): &Position| {
        let mut row = found.remove(place)?;
        row.task = Some(*value);
        Some(row)
    };
    Ok(listed.filter_map(row).collect())
}
