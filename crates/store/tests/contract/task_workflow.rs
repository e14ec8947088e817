//! Saving, submitting, reviewing, requeueing: what a task was is never lost.

use insitu_model::{
    id::{OrganizationId, ProjectId, TaskId, UserId},
    task::{ReviewStatus, Stage},
};
use insitu_store::tasks::{self, Condition, Counts, NewAnswer, Requeue, Saved, Task};

use crate::harness::{Store, contract, row, rows};
use crate::task_queue::{counts, next, task_of};

fn answer(by: UserId, text: &str) -> NewAnswer {
    NewAnswer {
        by,
        answer: format!(r#"{{"tools":[{{"objectId":"{text}"}}],"classifications":[],"relations":[]}}"#),
        terms: insitu_model::answer::Terms::default(),
        based_on: None,
        duration: 10,
        is_draft: false,
        submit: false,
        only_own: false,
    }
}

async fn save(
    store: &Store,
    (organization, project): (OrganizationId, ProjectId),
    id: TaskId,
    new: NewAnswer,
) -> Saved {
    let now = store.tick();
    store
        .write(move |tx| tasks::save(tx, organization, project, id, &new, now))
        .await
        .unwrap()
}

async fn task_and_answer(
    store: &Store,
    (organization, project): (OrganizationId, ProjectId),
    id: TaskId,
) -> (Task, String) {
    store
        .read(move |tx| {
            let task = tasks::find(tx, organization, project, id)?.unwrap();
            let answer = tasks::answer(tx, organization, project, &task)?;
            Ok((task, answer))
        })
        .await
        .unwrap()
}

fn kept(saved: Saved) -> Task {
    match saved {
        Saved::Kept(task) => *task,
        other => panic!("{other:?}"),
    }
}

contract! {
    async fn a_save_based_on_an_old_answer_is_not_kept(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        let id = task_of(store.imported(organization, project, rows(0..1)).await, 0);
        let first = kept(save(store, place, id, NewAnswer { based_on: Some(0), ..answer(ada, "ada") }).await);
        assert_eq!((first.revision, first.duration, first.updated_by), (1, 10, Some(ada)));
        let second = save(store, place, id, NewAnswer { based_on: Some(0), ..answer(ben, "ben") }).await;
        let Saved::Changed(now, theirs) = second else { panic!("{second:?}") };
        assert_eq!((now.revision, theirs.contains("ada")), (1, true));
        assert!(task_and_answer(store, place, id).await.1.contains("ada"));
        let third = kept(save(store, place, id, NewAnswer { based_on: Some(1), ..answer(ben, "ben") }).await);
        assert_eq!((third.revision, third.total_duration), (2, 20));
        assert!(task_and_answer(store, place, id).await.1.contains("ben"));
    }
}

contract! {
    async fn a_labeler_saves_only_their_own(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        store.imported(organization, project, rows(0..1)).await;
        let id = next(store, organization, project, Stage::Label, ada).await.unwrap().id();
        let own = |by| NewAnswer { only_own: true, ..answer(by, "x") };
        assert_eq!(save(store, place, id, own(ben)).await, Saved::NotOwn);
        kept(save(store, place, id, own(ada)).await);
        let skipping = move |by| store.write(move |tx| tasks::skip(tx, organization, project, id, (by, true), 5));
        assert_eq!(skipping(ben).await.unwrap(), None);
        assert!(skipping(ada).await.unwrap().unwrap().is_skipped);
    }
}

contract! {
    async fn a_task_goes_from_labeling_through_review_to_complete(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        let id = task_of(store.imported(organization, project, rows(0..2)).await, 0);
        let sent = kept(save(store, place, id, NewAnswer { submit: true, ..answer(ada, "first") }).await);
        assert_eq!((sent.stage, sent.assignee, sent.labeled_by), (Stage::Review, None, Some(ada)));
        assert_eq!((sent.duration, sent.total_duration, sent.review_status), (0, 10, ReviewStatus::Todo));
        assert_eq!(counts(store, organization, project).await, Counts { label: 1, review: 1, complete: 0 });
        assert_eq!(next(store, organization, project, Stage::Review, ben).await.unwrap().id(), id);

        let review = |verdict| {
            let now = store.tick();
            store.write(move |tx| tasks::review(tx, organization, project, id, (ben, verdict), now))
        };
        let back = review(ReviewStatus::Rejected).await.unwrap();
        assert_eq!((back.stage, back.assignee, back.review_status), (Stage::Label, Some(ada), ReviewStatus::Rejected));
        assert_eq!(next(store, organization, project, Stage::Label, ada).await.unwrap().id(), id);
        kept(save(store, place, id, NewAnswer { submit: true, ..answer(ada, "second") }).await);
        let done = review(ReviewStatus::Accepted).await.unwrap();
        assert_eq!((done.stage, done.review_status, done.completed_by), (Stage::Complete, ReviewStatus::Accepted, Some(ben)));
        assert_eq!(counts(store, organization, project).await, Counts { label: 1, review: 0, complete: 1 });
        let flagged = review(ReviewStatus::Rejected).await.unwrap();
        assert_eq!((flagged.stage, flagged.review_status), (Stage::Complete, ReviewStatus::Rejected));

        let history = store.read(move |tx| tasks::history(tx, organization, project, id)).await.unwrap();
        let stages: Vec<_> = history.iter().map(|entry| (entry.stage, entry.completed_by)).collect();
        let expected = [(Stage::Label, ada), (Stage::Review, ben), (Stage::Label, ada), (Stage::Review, ben)];
        assert_eq!(stages, expected.map(|(stage, by)| (stage, Some(by))));
        assert!(history[0].answer.contains("first") && history[2].answer.contains("second"));
    }
}

contract! {
    async fn a_submit_that_comes_after_the_task_moved_on_moves_nothing(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        let import = store.imported(organization, project, rows(0..2)).await;
        let move_to = |ordinal, to| {
            let ids = vec![task_of(import, ordinal)];
            store.write(move |tx| {
                let positions = tasks::matching(tx, organization, project, &[Condition::Ids(ids.clone())], 0)?;
                tasks::requeue(tx, organization, project, &positions, (to, Requeue::default()), (ben, 9))
            })
        };
        let id = task_of(import, 0);
        let seen = kept(save(store, place, id, NewAnswer { is_draft: true, ..answer(ada, "draft") }).await).revision;
        let late = || NewAnswer { based_on: Some(seen), submit: true, ..answer(ada, "late") };
        move_to(0, Stage::Review).await.unwrap();
        for (moved_to, next) in [(Stage::Review, Stage::Label), (Stage::Label, Stage::Complete), (Stage::Complete, Stage::Label)] {
            let refused = save(store, place, id, late()).await;
            let Saved::Changed(now, theirs) = refused else { panic!("{refused:?}") };
            assert_eq!((now.stage, theirs.contains("draft")), (moved_to, true));
            move_to(0, next).await.unwrap();
        }

        // The same for a verdict, and for a task of which nobody has saved anything.
        let id = task_of(import, 1);
        store.write(move |tx| tasks::submit(tx, organization, project, id, ada, 9)).await.unwrap();
        let fresh = NewAnswer { based_on: Some(0), submit: true, ..answer(ada, "late") };
        assert!(matches!(save(store, place, id, fresh).await, Saved::Changed(now, _) if now.stage == Stage::Review));
        let task = task_and_answer(store, place, id).await.0;
        let verdict = (ben, ReviewStatus::Rejected);
        let back = store.write(move |tx| tasks::review(tx, organization, project, id, verdict, 9)).await.unwrap();
        assert!(back.revision > task.revision);
        let sent = NewAnswer { based_on: Some(back.revision), submit: true, ..answer(ada, "again") };
        let sent = kept(save(store, place, id, sent).await);
        assert_eq!(sent.stage, Stage::Review);
        let found = task_and_answer(store, place, id).await.0;
        assert_eq!(sent.revision, found.revision, "the answer names the revision to go on from");
    }
}

contract! {
    async fn skipped_tasks_come_last_and_are_not_lost(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..2)).await;
        let first = next(store, organization, project, Stage::Label, ada).await.unwrap().id();
        store.write(move |tx| tasks::skip(tx, organization, project, first, (ada, true), 5)).await.unwrap();
        let second = next(store, organization, project, Stage::Label, ada).await.unwrap().id();
        assert_ne!(second, first);
        store.write(move |tx| tasks::submit(tx, organization, project, second, ada, 6)).await.unwrap();
        let again = next(store, organization, project, Stage::Label, ada).await.unwrap();
        assert_eq!((again.id(), again.is_skipped), (first, true));
    }
}

