//! One asset of a storage, whichever: for trying whether the storage works.

use insitu_model::id::{OrganizationId, ProjectId, StorageId};

use super::{AssetFilter, AssetSort, PageStart, list};
use crate::{Result, Tx, value::params};

/// Projects that are looked into; all but the first few are behind projects whose assets were deleted.
const PROJECTS_MAX: u32 = 20;

/// The data of an asset that is reached through a storage: the newest of one of the projects that have any.
pub fn sample(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<Option<String>> {
    let projects: Vec<ProjectId> = tx.rows(
        "SELECT DISTINCT p.id FROM asset_kinds k JOIN projects p ON p.number = k.project
         WHERE k.storage = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY p.id DESC LIMIT ?3",
        params![&organization, &storage, PROJECTS_MAX],
        |row| row.next(),
    )?;
    let filter = AssetFilter {
        storage: Some(Some(storage)),
        ..AssetFilter::default()
    };
    for project in projects {
        let first = PageStart::Page(1);
        let page = list(
            tx,
            organization,
            project,
            &filter,
            AssetSort::NewestFirst,
            &first,
            1,
        )?;
        if let Some(asset) = page.assets.into_iter().next() {
            return Ok(Some(asset.data));
        }
    }
    Ok(None)
}
