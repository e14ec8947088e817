//! What many claim at the same moment is each somebody's alone, and together they take no more than may be under way.

use insitu_model::id::{ImportId, OrganizationId};
use insitu_store::{
    Error, Tx,
    assets::probes,
    imports,
    role_proofs::{self, Line},
};

use crate::harness::{LEASE, Store, all, contract};
use crate::probes::of_storage;
use crate::role_proofs::delegated;

const CLAIMERS: usize = 8;
/// One round may be lucky.
const ROUNDS: usize = 4;

/// What all of them got who claim at once.
async fn claimed<T: Send + 'static>(
    store: &Store,
    claim: impl Fn(&mut Tx, i64) -> Result<Option<T>, Error> + Copy + Send + 'static,
) -> Vec<T> {
    let now = store.tick();
    let claiming = (0..CLAIMERS).map(|_| {
        let db = store.db.clone();
        async move { db.claim(move |tx| claim(tx, now)).await }
    });
    let answers = all(claiming.collect()).await;
    answers
        .into_iter()
        .filter_map(|answer: Result<_, Error>| answer.unwrap())
        .collect()
}

async fn roles(store: &Store, organization: OrganizationId, round: usize) {
    for number in 0..CLAIMERS {
        delegated(store, organization, &format!("{round}-{number}")).await;
    }
}

contract! {
    async fn two_roles_of_an_organization_are_tried_for_somebody_and_no_third(store: &Store) {
        for round in 0..ROUNDS {
            let (organization, _) = store.organization(&format!("acme {round}")).await;
            roles(store, organization, round).await;
            let claim = |tx: &mut Tx, now: i64| role_proofs::claim(tx, Line::WaitedFor, "w", now, now + LEASE);
            assert_eq!(claimed(store, claim).await.len(), 2, "round {round}");
        }
    }
}

contract! {
    async fn a_storage_of_which_several_lists_came_is_looked_at_by_one(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        for round in 0..ROUNDS {
            let storage = store.storage(organization, &format!("photos {round}")).await;
            for number in 0..CLAIMERS {
                let name = format!("{round}-{number}");
                store.imported(organization, project, vec![of_storage(storage, &name)]).await;
            }
            let claim = |tx: &mut Tx, now: i64| probes::claim(tx, "w", now, now + LEASE);
            assert_eq!(claimed(store, claim).await.len(), 1, "round {round}");
        }
    }
}

contract! {
    async fn an_import_is_one_workers_alone(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        for round in 0..ROUNDS {
            let new = store.new_import(organization, project);
            let (id, now) = (new.id, store.tick());
            let queue = move |tx: &mut Tx| {
                imports::insert(tx, &new, "hub", now + LEASE)?;
                imports::received(tx, organization, id, 100)
            };
            store.write(queue).await.unwrap();
            let claim = |tx: &mut Tx, now: i64| imports::claim(tx, "w", now, now + LEASE);
            let taken: Vec<ImportId> = claimed(store, claim).await.iter().map(|one| one.new.id).collect();
            assert_eq!(taken, [id], "round {round}");
        }
    }
}
