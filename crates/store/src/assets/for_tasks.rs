//! What tasks ask of assets: their places, and the assets at places.

use std::collections::HashMap;

use insitu_model::id::{AssetId, BatchId, ImportId, OrganizationId, ProjectId, UserId};

use super::{
    Asset, AssetState,
    blocks::Counted,
    extents::{self, Locator},
    filter::Conditions,
    place::of_project,
    read::{COLUMNS, at_places, finish, read},
};
use crate::{Result, Tx, value::params};

/// The first and the last place that a project can have.
pub(crate) fn span(project: i64) -> (i64, i64) {
    of_project(project)
}

/// The place of a visible asset, deleted or not.
pub(crate) fn place_of(tx: &mut Tx, project: i64, id: AssetId) -> Result<Option<i64>> {
    Locator::default().place_of(tx, project, id)
}

/// The places of visible assets, deleted or not, in the order of their ids.
pub(crate) fn places_of<'a>(
    tx: &mut Tx,
    project: i64,
    ids: impl IntoIterator<Item = &'a AssetId>,
) -> Result<Vec<Option<i64>>> {
    let mut locator = Locator::default();
    ids.into_iter()
        .map(|id| locator.place_of(tx, project, *id))
        .collect()
}

/// The project of a visible asset, deleted or not, whichever organization's it is.
pub(crate) fn project_and_place(
    tx: &mut Tx,
    id: AssetId,
) -> Result<Option<(OrganizationId, ProjectId, i64)>> {
    let prefix = ImportId::from_bytes(*id.as_bytes()).asset_prefix();
    let found = tx.row(
        "SELECT i.organization, i.project, p.number FROM imports i JOIN projects p ON p.id = i.project
         WHERE i.asset_prefix = ?1 AND p.deleted_at IS NULL",
        params![&prefix],
        |row| Ok((row.next()?, row.next()?, row.next::<i64>()?)),
    )?;
    let Some((organization, project, number)) = found else {
        return Ok(None);
    };
    let place = place_of(tx, number, id)?;
    Ok(place.map(|place| (organization, project, place)))
}

/// The assets at `places`, in their order; those that are not there are left out.
pub(crate) fn at(tx: &mut Tx, project: i64, places: &[i64]) -> Result<Vec<(i64, Asset)>> {
    let mut found = at_places(tx, COLUMNS, &Conditions::default(), places, |row| {
        let row = read(row)?;
        Ok((row.place, row))
    })?;
    let known: Vec<i64> = places
        .iter()
        .copied()
        .filter(|place| found.contains_key(place))
        .collect();
    let rows = known.iter().filter_map(|place| found.remove(place)).collect();
    Ok(known.into_iter().zip(finish(tx, project, rows)?).collect())
}

/// How many of a project's assets are there.
pub(crate) fn live(tx: &mut Tx, project: i64) -> Result<u64> {
    Counted {
        project,
        kinds: None,
        state: AssetState::Active,
        descending: false,
    }
    .total(tx)
}

/// The places of imports that are not complete, as first and last.
pub(crate) fn hidden(tx: &mut Tx, project: i64) -> Result<Vec<(i64, i64)>> {
    let spans = extents::hidden(tx, project)?;
    Ok(spans.into_iter().map(|span| (span.first, span.last)).collect())
}

/// The kinds whose assets are in at least one of `batches`.
pub(crate) fn kinds_of_batches(tx: &mut Tx, project: i64, batches: &[BatchId]) -> Result<Vec<i64>> {
    let kinds = tx.rows(
        "SELECT kind, batches FROM asset_kinds WHERE project = ?1 ORDER BY kind",
        params![project],
        |row| Ok((row.next::<i64>()?, row.json::<Vec<BatchId>>()?)),
    )?;
    let fits = |found: &[BatchId]| found.iter().any(|batch| batches.contains(batch));
    Ok(kinds
        .into_iter()
        .filter(|(_, found)| fits(found))
        .map(|(kind, _)| kind)
        .collect())
}

/// Who imported some assets.
pub(crate) fn creators<'a>(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = &'a AssetId>,
) -> Result<HashMap<[u8; 8], UserId>> {
    let mut found = HashMap::new();
    for id in ids {
        let prefix = ImportId::from_bytes(*id.as_bytes()).asset_prefix();
        if let std::collections::hash_map::Entry::Vacant(free) = found.entry(prefix)
            && let Some(user) = tx.cell(
                "SELECT created_by FROM imports WHERE asset_prefix = ?1",
                params![&prefix],
            )?
        {
            free.insert(user);
        }
    }
    Ok(found)
}
