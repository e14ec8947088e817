//! Lists of which an index names so few assets that they are put in order in memory, at any page and in any order.

use insitu_model::id::AssetId;

use super::{by_task::Index, extents::Locator, filter::end_of_prefix, list::Wanted};
use crate::{Result, Tx, limits::MAX_ASSETS_PER_CALL, value::params};

/// Places among which is every asset of the list; none where that are not few.
pub(super) fn places(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Option<Vec<i64>>> {
    let filter = wanted.filter;
    if !filter.ids.is_empty() {
        return places_of(tx, wanted.project, &filter.ids).map(Some);
    }
    if let Some(external_id) = &filter.external_id {
        return named(tx, wanted.project, external_id).map(Some);
    }
    let most = wanted.bounds.few;
    if let Some(prefix) = &filter.external_id_prefix {
        let places = named_from(tx, wanted.project, prefix, most + 1)?;
        if places.len() <= most as usize {
            return Ok(Some(places));
        }
    }
    for index in Index::all_of(filter) {
        let places = index.some(tx, wanted.project, most + 1)?;
        if places.len() <= most as usize {
            return Ok(Some(places));
        }
    }
    Ok(None)
}

/// The places of visible assets, deleted or not; at most [`MAX_ASSETS_PER_CALL`] ids are looked at.
pub(super) fn places_of(tx: &mut Tx, project: i64, ids: &[AssetId]) -> Result<Vec<i64>> {
    let mut locator = Locator::default();
    let places = ids
        .iter()
        .take(MAX_ASSETS_PER_CALL)
        .map(|id| locator.place_of(tx, project, *id));
    Ok(places
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn named(tx: &mut Tx, project: i64, external_id: &str) -> Result<Vec<i64>> {
    tx.rows(
        "SELECT n.place FROM asset_runs r JOIN asset_names n ON n.run = r.run
         WHERE r.project = ?1 AND r.visible = 1 AND n.external_id = ?2",
        params![project, external_id],
        |row| row.next(),
    )
}

/// Some whose external ID begins with `prefix`.
fn named_from(tx: &mut Tx, project: i64, prefix: &str, most: u32) -> Result<Vec<i64>> {
    let end = end_of_prefix(prefix);
    let before = if end.is_some() {
        " AND n.external_id < ?4"
    } else {
        ""
    };
    let sql = format!(
        "SELECT n.place FROM asset_runs r JOIN asset_names n ON n.run = r.run
         WHERE r.project = ?1 AND r.visible = 1 AND n.external_id >= ?2{before} LIMIT ?3"
    );
    let mut params = params![project, prefix, most].to_vec();
    params.extend(end.as_ref().map(crate::value::Value::from));
    tx.rows(&sql, &params, |row| row.next())
}
