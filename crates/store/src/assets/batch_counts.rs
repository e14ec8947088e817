//! How many assets each batch has, without counting rows.

use std::collections::HashMap;

use insitu_model::id::{BatchId, OrganizationId, ProjectId};

use super::blocks::WHOLE;
use crate::{Result, Tx, projects, value::params};

/// The visible assets of each of a project's batches; a batch that has none is not there.
pub fn batch_counts(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<HashMap<BatchId, u64>> {
    let number = projects::number(tx, organization, project)?;
    let mut counts = HashMap::new();
    tx.visit(
        "SELECT k.batches, b.live FROM asset_kinds k JOIN asset_blocks b ON b.kind = k.kind
         WHERE k.project = ?1 AND b.level = ?2 AND b.block = ?1 AND b.live > 0",
        params![number, WHOLE],
        |row| {
            let batches: Vec<BatchId> = row.json()?;
            let assets: u64 = row.next()?;
            for batch in batches {
                *counts.entry(batch).or_default() += assets;
            }
            Ok(true)
        },
    )?;
    Ok(counts)
}
