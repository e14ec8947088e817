//! Header probes: what is noted while lists come in, who looks at it, and what stays.

use insitu_model::{
    id::{OrganizationId, ProjectId, StorageId},
    import::OnDuplicate,
};
use insitu_store::{
    Error,
    assets::{
        self, AssetFilter, AssetSort, NewAsset, PageStart, Unmeasured,
        probes::{self, Chunk, Progress, Range, Report, Trouble},
    },
    imports::NewImport,
    organizations,
};

use crate::harness::{LEASE, Store, contract, row, rows};

fn sized(external_id: &str) -> NewAsset {
    NewAsset {
        width: Some(640),
        height: Some(427),
        ..row(external_id)
    }
}

pub fn of_storage(storage: StorageId, external_id: &str) -> NewAsset {
    NewAsset {
        storage: Some(storage),
        ..row(external_id)
    }
}

pub async fn take(store: &Store, owner: &'static str) -> Option<Range> {
    let now = store.tick();
    store
        .write(move |tx| probes::claim(tx, owner, now, now + LEASE))
        .await
        .unwrap()
}

pub async fn chunk(store: &Store, range: &Range, limit: u32) -> Chunk {
    let range = range.clone();
    store
        .read(move |tx| probes::chunk(tx, &range, limit))
        .await
        .unwrap()
        .unwrap()
}

pub async fn settle(
    store: &Store,
    range: &Range,
    owner: &'static str,
    chunk: Chunk,
    report: Report,
) -> Result<Option<Range>, Error> {
    let (now, range) = (store.tick(), range.clone());
    store
        .write(move |tx| probes::settle(tx, &range, owner, (&chunk, &report), now, now + LEASE))
        .await
}

fn measured(chunk: &Chunk) -> Report {
    Report {
        measured: chunk.assets.iter().map(|asset| (asset.clone(), 30, 40)).collect(),
        ..Report::default()
    }
}

fn names(assets: &[Unmeasured]) -> Vec<&str> {
    assets
        .iter()
        .map(|asset| asset.data.rsplit('/').next().unwrap().trim_end_matches(".jpg"))
        .collect()
}

/// Looks at everything that is due, in chunks of `limit`; the names in the order in which they were handed out.
pub async fn measure_all(store: &Store, limit: u32) -> Vec<String> {
    let mut seen = Vec::new();
    while let Some(mut range) = take(store, "w").await {
        loop {
            let chunk = chunk(store, &range, limit).await;
            seen.extend(names(&chunk.assets).into_iter().map(str::to_owned));
            let report = measured(&chunk);
            match settle(store, &range, "w", chunk, report).await.unwrap() {
                Some(next) => range = next,
                None => break,
            }
        }
    }
    seen
}

async fn progress(store: &Store, organization: OrganizationId, project: ProjectId) -> Progress {
    store
        .read(move |tx| probes::progress(tx, organization, project))
        .await
        .unwrap()
}

async fn sizes(
    store: &Store,
    organization: OrganizationId,
    project: ProjectId,
) -> Vec<(String, Option<u32>, Option<u32>)> {
    let page = store
        .read(move |tx| {
            let filter = AssetFilter::default();
            assets::list(
                tx,
                organization,
                project,
                &filter,
                AssetSort::OldestFirst,
                &PageStart::Page(1),
                1000,
            )
        })
        .await
        .unwrap();
    let size = |asset: assets::Asset| (asset.external_id.unwrap_or_default(), asset.width, asset.height);
    page.assets.into_iter().map(size).collect()
}

contract! {
    async fn a_list_that_brings_every_size_leaves_nothing_to_look_at(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, vec![sized("a"), sized("b")]).await;
        assert_eq!(take(store, "w").await, None);
        let nothing = Progress { is_on: true, ..Progress::default() };
        assert_eq!(progress(store, organization, project).await, nothing);
    }
}

