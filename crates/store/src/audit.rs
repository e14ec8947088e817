//! The record of who did what: only ever appended to.

use insitu_model::id::{AuditId, OrganizationId, UserId};

use crate::{Result, Tx, limits::MAX_PAGE_ROWS, value::params};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub id: AuditId,
    pub organization: OrganizationId,
    /// None where the hub itself acted.
    pub actor: Option<UserId>,
    /// A dotted name such as `storage.created`.
    pub action: String,
    /// What it was done to, such as `storage:<id>`.
    pub subject: String,
    pub at: i64,
    /// JSON; never a secret.
    pub details: String,
}

/// Appends a record.
pub fn insert(tx: &mut Tx, record: &AuditRecord) -> Result<()> {
    let r = record;
    tx.execute(
        "INSERT INTO audit_records (id, organization, actor, action, subject, at, details)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &r.id,
            &r.organization,
            r.actor.as_ref(),
            &r.action,
            &r.subject,
            r.at,
            &r.details
        ],
    )?;
    Ok(())
}

/// The organization's records, newest first, those before `before`.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    before: Option<AuditId>,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    let before = before.unwrap_or(AuditId::from_bytes([0xff; 12]));
    tx.rows(
        "SELECT id, organization, actor, action, subject, at, details FROM audit_records
         WHERE organization = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
        params![&organization, &before, limit.clamp(1, MAX_PAGE_ROWS)],
        |row| {
            Ok(AuditRecord {
                id: row.next()?,
                organization: row.next()?,
                actor: row.next()?,
                action: row.next()?,
                subject: row.next()?,
                at: row.next()?,
                details: row.next()?,
            })
        },
    )
}
