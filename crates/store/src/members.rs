//! Who belongs to which organization, with which role.

use insitu_model::{
    id::{OrganizationId, UserId},
    role::OrganizationRole,
};

use crate::{
    Error, Listed, Page, Result, Tx,
    page::containing,
    tasks,
    users::email_key,
    value::{Row, params},
};

/// A user as a member of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub role: OrganizationRole,
    /// When they joined.
    pub created_at: i64,
}

/// Makes a user a member; [`Error::AlreadyExists`] when they are one.
pub fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    user: UserId,
    role: OrganizationRole,
    now: i64,
) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO members (organization, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (organization, user_id) DO NOTHING",
        params![&organization, &user, role, now],
    )?;
    if added == 0 {
        Err(Error::already_exists("a member", user))
    } else {
        Ok(())
    }
}

/// The role of a user; none for a stranger or somebody shut out.
pub fn role(tx: &mut Tx, organization: OrganizationId, user: UserId) -> Result<Option<OrganizationRole>> {
    tx.cell(
        "SELECT m.role FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.organization = ?1 AND m.user_id = ?2 AND u.disabled_at IS NULL",
        params![&organization, &user],
    )
}

/// The member with this address.
pub fn find_by_email(tx: &mut Tx, organization: OrganizationId, email: &str) -> Result<Option<Member>> {
    tx.row(
        "SELECT u.id, u.email, u.name, m.role, m.created_at FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.organization = ?1 AND u.email_key = ?2",
        params![&organization, &email_key(email)],
        read,
    )
}

/// The addresses of all members.
pub fn addresses(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<(UserId, String)>> {
    tx.rows(
        "SELECT u.id, u.email FROM members m JOIN users u ON u.id = m.user_id WHERE m.organization = ?1",
        params![&organization],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Changes a member's role.
pub fn set_role(
    tx: &mut Tx,
    organization: OrganizationId,
    user: UserId,
    role: OrganizationRole,
) -> Result<()> {
    let changed = tx.execute(
        "UPDATE members SET role = ?3 WHERE organization = ?1 AND user_id = ?2",
        params![&organization, &user, role],
    )?;
    if changed == 0 {
        Err(Error::not_found("member", user))
    } else {
        Ok(())
    }
}

/// Takes a member out, with their project roles and API keys in this organization; their tasks are everybody's again.
pub fn remove(tx: &mut Tx, organization: OrganizationId, user: UserId, now: i64) -> Result<()> {
    let removed = tx.execute(
        "DELETE FROM members WHERE organization = ?1 AND user_id = ?2",
        params![&organization, &user],
    )?;
    if removed == 0 {
        return Err(Error::not_found("member", user));
    }
    let projects: Vec<i64> = tx.rows(
        "SELECT number FROM projects WHERE organization = ?1",
        params![&organization],
        |row| row.next(),
    )?;
    for project in projects {
        tasks::give_back(tx, project, user)?;
    }
    tx.execute(
        "DELETE FROM project_members WHERE user_id = ?2
         AND project IN (SELECT id FROM projects WHERE organization = ?1)",
        params![&organization, &user],
    )?;
    tx.execute(
        "UPDATE api_keys SET revoked_at = ?3 WHERE organization = ?1 AND user_id = ?2 AND revoked_at IS NULL",
        params![&organization, &user, now],
    )?;
    Ok(())
}

/// How many members have a role: an organization keeps its owner.
pub fn count(tx: &mut Tx, organization: OrganizationId, role: OrganizationRole) -> Result<u64> {
    let count = tx.cell(
        "SELECT COUNT(*) FROM members WHERE organization = ?1 AND role = ?2",
        params![&organization, role],
    )?;
    Ok(count.unwrap_or(0))
}

/// The owner of an organization.
pub fn owner(tx: &mut Tx, organization: OrganizationId) -> Result<Option<Member>> {
    tx.row(
        "SELECT u.id, u.email, u.name, m.role, m.created_at FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.organization = ?1 AND m.role = ?2 ORDER BY m.created_at LIMIT 1",
        params![&organization, OrganizationRole::Owner],
        read,
    )
}

/// The members in the order of their addresses; `search` is a part of the address or name.
pub fn list(tx: &mut Tx, organization: OrganizationId, search: &str, page: Page) -> Result<Listed<Member>> {
    const FROM: &str = "FROM members m JOIN users u ON u.id = m.user_id WHERE m.organization = ?1
        AND (u.email_key LIKE ?2 ESCAPE '!' OR lower(u.name) LIKE ?2 ESCAPE '!')";
    let pattern = containing(search);
    let total = tx
        .cell(
            &format!("SELECT COUNT(*) {FROM}"),
            params![&organization, &pattern],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!(
            "SELECT u.id, u.email, u.name, m.role, m.created_at {FROM} ORDER BY u.email_key LIMIT ?3 OFFSET ?4"
        ),
        params![&organization, &pattern, page.limit(), page.offset()],
        read,
    )?;
    Ok(Listed { rows, total })
}

fn read(row: &mut Row<'_>) -> Result<Member> {
    Ok(Member {
        user: row.next()?,
        email: row.next()?,
        name: row.next()?,
        role: row.next()?,
        created_at: row.next()?,
    })
}
