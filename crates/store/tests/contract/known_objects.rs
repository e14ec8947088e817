//! What was read of objects is known to whoever names them next, within an organization and a storage.

use insitu_model::id::StorageId;
use insitu_store::assets::{
    NewAsset, Unmeasured,
    probes::{Chunk, Found, Known, Learned, Report, forget_older},
};

use crate::harness::{Store, contract, row};
use crate::probes::{chunk, of_storage, settle, take};

const SIZE: Found = Found::Size(30, 40);

fn named(storage: Option<StorageId>, external_id: &str, data: &str) -> NewAsset {
    let asset = match storage {
        Some(storage) => of_storage(storage, external_id),
        None => row(external_id),
    };
    NewAsset {
        data: data.to_owned(),
        ..asset
    }
}

fn learned(asset: &Unmeasured, found: Found) -> Learned {
    Learned {
        object: asset.object,
        found,
        etag: Some("\"e\"".to_owned()),
    }
}

/// What is known of the only object that waits, and the range's work undone.
async fn known(store: &Store) -> Option<Known> {
    let range = take(store, "w").await.unwrap();
    let chunk = chunk(store, &range, 9).await;
    let known = chunk.known.get(&chunk.assets[0].object).cloned();
    finish(store, &range, chunk, Report::default()).await;
    known
}

async fn finish(store: &Store, range: &insitu_store::assets::probes::Range, chunk: Chunk, report: Report) {
    let report = Report {
        measured: chunk.assets.iter().map(|asset| (asset.clone(), 30, 40)).collect(),
        ..report
    };
    assert_eq!(settle(store, range, "w", chunk, report).await.unwrap(), None);
}

contract! {
    async fn what_was_read_of_an_object_is_known_however_its_address_is_written(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let storage = Some(store.storage(organization, "photos").await);
        let same = "https://photos.s3.amazonaws.com/k.jpg";
        let elsewhere = "https://photos.s3.eu-central-1.amazonaws.com/k.jpg";
        let older = "https://photos.s3.amazonaws.com/k.jpg?versionId=1";
        let rows = [same, elsewhere, older].map(|data| named(storage, data, data));
        store.imported(organization, project, rows.to_vec()).await;
        let range = take(store, "w").await.unwrap();
        let found = chunk(store, &range, 9).await;
        let objects: Vec<_> = found.assets.iter().map(|asset| asset.object).collect();
        assert_eq!(objects[0], objects[1]);
        assert_ne!(objects[0], objects[2], "another version is another object");
        assert!(found.known.is_empty());
        let report = Report { learned: vec![learned(&found.assets[0], SIZE)], ..Report::default() };
        finish(store, &range, found, report).await;

        store.imported(organization, project, vec![named(storage, "later", elsewhere)]).await;
        let seen = known(store).await.unwrap();
        assert_eq!((&seen.found, seen.is_recent, seen.holds()), (&SIZE, false, false), "the list is newer");
        assert_eq!(seen.etag.as_deref(), Some("\"e\""));
    }
}

contract! {
    async fn what_was_read_after_a_list_came_in_holds_for_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let rows = [0, 1].map(|n| named(None, &format!("a{n}"), "https://example.com/a.jpg"));
        store.imported(organization, project, rows.to_vec()).await;
        let range = take(store, "w").await.unwrap();
        let first = chunk(store, &range, 1).await;
        let nothing = Found::Nothing { code: "image.not_an_image".to_owned(), message: "it is a text".to_owned() };
        let asset = first.assets[0].clone();
        let report = Report {
            failed: vec![(asset.clone(), "image.not_an_image".to_owned(), "it is a text".to_owned())],
            learned: vec![learned(&asset, nothing.clone())],
            ..Report::default()
        };
        let range = settle(store, &range, "w", first, report).await.unwrap().unwrap();
        let second = chunk(store, &range, 1).await;
        let seen = &second.known[&second.assets[0].object];
        assert_eq!((&seen.found, seen.holds()), (&nothing, true));
    }
}

contract! {
    async fn nobody_learns_from_another_organization_or_storage(store: &Store) {
        let data = "https://photos.s3.amazonaws.com/k.jpg";
        let mut others = Vec::new();
        for name in ["acme", "umbrella"] {
            let (organization, _) = store.organization(name).await;
            let project = store.project(organization, "birds").await;
            let storage = store.storage(organization, "photos").await;
            others.push((organization, project, Some(storage)));
        }
        let (organization, project, storage) = others[0];
        others.push((organization, project, Some(store.storage(organization, "other").await)));
        others.push((organization, project, None));
        store.imported(organization, project, vec![named(storage, "first", data)]).await;
        let range = take(store, "w").await.unwrap();
        let found = chunk(store, &range, 9).await;
        let report = Report { learned: vec![learned(&found.assets[0], SIZE)], ..Report::default() };
        finish(store, &range, found, report).await;
        let mut seen = Vec::new();
        for (organization, project, storage) in others {
            store.imported(organization, project, vec![named(storage, "again", data)]).await;
            seen.push(known(store).await.is_some());
        }
        assert_eq!(seen, [true, false, false, false]);
    }
}

contract! {
    async fn what_was_read_long_ago_is_forgotten_and_the_rest_stays(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let data = |n: u8| format!("https://example.com/{n}.jpg");
        let mut read_at = Vec::new();
        for n in 0..2 {
            store.imported(organization, project, vec![named(None, &format!("first {n}"), &data(n))]).await;
            let range = take(store, "w").await.unwrap();
            let found = chunk(store, &range, 9).await;
            let report = Report { learned: vec![learned(&found.assets[0], SIZE)], ..Report::default() };
            read_at.push(store.tick());
            finish(store, &range, found, report).await;
            store.tick();
        }
        let than = read_at[1];
        assert!(!store.write(move |tx| forget_older(tx, than)).await.unwrap());
        let mut seen = Vec::new();
        for n in 0..2 {
            store.imported(organization, project, vec![named(None, &format!("again {n}"), &data(n))]).await;
            seen.push(known(store).await.is_some());
        }
        assert_eq!(seen, [false, true]);
    }
}
