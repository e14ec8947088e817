//! Which projects have assets that a storage opens, and how many: counted from the blocks, not from the rows.

use insitu_model::id::{OrganizationId, ProjectId, StorageId};

use crate::{Page, Result, Tx, page::Listed, storages, value::params};

/// A project, and how many of its assets a storage opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectUse {
    pub project: ProjectId,
    pub name: String,
    pub asset_count: u64,
}

const USES: &str = "FROM projects p
    JOIN (SELECT k.project AS number, SUM(b.live) AS live FROM asset_kinds k
          JOIN asset_blocks b ON b.level = 40 AND b.block = k.project AND b.kind = k.kind
          WHERE k.storage = ?2 GROUP BY k.project) u ON u.number = p.number
    WHERE p.organization = ?1 AND p.deleted_at IS NULL AND u.live > 0";

/// The projects that use a storage, those with most assets first.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    page: Page,
) -> Result<Listed<ProjectUse>> {
    storages::get(tx, organization, storage)?;
    let total = tx
        .cell(
            &format!("SELECT COUNT(*) {USES}"),
            params![&organization, &storage],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT p.id, p.name, CAST(u.live AS BIGINT) {USES} ORDER BY u.live DESC, p.id LIMIT ?3 OFFSET ?4"
        ),
        params![&organization, &storage, page.limit(), page.offset()],
        |row| {
            Ok(ProjectUse {
                project: row.next()?,
                name: row.next()?,
                asset_count: row.next()?,
            })
        },
    )?;
    Ok(Listed { rows, total })
}
