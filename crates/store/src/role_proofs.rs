//! Whether the role of a storage insists on its external ID: what was found, when to try again, and who does.

use insitu_model::{
    id::{OrganizationId, StorageId, UserId},
    storage::{EXTERNAL_ID_OF_ANOTHER, TRUST_POLICY_MISSING_EXTERNAL_ID, Verification},
};

use crate::{
    Error, Result, Tx, named_roles,
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

/// Whether an owner's word counts against what was found: the operator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrides {
    Count,
    AreRefused,
}

/// Which proofs are taken: each line has workers of its own, so that nobody waits behind what is only due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Somebody waits for them.
    WaitedFor,
    /// Their day is over, or their rest.
    Due,
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
    /// It insists on this one that was to come, which takes its place.
    NextVerified(String),
    /// It does not, or does not let the hub in, or may not be used.
    Unverified { code: String, message: String },
    /// Nothing was found out.
    Unknown { code: String, message: String },
}

impl Finding {
    /// Whether the role lets the hub in with the storage's external ID, whoever else it lets in and whosever the ID is.
    pub fn is_let_in(&self) -> bool {
        match self {
            Self::Verified | Self::NextVerified(_) => true,
            Self::Unverified { code, .. } => {
                code == TRUST_POLICY_MISSING_EXTERNAL_ID || code == EXTERNAL_ID_OF_ANOTHER
            }
            Self::Unknown { .. } => false,
        }
    }
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

    /// Whether assets may be imported and signed: the role is verified, or nothing is known against one that was used
    /// before, or an owner takes what is missing on them.
    pub fn lets_use(&self, overrides: Overrides) -> bool {
        match self.state {
            Verification::Verified | Verification::Grandfathered => true,
            Verification::Pending | Verification::NotApplicable => false,
            Verification::Unverified => self.is_overruled(overrides),
        }
    }

    /// Whether an owner lets it be used all the same, and that counts.
    pub fn is_overruled(&self, overrides: Overrides) -> bool {
        overrides == Overrides::Count && self.overridden.is_some() && self.may_be_overridden()
    }

    /// Whether an owner may decide to use it all the same: only where the hub is let in and others might be.
    pub fn may_be_overridden(&self) -> bool {
        self.state == Verification::Unverified
            && self.code.as_deref() == Some(TRUST_POLICY_MISSING_EXTERNAL_ID)
    }
}

/// Begins anew: with a new storage, or another role, for which no other external ID is under way.
pub fn begin(tx: &mut Tx, organization: OrganizationId, storage: StorageId) -> Result<()> {
    tx.execute(
        "INSERT INTO role_proofs (storage, organization, state, attempts, due_at, is_waited_for, lease_until)
         VALUES (?2, ?1, ?3, 0, 0, 1, 0)
         ON CONFLICT (storage) DO UPDATE SET state = excluded.state, code = NULL, message = NULL, checked_at = NULL,
             verified_at = NULL, overridden_by = NULL, overridden_at = NULL, next_external_id = NULL, attempts = 0,
             due_at = 0, is_waited_for = 1, lease_owner = NULL, lease_until = 0",
        params![&organization, &storage, Verification::Pending],
    )?;
    Ok(())
}

/// Asks for a try as soon as possible, in this line unless it stands in the better one. One that is under way began too
/// early to count.
pub fn request(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    line: Line,
    now: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE role_proofs SET due_at = CASE WHEN due_at > ?3 THEN ?3 ELSE due_at - 1 END,
             is_waited_for = CASE WHEN ?4 = 1 THEN 1 ELSE is_waited_for END
         WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, now, line.is_waited_for()],
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

/// Proofs that somebody waits for which one organization has under way at a time: roles that hang keep no others waiting.
const WAITED_FOR_AT_ONCE: i64 = 2;

