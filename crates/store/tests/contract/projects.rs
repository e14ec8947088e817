//! Projects and their batches.

use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::{
    Error, Page,
    batches::{self, Batch},
    imports, members, project_members,
    projects::{self, ProjectChange, ProjectSort, Wanted},
    tasks::{Counts, NewAnswer},
};

use crate::harness::{NOW, contract, id, rows};
use crate::task_queue::task_of;

contract! {
    async fn a_project_is_changed_in_part_and_deleted_softly(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.imported(organization, project, rows(0..3)).await;
        let before = store.read(move |tx| projects::get(tx, organization, project)).await.unwrap();
        let change = ProjectChange { name: Some("Fish".to_owned()), settings: Some("[1]".to_owned()), ..Default::default() };
        store.write(move |tx| projects::update(tx, organization, project, &change, NOW + 9)).await.unwrap();
        let after = store.read(move |tx| projects::get(tx, organization, project)).await.unwrap();
        let expected = projects::Project {
            name: "Fish".to_owned(),
            settings: "[1]".to_owned(),
            updated_at: NOW + 9,
            asset_count: 3,
            tasks: Counts { label: 3, ..Counts::default() },
            ..before
        };
        assert_eq!(after, expected);
        store.write(move |tx| projects::delete(tx, organization, project, NOW)).await.unwrap();
        assert_eq!(store.read(move |tx| projects::find(tx, organization, project)).await.unwrap(), None);
        let answer = store.write(move |tx| projects::delete(tx, organization, project, NOW)).await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
        let answer = store.read(move |tx| batches::list(tx, organization, project)).await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}

contract! {
    async fn members_list_the_projects_they_work_in_and_admins_all(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let bob = store.user("bob@example.com").await;
        store.write(move |tx| members::insert(tx, organization, bob, OrganizationRole::Member, NOW)).await.unwrap();
        let mut all = Vec::new();
        for name in ["b", "a", "d", "c"] {
            all.push(store.project(organization, name).await);
        }
        for project in [all[1], all[3]] {
            store
                .write(move |tx| project_members::set(tx, organization, project, bob, ProjectRole::Reviewer, NOW))
                .await
                .unwrap();
        }
        let list = |user, all, sort, page| {
            let wanted = Wanted { all, ..Wanted::default() };
            store.read(move |tx| projects::list(tx, organization, user, &wanted, sort, page))
        };
        let names = |list: insitu_store::Listed<projects::ProjectSeen>| {
            list.rows.iter().map(|seen| seen.project.name.clone()).collect::<String>()
        };
        for (sort, expected) in [
            (ProjectSort::NewestFirst, "cdab"),
            (ProjectSort::OldestFirst, "badc"),
            (ProjectSort::Name, "abcd"),
            (ProjectSort::NameDescending, "dcba"),
        ] {
            assert_eq!(names(list(ada, true, sort, Page::first(10)).await.unwrap()), expected);
        }
        let of_bob = list(bob, false, ProjectSort::Name, Page::first(10)).await.unwrap();
        assert!(of_bob.total == 2 && of_bob.rows.iter().all(|seen| seen.role == Some(ProjectRole::Reviewer)));
        assert!(of_bob.rows.iter().all(|seen| seen.project.category_schema.is_empty()), "a list carries no schemas");
        assert_eq!(names(of_bob), "ac");
        let second = list(ada, true, ProjectSort::Name, Page { number: 2, limit: 3 }).await.unwrap();
        assert_eq!((second.total, names(second)), (4, "d".to_owned()));
        assert!(store.write(move |tx| project_members::remove(tx, organization, all[1], bob)).await.unwrap());
        assert_eq!(list(bob, false, ProjectSort::Name, Page::first(10)).await.unwrap().total, 1);
    }
}

contract! {
    async fn a_batch_has_a_name_of_its_own_in_its_project(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let other = store.project(organization, "fish").await;
        let first = store.batch(organization, project, "one").await;
        store.batch(organization, other, "one").await;
        store.tick();
        let batch = Batch { id: id!(store, BatchId), name: "one".to_owned(), created_at: NOW };
        let again = batch.clone();
        let answer = store.write(move |tx| batches::insert(tx, organization, project, &again)).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        let found = store.write(move |tx| batches::find_or_insert(tx, organization, project, &batch)).await.unwrap();
        assert_eq!(found.id, first);
        let two = Batch { id: id!(store, BatchId), name: "two".to_owned(), created_at: NOW + 1 };
        let second = two.id;
        store.write(move |tx| batches::find_or_insert(tx, organization, project, &two)).await.unwrap();
        let answer = store.write(move |tx| batches::rename(tx, organization, project, second, "one")).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
        store.write(move |tx| batches::rename(tx, organization, project, second, "three")).await.unwrap();
        let list = store.read(move |tx| batches::list(tx, organization, project)).await.unwrap();
        assert_eq!(list.iter().map(|batch| batch.name.as_str()).collect::<Vec<_>>(), ["one", "three"]);
    }
}

contract! {
    async fn batches_that_an_import_made_are_its_own_until_they_are_taken(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        store.batch(organization, project, "known").await;
        let (import, other) = (id!(store, ImportId), id!(store, ImportId));
        for (number, (name, by)) in [("known", import), ("one", import), ("two", import), ("three", other)].into_iter().enumerate() {
            let batch = Batch { id: id!(store, BatchId), name: name.to_owned(), created_at: NOW + number as i64 };
            store.write(move |tx| batches::find_or_insert_for(tx, organization, project, by, &batch)).await.unwrap();
        }
        let taken = async || {
            let made = store.write(move |tx| batches::take_made_by(tx, import)).await.unwrap();
            made.into_iter().map(|batch| batch.name).collect::<Vec<_>>()
        };
        assert_eq!(taken().await, ["one", "two"]);
        assert_eq!(taken().await, [] as [&str; 0], "each once");
    }
}

contract! {
    async fn archived_projects_are_listed_apart_and_projects_found_by_name(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let birds = store.project(organization, "Birds of prey").await;
        store.project(organization, "Fish, 100%").await;
        let set = |is_archived| {
            store.write(move |tx| projects::set_archived(tx, organization, birds, is_archived, NOW + 5))
        };
        assert!(!set(false).await.unwrap(), "it is not archived");
        assert!(set(true).await.unwrap());
        assert!(!set(true).await.unwrap(), "it is archived already");
        let found = store.read(move |tx| projects::get(tx, organization, birds)).await.unwrap();
        assert_eq!((found.archived_at, found.updated_at), (Some(NOW + 5), NOW + 5));
        let names = async |archived, search: &str| {
            let wanted = Wanted { all: true, archived, search: search.to_owned() };
            let list = store
                .read(move |tx| projects::list(tx, organization, ada, &wanted, ProjectSort::Name, Page::first(9)))
                .await
                .unwrap();
            assert_eq!(list.total, list.rows.len() as u64);
            list.rows.into_iter().map(|seen| seen.project.name).collect::<Vec<_>>()
        };
        assert_eq!(names(None, "").await, ["Birds of prey", "Fish, 100%"]);
        assert_eq!(names(Some(true), "").await, ["Birds of prey"]);
        assert_eq!(names(Some(false), "").await, ["Fish, 100%"]);
        assert_eq!(names(None, " OF p").await, ["Birds of prey"]);
        assert_eq!(names(None, "0%").await, ["Fish, 100%"]);
        assert_eq!(names(Some(true), "fish").await, Vec::<String>::new());
        assert!(set(false).await.unwrap());
        assert_eq!(store.read(move |tx| projects::is_archived(tx, organization, birds)).await.unwrap(), Some(false));
    }
}

contract! {
    async fn a_project_is_not_archived_while_something_is_imported_into_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.running(store.new_import(organization, project), "worker").await;
        let archive = || store.write(move |tx| projects::set_archived(tx, organization, project, true, NOW));
        let answer = archive().await;
        assert!(matches!(answer, Err(Error::Refused { .. })), "{answer:?}");
        store.write(move |tx| imports::complete(tx, import, "worker", NOW)).await.unwrap();
        assert!(archive().await.unwrap());
    }
}

