//! Imports: leases, checkpoints, visibility, ends.

use insitu_model::{
    id::AssetId,
    import::{ImportState, OnDuplicate},
};
use insitu_store::{
    Error, Page,
    assets::{self, AssetFilter, AssetPage, AssetSort, PageStart},
    import_report::{self, Refusal},
    imports::{self, ImportBatch},
    projects,
};

use crate::harness::{LEASE, Store, all, contract, row, rows};

async fn visible(
    store: &Store,
    organization: insitu_model::id::OrganizationId,
    project: insitu_model::id::ProjectId,
) -> AssetPage {
    store
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
        .unwrap()
}

contract! {
    async fn nothing_of_an_import_is_seen_before_it_completes_and_all_of_it_after(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        for part in 0..3 {
            let written = store.put(import, "worker", rows(part * 100..part * 100 + 100)).await.unwrap();
            assert_eq!((written.imported, written.updated, written.skipped), (100, 0, 0));
            let page = visible(store, organization, project).await;
            assert_eq!((page.total, page.assets.len()), (0, 0));
            let id = AssetId::of_import(import, 5);
            assert_eq!(store.read(move |tx| assets::find(tx, organization, project, id)).await.unwrap(), None);
            let signing = store.read(move |tx| assets::for_signing(tx, organization, project, &[id])).await.unwrap();
            assert_eq!(signing, [None]);
        }
        store.complete(import, "worker").await;
        let page = visible(store, organization, project).await;
        assert_eq!((page.total, page.assets.len()), (300, 300));
        for (ordinal, asset) in (0..).zip(&page.assets) {
            assert_eq!(asset.id, AssetId::of_import(import, ordinal));
            assert_eq!(asset.external_id, Some(format!("a{ordinal:04}")));
        }
        let count = store.read(move |tx| projects::get(tx, organization, project)).await.unwrap().asset_count;
        assert_eq!(count, 300);
        let import = store.read(move |tx| imports::get(tx, organization, import)).await.unwrap();
        assert_eq!((import.state, import.progress.rows_imported), (ImportState::Completed, 300));
        assert_eq!(store.discard_all().await, 0);
    }
}

contract! {
    async fn a_batch_brings_its_checkpoint_and_refusals_or_nothing(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let refusal = |index: u64| Refusal {
            is_notice: false,
            index,
            offset: index * 10,
            field: "data".to_owned(),
            code: "address.not_a_url".to_owned(),
            message: "\"x\" is not a URL\0".to_owned(),
            excerpt: "{\"data\":\"x\"}".to_owned(),
        };
        let batch = ImportBatch {
            rows: rows(0..2),
            refusals: vec![refusal(2), refusal(3)],
            sources: Vec::new(),
            checkpoint: "{\"offset\":40}".to_owned(),
            bytes_read: 40,
            rows_read: 4,
            rows_noticed: 1,
            rows_refused: 2,
        };
        let mut bad = batch.clone();
        bad.rows.push(row("nul\0"));
        let now = store.tick();
        let answer = store.write(move |tx| imports::write_batch(tx, import, "worker", &bad, now, now + LEASE)).await;
        assert!(matches!(answer, Err(Error::Refused { .. })), "{answer:?}");
        let before = store.read(move |tx| imports::get(tx, organization, import)).await.unwrap();
        assert_eq!((before.checkpoint, before.progress.rows_read, before.progress.rows_refused), (None, 0, 0));

        let first = batch.clone();
        store.write(move |tx| imports::write_batch(tx, import, "worker", &first, now, now + LEASE)).await.unwrap();
        let second = ImportBatch { rows: rows(2..3), refusals: vec![refusal(9)], rows_refused: 1, ..batch };
        store.write(move |tx| imports::write_batch(tx, import, "worker", &second, now, now + LEASE)).await.unwrap();
        let after = store.read(move |tx| imports::get(tx, organization, import)).await.unwrap();
        assert_eq!(after.checkpoint.as_deref(), Some("{\"offset\":40}"));
        assert_eq!((after.progress.rows_imported, after.progress.rows_refused), (3, 3));
        assert_eq!((after.progress.rows_noticed, after.progress.bytes_read), (1, 40));
        let report = store.read(move |tx| import_report::list(tx, organization, import, 1, 10)).await.unwrap();
        assert_eq!(report.iter().map(|refusal| refusal.index).collect::<Vec<_>>(), [3, 9]);
        assert_eq!(report[0].message, "\"x\" is not a URL\u{fffd}");
    }
}

contract! {
    async fn two_claimers_never_get_the_same_import(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let now = store.tick();
        for _ in 0..12 {
            let new = store.new_import(organization, project);
            store
                .write(move |tx| {
                    imports::insert(tx, &new, "hub", now + LEASE)?;
                    imports::received(tx, organization, new.id, 1)
                })
                .await
                .unwrap();
        }
        let work = (0..16).map(|_| {
            let db = store.db.clone();
            async move { db.claim::<_, Error, _>(move |tx| imports::claim(tx, "worker", now, now + LEASE)).await }
        });
        let mut claimed: Vec<_> =
            all(work.collect()).await.into_iter().filter_map(|answer| answer.unwrap()).map(|i| i.new.id).collect();
        claimed.sort();
        claimed.dedup();
        assert_eq!(claimed.len(), 12);
    }
}

