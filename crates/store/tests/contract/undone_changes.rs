//! Taking back changes of batches and priorities: each asset is what it was before, unless somebody changed it after.

use std::sync::Arc;

use insitu_model::{
    ambient::Clock as _,
    answer::Terms,
    id::{AssetChangeId, AssetId, BatchId, OrganizationId, ProjectId, TaskId},
    import::OnDuplicate,
    job::JobState,
    task::Stage,
};
use insitu_store::{
    Error,
    asset_changes::{self, Change, Step},
    assets::{self, AssetFilter, NewAsset},
    imports::NewImport,
    limits::{MAX_ASSETS_PER_STEP, UNDONE_WITHIN_MS},
    tasks::{self, Condition},
};

use crate::asset_changes::everything;
use crate::harness::{LEASE, NOW, Store, contract, row, rows};
use crate::task_queue::next;

type At = (OrganizationId, ProjectId);

impl Store {
    async fn did(&self, at: At, change: Change) -> AssetChangeId {
        self.did_to(at, change, everything()).await
    }

    async fn did_to(&self, at: At, change: Change, filter: AssetFilter) -> AssetChangeId {
        let id = self.ordered(at, change, filter).await.unwrap();
        self.all_of(id).await;
        id
    }

    async fn all_of(&self, id: AssetChangeId) {
        let claimed = self.claim_change("worker").await.unwrap();
        assert_eq!(claimed.new.id, id);
        while self.step(&claimed, "worker").await.unwrap() == Step::More {}
    }

    /// Takes a change back: how many assets it restored and how many it left alone.
    async fn undone(&self, at: At, change: AssetChangeId) -> (u64, u64) {
        let undoing = self.undoing(at, change).await.unwrap();
        let id = self.did(at, undoing).await;
        let ended = self.change(at, id).await;
        assert_eq!(ended.state, JobState::Completed);
        assert_eq!(ended.assets_total, ended.assets_done + ended.assets_left);
        (ended.assets_done, ended.assets_left)
    }

    async fn undoing(&self, (organization, project): At, change: AssetChangeId) -> Result<Change, Error> {
        self.read(move |tx| asset_changes::undoing(tx, organization, project, change))
            .await
    }

    async fn priorities(&self, at: At) -> Vec<i32> {
        self.found(at, everything())
            .await
            .1
            .iter()
            .map(|asset| asset.priority)
            .collect()
    }

    async fn batches(&self, at: At) -> Vec<Vec<BatchId>> {
        let listed = self.found(at, everything()).await.1;
        listed.iter().map(|asset| asset.batches.to_vec()).collect()
    }

    async fn forgotten(&self, now: i64) -> u32 {
        let mut steps = 0;
        while self
            .write(move |tx| asset_changes::forget_step(tx, now))
            .await
            .unwrap()
        {
            steps += 1;
        }
        steps
    }
}

fn named(ids: &[AssetId]) -> AssetFilter {
    AssetFilter {
        ids: ids.to_vec(),
        ..everything()
    }
}

fn into(batch: BatchId) -> Change {
    Change::Batches {
        add: vec![batch],
        remove: vec![],
    }
}

contract! {
    async fn each_asset_has_the_priority_back_that_it_had(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let many = MAX_ASSETS_PER_STEP + 7;
        let of = |n: u32| i32::try_from(if n < 600 { n % 3 } else { 8 }).unwrap();
        let row = |(n, row)| NewAsset { priority: of(n), ..row };
        store.imported(at.0, at.1, (0..many).zip(rows(0..many)).map(row).collect()).await;
        let before = store.priorities(at).await;
        let high = store.did(at, Change::Priority(5)).await;
        let higher = store.did(at, Change::Priority(9)).await;
        assert!(store.priorities(at).await.iter().all(|priority| *priority == 9));
        assert_eq!(store.undone(at, higher).await, (u64::from(many), 0));
        assert!(store.priorities(at).await.iter().all(|priority| *priority == 5));
        assert_eq!(store.undone(at, high).await, (u64::from(many), 0));
        assert_eq!(store.priorities(at).await, before);
        // The queue hands out what is first again.
        let first = next(store, at.0, at.1, Stage::Label, ada).await.unwrap();
        assert_eq!(first.asset.external_id.as_deref(), Some("a0002"));
        let again = store.ordered(at, Change::UndoPriority(high), everything()).await;
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    }
}

