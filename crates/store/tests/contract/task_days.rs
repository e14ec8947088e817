//! What was done by day and by person, counted as it happens.

use insitu_model::task::{ReviewStatus, Stage};
use insitu_store::tasks::{self, Day, NewAnswer, Requeue, Saved};

use crate::harness::{NOW, contract, rows};
use crate::task_queue::task_of;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

contract! {
    async fn work_is_counted_by_day_and_person_and_requeueing_is_no_work(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let bob = store.user("bob@example.com").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..4)).await;
        let today = tasks::day_of(NOW);
        let submit = |n: u32, by, at: i64| {
            let id = task_of(import, n);
            let new = NewAnswer {
                by,
                answer: "{}".to_owned(),
                terms: insitu_model::answer::Terms::default(),
                based_on: None,
                duration: 70,
                is_draft: false,
                submit: true,
                only_own: false,
            };
            store.write(move |tx| tasks::save(tx, organization, project, id, &new, at))
        };
        for (n, by, at) in [(0, ada, NOW), (1, ada, NOW), (2, bob, NOW - DAY_MS)] {
            assert!(matches!(submit(n, by, at).await.unwrap(), Saved::Kept(_)));
        }
        for (n, verdict) in [(0, ReviewStatus::Accepted), (1, ReviewStatus::Rejected)] {
            let id = task_of(import, n);
            store
                .write(move |tx| tasks::review(tx, organization, project, id, (bob, verdict), NOW))
                .await
                .unwrap();
        }
        let options = Requeue { remove_annotations: false, remove_assignee: false, remove_stage_history: false };
        store
            .write(move |tx| {
                let all = tasks::matching(tx, organization, project, &[], 0)?;
                tasks::requeue(tx, organization, project, &all, (Stage::Label, options), (ada, NOW))
            })
            .await
            .unwrap();
        let days = store.read(move |tx| tasks::days(tx, organization, project, today - 1)).await.unwrap();
        assert_eq!(
            days,
            [Day { day: today - 1, labeled: 1, reviewed: 0 }, Day { day: today, labeled: 2, reviewed: 2 }]
        );
        let shares = |since, limit| store.read(move |tx| tasks::shares(tx, organization, project, since, limit));
        let all: Vec<_> = shares(today - 1, 10).await.unwrap().into_iter().map(|one| {
            (one.email.unwrap(), one.labeled, one.reviewed, one.duration)
        }).collect();
        assert_eq!(all, [("bob@example.com".to_owned(), 1, 2, 70), ("acme@example.com".to_owned(), 2, 0, 140)]);
        assert_eq!(shares(today - 1, 1).await.unwrap().len(), 1);
        assert_eq!(shares(today + 1, 10).await.unwrap(), []);
    }
}
