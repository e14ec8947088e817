//! Lists of assets: every page of every list, against the same list made by hand.

use std::{collections::HashMap, sync::Arc};

use insitu_model::id::{AssetId, BatchId};
use insitu_store::{
    Error,
    assets::{self, Asset, AssetFilter, AssetPage, AssetSort, NewAsset, PageStart},
};

use crate::harness::{Store, contract, row, rows};
use crate::lists_by_hand::{World, by_hand, filters};

const SORTS: [AssetSort; 4] = [
    AssetSort::NewestFirst,
    AssetSort::OldestFirst,
    AssetSort::ExternalId,
    AssetSort::ExternalIdDescending,
];

async fn page(
    store: &Store,
    world: &World,
    filter: &AssetFilter,
    sort: AssetSort,
    start: PageStart,
    limit: u32,
) -> AssetPage {
    let (organization, project, filter) = (world.organization, world.project, filter.clone());
    store
        .read(move |tx| assets::list(tx, organization, project, &filter, sort, &start, limit))
        .await
        .unwrap()
}

/// Several imports of different storages and batches, some hidden, some discarded, some assets deleted, so that
/// blocks of every kind come about: full, partly deleted, partly hidden, mixed.
async fn world(store: &Store) -> World {
    let (organization, _) = store.organization("acme").await;
    // A project before and one behind: their assets lie next door.
    let before = store.project(organization, "before").await;
    let project = store.project(organization, "birds").await;
    let behind = store.project(organization, "behind").await;
    store.imported(organization, before, rows(0..30)).await;
    store.imported(organization, behind, rows(0..30)).await;
    let storages = [
        store.storage(organization, "one").await,
        store.storage(organization, "two").await,
    ];
    let mut batches = [BatchId::from_bytes([0; 12]); 3];
    for (n, batch) in batches.iter_mut().enumerate() {
        *batch = store.batch(organization, project, &format!("b{n}")).await;
    }
    let mut world = World {
        organization,
        project,
        storages,
        batches,
        expected: Vec::new(),
    };
    for (part, size) in [3u32, 1500, 1, 1, 700, 2100, 40].into_iter().enumerate() {
        let part = part as u32;
        let list: Vec<NewAsset> = (0..size).map(|n| mixed(&world, part, n)).collect();
        let hidden = store
            .running(store.new_import(organization, project), "slow")
            .await;
        store.put(hidden, "slow", rows(0..part * 37)).await.unwrap();
        let import = store
            .running(store.new_import(organization, project), "worker")
            .await;
        for chunk in list.chunks(900) {
            store.put(import, "worker", chunk.to_vec()).await.unwrap();
            store.put(hidden, "slow", rows(0..3)).await.unwrap();
        }
        store.complete(import, "worker").await;
        for (ordinal, new) in (0..).zip(list) {
            world
                .expected
                .push(seen(AssetId::of_import(import, ordinal), new));
        }
    }
    delete_some(store, &mut world).await;
    world
}

fn mixed(world: &World, part: u32, n: u32) -> NewAsset {
    let [a, b, c] = world.batches;
    let batches: Vec<BatchId> = match n % 7 {
        0..3 => vec![],
        3 => vec![a],
        4 => vec![b, a, b],
        5 => vec![c],
        _ => vec![a, b, c],
    };
    let mut new = row(&match n % 11 {
        0 => String::new(),
        1 => "same".to_owned(),
        _ => format!("x{:05}", (n * 7919 + part * 31) % 10_007),
    });
    new.batches = batches.into();
    // Long runs of one storage, as lists have them.
    new.storage = [None, Some(world.storages[0]), Some(world.storages[1])][(n / 400 % 3) as usize];
    new.width = n.is_multiple_of(2).then_some(n + 1);
    new.height = n.is_multiple_of(2).then_some(u32::MAX);
    new.priority = n as i32 % 5 - 2;
    new.extra = n
        .is_multiple_of(3)
        .then(|| format!("{{\"metadata\":{{\"n\":{n}}}}}"));
    new.is_pre_labeled = new.extra.is_some();
    new
}

