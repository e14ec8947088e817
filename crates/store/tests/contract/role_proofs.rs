//! What is known of a storage's role: who tries it and when, what stands, and how an external ID takes another's place.

use insitu_model::{
    id::{OrganizationId, StorageId},
    storage::{AccessType, TRUST_POLICY_MISSING_EXTERNAL_ID, Verification},
};
use insitu_store::{
    Error, external_ids,
    role_proofs::{self, Claimed, Finding, RoleProof},
    storages::{self, ExternalIdSource, Storage, StorageChange},
};

use crate::harness::{LEASE, Store, contract};

const DAY: i64 = 24 * 3600 * 1000;

async fn delegated(store: &Store, organization: OrganizationId, name: &str) -> StorageId {
    let mut new = store.new_storage(organization, name);
    new.access_type = AccessType::IamDelegated;
    new.role_arn = Some("arn:aws:iam::123456789012:role/r".to_owned());
    new.external_id = Some(format!("id-of-{name}"));
    let id = new.id;
    store.write(move |tx| storages::insert(tx, &new)).await.unwrap();
    id
}

async fn take(store: &Store, owner: &'static str) -> Option<Claimed> {
    let now = store.tick();
    store
        .write(move |tx| role_proofs::claim(tx, owner, now, now + LEASE))
        .await
        .unwrap()
}

async fn settle(
    store: &Store,
    claimed: &Claimed,
    owner: &'static str,
    finding: Finding,
) -> Result<Storage, Error> {
    let (now, claimed) = (store.tick(), claimed.clone());
    store
        .write(move |tx| role_proofs::settle(tx, &claimed, owner, &finding, now + DAY, now))
        .await
}

async fn proof(store: &Store, organization: OrganizationId, id: StorageId) -> RoleProof {
    let found = store.read(move |tx| storages::get(tx, organization, id)).await;
    found.unwrap().proof.unwrap()
}

fn unsafe_trust() -> Finding {
    Finding::Unverified {
        code: TRUST_POLICY_MISSING_EXTERNAL_ID.to_owned(),
        message: "it lets anybody in".to_owned(),
    }
}

fn unknown() -> Finding {
    Finding::Unknown {
        code: "connect.timeout".to_owned(),
        message: "sts did not answer".to_owned(),
    }
}

contract! {
    async fn a_role_is_tried_once_by_one_and_again_when_it_is_due(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        store.storage(organization, "by key").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        assert_eq!((claimed.organization, claimed.storage), (organization, id));
        assert_eq!(take(store, "b").await, None, "one works on it, and a key is nothing to prove");
        assert!(!proof(store, organization, id).await.lets_use());
        let storage = settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        assert!(storage.proof.unwrap().lets_use());
        assert_eq!(take(store, "b").await, None);
        let late = store.tick() + 2 * DAY;
        let claimed = store.write(move |tx| role_proofs::claim(tx, "b", late, late + LEASE)).await.unwrap();
        assert_eq!(claimed.unwrap().storage, id);
    }
}

contract! {
    async fn a_worker_that_is_gone_is_replaced_and_one_that_is_late_is_not_heard(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let first = take(store, "a").await.unwrap();
        let late = store.tick() + LEASE + 1;
        let second = store.write(move |tx| role_proofs::claim(tx, "b", late, late + LEASE)).await.unwrap().unwrap();
        let answer = settle(store, &first, "a", Finding::Verified).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
        settle(store, &second, "b", unsafe_trust()).await.unwrap();
        assert_eq!(proof(store, organization, id).await.state, Verification::Unverified);
    }
}

contract! {
    async fn what_proves_nothing_changes_nothing(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let found = async |finding| {
            let now = store.tick();
            store.write(move |tx| role_proofs::request(tx, organization, id, now)).await.unwrap();
            let claimed = take(store, "a").await.unwrap();
            settle(store, &claimed, "a", finding).await.unwrap().proof.unwrap()
        };
        let pending = found(unknown()).await;
        assert_eq!((pending.state, pending.code.as_deref()), (Verification::Pending, Some("connect.timeout")));
        assert!(!pending.lets_use());
        assert_eq!(found(Finding::Verified).await.code, None);
        let verified = found(unknown()).await;
        assert_eq!(verified.state, Verification::Verified);
        assert!(verified.lets_use() && verified.checked_at > verified.verified_at);
        found(unsafe_trust()).await;
        let unverified = found(unknown()).await;
        assert_eq!(unverified.code.as_deref(), Some(TRUST_POLICY_MISSING_EXTERNAL_ID));
        assert!(!unverified.lets_use());
    }
}

