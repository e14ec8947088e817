//! Single assets by their ids.

use insitu_model::id::{AssetId, OrganizationId, ProjectId, StorageId};

use super::{
    Asset, AssetState,
    extents::Locator,
    kinds::Cache,
    read::{COLUMNS, Stored, finish, read},
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
    let Some(row) = stored(tx, &mut Locator::default(), number, id)? else {
        return Ok(None);
    };
    Ok(finish(tx, number, vec![row])?.pop())
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
    let mut kinds = Cache::default();
    let mut locator = Locator::default();
    ids.iter()
        .take(MAX_ASSETS_PER_CALL)
        .map(|id| {
            let Some(place) = locator.place_of(tx, number, *id)? else {
                return Ok(None);
            };
            let found = tx.row(
                "SELECT kind, data FROM assets WHERE place = ?1 AND deleted_at IS NULL",
                params![place],
                |row| Ok((row.next::<i64>()?, row.next::<String>()?)),
            )?;
            let Some((kind, data)) = found else {
                return Ok(None);
            };
            let storage = kinds.get(tx, number, kind)?.storage;
            Ok(Some(Signable {
                id: *id,
                data,
                storage,
            }))
        })
        .collect()
}

/// The rows of some assets in one state, in the order of their places.
pub(super) fn stored_of(
    tx: &mut Tx,
    project: i64,
    ids: &[AssetId],
    state: AssetState,
) -> Result<Vec<Stored>> {
    let mut found = Vec::new();
    let mut locator = Locator::default();
    for id in ids.iter().take(MAX_ASSETS_PER_CALL) {
        found.extend(
            stored(tx, &mut locator, project, *id)?
                .filter(|row| row.deleted_at.is_some() == (state == AssetState::Deleted)),
        );
    }
    found.sort_by_key(|row| row.place);
    found.dedup_by_key(|row| row.place);
    Ok(found)
}

fn stored(tx: &mut Tx, locator: &mut Locator, project: i64, id: AssetId) -> Result<Option<Stored>> {
    let Some(place) = locator.place_of(tx, project, id)? else {
        return Ok(None);
    };
    tx.row(
        &format!("SELECT {COLUMNS} FROM assets WHERE place = ?1"),
        params![place],
        read,
    )
}