contract! {
    async fn a_list_of_projects_counts_their_tasks_by_stage(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..5)).await;
        for n in [0, 3] {
            let new = NewAnswer {
                by: ada,
                answer: "{}".to_owned(),
                terms: insitu_model::answer::Terms::default(),
                based_on: None,
                duration: 1,
                is_draft: false,
                submit: true,
                only_own: false,
            };
            store
                .write(move |tx| insitu_store::tasks::save(tx, organization, project, task_of(import, n), &new, NOW))
                .await
                .unwrap();
        }
        let wanted = Wanted { all: true, ..Wanted::default() };
        let list = store
            .read(move |tx| projects::list(tx, organization, ada, &wanted, ProjectSort::Name, Page::first(9)))
            .await
            .unwrap();
        assert_eq!(list.rows[0].project.tasks, Counts { label: 3, review: 2, complete: 0 });
    }
}

contract! {
    async fn people_are_told_apart_by_whether_they_are_in_a_project(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let bob = store.user("bob@example.com").await;
        store.user("stranger@example.com").await;
        store.write(move |tx| members::insert(tx, organization, bob, OrganizationRole::Member, NOW)).await.unwrap();
        store
            .write(move |tx| project_members::set(tx, organization, project, bob, ProjectRole::Lead, NOW + 3))
            .await
            .unwrap();
        let people = async |search: &'static str, assigned| {
            let list = store
                .read(move |tx| {
                    project_members::people(tx, organization, project, (search, assigned), Page::first(9))
                })
                .await
                .unwrap();
            assert_eq!(list.total, list.rows.len() as u64);
            list.rows.into_iter().map(|one| (one.user, one.role, one.since)).collect::<Vec<_>>()
        };
        let (lead, none) = ((bob, Some(ProjectRole::Lead), Some(NOW + 3)), (ada, None, None));
        assert_eq!(people("", None).await, [none, lead]);
        assert_eq!(people("", Some(true)).await, [lead]);
        assert_eq!(people("", Some(false)).await, [none]);
        assert_eq!(people("BOB@", None).await, [lead]);
        assert_eq!(people("bob@", Some(false)).await, []);
        let of_bob = store.read(move |tx| project_members::projects_of_user(tx, organization, bob)).await.unwrap();
        assert_eq!(of_bob, [(project, "birds".to_owned(), ProjectRole::Lead)]);
    }
}

contract! {
    async fn batches_are_copied_with_names_and_without_ids(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (other, _) = store.organization("rival").await;
        let project = store.project(organization, "birds").await;
        let copy = store.project(organization, "birds copy").await;
        let one = store.batch(organization, project, "one").await;
        let fresh = id!(store, BatchId);
        store.write(move |tx| batches::copy(tx, organization, (project, copy), || fresh, NOW)).await.unwrap();
        let list = store.read(move |tx| batches::list(tx, organization, copy)).await.unwrap();
        assert_eq!(list, [Batch { id: fresh, name: "one".to_owned(), created_at: NOW }]);
        assert_ne!(one, fresh);
        let answer = store.write(move |tx| batches::copy(tx, other, (project, copy), || fresh, NOW)).await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}
