//! One asset of a storage, whichever: for trying whether the storage works.

use insitu_model::id::{OrganizationId, ProjectId, StorageId};

use super::{AssetFilter, AssetSort, PageStart, list};
use crate::{Result, Tx, value::params};

/// Projects that are looked into; all but the first few are behind projects whose assets were deleted.
const PROJECTS_MAX: u32 = 20;

/// The data of an asset that is reached through a storage: the newest of one of the projects that have any.
pub fn sample(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<Option<String>> {
    for project in projects(tx, organization, storage)? {
        if let Some(data) = first(tx, organization, (project, storage), AssetSort::NewestFirst)? {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// The data of some assets that are reached through a storage: the newest and the oldest of each of the projects that
/// have any.
pub fn samples(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for project in projects(tx, organization, storage)? {
        for sort in [AssetSort::NewestFirst, AssetSort::OldestFirst] {
            found.extend(first(tx, organization, (project, storage), sort)?);
        }
    }
    Ok(found)
}

fn projects(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<Vec<ProjectId>> {
    tx.rows(
        "SELECT DISTINCT p.id FROM asset_kinds k JOIN projects p ON p.number = k.project
         WHERE k.storage = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY p.id DESC LIMIT ?3",
        params![&organization, &storage, PROJECTS_MAX],
        |row| row.next(),
    )
}

fn first(
    tx: &mut Tx,
    organization: OrganizationId,
    (project, storage): (ProjectId, StorageId),
    sort: AssetSort,
) -> Result<Option<String>> {
    let filter = AssetFilter {
        storage: Some(Some(storage)),
        ..AssetFilter::default()
    };
    let start = PageStart::Page(1);
    let page = list(tx, organization, project, &filter, sort, &start, 1)?;
    Ok(page.assets.into_iter().next().map(|asset| asset.data))
}
