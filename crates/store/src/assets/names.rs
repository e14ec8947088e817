//! Names: assets by their external IDs, in sorted runs.
//!
//! One big index would be written all over by a list in random order, twenty times slower than by a sorted one. So
//! each batch of an import is sorted and appended: to the import's newest run where it goes on from there (sorted
//! lists make one run), else to a new run. Readers look into every visible run of the project; `merge.rs` keeps
//! those few.

use super::{
    NewAsset,
    spans::{Span, holds},
};
use crate::{
    Result, Tx,
    tx::Column,
    value::{Value, params},
};

/// Runs smaller than this join the project's largest when they become visible.
const SMALL_RUN_NAMES: i64 = 4_096;

const COLUMNS: &[Column] = &[
    Column::int("run"),
    Column::text("external_id"),
    Column::int("place"),
];

/// Whether an import may write several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// As many as its order asks for.
    Many,
    /// One: its own names are looked up row by row.
    One,
}

/// Adds the names of rows that an import wrote to the places from `first` on.
pub(super) fn append(
    tx: &mut Tx,
    (project, import): (i64, i64),
    rows: &[(&NewAsset, i64)],
    first: i64,
    runs: Runs,
) -> Result<()> {
    let mut names: Vec<(&str, i64)> = (first..)
        .zip(rows)
        .map(|(place, (row, _))| (row.external_id.as_deref().unwrap_or(""), place))
        .collect();
    if !names.is_sorted() {
        names.sort_unstable();
    }
    let (Some((least, _)), Some((greatest, _))) = (names.first(), names.last()) else {
        return Ok(());
    };
    let newest = tx.row(
        "SELECT run, last_external_id FROM asset_runs WHERE import = ?1 ORDER BY run DESC LIMIT 1",
        params![import],
        |row| Ok((row.next::<i64>()?, row.next::<String>()?)),
    )?;
    let run = match newest {
        Some((run, last)) if runs == Runs::One || last.as_str() <= *least => run,
        _ => new_run(tx, project, import)?,
    };
    tx.bulk("asset_names", COLUMNS, names.len(), |i, out| {
        let (external_id, place) = names[i];
        out.extend([Value::Int(run), Value::Text(external_id), Value::Int(place)]);
    })?;
    tx.execute(
        "UPDATE asset_runs SET names = names + ?2, last_external_id = ?3 WHERE run = ?1",
        params![run, names.len() as u64, *greatest],
    )?;
    Ok(())
}

fn new_run(tx: &mut Tx, project: i64, import: i64) -> Result<i64> {
    // An import has few enough runs that they can be numbered below its own number: 2^24 batches of one import.
    let base = import << 24;
    let run: i64 = tx
        .cell(
            "SELECT COALESCE(MAX(run), ?2) + 1 FROM asset_runs WHERE import = ?1",
            params![import, base],
        )?
        .unwrap_or(base);
    tx.execute(
        "INSERT INTO asset_runs (run, project, import, visible, names, last_external_id)
         VALUES (?1, ?2, ?3, 0, 0, '')",
        params![run, project, import],
    )?;
    Ok(run)
}

/// Makes an import's names visible. A small list joins the project's largest run at once.
pub(super) fn reveal(tx: &mut Tx, project: i64, import: i64) -> Result<()> {
    let names: i64 = tx
        .cell(
            "SELECT CAST(COALESCE(SUM(names), 0) AS BIGINT) FROM asset_runs WHERE import = ?1 AND visible = 0",
            params![import],
        )?
        .unwrap_or(0);
    let largest = largest_run(tx, project)?;
    let Some(largest) = largest.filter(|_| names <= SMALL_RUN_NAMES) else {
        tx.execute(
            "UPDATE asset_runs SET visible = 1 WHERE import = ?1",
            params![import],
        )?;
        return Ok(());
    };
    tx.execute(
        "INSERT INTO asset_names (run, external_id, place) SELECT CAST(?1 AS BIGINT), n.external_id, n.place
         FROM asset_runs r JOIN asset_names n ON n.run = r.run WHERE r.import = ?2 AND r.visible = 0",
        params![largest, import],
    )?;
    tx.execute(
        "UPDATE asset_runs SET names = names + ?2 WHERE run = ?1",
        params![largest, names],
    )?;
    tx.execute(
        "DELETE FROM asset_names WHERE run IN (SELECT run FROM asset_runs WHERE import = ?1 AND visible = 0)",
        params![import],
    )?;
    tx.execute(
        "DELETE FROM asset_runs WHERE import = ?1 AND visible = 0",
        params![import],
    )?;
    Ok(())
}

/// The project's largest visible run.
pub(super) fn largest_run(tx: &mut Tx, project: i64) -> Result<Option<i64>> {
    tx.cell(
        "SELECT run FROM asset_runs WHERE project = ?1 AND visible = 1 ORDER BY names DESC, run LIMIT 1",
        params![project],
    )
}

/// Removes up to `limit` names of an import that will never be seen; false when none was left.
pub(super) fn discard(tx: &mut Tx, import: i64, limit: u64) -> Result<bool> {
    let run: Option<i64> = tx.cell(
        "SELECT run FROM asset_runs WHERE import = ?1 AND visible = 0 ORDER BY run DESC LIMIT 1",
        params![import],
    )?;
    let Some(run) = run else { return Ok(false) };
    let end = tx.row(
        "SELECT external_id, place FROM asset_names WHERE run = ?1 ORDER BY external_id, place LIMIT 1 OFFSET ?2",
        params![run, limit],
        |row| Ok((row.next::<String>()?, row.next::<i64>()?)),
    )?;
    match end {
        Some((external_id, place)) => tx.execute(
            "DELETE FROM asset_names WHERE run = ?1 AND (external_id, place) < (?2, ?3)",
            params![run, &external_id, place],
        )?,
        None => {
            tx.execute("DELETE FROM asset_names WHERE run = ?1", params![run])?;
            tx.execute("DELETE FROM asset_runs WHERE run = ?1", params![run])?
        }
    };
    Ok(true)
}

/// Who has an external ID already.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// An earlier row of the same import: nobody sees it yet.
    Import(i64),
    /// An asset that everybody sees.
    Visible(i64),
}

/// The oldest asset with an external ID, and with this data where any is named, among the visible ones and the
/// import's `own`.
pub(super) fn owner(
    tx: &mut Tx,
    (project, import): (i64, i64),
    own: &[Span],
    external_id: &str,
    data: Option<&str>,
) -> Result<Option<Owner>> {
    let place: Option<i64> = tx.cell(
        "SELECT a.place FROM asset_runs r JOIN asset_names n ON n.run = r.run JOIN assets a ON a.place = n.place
         WHERE r.project = ?1 AND (r.visible = 1 OR r.import = ?2) AND n.external_id = ?3 AND a.deleted_at IS NULL
             AND (CAST(?4 AS TEXT) IS NULL OR a.data = ?4)
         ORDER BY a.place LIMIT 1",
        params![project, import, external_id, data],
    )?;
    Ok(place.map(|place| {
        if holds(own, place) {
            Owner::Import(place)
        } else {
            Owner::Visible(place)
        }
    }))
}
