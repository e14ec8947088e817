//! Pages in the order of external IDs.
//!
//! The index leads the way. With a cursor a page costs the same at any depth; by its number it costs one step per
//! row before it, since nobody counts rows by external ID.

use super::{
    AssetCursor, AssetState,
    list::{Found, Wanted},
    read::{COLUMNS, Stored, read},
    spans::holds,
};
use crate::{Page, Result, Tx, value::params};

/// Rows looked at in one statement.
const ROWS_PER_STEP: u64 = 2_000;

pub(super) fn page(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    after: Option<&AssetCursor>,
    page: Page,
) -> Result<Found> {
    let total = wanted.counted().total(tx)?;
    let limit = page.limit() as usize + 1;
    let mut found: Vec<Stored> = Vec::new();
    let mut skip = if after.is_some() { 0 } else { page.offset() };
    if skip >= total && after.is_none() || total == 0 {
        return Ok(Found { rows: found, total });
    }
    let mut position = after.map(|cursor| (cursor.external_id.clone().unwrap_or_default(), cursor.place));
    if position.is_none() && skip > 0 && every_row_counts(tx, wanted)? {
        position = row_before(tx, wanted, std::mem::take(&mut skip))?;
    }
    while found.len() < limit {
        let step = (skip + (limit - found.len()) as u64).min(ROWS_PER_STEP);
        let mut seen = 0;
        let mut last = None;
        next_rows(tx, wanted, position.as_ref(), step, |row| {
            seen += 1;
            last = Some((row.external_id.clone(), row.place));
            if !holds(&wanted.hidden, row.place) {
                if skip > 0 {
                    skip -= 1;
                } else if found.len() < limit {
                    found.push(row);
                }
            }
        })?;
        match last {
            Some(last) if seen >= step => position = Some(last),
            _ => break,
        }
    }
    Ok(Found { rows: found, total })
}

/// Whether each entry of the index is a row of the list, so that entries can be passed over unseen.
fn every_row_counts(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<bool> {
    if wanted.kinds.is_some() || !wanted.hidden.is_empty() || wanted.filter.state != AssetState::Active {
        return Ok(false);
    }
    let mut deleted = wanted.counted();
    deleted.state = AssetState::Deleted;
    Ok(deleted.total(tx)? == 0)
}

/// The row right before row `offset` of the index.
fn row_before(tx: &mut Tx, wanted: &Wanted<'_>, offset: u64) -> Result<Option<(String, i64)>> {
    let direction = if wanted.is_descending() { " DESC" } else { "" };
    tx.row(
        &format!(
            "SELECT external_id, place FROM assets WHERE project = ?1
             ORDER BY external_id{direction}, place{direction} LIMIT 1 OFFSET ?2"
        ),
        params![wanted.project, offset - 1],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Up to `limit` rows behind a position, hidden ones included: first those of the same external ID, then the others.
fn next_rows(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    position: Option<&(String, i64)>,
    limit: u64,
    mut take: impl FnMut(Stored),
) -> Result<()> {
    let (beyond, direction) = if wanted.is_descending() {
        ("<", " DESC")
    } else {
        (">", "")
    };
    let condition = wanted.condition();
    let mut seen = 0;
    let mut visit = |tx: &mut Tx, sql: &str, params: &[crate::value::Value<'_>]| {
        tx.visit(sql, params, |row| {
            seen += 1;
            take(read(row)?);
            Ok(seen < limit)
        })
    };
    let Some((external_id, place)) = position else {
        let sql = format!(
            "SELECT {COLUMNS} FROM assets WHERE project = ?1{condition}
             ORDER BY external_id{direction}, place{direction} LIMIT ?2"
        );
        return visit(tx, &sql, params![wanted.project, limit]);
    };
    let same = format!(
        "SELECT {COLUMNS} FROM assets WHERE project = ?1 AND external_id = ?2 AND place {beyond} ?3{condition}
         ORDER BY place{direction} LIMIT ?4"
    );
    visit(tx, &same, params![wanted.project, external_id, *place, limit])?;
    let others = format!(
        "SELECT {COLUMNS} FROM assets WHERE project = ?1 AND external_id {beyond} ?2{condition}
         ORDER BY external_id{direction}, place{direction} LIMIT ?3"
    );
    if seen < limit {
        tx.visit(
            &others,
            params![wanted.project, external_id, limit - seen],
            |row| {
                seen += 1;
                take(read(row)?);
                Ok(seen < limit)
            },
        )?;
    }
    Ok(())
}
