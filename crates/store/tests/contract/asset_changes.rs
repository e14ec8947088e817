//! Changes of many assets: every asset once, none that came later, and a killed worker's rest by the next one.

use std::sync::Arc;

use insitu_model::{
    id::{AssetChangeId, AssetId, OrganizationId, ProjectId},
    job::JobState,
    task::Stage,
};
use insitu_store::{
    Error,
    asset_changes::{self, AssetChange, Change, NewAssetChange, Step},
    assets::{self, Asset, AssetFilter, AssetSort, AssetState, PageStart},
    limits::MAX_ASSETS_PER_STEP,
};

use crate::harness::{LEASE, Store, contract, id, row, rows};
use crate::task_queue::{counts, next};

const MOST: u64 = 3;

impl Store {
    pub async fn ordered(
        &self,
        (organization, project): (OrganizationId, ProjectId),
        change: Change,
        filter: AssetFilter,
    ) -> Result<AssetChangeId, Error> {
        self.tick();
        let state = change.concerns();
        let new = NewAssetChange {
            id: id!(self, AssetChangeId),
            organization,
            project,
            created_by: id!(self, UserId),
            change,
            created_at: self.tick(),
        };
        let filter = AssetFilter { state, ..filter };
        let id = new.id;
        self.write(move |tx| asset_changes::insert(tx, &new, &filter, MOST))
            .await?;
        Ok(id)
    }

    pub async fn claim_change(&self, worker: &'static str) -> Option<AssetChange> {
        let now = self.tick();
        self.write(move |tx| asset_changes::claim(tx, worker, now, now + LEASE))
            .await
            .unwrap()
    }

    pub async fn step(&self, change: &AssetChange, worker: &'static str) -> Result<Step, Error> {
        let (change, now) = (change.clone(), self.tick());
        self.write(move |tx| asset_changes::step(tx, &change, worker, (now, now + LEASE)))
            .await
    }

    /// Orders a change and does all of it; how many assets it changed.
    pub async fn changed(&self, at: (OrganizationId, ProjectId), change: Change, filter: AssetFilter) -> u64 {
        let id = self.ordered(at, change, filter).await.unwrap();
        let claimed = self.claim_change("worker").await.unwrap();
        while self.step(&claimed, "worker").await.unwrap() == Step::More {}
        let ended = self.change(at, id).await;
        assert_eq!(
            (ended.state, ended.assets_total),
            (JobState::Completed, ended.assets_done)
        );
        ended.assets_done
    }

    pub async fn change(
        &self,
        (organization, project): (OrganizationId, ProjectId),
        id: AssetChangeId,
    ) -> AssetChange {
        self.read(move |tx| asset_changes::get(tx, organization, project, id))
            .await
            .unwrap()
    }

    pub async fn found(
        &self,
        (organization, project): (OrganizationId, ProjectId),
        filter: AssetFilter,
    ) -> (u64, Vec<Asset>) {
        let page = self
            .read(move |tx| {
                let first = PageStart::Page(1);
                assets::list(
                    tx,
                    organization,
                    project,
                    &filter,
                    AssetSort::OldestFirst,
                    &first,
                    1000,
                )
            })
            .await
            .unwrap();
        (page.total, page.assets)
    }
}

pub fn everything() -> AssetFilter {
    AssetFilter::default()
}

fn deleted() -> AssetFilter {
    AssetFilter {
        state: AssetState::Deleted,
        ..AssetFilter::default()
    }
}

contract! {
    async fn a_change_reaches_each_asset_once_however_many_workers_it_takes(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let batch = store.batch(at.0, at.1, "One").await;
        let many = MAX_ASSETS_PER_STEP * 2 + 7;
        store.imported(at.0, at.1, rows(0..many)).await;
        let id = store.ordered(at, Change::Batches { add: vec![batch], remove: vec![] }, everything()).await.unwrap();
        // What is imported after the order is not meant by it.
        store.imported(at.0, at.1, vec![row("late")]).await;
        let first = store.claim_change("first").await.unwrap();
        assert_eq!((first.new.id, first.assets_total), (id, u64::from(many)));
        assert_eq!(store.step(&first, "first").await.unwrap(), Step::More);
        assert_eq!(store.claim_change("second").await, None);

        store.clock.advance_ms(LEASE + 1);
        let second = store.claim_change("second").await.unwrap();
        assert_eq!(second.assets_done, u64::from(MAX_ASSETS_PER_STEP));
        let lost = store.step(&first, "first").await;
        assert!(matches!(lost, Err(Error::Conflict { .. })), "{lost:?}");
        assert_eq!(store.step(&second, "second").await.unwrap(), Step::More);
        assert_eq!(store.step(&second, "second").await.unwrap(), Step::Completed);
        let ended = store.change(at, id).await;
        assert_eq!((ended.state, ended.assets_done), (JobState::Completed, u64::from(many)));
        let of_batch = AssetFilter { batches: vec![batch], ..everything() };
        assert_eq!(store.found(at, of_batch).await.0, u64::from(many));
        let counted = store.read(move |tx| assets::batch_counts(tx, at.0, at.1)).await.unwrap();
        assert_eq!(counted.get(&batch), Some(&u64::from(many)));
        assert_eq!(store.claim_change("third").await, None);
    }
}

