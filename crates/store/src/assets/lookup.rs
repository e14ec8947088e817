//! Single assets by their ids.

use std::collections::HashMap;

use insitu_model::id::{AssetId, ID_BYTES, ImportId, OrganizationId, ProjectId, StorageId};

use super::{
    Asset, AssetState,
    extents::{Locator, Namer},
    filter::Conditions,
    kinds::Cache,
    read::{COLUMNS, Stored, at_places, finish, read},
};
use crate::{Result, Tx, limits::MAX_ASSETS_PER_CALL, projects, value::params};

/// What signing an asset's URL needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signable {
    pub id: AssetId,
    pub data: String,
    /// None for public assets.
    pub storage: Option<StorageId>,
}

/// The asset, deleted or not; none when it is not visible or in another project.
pub fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetId,
) -> Result<Option<Asset>> {
    let number = projects::number(tx, organization, project)?;
    let Some(row) = stored(tx, number, id)? else {
        return Ok(None);
    };
    Ok(finish(tx, number, vec![row])?.pop())
}

/// The asset in whichever of the organization's projects it is, deleted or not; none when it is not visible, or its
/// project is deleted.
pub fn find_anywhere(
    tx: &mut Tx,
    organization: OrganizationId,
    id: AssetId,
) -> Result<Option<(ProjectId, Asset)>> {
    let Some((_, project)) = project_of(tx, id)?.filter(|(theirs, _)| *theirs == organization) else {
        return Ok(None);
    };
    let found = find(tx, organization, project, id)?;
    Ok(found.map(|asset| (project, asset)))
}

/// The organization and the project that an asset with this id would be in, whether it is there or not.
pub fn project_of(tx: &mut Tx, id: AssetId) -> Result<Option<(OrganizationId, ProjectId)>> {
    let prefix = ImportId::from_bytes(*id.as_bytes()).asset_prefix();
    tx.row(
        "SELECT p.organization, p.id FROM imports i JOIN projects p ON p.id = i.project
         WHERE i.asset_prefix = ?1 AND p.deleted_at IS NULL",
        params![&prefix],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// What signing needs of each of `ids`, in their order; none for those that are deleted, not visible or in another
/// project. Ids beyond [`MAX_ASSETS_PER_CALL`] are not looked at.
pub fn for_signing(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    ids: &[AssetId],
) -> Result<Vec<Option<Signable>>> {
    let number = projects::number(tx, organization, project)?;
    let ids = &ids[..ids.len().min(MAX_ASSETS_PER_CALL)];
    let mut locator = Locator::default();
    let places: Vec<Option<i64>> = ids
        .iter()
        .map(|id| locator.place_of(tx, number, *id))
        .collect::<Result<_>>()?;
    let known: Vec<i64> = places.iter().flatten().copied().collect();
    let found = at_places(
        tx,
        "place, kind, data",
        &Conditions::plain(" AND deleted_at IS NULL"),
        &known,
        |row| Ok((row.next()?, (row.next::<i64>()?, row.next::<String>()?))),
    )?;
    let mut kinds = Cache::default();
    let signable = |(id, place): (&AssetId, Option<i64>)| {
        let Some((kind, data)) = place.and_then(|place| found.get(&place)) else {
            return Ok(None);
        };
        let storage = kinds.get(tx, number, *kind)?.storage;
        Ok(Some(Signable {
            id: *id,
            data: data.clone(),
            storage,
        }))
    };
    ids.iter().zip(places).map(signable).collect()
}

/// The external IDs of those of `ids` that have one and are visible, deleted or not. Ids beyond [`MAX_ASSETS_PER_CALL`]
/// are not looked at.
pub fn external_ids(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    ids: &[AssetId],
) -> Result<HashMap<AssetId, String>> {
    let number = projects::number(tx, organization, project)?;
    let mut locator = Locator::default();
    let mut places = Vec::with_capacity(ids.len().min(MAX_ASSETS_PER_CALL));
    for id in ids.iter().take(MAX_ASSETS_PER_CALL) {
        if let Some(place) = locator.place_of(tx, number, *id)? {
            places.push((*id, place));
        }
    }
    let wanted: Vec<i64> = places.iter().map(|(_, place)| *place).collect();
    let mut found = at_places(
        tx,
        "place, external_id",
        &Conditions::plain(" AND external_id <> ''"),
        &wanted,
        |row| Ok((row.next()?, row.next::<String>()?)),
    )?;
    let named = |(id, place)| found.remove(&place).map(|name| (id, name));
    Ok(places.into_iter().filter_map(named).collect())
}

/// Assets with this external ID, deleted or not, in one of the organization's projects or in all: at most
/// [`MAX_ASSETS_PER_CALL`], the oldest first.
pub fn with_external_id(
    tx: &mut Tx,
    organization: OrganizationId,
    project: Option<ProjectId>,
    external_id: &str,
) -> Result<Vec<AssetId>> {
    let places: Vec<i64> = tx.rows(
        "SELECT n.place FROM projects p JOIN asset_runs r ON r.project = p.number AND r.visible = 1
         JOIN asset_names n ON n.run = r.run AND n.external_id = ?2
         WHERE p.organization = ?1 AND p.deleted_at IS NULL AND (?4 = 1 OR p.id = ?3)
         ORDER BY n.place LIMIT ?5",
        params![
            &organization,
            external_id,
            &project.unwrap_or(ProjectId::from_bytes([0; ID_BYTES])),
            project.is_none(),
            MAX_ASSETS_PER_CALL as u64
        ],
        |row| row.next(),
    )?;
    let mut namer = Namer::default();
    places.into_iter().map(|place| namer.name(tx, place)).collect()
}

/// The rows of some assets in one state, in the order of their places.
pub(super) fn stored_of(
    tx: &mut Tx,
    project: i64,
    ids: &[AssetId],
    state: AssetState,
) -> Result<Vec<Stored>> {
    let mut locator = Locator::default();
    let places = ids
        .iter()
        .take(MAX_ASSETS_PER_CALL)
        .map(|id| locator.place_of(tx, project, *id));
    let places: Vec<i64> = places
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let found = at_places(tx, COLUMNS, &Conditions::default(), &places, |row| {
        let row = read(row)?;
        Ok((row.place, row))
    })?;
    let mut found: Vec<Stored> = found
        .into_values()
        .filter(|row| row.deleted_at.is_some() == (state == AssetState::Deleted))
        .collect();
    found.sort_unstable_by_key(|row| row.place);
    Ok(found)
}

fn stored(tx: &mut Tx, project: i64, id: AssetId) -> Result<Option<Stored>> {
    let Some(place) = Locator::default().place_of(tx, project, id)? else {
        return Ok(None);
    };
    tx.row(
        &format!("SELECT {COLUMNS} FROM assets WHERE place = ?1"),
        params![place],
        read,
    )
}
