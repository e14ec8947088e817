//! Proofs of refusal: the roles of storages are tried when they are connected, when somebody asks, and every day.
//!
//! What a try finds stands until the next one finds something else. A try that finds nothing (STS is down, the hub has no
//! identity) changes nothing and comes again soon: what was verified goes on, and what never was waits.
//!
//! What somebody waits for has a line and workers of its own: the daily tries of thousands of storages, or an STS that
//! hangs, keep nobody from connecting one.

use std::time::Duration;

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::storage::EXTERNAL_ID_OF_ANOTHER;
use insitu_store::audit::{self, AuditRecord};
use insitu_store::role_proofs::{self, Claimed, Finding, Line};
use insitu_store::storages::{self, ExternalIdSource, Storage};
use insitu_store::{Error, Tx, external_ids, named_roles, role_overrides};
use serde_json::json;
use tokio::time::Instant;

use super::runner::{Kind, Work};
use super::{Jobs, Lane};
use crate::cloud_access::proof::{NOT_PROVED_YET, ROLE_OF_ANOTHER, prove};
use crate::hub::Hub;

/// How long a verified role is believed.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The first rest after a try that did not verify; it doubles with each.
const FIRST_REST_MS: i64 = 5_000;
/// The longest rest.
const REST_MAX_MS: i64 = 60 * 60 * 1000;
/// How long a proof belongs to a worker: longer than any takes.
const LEASE_MS: i64 = 60_000;
/// How long a request waits for a proof before it answers without.
pub const PATIENCE: Duration = Duration::from_secs(8);
/// Longest try that somebody waits for, so that whoever waits hears of it. The next one takes its time.
const AWAITED_MAX: Duration = Duration::from_secs(7);
/// Longest try that nobody waits for.
const DUE_MAX: Duration = Duration::from_secs(20);

/// A proof that somebody waits for.
#[derive(Debug, Clone)]
pub struct Awaited(Claimed);

impl Kind for Awaited {
    const NAME: &'static str = "awaited proof of a role";
    const WORKERS: usize = 8;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.awaited_proofs
    }

    fn claim(tx: &mut Tx, owner: &str, now: i64, _: i64) -> Result<Option<Self>, Error> {
        let claimed = role_proofs::claim(tx, Line::WaitedFor, owner, now, now + LEASE_MS)?;
        Ok(claimed.map(Self))
    }

    async fn work(work: Work<Self>) {
        work.claimed().prove_within(AWAITED_MAX).await;
    }

    async fn give_up(work: Work<Self>) {
        Claimed::give_up(work.claimed()).await;
    }
}

impl Work<Awaited> {
    fn claimed(self) -> Work<Claimed> {
        Work {
            hub: self.hub,
            owner: self.owner,
            job: self.job.0,
            stopping: self.stopping,
        }
    }
}

impl Kind for Claimed {
    const NAME: &'static str = "proof of a role";
    const WORKERS: usize = 4;

    fn lane(jobs: &Jobs) -> &Lane {
        &jobs.proofs
    }

    fn claim(tx: &mut Tx, owner: &str, now: i64, _: i64) -> Result<Option<Self>, Error> {
        role_proofs::claim(tx, Line::Due, owner, now, now + LEASE_MS)
    }

    async fn work(work: Work<Self>) {
        work.prove_within(DUE_MAX).await;
    }

    async fn give_up(work: Work<Self>) {
        // Nothing was found out, so the role rests as after any such try.
        let nothing = Finding::Unknown {
            code: "hub.internal".to_owned(),
            message: "a fault of the hub's own kept it from trying the role; the operator finds the cause in the hub's log".to_owned(),
        };
        let settled = match work.before().await {
            Ok(before) => work.settle(before, nothing).await,
            Err(error) => Err(error),
        };
        work.tell(settled);
    }
}

impl Work<Claimed> {
    async fn prove_within(&self, longest: Duration) {
        self.tell(self.prove(longest).await);
    }

    fn tell(&self, proved: Result<(), Error>) {
        match proved {
            Ok(()) => {}
            Err(Error::Conflict { .. } | Error::NotFound { .. }) => {
                tracing::info!(storage = %self.job.storage, "a storage was changed while its role was tried");
            }
            Err(error) => tracing::error!(%error, "the proof of a role has to wait for the database"),
        }
    }

