//! Two organizations never see or change each other's rows, whatever function is asked with the other's ids.

use insitu_model::{
    id::{AssetId, BatchId, ImportId, OrganizationId, ProjectId, StorageId, UserId},
    role::{OrganizationRole, ProjectRole},
};
use insitu_store::{
    Error, Page, Tx, api_keys,
    assets::{self, AssetFilter, AssetSort, PageStart},
    audit, batches, import_report, imports, invitations, members, project_members,
    projects::{self, ProjectSort, Wanted},
    storages,
};

use crate::harness::{NOW, Store, contract, row};

/// What one organization has.
#[derive(Clone, Copy)]
struct Theirs {
    user: UserId,
    project: ProjectId,
    storage: StorageId,
    batch: BatchId,
    import: ImportId,
    asset: AssetId,
}

async fn house(store: &Store, name: &str) -> (OrganizationId, Theirs) {
    let (organization, user) = store.organization(name).await;
    let project = store.project(organization, "birds").await;
    let storage = store.storage(organization, "Photos").await;
    let batch = store.batch(organization, project, "one").await;
    let mut new = row("a");
    (new.storage, new.batches) = (Some(storage), vec![batch].into());
    let import = store.imported(organization, project, vec![new]).await;
    store
        .write(move |tx| project_members::set(tx, organization, project, user, ProjectRole::Lead, NOW))
        .await
        .unwrap();
    let asset = AssetId::of_import(import, 0);
    (
        organization,
        Theirs {
            user,
            project,
            storage,
            batch,
            import,
            asset,
        },
    )
}

type Ask = fn(&mut Tx, OrganizationId, Theirs) -> Result<(), Error>;

/// Every function that is given an organization and an id: the answer to a stranger is that there is no such row.
const NOT_FOUND: &[(&str, Ask)] = &[
    ("members::set_role", |tx, o, t| {
        members::set_role(tx, o, t.user, OrganizationRole::Admin)
    }),
    ("members::remove", |tx, o, t| members::remove(tx, o, t.user, NOW)),
    ("projects::get", |tx, o, t| {
        projects::get(tx, o, t.project).map(drop)
    }),
    ("projects::update", |tx, o, t| {
        projects::update(tx, o, t.project, &Default::default(), NOW)
    }),
    ("projects::delete", |tx, o, t| {
        projects::delete(tx, o, t.project, NOW)
    }),
    ("project_members::set", |tx, o, t| {
        project_members::set(tx, o, t.project, t.user, ProjectRole::Lead, NOW)
    }),
    ("project_members::remove", |tx, o, t| {
        project_members::remove(tx, o, t.project, t.user).map(drop)
    }),
    ("batches::list", |tx, o, t| {
        batches::list(tx, o, t.project).map(drop)
    }),
    ("batches::find_by_name", |tx, o, t| {
        batches::find_by_name(tx, o, t.project, "one").map(drop)
    }),
    ("batches::rename", |tx, o, t| {
        batches::rename(tx, o, t.project, t.batch, "two")
    }),
    ("storages::get", |tx, o, t| {
        storages::get(tx, o, t.storage).map(drop)
    }),
    ("storages::update", |tx, o, t| {
        storages::update(tx, o, t.storage, 1, &Default::default(), NOW).map(drop)
    }),
    ("storages::delete", |tx, o, t| {
        storages::delete(tx, o, t.storage, true, NOW).map(drop)
    }),
    ("imports::get", |tx, o, t| imports::get(tx, o, t.import).map(drop)),
    ("imports::list", |tx, o, t| {
        imports::list(tx, o, t.project, Page::first(1)).map(drop)
    }),
    ("imports::cancel", |tx, o, t| {
        imports::cancel(tx, o, t.import, "", NOW).map(drop)
    }),
    ("imports::abandon", |tx, o, t| {
        imports::abandon(tx, o, t.import, "", "{}", NOW)
    }),
    ("import_report::list", |tx, o, t| {
        import_report::list(tx, o, t.import, 0, 1).map(drop)
    }),
    ("assets::find", |tx, o, t| {
        assets::find(tx, o, t.project, t.asset).map(drop)
    }),
    ("assets::for_signing", |tx, o, t| {
        assets::for_signing(tx, o, t.project, &[t.asset]).map(drop)
    }),
    ("assets::delete", |tx, o, t| {
        assets::delete(tx, o, t.project, &[t.asset], NOW).map(drop)
    }),
    ("assets::assign_batches", |tx, o, t| {
        assets::assign_batches(tx, o, t.project, &[t.asset], &[t.batch]).map(drop)
    }),
    ("assets::list", |tx, o, t| {
        let (filter, start) = (AssetFilter::default(), PageStart::Page(1));
        assets::list(tx, o, t.project, &filter, AssetSort::NewestFirst, &start, 10).map(drop)
    }),
];

