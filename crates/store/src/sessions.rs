//! Signed-in browsers, and links that sign somebody in once. Only SHA-256 hashes of their secrets are kept.

use insitu_model::id::{SessionId, UserId};

use crate::{
    Error, Result, Tx,
    users::{self, User},
    value::params,
};

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: i64,
    pub expires_at: i64,
    /// When it was last used, as far as the hub bothered to write it down.
    pub seen_at: i64,
}

/// Adds a session.
pub fn insert(tx: &mut Tx, session: &Session, token_hash: &[u8; 32]) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &session.id,
            token_hash,
            &session.user,
            session.created_at,
            session.expires_at,
            session.seen_at
        ],
    )?;
    Ok(())
}

/// The session of a cookie and its user, unless it has expired or the user was shut out.
pub fn find(tx: &mut Tx, token_hash: &[u8; 32], now: i64) -> Result<Option<(Session, User)>> {
    tx.row(
        &format!(
            "SELECT s.id, s.user_id, s.created_at, s.expires_at, s.seen_at, {}
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND u.disabled_at IS NULL",
            users::COLUMNS
        ),
        params![token_hash, now],
        |row| {
            let session = Session {
                id: row.next()?,
                user: row.next()?,
                created_at: row.next()?,
                expires_at: row.next()?,
                seen_at: row.next()?,
            };
            Ok((session, users::read(row)?))
        },
    )
}

/// Notes that a session was used, and lets it live on.
pub fn touch(tx: &mut Tx, id: SessionId, seen_at: i64, expires_at: i64) -> Result<()> {
    tx.execute(
        "UPDATE sessions SET seen_at = ?2, expires_at = ?3 WHERE id = ?1",
        params![&id, seen_at, expires_at],
    )?;
    Ok(())
}

/// Signs a browser out; false when it was not signed in.
pub fn delete(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<bool> {
    Ok(tx.execute("DELETE FROM sessions WHERE token_hash = ?1", params![token_hash])? > 0)
}

/// Signs a user out everywhere; how many browsers that were.
pub fn delete_of_user(tx: &mut Tx, user: UserId) -> Result<u64> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1", params![&user])
}

/// Signs a user out everywhere but in one browser, and ends the links that would sign them in; how many browsers that were.
pub fn delete_others_of_user(tx: &mut Tx, user: UserId, kept_token_hash: &[u8; 32]) -> Result<u64> {
    tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1", params![&user])?;
    tx.execute(
        "DELETE FROM sessions WHERE user_id = ?1 AND token_hash <> ?2",
        params![&user, kept_token_hash],
    )
}

/// Forgets sessions and links that have expired.
pub fn delete_expired(tx: &mut Tx, now: i64) -> Result<u64> {
    tx.execute("DELETE FROM sign_in_links WHERE expires_at <= ?1", params![now])?;
    tx.execute("DELETE FROM sessions WHERE expires_at <= ?1", params![now])
}

/// Adds a link that signs a user in once.
pub fn insert_link(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    user: UserId,
    now: i64,
    expires_at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO sign_in_links (token_hash, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![token_hash, &user, now, expires_at],
    )?;
    Ok(())
}

/// Uses a link up: its user, unless it was used before, has expired or is of somebody shut out.
pub fn take_link(tx: &mut Tx, token_hash: &[u8; 32], now: i64) -> Result<User> {
    let taken = tx.execute(
        "UPDATE sign_in_links SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        params![token_hash, now],
    )?;
    let user = if taken == 0 {
        None
    } else {
        tx.row(
            &format!(
                "SELECT {} FROM sign_in_links l JOIN users u ON u.id = l.user_id
                 WHERE l.token_hash = ?1 AND u.disabled_at IS NULL",
                users::COLUMNS
            ),
            params![token_hash],
            users::read,
        )?
    };
    user.ok_or_else(|| Error::not_found("sign-in link", "…"))
}