contract! {
    async fn every_asset_without_a_size_is_looked_at_once_and_no_other(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let storage = store.storage(organization, "photos").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let half = NewAsset { width: Some(7), ..row("half") };
        let first = vec![row("p1"), sized("x1"), of_storage(storage, "s1"), half];
        store.put(import, "worker", first).await.unwrap();
        assert_eq!(take(store, "w").await, None, "the import is not complete");
        // Two thousand in between: another range.
        let known: Vec<NewAsset> = (0..2000).map(|n| sized(&format!("k{n}"))).collect();
        store.put(import, "worker", known).await.unwrap();
        store.put(import, "worker", vec![of_storage(storage, "s2"), sized("x2"), row("p2")]).await.unwrap();
        store.complete(import, "worker").await;
        assert_eq!(progress(store, organization, project).await.pending, 5);
        let gone = assets::AssetFilter { external_id: Some("s2".to_owned()), ..AssetFilter::default() };
        let gone = store.read(move |tx| {
            assets::list(tx, organization, project, &gone, AssetSort::OldestFirst, &PageStart::Page(1), 1)
        }).await.unwrap().assets[0].id;
        store.write(move |tx| assets::delete(tx, organization, project, &[gone], 1)).await.unwrap();
        let mut seen = measure_all(store, 2).await;
        seen.sort();
        assert_eq!(seen, ["half", "p1", "p2", "s1"]);
        assert_eq!(take(store, "w").await, None);
        let after = progress(store, organization, project).await;
        assert_eq!((after.pending, after.measured, after.failed), (0, 4, vec![]));
        let found = sizes(store, organization, project).await;
        assert_eq!(found[0], ("p1".to_owned(), Some(30), Some(40)));
        assert_eq!(found[1], ("x1".to_owned(), Some(640), Some(427)));
        assert_eq!(found[3], ("half".to_owned(), Some(7), Some(40)), "what was given is kept");
    }
}

contract! {
    async fn a_storage_is_looked_at_by_one_worker_and_others_go_on(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let (one, two) = (store.storage(organization, "one").await, store.storage(organization, "two").await);
        for number in 0..2 {
            let rows = vec![of_storage(one, &format!("a{number}")), of_storage(two, &format!("b{number}"))];
            store.imported(organization, project, rows).await;
        }
        let first = take(store, "w1").await.unwrap();
        let second = take(store, "w2").await.unwrap();
        assert_ne!(first.storage, second.storage);
        assert_eq!(take(store, "w3").await, None);
        let found = chunk(store, &first, 9).await;
        let report = measured(&found);
        assert_eq!(settle(store, &first, "w1", found, report).await.unwrap(), None);
        assert_eq!(take(store, "w3").await.unwrap().storage, first.storage);
    }
}

contract! {
    async fn whoever_takes_over_goes_on_behind_what_was_written_down(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..10)).await;
        let range = take(store, "dead").await.unwrap();
        let found = chunk(store, &range, 4).await;
        let report = measured(&found);
        let range = settle(store, &range, "dead", found, report).await.unwrap().unwrap();
        let lost = chunk(store, &range, 4).await;
        assert_eq!(names(&lost.assets), ["a0004", "a0005", "a0006", "a0007"]);
        assert_eq!(take(store, "heir").await, None, "the lease has not run out");
        store.clock.advance_ms(LEASE + 1);
        assert_eq!(measure_all(store, 100).await.len(), 6);
        let report = measured(&lost);
        let late = settle(store, &range, "dead", lost, report).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        let after = progress(store, organization, project).await;
        assert_eq!((after.pending, after.measured), (0, 10), "each is counted once");
        store.imported(organization, project, rows(20..21)).await;
        take(store, "dead").await.unwrap();
        store.write(probes::free_all).await.unwrap();
        assert!(take(store, "heir").await.is_some(), "the only hub need not wait");
    }
}

contract! {
    async fn a_failed_asset_stands_in_nobodys_way_and_can_be_tried_again(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..5)).await;
        let range = take(store, "w").await.unwrap();
        let found = chunk(store, &range, 100).await;
        let failed = |at: usize, code: &str| (found.assets[at].clone(), code.to_owned(), "because".to_owned());
        let report = Report {
            measured: vec![(found.assets[0].clone(), 3, 4)],
            failed: vec![failed(1, "cloud.access_denied"), failed(2, "cloud.not_found"), failed(4, "cloud.not_found")],
            left: vec![found.assets[3].clone()],
            trouble: Some(Trouble { code: "cloud.throttled".to_owned(), message: "slow".to_owned(), due_at: store.tick() + 500 }),
            learned: Vec::new(),
        };
        let range = settle(store, &range, "w", found, report).await.unwrap().unwrap();
        assert_eq!(range.attempts, 1);
        let again = chunk(store, &range, 100).await;
        assert_eq!(names(&again.assets), ["a0003"]);
        let now = progress(store, organization, project).await;
        let reasons = vec![("cloud.access_denied".to_owned(), 1), ("cloud.not_found".to_owned(), 2)];
        assert_eq!((now.pending, now.measured, &now.failed), (1, 1, &reasons));
        assert_eq!(now.waiting[0].1.code, "cloud.throttled");
        store.write(probes::free_all).await.unwrap();
        assert_eq!(take(store, "w").await, None, "it rests");
        store.clock.advance_ms(1000);
        assert_eq!(measure_all(store, 100).await, ["a0003"]);
        assert_eq!(progress(store, organization, project).await.waiting, []);

        let page = store.read(move |tx| probes::failures(tx, organization, project, None, 2)).await.unwrap();
        let codes: Vec<_> = page.assets.iter().map(|one| (one.external_id.as_deref().unwrap(), one.code.as_str())).collect();
        assert_eq!(codes, [("a0001", "cloud.access_denied"), ("a0002", "cloud.not_found")]);
        let next = page.next.unwrap();
        let rest = store.read(move |tx| probes::failures(tx, organization, project, Some(&next), 2)).await.unwrap();
        assert_eq!((rest.assets.len(), rest.next), (1, None));
        // Whoever sees the picture first knows its size; whoever deletes it needs none.
        let (seen, gone) = (page.assets[0].id, page.assets[1].id);
        let known = store.write(move |tx| assets::fill(tx, organization, project, seen, (50, 60))).await.unwrap();
        assert_eq!(known, Some((50, 60)));
        let known = store.write(move |tx| assets::fill(tx, organization, project, seen, (70, 80))).await.unwrap();
        assert_eq!(known, Some((50, 60)), "the first who knows is believed");
        store.write(move |tx| assets::delete(tx, organization, project, &[gone], 1)).await.unwrap();
        assert_eq!(store.write(move |tx| assets::fill(tx, organization, project, gone, (7, 8))).await.unwrap(), None);
        assert_eq!(progress(store, organization, project).await.failed, [("cloud.not_found".to_owned(), 1)]);

        let now = store.tick();
        assert_eq!(store.write(move |tx| probes::retry(tx, organization, project, now)).await.unwrap(), 1);
        assert_eq!(store.write(move |tx| probes::retry(tx, organization, project, now)).await.unwrap(), 0);
        assert_eq!(progress(store, organization, project).await.failed, []);
        assert_eq!(measure_all(store, 100).await, ["a0004"]);
    }
}