    async fn prove(&self, longest: Duration) -> Result<(), Error> {
        let before = self.before().await?;
        let found = prove(&self.hub, &before, longest).await;
        self.settle(before, found).await
    }

    async fn before(&self) -> Result<Storage, Error> {
        let (organization, id) = (self.job.organization, self.job.storage);
        self.hub
            .db
            .read(move |tx| storages::get(tx, organization, id))
            .await
    }

    async fn settle(&self, before: Storage, found: Finding) -> Result<(), Error> {
        let now = self.hub.clock.now_ms();
        let (job, owner, of_hub) = (self.job.clone(), self.owner.clone(), self.hub.clone());
        let (after, finding, ended) = self
            .hub
            .db
            .claim(move |tx| {
                let finding = refuse_what_is_of_another(tx, &before, &found, now)?;
                let due_at = now + rest_ms(&finding, job.attempts);
                let after = role_proofs::settle(tx, &job, &owner, &finding, due_at, now)?;
                let record = record(&of_hub, &before, &finding);
                record.map(|record| audit::insert(tx, &record)).transpose()?;
                let ended = match finding.is_let_in() {
                    true => end_overrides_of_others(tx, &of_hub, &after)?,
                    false => Vec::new(),
                };
                Ok::<_, Error>((after, finding, ended))
            })
            .await?;
        self.notice(&after, &finding);
        ended
            .into_iter()
            .for_each(|other| self.hub.cloud.read_again(other));
        Ok(())
    }

    fn notice(&self, after: &Storage, finding: &Finding) {
        match finding {
            Finding::Unverified { code, message } | Finding::Unknown { code, message } => {
                tracing::warn!(storage = %after.id, code, message, "the role of a storage was not verified");
            }
            Finding::Verified | Finding::NextVerified(_) => {}
        }
        if finding.is_let_in() {
            self.hub.cloud.was_let_in(after.id);
        }
        // Sessions go on, so that URLs stay the same.
        self.hub.cloud.read_again(after.id);
    }
}

/// Refuses to an external ID that somebody typed a role that let another organization in first, as the other's trust policy
/// may take more than one, and this one be guessed; and the ID itself to all but the first whose role insists on it. One
/// that the hub made fits nothing but itself.
fn refuse_what_is_of_another(
    tx: &mut Tx,
    storage: &Storage,
    finding: &Finding,
    now: i64,
) -> Result<Finding, Error> {
    let role = storage.role_arn.as_deref().unwrap_or_default();
    if finding.is_let_in() {
        // Of two that it lets in at once, one is noted before the other looks.
        named_roles::lock(tx, role)?;
    }
    let is_typed = storage.external_id_source == Some(ExternalIdSource::Customer);
    let is_by_it = finding.is_let_in() && !matches!(finding, Finding::NextVerified(_));
    if !is_typed || !is_by_it {
        return Ok(finding.clone());
    }
    let organization = storage.organization;
    let is_first =
        named_roles::is_own(tx, organization, role)? || !named_roles::is_of_another(tx, organization, role)?;
    if !is_first {
        return Ok(of_another(
            ROLE_OF_ANOTHER,
            &format!(
                "The role {role} lets in another organization of this hub too, so it is taken only with an external ID that the hub made"
            ),
        ));
    }
    let external_id = storage.external_id.as_deref().unwrap_or_default();
    if *finding == Finding::Verified && !external_ids::own(tx, organization, external_id, storage.id, now)? {
        return Ok(of_another(
            EXTERNAL_ID_OF_ANOTHER,
            &format!(
                "The role {role} insists on the external ID {external_id}, and so does a role of another organization of this hub, which was here first. One that somebody typed may be anybody's, so each is taken from one organization only"
            ),
        ));
    }
    Ok(finding.clone())
}

fn of_another(code: &str, what: &str) -> Finding {
    Finding::Unverified {
        code: code.to_owned(),
        message: format!(
            "{what}. Have the hub make another external ID, paste the trust policy with that one, then verify the storage again."
        ),
    }
}

/// Ends other organizations' overrides of the role that let this storage in, on their records; the storages that they were
/// of, which are to be read again.
fn end_overrides_of_others(tx: &mut Tx, hub: &Hub, storage: &Storage) -> Result<Vec<StorageId>, Error> {
    let Some(role) = &storage.role_arn else {
        return Ok(Vec::new());
    };
    let ended = role_overrides::end_of_others(tx, storage.organization, role)?;
    for one in &ended {
        let what = (
            AuditAction::VerificationOverrideEnded,
            AuditSubject::Storage(one.storage),
        );
        let details = json!({ "name": one.name, "code": ROLE_OF_ANOTHER });
        let record = crate::audit::record(hub, one.organization, None, what, &details);
        audit::insert(tx, &record)?;
    }
    Ok(ended.into_iter().map(|one| one.storage).collect())
}

