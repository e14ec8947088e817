//! Storages, and which organizations their roles let in.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use insitu_model::{
    id::AssetId,
    storage::{AccessType, TRUST_POLICY_MISSING_EXTERNAL_ID},
};
use insitu_store::{
    Error, Page,
    assets::{self, NewAsset},
    named_roles,
    role_proofs::{self, Claimed, Finding, Line, RoleProof},
    storage_projects,
    storages::{self, ExternalIdSource, Storage, StorageChange},
};

use crate::harness::{NOW, contract, row};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

contract! {
    async fn a_storage_reads_back_and_its_secret_is_not_printed(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let mut new = store.new_storage(organization, "Photos");
        new.access_type = AccessType::IamDelegated;
        new.endpoint = Some("https://minio.example.com".to_owned());
        new.role_arn = Some("arn:aws:iam::123456789012:role/r".to_owned());
        new.external_id = Some("x-1".to_owned());
        new.external_id_source = Some(ExternalIdSource::Hub);
        let expected = Storage { proof: Some(RoleProof::pending()), ..new.clone() };
        store.write(move |tx| storages::insert(tx, &new)).await.unwrap();
        let id = expected.id;
        let found = store.read(move |tx| storages::get(tx, organization, id)).await.unwrap();
        assert_eq!(found, expected);
        assert!(!format!("{found:?}").contains("[1, 2, 3]"));
    }
}

contract! {
    async fn a_name_is_unique_in_its_organization_whatever_its_case(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let first = store.storage(organization, "Photos").await;
        store.storage(other, "photos").await;
        let second = store.storage(organization, "Videos").await;
        let twin = store.new_storage(organization, " PHOTOS ");
        let answer = store.write(move |tx| storages::insert(tx, &twin)).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        let change = StorageChange { name: Some("pHotos".to_owned()), ..Default::default() };
        let to_first = change.clone();
        let answer = store.write(move |tx| storages::update(tx, organization, second, 1, &change, NOW)).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        store.write(move |tx| storages::update(tx, organization, first, 1, &to_first, NOW)).await.unwrap();
        store.write(move |tx| storages::delete(tx, organization, first, false, NOW)).await.unwrap();
        store.storage(organization, "photos").await;
        assert_eq!(store.read(move |tx| storages::list(tx, organization, Page::first(9))).await.unwrap().total, 2);
    }
}

contract! {
    async fn a_change_is_made_on_what_was_read(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = store.storage(organization, "Photos").await;
        let before = store.read(move |tx| storages::get(tx, organization, id)).await.unwrap();
        let change = StorageChange {
            region: Some("us-west-2".to_owned()),
            endpoint: Some(Some("https://e".to_owned())),
            keys: Some(("NEW".to_owned(), vec![9])),
            prefixes: Some(vec![]),
            ..Default::default()
        };
        let expected = Storage {
            region: "us-west-2".to_owned(),
            endpoint: Some("https://e".to_owned()),
            public_key: Some("NEW".to_owned()),
            private_key_sealed: Some(vec![9]),
            prefixes: vec![],
            updated_at: NOW + 3,
            revision: 2,
            ..before
        };
        let again = change.clone();
        let revision =
            store.write(move |tx| storages::update(tx, organization, id, 1, &change, NOW + 3)).await.unwrap();
        assert_eq!(revision, 2);
        assert_eq!(store.read(move |tx| storages::get(tx, organization, id)).await.unwrap(), expected);
        let answer = store.write(move |tx| storages::update(tx, organization, id, 1, &again, NOW)).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
        let without = StorageChange { endpoint: Some(None), ..Default::default() };
        store.write(move |tx| storages::update(tx, organization, id, 2, &without, NOW)).await.unwrap();
        assert_eq!(store.read(move |tx| storages::get(tx, organization, id)).await.unwrap().endpoint, None);
    }
}

