//! Users, members, invitations, sessions, keys.

use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::{
    Error, Page,
    api_keys::{self, ApiKey},
    invitations::{self, Invitation, InvitationStatus, ProjectAssignment},
    members, organizations, project_members,
    sessions::{self, Session},
    users::{self, User},
};

use crate::harness::{NOW, contract, id};

contract! {
    async fn an_address_belongs_to_one_user_whatever_its_case(store: &Store) {
        assert!(!store.read(users::any).await.unwrap());
        let ada = store.user("Ada@Example.com").await;
        assert!(store.read(users::any).await.unwrap());
        let found = store.read(|tx| users::find_by_email(tx, " ADA@example.COM")).await.unwrap().unwrap();
        assert_eq!((found.id, found.email.as_str()), (ada, "Ada@Example.com"));
        let twin = User { id: id!(store, UserId), email: "aDA@example.com".to_owned(), ..found };
        let answer = store.write(move |tx| users::insert(tx, &twin)).await;
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
    }
}

contract! {
    async fn a_user_can_get_a_password_and_be_shut_out(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        store
            .write(move |tx| {
                users::set_password(tx, ada, "$new")?;
                users::set_disabled(tx, ada, Some(NOW))
            })
            .await
            .unwrap();
        let found = store.read(move |tx| users::get(tx, ada)).await.unwrap();
        assert_eq!(found.password_hash.as_deref(), Some("$new"));
        assert_eq!(found.disabled_at, Some(NOW));
        assert!(!format!("{found:?}").contains("$new"));
        assert_eq!(store.read(move |tx| members::role(tx, organization, ada)).await.unwrap(), None);
        let stranger = id!(store, UserId);
        let answer = store.write(move |tx| users::set_password(tx, stranger, "x")).await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}

contract! {
    async fn members_come_change_and_go_with_all_they_had(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let bob = store.user("bob_b@example.com").await;
        let project = store.project(organization, "birds").await;
        store
            .write(move |tx| {
                members::insert(tx, organization, bob, OrganizationRole::Member, NOW)?;
                members::insert(tx, other, bob, OrganizationRole::Admin, NOW + 1)?;
                project_members::set(tx, organization, project, bob, ProjectRole::Labeler, NOW)?;
                project_members::set(tx, organization, project, bob, ProjectRole::Lead, NOW)?;
                members::set_role(tx, organization, ada, OrganizationRole::Owner)
            })
            .await
            .unwrap();
        let twice = store.write(move |tx| members::insert(tx, other, bob, OrganizationRole::Member, NOW)).await;
        assert!(matches!(twice, Err(Error::AlreadyExists { .. })), "{twice:?}");
        let of_bob = store.read(move |tx| organizations::of_user(tx, bob)).await.unwrap();
        assert_eq!(of_bob.iter().map(|m| m.role).collect::<Vec<_>>(), [OrganizationRole::Member, OrganizationRole::Admin]);
        for (search, expected) in [("", 2), ("BOB_", 1), ("b%b", 0), ("o_b", 0), ("ada", 2), ("!", 0)] {
            let found = store.read(move |tx| members::list(tx, organization, search, Page::first(10))).await.unwrap();
            assert_eq!((found.total, found.rows.len()), (expected, expected as usize), "{search}");
        }
        let role = store.read(move |tx| project_members::role(tx, organization, project, bob)).await.unwrap();
        assert_eq!(role, Some(ProjectRole::Lead));
        assert_eq!(
            store.read(move |tx| project_members::roles_of_user(tx, organization, bob)).await.unwrap(),
            [(project, ProjectRole::Lead)]
        );
        let key = key(store, organization, bob);
        store.write(move |tx| api_keys::insert(tx, &key, &[1; 32])).await.unwrap();
        store.write(move |tx| members::remove(tx, organization, bob, NOW)).await.unwrap();
        assert_eq!(store.read(move |tx| members::role(tx, organization, bob)).await.unwrap(), None);
        assert_eq!(store.read(move |tx| project_members::list(tx, organization, project)).await.unwrap(), []);
        assert_eq!(store.read(move |tx| api_keys::find_by_hash(tx, &[1; 32])).await.unwrap(), None);
        assert_eq!(
            store.read(move |tx| members::role(tx, other, bob)).await.unwrap(),
            Some(OrganizationRole::Admin)
        );
        let owners = store.read(move |tx| members::count(tx, organization, OrganizationRole::Owner)).await.unwrap();
        assert_eq!(owners, 1);
        let answer = store
            .write(move |tx| project_members::set(tx, organization, project, bob, ProjectRole::Lead, NOW))
            .await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}

fn key(
    store: &crate::harness::Store,
    organization: insitu_model::id::OrganizationId,
    user: insitu_model::id::UserId,
) -> ApiKey {
    store.tick();
    ApiKey {
        id: id!(store, ApiKeyId),
        organization,
        user,
        prefix: "3f2a".to_owned(),
        name: "laptop".to_owned(),
        created_at: NOW,
        last_used_at: None,
        revoked_at: None,
    }
}

contract! {
    async fn a_key_works_until_it_is_revoked_by_its_user(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let (other, bob) = store.organization("other").await;
        let (first, second) = (key(store, organization, ada), key(store, organization, ada));
        let (a, b) = (first.id, second.id);
        store
            .write(move |tx| {
                api_keys::insert(tx, &first, &[1; 32])?;
                api_keys::insert(tx, &second, &[2; 32])?;
                api_keys::touch(tx, b, NOW + 5)
            })
            .await
            .unwrap();
        let found = store.read(|tx| api_keys::find_by_hash(tx, &[2; 32])).await.unwrap().unwrap();
        assert_eq!((found.id, found.user, found.organization, found.last_used_at), (b, ada, organization, Some(NOW + 5)));
        assert_eq!(store.read(|tx| api_keys::find_by_hash(tx, &[3; 32])).await.unwrap(), None);
        for (organization, user) in [(organization, bob), (other, ada), (other, bob)] {
            let answer = store.write(move |tx| api_keys::revoke(tx, organization, user, a, NOW)).await;
            assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
        }
        store.write(move |tx| api_keys::revoke(tx, organization, ada, a, NOW)).await.unwrap();
        assert_eq!(store.read(|tx| api_keys::find_by_hash(tx, &[1; 32])).await.unwrap(), None);
        let left = store.read(move |tx| api_keys::list(tx, organization, ada)).await.unwrap();
        assert_eq!(left.iter().map(|key| key.id).collect::<Vec<_>>(), [b]);
        store.write(move |tx| users::set_disabled(tx, ada, Some(NOW))).await.unwrap();
        assert_eq!(store.read(|tx| api_keys::find_by_hash(tx, &[2; 32])).await.unwrap(), None);
    }
}

contract! {
    async fn a_session_ends_by_signing_out_by_time_and_by_being_shut_out(store: &Store) {
        let ada = store.user("ada@example.com").await;
        let mut ids = Vec::new();
        for n in 0..3u8 {
            store.tick();
            let session =
                Session { id: id!(store, SessionId), user: ada, created_at: NOW, expires_at: NOW + 100, seen_at: NOW };
            ids.push(session.id);
            store.write(move |tx| sessions::insert(tx, &session, &[n; 32])).await.unwrap();
        }
        let find = |n: u8, now| store.read(move |tx| sessions::find(tx, &[n; 32], now));
        let (session, user) = find(0, NOW + 99).await.unwrap().unwrap();
        assert_eq!((session.id, user.id), (ids[0], ada));
        assert!(find(0, NOW + 100).await.unwrap().is_none());
        let touched = ids[1];
        store.write(move |tx| sessions::touch(tx, touched, NOW + 50, NOW + 200)).await.unwrap();
        assert_eq!(find(1, NOW + 150).await.unwrap().unwrap().0.seen_at, NOW + 50);
        assert!(store.write(|tx| sessions::delete(tx, &[0; 32])).await.unwrap());
        assert!(!store.write(|tx| sessions::delete(tx, &[0; 32])).await.unwrap());
        assert!(find(0, NOW).await.unwrap().is_none());
        assert_eq!(store.write(|tx| sessions::delete_expired(tx, NOW + 100)).await.unwrap(), 1);
        store.write(move |tx| users::set_disabled(tx, ada, Some(NOW))).await.unwrap();
        assert!(find(1, NOW).await.unwrap().is_none());
        assert_eq!(store.write(move |tx| sessions::delete_of_user(tx, ada)).await.unwrap(), 1);
    }
}

contract! {
    async fn a_sign_in_link_works_once(store: &Store) {
        let ada = store.user("ada@example.com").await;
        for n in 1..3u8 {
            store.write(move |tx| sessions::insert_link(tx, &[n; 32], ada, NOW, NOW + 100)).await.unwrap();
        }
        assert_eq!(store.write(|tx| sessions::take_link(tx, &[1; 32], NOW)).await.unwrap().id, ada);
        for (n, now) in [(1u8, NOW), (2, NOW + 100), (3, NOW)] {
            let answer = store.write(move |tx| sessions::take_link(tx, &[n; 32], now)).await;
            assert!(matches!(answer, Err(Error::NotFound { .. })), "{n}");
        }
    }
}

contract! {
    async fn an_invitation_is_accepted_once_and_in_time(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let mut all = Vec::new();
        for n in 0..4u8 {
            store.tick();
            let invitation = Invitation {
                id: id!(store, InvitationId),
                organization,
                to: format!("New{}@example.com", n / 2),
                role: OrganizationRole::Member,
                projects: vec![ProjectAssignment { project_id: project, project_role: ProjectRole::Reviewer }],
                created_by: ada,
                created_at: NOW,
                expires_at: NOW + 100 + i64::from(n),
                accepted_at: None,
                revoked_at: None,
            };
            all.push(invitation.clone());
            store.write(move |tx| invitations::insert(tx, &invitation, &[n; 32])).await.unwrap();
        }
        let found = store.read(|tx| invitations::find_by_token(tx, &[1; 32])).await.unwrap();
        assert_eq!(found.as_ref(), Some(&all[1]));
        let first = all[0].id;
        let accept = |now| store.write(move |tx| invitations::accept(tx, first, now));
        assert!(!accept(NOW + 100).await.unwrap());
        assert!(accept(NOW + 99).await.unwrap());
        assert!(!accept(NOW + 99).await.unwrap());
        let revoked = store.write(move |tx| invitations::revoke(tx, organization, "NEW1@example.com", NOW)).await;
        assert_eq!(revoked.unwrap(), 2);
        let list = |pending_at| store.read(move |tx| invitations::list(tx, organization, pending_at, Page::first(3)));
        assert_eq!(list(Some(NOW)).await.unwrap().rows, [all[1].clone()]);
        assert_eq!(list(Some(NOW + 101)).await.unwrap().total, 0);
        let every = list(None).await.unwrap();
        assert_eq!((every.total, every.rows.len()), (4, 3));
        let found = store.read(|tx| invitations::find_by_token(tx, &[0; 32])).await.unwrap().unwrap();
        assert_eq!(found.status(NOW), InvitationStatus::Accepted);
        let found = store.read(|tx| invitations::find_by_token(tx, &[3; 32])).await.unwrap().unwrap();
        assert_eq!(found.status(NOW), InvitationStatus::Revoked);
        assert_eq!((all[1].status(NOW), all[1].status(NOW + 101)), (InvitationStatus::Pending, InvitationStatus::Expired));
    }
}

contract! {
    async fn the_keys_of_others_are_listed_with_whose_they_are_while_they_work(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let (other, eve) = store.organization("other").await;
        let (bob, cleo) = (store.user("bob@example.com").await, store.user("cleo@example.com").await);
        let mut ids = Vec::new();
        for (n, (place, user)) in [(organization, cleo), (organization, ada), (organization, bob), (organization, bob), (other, eve)]
            .into_iter()
            .enumerate()
        {
            let key = key(store, place, user);
            ids.push(key.id);
            store
                .write(move |tx| {
                    if [bob, cleo].contains(&user) && members::role(tx, place, user)?.is_none() {
                        members::insert(tx, place, user, OrganizationRole::Member, NOW)?;
                    }
                    api_keys::insert(tx, &key, &[n as u8; 32])
                })
                .await
                .unwrap();
        }
        let (of_cleo, of_ada, of_bob, gone, of_eve) = (ids[0], ids[1], ids[2], ids[3], ids[4]);
        store.write(move |tx| api_keys::revoke(tx, organization, bob, gone, NOW)).await.unwrap();
        let list = move |but, page| store.read(move |tx| api_keys::list_of_others(tx, organization, but, page));
        let found = list(ada, Page::first(10)).await.unwrap();
        let told: Vec<_> = found.rows.iter().map(|one| (one.key.id, one.email.as_str())).collect();
        assert_eq!(told, [(of_bob, "bob@example.com"), (of_cleo, "cleo@example.com")]);
        let second = list(bob, Page { number: 2, limit: 1 }).await.unwrap();
        assert_eq!((second.total, second.rows.len()), (2, 1));
        assert_eq!(second.rows[0].key.id, of_cleo);
        for (id, email) in [(of_ada, Some("")), (of_bob, Some("bob@example.com")), (gone, None), (of_eve, None)] {
            let one = store.read(move |tx| api_keys::find_of_member(tx, organization, id)).await.unwrap();
            assert_eq!(one.is_some(), email.is_some());
            assert!(one.is_none_or(|one| one.email.contains(email.unwrap_or_default())));
        }
        store.write(move |tx| members::remove(tx, organization, cleo, NOW)).await.unwrap();
        assert_eq!(list(ada, Page::first(10)).await.unwrap().total, 1);
    }
}

contract! {
    async fn somebody_is_signed_out_everywhere_but_in_one_browser(store: &Store) {
        let (_, ada) = store.organization("acme").await;
        let bob = store.user("bob@example.com").await;
        for (n, user) in [(1, ada), (2, ada), (3, ada), (4, bob)] {
            store.tick();
            let session = Session { id: id!(store, SessionId), user, created_at: NOW, expires_at: NOW + 10, seen_at: NOW };
            store.write(move |tx| sessions::insert(tx, &session, &[n; 32])).await.unwrap();
        }
        store.write(move |tx| sessions::insert_link(tx, &[9; 32], ada, NOW, NOW + 10)).await.unwrap();
        assert_eq!(store.write(move |tx| sessions::delete_others_of_user(tx, ada, &[2; 32])).await.unwrap(), 2);
        for (n, is_left) in [(1, false), (2, true), (3, false), (4, true)] {
            let found = store.read(move |tx| sessions::find(tx, &[n; 32], NOW)).await.unwrap();
            assert_eq!(found.is_some(), is_left, "{n}");
        }
        let link = store.write(|tx| sessions::take_link(tx, &[9; 32], NOW)).await;
        assert!(matches!(link, Err(Error::NotFound { .. })), "{link:?}");
    }
}
