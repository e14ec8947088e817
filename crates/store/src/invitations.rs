//! Invitations into an organization, each accepted once through its link.

use insitu_model::{
    id::{InvitationId, OrganizationId, ProjectId, UserId},
    role::{OrganizationRole, ProjectRole},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Listed, Page, Result, Tx,
    users::email_key,
    value::{Row, params},
};

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub organization: OrganizationId,
    pub to: String,
    pub role: OrganizationRole,
    pub projects: Vec<ProjectAssignment>,
    pub created_by: UserId,
    pub created_at: i64,
    pub expires_at: i64,
    pub accepted_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// A project role that comes with an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectAssignment {
    pub project_id: ProjectId,
    pub project_role: ProjectRole,
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl Invitation {
    /// What has become of it by now.
    pub fn status(&self, now: i64) -> InvitationStatus {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => InvitationStatus::Accepted,
            (None, Some(_)) => InvitationStatus::Revoked,
            (None, None) if self.expires_at <= now => InvitationStatus::Expired,
            (None, None) => InvitationStatus::Pending,
        }
    }
}

const COLUMNS: &str =
    "id, organization, email, role, projects, created_by, created_at, expires_at, accepted_at, revoked_at";

/// Adds an invitation; `token_hash` is the SHA-256 of the link's secret.
pub fn insert(tx: &mut Tx, invitation: &Invitation, token_hash: &[u8; 32]) -> Result<()> {
    let i = invitation;
    let projects = serde_json::to_string(&i.projects).map_err(|error| Error::Database(error.to_string()))?;
    tx.execute(
        "INSERT INTO invitations (id, organization, token_hash, email, email_key, role, projects, created_by,
             created_at, expires_at, accepted_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            &i.id,
            &i.organization,
            token_hash,
            &i.to,
            &email_key(&i.to),
            i.role,
            &projects,
            &i.created_by,
            i.created_at,
            i.expires_at,
            i.accepted_at,
            i.revoked_at
        ],
    )?;
    Ok(())
}

/// The invitation that a link belongs to, whatever has become of it.
pub fn find_by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<Invitation>> {
    tx.row(
        &format!("SELECT {COLUMNS} FROM invitations WHERE token_hash = ?1"),
        params![token_hash],
        read,
    )
}

/// Marks a pending invitation as accepted; false when it is not pending any more.
pub fn accept(tx: &mut Tx, id: InvitationId, now: i64) -> Result<bool> {
    let accepted = tx.execute(
        "UPDATE invitations SET accepted_at = ?2
         WHERE id = ?1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?2",
        params![&id, now],
    )?;
    Ok(accepted == 1)
}

/// Takes the pending invitations of an address back; how many there were.
pub fn revoke(tx: &mut Tx, organization: OrganizationId, email: &str, now: i64) -> Result<u64> {
    tx.execute(
        "UPDATE invitations SET revoked_at = ?3 WHERE organization = ?1 AND email_key = ?2
         AND accepted_at IS NULL AND revoked_at IS NULL",
        params![&organization, &email_key(email), now],
    )
}

/// The organization's invitations, newest first; only those pending at `pending_at` when that is given.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    pending_at: Option<i64>,
    page: Page,
) -> Result<Listed<Invitation>> {
    let which = match pending_at {
        Some(_) => "organization = ?1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?2",
        None => "organization = ?1 AND created_at > ?2",
    };
    let after = pending_at.unwrap_or(i64::MIN);
    let total = tx
        .cell(
            &format!("SELECT COUNT(*) FROM invitations WHERE {which}"),
            params![&organization, after],
        )?
        .unwrap_or(0);
    let rows = tx.rows(
        &format!("SELECT {COLUMNS} FROM invitations WHERE {which} ORDER BY id DESC LIMIT ?3 OFFSET ?4"),
        params![&organization, after, page.limit(), page.offset()],
        read,
    )?;
    Ok(Listed { rows, total })
}

fn read(row: &mut Row<'_>) -> Result<Invitation> {
    Ok(Invitation {
        id: row.next()?,
        organization: row.next()?,
        to: row.next()?,
        role: row.next()?,
        projects: row.json()?,
        created_by: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
        accepted_at: row.next()?,
        revoked_at: row.next()?,
    })
}
