//! The tables' history: applied once, checked always.

use insitu_model::storage::{AccessType, TRUST_POLICY_MISSING_EXTERNAL_ID, Verification};
use insitu_store::{
    DatabaseUrl, Db, Error, Options, external_ids, role_overrides,
    role_proofs::{self, Finding, Line, Overrides},
    storages::{self, ExternalIdSource},
    testing::{Schema, postgres_server},
};

use crate::harness::{LEASE, run};

const OPTIONS: Options = Options {
    readers: 1,
    writers: 1,
};

/// Runs a claim on a new database of each kind; `say` runs SQL behind the store's back.
pub fn on_both(claim: impl Fn(&DatabaseUrl, &dyn Fn(&str))) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    let say = |sql: &str| {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(sql)
            .unwrap()
    };
    claim(&DatabaseUrl::Sqlite(path.clone()), &say);
    if let Some(server) = postgres_server() {
        let schema = Schema::new(server);
        claim(&schema.url(), &|sql| schema.say_in(sql));
    }
}

fn open(url: &DatabaseUrl) -> Result<(), Error> {
    Db::open(url, OPTIONS).map(Db::close)
}

#[test]
fn a_database_is_opened_again_and_again() {
    on_both(|url, _| {
        for _ in 0..3 {
            open(url).unwrap();
        }
    });
}

#[test]
fn a_changed_migration_is_refused() {
    on_both(|url, say| {
        open(url).unwrap();
        say("UPDATE migrations SET name = '0001_tampered' WHERE number = 1");
        let answer = open(url).unwrap_err();
        assert!(
            matches!(answer, Error::SchemaChanged { number: 1, .. }),
            "{answer}"
        );
        say("UPDATE migrations SET name = '0001_people' WHERE number = 1");
        open(url).unwrap();
        say(
            "UPDATE migrations SET sha256 = (SELECT sha256 FROM migrations WHERE number = 1) WHERE number = 2",
        );
        let answer = open(url).unwrap_err();
        assert!(
            matches!(answer, Error::SchemaChanged { number: 2, .. }),
            "{answer}"
        );
        assert!(
            answer.to_string().contains("0002_projects_and_storages"),
            "{answer}"
        );
    });
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    on_both(|url, say| {
        open(url).unwrap();
        say(
            "INSERT INTO migrations (number, name, sha256) SELECT 99, '0099_later', sha256 FROM migrations WHERE number = 1",
        );
        let answer = open(url).unwrap_err();
        assert!(matches!(answer, Error::SchemaNewer { found: 99, .. }), "{answer}");
        assert_eq!(answer.code(), "store.schema_newer");
    });
}

#[test]
fn two_hubs_that_start_at_once_make_one_set_of_tables() {
    on_both(|url, _| {
        std::thread::scope(|scope| {
            let hubs: Vec<_> = (0..4).map(|_| scope.spawn(|| open(url))).collect();
            for hub in hubs {
                hub.join().unwrap().unwrap();
            }
        });
    });
}

#[test]
fn what_is_no_database_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.json");
    std::fs::write(&path, vec![b'['; 10_000]).unwrap();
    let answer = open(&DatabaseUrl::Sqlite(path)).unwrap_err();
    assert!(matches!(answer, Error::Unavailable(_)), "{answer}");
    let answer = open(&DatabaseUrl::Sqlite(folder.path().join("no/such/folder/hub.db"))).unwrap_err();
    assert!(matches!(answer, Error::Unavailable(_)), "{answer}");
    let nobody: DatabaseUrl = "postgres://u:s3cret@127.0.0.1:1/none".parse().unwrap();
    let answer = open(&nobody).unwrap_err();
    assert!(
        matches!(answer, Error::Unavailable(_)) && !answer.to_string().contains("s3cret"),
        "{answer}"
    );
}

#[cfg(unix)]
#[test]
fn the_database_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    let db = Db::open(&DatabaseUrl::Sqlite(path.clone()), OPTIONS).unwrap();
    for name in ["hub.db", "hub.db-wal", "hub.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    db.close();
}