fn rest_ms(finding: &Finding, attempts: u32) -> i64 {
    match finding {
        Finding::Verified | Finding::NextVerified(_) => DAY_MS,
        Finding::Unverified { .. } | Finding::Unknown { .. } => {
            (FIRST_REST_MS << attempts.min(16)).min(REST_MAX_MS)
        }
    }
}

/// What the audit record says where a try changed what is known.
fn record(hub: &Hub, before: &Storage, finding: &Finding) -> Option<AuditRecord> {
    let known = before.proof.as_ref()?;
    let (action, details) = match finding {
        Finding::Unknown { .. } => return None,
        Finding::NextVerified(tried) => (
            AuditAction::ExternalIdRotated,
            json!({ "name": before.name, "externalId": tried, "former": before.external_id }),
        ),
        Finding::Verified if known.verified_at.is_some() && known.code.is_none() => return None,
        Finding::Verified => (AuditAction::StorageVerified, json!({ "name": before.name })),
        Finding::Unverified { code, .. } if known.code.as_ref() == Some(code) => return None,
        Finding::Unverified { code, .. } => (
            AuditAction::StorageUnverified,
            json!({ "name": before.name, "code": code }),
        ),
    };
    let what = (action, AuditSubject::Storage(before.id));
    Some(crate::audit::record(
        hub,
        before.organization,
        None,
        what,
        &details,
    ))
}

/// Has the role of a storage tried now, and waits for what is found until then; the storage as it is.
pub async fn prove_now(
    hub: &Hub,
    organization: OrganizationId,
    id: StorageId,
    until: Instant,
) -> Result<Storage, Error> {
    let now = hub.clock.now_ms();
    hub.db
        .write(move |tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now))
        .await?;
    wait(hub, organization, id, until).await
}

/// Until when a request that begins now waits for its proof, and for everything else that STS has to say to it.
pub fn deadline() -> Instant {
    Instant::now() + PATIENCE
}

/// Waits for the try that is due or under way until then; the storage as it is. Where nobody got to it, that is said of
/// one that is known from before, too.
pub async fn wait(
    hub: &Hub,
    organization: OrganizationId,
    id: StorageId,
    until: Instant,
) -> Result<Storage, Error> {
    let mut waiting = hub.jobs.waiting(&hub.jobs.awaited_proofs);
    hub.jobs.awaited_proofs.one_arrived();
    let waited = tokio::time::timeout_at(until, async {
        loop {
            let now = hub.clock.now_ms();
            let is_awaited = hub
                .db
                .read(move |tx| role_proofs::is_awaited(tx, organization, id, now))
                .await?;
            if !is_awaited || waiting.look_again().await.is_err() {
                return Ok::<_, Error>(());
            }
        }
    });
    if let Ok(ended) = waited.await {
        ended?;
    }
    // Another hub may have found it.
    hub.cloud.read_again(id);
    let now = hub.clock.now_ms();
    let read = hub.db.read(move |tx| {
        let storage = storages::get(tx, organization, id)?;
        Ok::<_, Error>((storage, role_proofs::is_awaited(tx, organization, id, now)?))
    });
    let (mut storage, is_awaited) = read.await?;
    if let Some(proof) = storage
        .proof
        .as_mut()
        .filter(|proof| is_awaited && proof.code.is_none())
    {
        proof.code = Some(NOT_PROVED_YET.to_owned());
        proof.message =
            Some("the role was not tried to the end in time; the hub goes on by itself".to_owned());
    }
    Ok(storage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verified_role_is_tried_daily_and_another_ever_more_seldom() {
        assert_eq!(rest_ms(&Finding::Verified, 9), DAY_MS);
        let unknown = Finding::Unknown {
            code: String::new(),
            message: String::new(),
        };
        assert_eq!([0, 1, 2].map(|n| rest_ms(&unknown, n)), [5_000, 10_000, 20_000]);
        assert_eq!([20, u32::MAX].map(|n| rest_ms(&unknown, n)), [REST_MAX_MS; 2]);
    }
}
