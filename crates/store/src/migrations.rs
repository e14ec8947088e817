//! The tables' history: numbered files, applied in order under a lock, each recorded with its checksum.

use sha2::{Digest as _, Sha256};

use crate::{
    Error, Result,
    tx::{Mode, Tx},
    value::params,
};

struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),*]
    };
}

/// In the order in which they are applied. A published one never changes; add another instead.
const MIGRATIONS: &[Migration] = migrations![
    1 "0001_people",
    2 "0002_projects_and_storages",
    3 "0003_imports_and_assets",
    4 "0004_tasks",
    5 "0005_exports",
    6 "0006_uploads_and_pre_labels",
    7 "0007_probes",
    8 "0008_role_proofs",
    9 "0009_url_records",
    10 "0010_asset_changes",
    11 "0011_role_proofs_in_line",
    12 "0012_listed_imports",
    13 "0013_activity",
    14 "0014_storages_seen",
    15 "0015_named_roles",
    16 "0016_undone_deletions",
    17 "0017_task_indexes",
    18 "0018_exports_ordered_from",
    19 "0019_answer_terms",
    20 "0020_probed_objects",
    21 "0021_imports_that_wait",
    22 "0022_typed_external_ids",
    23 "0023_old_probed_objects",
    24 "0024_undone_changes",
    25 "0025_durations_of_complete_tasks",
    26 "0026_what_runs_and_from_where",
    27 "0027_buckets_seen",
    28 "0028_buckets_of_checks",
    29 "0029_batches_of_imports",
];

const CREATE_HISTORY: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 BLOB NOT NULL)";

/// Brings the database up to date, or refuses one that this program does not understand.
pub(crate) fn apply(tx: &mut Tx) -> Result<()> {
    tx.begin(Mode::Claim)?;
    match apply_in(tx) {
        Ok(()) => tx.commit(),
        Err(error) => {
            tx.rollback();
            Err(error)
        }
    }
}

fn apply_in(tx: &mut Tx) -> Result<()> {
    tx.lock_schema()?;
    tx.script(CREATE_HISTORY)?;
    let applied = tx.rows(
        "SELECT number, name, sha256 FROM migrations ORDER BY number",
        params![],
        |row| Ok((row.next::<i64>()?, row.next::<String>()?, row.next::<Vec<u8>>()?)),
    )?;
    for (position, (number, name, sha256)) in applied.iter().enumerate() {
        let Some(known) = MIGRATIONS.get(position).filter(|known| known.number == *number) else {
            let newest = applied.last().map_or(0, |last| last.0);
            return Err(Error::SchemaNewer {
                found: newest,
                known: MIGRATIONS.len() as i64,
            });
        };
        if known.name != name || checksum(known.sql) != sha256.as_slice() {
            return Err(Error::SchemaChanged {
                number: *number,
                name: name.clone(),
            });
        }
    }
    for migration in &MIGRATIONS[applied.len()..] {
        tx.script(migration.sql)?;
        tx.execute(
            "INSERT INTO migrations (number, name, sha256) VALUES (?1, ?2, ?3)",
            params![migration.number, migration.name, &checksum(migration.sql)],
        )?;
    }
    Ok(())
}

fn checksum(sql: &str) -> [u8; 32] {
    Sha256::digest(sql.as_bytes()).into()
}
