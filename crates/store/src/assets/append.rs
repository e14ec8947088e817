//! New assets of an import, hidden until it completes.

use std::collections::HashMap;

use insitu_model::id::MAX_ASSETS_PER_IMPORT;

use super::{
    NewAsset,
    blocks::FINE,
    extents, kinds,
    names::{self, Owner, Runs},
    place,
    probes::Noted,
    terms,
};
use crate::{
    Error, Result, Tx,
    imports::Written,
    limits::MAX_ROWS_PER_BATCH,
    tx::Column,
    value::{Value, params},
};

/// Where rows go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) project: i64,
    pub(crate) import: i64,
    /// Assets that the import has written before.
    pub(crate) first_ordinal: u64,
}

const COLUMNS: &[Column] = &[
    Column::int("place"),
    Column::int("kind"),
    Column::int("created_at"),
    Column::int("priority"),
    Column::int("width"),
    Column::int("height"),
    Column::text("external_id"),
    Column::text("data"),
    Column::text("extra"),
];

/// Appends rows, whatever the project already has.
pub(crate) fn append<'a>(
    tx: &mut Tx,
    target: Target,
    rows: impl ExactSizeIterator<Item = &'a NewAsset>,
    runs: Runs,
    now: i64,
) -> Result<()> {
    let count = rows.len() as u64;
    check_count(target, count)?;
    if count == 0 {
        return Ok(());
    }
    let first = place::take(tx, target.project, count)?;
    let mut finder = kinds::Finder::new(target.project);
    let mut placed = Vec::with_capacity(rows.len());
    let mut counts = Counts::default();
    let mut noted = Noted::default();
    let mut labeled = Vec::new();
    for (at, row) in (first..).zip(rows) {
        let kind = finder.find(tx, row)?;
        counts.add((at >> FINE, kind));
        if row.width.is_none() || row.height.is_none() {
            noted.add(row.storage, at);
        }
        if !row.terms.is_empty() {
            labeled.push((at, &row.terms));
        }
        placed.push((row, kind));
    }
    tx.bulk("assets", COLUMNS, placed.len(), |i, out| {
        let (row, kind) = placed[i];
        out.extend([
            Value::Int(first + i as i64),
            Value::Int(kind),
            Value::Int(now),
            Value::from(row.priority),
            Value::from(row.width),
            Value::from(row.height),
            Value::Text(row.external_id.as_deref().unwrap_or("")),
            Value::Text(&row.data),
            Value::from(row.extra.as_ref()),
        ]);
    })?;
    for ((block, kind), assets) in counts.finish() {
        count_hidden(tx, target.import, block, kind, assets)?;
    }
    noted.write(tx, target.import)?;
    terms::append(tx, &labeled)?;
    names::append(tx, (target.project, target.import), &placed, first, runs)?;
    extents::append(tx, target.import, first, target.first_ordinal, count)
}

/// Assets by (block, kind). Neighbours are most often of the same, and are then counted without a look into the map.
#[derive(Default)]
struct Counts {
    current: ((i64, i64), i64),
    counted: HashMap<(i64, i64), i64>,
}

impl Counts {
    fn add(&mut self, key: (i64, i64)) {
        if self.current.0 != key {
            self.flush();
            self.current = (key, 0);
        }
        self.current.1 += 1;
    }

    fn flush(&mut self) {
        let (key, count) = self.current;
        if count > 0 {
            *self.counted.entry(key).or_default() += count;
        }
    }

    fn finish(mut self) -> HashMap<(i64, i64), i64> {
        self.flush();
        self.counted
    }
}

/// What happens to a row that the project has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfKnown {
    /// Nothing, where its external ID is known.
    Skip,
    /// The asset with its external ID gets its values.
    Update,
    /// Nothing, where an asset has both its external ID and its data.
    SkipSameData,
}

