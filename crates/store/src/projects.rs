//! Projects of an organization.

use std::collections::{BTreeSet, HashMap};

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    role::ProjectRole,
};

use crate::{
    Error, Listed, Page, Result, Tx,
    page::containing,
    tasks::Counts,
    value::{Row, params},
};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub organization: OrganizationId,
    pub name: String,
    pub description: String,
    /// JSON. Empty in lists: each may be long, and nobody lists projects for it.
    pub category_schema: String,
    /// JSON
    pub settings: String,
    pub created_by: UserId,
    pub created_at: i64,
    pub updated_at: i64,
    /// Since when it is only read. Ignored by [`insert`].
    pub archived_at: Option<i64>,
    /// Visible assets that are not deleted. Ignored by [`insert`].
    pub asset_count: u64,
    /// Its tasks by stage. Ignored by [`insert`].
    pub tasks: Counts,
}

/// A project as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectSeen {
    pub project: Project,
    /// The user's own role in it; none where only the organization role counts.
    pub role: Option<ProjectRole>,
}

/// The order of a list of projects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectSort {
    #[default]
    NewestFirst,
    OldestFirst,
    Name,
    NameDescending,
}

/// Which projects [`list`] gives: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those that the user has no role in too: an owner or admin asks.
    pub all: bool,
    /// Only archived ones, or only those that are not.
    pub archived: Option<bool>,
    /// Part of the name.
    pub search: String,
}

/// What [`update`] changes; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub category_schema: Option<String>,
    pub settings: Option<String>,
}

const COLUMNS: &str =
    "p.id, p.organization, p.name, p.description, p.category_schema, p.settings, p.created_by,
    p.created_at, p.updated_at, p.archived_at,
    (SELECT CAST(COALESCE(SUM(b.live), 0) AS BIGINT) FROM asset_blocks b WHERE b.level = 40 AND b.block = p.number),
    (SELECT CAST(COALESCE(SUM(c.tasks), 0) AS BIGINT) FROM task_counts c
        WHERE c.project = p.number AND c.stage = 'Review'),
    (SELECT CAST(COALESCE(SUM(c.tasks), 0) AS BIGINT) FROM task_counts c
        WHERE c.project = p.number AND c.stage = 'Complete')";

/// Adds a project.
pub fn insert(tx: &mut Tx, project: &Project) -> Result<()> {
    let p = project;
    tx.execute(
        "INSERT INTO projects (number, id, organization, name, description, category_schema, settings, created_by,
             created_at, updated_at)
         SELECT COALESCE(MAX(number), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM projects",
        params![
            &p.id,
            &p.organization,
            &p.name,
            &p.description,
            &p.category_schema,
            &p.settings,
            &p.created_by,
            p.created_at,
            p.updated_at
        ],
    )?;
    Ok(())
}

/// The project, unless it is deleted or another organization's.
pub fn find(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<Option<Project>> {
    tx.row(
        &format!(
            "SELECT {COLUMNS} FROM projects p WHERE p.id = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL"
        ),
        params![&organization, &id],
        read,
    )
}

/// The project, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<Project> {
    find(tx, organization, id)?.ok_or_else(|| Error::not_found("project", id))
}

/// What these projects are called, each looked up once; those that are not the organization's are left out.
pub fn names(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: impl Iterator<Item = ProjectId>,
) -> Result<HashMap<ProjectId, String>> {
    let ids: BTreeSet<ProjectId> = ids.collect();
    let mut names = HashMap::with_capacity(ids.len());
    for id in ids {
        let name: Option<String> = tx.cell(
            "SELECT name FROM projects WHERE id = ?2 AND organization = ?1 AND deleted_at IS NULL",
            params![&organization, &id],
        )?;
        names.extend(name.map(|name| (id, name)));
    }
    Ok(names)
}

