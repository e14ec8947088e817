//! External IDs of roles: whose one is, from when on, and for how long.

use insitu_model::storage::AccessType;
use insitu_store::{
    Error, external_ids,
    storages::{self, ExternalIdSource},
};

use crate::harness::{NOW, all, contract};

const ROLE: &str = "arn:aws:iam::123456789012:role/insitu";

contract! {
    async fn an_external_id_is_never_given_to_another_organization(store: &Store) {
        let (ours, _) = store.organization("acme").await;
        let (theirs, _) = store.organization("other").await;
        let id = store.storage(ours, "Photos").await;
        let second = store.storage(ours, "Videos").await;
        let foreign = store.storage(theirs, "Photos").await;
        let hub = ExternalIdSource::Hub;
        store.write(move |tx| external_ids::reserve(tx, ours, "e-1", hub, NOW)).await.unwrap();
        for organization in [ours, theirs] {
            let answer = store.write(move |tx| external_ids::reserve(tx, organization, "e-1", hub, NOW)).await;
            assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        }
        let take = |organization, text, storage| {
            store.write(move |tx| external_ids::take(tx, organization, text, (storage, ROLE)))
        };
        let refused = |answer: Result<ExternalIdSource, Error>| matches!(answer, Err(Error::AlreadyExists { .. }));
        assert!(refused(take(theirs, "e-1", foreign).await));
        assert_eq!(take(ours, "e-1", id).await.unwrap(), hub);
        assert_eq!(take(ours, "e-1", id).await.unwrap(), hub);
        assert!(refused(take(ours, "e-1", second).await));
        store.write(move |tx| storages::delete(tx, ours, id, false, NOW)).await.unwrap();
        assert!(refused(take(theirs, "e-1", foreign).await));
    }
}

contract! {
    async fn a_typed_external_id_is_whose_role_insists_on_it_first_and_typing_it_takes_it_from_nobody(store: &Store) {
        let (ours, _) = store.organization("acme").await;
        let (theirs, _) = store.organization("other").await;
        let (id, foreign) = (store.storage(ours, "Photos").await, store.storage(theirs, "Photos").await);
        let type_in = async |organization, storage| {
            store.write(move |tx| external_ids::take(tx, organization, "typed", (storage, ROLE))).await
        };
        let own = async |organization, storage| {
            store.write(move |tx| external_ids::own(tx, organization, "typed", storage, NOW)).await.unwrap()
        };
        let find = async |organization| {
            store.read(move |tx| external_ids::find_own(tx, organization, "typed")).await.unwrap()
        };
        for (organization, storage) in [(theirs, foreign), (ours, id), (theirs, foreign)] {
            assert_eq!(type_in(organization, storage).await.unwrap(), ExternalIdSource::Customer);
            assert_eq!(find(organization).await, None);
        }
        assert!(own(ours, id).await && own(ours, id).await, "every day anew");
        assert!(!own(theirs, foreign).await);
        store.write(move |tx| storages::delete(tx, ours, id, false, NOW)).await.unwrap();
        assert!(!own(theirs, foreign).await, "deleting frees nothing");
        assert_eq!((find(ours).await, find(theirs).await), (Some(ExternalIdSource::Customer), None));
        // Who it is of is nobody's to learn by typing it.
        assert_eq!(type_in(theirs, foreign).await.unwrap(), ExternalIdSource::Customer);
    }
}

