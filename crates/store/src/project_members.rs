//! Who works in which project, with which role. Only members of the organization can.

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    role::{OrganizationRole, ProjectRole},
};

use crate::{Error, Listed, Page, Result, Tx, page::containing, projects, tasks, value::params};

/// A user as a member of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectMember {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub role: ProjectRole,
    /// Since when.
    pub created_at: i64,
}

/// A member of the organization, and what they are in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub organization_role: OrganizationRole,
    /// None: not in the project.
    pub role: Option<ProjectRole>,
    /// Since when they are in the project.
    pub since: Option<i64>,
}

/// Gives a member of the organization a role in a project, or changes it.
pub fn set(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
    now: i64,
) -> Result<()> {
    projects::number(tx, organization, project)?;
    let is_member = tx.cell::<UserId>(
        "SELECT user_id FROM members WHERE organization = ?1 AND user_id = ?2",
        params![&organization, &user],
    )?;
    if is_member.is_none() {
        return Err(Error::not_found("member", user));
    }
    tx.execute(
        "INSERT INTO project_members (project, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (project, user_id) DO UPDATE SET role = excluded.role",
        params![&project, &user, role, now],
    )?;
    Ok(())
}

/// Takes somebody out of a project and gives their tasks back to everybody; false when they were not in it.
pub fn remove(tx: &mut Tx, organization: OrganizationId, project: ProjectId, user: UserId) -> Result<bool> {
    let number = projects::number(tx, organization, project)?;
    tasks::give_back(tx, number, user)?;
    let removed = tx.execute(
        "DELETE FROM project_members WHERE project = ?1 AND user_id = ?2",
        params![&project, &user],
    )?;
    Ok(removed > 0)
}

/// The role of a user in a project.
pub fn role(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    user: UserId,
) -> Result<Option<ProjectRole>> {
    tx.cell(
        "SELECT m.role FROM project_members m JOIN projects p ON p.id = m.project
         WHERE m.project = ?2 AND m.user_id = ?3 AND p.organization = ?1 AND p.deleted_at IS NULL",
        params![&organization, &project, &user],
    )
}

/// The roles of a user in all projects of an organization.
pub fn roles_of_user(
    tx: &mut Tx,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<(ProjectId, ProjectRole)>> {
    tx.rows(
        "SELECT m.project, m.role FROM project_members m JOIN projects p ON p.id = m.project
         WHERE m.user_id = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY m.project",
        params![&organization, &user],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// The projects that a user has a role in, by name.
pub fn projects_of_user(
    tx: &mut Tx,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<(ProjectId, String, ProjectRole)>> {
    tx.rows(
        "SELECT p.id, p.name, m.role FROM project_members m JOIN projects p ON p.id = m.project
         WHERE m.user_id = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY p.name, p.id",
        params![&organization, &user],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )
}

/// Everybody in a project, in the order of their addresses.
pub fn list(tx: &mut Tx, organization: OrganizationId, project: ProjectId) -> Result<Vec<ProjectMember>> {
    tx.rows(
        "SELECT u.id, u.email, u.name, m.role, m.created_at FROM project_members m JOIN users u ON u.id = m.user_id
         JOIN projects p ON p.id = m.project
         WHERE m.project = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY u.email_key",
        params![&organization, &project],
        |row| {
            Ok(ProjectMember {
                user: row.next()?,
                email: row.next()?,
                name: row.next()?,
                role: row.next()?,
                created_at: row.next()?,
            })
        },
    )
}

/// The members of the organization in the order of their addresses, only those in the project or only those out of it
/// where that is asked; `search` is a part of the address or name.
pub fn people(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    (search, assigned): (&str, Option<bool>),
    page: Page,
) -> Result<Listed<Person>> {
    const FROM: &str = "FROM members o JOIN users u ON u.id = o.user_id
        LEFT JOIN project_members m ON m.project = ?2 AND m.user_id = o.user_id
        WHERE o.organization = ?1 AND (u.email_key LIKE ?3 ESCAPE '!' OR lower(u.name) LIKE ?3 ESCAPE '!')
            AND (?4 = 1 OR m.role IS NULL) AND (?5 = 1 OR m.role IS NOT NULL)";
    projects::number(tx, organization, project)?;
    let (inside, outside) = (assigned != Some(false), assigned != Some(true));
    let pattern = containing(search);
    let total = tx
        .cell(
            &format!("SELECT COUNT(*) {FROM}"),
            params![&organization, &project, &pattern, inside, outside],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT u.id, u.email, u.name, o.role, m.role, m.created_at {FROM} ORDER BY u.email_key LIMIT ?6 OFFSET ?7"
        ),
        params![
            &organization,
            &project,
            &pattern,
            inside,
            outside,
            page.limit(),
            page.offset()
        ],
        |row| {
            Ok(Person {
                user: row.next()?,
                email: row.next()?,
                name: row.next()?,
                organization_role: row.next()?,
                role: row.next()?,
                since: row.next()?,
            })
        },
    )?;
    Ok(Listed { rows, total })
}
