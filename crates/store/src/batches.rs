//! Batches: named sets of a project's assets.

use insitu_model::id::{BatchId, ImportId, OrganizationId, ProjectId};

use crate::{
    Error, Result, Tx, projects,
    value::{Row, params},
};

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: BatchId,
    pub name: String,
    pub created_at: i64,
}

/// Batches of one project.
pub const MAX_BATCHES_PER_PROJECT: u64 = 10_000;

/// Adds a batch; [`Error::AlreadyExists`] when the project has one of this name.
pub fn insert(tx: &mut Tx, organization: OrganizationId, project: ProjectId, batch: &Batch) -> Result<()> {
    projects::number(tx, organization, project)?;
    let batches: u64 = tx
        .cell(
            "SELECT COUNT(*) FROM batches WHERE project = ?1",
            params![&project],
        )?
        .unwrap_or(0);
    if batches >= MAX_BATCHES_PER_PROJECT {
        return Err(Error::conflict("project", project, "has 10,000 batches already"));
    }
    let added = tx.execute(
        "INSERT INTO batches (id, project, name, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (project, name) DO NOTHING",
        params![&batch.id, &project, &batch.name, batch.created_at],
    )?;
    if added == 0 {
        Err(Error::already_exists("a batch", &batch.name))
    } else {
        Ok(())
    }
}

/// Copies the batches of one project into another that has none; `ids` gives each its own.
pub fn copy(
    tx: &mut Tx,
    organization: OrganizationId,
    (from, to): (ProjectId, ProjectId),
    mut ids: impl FnMut() -> BatchId,
    now: i64,
) -> Result<()> {
    projects::number(tx, organization, to)?;
    for batch in list(tx, organization, from)? {
        tx.execute(
            "INSERT INTO batches (id, project, name, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![&ids(), &to, &batch.name, now],
        )?;
    }
    Ok(())
}

/// The batch with this name, which is `batch` if there was none.
pub fn find_or_insert(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    batch: &Batch,
) -> Result<Batch> {
    if let Some(found) = find_by_name(tx, organization, project, &batch.name)? {
        return Ok(found);
    }
    insert(tx, organization, project, batch)?;
    Ok(batch.clone())
}

/// The same for an import: one that it makes is its own until [`take_made_by`].
pub fn find_or_insert_for(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    import: ImportId,
    batch: &Batch,
) -> Result<Batch> {
    let kept = find_or_insert(tx, organization, project, batch)?;
    if kept.id == batch.id {
        tx.execute(
            "UPDATE batches SET import = ?2 WHERE id = ?1",
            params![&kept.id, &import],
        )?;
    }
    Ok(kept)
}

/// The batches that an import made, by name, as far as nobody has taken them before.
pub fn take_made_by(tx: &mut Tx, import: ImportId) -> Result<Vec<Batch>> {
    let made = tx.rows(
        "SELECT id, name, created_at FROM batches WHERE import = ?1 ORDER BY name",
        params![&import],
        read,
    )?;
    if !made.is_empty() {
        tx.execute(
            "UPDATE batches SET import = NULL WHERE import = ?1",
            params![&import],
        )?;
    }
    Ok(made)
}

/// The batch with this name.
pub fn find_by_name(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    name: &str,
) -> Result<Option<Batch>> {
    projects::number(tx, organization, project)?;
    tx.row(
        "SELECT id, name, created_at FROM batches WHERE project = ?1 AND name = ?2",
        params![&project, name],
        read,
    )
}

/// What a batch is called.
pub fn name(tx: &mut Tx, organization: OrganizationId, project: ProjectId, id: BatchId) -> Result<String> {
    projects::number(tx, organization, project)?;
    tx.cell(
        "SELECT name FROM batches WHERE project = ?1 AND id = ?2",
        params![&project, &id],
    )?
    .ok_or_else(|| Error::not_found("batch", id))
}

/// Gives a batch another name.
pub fn rename(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: BatchId,
    name: &str,
) -> Result<()> {
    if find_by_name(tx, organization, project, name)?.is_some_and(|other| other.id != id) {
        return Err(Error::already_exists("a batch", name));
    }
    let changed = tx.execute(
        "UPDATE batches SET name = ?3 WHERE project = ?1 AND id = ?2",
        params![&project, &id, name],
    )?;
    if changed == 0 {
        Err(Error::not_found("batch", id))
    } else {
        Ok(())
    }
}

/// Deletes a batch; the assets that are in it stay.
pub fn delete(tx: &mut Tx, organization: OrganizationId, project: ProjectId, id: BatchId) -> Result<()> {
    projects::number(tx, organization, project)?;
    let deleted = tx.execute(
        "DELETE FROM batches WHERE project = ?1 AND id = ?2",
        params![&project, &id],
    )?;
    if deleted == 0 {
        Err(Error::not_found("batch", id))
    } else {
        Ok(())
    }
}

/// All batches of a project, oldest first; at most [`MAX_BATCHES_PER_PROJECT`].
pub fn list(tx: &mut Tx, organization: OrganizationId, project: ProjectId) -> Result<Vec<Batch>> {
    projects::number(tx, organization, project)?;
    tx.rows(
        "SELECT id, name, created_at FROM batches WHERE project = ?1 ORDER BY created_at, id",
        params![&project],
        read,
    )
}

fn read(row: &mut Row<'_>) -> Result<Batch> {
    Ok(Batch {
        id: row.next()?,
        name: row.next()?,
        created_at: row.next()?,
    })
}