contract! {
    async fn a_try_that_was_asked_for_meanwhile_is_not_forgotten(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        let now = store.tick();
        store.write(move |tx| role_proofs::request(tx, organization, id, now)).await.unwrap();
        settle(store, &claimed, "a", unsafe_trust()).await.unwrap();
        let now = store.tick();
        let awaited = move |tx: &mut insitu_store::Tx| role_proofs::is_awaited(tx, organization, id, now);
        assert!(store.read(awaited).await.unwrap());
        let again = take(store, "a").await.unwrap();
        assert_eq!(again.attempts, 1);
        settle(store, &again, "a", Finding::Verified).await.unwrap();
        assert!(!store.read(awaited).await.unwrap());
    }
}

contract! {
    async fn another_role_is_proved_anew(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        let now = store.tick();
        let renamed = StorageChange { name: Some("Pictures".to_owned()), ..Default::default() };
        store.write(move |tx| storages::update(tx, organization, id, 1, &renamed, now)).await.unwrap();
        assert!(proof(store, organization, id).await.lets_use());
        let request = move |tx: &mut insitu_store::Tx| role_proofs::request(tx, organization, id, now);
        store.write(request).await.unwrap();
        let of_old_role = take(store, "a").await.unwrap();
        let role = StorageChange {
            role_arn: Some("arn:aws:iam::123456789012:role/other".to_owned()),
            ..Default::default()
        };
        store.write(move |tx| storages::update(tx, organization, id, 2, &role, now)).await.unwrap();
        let answer = settle(store, &of_old_role, "a", Finding::Verified).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
        assert_eq!(proof(store, organization, id).await, RoleProof::pending());
        store.write(move |tx| storages::delete(tx, organization, id, false, now)).await.unwrap();
        assert_eq!(take(store, "a").await, None);
    }
}

contract! {
    async fn an_override_lets_use_what_is_open_to_others_until_it_is_verified(store: &Store) {
        let (organization, owner) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let overrule = async || {
            let by = Some((owner, store.tick()));
            store.write(move |tx| role_proofs::set_override(tx, organization, id, by)).await.unwrap();
            proof(store, organization, id).await.lets_use()
        };
        let found = async |finding| {
            let now = store.tick();
            store.write(move |tx| role_proofs::request(tx, organization, id, now)).await.unwrap();
            let claimed = take(store, "a").await.unwrap();
            settle(store, &claimed, "a", finding).await.unwrap().proof.unwrap()
        };
        assert!(!overrule().await, "nothing is known yet");
        let denied = Finding::Unverified { code: "storage.role_denied".to_owned(), message: String::new() };
        assert!(!found(denied).await.lets_use());
        assert!(found(unsafe_trust()).await.lets_use());
        assert!(overrule().await);
        assert_eq!(found(Finding::Verified).await.overridden, None);
        assert!(!found(unsafe_trust()).await.lets_use(), "another time it is decided again");
    }
}

contract! {
    async fn a_new_external_id_takes_the_old_ones_place_once_it_is_verified(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (others, _) = store.organization("other").await;
        let id = delegated(store, organization, "Photos").await;
        let other = delegated(store, others, "Theirs").await;
        let now = store.tick();
        store
            .write(move |tx| {
                external_ids::take(tx, organization, "id-of-Photos", id, now)?;
                external_ids::reserve(tx, organization, "next", ExternalIdSource::Hub, now)?;
                external_ids::take(tx, organization, "next", id, now)?;
                role_proofs::set_next_external_id(tx, organization, id, "next")
            })
            .await
            .unwrap();
        let claimed = take(store, "a").await.unwrap();
        let before = settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        assert_eq!(before.external_id.as_deref(), Some("id-of-Photos"));
        assert_eq!(before.proof.unwrap().next_external_id.as_deref(), Some("next"));
        let now = store.tick();
        store.write(move |tx| role_proofs::request(tx, organization, id, now)).await.unwrap();
        // The other organization's storage waits too.
        let mut claimed = take(store, "a").await.unwrap();
        if claimed.storage == other {
            claimed = take(store, "a").await.unwrap();
        }
        let after = settle(store, &claimed, "a", Finding::NextVerified).await.unwrap();
        assert_eq!(after.external_id.as_deref(), Some("next"));
        assert_eq!((after.external_id_source, after.revision), (Some(ExternalIdSource::Hub), before.revision + 1));
        assert_eq!(after.proof.unwrap().next_external_id, None);
        for text in ["id-of-Photos", "next"] {
            let answer = store.write(move |tx| external_ids::take(tx, others, text, other, now)).await;
            assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{text}: {answer:?}");
        }
    }
}
