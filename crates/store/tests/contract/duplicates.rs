//! Rows whose external ID the project already has.

use insitu_model::{
    ambient::Clock as _,
    id::{AssetId, ImportId, OrganizationId, ProjectId},
    import::OnDuplicate,
};
use insitu_store::assets::{self, Asset, AssetFilter, AssetSort, NewAsset, PageStart};

use insitu_store::imports::{self, NewImport};

use crate::harness::{LEASE, NOW, Store, contract, row, rows};

async fn all(store: &Store, organization: OrganizationId, project: ProjectId) -> Vec<Asset> {
    let filter = AssetFilter::default();
    let start = PageStart::Page(1);
    let page = store
        .read(move |tx| {
            assets::list(
                tx,
                organization,
                project,
                &filter,
                AssetSort::OldestFirst,
                &start,
                1000,
            )
        })
        .await
        .unwrap();
    assert_eq!(page.total, page.assets.len() as u64);
    page.assets
}

fn titled(external_id: &str, data: &str) -> NewAsset {
    NewAsset {
        data: data.to_owned(),
        ..row(external_id)
    }
}

async fn queued(store: &Store, new: NewImport) -> ImportId {
    let (id, organization) = (new.id, new.organization);
    store
        .write(move |tx| {
            imports::insert(tx, &new, "receiver", NOW + LEASE)?;
            imports::received(tx, organization, id, 100)
        })
        .await
        .unwrap();
    id
}

async fn claimed(store: &Store, worker: &'static str) -> Option<ImportId> {
    let now = store.clock.now_ms();
    let import = store
        .write(move |tx| imports::claim(tx, worker, now, now + LEASE))
        .await
        .unwrap();
    import.map(|import| import.new.id)
}

contract! {
    async fn they_are_allowed_by_default(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, vec![row("a"), row("a"), row("b")]).await;
        store.imported(organization, project, vec![row("a")]).await;
        assert_eq!(all(store, organization, project).await.len(), 4);
    }
}

contract! {
    async fn skip_leaves_what_is_there(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let other = store.project(organization, "fish").await;
        store.imported(organization, project, vec![titled("a", "old a"), row("b")]).await;
        store.imported(organization, other, vec![row("c")]).await;
        let mut new = store.new_import(organization, project);
        new.on_duplicate = OnDuplicate::Skip;
        let import = store.running(new, "worker").await;
        let first = vec![titled("a", "new a"), titled("c", "c"), titled("c", "c again"), row(""), row("")];
        let written = store.put(import, "worker", first).await.unwrap();
        assert_eq!((written.imported, written.skipped, written.updated), (3, 2, 0));
        let written = store.put(import, "worker", vec![titled("c", "c once more"), row("d")]).await.unwrap();
        assert_eq!((written.imported, written.skipped, written.updated), (1, 1, 0));
        store.complete(import, "worker").await;
        let found: Vec<_> = all(store, organization, project).await.into_iter().map(|asset| asset.data).collect();
        let expected = ["old a", &row("b").data, "c", &row("").data, &row("").data, &row("d").data];
        assert_eq!(found, expected);
    }
}

