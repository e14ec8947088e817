//! Imports that cannot go on for now: others have their turn, and they come back with what was in the way.

use insitu_model::{id::ImportId, import::ImportState};
use insitu_store::{
    Error,
    imports::{self, Import, ListedSoFar, NewImport},
};

use crate::harness::{LEASE, Store, contract};

const TROUBLE: &str = r#"{"code":"storage.hangs","message":"No answer came."}"#;

async fn queue(store: &Store, new: NewImport) -> ImportId {
    let (id, organization, now) = (new.id, new.organization, store.tick());
    store
        .write(move |tx| {
            imports::insert(tx, &new, "hub", now + LEASE)?;
            imports::received(tx, organization, id, 0)
        })
        .await
        .unwrap();
    id
}

async fn take(store: &Store, worker: &'static str) -> Option<Import> {
    let now = store.tick();
    store
        .write(move |tx| imports::claim(tx, worker, now, now + LEASE))
        .await
        .unwrap()
}

async fn claimed(store: &Store, worker: &'static str) -> Option<ImportId> {
    take(store, worker).await.map(|import| import.new.id)
}

fn is_listing(import: &Import) -> bool {
    import.new.source.as_deref() == Some("{}")
}

async fn put_back(store: &Store, import: &Import, worker: &'static str, due_at: i64) -> Result<(), Error> {
    let import = import.clone();
    store
        .write(move |tx| imports::put_back(tx, &import, worker, (TROUBLE, due_at), is_listing))
        .await
}

contract! {
    async fn an_import_that_cannot_go_on_lets_others_pass_and_comes_back_last(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let hung = store.storage(organization, "hung").await;
        let listed = |storage| NewImport {
            source: Some("{}".to_owned()),
            storage: Some(storage),
            ..store.new_import(organization, project)
        };
        let first = queue(store, listed(hung)).await;
        let second = queue(store, listed(hung)).await;
        let sent = queue(store, NewImport { source: None, ..listed(hung) }).await;
        let taken = take(store, "w1").await.unwrap();
        assert_eq!((taken.new.id, taken.tries), (first, 0));
        let due_at = store.tick() + 2_000;
        put_back(store, &taken, "w1", due_at).await.unwrap();
        assert!(matches!(put_back(store, &taken, "w1", due_at).await, Err(Error::Conflict { .. })));
        // The second would hang as well; the list that somebody sent needs no listing.
        assert_eq!(claimed(store, "w1").await, Some(sent));
        assert_eq!(claimed(store, "w2").await, None);
        let seen = store.read(move |tx| imports::find(tx, organization, first)).await.unwrap().unwrap();
        assert_eq!((seen.state, seen.lease_until, seen.trouble.as_deref()), (ImportState::Queued, due_at, Some(TROUBLE)));

        store.clock.advance_ms(2_000);
        let fresh = queue(store, store.new_import(organization, project)).await;
        assert_eq!(claimed(store, "w2").await, Some(fresh), "whoever is in no trouble comes first");
        assert_eq!(claimed(store, "w2").await, Some(second), "then who tried least");
        let again = take(store, "w2").await.unwrap();
        assert_eq!((again.new.id, again.tries), (first, 1));
        let listed = ListedSoFar { place: "{}".to_owned(), rows: 5, bytes: 50 };
        let until = store.tick() + LEASE;
        store.write(move |tx| imports::note_listed(tx, first, "w2", &listed, until)).await.unwrap();
        let seen = store.read(move |tx| imports::find(tx, organization, first)).await.unwrap().unwrap();
        assert_eq!((seen.tries, seen.trouble), (0, None), "a page that came makes up for it");
    }
}

contract! {
    async fn whatever_of_a_hung_storage_needs_no_listing_does_not_wait_for_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let hung = store.storage(organization, "hung").await;
        let of_source = |source: &str| NewImport {
            source: Some(source.to_owned()),
            storage: Some(hung),
            ..store.new_import(organization, project)
        };
        let first = queue(store, of_source("{}")).await;
        let by_hand = queue(store, of_source("by hand")).await;
        let taken = take(store, "w1").await.unwrap();
        let due_at = store.tick() + 2_000;
        put_back(store, &taken, "w1", due_at).await.unwrap();
        let other = take(store, "w1").await.unwrap();
        assert_eq!((other.new.id, other.trouble), (by_hand, None));

        store.clock.advance_ms(2_000);
        assert_eq!(claimed(store, "w2").await, Some(first));
        store.put(first, "w2", Vec::new()).await.unwrap();
        let seen = store.read(move |tx| imports::find(tx, organization, first)).await.unwrap().unwrap();
        assert_eq!((seen.tries, seen.trouble), (0, None), "a batch that was written makes up for it");
    }
}

contract! {
    async fn an_import_that_waits_is_cancelled_at_once(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let waiting = queue(store, store.new_import(organization, project)).await;
        let taken = take(store, "w").await.unwrap();
        let due_at = store.tick() + 60_000;
        put_back(store, &taken, "w", due_at).await.unwrap();
        let ended = store.write(move |tx| imports::cancel(tx, organization, waiting, "import.cancelled", 1)).await.unwrap();
        assert_eq!(ended.state, ImportState::Cancelled);

        // Somebody cancels while it is put back: whoever comes next ends it, and does not wait for that.
        let other = queue(store, store.new_import(organization, project)).await;
        let taken = take(store, "w").await.unwrap();
        store.write(move |tx| imports::cancel(tx, organization, other, "import.cancelled", 1)).await.unwrap();
        put_back(store, &taken, "w", due_at).await.unwrap();
        assert!(take(store, "w").await.unwrap().cancel_requested);
    }
}