/// Does again what the eleventh one did, to what was written since.
fn upgrade_to_eleven(say: &dyn Fn(&str)) {
    const TAKE_BACK: &str = "DROP INDEX role_proofs_due; DROP INDEX role_proofs_by_organization;
        DROP INDEX storages_by_role; ALTER TABLE role_proofs DROP COLUMN is_waited_for;
        CREATE INDEX role_proofs_due ON role_proofs (due_at)";
    say(TAKE_BACK);
    let sql = include_str!("../../migrations/0011_role_proofs_in_line.sql");
    // The one type whose name PostgreSQL takes for a smaller one.
    say(&sql.replace("INTEGER", "BIGINT"));
}

#[test]
fn storages_from_before_roles_were_tried_go_on_until_something_is_found() {
    on_both(|url, say| {
        let mut ids = Vec::new();
        run(url, async |store| {
            let (organization, _) = store.organization("acme").await;
            for name in ["tried in vain", "never tried"] {
                let mut new = store.new_storage(organization, name);
                new.access_type = AccessType::IamDelegated;
                new.role_arn = Some(format!("arn:aws:iam::123456789012:role/{}", ids.len()));
                ids.push((organization, new.id));
                let now = store.tick();
                let insert = move |tx: &mut insitu_store::Tx| {
                    storages::insert(tx, &new)?;
                    if new.name == "tried in vain" {
                        let claimed =
                            role_proofs::claim(tx, Line::WaitedFor, "a", now, now + LEASE)?.unwrap();
                        let nothing = Finding::Unknown {
                            code: "c".to_owned(),
                            message: "m".to_owned(),
                        };
                        role_proofs::settle(tx, &claimed, "a", &nothing, now, now)?;
                    }
                    Ok(())
                };
                store.write(insert).await.unwrap();
            }
        });
        upgrade_to_eleven(say);
        run(url, async |store| {
            let proof = async |(organization, id)| {
                let found = store.read(move |tx| storages::get(tx, organization, id)).await;
                found.unwrap().proof.unwrap()
            };
            assert_eq!(proof(ids[0]).await.state, Verification::Pending);
            let before = proof(ids[1]).await;
            assert_eq!(before.state, Verification::Grandfathered);
            assert!(before.lets_use(Overrides::AreRefused) && !before.may_be_overridden());
            let now = store.tick();
            let (organization, id) = ids[1];
            let find = async |finding: Finding| {
                let settle = move |tx: &mut insitu_store::Tx| {
                    role_proofs::request(tx, organization, id, Line::WaitedFor, now)?;
                    let claimed = role_proofs::claim(tx, Line::WaitedFor, "a", now, now + LEASE)?.unwrap();
                    role_proofs::settle(tx, &claimed, "a", &finding, now + LEASE, now)
                };
                store.write(settle).await.unwrap().proof.unwrap()
            };
            let (code, message) = ("c".to_owned(), "m".to_owned());
            let nothing = find(Finding::Unknown {
                code: code.clone(),
                message: message.clone(),
            })
            .await;
            assert_eq!(
                (nothing.state, nothing.code.as_deref()),
                (Verification::Grandfathered, Some("c"))
            );
            let refused = find(Finding::Unverified { code, message }).await;
            assert!(!refused.lets_use(Overrides::Count));
        });
    });
}