contract! {
    async fn update_gives_new_values_when_the_import_completes_and_not_before(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let storage = store.storage(organization, "one").await;
        let batch = store.batch(organization, project, "b").await;
        let old = store.imported(organization, project, vec![titled("a", "old a"), titled("b", "old b"), row("z")]).await;
        let before = all(store, organization, project).await;
        let mut new = store.new_import(organization, project);
        new.on_duplicate = OnDuplicate::Update;
        let import = store.running(new, "worker").await;
        let mut moved = titled("a", "new a");
        (moved.storage, moved.batches, moved.width) = (Some(storage), vec![batch].into(), Some(7));
        let first = vec![moved.clone(), titled("b", "b 1"), titled("c", "c 1"), titled("c", "c 2")];
        let written = store.put(import, "worker", first).await.unwrap();
        assert_eq!((written.imported, written.updated, written.skipped), (1, 3, 0));
        let mut c = titled("c", "c 3");
        c.storage = Some(storage);
        let written = store.put(import, "worker", vec![titled("b", "b 2"), c, titled("d", "d")]).await.unwrap();
        assert_eq!((written.imported, written.updated, written.skipped), (1, 2, 0));
        assert_eq!(all(store, organization, project).await, before);

        store.complete(import, "worker").await;
        let after = all(store, organization, project).await;
        let data: Vec<_> = after.iter().map(|asset| asset.data.as_str()).collect();
        assert_eq!(data, ["new a", "b 2", &row("z").data, "c 3", "d"]);
        assert_eq!(after[0].id, AssetId::of_import(old, 0));
        assert_eq!((after[0].storage, &after[0].batches[..], after[0].width), (Some(storage), &[batch][..], Some(7)));
        assert_eq!(after[0].created_at, before[0].created_at);
        // The counts followed the assets to their new storage and batch.
        let filter = AssetFilter { storage: Some(Some(storage)), ..AssetFilter::default() };
        let start = PageStart::Page(1);
        let page = store
            .read(move |tx| assets::list(tx, organization, project, &filter, AssetSort::OldestFirst, &start, 10))
            .await
            .unwrap();
        assert_eq!((page.total, page.assets.len()), (2, 2));
    }
}

contract! {
    async fn an_update_that_is_cancelled_changes_nothing(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..20)).await;
        let before = all(store, organization, project).await;
        let mut new = store.new_import(organization, project);
        new.on_duplicate = OnDuplicate::Update;
        let import = store.running(new, "worker").await;
        let other: Vec<_> = (0..30).map(|n| titled(&format!("a{n:04}"), "other")).collect();
        assert_eq!(store.put(import, "worker", other).await.unwrap().updated, 20);
        let now = store.tick();
        store
            .write(move |tx| insitu_store::imports::fail(tx, import, "worker", "row.refused", "{}", now))
            .await
            .unwrap();
        store.discard_all().await;
        assert_eq!(all(store, organization, project).await, before);
    }
}

contract! {
    async fn an_import_that_skips_waits_for_the_one_before_it_and_others_do_not(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let skipping = || NewImport { on_duplicate: OnDuplicate::Skip, ..store.new_import(organization, project) };
        let first = store.running(skipping(), "one").await;

        let second = queued(store, skipping()).await;
        assert_eq!(claimed(store, "two").await, None);
        let third = store.running(store.new_import(organization, project), "three").await;
        store.put(first, "one", rows(0..10)).await.unwrap();
        store.complete(first, "one").await;
        assert_eq!(claimed(store, "two").await, None, "what runs beside it may bring the same rows");
        store.put(third, "three", rows(10..20)).await.unwrap();
        store.complete(third, "three").await;

        assert_eq!(claimed(store, "two").await, Some(second));
        let written = store.put(second, "two", rows(5..25)).await.unwrap();
        assert_eq!((written.imported, written.skipped), (5, 15));
        store.complete(second, "two").await;
        assert_eq!(all(store, organization, project).await.len(), 25);
    }
}

contract! {
    async fn an_upload_is_one_asset_however_often_it_is_registered(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let registering = || NewImport { is_upload: true, ..store.new_import(organization, project) };
        let first = store.running(registering(), "one").await;
        let second = queued(store, registering()).await;
        assert_eq!(claimed(store, "two").await, None, "it would not see what the first one brings");
        let list = store.running(store.new_import(organization, project), "three").await;
        let files = vec![titled("a", "file 1"), titled("a", "file 2"), titled("a", "file 1"), titled("", "file 3")];
        let written = store.put(first, "one", files.clone()).await.unwrap();
        assert_eq!((written.imported, written.skipped), (3, 1));
        store.complete(first, "one").await;

        assert_eq!(claimed(store, "two").await, Some(second), "lists are not waited for");
        let written = store.put(second, "two", files).await.unwrap();
        // Without an external ID, nobody can tell.
        assert_eq!((written.imported, written.skipped), (1, 3));
        store.complete(second, "two").await;
        let written = store.put(list, "three", vec![titled("a", "file 1")]).await.unwrap();
        assert_eq!(written.imported, 1, "a list may name it as often as it likes");
        store.complete(list, "three").await;
        assert_eq!(all(store, organization, project).await.len(), 5);
    }
}
