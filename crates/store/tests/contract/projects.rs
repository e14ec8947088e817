//! Projects and their batches.

use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::{
    Error, Page,
    batches::{self, Batch},
    members, project_members,
    projects::{self, ProjectChange, ProjectSort},
};

use crate::harness::{NOW, contract, id, rows};

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
        let list = |user, everything, sort, page| {
            store.read(move |tx| projects::list(tx, organization, user, everything, sort, page))
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