contract! {
    async fn of_changes_that_come_at_once_one_is_made_and_the_others_are_told(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let id = store.storage(organization, "Photos").await;
        for revision in 1..=20 {
            let change = |region: &'static str| {
                let change = StorageChange { region: Some(region.to_owned()), ..Default::default() };
                store.write(move |tx| storages::update(tx, organization, id, revision, &change, NOW))
            };
            let (a, b, c, d) = tokio::join!(change("a"), change("b"), change("c"), change("d"));
            let ended = [a, b, c, d];
            let made = ended.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(made, 1, "{ended:?}");
            let told = |answer: &&Result<_, _>| matches!(answer, Err(Error::Conflict { .. }));
            assert_eq!(ended.iter().filter(told).count(), 3, "{ended:?}");
        }
    }
}

contract! {
    async fn of_two_organizations_that_a_role_lets_in_at_once_one_is_first(store: &Store) {
        let mut claims = Vec::new();
        for name in ["acme", "other"] {
            let (organization, _) = store.organization(name).await;
            let mut new = store.new_storage(organization, "Photos");
            new.access_type = AccessType::IamDelegated;
            new.role_arn = Some(ROLE.to_owned());
            let claim = move |tx: &mut insitu_store::Tx| {
                storages::insert(tx, &new)?;
                role_proofs::claim(tx, Line::WaitedFor, "a", NOW, NOW + 1)
            };
            claims.push(store.write(claim).await.unwrap().unwrap());
        }
        // Whoever has looked waits a while for the other to have looked too.
        let looked = Arc::new((Mutex::new(0), Condvar::new()));
        let settle = |claimed: Claimed| {
            let looked = looked.clone();
            store.write(move |tx| {
                named_roles::lock(tx, ROLE)?;
                let is_second = named_roles::is_of_another(tx, claimed.organization, ROLE)?;
                let (count, changed) = &*looked;
                let mut count = count.lock().unwrap();
                *count += 1;
                changed.notify_all();
                drop(changed.wait_timeout_while(count, Duration::from_millis(300), |count| *count < 2));
                role_proofs::settle(tx, &claimed, "a", &Finding::Verified, NOW + 1, NOW)?;
                Ok(is_second)
            })
        };
        let (one, other) = tokio::join!(settle(claims.remove(0)), settle(claims.remove(0)));
        assert_ne!(one.unwrap(), other.unwrap());
    }
}

contract! {
    async fn whom_a_role_let_in_once_is_known_for_ever(store: &Store) {
        let (ours, _) = store.organization("acme").await;
        let (theirs, _) = store.organization("other").await;
        let of_another = |organization, role: &'static str| {
            store.read(move |tx| named_roles::is_of_another(tx, organization, role))
        };
        let mut new = store.new_storage(ours, "Photos");
        new.access_type = AccessType::IamDelegated;
        new.role_arn = Some(ROLE.to_owned());
        let id = new.id;
        assert!(!of_another(theirs, ROLE).await.unwrap());
        store.write(move |tx| storages::insert(tx, &new)).await.unwrap();
        let prove = async |finding: Finding| {
            let settle = move |tx: &mut insitu_store::Tx| {
                let claimed = role_proofs::claim(tx, Line::WaitedFor, "a", NOW, NOW + 1)?.unwrap();
                role_proofs::settle(tx, &claimed, "a", &finding, NOW + 1, NOW)
            };
            store.write(settle).await.unwrap();
        };
        let refused = Finding::Unverified { code: "storage.role_denied".to_owned(), message: String::new() };
        prove(refused).await;
        assert!(!of_another(theirs, ROLE).await.unwrap(), "whoever types an ARN takes nothing");
        store.write(move |tx| role_proofs::request(tx, ours, id, Line::WaitedFor, NOW)).await.unwrap();
        prove(Finding::Verified).await;
        const OTHER: &str = "arn:aws:iam::123456789012:role/other";
        let change = StorageChange { role_arn: Some(OTHER.to_owned()), ..Default::default() };
        store.write(move |tx| storages::update(tx, ours, id, 1, &change, NOW)).await.unwrap();
        let open = Finding::Unverified { code: TRUST_POLICY_MISSING_EXTERNAL_ID.to_owned(), message: String::new() };
        prove(open).await;
        store.write(move |tx| storages::delete(tx, ours, id, false, NOW)).await.unwrap();
        for role in [ROLE, OTHER] {
            assert!(of_another(theirs, role).await.unwrap(), "{role}");
            assert!(!of_another(ours, role).await.unwrap(), "{role}");
        }
    }
}

