//! Width and height of assets that came without: filled by whoever learns them first, and never changed afterwards.

use insitu_model::id::{AssetId, OrganizationId, ProjectId};

use super::{
    AssetFilter, extents,
    extents::Locator,
    kinds,
    probes::{self, ObjectKey},
    spans,
};
use crate::{Result, Tx, projects, storages, value::params};

/// An asset whose size is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    pub data: String,
    /// The object that it names, as others may.
    pub object: ObjectKey,
    pub(super) place: i64,
}

/// Fills what is unknown of an asset's width and height, as shown; both as they are known then. None when the asset is
/// deleted, not visible or in another project. Run it in [`crate::Db::claim`].
pub fn fill(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetId,
    (width, height): (u32, u32),
) -> Result<Option<(u32, u32)>> {
    let number = projects::number(tx, organization, project)?;
    let Some(place) = Locator::default().place_of(tx, number, id)? else {
        return Ok(None);
    };
    let filled = tx.execute(
        "UPDATE assets SET width = COALESCE(width, ?2), height = COALESCE(height, ?3)
         WHERE place = ?1 AND deleted_at IS NULL AND (width IS NULL OR height IS NULL)",
        params![place, width, height],
    )?;
    if filled > 0 {
        probes::forget_failure(tx, place)?;
    }
    tx.row(
        "SELECT width, height FROM assets WHERE place = ?1 AND deleted_at IS NULL",
        params![place],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Fills what is unknown of an asset whose file was measured; false when nothing was, or when the asset is another
/// file by now.
pub(super) fn measure(tx: &mut Tx, asset: &Unmeasured, width: u32, height: u32) -> Result<bool> {
    let filled = tx.execute(
        "UPDATE assets SET width = COALESCE(width, ?3), height = COALESCE(height, ?4)
         WHERE place = ?1 AND data = ?2 AND deleted_at IS NULL AND (width IS NULL OR height IS NULL)",
        params![asset.place, &asset.data, width, height],
    )?;
    Ok(filled > 0)
}

/// The assets of a range's storage between two places whose size is neither known nor given up, up to `limit`.
pub(super) fn unmeasured(
    tx: &mut Tx,
    range: &probes::Range,
    (first, last): (i64, i64),
    limit: u32,
) -> Result<Vec<Unmeasured>> {
    let filter = AssetFilter {
        storage: Some(range.storage),
        ..AssetFilter::default()
    };
    let kinds = kinds::matching(tx, range.project, &filter)?;
    if kinds.as_ref().is_some_and(kinds::KindSet::is_empty) {
        return Ok(Vec::new());
    }
    let hidden = extents::hidden(tx, range.project)?;
    let endpoint = match range.storage {
        Some(storage) => storages::endpoint(tx, range.organization, storage)?,
        None => None,
    };
    let mut found = Vec::new();
    tx.visit(
        &format!(
            "SELECT place, data FROM assets WHERE place BETWEEN ?1 AND ?2 AND (width IS NULL OR height IS NULL)
             AND deleted_at IS NULL{} AND NOT EXISTS (SELECT 1 FROM probe_failures f WHERE f.place = assets.place)
             ORDER BY place",
            kinds::condition(kinds.as_ref())
        ),
        params![first, last],
        |row| {
            let place = row.next()?;
            if !spans::holds(&hidden, place) {
                let data: String = row.next()?;
                let object = ObjectKey::new(range.organization, (range.storage, endpoint.as_ref()), &data);
                found.push(Unmeasured { data, object, place });
            }
            Ok(found.len() < limit as usize)
        },
    )?;
    Ok(found)
}
