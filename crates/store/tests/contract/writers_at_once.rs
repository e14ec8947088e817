//! Many writers who are all in each other's way: each is served, in one hub and in two that share a database.

use insitu_model::id::{OrganizationId, UserId};
use insitu_model::role::OrganizationRole;
use insitu_store::testing::{Schema, postgres_server};
use insitu_store::{Db, Error, Options, Page, members, users};

use crate::harness::{NOW, Store, all, contract, id, run};

const WRITERS: usize = 100;
/// How often a slow one looks before it writes, and a quick one.
const LOOKS: (usize, usize) = (300, 1);

/// Reads what all the others write, and writes what all the others read.
async fn join(db: Db, organization: OrganizationId, user: UserId, looks: usize) -> Result<(), Error> {
    let email = format!("{user}@example.com");
    db.write(move |tx| {
        for _ in 0..looks {
            members::list(tx, organization, "", Page::first(1))?;
        }
        let user = users::User {
            id: user,
            email: email.clone(),
            name: "Ada".to_owned(),
            password_hash: None,
            disabled_at: None,
            created_at: NOW,
        };
        users::insert(tx, &user)?;
        members::insert(tx, organization, user.id, OrganizationRole::Member, NOW)
    })
    .await
}

/// Everybody joins at once, by turns through each of these databases, which are one.
async fn everybody_joins(store: &Store, databases: &[Db]) {
    let (organization, _) = store.organization("acme").await;
    let joining = databases
        .iter()
        .cycle()
        .take(WRITERS)
        .map(|db| join(db.clone(), organization, id!(store, UserId), LOOKS.1));
    for answer in all(joining.collect()).await {
        answer.unwrap();
    }
    let found = store
        .read(move |tx| members::list(tx, organization, "", Page::first(1)))
        .await;
    assert_eq!(found.unwrap().total, WRITERS as u64 + 1);
}

contract! {
    async fn everybody_is_served_who_is_in_everybodys_way(store: &Store) {
        everybody_joins(store, std::slice::from_ref(&store.db)).await;
    }
}

contract! {
    async fn who_is_slow_is_served_too_while_others_are_quick(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let slow = tokio::spawn(join(store.db.clone(), organization, id!(store, UserId), LOOKS.0));
        while !slow.is_finished() {
            let quick = (0..8).map(|_| join(store.db.clone(), organization, id!(store, UserId), LOOKS.1));
            for answer in all(quick.collect()).await {
                answer.unwrap();
            }
        }
        slow.await.unwrap().unwrap();
    }
}

#[test]
fn everybody_is_served_by_two_hubs() {
    let Some(server) = postgres_server() else { return };
    let schema = Schema::new(server);
    let other = Db::open(&schema.url(), Options::default()).unwrap();
    run(&schema.url(), async |store| {
        everybody_joins(store, &[store.db.clone(), other.clone()]).await;
    });
    other.close();
}
