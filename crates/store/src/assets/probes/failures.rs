//! Assets whose size could not be read: which, why, and trying them again.

use insitu_model::id::{AssetId, OrganizationId, ProjectId, StorageId};

use super::{count, key};
use crate::{
    Result, Tx,
    assets::{AssetCursor, extents::Namer, place::of_project},
    limits::MAX_PAGE_ROWS,
    projects,
    value::params,
};

/// An asset that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAsset {
    pub id: AssetId,
    pub external_id: Option<String>,
    pub data: String,
    pub code: String,
    pub message: String,
    pub failed_at: i64,
}

/// Some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPage {
    pub assets: Vec<FailedAsset>,
    /// None at the end of the list.
    pub next: Option<AssetCursor>,
}

/// Failures that one step of [`retry`] takes back.
const FAILURES_PER_RETRY: u32 = 16_384;

/// The assets of a project that were given up, in the order of their lists, after `cursor`.
pub fn failures(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    cursor: Option<&AssetCursor>,
    limit: u32,
) -> Result<FailedPage> {
    let (first, last) = of_project(projects::number(tx, organization, project)?);
    let limit = limit.clamp(1, MAX_PAGE_ROWS);
    let first = cursor.map_or(first, |cursor| first.max(cursor.place.saturating_add(1)));
    let rows = tx.rows(
        "SELECT f.place, a.external_id, a.data, f.code, f.message, f.failed_at
         FROM probe_failures f JOIN assets a ON a.place = f.place
         WHERE f.place BETWEEN ?1 AND ?2 ORDER BY f.place LIMIT ?3",
        params![first, last, limit],
        |row| {
            let place: i64 = row.next()?;
            let external_id: String = row.next()?;
            Ok((
                place,
                FailedAsset {
                    id: AssetId::from_bytes([0; 12]),
                    external_id: Some(external_id).filter(|text| !text.is_empty()),
                    data: row.next()?,
                    code: row.next()?,
                    message: row.next()?,
                    failed_at: row.next()?,
                },
            ))
        },
    )?;
    let places: Vec<i64> = rows.iter().map(|(place, _)| *place).collect();
    let is_full = places.len() >= limit as usize;
    let next = places
        .last()
        .filter(|_| is_full)
        .map(|place| AssetCursor::at(*place));
    let mut namer = Namer::for_page(tx, &places)?;
    let named = |(place, asset): (i64, FailedAsset)| {
        Ok(FailedAsset {
            id: namer.name(tx, place)?,
            ..asset
        })
    };
    Ok(FailedPage {
        assets: rows.into_iter().map(named).collect::<Result<_>>()?,
        next,
    })
}

/// Lets a bounded part of the assets that were given up be looked at again, and what waits be looked at now; how many
/// were taken back. Call it until it answers 0. Run it in [`crate::Db::claim`].
pub fn retry(tx: &mut Tx, organization: OrganizationId, project: ProjectId, now: i64) -> Result<u64> {
    let number = projects::number(tx, organization, project)?;
    let (first, last) = of_project(number);
    tx.execute(
        "UPDATE probe_ranges SET due_at = ?2, attempts = 0
         WHERE project = ?1 AND visible = 1 AND trouble_code IS NOT NULL AND due_at > ?2",
        params![number, now],
    )?;
    let end: Option<i64> = tx
        .cell(
            "SELECT MAX(place) FROM (SELECT place FROM probe_failures WHERE place BETWEEN ?1 AND ?2
             ORDER BY place LIMIT ?3) AS oldest",
            params![first, last, FAILURES_PER_RETRY],
        )?
        .flatten();
    let Some(end) = end else { return Ok(0) };
    let ranges: Vec<(Option<StorageId>, i64, i64, u64)> = tx.rows(
        "SELECT k.storage, MIN(f.place), MAX(f.place), COUNT(*) FROM probe_failures f
         JOIN assets a ON a.place = f.place JOIN asset_kinds k ON k.project = ?3 AND k.kind = a.kind
         WHERE f.place BETWEEN ?1 AND ?2 GROUP BY k.storage",
        params![first, end, number],
        |row| Ok((row.next()?, row.next()?, row.next()?, row.next()?)),
    )?;
    for (storage, first_place, last_place, unknown) in ranges {
        tx.execute(
            "INSERT INTO probe_ranges (import, storage, first_place, last_place, next_place, unknown, organization,
                 project, visible, attempts, due_at, lease_until)
             VALUES (?1, ?2, ?3, ?4, ?3, ?5, ?6, ?7, 1, 0, ?8, 0)
             ON CONFLICT (import, storage, first_place) DO NOTHING",
            params![
                -now,
                key(&storage),
                first_place,
                last_place,
                unknown,
                &organization,
                number,
                now
            ],
        )?;
    }
    let codes: Vec<(String, i64)> = tx.rows(
        "SELECT code, COUNT(*) FROM probe_failures WHERE place BETWEEN ?1 AND ?2 GROUP BY code",
        params![first, end],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (code, assets) in &codes {
        count(tx, number, code, -assets)?;
    }
    tx.execute(
        "DELETE FROM probe_failures WHERE place BETWEEN ?1 AND ?2",
        params![first, end],
    )
}