contract! {
    async fn each_asset_has_the_batches_back_that_it_was_in(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let (one, two) = (store.batch(at.0, at.1, "One").await, store.batch(at.0, at.1, "Two").await);
        let in_one = NewAsset { batches: Arc::new([one]), ..row("b") };
        let in_both = NewAsset { batches: Arc::new([one, two]), ..row("c") };
        store.imported(at.0, at.1, vec![row("a"), in_one, in_both, row("d")]).await;
        let before = store.batches(at).await;
        let moved = store.did(at, Change::Batches { add: vec![two], remove: vec![one] }).await;
        assert_eq!(store.batches(at).await, [vec![two], vec![two], vec![two], vec![two]]);
        assert_eq!(store.undone(at, moved).await, (4, 0));
        assert_eq!(store.batches(at).await, before);
        let counted = store.read(move |tx| assets::batch_counts(tx, at.0, at.1)).await.unwrap();
        assert_eq!((counted.get(&one), counted.get(&two)), (Some(&2), Some(&1)));
        let of_one = AssetFilter { batches: vec![one], ..everything() };
        assert_eq!(store.found(at, of_one).await.0, 2);
    }
}

contract! {
    async fn what_somebody_changed_after_is_left_alone(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let (one, two) = (store.batch(at.0, at.1, "One").await, store.batch(at.0, at.1, "Two").await);
        store.imported(at.0, at.1, rows(0..7)).await;
        let ids: Vec<AssetId> = store.found(at, everything()).await.1.iter().map(|asset| asset.id).collect();
        let batched = store.did(at, into(one)).await;
        let prioritized = store.did(at, Change::Priority(5)).await;

        // By another change of many, which sets what is set already, by a change of tasks, by name, by a deletion that
        // stays, and by an import that brings the asset anew.
        store.did_to(at, Change::Priority(5), named(&ids[..1])).await;
        store.did_to(at, into(one), named(&ids[..1])).await;
        let second = TaskId::of_asset(ids[1]);
        let places = store.read(move |tx| tasks::matching(tx, at.0, at.1, &[Condition::Ids(vec![second])], 0)).await.unwrap();
        store.write(move |tx| tasks::set_priority(tx, at.0, at.1, &places, 5)).await.unwrap();
        let third = ids[1];
        store.write(move |tx| assets::assign_batches(tx, at.0, at.1, &[third], &[two])).await.unwrap();
        store.did_to(at, Change::Delete, named(&ids[2..3])).await;
        let update = NewImport { on_duplicate: OnDuplicate::Update, ..store.new_import(at.0, at.1) };
        let import = store.running(update, "worker").await;
        store.put(import, "worker", vec![NewAsset { priority: 5, batches: Arc::new([one]), ..row("a0003") }]).await.unwrap();
        store.complete(import, "worker").await;
        // Labels say nothing of batches and priorities, and stay.
        let (labeled, now) = (TaskId::of_asset(ids[4]), store.tick());
        let labels = r#"{"objects":[]}"#;
        assert!(store.write(move |tx| tasks::pre_label(tx, at.0, at.1, labeled, (labels, &Terms::default()), now)).await.unwrap());
        // What was deleted and came back is what it was.
        let deletion = store.did_to(at, Change::Delete, named(&ids[5..6])).await;
        assert_eq!(store.undone(at, deletion).await, (1, 0));

        assert_eq!(store.undone(at, prioritized).await, (3, 4));
        assert_eq!(store.priorities(at).await, [5, 5, 5, 0, 0, 0]);
        assert_eq!(store.undone(at, batched).await, (3, 4));
        let both = { let mut both = vec![one, two]; both.sort_unstable(); both };
        assert_eq!(store.batches(at).await, [vec![one], both, vec![one], vec![], vec![], vec![]]);
        let labeled = AssetFilter { is_pre_labeled: Some(true), ..everything() };
        assert_eq!(store.found(at, labeled).await.1.iter().map(|asset| asset.id).collect::<Vec<_>>(), [ids[4]]);
    }
}