contract! {
    async fn of_a_deleted_storage_only_a_customers_own_external_id_comes_back_and_for_the_same_role(store: &Store) {
        let (ours, _) = store.organization("acme").await;
        let connect = async |organization, name: &str, role: &'static str, external_id: &'static str| {
            let mut new = store.new_storage(organization, name);
            new.access_type = AccessType::IamDelegated;
            new.role_arn = Some(role.to_owned());
            new.external_id = Some(external_id.to_owned());
            let id = new.id;
            store
                .write(move |tx| {
                    let source = external_ids::take(tx, organization, external_id, (new.id, role))?;
                    storages::insert(tx, &new)?;
                    Ok(source)
                })
                .await
                .map(|source| (id, source))
        };
        let hub = ExternalIdSource::Hub;
        store.write(move |tx| external_ids::reserve(tx, ours, "made", hub, NOW)).await.unwrap();
        for external_id in ["made", "typed", "tried in vain"] {
            let (id, _) = connect(ours, external_id, ROLE, external_id).await.unwrap();
            let is_in_use = connect(ours, "a second", ROLE, external_id).await;
            assert!(matches!(is_in_use, Err(Error::AlreadyExists { .. })), "{is_in_use:?}");
            if external_id == "typed" {
                assert!(store.write(move |tx| external_ids::own(tx, ours, "typed", id, NOW)).await.unwrap());
            }
            store.write(move |tx| storages::delete(tx, ours, id, false, NOW)).await.unwrap();
        }
        let refused = |answer: Result<_, Error>| matches!(answer, Err(Error::AlreadyExists { .. }));
        assert!(refused(connect(ours, "a", ROLE, "made").await), "the hub makes another");
        const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/other";
        assert!(refused(connect(ours, "a", OTHER_ROLE, "typed").await));
        assert!(connect(ours, "corrected", OTHER_ROLE, "tried in vain").await.is_ok(), "no role insists on it");
        let (again, source) = connect(ours, "a", ROLE, "typed").await.unwrap();
        assert_eq!(source, ExternalIdSource::Customer);
        assert!(refused(connect(ours, "b", ROLE, "typed").await), "one storage at a time");
        store.write(move |tx| storages::delete(tx, ours, again, false, NOW)).await.unwrap();
        assert_eq!(connect(ours, "a", ROLE, "typed").await.unwrap().1, ExternalIdSource::Customer);
    }
}

contract! {
    async fn of_many_whose_roles_insist_on_an_external_id_one_gets_it(store: &Store) {
        let mut work = Vec::new();
        for n in 0..12 {
            let (organization, _) = store.organization(&format!("o{n}")).await;
            let storage = store.storage(organization, "s").await;
            let db = store.db.clone();
            work.push(async move {
                db.write::<_, Error, _>(move |tx| external_ids::take(tx, organization, "wanted", (storage, ROLE))).await?;
                db.claim::<_, Error, _>(move |tx| external_ids::own(tx, organization, "wanted", storage, NOW)).await
            });
        }
        let answers: Result<Vec<bool>, Error> = all(work).await.into_iter().collect();
        assert_eq!(answers.unwrap().into_iter().filter(|is_its| *is_its).count(), 1);
    }
}

contract! {
    async fn of_many_storages_that_want_a_typed_external_id_at_once_one_gets_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let mut work = Vec::new();
        for n in 0..8 {
            let mut new = store.new_storage(organization, &format!("s{n}"));
            new.external_id = Some("wanted".to_owned());
            let db = store.db.clone();
            let connect = move |tx: &mut insitu_store::Tx| {
                external_ids::take(tx, organization, "wanted", (new.id, ROLE))?;
                storages::insert(tx, &new)
            };
            work.push(async move { db.write::<_, Error, _>(connect).await });
        }
        let answers = all(work).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|a| matches!(a, Ok(()) | Err(Error::AlreadyExists { .. }))), "{answers:?}");
    }
}

contract! {
    async fn whose_an_external_id_is_decides_who_may_try_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let find = async |organization| {
            store.read(move |tx| external_ids::find_own(tx, organization, "x-1")).await
        };
        assert_eq!(find(other).await.unwrap(), None);
        let hub = ExternalIdSource::Hub;
        store.write(move |tx| external_ids::reserve(tx, organization, "x-1", hub, NOW)).await.unwrap();
        assert_eq!(find(organization).await.unwrap(), Some(hub));
        assert!(matches!(find(other).await, Err(Error::AlreadyExists { .. })));
    }
}
