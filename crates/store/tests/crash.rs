//! What was acknowledged survives `kill -9`, and an import goes on where it was: each row exactly once. So does a change of
//! many assets, and taking it back.
//!
//! The test starts itself again as the process that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests, which clippy knows only for functions marked so"
)]

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use insitu_model::{
    id::{AssetChangeId, AssetId, ImportId, OrganizationId, ProjectId, UserId},
    import::{ImportState, OnDuplicate, OnError},
    job::JobState,
};
use insitu_store::{
    DatabaseUrl, Db, Error, Options,
    asset_changes::{self, AssetChange, Change, NewAssetChange, Step},
    assets::{self, Asset, AssetFilter, AssetSort, NewAsset, PageStart},
    imports::{self, ImportBatch, NewImport},
    organizations, projects,
};

const CHILD: &str = "INSITU_STORE_CRASH_CHILD";
const ORGANIZATION: OrganizationId = OrganizationId::from_bytes([1; 12]);
const PROJECT: ProjectId = ProjectId::from_bytes([2; 12]);
const IMPORT: ImportId = ImportId::from_bytes([3; 12]);
const BATCH_ROWS: u64 = 500;
const ROWS: u64 = 20_000;
const KILLS: u64 = 5;

const IMPORTING: &str = "an_import_that_is_killed_again_and_again_holds_each_row_once";
const CHANGING: &str = "a_change_that_is_killed_and_taken_back_leaves_each_asset_as_it_was";
const PRIORITY: i32 = 5;

#[test]
fn an_import_that_is_killed_again_and_again_holds_each_row_once() {
    if let Some(path) = child_path() {
        return import_until_killed(&path);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    prepare(&path);
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        // Kill it a little later each time, in the middle of whatever it does.
        acknowledged = run_and_kill(IMPORTING, &path, acknowledged + BATCH_ROWS * (kill % 3 + 1));
        let db = open(&path);
        let import = db
            .claim_blocking(|tx| imports::get(tx, ORGANIZATION, IMPORT))
            .unwrap();
        let read = import.progress.rows_read;
        assert!(
            read >= acknowledged,
            "{acknowledged} rows were acknowledged, {read} are there"
        );
        assert_eq!(import.progress.rows_imported, read);
        assert_eq!(import.checkpoint.as_deref().unwrap_or("0"), read.to_string());
        assert_eq!(visible(&db), 0);
        db.close();
    }
    run(IMPORTING, &path);
    let db = open(&path);
    check_rows(&db);
    db.close();
}

