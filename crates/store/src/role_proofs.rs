//! Whether the role of a storage insists on its external ID: what was found, when to try again, and who does.

use insitu_model::{
    id::{OrganizationId, StorageId, UserId},
    storage::{TRUST_POLICY_MISSING_EXTERNAL_ID, Verification},
};

use crate::{
    Error, Result, Tx,
    storages::{self, ExternalIdSource, StorageChange},
    value::{Row, params},
};

/// What is known of a storage's role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleProof {
    pub state: Verification,
    /// Why it is not verified; of a verified one, what the last try met that proves nothing.
    pub code: Option<String>,
    pub message: Option<String>,
    /// When it was last tried.
    pub checked_at: Option<i64>,
    pub verified_at: Option<i64>,
    /// Who lets it be used unverified, and since when.
    pub overridden: Option<(UserId, i64)>,
    /// Takes the external ID's place once it is verified.
    pub next_external_id: Option<String>,
}

/// A proof that somebody works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub organization: OrganizationId,
    pub storage: StorageId,
    /// Tries in a row that did not verify it.
    pub attempts: u32,
    due_at: i64,
}

/// What a try found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The role insists on the external ID.
    Verified,
    /// It insists on the one that was to come, which takes its place.
    NextVerified,
    /// It does not, or does not let the hub in, or may not be used.
    Unverified { code: String, message: String },
    /// Nothing was found out.
    Unknown { code: String, message: String },
}

impl RoleProof {
    /// Nothing is known yet.
    pub fn pending() -> Self {
        Self {
            state: Verification::Pending,
            code: None,
            message: None,
            checked_at: None,
            verified_at: None,
            overridden: None,
            next_external_id: None,
        }
    }

    /// Whether assets may be imported and signed: the role is verified, or an owner takes what is missing on them.
    pub fn lets_use(&self) -> bool {
        self.state == Verification::Verified || (self.overridden.is_some() && self.may_be_overridden())
    }

    /// Whether an owner may decide to use it all the same: only where the hub is let in and others might be.
    pub fn may_be_overridden(&self) -> bool {
        self.state == Verification::Unverified
            && self.code.as_deref() == Some(TRUST_POLICY_MISSING_EXTERNAL_ID)
    }
}

/// Begins anew: with a new storage, or another role.
pub fn begin(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<()> {
    tx.execute(
        "INSERT INTO role_proofs (storage, organization, state, attempts, due_at, lease_until)
         VALUES (?2, ?1, ?3, 0, 0, 0)
         ON CONFLICT (storage) DO UPDATE SET state = excluded.state, code = NULL, message = NULL, checked_at = NULL,
             verified_at = NULL, overridden_by = NULL, overridden_at = NULL, attempts = 0, due_at = 0,
             lease_owner = NULL, lease_until = 0",
        params![&organization, &storage, Verification::Pending],
    )?;
    Ok(())
}

/// Asks for a try as soon as possible. One that is under way began too early to count.
pub fn request(tx: &mut Tx, organization: OrganizationId, storage: StorageId, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE role_proofs SET due_at = CASE WHEN due_at > ?3 THEN ?3 ELSE due_at + 1 END
         WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, now],
    )?;
    Ok(())
}

/// Whether a try is under way or due.
pub fn is_awaited(tx: &mut Tx, organization: OrganizationId, storage: StorageId, now: i64) -> Result<bool> {
    let awaited: Option<i64> = tx.cell(
        "SELECT due_at FROM role_proofs WHERE organization = ?1 AND storage = ?2
             AND (lease_owner IS NOT NULL OR due_at <= ?3)",
        params![&organization, &storage, now],
    )?;
    Ok(awaited.is_some())
}

/// Takes the proof that waits longest. Run it in [`crate::Db::claim`]: two claimers get two proofs.
pub fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Claimed>> {
    let found = tx.row(
        "SELECT organization, storage, attempts, due_at FROM role_proofs
         WHERE due_at <= ?1 AND lease_until < ?1 ORDER BY due_at LIMIT 1 /*claim*/",
        params![now],
        |row| {
            Ok(Claimed {
                organization: row.next()?,
                storage: row.next()?,
                attempts: row.next()?,
                due_at: row.next()?,
            })
        },
    )?;
    let Some(claimed) = found else { return Ok(None) };
    tx.execute(
        "UPDATE role_proofs SET lease_owner = ?2, lease_until = ?3 WHERE storage = ?1",
        params![&claimed.storage, owner, lease_until],
    )?;
    Ok(Some(claimed))
}