contract! {
    async fn taking_back_goes_on_where_a_killed_worker_stopped(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        let many = MAX_ASSETS_PER_STEP * 2 + 7;
        store.imported(at.0, at.1, rows(0..many)).await;
        let id = store.ordered(at, Change::Priority(5), everything()).await.unwrap();
        let early = store.ordered(at, Change::UndoPriority(id), everything()).await;
        assert!(matches!(early, Err(Error::Conflict { .. })), "{early:?}");
        store.all_of(id).await;
        let undo = store.ordered(at, Change::UndoPriority(id), everything()).await.unwrap();
        let first = store.claim_change("first").await.unwrap();
        assert_eq!((first.new.id, first.assets_total), (undo, u64::from(many)));
        assert_eq!(store.step(&first, "first").await.unwrap(), Step::More);
        store.clock.advance_ms(LEASE + 1);
        let second = store.claim_change("second").await.unwrap();
        assert_eq!((second.new.id, second.assets_done), (undo, u64::from(MAX_ASSETS_PER_STEP)));
        assert!(matches!(store.step(&first, "first").await, Err(Error::Conflict { .. })));
        assert_eq!(store.step(&second, "second").await.unwrap(), Step::More);
        // Stopped in between, the rest can be taken back later.
        let now = store.tick();
        store.write(move |tx| asset_changes::cancel(tx, at.0, at.1, undo, now)).await.unwrap();
        assert_eq!(store.step(&second, "second").await.unwrap(), Step::CancelRequested);
        store.write(move |tx| asset_changes::cancelled(tx, undo, "second", now)).await.unwrap();
        assert_eq!(store.undone(at, id).await, (7, 0));
        assert!(store.priorities(at).await.iter().all(|priority| *priority == 0));
    }
}

contract! {
    async fn what_a_change_noted_is_forgotten_after_a_day(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        store.imported(at.0, at.1, rows(0..3)).await;
        let old = store.did(at, Change::Priority(5)).await;
        store.clock.advance_ms(UNDONE_WITHIN_MS / 2);
        let young = store.did(at, Change::Priority(6)).await;
        assert_eq!(store.forgotten(store.clock.now_ms()).await, 0);
        store.clock.advance_ms(UNDONE_WITHIN_MS / 2);
        assert_eq!(store.forgotten(store.clock.now_ms()).await, 1);
        assert_eq!(store.undone(at, young).await, (3, 0));
        assert_eq!(store.priorities(at).await, [5, 5, 5]);
        let late = store.ordered(at, Change::UndoPriority(old), everything()).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        assert_eq!(store.forgotten(NOW + 10 * UNDONE_WITHIN_MS).await, 0);

        // What is being taken back is not forgotten under its hands.
        let id = store.did(at, Change::Priority(7)).await;
        let undoing = store.undoing(at, id).await.unwrap();
        let undo = store.ordered(at, undoing, everything()).await.unwrap();
        assert_eq!(store.forgotten(NOW + 10 * UNDONE_WITHIN_MS).await, 0);
        store.all_of(undo).await;
        assert_eq!(store.priorities(at).await, [5, 5, 5]);
        // Nor is it too late by the clock alone.
        let id = store.did(at, Change::Priority(8)).await;
        store.clock.advance_ms(UNDONE_WITHIN_MS);
        let late = store.ordered(at, Change::UndoPriority(id), everything()).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
    }
}

contract! {
    async fn only_what_changed_assets_is_taken_back_and_as_what_it_was(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let at = (organization, store.project(organization, "birds").await);
        store.imported(at.0, at.1, rows(0..2)).await;
        let id = store.did(at, Change::Priority(5)).await;
        assert_eq!(store.undoing(at, id).await.unwrap(), Change::UndoPriority(id));
        let wrong = store.ordered(at, Change::UndoBatches(id), everything()).await;
        assert!(matches!(wrong, Err(Error::Conflict { .. })), "{wrong:?}");
        let undo = store.did(at, Change::UndoPriority(id)).await;
        assert!(matches!(store.undoing(at, undo).await, Err(Error::Conflict { .. })));
        let nothing = store.did_to(at, Change::Priority(5), AssetFilter { external_id: Some("none".to_owned()), ..everything() }).await;
        assert_eq!(store.undone(at, nothing).await, (0, 0));
        let (elsewhere, _) = store.organization("evil").await;
        let theirs = (elsewhere, store.project(elsewhere, "theirs").await);
        assert!(matches!(store.undoing(theirs, id).await, Err(Error::NotFound { .. })));
    }
}