#[test]
fn a_change_that_is_killed_and_taken_back_leaves_each_asset_as_it_was() {
    if let Some(path) = child_path() {
        return change_until_killed(&path);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    prepare(&path);
    run(IMPORTING, &path);
    let before = priorities(&path);
    let (change, undo) = (
        AssetChangeId::from_bytes([5; 12]),
        AssetChangeId::from_bytes([6; 12]),
    );
    for (id, ordered) in [
        (change, Change::Priority(PRIORITY)),
        (undo, Change::UndoPriority(change)),
    ] {
        order(&path, id, ordered);
        let mut acknowledged = 0;
        for kill in 0..3 {
            acknowledged = run_and_kill(CHANGING, &path, acknowledged + BATCH_ROWS * (kill % 3 + 1));
            let done = shown(&path, id).assets_done;
            assert!(
                done >= acknowledged,
                "{acknowledged} assets were acknowledged, {done} are changed"
            );
            let high = priorities(&path)
                .iter()
                .filter(|priority| **priority == PRIORITY)
                .count() as u64;
            assert_eq!(high, if id == change { done } else { ROWS - done });
        }
        run(CHANGING, &path);
        let ended = shown(&path, id);
        assert_eq!(
            (ended.state, ended.assets_done, ended.assets_left),
            (JobState::Completed, ROWS, 0)
        );
    }
    assert_eq!(priorities(&path), before);
}

fn order(path: &Path, id: AssetChangeId, change: Change) {
    let db = open(path);
    let new = NewAssetChange {
        id,
        organization: ORGANIZATION,
        project: PROJECT,
        created_by: UserId::from_bytes([4; 12]),
        change,
        created_at: 1,
    };
    db.claim_blocking(move |tx| asset_changes::insert(tx, &new, &AssetFilter::default(), 1))
        .unwrap();
    db.close();
}

fn shown(path: &Path, id: AssetChangeId) -> AssetChange {
    let db = open(path);
    let change = db
        .claim_blocking(move |tx| asset_changes::get(tx, ORGANIZATION, PROJECT, id))
        .unwrap();
    db.close();
    change
}

fn priorities(path: &Path) -> Vec<i32> {
    let db = open(path);
    let found = (0..ROWS / 1000)
        .flat_map(|page| page_of(&db, page))
        .map(|asset| asset.priority);
    let found = found.collect();
    db.close();
    found
}

/// The child: goes on with the change that is there and says after each step how many assets are done.
fn change_until_killed(path: &Path) {
    let db = open(path);
    let claimed = db
        .claim_blocking(|tx| asset_changes::claim(tx, "child", 1, 0))
        .unwrap();
    let Some(change) = claimed else { return };
    let id = change.new.id;
    loop {
        let job = change.clone();
        let step = db.claim_blocking(move |tx| {
            let step = asset_changes::step(tx, &job, "child", (1, 0))?;
            let done = asset_changes::get(tx, ORGANIZATION, PROJECT, id)?.assets_done;
            Ok::<_, Error>((step, done))
        });
        let (step, done) = step.unwrap();
        println!("safe {done}");
        if step != Step::More {
            break;
        }
    }
    db.close();
}

fn check_rows(db: &Db) {
    let import = db
        .claim_blocking(|tx| imports::get(tx, ORGANIZATION, IMPORT))
        .unwrap();
    assert_eq!(
        (import.state, import.progress.rows_imported),
        (ImportState::Completed, ROWS)
    );
    assert_eq!(visible(db), ROWS);
    for page in 0..ROWS / 1000 {
        for (n, asset) in (page * 1000..).zip(page_of(db, page)) {
            assert_eq!(asset.external_id, Some(n.to_string()));
            assert_eq!(asset.id, AssetId::of_import(IMPORT, u32::try_from(n).unwrap()));
        }
    }
}

/// The assets of a page of a thousand, counted from 0.
fn page_of(db: &Db, page: u64) -> Vec<Asset> {
    let listed = db.claim_blocking(move |tx| {
        let (any, start) = (AssetFilter::default(), PageStart::Page(page + 1));
        assets::list(
            tx,
            ORGANIZATION,
            PROJECT,
            &any,
            AssetSort::OldestFirst,
            &start,
            1000,
        )
    });
    listed.unwrap().assets
}

fn visible(db: &Db) -> u64 {
    db.claim_blocking(|tx| projects::get(tx, ORGANIZATION, PROJECT))
        .unwrap()
        .asset_count
}

/// The child: goes on with the import and says after each batch how many rows are safe.
fn import_until_killed(path: &Path) {
    let db = open(path);
    let Some(import) = db.claim_blocking(|tx| imports::claim(tx, "child", 1, 0)).unwrap() else {
        return;
    };
    let mut next: u64 = import.checkpoint.unwrap_or_default().parse().unwrap_or(0);
    while next < ROWS {
        let rows: Vec<NewAsset> = (next..ROWS.min(next + BATCH_ROWS)).map(row).collect();
        next += rows.len() as u64;
        let batch = ImportBatch {
            rows,
            rows_read: next,
            checkpoint: next.to_string(),
            ..ImportBatch::default()
        };
        db.claim_blocking::<_, Error, _>(move |tx| imports::write_batch(tx, IMPORT, "child", &batch, 1, 0))
            .unwrap();
        println!("safe {next}");
    }
    db.claim_blocking(|tx| imports::complete(tx, IMPORT, "child", 1))
        .unwrap();
    db.close();
}

fn run(test: &str, path: &Path) {
    assert!(start(test, path).wait().unwrap().success());
}

fn run_and_kill(test: &str, path: &Path, until: u64) -> u64 {
    let mut child = start(test, path);
    let mut safe = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(rows) = line.unwrap().strip_prefix("safe ") {
            safe = rows.parse().unwrap();
        }
        if safe >= until {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    safe
}

fn start(test: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how the test knows that it is the child"
)]
fn child_path() -> Option<PathBuf> {
    std::env::var(CHILD).ok().map(PathBuf::from)
}

fn open(path: &Path) -> Db {
    Db::open(
        &DatabaseUrl::Sqlite(path.to_owned()),
        Options {
            readers: 1,
            writers: 1,
        },
    )
    .unwrap()
}

fn row(n: u64) -> NewAsset {
    NewAsset {
        is_pre_labeled: false,
        terms: insitu_model::answer::Terms::default(),
        external_id: Some(n.to_string()),
        data: format!("https://bucket.s3.amazonaws.com/{n}.jpg"),
        width: None,
        height: None,
        storage: None,
        batches: Arc::new([]),
        priority: i32::try_from(n % 3).unwrap(),
        extra: None,
    }
}

fn prepare(path: &Path) {
    let db = open(path);
    let user = UserId::from_bytes([4; 12]);
    db.claim_blocking::<_, Error, _>(move |tx| {
        let name = "crash".to_owned();
        organizations::insert(
            tx,
            &organizations::Organization {
                id: ORGANIZATION,
                name: name.clone(),
                created_at: 0,
            },
        )?;
        projects::insert(
            tx,
            &projects::Project {
                id: PROJECT,
                organization: ORGANIZATION,
                name: name.clone(),
                description: String::new(),
                category_schema: "{}".to_owned(),
                settings: "{}".to_owned(),
                created_by: user,
                created_at: 0,
                updated_at: 0,
                archived_at: None,
                asset_count: 0,
                tasks: insitu_store::tasks::Counts::default(),
            },
        )?;
        let import = NewImport {
            id: IMPORT,
            organization: ORGANIZATION,
            project: PROJECT,
            created_by: user,
            name,
            storage: None,
            batches: vec![],
            priority: 0,
            on_error: OnError::Skip,
            on_duplicate: OnDuplicate::Allow,
            dry_run: false,
            is_upload: false,
            format: None,
            spool: String::new(),
            source: None,
            created_at: 0,
        };
        imports::insert(tx, &import, "test", 0)?;
        imports::received(tx, ORGANIZATION, IMPORT, 1)
    })
    .unwrap();
    db.close();
}