contract! {
    async fn an_update_makes_known_sizes_unknown_and_what_was_read_of_the_old_file_is_not_believed(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, vec![sized("a"), row("b"), row("c")]).await;
        let range = take(store, "w").await.unwrap();
        let old = chunk(store, &range, 100).await;
        assert_eq!(names(&old.assets), ["b", "c"]);
        let update = NewImport { on_duplicate: OnDuplicate::Update, ..store.new_import(organization, project) };
        let update = store.running(update, "worker").await;
        let moved = |name: &str| NewAsset { data: format!("https://elsewhere.example/new-{name}.jpg"), ..row(name) };
        store.put(update, "worker", vec![moved("a"), moved("b"), moved("d"), moved("d")]).await.unwrap();
        assert_eq!(progress(store, organization, project).await.pending, 2);
        store.complete(update, "worker").await;
        let report = Report {
            failed: vec![(old.assets[0].clone(), "cloud.not_found".to_owned(), "old".to_owned())],
            measured: vec![(old.assets[1].clone(), 30, 40)],
            ..Report::default()
        };
        assert_eq!(settle(store, &range, "w", old, report).await.unwrap(), None);
        assert_eq!(progress(store, organization, project).await.failed, []);
        assert_eq!(measure_all(store, 100).await, ["new-a", "new-b", "new-d"]);
        assert!(sizes(store, organization, project).await.iter().all(|(_, w, h)| (*w, *h) == (Some(30), Some(40))));
    }
}

contract! {
    async fn what_is_switched_off_deleted_or_cancelled_is_not_looked_at(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (project, other) = (store.project(organization, "birds").await, store.project(organization, "gone").await);
        let import = store.running(store.new_import(organization, project), "worker").await;
        store.put(import, "worker", rows(0..3)).await.unwrap();
        let now = store.tick();
        store.write(move |tx| insitu_store::imports::fail(tx, import, "worker", "x", "{}", now)).await.unwrap();
        store.discard_all().await;
        assert_eq!(take(store, "w").await, None, "the import failed");
        store.imported(organization, other, rows(0..3)).await;
        store.write(move |tx| insitu_store::projects::delete(tx, organization, other, 1)).await.unwrap();
        assert_eq!(take(store, "w").await, None, "the project is deleted");
        store.imported(organization, project, rows(0..3)).await;
        store.write(move |tx| organizations::set_header_probes(tx, organization, false)).await.unwrap();
        assert_eq!(take(store, "w").await, None, "it is switched off");
        let off = progress(store, organization, project).await;
        assert_eq!((off.is_on, off.pending), (false, 3));
        store.write(move |tx| organizations::set_header_probes(tx, organization, true)).await.unwrap();
        let range = take(store, "w").await.unwrap();
        store.write(move |tx| organizations::set_header_probes(tx, organization, false)).await.unwrap();
        let stopped = store.read(move |tx| probes::chunk(tx, &range, 9)).await.unwrap();
        assert_eq!(stopped, None, "whoever has begun stops");
        let (foreign, _) = store.organization("rival").await;
        let theirs = store.read(move |tx| probes::progress(tx, foreign, project)).await;
        assert!(matches!(theirs, Err(Error::NotFound { .. })));
    }
}
