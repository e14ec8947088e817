//! Lists that arrive in no order at all: found and listed by external ID before, while and after their names are
//! merged.

use insitu_model::id::{AssetId, OrganizationId, ProjectId};
use insitu_store::{
    Error,
    assets::{self, AssetFilter, AssetSort, PageStart},
    imports,
};

use crate::harness::{Store, contract, row, rows};

const BATCHES: u32 = 12;
const BATCH_ROWS: u32 = 2_500;

/// Every number below BATCHES * BATCH_ROWS once, all over the place.
fn shuffled(n: u32) -> u32 {
    (n * 7_919) % (BATCHES * BATCH_ROWS)
}

async fn names(
    store: &Store,
    organization: OrganizationId,
    project: ProjectId,
    sort: AssetSort,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = PageStart::Page(1);
    loop {
        let page = store
            .read(move |tx| {
                assets::list(
                    tx,
                    organization,
                    project,
                    &AssetFilter::default(),
                    sort,
                    &start,
                    1000,
                )
            })
            .await
            .unwrap();
        found.extend(page.assets.into_iter().filter_map(|asset| asset.external_id));
        match page.next {
            Some(next) => start = PageStart::After(next),
            None => return found,
        }
    }
}

async fn check(store: &Store, organization: OrganizationId, project: ProjectId, expected: &[String]) {
    assert_eq!(
        names(store, organization, project, AssetSort::ExternalId).await,
        expected
    );
    let backwards: Vec<String> = expected.iter().rev().cloned().collect();
    assert_eq!(
        names(store, organization, project, AssetSort::ExternalIdDescending).await,
        backwards
    );
    let (middle, one) = (expected.len() / 2, expected[expected.len() / 3].clone());
    let name = one.clone();
    store
        .read(move |tx| {
            let any = AssetFilter::default();
            let page = assets::list(
                tx,
                organization,
                project,
                &any,
                AssetSort::ExternalId,
                &PageStart::Page(middle as u64 / 10 + 1),
                10,
            )?;
            assert_eq!(page.assets.len(), 10);
            let filter = AssetFilter {
                external_id: Some(name),
                ..any
            };
            let page = assets::list(
                tx,
                organization,
                project,
                &filter,
                AssetSort::NewestFirst,
                &PageStart::Page(1),
                10,
            )?;
            assert_eq!((page.total, page.assets.len()), (1, 1));
            Ok(())
        })
        .await
        .unwrap();
    let begin = middle / 10 * 10;
    let page = store
        .read(move |tx| {
            let (any, start) = (AssetFilter::default(), PageStart::Page(begin as u64 / 10 + 1));
            assets::list(tx, organization, project, &any, AssetSort::ExternalId, &start, 10)
        })
        .await
        .unwrap();
    let found: Vec<_> = page
        .assets
        .into_iter()
        .filter_map(|asset| asset.external_id)
        .collect();
    assert_eq!(found, expected[begin..begin + 10]);
}

contract! {
    async fn every_name_is_found_once_at_every_step_of_merging(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        for batch in 0..BATCHES {
            let list = batch * BATCH_ROWS..(batch + 1) * BATCH_ROWS;
            let list = list.map(|n| row(&format!("a{:06}", shuffled(n)))).collect();
            store.put(import, "worker", list).await.unwrap();
        }
        assert_eq!(store.discard_all().await, 0);
        assert!(names(store, organization, project, AssetSort::ExternalId).await.is_empty());
        store.complete(import, "worker").await;
        let mut expected: Vec<String> = (0..BATCHES * BATCH_ROWS).map(|n| format!("a{n:06}")).collect();
        check(store, organization, project, &expected).await;
        let mut steps = 0;
        while store.write(imports::tidy_step).await.unwrap() {
            steps += 1;
            check(store, organization, project, &expected).await;
            if steps == 1 {
                // A small import joins the largest run in the middle of it.
                store.imported(organization, project, vec![row("zz"), row("b")]).await;
                expected.extend(["b".to_owned(), "zz".to_owned()]);
            }
        }
        assert!(steps > 1, "{steps}");
        check(store, organization, project, &expected).await;
    }
}

contract! {
    /// As a list of several cameras' frames does: each batch has a bit of every camera, behind that of the batch before.
    async fn runs_that_follow_each_other_are_merged_in_few_steps(store: &Store) {
        const BATCHES: u32 = 40;
        const ROWS: u32 = 500;
        const CAMERAS: u32 = 16;
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let name = |n: u32| format!("{:02}/{n:06}", n % CAMERAS);
        for batch in 0..BATCHES {
            let list = (batch * ROWS..(batch + 1) * ROWS).map(|n| row(&name(n))).collect();
            store.put(import, "worker", list).await.unwrap();
        }
        store.complete(import, "worker").await;
        let mut steps = 0;
        while store.write(imports::tidy_step).await.unwrap() {
            steps += 1;
        }
        assert!(steps <= 5, "{steps} steps for {} names", BATCHES * ROWS);
        let mut expected: Vec<String> = (0..BATCHES * ROWS).map(name).collect();
        expected.sort_unstable();
        check(store, organization, project, &expected).await;
    }
}

contract! {
    async fn a_shuffled_import_that_fails_leaves_no_names(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..10)).await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        for part in 0..3 {
            let mut list = rows(part * 10..part * 10 + 30);
            list.reverse();
            store.put(import, "worker", list).await.unwrap();
        }
        let now = store.tick();
        store.write(move |tx| imports::fail(tx, import, "worker", "x", "{}", now)).await.unwrap();
        store.discard_all().await;
        let expected: Vec<String> = (0..10).map(|n| format!("a{n:04}")).collect();
        check(store, organization, project, &expected).await;
        let id = AssetId::of_import(import, 0);
        assert_eq!(store.read(move |tx| assets::find(tx, organization, project, id)).await.unwrap(), None);
    }
}

contract! {
    async fn assets_are_found_and_called_by_their_external_ids_in_their_organization_alone(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (birds, fish) = (store.project(organization, "birds").await, store.project(organization, "fish").await);
        let (elsewhere, _) = store.organization("evil").await;
        let theirs = store.project(elsewhere, "theirs").await;
        let of = |import| AssetId::of_import(import, 0);
        let first = store.imported(organization, birds, vec![row("wren"), row("")]).await;
        let second = store.imported(organization, fish, vec![row("wren")]).await;
        store.imported(elsewhere, theirs, vec![row("wren")]).await;
        let now = store.tick();
        store.write(move |tx| assets::delete(tx, organization, fish, &[of(second)], now)).await.unwrap();

        let asked = |project, name: &'static str| {
            store.read(move |tx| assets::with_external_id(tx, organization, project, name))
        };
        assert_eq!(asked(None, "wren").await.unwrap(), [of(first), of(second)]);
        assert_eq!(asked(Some(fish), "wren").await.unwrap(), [of(second)]);
        assert_eq!(asked(Some(theirs), "wren").await.unwrap(), []);
        assert_eq!(asked(None, "tit").await.unwrap(), []);

        let ids = [of(first), AssetId::of_import(first, 1), of(second)];
        let named = store.read(move |tx| assets::external_ids(tx, organization, birds, &ids)).await.unwrap();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), [(of(first), "wren".to_owned())]);
        let foreign = store.read(move |tx| assets::external_ids(tx, organization, theirs, &ids)).await;
        assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
    }
}
