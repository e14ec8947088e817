//! From a row to an asset: addresses are read, storages and batches found, boundaries kept.

use std::sync::Arc;

use insitu_formats::{AssetData, AttachmentKind, ImportedAsset, RowProblem};
use insitu_model::address::Neighbour;
use insitu_model::answer::Terms;
use insitu_model::id::BatchId;
use insitu_model::schema::CategorySchema;
use insitu_store::asset_sources::Source;
use insitu_store::assets::NewAsset;

use super::asset_sources::Sources;
use super::extra;
use super::lookup::{BatchBook, BatchError, Refusals, StorageScope, Storages};
use super::pre_labels::{self, Checked};
use super::row_addresses::{Reading, unknown_storage};
use super::uploaded::Uploads;

/// Turns the rows of one import into assets.
#[derive(Debug)]
pub struct Resolver {
    storages: Storages,
    refusals: Refusals,
    uploads: Uploads,
    /// What labels are held to.
    schema: CategorySchema,
    book: BatchBook,
    /// Of the whole import; rows may name others.
    storage: Option<StorageScope>,
    batches: Arc<[BatchId]>,
    priority: i32,
    /// The batches of the row before: most often the next row has the same.
    last_batches: (Vec<String>, Arc<[BatchId]>),
    /// Where addresses are written before they are kept, so that each is allocated once and in its right size.
    text: String,
    /// The address of a row before.
    neighbour: Neighbour,
    sources: Sources,
}

/// Why a row did not become an asset.
#[derive(Debug)]
pub enum Unresolved {
    Refused(Vec<RowProblem>),
    /// The database did not answer.
    Store(insitu_store::Error),
}

impl Resolver {
    /// A resolver for rows that share this storage, these batches and this priority unless they say otherwise.
    pub fn new(
        (storages, refusals): (Storages, Refusals),
        uploads: Uploads,
        schema: CategorySchema,
        book: BatchBook,
        storage: Option<StorageScope>,
        batches: Arc<[BatchId]>,
        priority: i32,
    ) -> Self {
        Self {
            storages,
            refusals,
            uploads,
            schema,
            book,
            storage,
            batches,
            priority,
            last_batches: (Vec::new(), Arc::new([])),
            text: String::new(),
            neighbour: Neighbour::default(),
            sources: Sources::default(),
        }
    }

    /// The places of assets that were met for the first time since this was last asked.
    pub fn new_sources(&mut self) -> Vec<Source> {
        self.sources.take_new()
    }

    /// How many rows are best looked at together ([`Resolver::look_ahead`]).
    pub fn rows_ahead(&self) -> usize {
        self.uploads.rows_ahead()
    }

    /// Finds out together what rows to come need. Blocks.
    pub fn look_ahead<'r>(&mut self, rows: impl Iterator<Item = &'r ImportedAsset>) {
        self.uploads.look_ahead(rows);
    }

    /// Looks which storages let nothing in from now on. Blocks.
    pub fn look_again(&mut self) -> Result<(), insitu_store::Error> {
        self.refusals.look_again()
    }

    /// The asset that the row describes; what else there is to say about it joins `notices`.
    pub fn resolve(
        &mut self,
        mut row: ImportedAsset,
        notices: &mut Vec<RowProblem>,
    ) -> Result<NewAsset, Unresolved> {
        let mut problems = Vec::new();
        let storage = chosen_storage(&self.storages, self.storage.as_ref(), &row, &mut problems);
        let mut reading = Reading {
            storages: &self.storages,
            refusals: &self.refusals,
            uploads: &self.uploads,
            storage,
            is_chosen_by_row: row.storage.is_some(),
            is_in_storage: false,
            text: &mut self.text,
            neighbour: &mut self.neighbour,
            sources: &mut self.sources,
            notices,
            problems: &mut problems,
        };
        let (data, pages) = match &mut row.data {
            AssetData::Single(text) => (reading.data(std::mem::take(text)), Vec::new()),
            AssetData::Pages(pages) => reading.pages(pages),
        };
        for attachment in row
            .attachments
            .iter()
            .filter(|one| one.kind != AttachmentKind::Text)
        {
            reading.attachment(&attachment.value);
        }
        let storage = reading
            .storage
            .filter(|_| reading.is_in_storage)
            .map(|scope| scope.id);
        let batches = self
            .batches_of(&row.batches, &mut problems)
            .map_err(Unresolved::Store)?;
        if !problems.is_empty() {
            return Err(Unresolved::Refused(problems));
        }
        let labels = self.labels_of(&row, notices);
        Ok(NewAsset {
            extra: extra::of_row(&row, &pages, labels.as_ref().map(|(answer, _)| &**answer)),
            is_pre_labeled: labels.is_some(),
            terms: labels.map(|(_, terms)| terms).unwrap_or_default(),
            external_id: row.external_id,
            data,
            width: row.width,
            height: row.height,
            storage,
            batches,
            priority: row.priority.map_or(self.priority, i32::from),
        })
    }

    /// The labels of a row and what they are found by, if they fit the schema; what there is to say about them joins the notices.
    fn labels_of(&self, row: &ImportedAsset, notices: &mut Vec<RowProblem>) -> Option<(String, Terms)> {
        let size = row.width.zip(row.height);
        match pre_labels::check(&row.labels, &self.schema, size, &*self.uploads.hub.random) {
            Checked::Absent => None,
            Checked::Fit(answer, terms, noticed) => {
                notices.extend(pre_labels::as_notices(noticed, true));
                Some((answer, terms))
            }
            Checked::Unfit(problems) => {
                notices.extend(pre_labels::as_notices(problems, false));
                None
            }
        }
    }

    fn batches_of(
        &mut self,
        named: &[String],
        problems: &mut Vec<RowProblem>,
    ) -> Result<Arc<[BatchId]>, insitu_store::Error> {
        if named.is_empty() {
            return Ok(self.batches.clone());
        }
        if self.last_batches.0 == named {
            return Ok(self.last_batches.1.clone());
        }
        // A row that is refused anyway makes no batch.
        if !problems.is_empty() {
            return Ok(self.batches.clone());
        }
        let mut ids = Vec::with_capacity(named.len());
        for name in named {
            match self.book.find_or_make(name) {
                Ok(id) => ids.push(id),
                Err(BatchError::Store(error)) => return Err(error),
                Err(error) => {
                    let code = match error {
                        BatchError::Unknown(_) => "row.unknown_batch",
                        BatchError::TooMany => "row.too_many_batches",
                        BatchError::Name(_) | BatchError::Store(_) => "row.batch_name",
                    };
                    problems.push(RowProblem::new("batches", code, error.to_string()));
                    return Ok(self.batches.clone());
                }
            }
        }
        let ids: Arc<[BatchId]> = ids.into();
        self.last_batches = (named.to_vec(), ids.clone());
        Ok(ids)
    }
}

/// The storage that the row names, or the whole import does.
fn chosen_storage<'k>(
    storages: &'k Storages,
    of_import: Option<&'k StorageScope>,
    row: &ImportedAsset,
    problems: &mut Vec<RowProblem>,
) -> Option<&'k StorageScope> {
    let Some(named) = &row.storage else {
        return of_import;
    };
    let found = storages.find(named);
    if found.is_none() {
        problems.push(RowProblem::new(
            "storage",
            "row.unknown_storage",
            unknown_storage(named),
        ));
    }
    found
}
