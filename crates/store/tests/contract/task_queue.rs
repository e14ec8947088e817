//! The queue of tasks: everybody gets the right one, and nobody gets another's.

use std::collections::BTreeSet;

use insitu_model::{
    id::{AssetId, ImportId, OrganizationId, ProjectId, TaskId, UserId},
    role::{OrganizationRole, ProjectRole},
    task::Stage,
};
use insitu_store::{
    Error, Page, assets, members, project_members,
    tasks::{self, Condition, Counts, Next, Task},
};

use crate::harness::{Store, all, contract, rows};

pub fn task_of(import: ImportId, ordinal: u32) -> TaskId {
    TaskId::of_asset(AssetId::of_import(import, ordinal))
}

pub async fn next(
    store: &Store,
    organization: OrganizationId,
    project: ProjectId,
    stage: Stage,
    user: UserId,
) -> Option<Task> {
    let now = store.tick();
    let wanted = Next {
        stage,
        user,
        ahead_of: None,
    };
    store
        .write(move |tx| tasks::next(tx, organization, project, &wanted, now))
        .await
        .unwrap()
}

pub async fn counts(store: &Store, organization: OrganizationId, project: ProjectId) -> Counts {
    store
        .read(move |tx| tasks::counts(tx, organization, project))
        .await
        .unwrap()
}

async fn positions(
    store: &Store,
    organization: OrganizationId,
    project: ProjectId,
    ids: Vec<TaskId>,
) -> Vec<i64> {
    store
        .read(move |tx| tasks::matching(tx, organization, project, &[Condition::Ids(ids)], 0))
        .await
        .unwrap()
}

contract! {
    async fn an_import_brings_its_tasks_when_it_completes(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        store.put(import, "worker", rows(0..3)).await.unwrap();
        assert_eq!(next(store, organization, project, Stage::Label, ada).await, None);
        assert_eq!(store.read(move |tx| tasks::locate(tx, task_of(import, 0))).await.unwrap(), None);
        store.complete(import, "worker").await;
        assert_eq!(counts(store, organization, project).await, Counts { label: 3, review: 0, complete: 0 });
        let found = store.read(move |tx| tasks::locate(tx, task_of(import, 2))).await.unwrap().unwrap();
        assert_eq!((found.organization, found.project), (organization, project));
        assert_eq!(store.read(move |tx| tasks::locate(tx, task_of(import, 3))).await.unwrap(), None);
        let task = store.read(move |tx| tasks::find(tx, organization, project, task_of(import, 1))).await.unwrap().unwrap();
        assert_eq!(task.asset.external_id.as_deref(), Some("a0001"));
        assert_eq!((task.stage, task.assignee, task.revision), (Stage::Label, None, 0));
    }
}

contract! {
    async fn the_oldest_task_comes_first_and_stays_with_whoever_got_it(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..3)).await;
        let first = next(store, organization, project, Stage::Label, ada).await.unwrap();
        assert_eq!((first.id(), first.assignee), (task_of(import, 0), Some(ada)));
        assert_eq!(next(store, organization, project, Stage::Label, ada).await.unwrap().id(), first.id());
        assert_eq!(next(store, organization, project, Stage::Label, ben).await.unwrap().id(), task_of(import, 1));
        let ahead = Next { stage: Stage::Label, user: ada, ahead_of: Some(first.id()) };
        let now = store.tick();
        let after = store.write(move |tx| tasks::next(tx, organization, project, &ahead, now)).await.unwrap().unwrap();
        assert_eq!(after.id(), task_of(import, 2));
        let cyd = store.user("cyd@example.com").await;
        assert_eq!(next(store, organization, project, Stage::Label, cyd).await, None);
        let id = after.id();
        let released = store.write(move |tx| tasks::release(tx, organization, project, id, ada)).await.unwrap();
        assert_eq!(released.assignee, None);
        assert_eq!(next(store, organization, project, Stage::Label, cyd).await.unwrap().id(), id);
    }
}

contract! {
    async fn a_higher_priority_overtakes_and_ranges_survive_being_cut(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..8)).await;
        let urgent: Vec<TaskId> = [5, 6, 2].map(|n| task_of(import, n)).into();
        let places = positions(store, organization, project, urgent).await;
        store.write(move |tx| tasks::set_priority(tx, organization, project, &places, 9)).await.unwrap();
        let late = positions(store, organization, project, vec![task_of(import, 0)]).await;
        store.write(move |tx| tasks::set_priority(tx, organization, project, &late, -5)).await.unwrap();
        let mut order = Vec::new();
        let mut people = Vec::new();
        for n in 0..8 {
            people.push(store.user(&format!("{n}@example.com")).await);
        }
        for person in people {
            let task = next(store, organization, project, Stage::Label, person).await.unwrap();
            order.push((task.asset.id.ordinal(), task.asset.priority));
        }
        let expected = [(2, 9), (5, 9), (6, 9), (1, 0), (3, 0), (4, 0), (7, 0), (0, -5)];
        assert_eq!(order, expected);
        assert_eq!(next(store, organization, project, Stage::Label, ada).await, None);
    }
}