contract! {
    async fn a_storage_that_assets_use_is_deleted_only_by_force(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let id = store.storage(organization, "Photos").await;
        let mut asset = row("a");
        asset.storage = Some(id);
        store.imported(organization, project, vec![asset.clone(), asset, row("b")]).await;
        assert_eq!(store.read(move |tx| storages::get(tx, organization, id)).await.unwrap().asset_count, 2);
        let answer = store.write(move |tx| storages::delete(tx, organization, id, false, NOW)).await;
        assert!(matches!(answer, Err(Error::InUse { count: 2, .. })), "{answer:?}");
        store.write(move |tx| storages::delete(tx, organization, id, true, NOW)).await.unwrap();
        assert_eq!(store.read(move |tx| storages::find(tx, organization, id)).await.unwrap(), None);
    }
}

contract! {
    async fn the_projects_that_use_a_storage_come_with_how_many_of_their_assets_it_opens(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let (few, many) = (store.project(organization, "few").await, store.project(organization, "many").await);
        let empty = store.project(organization, "empty").await;
        let id = store.storage(organization, "Photos").await;
        let of_storage = |external_id: &str| NewAsset { storage: Some(id), ..row(external_id) };
        let import = store.imported(organization, few, vec![of_storage("a"), of_storage("b"), row("public")]).await;
        store.imported(organization, many, vec![of_storage("c"), of_storage("d")]).await;
        store.imported(organization, many, vec![of_storage("e")]).await;
        store.imported(organization, empty, vec![row("public")]).await;
        let ids = vec![AssetId::of_import(import, 1)];
        store.write(move |tx| assets::delete(tx, organization, few, &ids, NOW)).await.unwrap();

        let using = async |page| {
            let found = store.read(move |tx| storage_projects::list(tx, organization, id, page)).await.unwrap();
            let rows: Vec<_> = found.rows.into_iter().map(|one| (one.project, one.name, one.asset_count)).collect();
            (rows, found.total)
        };
        let expected = [(many, "many".to_owned(), 3), (few, "few".to_owned(), 1)];
        assert_eq!(using(Page::first(10)).await, (expected.to_vec(), 2));
        assert_eq!(using(Page { number: 2, limit: 1 }).await, (expected[1..].to_vec(), 2));
        let foreign = store.read(move |tx| storage_projects::list(tx, other, id, Page::first(10))).await;
        assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
    }
}

contract! {
    async fn any_asset_of_a_storage_is_found_as_long_as_it_has_one(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let project = store.project(organization, "Photos").await;
        let (used, unused) = (store.storage(organization, "Used").await, store.storage(organization, "Unused").await);
        let sample = async |organization, storage| {
            store.read(move |tx| assets::sample(tx, organization, storage)).await.unwrap()
        };
        assert_eq!(sample(organization, used).await, None);
        let of_storage = |external_id: &str| NewAsset { storage: Some(used), ..row(external_id) };
        let import = store.imported(organization, project, vec![row("public"), of_storage("private")]).await;
        let expected = row("private").data;
        assert_eq!(sample(organization, used).await, Some(expected));
        assert_eq!(sample(organization, unused).await, None);
        assert_eq!(sample(other, used).await, None, "a storage of somebody else");
        let ids = vec![AssetId::of_import(import, 1)];
        store.write(move |tx| assets::delete(tx, organization, project, &ids, NOW)).await.unwrap();
        assert_eq!(sample(organization, used).await, None, "it was deleted");
    }
}