/// Writes down what was found; the storage as it is then. [`Error::Conflict`] when it was begun anew meanwhile, or is
/// somebody else's now.
pub fn settle(
    tx: &mut Tx,
    claimed: &Claimed,
    owner: &str,
    finding: &Finding,
    next_due_at: i64,
    now: i64,
) -> Result<storages::Storage> {
    let (organization, id) = (claimed.organization, claimed.storage);
    let storage = storages::get(tx, organization, id)?;
    let mut proof = storage.proof.clone().unwrap_or_else(RoleProof::pending);
    if *finding == Finding::NextVerified {
        promote(tx, &storage, &mut proof, now)?;
    }
    proof.learn(finding, now);
    let is_verified = matches!(finding, Finding::Verified | Finding::NextVerified);
    let attempts = if is_verified { 0 } else { claimed.attempts + 1 };
    let (overridden_by, overridden_at) = proof.overridden.unzip();
    let settled = tx.execute(
        "UPDATE role_proofs SET state = ?3, code = ?4, message = ?5, checked_at = ?6, verified_at = ?7,
             overridden_by = ?8, overridden_at = ?9, next_external_id = ?10, attempts = ?11,
             due_at = CASE WHEN due_at = ?12 THEN ?13 ELSE due_at END, lease_owner = NULL, lease_until = 0
         WHERE storage = ?1 AND lease_owner = ?2",
        params![
            &id,
            owner,
            proof.state,
            proof.code.as_ref(),
            proof.message.as_ref(),
            proof.checked_at,
            proof.verified_at,
            overridden_by.as_ref(),
            overridden_at,
            proof.next_external_id.as_ref(),
            attempts,
            claimed.due_at,
            next_due_at
        ],
    )?;
    if settled == 0 {
        return Err(lost(id));
    }
    storages::get(tx, organization, id)
}

/// The new external ID takes the old one's place. The old one stays the storage's own for ever.
fn promote(tx: &mut Tx, storage: &storages::Storage, proof: &mut RoleProof, now: i64) -> Result<()> {
    let Some(next) = proof.next_external_id.take() else {
        return Err(lost(storage.id));
    };
    let change = StorageChange {
        external_id: Some((next, ExternalIdSource::Hub)),
        ..StorageChange::default()
    };
    storages::update(
        tx,
        storage.organization,
        storage.id,
        storage.revision,
        &change,
        now,
    )?;
    Ok(())
}

/// The external ID that is to take the present one's place. A new revision, so that every hub asks with both.
pub fn set_next_external_id(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    external_id: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE role_proofs SET next_external_id = ?3 WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, external_id],
    )?;
    tx.execute(
        "UPDATE storages SET revision = revision + 1 WHERE organization = ?1 AND id = ?2",
        params![&organization, &storage],
    )?;
    Ok(())
}

/// Lets a storage be used unverified on somebody's word, or no longer.
pub fn set_override(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    by: Option<(UserId, i64)>,
) -> Result<()> {
    let (user, at) = by.unzip();
    tx.execute(
        "UPDATE role_proofs SET overridden_by = ?3, overridden_at = ?4 WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, user.as_ref(), at],
    )?;
    Ok(())
}

/// Forgets the proof of a storage that goes.
pub(crate) fn remove(tx: &mut Tx, storage: StorageId) -> Result<()> {
    tx.execute("DELETE FROM role_proofs WHERE storage = ?1", params![&storage])?;
    Ok(())
}

/// Ends all leases, for a hub that knows itself to be the only one.
pub fn free_all(tx: &mut Tx) -> Result<()> {
    tx.execute(
        "UPDATE role_proofs SET lease_owner = NULL, lease_until = 0 WHERE lease_owner IS NOT NULL",
        params![],
    )?;
    Ok(())
}

impl RoleProof {
    fn learn(&mut self, finding: &Finding, now: i64) {
        self.checked_at = Some(now);
        match finding.clone() {
            Finding::Verified | Finding::NextVerified => {
                *self = Self {
                    state: Verification::Verified,
                    checked_at: Some(now),
                    verified_at: Some(now),
                    next_external_id: self.next_external_id.take(),
                    ..Self::pending()
                };
            }
            Finding::Unverified { code, message } => {
                self.state = Verification::Unverified;
                (self.code, self.message) = (Some(code), Some(message));
            }
            // What was found before still stands, and its reason with it.
            Finding::Unknown { .. } if self.state == Verification::Unverified => {}
            Finding::Unknown { code, message } => {
                (self.code, self.message) = (Some(code), Some(message));
            }
        }
    }
}

/// The columns of the proof `p` of a storage; all null where there is none.
pub(crate) const COLUMNS: &str = "p.state, p.code, p.message, p.checked_at, p.verified_at, p.overridden_by,
    p.overridden_at, p.next_external_id";

pub(crate) fn read(row: &mut Row<'_>) -> Result<Option<RoleProof>> {
    let state: Option<Verification> = row.next()?;
    let code = row.next()?;
    let message = row.next()?;
    let checked_at = row.next()?;
    let verified_at = row.next()?;
    let by: Option<UserId> = row.next()?;
    let at: Option<i64> = row.next()?;
    let next_external_id = row.next()?;
    Ok(state.map(|state| RoleProof {
        state,
        code,
        message,
        checked_at,
        verified_at,
        overridden: by.zip(at),
        next_external_id,
    }))
}

fn lost(id: StorageId) -> Error {
    Error::conflict(
        "storage",
        id,
        "was changed while its role was tried; it is tried again",
    )
}
