//! What is known of a storage's role: who tries it and when, what stands, and how an external ID takes another's place.

use insitu_model::{
    id::{OrganizationId, StorageId},
    storage::{AccessType, TRUST_POLICY_MISSING_EXTERNAL_ID, Verification},
};
use insitu_store::{
    Error, external_ids, role_overrides,
    role_proofs::{self, Claimed, Finding, Line, Overrides, RoleProof},
    storages::{self, ExternalIdSource, Storage, StorageChange},
};

use crate::harness::{LEASE, Store, contract};

const DAY: i64 = 24 * 3600 * 1000;

pub async fn delegated(store: &Store, organization: OrganizationId, name: &str) -> StorageId {
    let mut new = store.new_storage(organization, name);
    new.access_type = AccessType::IamDelegated;
    new.role_arn = Some("arn:aws:iam::123456789012:role/r".to_owned());
    new.external_id = Some(format!("id-of-{name}"));
    let id = new.id;
    store.write(move |tx| storages::insert(tx, &new)).await.unwrap();
    id
}

/// Takes what somebody waits for.
async fn take(store: &Store, owner: &'static str) -> Option<Claimed> {
    take_in(store, Line::WaitedFor, owner).await
}

async fn take_in(store: &Store, line: Line, owner: &'static str) -> Option<Claimed> {
    let now = store.tick();
    store
        .write(move |tx| role_proofs::claim(tx, line, owner, now, now + LEASE))
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
        assert!(!proof(store, organization, id).await.lets_use(Overrides::Count));
        let storage = settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        assert!(storage.proof.unwrap().lets_use(Overrides::Count));
        assert_eq!(take(store, "b").await, None);
        let late = store.tick() + 2 * DAY;
        let claimed = store.write(move |tx| role_proofs::claim(tx, Line::Due, "b", late, late + LEASE)).await.unwrap();
        assert_eq!(claimed.unwrap().storage, id);
    }
}

contract! {
    async fn a_worker_that_is_gone_is_replaced_and_one_that_is_late_is_not_heard(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let first = take(store, "a").await.unwrap();
        let late = store.tick() + LEASE + 1;
        let second = store.write(move |tx| role_proofs::claim(tx, Line::WaitedFor, "b", late, late + LEASE)).await.unwrap().unwrap();
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
            store.write(move |tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now)).await.unwrap();
            let claimed = take(store, "a").await.unwrap();
            settle(store, &claimed, "a", finding).await.unwrap().proof.unwrap()
        };
        let pending = found(unknown()).await;
        assert_eq!((pending.state, pending.code.as_deref()), (Verification::Pending, Some("connect.timeout")));
        assert!(!pending.lets_use(Overrides::Count));
        assert_eq!(found(Finding::Verified).await.code, None);
        let verified = found(unknown()).await;
        assert_eq!(verified.state, Verification::Verified);
        assert!(verified.lets_use(Overrides::Count) && verified.checked_at > verified.verified_at);
        found(unsafe_trust()).await;
        let unverified = found(unknown()).await;
        assert_eq!(unverified.code.as_deref(), Some(TRUST_POLICY_MISSING_EXTERNAL_ID));
        assert!(!unverified.lets_use(Overrides::Count));
    }
}

