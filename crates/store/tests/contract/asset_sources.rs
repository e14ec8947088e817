//! Where assets lie: noted once with the rows that name it, seen by its own organization only, and bounded.

use insitu_store::{
    asset_sources::{self, PublicOrigins, Source},
    buckets_seen,
    imports::{self, ImportBatch},
    limits::MAX_SOURCES_PER_STORAGE,
    storage_checks::{self, StorageCheck},
    storages::{self, StorageChange},
};

use crate::harness::{LEASE, NOW, Store, contract};

impl Store {
    async fn put_sources(&self, import: insitu_model::id::ImportId, sources: Vec<Source>) {
        let now = self.tick();
        let batch = ImportBatch {
            sources,
            ..ImportBatch::default()
        };
        self.write(move |tx| imports::write_batch(tx, import, "worker", &batch, now, now + LEASE))
            .await
            .unwrap();
    }
}

fn public(text: impl Into<String>) -> Source {
    Source {
        storage: None,
        text: text.into(),
    }
}

contract! {
    async fn a_storage_knows_the_buckets_that_lists_named_through_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("evil").await;
        let project = store.project(organization, "birds").await;
        let storage = store.storage(organization, "Private").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let bucket = |text: &str| Source { storage: Some(storage), text: text.to_owned() };
        store.put_sources(import, vec![bucket("photos"), bucket("archive"), public("https://example.com")]).await;
        store.put_sources(import, vec![bucket("photos")]).await;
        let found = store.read(move |tx| storages::get(tx, organization, storage)).await.unwrap();
        assert_eq!(found.buckets, ["archive", "photos"]);
        let origins = store.read(move |tx| asset_sources::public_origins(tx, organization)).await.unwrap();
        assert_eq!(origins, PublicOrigins::These(vec!["https://example.com".to_owned()]));
        let theirs = store.read(move |tx| asset_sources::public_origins(tx, other)).await.unwrap();
        assert_eq!(theirs, PublicOrigins::These(vec![]));
    }
}

contract! {
    async fn what_a_bucket_last_answered_is_known_to_its_organization_until_the_storage_leads_elsewhere(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("evil").await;
        let storage = store.storage(organization, "Private").await;
        for (bucket, is_there) in [("photos", false), ("archive", true), ("photos", true), ("typo", false)] {
            store.write(move |tx| buckets_seen::note(tx, organization, storage, bucket, is_there)).await.unwrap();
        }
        let foreign = store.write(move |tx| buckets_seen::note(tx, other, storage, "photos", false)).await;
        assert!(foreign.is_err(), "{foreign:?}");
        let find = move |whose, bucket: &'static str| store.read(move |tx| buckets_seen::find(tx, whose, storage, bucket));
        assert_eq!(find(organization, "photos").await.unwrap(), Some(true));
        assert_eq!(find(organization, "typo").await.unwrap(), Some(false));
        assert_eq!(find(organization, "never").await.unwrap(), None);
        assert_eq!(find(other, "photos").await.unwrap(), None);
        let seen = async || {
            let found = store.read(move |tx| storages::get(tx, organization, storage)).await.unwrap().seen;
            found.into_iter().map(|one| (one.bucket, one.is_there)).collect::<Vec<_>>()
        };
        let expected = [("archive", true), ("photos", true), ("typo", false)].map(|(name, is)| (name.to_owned(), is));
        assert_eq!(seen().await, expected);
        let change = |endpoint: Option<&str>| StorageChange {
            endpoint: Some(endpoint.map(str::to_owned)),
            ..StorageChange::default()
        };
        let same = change(None);
        store.write(move |tx| storages::update(tx, organization, storage, 1, &same, 9)).await.unwrap();
        assert_eq!(seen().await.len(), 3);
        let elsewhere = change(Some("https://s3.example.com"));
        store.write(move |tx| storages::update(tx, organization, storage, 2, &elsewhere, 9)).await.unwrap();
        assert_eq!(seen().await, []);
    }
}

contract! {
    async fn too_many_origins_are_any(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let many = (0..MAX_SOURCES_PER_STORAGE + 50).map(|n| public(format!("https://host{n}.example.com")));
        store.put_sources(import, many.collect()).await;
        let origins = store.read(move |tx| asset_sources::public_origins(tx, organization)).await.unwrap();
        assert_eq!(origins, PublicOrigins::Any);
    }
}

contract! {
    async fn the_last_test_of_a_storage_is_remembered(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("evil").await;
        let storage = store.storage(organization, "Private").await;
        let last = async || store.read(move |tx| storages::get(tx, organization, storage)).await.unwrap().last_check;
        assert_eq!(last().await, None);
        let cause = Some(("storage.cors_missing".to_owned(), "no rule".to_owned()));
        let failed = StorageCheck { cause, buckets_failed: vec!["nope".to_owned()], ..passed(5) };
        for check in [failed, passed(9)] {
            let put = check.clone();
            store.write(move |tx| storage_checks::put(tx, organization, storage, 1, &put)).await.unwrap();
            assert_eq!(last().await, Some(check));
        }
        let refused = store.write(move |tx| storage_checks::put(tx, other, storage, 1, &passed(10))).await;
        assert!(refused.is_err(), "{refused:?}");
    }
}

fn passed(checked_at: i64) -> StorageCheck {
    StorageCheck {
        checked_at,
        cause: None,
        buckets_tested: 2,
        buckets_failed: vec![],
    }
}

contract! {
    async fn a_test_says_nothing_of_a_storage_that_is_reached_otherwise_since(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let storage = store.storage(organization, "Private").await;
        let last = async || store.read(move |tx| storages::get(tx, organization, storage)).await.unwrap().last_check;
        let put = async |revision: i64, check: StorageCheck| {
            store.write(move |tx| storage_checks::put(tx, organization, storage, revision, &check)).await.unwrap();
        };
        let change = async |revision: i64, change: StorageChange| {
            let update = move |tx: &mut insitu_store::Tx| {
                storages::update(tx, organization, storage, revision, &change, NOW)
            };
            store.write(update).await.unwrap()
        };
        put(1, passed(1)).await;
        let same = store.read(move |tx| storages::get(tx, organization, storage)).await.unwrap();
        let as_before = StorageChange {
            name: Some("Renamed".to_owned()),
            region: Some(same.region),
            endpoint: Some(same.endpoint),
            prefixes: Some(same.prefixes),
            ..StorageChange::default()
        };
        let mut now = change(1, as_before).await;
        assert_eq!(last().await, Some(passed(1)), "a name is no way");
        for other in [
            StorageChange { region: Some("us-west-2".to_owned()), ..StorageChange::default() },
            StorageChange { endpoint: Some(Some("https://e".to_owned())), ..StorageChange::default() },
            StorageChange { endpoint: Some(None), ..StorageChange::default() },
            StorageChange { keys: Some(("NEW".to_owned(), vec![9])), ..StorageChange::default() },
            StorageChange { keys: Some(("NEW".to_owned(), vec![8])), ..StorageChange::default() },
            StorageChange { role_arn: Some("arn:aws:iam::123456789012:role/r".to_owned()), ..StorageChange::default() },
            StorageChange { prefixes: Some(vec!["photos/cats".to_owned()]), ..StorageChange::default() },
        ] {
            let before = now;
            put(before, passed(before)).await;
            assert_eq!(last().await, Some(passed(before)));
            now = change(before, other).await;
            assert_eq!(last().await, None, "revision {now}");
            // One that began before the change and ends after it.
            put(before, passed(7)).await;
            assert_eq!(last().await, None, "revision {now}");
        }
    }
}