contract! {
    async fn each_filter_means_the_assets_that_its_list_shows(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let (one, two) = (store.batch(at.0, at.1, "One").await, store.batch(at.0, at.1, "Two").await);
        let storage = store.storage(organization, "Private").await;
        let mut private = row("private");
        private.storage = Some(storage);
        private.batches = Arc::new([one]);
        store.imported(at.0, at.1, vec![row("a"), row("b"), private, row("a")]).await;
        let named = AssetFilter { external_id: Some("a".to_owned()), ..everything() };
        let into = |batch| Change::Batches { add: vec![batch], remove: vec![] };
        assert_eq!(store.changed(at, into(two), named).await, 2);
        let public = AssetFilter { storage: Some(None), ..everything() };
        assert_eq!(store.changed(at, Change::Priority(7), public.clone()).await, 3);
        let high: Vec<_> = store.found(at, everything()).await.1.iter().map(|asset| asset.priority).collect();
        assert_eq!(high, [7, 7, 0, 7]);
        let both = Change::Batches { add: vec![two], remove: vec![one] };
        let of_one = AssetFilter { batches: vec![one], ..everything() };
        assert_eq!(store.changed(at, both, of_one.clone()).await, 1);
        assert_eq!(store.found(at, of_one).await.0, 0);
        let of_two = AssetFilter { batches: vec![two], ..everything() };
        assert_eq!(store.found(at, of_two).await.0, 3);
        let b = store.found(at, everything()).await.1[1].id;
        let by_id = AssetFilter { ids: vec![b], ..everything() };
        assert_eq!(store.changed(at, Change::Delete, by_id).await, 1);
        assert_eq!(store.found(at, public).await.0, 2);
    }
}

contract! {
    async fn a_deletion_is_taken_back_with_its_tasks_where_they_stood(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        store.imported(at.0, at.1, rows(0..4)).await;
        // One is somebody's, one is passed over while it is gone, two wait.
        let mine = next(store, at.0, at.1, Stage::Label, ada).await.unwrap();
        assert_eq!(store.changed(at, Change::Delete, everything()).await, 4);
        assert_eq!(counts(store, at.0, at.1).await.total(), 0);
        assert_eq!(next(store, at.0, at.1, Stage::Label, ada).await, None);
        assert_eq!(store.found(at, deleted()).await.0, 4);

        assert_eq!(store.changed(at, Change::Restore, everything()).await, 4);
        assert_eq!((store.found(at, everything()).await.0, store.found(at, deleted()).await.0), (4, 0));
        assert_eq!(counts(store, at.0, at.1).await.label, 4);
        let again = next(store, at.0, at.1, Stage::Label, ada).await.unwrap();
        assert_eq!((again.asset.id, again.assignee), (mine.asset.id, Some(ada)));
        let bob = store.user("bob@example.com").await;
        let theirs = next(store, at.0, at.1, Stage::Label, bob).await.unwrap();
        assert_eq!(theirs.asset.external_id.as_deref(), Some("a0001"));
    }
}