contract! {
    async fn tasks_of_deleted_assets_are_passed_over(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..6)).await;
        let first = next(store, organization, project, Stage::Label, ada).await.unwrap().id();
        let gone: Vec<AssetId> = [0, 1, 2, 4].map(|n| AssetId::of_import(import, n)).into();
        let now = store.tick();
        store.write(move |tx| assets::delete(tx, organization, project, &gone, now)).await.unwrap();
        assert_eq!(counts(store, organization, project).await.label, 2);
        assert_eq!(store.read(move |tx| tasks::find(tx, organization, project, first)).await.unwrap(), None);
        let opening = store.write(move |tx| tasks::open(tx, organization, project, first, ada, now)).await;
        assert!(matches!(opening, Err(Error::NotFound { .. })), "{opening:?}");
        let mut left = Vec::new();
        for n in 0..3 {
            let person = store.user(&format!("{n}@example.com")).await;
            left.extend(next(store, organization, project, Stage::Label, person).await.map(|task| task.asset.id.ordinal()));
        }
        assert_eq!(left, [3, 5]);
        let listed = store.read(move |tx| tasks::list(tx, organization, project, &[], &[], Page::first(10))).await.unwrap();
        assert_eq!((listed.total, listed.rows.len()), (2, 2));
    }
}

contract! {
    async fn sixty_four_labelers_never_get_the_same_task(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..200)).await;
        let mut labelers = Vec::new();
        for n in 0..64 {
            labelers.push(store.user(&format!("l{n}@example.com")).await);
        }
        let asking = labelers.into_iter().map(|user| {
            let (db, now) = (store.db.clone(), store.tick());
            async move {
                let wanted = Next { stage: Stage::Label, user, ahead_of: None };
                let mut got = Vec::new();
                for _ in 0..3 {
                    let task = db.claim(move |tx| tasks::next(tx, organization, project, &wanted, now)).await.unwrap();
                    let Some(task) = task else { break };
                    let id = task.id();
                    db.claim(move |tx| tasks::submit(tx, organization, project, id, user, now)).await.unwrap();
                    got.push(id);
                }
                got
            }
        });
        let got: Vec<TaskId> = all(asking.collect()).await.into_iter().flatten().collect();
        assert_eq!(got.len(), 192);
        assert_eq!(got.iter().collect::<BTreeSet<_>>().len(), 192);
        assert_eq!(counts(store, organization, project).await, Counts { label: 8, review: 192, complete: 0 });
    }
}

contract! {
    async fn a_manager_gives_a_task_to_somebody_or_nobody(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..3)).await;
        let give = |ordinal, stage, user| {
            let id = task_of(import, ordinal);
            store.write(move |tx| tasks::assign(tx, organization, project, id, stage, user))
        };
        assert!(give(1, Some(Stage::Label), Some(ben)).await.unwrap());
        assert!(!give(1, Some(Stage::Review), Some(ada)).await.unwrap());
        assert!(!give(7, None, Some(ada)).await.unwrap());
        assert_eq!(next(store, organization, project, Stage::Label, ada).await.unwrap().id(), task_of(import, 0));
        assert_eq!(next(store, organization, project, Stage::Label, ben).await.unwrap().id(), task_of(import, 1));
        assert!(give(1, None, None).await.unwrap());
        assert_eq!(next(store, organization, project, Stage::Label, ben).await.unwrap().id(), task_of(import, 1));
    }
}

contract! {
    async fn whoever_leaves_gives_their_tasks_back(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let ben = store.user("ben@example.com").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..2)).await;
        store.write(move |tx| members::insert(tx, organization, ben, OrganizationRole::Member, 1)).await.unwrap();
        let role = ProjectRole::Labeler;
        for leaving in [true, false] {
            store.write(move |tx| project_members::set(tx, organization, project, ben, role, 1)).await.unwrap();
            assert_eq!(next(store, organization, project, Stage::Label, ben).await.unwrap().id(), task_of(import, 0));
            store
                .write(move |tx| {
                    if leaving {
                        project_members::remove(tx, organization, project, ben).map(drop)
                    } else {
                        members::remove(tx, organization, ben, 2)
                    }
                })
                .await
                .unwrap();
            let task = store.read(move |tx| tasks::find(tx, organization, project, task_of(import, 0))).await.unwrap();
            assert_eq!(task.unwrap().assignee, None);
        }
        assert_eq!(next(store, organization, project, Stage::Label, ada).await.unwrap().id(), task_of(import, 0));
    }
}