contract! {
    async fn a_try_that_was_asked_for_meanwhile_is_not_forgotten(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        let now = store.tick();
        store.write(move |tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now)).await.unwrap();
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
        assert!(proof(store, organization, id).await.lets_use(Overrides::Count));
        let request = move |tx: &mut insitu_store::Tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now);
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
            store.write(move |tx| role_overrides::set(tx, organization, id, by)).await.unwrap();
            proof(store, organization, id).await.lets_use(Overrides::Count)
        };
        let found = async |finding| {
            let now = store.tick();
            store.write(move |tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now)).await.unwrap();
            let claimed = take(store, "a").await.unwrap();
            settle(store, &claimed, "a", finding).await.unwrap().proof.unwrap()
        };
        assert!(!overrule().await, "nothing is known yet");
        let denied = Finding::Unverified { code: "storage.role_denied".to_owned(), message: String::new() };
        assert!(!found(denied).await.lets_use(Overrides::Count));
        assert!(found(unsafe_trust()).await.lets_use(Overrides::Count));
        assert!(overrule().await);
        assert_eq!(found(Finding::Verified).await.overridden, None);
        assert!(!found(unsafe_trust()).await.lets_use(Overrides::Count), "another time it is decided again");
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
                external_ids::own(tx, organization, "id-of-Photos", id, now)?;
                external_ids::reserve(tx, organization, "next", ExternalIdSource::Hub, now)?;
                external_ids::take(tx, organization, "next", (id, "r"))?;
                role_proofs::set_next_external_id(tx, organization, id, Some("next"))
            })
            .await
            .unwrap();
        let claimed = take(store, "a").await.unwrap();
        let before = settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        assert_eq!(before.external_id.as_deref(), Some("id-of-Photos"));
        assert_eq!(before.proof.unwrap().next_external_id.as_deref(), Some("next"));
        let now = store.tick();
        store.write(move |tx| role_proofs::request(tx, organization, id, Line::WaitedFor, now)).await.unwrap();
        // The other organization's storage waits too.
        let mut claimed = take(store, "a").await.unwrap();
        if claimed.storage == other {
            claimed = take(store, "a").await.unwrap();
        }
        let after = settle(store, &claimed, "a", Finding::NextVerified("next".to_owned())).await.unwrap();
        assert_eq!(after.external_id.as_deref(), Some("next"));
        assert_eq!((after.external_id_source, after.revision), (Some(ExternalIdSource::Hub), before.revision + 1));
        assert_eq!(after.proof.unwrap().next_external_id, None);
        let answer = store.write(move |tx| external_ids::take(tx, others, "next", (other, "r"))).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        let now = store.tick();
        let own = store.write(move |tx| external_ids::own(tx, others, "id-of-Photos", other, now)).await;
        assert!(!own.unwrap(), "the old one is not free");
    }
}

contract! {
    async fn an_external_id_that_was_not_tried_takes_no_ones_place(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let come = async |next: Option<&'static str>| {
            let now = store.tick();
            let set = move |tx: &mut insitu_store::Tx| {
                if let Some(next) = next {
                    external_ids::reserve(tx, organization, next, ExternalIdSource::Hub, now)?;
                    external_ids::take(tx, organization, next, (id, "r"))?;
                }
                role_proofs::set_next_external_id(tx, organization, id, next)
            };
            store.write(set).await.unwrap();
        };
        let found = |next: &str| Finding::NextVerified(next.to_owned());
        come(Some("first")).await;
        let early = take(store, "a").await.unwrap();
        come(None).await;
        // Whoever comes next does not wait for the one before.
        let now = take(store, "b").await.unwrap();
        come(Some("second")).await;
        for (claimed, owner) in [(&early, "a"), (&now, "b")] {
            for finding in [found("first"), Finding::Verified] {
                let answer = settle(store, claimed, owner, finding).await;
                assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
            }
        }
        let claimed = take(store, "c").await.unwrap();
        let answer = settle(store, &claimed, "c", found("first")).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
        let after = settle(store, &claimed, "c", found("second")).await.unwrap();
        assert_eq!(after.external_id.as_deref(), Some("second"));
    }
}

contract! {
    async fn who_is_waited_for_stands_in_a_line_of_its_own(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let overdue = delegated(store, organization, "Overdue").await;
        let claimed = take(store, "a").await.unwrap();
        settle(store, &claimed, "a", unknown()).await.unwrap();
        let wanted = delegated(store, organization, "Wanted").await;
        let late = store.tick() + 2 * DAY;
        let claim = async |line: Line| {
            let claim = move |tx: &mut insitu_store::Tx| role_proofs::claim(tx, line, "a", late, late + LEASE);
            store.write(claim).await.unwrap().map(|claimed| claimed.storage)
        };
        assert_eq!(claim(Line::WaitedFor).await, Some(wanted), "not the one that is longer due");
        assert_eq!(claim(Line::WaitedFor).await, None);
        let request = async |line: Line| {
            let request = move |tx: &mut insitu_store::Tx| role_proofs::request(tx, organization, overdue, line, late);
            store.write(request).await.unwrap();
        };
        request(Line::WaitedFor).await;
        request(Line::Due).await;
        assert_eq!(claim(Line::Due).await, None, "it was asked for, and is not pushed back");
        assert_eq!(claim(Line::WaitedFor).await, Some(overdue));
    }
}

