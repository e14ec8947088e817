//! Transactions: what is kept, what is undone, and who gets in whose way.

use insitu_model::{id::OrganizationId, role::OrganizationRole};
use insitu_store::{
    Error, members,
    organizations::{self, Organization},
    users,
};

use crate::harness::{NOW, all, contract, id, rows};

fn organization(id: OrganizationId, name: &str) -> Organization {
    Organization {
        id,
        name: name.to_owned(),
        created_at: NOW,
    }
}

contract! {
    async fn what_a_failing_closure_did_is_undone_and_its_neighbours_stay(store: &Store) {
        let ids: Vec<OrganizationId> = (0..60).map(|_| id!(store, OrganizationId)).collect();
        let work = ids.iter().copied().enumerate().map(|(n, id)| {
            let db = store.db.clone();
            async move {
                db.write(move |tx| {
                    organizations::insert(tx, &organization(id, "one of many"))?;
                    match n % 3 {
                        0 => Ok(()),
                        1 => Err(Error::Conflict { what: "a test", id: n.to_string(), problem: "on purpose" }),
                        _ => panic!("on purpose"),
                    }
                })
                .await
            }
        });
        let answers = all(work.collect()).await;
        for (n, (id, answer)) in ids.iter().copied().zip(answers).enumerate() {
            let found = store.read(move |tx| organizations::find(tx, id)).await.unwrap();
            match n % 3 {
                0 => assert!(answer.is_ok() && found.is_some()),
                1 => assert!(matches!(answer, Err(Error::Conflict { .. })) && found.is_none()),
                _ => assert!(matches!(answer, Err(Error::Panicked(text)) if text == "on purpose") && found.is_none()),
            }
        }
    }
}

contract! {
    async fn a_read_of_a_few_rows_sees_what_was_committed_and_can_fail(store: &Store) {
        let id = id!(store, OrganizationId);
        store.write(move |tx| organizations::insert(tx, &organization(id, "a"))).await.unwrap();
        let read = || {
            let db = store.db.clone();
            async move { db.read_few::<_, Error, _>(move |tx| Ok(organizations::get(tx, id)?.name)).await }
        };
        assert_eq!(read().await.unwrap(), "a");
        store.write(move |tx| organizations::rename(tx, id, "b")).await.unwrap();
        for name in all((0..50).map(|_| read()).collect()).await {
            assert_eq!(name.unwrap(), "b");
        }
        let failed = store.db.read_few::<(), Error, _>(|_| panic!("on purpose")).await;
        assert!(matches!(failed, Err(Error::Panicked(text)) if text == "on purpose"));
        assert_eq!(read().await.unwrap(), "b");
    }
}

contract! {
    async fn only_commits_that_touch_people_and_rights_are_counted_as_changes_of_access(store: &Store) {
        let (organization, owner) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let counted = || store.db.access_changes();
        let before = counted();
        store.imported(organization, project, rows(0..10)).await;
        store.batch(organization, project, "a batch").await;
        store.read(move |tx| users::get(tx, owner)).await.unwrap();
        assert_eq!(counted(), before);
        store.write(move |tx| users::set_disabled(tx, owner, Some(NOW))).await.unwrap();
        assert!(counted() > before);
    }
}

contract! {
    async fn many_writers_of_the_same_row_all_get_their_turn(store: &Store) {
        let id = id!(store, OrganizationId);
        store.write(move |tx| organizations::insert(tx, &organization(id, ""))).await.unwrap();
        let work = (0..24).map(|_| {
            let db = store.db.clone();
            async move {
                db.write::<_, Error, _>(move |tx| {
                    let name = organizations::get(tx, id)?.name;
                    organizations::rename(tx, id, &format!("{name}x"))
                })
                .await
            }
        });
        for answer in all(work.collect()).await {
            answer.unwrap();
        }
        let found = store.read(move |tx| organizations::get(tx, id)).await.unwrap();
        assert_eq!(found.name, "x".repeat(24));
    }
}

contract! {
    async fn a_closure_that_hides_a_failed_statement_is_undone_all_the_same(store: &Store) {
        let id = id!(store, OrganizationId);
        let answer: Result<(), Error> = store
            .write(move |tx| {
                organizations::insert(tx, &organization(id, "first"))?;
                let again = organizations::insert(tx, &organization(id, "second"));
                assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
                let after = organizations::find(tx, id);
                assert!(matches!(after, Err(Error::Aborted)), "{after:?}");
                Ok(())
            })
            .await;
        assert!(matches!(answer, Err(Error::Aborted)), "{answer:?}");
        assert_eq!(store.read(move |tx| organizations::find(tx, id)).await.unwrap(), None);
    }
}

contract! {
    async fn a_reader_cannot_write(store: &Store) {
        let id = id!(store, OrganizationId);
        let answer = store.read(move |tx| organizations::insert(tx, &organization(id, "x"))).await;
        assert!(answer.is_err());
        assert_eq!(store.read(move |tx| organizations::find(tx, id)).await.unwrap(), None);
    }
}

contract! {
    async fn a_text_that_no_database_keeps_is_refused(store: &Store) {
        let id = id!(store, OrganizationId);
        let answer = store.write(move |tx| organizations::insert(tx, &organization(id, "a\0b"))).await;
        assert!(matches!(answer, Err(Error::Refused { .. })), "{answer:?}");
        let odd = "tab\t quote' \"double\" back\\slash ?1 $1 % _ 🐦 e\u{301}";
        store.write(move |tx| organizations::insert(tx, &organization(id, odd))).await.unwrap();
        assert_eq!(store.read(move |tx| organizations::get(tx, id)).await.unwrap().name, odd);
    }
}

contract! {
    async fn a_row_that_names_a_stranger_is_refused(store: &Store) {
        let (organization, user) = (id!(store, OrganizationId), id!(store, UserId));
        let answer = store
            .write(move |tx| members::insert(tx, organization, user, OrganizationRole::Admin, NOW))
            .await;
        assert!(answer.is_err());
        assert!(!store.read(users::any).await.unwrap());
    }
}

contract! {
    async fn a_closed_database_answers_what_was_queued_and_refuses_what_comes_later(store: &Store) {
        let ids: Vec<OrganizationId> = (0..20).map(|_| id!(store, OrganizationId)).collect();
        let work = ids.iter().copied().map(|id| {
            let db = store.db.clone();
            tokio::spawn(async move { db.write(move |tx| organizations::insert(tx, &organization(id, "x"))).await })
        });
        let work: Vec<_> = work.collect();
        let db = store.db.clone();
        tokio::task::spawn_blocking(|| db.close()).await.unwrap();
        for answer in work {
            assert!(matches!(answer.await.unwrap(), Ok(()) | Err(Error::Closed)));
        }
        let late = store.read(users::any).await;
        assert!(matches!(late, Err(Error::Closed)), "{late:?}");
    }
}
