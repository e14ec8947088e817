//! The tables' history: applied once, checked always.

use insitu_store::{DatabaseUrl, Db, Error, Options};

use crate::server::{Schema, postgres_server};

const OPTIONS: Options = Options {
    readers: 1,
    writers: 1,
};

/// Runs a claim on a new database of each kind; `say` runs SQL behind the store's back.
fn on_both(claim: impl Fn(&DatabaseUrl, &dyn Fn(&str))) {
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
