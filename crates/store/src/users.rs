//! People who can sign in. A user belongs to organizations through `members`.

use std::collections::HashMap;

use insitu_model::id::UserId;

use crate::{
    Error, Result, Tx,
    value::{Row, params},
};

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// As typed; compared without regard to case.
    pub email: String,
    pub name: String,
    /// In the PHC form of argon2; none while only links can sign in.
    pub password_hash: Option<String>,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

pub(crate) const COLUMNS: &str = "u.id, u.email, u.name, u.password_hash, u.disabled_at, u.created_at";

/// Adds a user; [`Error::AlreadyExists`] when the address is taken.
pub fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO users (id, email, email_key, name, password_hash, disabled_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email_key) DO NOTHING",
        params![
            &user.id,
            &user.email,
            &email_key(&user.email),
            &user.name,
            user.password_hash.as_ref(),
            user.disabled_at,
            user.created_at
        ],
    )?;
    if added == 0 {
        Err(Error::already_exists("a user", &user.email))
    } else {
        Ok(())
    }
}

/// Whether anybody can sign in at all: false right after installation.
pub fn any(tx: &mut Tx) -> Result<bool> {
    Ok(tx
        .cell::<UserId>("SELECT id FROM users LIMIT 1", params![])?
        .is_some())
}

/// The user, if there is one.
pub fn find(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?1"),
        params![&id],
        read,
    )
}

/// The user, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, id: UserId) -> Result<User> {
    find(tx, id)?.ok_or_else(|| Error::not_found("user", id))
}

/// The user with this address, whatever its case.
pub fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<User>> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM users u WHERE u.email_key = ?1"),
        params![&email_key(email)],
        read,
    )
}

/// The addresses of some users; each asked once.
pub fn emails(tx: &mut Tx, ids: impl IntoIterator<Item = UserId>) -> Result<HashMap<UserId, String>> {
    let mut found = HashMap::new();
    for id in ids {
        if let std::collections::hash_map::Entry::Vacant(free) = found.entry(id)
            && let Some(email) = tx.cell("SELECT email FROM users WHERE id = ?1", params![&id])?
        {
            free.insert(email);
        }
    }
    Ok(found)
}

/// Gives a user another name.
pub fn rename(tx: &mut Tx, id: UserId, name: &str) -> Result<()> {
    changed(
        id,
        tx.execute("UPDATE users SET name = ?2 WHERE id = ?1", params![&id, name])?,
    )
}

/// Sets another password.
pub fn set_password(tx: &mut Tx, id: UserId, password_hash: &str) -> Result<()> {
    changed(
        id,
        tx.execute(
            "UPDATE users SET password_hash = ?2 WHERE id = ?1",
            params![&id, password_hash],
        )?,
    )
}

/// Shuts a user out (`Some(now)`) or lets them in again.
pub fn set_disabled(tx: &mut Tx, id: UserId, disabled_at: Option<i64>) -> Result<()> {
    changed(
        id,
        tx.execute(
            "UPDATE users SET disabled_at = ?2 WHERE id = ?1",
            params![&id, disabled_at],
        )?,
    )
}

/// How addresses are compared.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(crate) fn read(row: &mut Row<'_>) -> Result<User> {
    Ok(User {
        id: row.next()?,
        email: row.next()?,
        name: row.next()?,
        password_hash: row.next()?,
        disabled_at: row.next()?,
        created_at: row.next()?,
    })
}

fn changed(id: UserId, rows: u64) -> Result<()> {
    if rows == 0 {
        Err(Error::not_found("user", id))
    } else {
        Ok(())
    }
}
