//! Kinds: a storage, a set of batches, and whether there are pre-labels, which most assets of a project share with many
//! others.

use std::{collections::HashMap, sync::Arc};

use insitu_model::id::{BatchId, StorageId};

use super::{AssetFilter, NewAsset};
use crate::{Error, Result, Tx, value::params};

/// What a kind stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) storage: Option<StorageId>,
    /// Sorted, without repetition.
    pub(super) batches: Arc<[BatchId]>,
    /// They came with labels.
    pub(super) is_pre_labeled: bool,
}

impl Kind {
    pub(super) fn new(storage: Option<StorageId>, batches: &[BatchId], is_pre_labeled: bool) -> Self {
        let mut batches = batches.to_vec();
        batches.sort_unstable();
        batches.dedup();
        Self {
            storage,
            batches: batches.into(),
            is_pre_labeled,
        }
    }

    fn identity(&self) -> String {
        let storage = self
            .storage
            .map_or_else(|| "public".to_owned(), |id| id.to_string());
        let labels = if self.is_pre_labeled { " pre-labeled" } else { "" };
        self.batches
            .iter()
            .fold(storage, |text, batch| format!("{text} {batch}"))
            + labels
    }
}

/// A kind's storage, batches and whether it is pre-labeled, and its number.
type Found = (Option<StorageId>, Arc<[BatchId]>, bool, i64);

/// Finds the kinds of rows on their way in, making those that are new.
pub(super) struct Finder {
    project: i64,
    known: HashMap<Kind, i64>,
    /// The row before: most often its neighbour is of the same kind.
    last: Option<Found>,
}

impl Finder {
    pub(super) fn new(project: i64) -> Self {
        Self {
            project,
            known: HashMap::new(),
            last: None,
        }
    }

    pub(super) fn find(&mut self, tx: &mut Tx, row: &NewAsset) -> Result<i64> {
        let (storage, batches, is_pre_labeled) = (row.storage, &row.batches, row.is_pre_labeled);
        if let Some((last_storage, last_batches, last_labels, kind)) = &self.last
            && *last_storage == storage
            && *last_labels == is_pre_labeled
            && (Arc::ptr_eq(last_batches, batches) || last_batches == batches)
        {
            return Ok(*kind);
        }
        let wanted = Kind::new(storage, batches, is_pre_labeled);
        let kind = match self.known.get(&wanted) {
            Some(kind) => *kind,
            None => {
                let kind = find_or_insert(tx, self.project, &wanted)?;
                self.known.insert(wanted, kind);
                kind
            }
        };
        self.last = Some((storage, Arc::clone(batches), is_pre_labeled, kind));
        Ok(kind)
    }
}

/// The number of a kind. The caller holds the project's lock (see `place.rs`).
pub(super) fn find_or_insert(tx: &mut Tx, project: i64, kind: &Kind) -> Result<i64> {
    let identity = kind.identity();
    let find = "SELECT kind FROM asset_kinds WHERE project = ?1 AND identity = ?2";
    if let Some(found) = tx.cell(find, params![project, &identity])? {
        return Ok(found);
    }
    let batches =
        serde_json::to_string(&kind.batches[..]).map_err(|error| Error::Database(error.to_string()))?;
    tx.execute(
        "INSERT INTO asset_kinds (project, kind, storage, batches, is_pre_labeled, identity)
         SELECT ?1, COALESCE(MAX(kind), 0) + 1, ?2, ?3, ?4, ?5 FROM asset_kinds WHERE project = ?1",
        params![
            project,
            kind.storage.as_ref(),
            &batches,
            kind.is_pre_labeled,
            &identity
        ],
    )?;
    tx.cell(find, params![project, &identity])?
        .ok_or_else(|| Error::not_found("kind", identity))
}

/// What a kind stands for.
pub(super) fn get(tx: &mut Tx, project: i64, kind: i64) -> Result<Kind> {
    tx.row(
        "SELECT storage, batches, is_pre_labeled FROM asset_kinds WHERE project = ?1 AND kind = ?2",
        params![project, kind],
        |row| {
            Ok(Kind {
                storage: row.next()?,
                batches: row.json::<Vec<BatchId>>()?.into(),
                is_pre_labeled: row.next()?,
            })
        },
    )?
    .ok_or_else(|| Error::not_found("kind", kind))
}

/// Kinds looked up once per page.
#[derive(Default)]
pub(super) struct Cache(HashMap<i64, Kind>);

impl Cache {
    pub(super) fn get(&mut self, tx: &mut Tx, project: i64, kind: i64) -> Result<&Kind> {
        match self.0.entry(kind) {
            std::collections::hash_map::Entry::Occupied(found) => Ok(found.into_mut()),
            std::collections::hash_map::Entry::Vacant(free) => Ok(free.insert(get(tx, project, kind)?)),
        }
    }
}

/// The kinds that a filter lets through; none when it does not look at what kinds stand for.
pub(super) fn matching(tx: &mut Tx, project: i64, filter: &AssetFilter) -> Result<Option<KindSet>> {
    if filter.batches.is_empty() && filter.storage.is_none() && filter.is_pre_labeled.is_none() {
        return Ok(None);
    }
    let mut kinds = Vec::new();
    tx.visit(
        "SELECT kind, storage, batches, is_pre_labeled FROM asset_kinds WHERE project = ?1 ORDER BY kind",
        params![project],
        |row| {
            let kind: i64 = row.next()?;
            let storage: Option<StorageId> = row.next()?;
            let batches: Vec<BatchId> = row.json()?;
            let is_pre_labeled: bool = row.next()?;
            let fits = filter.storage.is_none_or(|wanted| wanted == storage)
                && filter
                    .is_pre_labeled
                    .is_none_or(|wanted| wanted == is_pre_labeled)
                && filter.batches.iter().all(|wanted| batches.contains(wanted));
            if fits {
                kinds.push(kind);
            }
            Ok(true)
        },
    )?;
    Ok(Some(KindSet(kinds)))
}

/// A set of kinds, in ascending order.
#[derive(Clone, Debug)]
pub(super) struct KindSet(Vec<i64>);

impl KindSet {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// ` AND kind IN (…)`, or nothing. Kinds are numbers that the store made, so they can stand in the text; few
/// different texts occur, since a project has few kinds.
pub(super) fn condition(kinds: Option<&KindSet>) -> String {
    match kinds {
        None => String::new(),
        Some(set) => {
            let list: Vec<String> = set.0.iter().map(ToString::to_string).collect();
            format!(" AND kind IN ({})", list.join(", "))
        }
    }
}