contract! {
    async fn an_override_ends_when_another_organization_names_the_role(store: &Store) {
        const ROLE: &str = "arn:aws:iam::123456789012:role/r";
        let (organization, owner) = store.organization("acme").await;
        let (rival, _) = store.organization("rival").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        settle(store, &claimed, "a", unsafe_trust()).await.unwrap();
        let by = Some((owner, store.tick()));
        store.write(move |tx| role_overrides::set(tx, organization, id, by)).await.unwrap();
        let end = async |organization, role| {
            store.write(move |tx| role_overrides::end_of_others(tx, organization, role)).await.unwrap()
        };
        assert_eq!(end(organization, ROLE).await, [], "its own word stands");
        assert_eq!(end(rival, "arn:aws:iam::123456789012:role/other").await, []);
        let overruled = proof(store, organization, id).await;
        assert!(overruled.lets_use(Overrides::Count));
        assert!(!overruled.lets_use(Overrides::AreRefused), "unless the operator has it otherwise");
        let ended = end(rival, ROLE).await;
        let names: Vec<_> = ended.iter().map(|one| (one.organization, one.storage, one.name.as_str())).collect();
        assert_eq!(names, [(organization, id, "Photos")]);
        assert!(!proof(store, organization, id).await.lets_use(Overrides::Count));
        assert_eq!(end(rival, ROLE).await, [], "once");
    }
}

contract! {
    async fn who_tries_a_role_does_not_bring_an_override_back_that_ended_meanwhile(store: &Store) {
        let (organization, owner) = store.organization("acme").await;
        let id = delegated(store, organization, "Photos").await;
        let claimed = take(store, "a").await.unwrap();
        settle(store, &claimed, "a", unsafe_trust()).await.unwrap();
        let word = async |by| {
            store.write(move |tx| role_overrides::set(tx, organization, id, by)).await.unwrap();
        };
        word(Some((owner, 1))).await;
        let now = store.tick();
        let request = move |tx: &mut insitu_store::Tx| {
            role_proofs::request(tx, organization, id, Line::WaitedFor, now)
        };
        store.write(request).await.unwrap();
        let claimed = take(store, "a").await.unwrap();
        word(None).await;
        let after = settle(store, &claimed, "a", unsafe_trust()).await.unwrap();
        assert_eq!(after.proof.unwrap().overridden, None);
    }
}

contract! {
    async fn what_is_not_verified_is_listed_with_its_name(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (others, _) = store.organization("other").await;
        let id = delegated(store, organization, "Photos").await;
        delegated(store, others, "Theirs").await;
        let unverified = async || {
            let found = store.read(move |tx| role_proofs::unverified(tx, organization)).await.unwrap();
            found.into_iter().map(|(id, name, proof)| (id, name, proof.state)).collect::<Vec<_>>()
        };
        assert_eq!(unverified().await, [(id, "Photos".to_owned(), Verification::Pending)]);
        let now = store.tick();
        let claim = move |tx: &mut insitu_store::Tx| {
            let mut claimed = Vec::new();
            while let Some(one) = role_proofs::claim(tx, Line::WaitedFor, "a", now, now + LEASE)? {
                claimed.push(one);
            }
            Ok::<_, Error>(claimed)
        };
        for claimed in store.write(claim).await.unwrap() {
            settle(store, &claimed, "a", Finding::Verified).await.unwrap();
        }
        assert_eq!(unverified().await, []);
    }
}

contract! {
    async fn an_organization_whose_roles_hang_keeps_no_other_waiting(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (others, _) = store.organization("other").await;
        for name in ["a", "b", "c"] {
            delegated(store, organization, name).await;
        }
        let theirs = delegated(store, others, "Theirs").await;
        let mut under_way = Vec::new();
        while let Some(claimed) = take(store, "a").await {
            under_way.push(claimed);
        }
        let is_theirs = |claimed: &&Claimed| claimed.storage == theirs;
        assert_eq!((under_way.len(), under_way.iter().filter(is_theirs).count()), (3, 1));
        // As soon as one is done the next one is tried.
        let done = under_way.iter().find(|claimed| !is_theirs(claimed)).unwrap();
        settle(store, done, "a", Finding::Verified).await.unwrap();
        let next = take(store, "a").await.unwrap();
        assert_eq!(next.organization, organization);
        assert!(under_way.iter().all(|claimed| claimed.storage != next.storage));
        assert_eq!(take(store, "a").await, None);
    }
}
