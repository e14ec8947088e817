//! Who works in which project, with which role. Only members of the organization can.

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    role::ProjectRole,
};

use crate::{Error, Result, Tx, projects, tasks, value::params};

/// A user as a member of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectMember {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub role: ProjectRole,
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

/// Everybody in a project, in the order of their addresses.
pub fn list(tx: &mut Tx, organization: OrganizationId, project: ProjectId) -> Result<Vec<ProjectMember>> {
    tx.rows(
        "SELECT u.id, u.email, u.name, m.role FROM project_members m JOIN users u ON u.id = m.user_id
         JOIN projects p ON p.id = m.project
         WHERE m.project = ?2 AND p.organization = ?1 AND p.deleted_at IS NULL ORDER BY u.email_key",
        params![&organization, &project],
        |row| {
            Ok(ProjectMember {
                user: row.next()?,
                email: row.next()?,
                name: row.next()?,
                role: row.next()?,
            })
        },
    )
}
