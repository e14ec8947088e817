//! Lists of tasks: filters, orders, pages, and what an export reads.

use std::sync::Arc;

use insitu_model::{
    id::{OrganizationId, ProjectId, TaskId},
    task::Stage,
};
use insitu_store::{
    Page,
    assets::{self, AssetFilter, AssetSort, PageStart},
    tasks::{self, Cmp, Condition, Field, NewAnswer, Operand, Order, SortField, Test},
};

use crate::harness::{Store, contract, row, rows};
use crate::task_queue::{next, task_of};

async fn ordinals(
    store: &Store,
    (organization, project): (OrganizationId, ProjectId),
    conditions: Vec<Condition>,
    orders: Vec<Order>,
    page: Page,
) -> (Vec<u32>, u64) {
    let found = store
        .read(move |tx| tasks::list(tx, organization, project, &conditions, &orders, page))
        .await
        .unwrap();
    let rows = found.rows.iter().map(|task| task.asset.id.ordinal());
    (rows.collect(), found.total)
}

fn stage(word: &str) -> Condition {
    Condition::Of(Field::Stage, Test::In(vec![Operand::Text(word.to_owned())]))
}

contract! {
    async fn every_condition_finds_what_it_says(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let batch = store.batch(organization, project, "Monday").await;
        let other = store.batch(organization, project, "Friday").await;
        let mut list = rows(0..6);
        list[4].batches = Arc::new([batch]);
        list[5].external_id = None;
        let import = store.imported(organization, project, list).await;
        let opened = next(store, organization, project, Stage::Label, ada).await.unwrap();
        assert_eq!(opened.id(), task_of(import, 0));
        let sent = NewAnswer {
            by: ada,
            answer: "{}".to_owned(),
            terms: insitu_model::answer::Terms::default(),
            based_on: None,
            duration: 500,
            is_draft: false,
            submit: true,
            only_own: false,
        };
        let now = store.tick();
        store.write(move |tx| tasks::save(tx, organization, project, task_of(import, 1), &sent, now)).await.unwrap();
        let of = |field, test| vec![Condition::Of(field, test)];
        let user = || vec![Operand::User(ada)];
        let cases: Vec<(Vec<Condition>, &[u32])> = vec![
            (vec![], &[0, 1, 2, 3, 4, 5]),
            (vec![stage("Label")], &[0, 2, 3, 4, 5]),
            (vec![stage("Review")], &[1]),
            (vec![stage("Complete")], &[]),
            (of(Field::Stage, Test::NotIn(vec![Operand::Text("Label".to_owned())])), &[1]),
            (of(Field::Assignee, Test::In(user())), &[0]),
            (of(Field::Assignee, Test::NotIn(user())), &[1, 2, 3, 4, 5]),
            (of(Field::Assignee, Test::Exists(false)), &[1, 2, 3, 4, 5]),
            (of(Field::UpdatedBy, Test::In(user())), &[1]),
            (of(Field::CreatedBy, Test::In(user())), &[]),
            (of(Field::TotalDuration, Test::Compare(Cmp::GreaterOrEqual, 500)), &[1]),
            (of(Field::TotalDuration, Test::Compare(Cmp::Less, 500)), &[0, 2, 3, 4, 5]),
            (of(Field::CreatedAt, Test::Compare(Cmp::Greater, i64::MAX - 1)), &[]),
            (of(Field::ExternalId, Test::In(vec![Operand::Text("a0002".to_owned())])), &[2]),
            (of(Field::ExternalId, Test::Exists(false)), &[5]),
            (of(Field::ExternalId, Test::Matches(Arc::new(|id| id.ends_with('3')))), &[3]),
            (vec![Condition::Batches(vec![batch, other], true)], &[4]),
            (vec![Condition::Batches(vec![other], true)], &[]),
            (vec![Condition::Batches(vec![batch], false)], &[0, 1, 2, 3, 5]),
            (vec![Condition::AnyBatch(true)], &[4]),
            (vec![Condition::AnyBatch(false)], &[0, 1, 2, 3, 5]),
            (vec![Condition::Ids(vec![task_of(import, 3), task_of(import, 9)])], &[3]),
            (vec![stage("Label"), Condition::Never], &[]),
            (vec![stage("Label"), Condition::Batches(vec![batch], true)], &[4]),
        ];
        for (conditions, expected) in cases {
            let shown = format!("{conditions:?}");
            let found = ordinals(store, (organization, project), conditions, vec![], Page::first(100)).await;
            assert_eq!(found, (expected.to_vec(), expected.len() as u64), "{shown}");
        }
    }
}