/// Takes the proof that waits longest in a line, of an organization that has not too many under way. Run it in
/// [`crate::Db::claim`]: two claimers get two proofs.
pub fn claim(tx: &mut Tx, line: Line, owner: &str, now: i64, lease_until: i64) -> Result<Option<Claimed>> {
    if line == Line::WaitedFor {
        // Of two who claim at the same moment, the second counts what the first took.
        tx.lock_name("awaited proofs of roles")?;
    }
    let found = tx.row(
        "SELECT organization, storage, attempts, due_at FROM role_proofs r
         WHERE is_waited_for = ?2 AND due_at <= ?1 AND lease_until < ?1
             AND (is_waited_for = 0 OR (SELECT COUNT(*) FROM role_proofs b WHERE b.organization = r.organization
                 AND b.is_waited_for = 1 AND b.lease_until >= ?1) < ?3)
         ORDER BY due_at LIMIT 1 /*claim*/",
        params![now, line.is_waited_for(), WAITED_FOR_AT_ONCE],
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
    if let Finding::NextVerified(tried) = finding {
        promote(tx, &storage, tried, now)?;
    }
    proof.learn(finding, now);
    let is_next = matches!(finding, Finding::NextVerified(_));
    let is_verified = is_next || *finding == Finding::Verified;
    let attempts = if is_verified { 0 } else { claimed.attempts + 1 };
    // What somebody else writes meanwhile is left alone: an override that ended, another external ID to come.
    let settled = tx.execute(
        "UPDATE role_proofs SET state = ?3, code = ?4, message = ?5, checked_at = ?6, verified_at = ?7,
             overridden_by = CASE WHEN ?8 = 1 THEN NULL ELSE overridden_by END,
             overridden_at = CASE WHEN ?8 = 1 THEN NULL ELSE overridden_at END,
             next_external_id = CASE WHEN ?9 = 1 THEN NULL ELSE next_external_id END, attempts = ?10,
             is_waited_for = CASE WHEN due_at = ?11 THEN 0 ELSE is_waited_for END,
             due_at = CASE WHEN due_at = ?11 THEN ?12 ELSE due_at END, lease_owner = NULL, lease_until = 0
         WHERE storage = ?1 AND lease_owner = ?2",
        params![
            &id,
            owner,
            proof.state,
            proof.code.as_ref(),
            proof.message.as_ref(),
            proof.checked_at,
            proof.verified_at,
            i64::from(is_verified),
            i64::from(is_next),
            attempts,
            claimed.due_at,
            next_due_at
        ],
    )?;
    if settled == 0 {
        return Err(lost(id));
    }
    if let Some(role) = storage.role_arn.as_deref().filter(|_| finding.is_let_in()) {
        named_roles::note(tx, organization, role)?;
    }
    storages::get(tx, organization, id)
}

/// The new external ID takes the old one's place, if it is still the one that was tried. The old one stays the storage's
/// own for ever.
fn promote(tx: &mut Tx, storage: &storages::Storage, tried: &str, now: i64) -> Result<()> {
    let next = storage
        .proof
        .as_ref()
        .and_then(|proof| proof.next_external_id.as_deref());
    if next != Some(tried) {
        return Err(lost(storage.id));
    }
    let change = StorageChange {
        external_id: Some((tried.to_owned(), ExternalIdSource::Hub)),
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

/// The external ID that is to take the present one's place, or none any more. A new revision, so that every hub asks with
/// both, or with the present one alone. A try that is under way is nobody's any more: it knocked with what was before.
pub fn set_next_external_id(
    tx: &mut Tx,
    organization: OrganizationId,
    storage: StorageId,
    external_id: Option<&str>,
) -> Result<()> {
    tx.execute(
        "UPDATE role_proofs SET next_external_id = ?3, lease_owner = NULL, lease_until = 0
         WHERE organization = ?1 AND storage = ?2",
        params![&organization, &storage, external_id],
    )?;
    tx.execute(
        "UPDATE storages SET revision = revision + 1 WHERE organization = ?1 AND id = ?2",
        params![&organization, &storage],
    )?;
    Ok(())
}

/// The organization's storages that are not verified, with their names and what is known of them.
pub fn unverified(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<(StorageId, String, RoleProof)>> {
    let rows = tx.rows(
        &format!(
            "SELECT s.id, s.name, {COLUMNS} FROM role_proofs p JOIN storages s ON s.id = p.storage
             WHERE p.organization = ?1 AND p.state <> ?2 ORDER BY s.id"
        ),
        params![&organization, Verification::Verified],
        |row| Ok((row.next()?, row.next()?, read(row)?)),
    )?;
    let known = |(id, name, proof): (StorageId, String, Option<RoleProof>)| Some((id, name, proof?));
    Ok(rows.into_iter().filter_map(known).collect())
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

impl Line {
    fn is_waited_for(self) -> i64 {
        i64::from(self == Self::WaitedFor)
    }
}

impl RoleProof {
    fn learn(&mut self, finding: &Finding, now: i64) {
        self.checked_at = Some(now);
        match finding.clone() {
            Finding::Verified | Finding::NextVerified(_) => {
                *self = Self {
                    state: Verification::Verified,
                    checked_at: Some(now),
                    verified_at: Some(now),
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