contract! {
    async fn a_stranger_is_told_that_there_is_no_such_row(store: &Store) {
        let (ours, mine) = house(store, "ours").await;
        let (theirs, yours) = house(store, "theirs").await;
        for (name, ask) in NOT_FOUND {
            for (organization, ids) in [(ours, yours), (theirs, mine)] {
                let answer = store.write(move |tx| ask(tx, organization, ids)).await;
                assert!(matches!(answer, Err(Error::NotFound { .. })), "{name}: {answer:?}");
            }
        }
        for (organization, ids) in [(ours, mine), (theirs, yours)] {
            let project = store.read(move |tx| projects::get(tx, organization, ids.project)).await.unwrap();
            assert_eq!((project.name.as_str(), project.asset_count), ("birds", 1));
            store.read(move |tx| storages::get(tx, organization, ids.storage)).await.unwrap();
        }
    }
}

contract! {
    async fn lists_and_roles_hold_only_what_belongs_to_the_organization(store: &Store) {
        let (ours, mine) = house(store, "ours").await;
        let (_, yours) = house(store, "theirs").await;
        let none = store
            .read(move |tx| {
                assert_eq!(members::role(tx, ours, yours.user)?, None);
                assert_eq!(members::find_by_email(tx, ours, "theirs@example.com")?, None);
                assert_eq!(project_members::role(tx, ours, yours.project, yours.user)?, None);
                assert_eq!(project_members::roles_of_user(tx, ours, yours.user)?, []);
                assert_eq!(project_members::list(tx, ours, yours.project)?, []);
                assert_eq!(project_members::projects_of_user(tx, ours, yours.user)?, []);
                assert_eq!(projects::is_archived(tx, ours, yours.project)?, None);
                assert_eq!(projects::find(tx, ours, yours.project)?, None);
                assert_eq!(storages::find(tx, ours, yours.storage)?, None);
                assert_eq!(imports::find(tx, ours, yours.import)?, None);
                assert_eq!(api_keys::list(tx, ours, yours.user)?, []);
                assert_eq!(audit::list(tx, ours, &audit::Filter::default(), None, 10)?.records, []);
                assert_eq!(invitations::list(tx, ours, None, Page::first(10))?.total, 0);
                assert_eq!(members::list(tx, ours, "", Page::first(10))?.total, 1);
                assert_eq!(storages::list(tx, ours, Page::first(10))?.total, 1);
                assert_eq!(projects::list(tx, ours, yours.user, &Wanted::default(), ProjectSort::Name, Page::first(9))?.total, 0);
                assert_eq!(projects::list(tx, ours, mine.user, &Wanted { all: true, ..Wanted::default() }, ProjectSort::Name, Page::first(9))?.total, 1);
                Ok(())
            })
            .await;
        none.unwrap();
    }
}

contract! {
    async fn an_asset_is_reached_through_its_own_project_only(store: &Store) {
        let (ours, mine) = house(store, "ours").await;
        let (_, yours) = house(store, "theirs").await;
        let sibling = store.project(ours, "fish").await;
        for (project, asset) in [(mine.project, yours.asset), (sibling, mine.asset)] {
            let found = store.read(move |tx| assets::find(tx, ours, project, asset)).await.unwrap();
            assert_eq!(found, None);
            let signable = store.read(move |tx| assets::for_signing(tx, ours, project, &[asset])).await.unwrap();
            assert_eq!(signable, [None]);
            let deleted = store.write(move |tx| assets::delete(tx, ours, project, &[asset], NOW)).await.unwrap();
            assert_eq!(deleted, 0);
            let filter = AssetFilter { ids: vec![asset], ..AssetFilter::default() };
            let start = PageStart::Page(1);
            let listed = store
                .read(move |tx| assets::list(tx, ours, project, &filter, AssetSort::NewestFirst, &start, 10))
                .await
                .unwrap();
            assert_eq!(listed.total, 0);
        }
    }
}