fn seen(id: AssetId, new: NewAsset) -> Asset {
    let mut batches = new.batches.to_vec();
    batches.sort();
    batches.dedup();
    Asset {
        id,
        external_id: new.external_id,
        data: new.data,
        width: new.width,
        height: new.height,
        storage: new.storage,
        batches: Arc::from(batches),
        priority: new.priority,
        extra: new.extra,
        created_at: 0,
        deleted_at: None,
    }
}

async fn delete_some(store: &Store, world: &mut World) {
    let mut ids = Vec::new();
    let now = store.tick();
    for (n, asset) in world.expected.iter_mut().enumerate() {
        if n % 13 == 5 && !(2000..3500).contains(&n) {
            ids.push(asset.id);
            asset.deleted_at = Some(now);
        }
    }
    let (organization, project) = (world.organization, world.project);
    for ids in ids.chunks(1000) {
        let ids = ids.to_vec();
        let count = ids.len() as u64;
        let deleted = store
            .write(move |tx| assets::delete(tx, organization, project, &ids, now))
            .await
            .unwrap();
        assert_eq!(deleted, count);
    }
}

fn check(found: &AssetPage, expected: &[Asset], total: usize, what: &str) {
    let mut found_rows = found.assets.clone();
    for asset in &mut found_rows {
        asset.created_at = 0;
    }
    let ids = |list: &[Asset]| list.iter().map(|asset| asset.id).collect::<Vec<_>>();
    assert_eq!(ids(&found_rows), ids(expected), "{what}");
    assert_eq!(found_rows, expected, "{what}");
    assert_eq!(found.total, total as u64, "{what}");
}

contract! {
    async fn every_page_of_every_list_is_the_one_made_by_hand(store: &Store) {
        let world = world(store).await;
        for filter in filters(&world) {
            for sort in SORTS {
                let list = by_hand(&world, &filter, sort);
                let limit = (list.len() / 6).clamp(7, 1000);
                for number in 0..=list.len() / limit + 1 {
                    let begin = (number * limit).min(list.len());
                    let expected = &list[begin..(begin + limit).min(list.len())];
                    let found = page(store, &world, &filter, sort, PageStart::Page(number as u64 + 1), limit as u32).await;
                    check(&found, expected, list.len(), &format!("{filter:?} {sort:?} page {number}"));
                    assert_eq!(found.next.is_some(), begin + limit < list.len(), "{filter:?} {sort:?} {number}");
                }
            }
        }
    }
}

contract! {
    async fn cursors_walk_the_same_list(store: &Store) {
        let world = world(store).await;
        for filter in filters(&world) {
            for sort in SORTS {
                let list = by_hand(&world, &filter, sort);
                let mut walked = Vec::new();
                let mut start = PageStart::Page(1);
                loop {
                    let found = page(store, &world, &filter, sort, start, 523).await;
                    assert_eq!(found.total, list.len() as u64);
                    walked.extend(found.assets.into_iter().map(|asset| asset.id));
                    match found.next {
                        Some(next) => start = PageStart::After(next.to_string().parse().unwrap()),
                        None => break,
                    }
                }
                assert_eq!(walked, list.iter().map(|asset| asset.id).collect::<Vec<_>>(), "{filter:?} {sort:?}");
            }
        }
    }
}

contract! {
    async fn a_cursor_of_another_list_is_refused(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let other = store.project(organization, "fish").await;
        store.imported(organization, project, rows(0..5)).await;
        store.imported(organization, other, rows(0..5)).await;
        let any = AssetFilter::default();
        let first = store
            .read(move |tx| assets::list(tx, organization, project, &any, AssetSort::NewestFirst, &PageStart::Page(1), 2))
            .await
            .unwrap();
        let start = PageStart::After(first.next.unwrap());
        for (project, sort) in [(other, AssetSort::NewestFirst), (project, AssetSort::ExternalId)] {
            let (any, start) = (AssetFilter::default(), start.clone());
            let answer = store.read(move |tx| assets::list(tx, organization, project, &any, sort, &start, 2)).await;
            assert!(matches!(answer, Err(Error::BadCursor(_))), "{answer:?}");
        }
    }
}