#[test]
fn an_override_of_a_role_that_others_name_too_ends_with_the_upgrade() {
    on_both(|url, say| {
        let mut ids = Vec::new();
        run(url, async |store| {
            for (name, role) in [("acme", "shared"), ("rival", "shared"), ("other", "own")] {
                let (organization, owner) = store.organization(name).await;
                let mut new = store.new_storage(organization, "Photos");
                new.access_type = AccessType::IamDelegated;
                new.role_arn = Some(format!("arn:aws:iam::123456789012:role/{role}"));
                ids.push((organization, new.id));
                let now = store.tick();
                let override_it = move |tx: &mut insitu_store::Tx| {
                    storages::insert(tx, &new)?;
                    let claimed = role_proofs::claim(tx, Line::WaitedFor, "a", now, now + LEASE)?.unwrap();
                    let open = Finding::Unverified {
                        code: TRUST_POLICY_MISSING_EXTERNAL_ID.to_owned(),
                        message: String::new(),
                    };
                    role_proofs::settle(tx, &claimed, "a", &open, now, now)?;
                    role_overrides::set(tx, organization, new.id, Some((owner, now)))
                };
                store.write(override_it).await.unwrap();
            }
        });
        upgrade_to_eleven(say);
        run(url, async |store| {
            let mut lets_use = Vec::new();
            for (organization, id) in ids {
                let found = store.read(move |tx| storages::get(tx, organization, id)).await;
                lets_use.push(found.unwrap().proof.unwrap().lets_use(Overrides::Count));
            }
            assert_eq!(lets_use, [false, false, true]);
        });
    });
}

#[test]
fn an_external_id_that_was_only_typed_keeps_nobody_out_after_the_upgrade() {
    on_both(|url, say| {
        let mut ids = Vec::new();
        run(url, async |store| {
            let (organization, _) = store.organization("acme").await;
            let (others, _) = store.organization("other").await;
            ids.push(others);
            for name in ["proved", "deleted", "typed"] {
                let mut new = store.new_storage(organization, name);
                new.access_type = AccessType::IamDelegated;
                new.role_arn = Some(format!("arn:aws:iam::123456789012:role/{name}"));
                let now = store.tick();
                let connect = move |tx: &mut insitu_store::Tx| {
                    storages::insert(tx, &new)?;
                    external_ids::reserve(tx, organization, name, ExternalIdSource::Customer, now)?;
                    external_ids::take(tx, organization, name, (new.id, ""))?;
                    let claimed = role_proofs::claim(tx, Line::WaitedFor, "a", now, now + LEASE)?.unwrap();
                    let finding = match name {
                        "typed" => Finding::Unverified {
                            code: "storage.role_denied".to_owned(),
                            message: String::new(),
                        },
                        _ => Finding::Verified,
                    };
                    role_proofs::settle(tx, &claimed, "a", &finding, now, now)?;
                    if name == "deleted" {
                        storages::delete(tx, organization, new.id, false, now)?;
                    }
                    external_ids::reserve(tx, organization, "made", ExternalIdSource::Hub, now).or(Ok(()))
                };
                store.write(connect).await.unwrap();
            }
        });
        say(include_str!("../../migrations/0022_typed_external_ids.sql"));
        run(url, async |store| {
            let others = ids[0];
            let theirs = store.storage(others, "Photos").await;
            let mut theirs_to_have = Vec::new();
            for name in ["proved", "deleted", "typed", "made"] {
                let own = move |tx: &mut insitu_store::Tx| external_ids::own(tx, others, name, theirs, 0);
                theirs_to_have.push(store.write(own).await.unwrap());
            }
            assert_eq!(theirs_to_have, [false, false, true, false]);
        });
    });
}

#[test]
fn an_export_from_before_its_order_was_kept_goes_on_without() {
    on_both(|url, say| {
        let mut made = None;
        run(url, async |store| {
            let (organization, _) = store.organization("acme").await;
            let project = store.project(organization, "birds").await;
            made = Some((organization, store.queued_export(organization, project).await));
        });
        say("ALTER TABLE exports DROP COLUMN api_key; ALTER TABLE exports DROP COLUMN address");
        let sql = include_str!("../../migrations/0018_exports_ordered_from.sql");
        // PostgreSQL's name of the type, which SQLite takes, too.
        say(&sql.replace("BLOB", "BYTEA"));
        run(url, async |store| {
            let (organization, id) = made.unwrap();
            let found = store.export(organization, id).await.new;
            assert_eq!((found.api_key, found.address), (None, None));
            assert_eq!(store.claim_export("worker").await.unwrap().new.id, id);
        });
    });
}