contract! {
    async fn an_import_is_continued_by_another_worker_when_its_lease_runs_out(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "first").await;
        store.put(import, "first", rows(0..10)).await.unwrap();
        let now = store.tick();
        let early = store.write(move |tx| imports::claim(tx, "second", now, now + LEASE)).await.unwrap();
        assert_eq!(early, None);
        store.clock.advance_ms(LEASE + 1);
        let now = store.tick();
        let taken = store.write(move |tx| imports::claim(tx, "second", now, now + LEASE)).await.unwrap().unwrap();
        assert_eq!((taken.new.id, taken.progress.rows_imported), (import, 10));
        let late = store.put(import, "first", rows(10..20)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        let renewed = store.write(move |tx| imports::renew(tx, import, "first", now)).await;
        assert!(matches!(renewed, Err(Error::Conflict { .. })), "{renewed:?}");
        store.put(import, "second", rows(10..20)).await.unwrap();
        store.complete(import, "second").await;
        let page = visible(store, organization, project).await;
        let ids: Vec<_> = page.assets.iter().map(|asset| asset.id).collect();
        assert_eq!(ids, (0..20).map(|n| AssetId::of_import(import, n)).collect::<Vec<_>>());
    }
}

contract! {
    async fn a_cancelled_import_leaves_nothing_behind(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..5)).await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        store.put(import, "worker", rows(0..2000)).await.unwrap();
        let now = store.tick();
        let asked = store.write(move |tx| imports::cancel(tx, organization, import, "user", now)).await.unwrap();
        assert!(asked.cancel_requested && asked.state == ImportState::Running);
        assert!(store.put(import, "worker", rows(0..1)).await.unwrap().cancel_requested);
        store.write(move |tx| imports::cancelled(tx, import, "worker", "user", now)).await.unwrap();
        assert!(matches!(store.put(import, "worker", rows(0..1)).await, Err(Error::Conflict { .. })));
        assert_eq!(visible(store, organization, project).await.total, 5);
        assert!(store.discard_all().await > 0);
        assert_eq!(visible(store, organization, project).await.total, 5);
        // Cancelling what has ended changes nothing.
        let again = store.write(move |tx| imports::cancel(tx, organization, import, "user", now)).await.unwrap();
        assert_eq!(again.state, ImportState::Cancelled);
        // The external IDs are free again.
        let mut new = store.new_import(organization, project);
        new.on_duplicate = OnDuplicate::Skip;
        let next = store.running(new, "worker").await;
        assert_eq!(store.put(next, "worker", rows(3..8)).await.unwrap().imported, 3);
    }
}

contract! {
    async fn an_import_that_never_arrived_is_given_up(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let (first, second) = (store.new_import(organization, project), store.new_import(organization, project));
        let (a, b) = (first.id, second.id);
        let now = store.tick();
        store
            .write(move |tx| {
                imports::insert(tx, &first, "gone", now + 10)?;
                imports::insert(tx, &second, "alive", now + 10)?;
                imports::renew_receiving(tx, b, "alive", 77, now + LEASE)
            })
            .await
            .unwrap();
        let gone = store.write(move |tx| imports::expire_receiving(tx, "gone", "{}", now + 20)).await.unwrap();
        assert_eq!(gone.iter().map(|import| import.new.id).collect::<Vec<_>>(), [a]);
        let active = store.read(move |tx| imports::list_active(tx, organization, 10)).await.unwrap();
        assert_eq!(active.iter().map(|import| import.new.id).collect::<Vec<_>>(), [b]);
        assert_eq!(active[0].progress.bytes_total, 77);
        store.write(move |tx| imports::abandon(tx, organization, b, "cut off", "{}", now)).await.unwrap();
        let late = store.write(move |tx| imports::received(tx, organization, b, 1)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        let all = store.read(move |tx| imports::list(tx, organization, project, Page::first(10))).await.unwrap();
        assert_eq!(all.total, 2);
        assert!(all.rows.iter().all(|import| import.state == ImportState::Failed && import.finished_at.is_some()));
    }
}

contract! {
    async fn a_dry_run_counts_and_leaves_nothing(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..5)).await;
        for (policy, expected) in [(OnDuplicate::Allow, (10, 0)), (OnDuplicate::Skip, (5, 5))] {
            let mut new = store.new_import(organization, project);
            (new.dry_run, new.on_duplicate) = (true, policy);
            let import = store.running(new, "worker").await;
            let written = store.put(import, "worker", rows(0..10)).await.unwrap();
            assert_eq!((written.imported, written.skipped), expected);
            store.complete(import, "worker").await;
            store.discard_all().await;
            assert_eq!(visible(store, organization, project).await.total, 5);
        }
    }
}

contract! {
    async fn two_imports_never_share_the_ids_of_their_assets(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let first = store.new_import(organization, project);
        let mut second = store.new_import(organization, project);
        let mut bytes = *first.id.as_bytes();
        bytes[11] ^= 1;
        second.id = insitu_model::id::ImportId::from_bytes(bytes);
        let now = store.tick();
        store.write(move |tx| imports::insert(tx, &first, "hub", now)).await.unwrap();
        let answer = store.write(move |tx| imports::insert(tx, &second, "hub", now)).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
    }
}