contract! {
    async fn pre_labels_are_the_answer_until_somebody_changes_it(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        let mut labeled = row("cat");
        labeled.extra = Some(r#"{"objects":[{"objectId":"pre"}]}"#.to_owned());
        let import = store.imported(organization, project, vec![labeled, row("dog")]).await;
        let (task, found) = task_and_answer(store, place, task_of(import, 0)).await;
        assert!(task.is_pre_labeled && found.contains(r#""tools":[{"objectId":"pre"}]"#), "{found}");
        let opened = next(store, organization, project, Stage::Label, ada).await.unwrap();
        assert!(opened.is_pre_labeled);
        assert!(task_and_answer(store, place, opened.id()).await.1.contains("pre"));
        kept(save(store, place, opened.id(), answer(ada, "mine")).await);
        let (task, found) = task_and_answer(store, place, opened.id()).await;
        assert!(task.is_pre_labeled && !found.contains("pre"));
        let (plain, found) = task_and_answer(store, place, task_of(import, 1)).await;
        assert_eq!((plain.is_pre_labeled, found.as_str()), (false, r#"{"tools":[],"classifications":[],"relations":[]}"#));
    }
}

contract! {
    async fn requeueing_keeps_the_answer_unless_told_otherwise(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let place = (organization, project);
        let import = store.imported(organization, project, rows(0..2)).await;
        for ordinal in 0..2 {
            kept(save(store, place, task_of(import, ordinal), NewAnswer { submit: true, ..answer(ada, "x") }).await);
        }
        let requeue = |ordinal, options| {
            let ids = vec![task_of(import, ordinal)];
            store.write(move |tx| {
                let positions = tasks::matching(tx, organization, project, &[Condition::Ids(ids.clone())], 0)?;
                tasks::requeue(tx, organization, project, &positions, (Stage::Label, options), (ada, 9))
            })
        };
        assert_eq!(requeue(0, Requeue::default()).await.unwrap(), 1);
        let everything = Requeue { remove_annotations: true, remove_assignee: true, remove_stage_history: true };
        assert_eq!(requeue(1, everything).await.unwrap(), 1);
        let (kept_task, kept_answer) = task_and_answer(store, place, task_of(import, 0)).await;
        assert_eq!((kept_task.stage, kept_task.assignee), (Stage::Label, Some(ada)));
        assert!(kept_answer.contains("\"x\""));
        let (bare, bare_answer) = task_and_answer(store, place, task_of(import, 1)).await;
        assert_eq!((bare.stage, bare.assignee, bare_answer.contains("\"x\"")), (Stage::Label, None, false));
        let history = store.read(move |tx| tasks::history(tx, organization, project, task_of(import, 1))).await.unwrap();
        assert!(history.is_empty());
        assert_eq!(counts(store, organization, project).await, Counts { label: 2, review: 0, complete: 0 });
    }
}