/// Appends the rows that the project does not have yet, counting earlier rows of the same import. For the others,
/// `if_known` says what happens; rows without an external ID are always new.
pub(crate) fn append_unless_known(
    tx: &mut Tx,
    target: Target,
    rows: &[NewAsset],
    if_known: IfKnown,
    now: i64,
) -> Result<Written> {
    place::lock(tx, target.project)?;
    let own = extents::of_import(tx, target.import)?;
    let mut fresh: Vec<&NewAsset> = Vec::with_capacity(rows.len());
    let mut fresh_by_id: HashMap<(&str, &str), usize> = HashMap::new();
    let mut updates: Vec<(Owner, &NewAsset)> = Vec::new();
    let scope = (target.project, target.import);
    let mut written = Written::default();
    for row in rows {
        let external_id = row.external_id.as_deref().unwrap_or("");
        let data = (if_known == IfKnown::SkipSameData).then_some(row.data.as_str());
        let known = match fresh_by_id.get(&(external_id, data.unwrap_or_default())) {
            _ if external_id.is_empty() => None,
            Some(at) => Some(Known::InBatch(*at)),
            None => names::owner(tx, scope, &own, external_id, data)?.map(Known::Stored),
        };
        let Some(known) = known else {
            fresh_by_id.insert((external_id, data.unwrap_or_default()), fresh.len());
            fresh.push(row);
            continue;
        };
        if if_known != IfKnown::Update {
            written.skipped += 1;
            continue;
        }
        written.updated += 1;
        match known {
            Known::InBatch(at) => fresh[at] = row,
            Known::Stored(owner) => updates.push((owner, row)),
        }
    }
    note_updates(tx, target, &updates)?;
    for (owner, row) in updates {
        update(tx, target, owner, row)?;
    }
    written.imported = fresh.len() as u64;
    append(tx, target, fresh.into_iter(), Runs::One, now)?;
    Ok(written)
}

/// Where the asset with a row's external ID is.
enum Known {
    /// Among the new rows of the same batch.
    InBatch(usize),
    Stored(Owner),
}

/// A row without a size takes away the one that was known.
fn note_updates(tx: &mut Tx, target: Target, updates: &[(Owner, &NewAsset)]) -> Result<()> {
    let mut unknown: Vec<_> = updates
        .iter()
        .filter(|(_, row)| row.width.is_none() || row.height.is_none())
        .map(|(Owner::Visible(place) | Owner::Import(place), row)| (*place, row.storage))
        .collect();
    unknown.sort_unstable_by_key(|(place, _)| *place);
    let mut noted = Noted::default();
    for (place, storage) in unknown {
        noted.add(storage, place);
    }
    noted.write(tx, target.import)
}

/// Gives an asset a new row's values: at once where nobody sees it, else when the import completes.
fn update(tx: &mut Tx, target: Target, owner: Owner, row: &NewAsset) -> Result<()> {
    let kind = kinds::Finder::new(target.project).find(tx, row)?;
    match owner {
        Owner::Visible(place) => {
            tx.execute(
                "INSERT INTO asset_updates (import, place, kind, priority, width, height, data, extra)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (import, place) DO UPDATE
                 SET kind = excluded.kind, priority = excluded.priority, width = excluded.width,
                     height = excluded.height, data = excluded.data, extra = excluded.extra",
                params![
                    target.import,
                    place,
                    kind,
                    row.priority,
                    row.width,
                    row.height,
                    &row.data,
                    row.extra.as_ref()
                ],
            )?;
            Ok(())
        }
        Owner::Import(place) => {
            let old: Option<i64> = tx.cell("SELECT kind FROM assets WHERE place = ?1", params![place])?;
            tx.execute(
                "UPDATE assets SET kind = ?2, priority = ?3, width = ?4, height = ?5, data = ?6, extra = ?7
                 WHERE place = ?1",
                params![
                    place,
                    kind,
                    row.priority,
                    row.width,
                    row.height,
                    &row.data,
                    row.extra.as_ref()
                ],
            )?;
            terms::set(tx, place, &row.terms)?;
            if let Some(old) = old.filter(|old| *old != kind) {
                count_hidden(tx, target.import, place >> FINE, old, -1)?;
                count_hidden(tx, target.import, place >> FINE, kind, 1)?;
            }
            Ok(())
        }
    }
}

fn count_hidden(tx: &mut Tx, import: i64, block: i64, kind: i64, assets: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO import_blocks (import, block, kind, assets) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (import, block, kind) DO UPDATE SET assets = import_blocks.assets + excluded.assets",
        params![import, block, kind, assets],
    )?;
    Ok(())
}

fn check_count(target: Target, count: u64) -> Result<()> {
    if count > MAX_ROWS_PER_BATCH as u64 {
        return Err(Error::Refused {
            what: "the batch of rows",
            problem: "it has more than 65536 rows",
        });
    }
    if target.first_ordinal + count > MAX_ASSETS_PER_IMPORT {
        return Err(Error::Refused {
            what: "the import",
            problem: "it has more than 2147483648 assets; split it",
        });
    }
    Ok(())
}
