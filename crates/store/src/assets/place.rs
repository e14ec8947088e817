//! Places: an asset's key in the database, the project's number above a counter.

use crate::{Error, Result, Tx, value::params};

/// Bits of the counter: a project can hold 2⁴⁰ assets over its life.
pub(super) const COUNTER_BITS: u32 = 40;

/// Project numbers must leave the sign bit alone.
const MAX_PROJECT: i64 = (1 << (63 - COUNTER_BITS)) - 1;

/// The first and last place of a project.
pub(super) fn of_project(project: i64) -> (i64, i64) {
    (
        project << COUNTER_BITS,
        (project << COUNTER_BITS) | ((1 << COUNTER_BITS) - 1),
    )
}

/// The project that a place is in.
pub(super) fn project_of(place: i64) -> i64 {
    place >> COUNTER_BITS
}

/// Takes the next `count` places of a project; the first of them. On PostgreSQL, whoever has taken places (or
/// called [`lock`]) keeps other writers of the same project's assets waiting until the transaction ends.
pub(super) fn take(tx: &mut Tx, project: i64, count: u64) -> Result<i64> {
    let (first, last) = of_project(project);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let next: i64 = tx
        .cell(
            "INSERT INTO asset_places (project, next_place) VALUES (?1, ?2)
             ON CONFLICT (project) DO UPDATE SET next_place = asset_places.next_place + ?3 RETURNING next_place",
            params![project, first.saturating_add(count), count],
        )?
        .unwrap_or(i64::MAX);
    if project > MAX_PROJECT || next > last {
        return Err(Error::Refused {
            what: "the asset",
            problem: "the project has had 2^40 assets",
        });
    }
    Ok(next - count)
}

/// The place that the project's next asset will have. Holds the project's lock, as [`take`] does.
pub(crate) fn next_place(tx: &mut Tx, project: i64) -> Result<i64> {
    take(tx, project, 0)
}

/// Keeps other writers of the project's assets out until the transaction ends.
pub(crate) fn lock(tx: &mut Tx, project: i64) -> Result<()> {
    take(tx, project, 0).map(|_| ())
}
