//! API keys: each belongs to one user in one organization and has that user's rights.

use insitu_model::id::{ApiKeyId, OrganizationId, UserId};

use crate::{
    Error, Listed, Page, Result, Tx,
    value::{Row, params},
};

/// An API key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organization: OrganizationId,
    pub user: UserId,
    /// The beginning of the key, to recognise it by.
    pub prefix: String,
    pub name: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// A key and the member whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberKey {
    pub key: ApiKey,
    pub name: String,
    pub email: String,
}

/// Keys that one user can have in one organization.
pub const MAX_KEYS_PER_USER: u64 = 100;

const COLUMNS: &str =
    "k.id, k.organization, k.user_id, k.prefix, k.name, k.created_at, k.last_used_at, k.revoked_at";

/// Adds a key; `key_hash` is its SHA-256.
pub fn insert(tx: &mut Tx, key: &ApiKey, key_hash: &[u8; 32]) -> Result<()> {
    let keys: u64 = tx
        .cell(
            "SELECT COUNT(*) FROM api_keys WHERE organization = ?1 AND user_id = ?2 AND revoked_at IS NULL",
            params![&key.organization, &key.user],
        )?
        .unwrap_or(0);
    if keys >= MAX_KEYS_PER_USER {
        return Err(Error::conflict(
            "user",
            key.user,
            "has 100 API keys already; revoke one first",
        ));
    }
    tx.execute(
        "INSERT INTO api_keys (id, organization, user_id, key_hash, prefix, name, created_at, last_used_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            &key.id,
            &key.organization,
            &key.user,
            key_hash,
            &key.prefix,
            &key.name,
            key.created_at,
            key.last_used_at,
            key.revoked_at
        ],
    )?;
    Ok(())
}

/// The key with this hash, unless it was revoked or its user was shut out or left.
pub fn find_by_hash(tx: &mut Tx, key_hash: &[u8; 32]) -> Result<Option<ApiKey>> {
    tx.row(
        &format!(
            "SELECT {COLUMNS} FROM api_keys k JOIN users u ON u.id = k.user_id
             JOIN members m ON m.organization = k.organization AND m.user_id = k.user_id
             WHERE k.key_hash = ?1 AND k.revoked_at IS NULL AND u.disabled_at IS NULL"
        ),
        params![key_hash],
        read,
    )
}

/// A user's keys that are not revoked, oldest first; at most [`MAX_KEYS_PER_USER`].
pub fn list(tx: &mut Tx, organization: OrganizationId, user: UserId) -> Result<Vec<ApiKey>> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM api_keys k
             WHERE k.organization = ?1 AND k.user_id = ?2 AND k.revoked_at IS NULL ORDER BY k.id"
        ),
        params![&organization, &user],
        read,
    )
}

const OF_MEMBERS: &str = "FROM api_keys k JOIN users u ON u.id = k.user_id
    JOIN members m ON m.organization = k.organization AND m.user_id = k.user_id
    WHERE k.organization = ?1 AND k.revoked_at IS NULL";

/// The keys of an organization's members that are not revoked, those of `but` left out: by whose they are, then by age.
pub fn list_of_others(
    tx: &mut Tx,
    organization: OrganizationId,
    but: UserId,
    page: Page,
) -> Result<Listed<MemberKey>> {
    let from = format!("{OF_MEMBERS} AND k.user_id <> ?2");
    let total = tx
        .cell(&format!("SELECT COUNT(*) {from}"), params![&organization, &but])?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!("SELECT {COLUMNS}, u.name, u.email {from} ORDER BY u.email_key, k.id LIMIT ?3 OFFSET ?4"),
        params![&organization, &but, page.limit(), page.offset()],
        read_of_member,
    )?;
    Ok(Listed { rows, total })
}

/// The key of a member, unless it is revoked.
pub fn find_of_member(tx: &mut Tx, organization: OrganizationId, id: ApiKeyId) -> Result<Option<MemberKey>> {
    tx.row(
        &format!("SELECT {COLUMNS}, u.name, u.email {OF_MEMBERS} AND k.id = ?2"),
        params![&organization, &id],
        read_of_member,
    )
}

/// Revokes one of a user's keys.
pub fn revoke(tx: &mut Tx, organization: OrganizationId, user: UserId, id: ApiKeyId, now: i64) -> Result<()> {
    let revoked = tx.execute(
        "UPDATE api_keys SET revoked_at = ?4
         WHERE organization = ?1 AND user_id = ?2 AND id = ?3 AND revoked_at IS NULL",
        params![&organization, &user, &id, now],
    )?;
    if revoked == 0 {
        Err(Error::not_found("API key", id))
    } else {
        Ok(())
    }
}

/// Notes that a key was used.
pub fn touch(tx: &mut Tx, id: ApiKeyId, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1",
        params![&id, now],
    )?;
    Ok(())
}

fn read_of_member(row: &mut Row<'_>) -> Result<MemberKey> {
    Ok(MemberKey {
        key: read(row)?,
        name: row.next()?,
        email: row.next()?,
    })
}

fn read(row: &mut Row<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.next()?,
        organization: row.next()?,
        user: row.next()?,
        prefix: row.next()?,
        name: row.next()?,
        created_at: row.next()?,
        last_used_at: row.next()?,
        revoked_at: row.next()?,
    })
}