contract! {
    async fn exactly_what_one_change_deleted_is_taken_back(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let batch = store.batch(at.0, at.1, "One").await;
        let of_batch = || AssetFilter { batches: vec![batch], ..everything() };
        let many = MAX_ASSETS_PER_STEP + 7;
        store.imported(at.0, at.1, rows(0..many)).await;
        let listed = store.found(at, everything()).await.1;
        let (by_hand, other, put) = (listed[0].id, listed[1].id, listed[2].id);
        let ids = |ids: &[AssetId]| AssetFilter { ids: ids.to_vec(), ..everything() };
        // Deleted by name, by another change, and by the change: one of them then restored and deleted by name again.
        let now = store.tick();
        store.write(move |tx| assets::delete(tx, at.0, at.1, &[by_hand], now)).await.unwrap();
        store.changed(at, Change::Delete, ids(&[other])).await;
        let deletion = store.ordered(at, Change::Delete, everything()).await.unwrap();
        let early = store.ordered(at, Change::Undo(deletion), everything()).await;
        assert!(matches!(early, Err(Error::Conflict { .. })), "{early:?}");
        let claimed = store.claim_change("worker").await.unwrap();
        while store.step(&claimed, "worker").await.unwrap() == Step::More {}
        assert_eq!(store.change(at, deletion).await.assets_done, u64::from(many) - 2);
        assert_eq!(store.changed(at, Change::Restore, ids(&[put])).await, 1);
        let now = store.tick();
        store.write(move |tx| assets::delete(tx, at.0, at.1, &[put], now)).await.unwrap();

        assert_eq!(store.changed(at, Change::Undo(deletion), everything()).await, u64::from(many) - 3);
        let gone: Vec<_> = store.found(at, deleted()).await.1.iter().map(|asset| asset.id).collect();
        assert_eq!(gone, [by_hand, other, put]);
        assert_eq!(store.found(at, everything()).await.0, u64::from(many) - 3);
        assert_eq!(counts(store, at.0, at.1).await.label, u64::from(many) - 3);
        assert!(next(store, at.0, at.1, Stage::Label, ada).await.is_some());
        // A second time there is nothing left, and what is no deletion is not taken back as one.
        assert_eq!(store.changed(at, Change::Undo(deletion), everything()).await, 0);
        let into = Change::Batches { add: vec![batch], remove: vec![] };
        let id = store.ordered(at, into, of_batch()).await.unwrap();
        assert!(matches!(store.ordered(at, Change::Undo(id), everything()).await, Err(Error::Conflict { .. })));
        let (elsewhere, _) = store.organization("evil").await;
        let theirs = (elsewhere, store.project(elsewhere, "theirs").await);
        let foreign = store.ordered(theirs, Change::Undo(deletion), everything()).await;
        assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
    }
}

contract! {
    async fn a_change_stops_where_somebody_cancels_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        store.imported(at.0, at.1, rows(0..MAX_ASSETS_PER_STEP + 1)).await;
        let waiting = store.ordered(at, Change::Delete, everything()).await.unwrap();
        let now = store.tick();
        let stopped = store.write(move |tx| asset_changes::cancel(tx, at.0, at.1, waiting, now)).await.unwrap();
        assert_eq!((stopped.state, stopped.assets_done), (JobState::Cancelled, 0));

        let id = store.ordered(at, Change::Delete, everything()).await.unwrap();
        let claimed = store.claim_change("worker").await.unwrap();
        assert_eq!(store.step(&claimed, "worker").await.unwrap(), Step::More);
        store.write(move |tx| asset_changes::cancel(tx, at.0, at.1, id, now)).await.unwrap();
        assert_eq!(store.step(&claimed, "worker").await.unwrap(), Step::CancelRequested);
        store.write(move |tx| asset_changes::cancelled(tx, id, "worker", now)).await.unwrap();
        let ended = store.change(at, id).await;
        assert_eq!((ended.state, ended.assets_done), (JobState::Cancelled, u64::from(MAX_ASSETS_PER_STEP)));
        assert_eq!(store.found(at, everything()).await.0, 1);
    }
}

contract! {
    async fn what_cannot_be_ordered_is_refused(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let (elsewhere, _) = store.organization("evil").await;
        let foreign = store.batch(elsewhere, store.project(elsewhere, "theirs").await, "Theirs").await;
        let into = Change::Batches { add: vec![foreign], remove: vec![] };
        assert!(matches!(store.ordered(at, into, everything()).await, Err(Error::NotFound { .. })));
        assert!(matches!(store.ordered((elsewhere, at.1), Change::Delete, everything()).await, Err(Error::NotFound { .. })));
        for _ in 0..MOST {
            store.ordered(at, Change::Delete, everything()).await.unwrap();
        }
        assert!(matches!(store.ordered(at, Change::Delete, everything()).await, Err(Error::TooMany { .. })));
    }
}

contract! {
    async fn the_changes_that_run_in_an_organization_are_listed_until_they_end(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (rival, _) = store.organization("rival").await;
        let at = (organization, store.project(organization, "birds").await);
        let beside = (organization, store.project(organization, "cars").await);
        let theirs = (rival, store.project(rival, "birds").await);
        store.changed(at, Change::Priority(1), everything()).await;
        let first = store.ordered(at, Change::Delete, everything()).await.unwrap();
        let second = store.ordered(beside, Change::Priority(2), everything()).await.unwrap();
        store.ordered(theirs, Change::Delete, everything()).await.unwrap();
        let active = async || {
            let found = store.read(move |tx| asset_changes::list_active(tx, organization, 10)).await.unwrap();
            found.into_iter().map(|change| change.new.id).collect::<Vec<_>>()
        };
        assert_eq!(active().await, [second, first]);
        let now = store.tick();
        store.write(move |tx| asset_changes::cancel(tx, at.0, at.1, first, now)).await.unwrap();
        assert_eq!(active().await, [second]);
    }
}