contract! {
    async fn pages_follow_each_other_in_the_order_that_was_asked(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, ["d", "b", "c", "a"].map(row).into()).await;
        let place = (organization, project);
        let by = |by, descending| vec![Order { by, descending }];
        let page = |number| Page { number, limit: 3 };
        let names = by(SortField::ExternalId, false);
        assert_eq!(ordinals(store, place, vec![], names.clone(), page(1)).await, (vec![3, 1, 2], 4));
        assert_eq!(ordinals(store, place, vec![], names, page(2)).await, (vec![0], 4));
        assert_eq!(ordinals(store, place, vec![], by(SortField::CreatedAt, true), page(1)).await, (vec![3, 2, 1], 4));
        let tested = vec![Condition::Of(Field::ExternalId, Test::Matches(Arc::new(|id| id != "c")))];
        assert_eq!(ordinals(store, place, tested, vec![], Page { number: 2, limit: 2 }).await, (vec![3], 3));
    }
}

contract! {
    async fn tasks_of_an_import_on_its_way_are_in_no_list(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let hidden = store.running(store.new_import(organization, project), "worker").await;
        store.put(hidden, "worker", rows(0..4)).await.unwrap();
        store.imported(organization, project, rows(4..6)).await;
        let place = (organization, project);
        assert_eq!(ordinals(store, place, vec![], vec![], Page::first(10)).await, (vec![0, 1], 2));
        let updated = vec![Condition::Of(Field::UpdatedAt, Test::Compare(Cmp::Greater, 0))];
        assert_eq!(ordinals(store, place, updated, vec![], Page::first(10)).await, (vec![0, 1], 2));
    }
}

contract! {
    async fn an_export_reads_every_task_once_with_its_answer_and_history(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..7)).await;
        for ordinal in [1, 2, 5] {
            let now = store.tick();
            store.write(move |tx| tasks::submit(tx, organization, project, task_of(import, ordinal), ada, now)).await.unwrap();
        }
        let mut found: Vec<TaskId> = Vec::new();
        let mut position = 0;
        loop {
            let some = store
                .read(move |tx| {
                    tasks::for_export(tx, organization, project, &[stage("Review")], (position, 2), true)
                })
                .await
                .unwrap();
            let Some(last) = some.last() else { break };
            position = last.position;
            assert!(some.iter().all(|one| one.history.len() == 1 && one.answer.contains("tools")));
            found.extend(some.iter().map(|one| one.task.id()));
        }
        assert_eq!(found, [1, 2, 5].map(|ordinal| task_of(import, ordinal)));
    }
}

contract! {
    async fn a_list_of_assets_shows_where_their_tasks_are(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..3)).await;
        for _ in 0..2 {
            let now = store.tick();
            store.write(move |tx| tasks::submit(tx, organization, project, task_of(import, 1), ada, now)).await.unwrap();
        }
        next(store, organization, project, Stage::Label, ada).await.unwrap();
        let briefs = store
            .read(move |tx| {
                let page = assets::list(
                    tx,
                    organization,
                    project,
                    &AssetFilter::default(),
                    AssetSort::OldestFirst,
                    &PageStart::Page(1),
                    10,
                )?;
                tasks::briefs(tx, organization, project, &page.assets)
            })
            .await
            .unwrap();
        let shown: Vec<_> = briefs.iter().map(|brief| (brief.stage, brief.assignee)).collect();
        assert_eq!(shown, [(Stage::Label, Some(ada)), (Stage::Complete, None), (Stage::Label, None)]);
        let left: Vec<_> = briefs[1].left.iter().map(|left| (left.stage, left.completed_by)).collect();
        assert_eq!(left, [(Stage::Label, Some(ada)), (Stage::Review, Some(ada))]);
        assert!(briefs[0].left.is_empty() && briefs[2].left.is_empty());
    }
}