/// Whether the project is archived; none where it is not found.
pub fn is_archived(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<Option<bool>> {
    tx.row(
        "SELECT archived_at FROM projects WHERE id = ?2 AND organization = ?1 AND deleted_at IS NULL",
        params![&organization, &id],
        |row| Ok(row.next::<Option<i64>>()?.is_some()),
    )
}

/// The organization's projects that are wanted, with the role of `user` in each.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    user: UserId,
    wanted: &Wanted,
    sort: ProjectSort,
    page: Page,
) -> Result<Listed<ProjectSeen>> {
    const FROM: &str = "FROM projects p LEFT JOIN project_members m ON m.project = p.id AND m.user_id = ?2
        WHERE p.organization = ?1 AND p.deleted_at IS NULL AND (m.role IS NOT NULL OR ?3 = 1)
            AND (?4 = 1 OR p.archived_at IS NULL) AND (?5 = 1 OR p.archived_at IS NOT NULL)
            AND lower(p.name) LIKE ?6 ESCAPE '!'";
    let (archived, active) = (wanted.archived != Some(false), wanted.archived != Some(true));
    let name = containing(&wanted.search);
    let order = match sort {
        ProjectSort::NewestFirst => "p.id DESC",
        ProjectSort::OldestFirst => "p.id",
        ProjectSort::Name => "p.name, p.id",
        ProjectSort::NameDescending => "p.name DESC, p.id DESC",
    };
    let total = tx
        .cell(
            &format!("SELECT COUNT(*) {FROM}"),
            params![&organization, &user, wanted.all, archived, active, &name],
        )?
        .unwrap_or(0);
    let columns = COLUMNS.replace("p.category_schema", "''");
    let rows = tx.rows(
        &format!("SELECT {columns}, m.role {FROM} ORDER BY {order} LIMIT ?7 OFFSET ?8"),
        params![
            &organization,
            &user,
            wanted.all,
            archived,
            active,
            &name,
            page.limit(),
            page.offset()
        ],
        |row| {
            Ok(ProjectSeen {
                project: read(row)?,
                role: row.next()?,
            })
        },
    )?;
    Ok(Listed { rows, total })
}

/// Changes a project.
pub fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ProjectId,
    change: &ProjectChange,
    now: i64,
) -> Result<()> {
    let changed = tx.execute(
        "UPDATE projects SET name = COALESCE(?3, name), description = COALESCE(?4, description),
             category_schema = COALESCE(?5, category_schema), settings = COALESCE(?6, settings), updated_at = ?7
         WHERE id = ?2 AND organization = ?1 AND deleted_at IS NULL",
        params![
            &organization,
            &id,
            change.name.as_ref(),
            change.description.as_ref(),
            change.category_schema.as_ref(),
            change.settings.as_ref(),
            now
        ],
    )?;
    if changed == 0 {
        Err(Error::not_found("project", id))
    } else {
        Ok(())
    }
}

/// Archives a project, or takes it out of the archive; false where it is so already. A project into which something is
/// being imported, or whose assets are being changed, is not archived.
pub fn set_archived(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ProjectId,
    is_archived: bool,
    now: i64,
) -> Result<bool> {
    number(tx, organization, id)?;
    let running: Option<i64> = tx.cell(
        "SELECT 1 FROM imports WHERE project = ?1 AND finished_at IS NULL
         UNION ALL SELECT 1 FROM asset_changes WHERE project = ?1 AND finished_at IS NULL LIMIT 1",
        params![&id],
    )?;
    if is_archived && running.is_some() {
        return Err(Error::Refused {
            what: "the project",
            problem: "is being imported into or changed",
        });
    }
    let changed = tx.execute(
        "UPDATE projects SET archived_at = ?3, updated_at = ?4
         WHERE id = ?2 AND organization = ?1 AND (archived_at IS NULL) = (?5 = 1)",
        params![&organization, &id, is_archived.then_some(now), now, is_archived],
    )?;
    Ok(changed > 0)
}

/// Deletes a project softly: it is not found any more, its rows stay.
pub fn delete(tx: &mut Tx, organization: OrganizationId, id: ProjectId, now: i64) -> Result<()> {
    let deleted = tx.execute(
        "UPDATE projects SET deleted_at = ?3 WHERE id = ?2 AND organization = ?1 AND deleted_at IS NULL",
        params![&organization, &id, now],
    )?;
    if deleted == 0 {
        Err(Error::not_found("project", id))
    } else {
        Ok(())
    }
}

/// What rows of assets call the project: the proof that it is the organization's.
pub(crate) fn number(tx: &mut Tx, organization: OrganizationId, id: ProjectId) -> Result<i64> {
    tx.cell(
        "SELECT number FROM projects WHERE id = ?2 AND organization = ?1 AND deleted_at IS NULL",
        params![&organization, &id],
    )?
    .ok_or_else(|| Error::not_found("project", id))
}

fn read(row: &mut Row<'_>) -> Result<Project> {
    let mut project = Project {
        id: row.next()?,
        organization: row.next()?,
        name: row.next()?,
        description: row.next()?,
        category_schema: row.next()?,
        settings: row.next()?,
        created_by: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        archived_at: row.next()?,
        asset_count: row.next()?,
        tasks: Counts {
            label: 0,
            review: row.next()?,
            complete: row.next()?,
        },
    };
    let passed_on = project.tasks.review + project.tasks.complete;
    project.tasks.label = project.asset_count.saturating_sub(passed_on);
    Ok(project)
}
