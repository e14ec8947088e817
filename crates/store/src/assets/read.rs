//! Rows of assets on their way out.

use std::collections::HashMap;

use super::{Asset, extents::Namer, filter::Conditions, kinds::Cache};
use crate::{
    Result, Tx,
    value::{Row, Value},
};

/// The columns that [`read`] expects.
pub(super) const COLUMNS: &str = "place, kind, created_at, deleted_at, priority, width, height, external_id, data, extra, batches_by, priority_by";

/// An asset as its row has it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(super) place: i64,
    pub(super) kind: i64,
    created_at: i64,
    pub(super) deleted_at: Option<i64>,
    pub(super) priority: i32,
    width: Option<u32>,
    height: Option<u32>,
    pub(super) external_id: String,
    pub(super) data: String,
    extra: Option<String>,
    /// The changes that set its batches and its priority last.
    pub(super) batches_by: Option<i64>,
    pub(super) priority_by: Option<i64>,
    /// Of its task, in lists of complete ones alone: what their order goes by.
    pub(super) task: Option<i64>,
}

impl Stored {
    pub(crate) fn place(&self) -> i64 {
        self.place
    }
}

pub(super) fn read(row: &mut Row<'_>) -> Result<Stored> {
    Ok(Stored {
        place: row.next()?,
        kind: row.next()?,
        created_at: row.next()?,
        deleted_at: row.next()?,
        priority: row.next()?,
        width: row.next()?,
        height: row.next()?,
        external_id: row.next()?,
        data: row.next()?,
        extra: row.next()?,
        batches_by: row.next()?,
        priority_by: row.next()?,
        task: None,
    })
}

/// Assets that one statement reads. There are statements for this number and for one asset, so that both are prepared
/// once.
const ASSETS_PER_STATEMENT: usize = 128;

/// Reads the assets at `places` that fulfil the conditions; `read` answers the place and what was read.
pub(super) fn at_places<T>(
    tx: &mut Tx,
    columns: &str,
    conditions: &Conditions<'_>,
    places: &[i64],
    mut read: impl FnMut(&mut Row<'_>) -> Result<(i64, T)>,
) -> Result<HashMap<i64, T>> {
    let mut found = HashMap::with_capacity(places.len());
    for chunk in places.chunks(ASSETS_PER_STATEMENT) {
        let size = if chunk.len() == 1 { 1 } else { ASSETS_PER_STATEMENT };
        let last = chunk.last().copied().unwrap_or(0);
        let padded = chunk.iter().copied().chain(std::iter::repeat(last)).take(size);
        let params = conditions.params(padded.map(Value::from));
        let behind = conditions.count();
        let list: Vec<String> = (behind + 1..=behind + size).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "SELECT {columns} FROM assets WHERE place IN ({}){}",
            list.join(", "),
            conditions.sql
        );
        tx.visit(&sql, &params, |row| {
            let (place, value) = read(row)?;
            found.insert(place, value);
            Ok(true)
        })?;
    }
    Ok(found)
}

/// Gives rows their ids, storages and batches.
pub(super) fn finish(tx: &mut Tx, project: i64, rows: Vec<Stored>) -> Result<Vec<Asset>> {
    let places: Vec<i64> = rows.iter().map(|row| row.place).collect();
    let mut namer = Namer::for_page(tx, &places)?;
    let mut kinds = Cache::default();
    rows.into_iter()
        .map(|row| {
            let id = namer.name(tx, row.place)?;
            let kind = kinds.get(tx, project, row.kind)?;
            Ok(Asset {
                id,
                external_id: Some(row.external_id).filter(|text| !text.is_empty()),
                data: row.data,
                width: row.width,
                height: row.height,
                storage: kind.storage,
                batches: std::sync::Arc::clone(&kind.batches),
                priority: row.priority,
                extra: row.extra,
                created_at: row.created_at,
                deleted_at: row.deleted_at,
            })
        })
        .collect()
}
