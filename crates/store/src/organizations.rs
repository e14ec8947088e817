//! Organizations: what everything else belongs to.

use insitu_model::{
    id::{OrganizationId, UserId},
    role::OrganizationRole,
};

use crate::{
    Error, Result, Tx,
    value::{Row, params},
};

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub created_at: i64,
}

/// An organization as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub organization: Organization,
    pub role: OrganizationRole,
}

/// Adds an organization.
pub fn insert(tx: &mut Tx, organization: &Organization) -> Result<()> {
    let Organization { id, name, created_at } = organization;
    tx.execute(
        "INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, ?3)",
        params![id, name, *created_at],
    )?;
    Ok(())
}

/// The organization, if there is one.
pub fn find(tx: &mut Tx, id: OrganizationId) -> Result<Option<Organization>> {
    tx.row(
        "SELECT id, name, created_at FROM organizations WHERE id = ?1",
        params![&id],
        read,
    )
}

/// The organization, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, id: OrganizationId) -> Result<Organization> {
    find(tx, id)?.ok_or_else(|| Error::not_found("organization", id))
}

/// Gives it another name.
pub fn rename(tx: &mut Tx, id: OrganizationId, name: &str) -> Result<()> {
    match tx.execute(
        "UPDATE organizations SET name = ?2 WHERE id = ?1",
        params![&id, name],
    )? {
        0 => Err(Error::not_found("organization", id)),
        _ => Ok(()),
    }
}

/// Whether the hub may read the first bytes of its assets.
pub fn header_probes(tx: &mut Tx, id: OrganizationId) -> Result<bool> {
    tx.cell(
        "SELECT header_probes FROM organizations WHERE id = ?1",
        params![&id],
    )?
    .ok_or_else(|| Error::not_found("organization", id))
}

/// Lets the hub read the first bytes of its assets, or not.
pub fn set_header_probes(tx: &mut Tx, id: OrganizationId, are_on: bool) -> Result<()> {
    match tx.execute(
        "UPDATE organizations SET header_probes = ?2 WHERE id = ?1",
        params![&id, are_on],
    )? {
        0 => Err(Error::not_found("organization", id)),
        _ => Ok(()),
    }
}

/// How many days its records of signed URLs are kept; none where that is the operator's decision.
pub fn url_record_days(tx: &mut Tx, id: OrganizationId) -> Result<Option<u32>> {
    tx.cell(
        "SELECT url_record_days FROM organizations WHERE id = ?1",
        params![&id],
    )?
    .ok_or_else(|| Error::not_found("organization", id))
}

/// Keeps its records of signed URLs for so many days, or for as long as the operator says.
pub fn set_url_record_days(tx: &mut Tx, id: OrganizationId, days: Option<u32>) -> Result<()> {
    match tx.execute(
        "UPDATE organizations SET url_record_days = ?2 WHERE id = ?1",
        params![&id, days],
    )? {
        0 => Err(Error::not_found("organization", id)),
        _ => Ok(()),
    }
}

/// Every organization and for how many days it wants its records of signed URLs kept.
pub fn all_url_record_days(tx: &mut Tx) -> Result<Vec<(OrganizationId, Option<u32>)>> {
    tx.rows(
        "SELECT id, url_record_days FROM organizations",
        params![],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// The organizations that a user belongs to, in the order of joining.
pub fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Membership>> {
    tx.rows(
        "SELECT o.id, o.name, o.created_at, m.role FROM members m JOIN organizations o ON o.id = m.organization
         WHERE m.user_id = ?1 ORDER BY m.created_at, o.id",
        params![&user],
        |row| Ok(Membership { organization: read(row)?, role: row.next()? }),
    )
}

fn read(row: &mut Row<'_>) -> Result<Organization> {
    Ok(Organization {
        id: row.next()?,
        name: row.next()?,
        created_at: row.next()?,
    })
}