contract! {
    async fn a_page_that_does_not_exist_is_empty(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        for expected in [0, 5] {
            for number in [2, 1000, u64::MAX] {
                for sort in SORTS {
                    let any = AssetFilter::default();
                    let found = store
                        .read(move |tx| assets::list(tx, organization, project, &any, sort, &PageStart::Page(number), 1000))
                        .await
                        .unwrap();
                    assert_eq!((found.assets.len(), found.total, found.next), (0, expected, None));
                }
            }
            store.imported(organization, project, rows(0..5)).await;
        }
    }
}

contract! {
    async fn batches_can_be_joined_later(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let (a, b) = (store.batch(organization, project, "a").await, store.batch(organization, project, "b").await);
        let import = store.imported(organization, project, rows(0..10)).await;
        let ids: Vec<AssetId> = (0..4).map(|n| AssetId::of_import(import, n)).collect();
        for into in [vec![a], vec![b, a], vec![a]] {
            let ids = ids.clone();
            let count = store.write(move |tx| assets::assign_batches(tx, organization, project, &ids, &into)).await;
            assert_eq!(count.unwrap(), 4);
        }
        for (batches, total) in [(vec![a], 4), (vec![b], 4), (vec![a, b], 4), (vec![], 10)] {
            let filter = AssetFilter { batches, ..AssetFilter::default() };
            let found = store
                .read(move |tx| {
                    assets::list(tx, organization, project, &filter, AssetSort::NewestFirst, &PageStart::Page(1), 100)
                })
                .await
                .unwrap();
            assert_eq!((found.total, found.assets.len()), (total, total as usize));
        }
        let stranger = BatchId::from_bytes([9; 12]);
        let answer = store
            .write(move |tx| assets::assign_batches(tx, organization, project, &ids, &[stranger]))
            .await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}

contract! {
    async fn single_assets_are_found_signed_and_deleted(store: &Store) {
        let world = world(store).await;
        let (organization, project) = (world.organization, world.project);
        let now = store.tick();
        let by_id: HashMap<AssetId, &Asset> = world.expected.iter().map(|asset| (asset.id, asset)).collect();
        let ids: Vec<AssetId> = world.expected.iter().step_by(7).map(|asset| asset.id).take(600).collect();
        let asked = ids.clone();
        let signable = store.read(move |tx| assets::for_signing(tx, organization, project, &asked)).await.unwrap();
        assert_eq!(signable.len(), ids.len());
        for (id, found) in ids.iter().zip(signable) {
            let expected = by_id[id];
            assert_eq!(found.is_none(), expected.deleted_at.is_some());
            if let Some(found) = found {
                assert_eq!((found.id, &found.data, found.storage), (*id, &expected.data, expected.storage));
            }
        }
        let id = ids[0];
        let mut found = store.read(move |tx| assets::find(tx, organization, project, id)).await.unwrap().unwrap();
        found.created_at = 0;
        assert_eq!(&found, by_id[&id]);
        let unknown = AssetId::from_bytes([3; 12]);
        let twice = vec![id, unknown, id];
        let deleted = store.write(move |tx| assets::delete(tx, organization, project, &twice, now)).await.unwrap();
        assert_eq!(deleted, 1);
        let again = store.write(move |tx| assets::delete(tx, organization, project, &[id], now)).await.unwrap();
        assert_eq!(again, 0);
        let found = store.read(move |tx| assets::find(tx, organization, project, id)).await.unwrap().unwrap();
        assert_eq!(found.deleted_at, Some(now));
    }
}
