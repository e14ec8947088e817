//! From a row to an asset: addresses are read, storages and batches found, boundaries kept.

use std::sync::Arc;

use insitu_formats::{AssetData, AttachmentKind, ImportedAsset, RowProblem};
use insitu_model::address::{Address, Neighbour, Parsed};
use insitu_model::endpoint::Endpoint;
use insitu_model::id::{BatchId, StorageId};
use insitu_model::own_file::OwnFile;
use insitu_model::prefix::is_within;
use insitu_model::schema::CategorySchema;
use insitu_store::asset_sources::Source;
use insitu_store::assets::NewAsset;

use super::asset_sources::Sources;
use super::extra;
use super::lookup::{BatchBook, BatchError, Refusals, StorageScope, Storages};
use super::pre_labels::{self, Checked};
use super::uploaded::{UploadProblem, Uploads};

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
            extra: extra::of_row(&row, &pages, labels.as_deref()),
            is_pre_labeled: labels.is_some(),
            external_id: row.external_id,
            data,
            width: row.width,
            height: row.height,
            storage,
            batches,
            priority: row.priority.map_or(self.priority, i32::from),
        })
    }

    /// The labels of a row, if they fit the schema; what there is to say about them joins the notices.
    fn labels_of(&self, row: &ImportedAsset, notices: &mut Vec<RowProblem>) -> Option<String> {
        let size = row.width.zip(row.height);
        match pre_labels::check(&row.labels, &self.schema, size, &*self.uploads.hub.random) {
            Checked::Absent => None,
            Checked::Fit(answer, noticed) => {
                notices.extend(pre_labels::as_notices(noticed, true));
                Some(answer)
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

fn unknown_storage(named: &str) -> String {
    format!(
        "the organization has no storage \"{named}\"; name one of its storages by id or name, or leave it out"
    )
}

/// The addresses of one row on their way through.
struct Reading<'r> {
    storages: &'r Storages,
    refusals: &'r Refusals,
    uploads: &'r Uploads,
    storage: Option<&'r StorageScope>,
    is_chosen_by_row: bool,
    /// An address was read that is reached through the storage.
    is_in_storage: bool,
    text: &'r mut String,
    neighbour: &'r mut Neighbour,
    sources: &'r mut Sources,
    notices: &'r mut Vec<RowProblem>,
    problems: &'r mut Vec<RowProblem>,
}

impl<'r> Reading<'r> {
    /// The address of the asset, which most often is kept as it was written.
    fn data(&mut self, written: String) -> String {
        match self.address("data", "", &written) {
            Some(kept) if kept == written => written,
            Some(kept) => kept.to_owned(),
            None => String::new(),
        }
    }

    /// Whether there is nothing to find out about an address that the one before did not show: no boundary that its key
    /// could lie outside of, no storage that lets nothing in, and no upload to look for.
    fn is_beside(&self, text: &str) -> bool {
        let is_bounded = self
            .storage
            .is_some_and(|storage| !storage.prefixes.is_empty() || self.refusals.find(storage.id).is_some());
        let storage = self.storage.map(|storage| storage.id);
        !is_bounded
            && !self.uploads.is_upload
            && self.sources.are_of(storage)
            && self.neighbour.is_beside(text)
    }

    /// The address as it is kept, or nothing when the row is refused for it.
    fn address(&mut self, field: &'static str, place: &str, text: &str) -> Option<&str> {
        if let Some(own) = self.uploads.own(text) {
            return self.own_file(field, place, own);
        }
        if self.is_beside(text) {
            self.is_in_storage |= self.storage.is_some();
            text.clone_into(self.text);
            return Some(self.text.as_str());
        }
        let mut parsed = self.parse(field, place, text)?;
        if let Some(named) = parsed.storage {
            let before = self.endpoint();
            self.follow(field, place, named);
            // At the endpoint of the storage that it names, the same text may be an object.
            if self.endpoint() != before {
                parsed = self.parse(field, place, text)?;
            }
        }
        self.check(field, place, text, &parsed);
        let storage = self.storage.map(|storage| storage.id);
        if let Err(problem) = self.uploads.elsewhere(&parsed.address, storage) {
            self.refuse(field, problem.code(), format!("{place}{problem}"));
        }
        for notice in &parsed.notices {
            self.notices
                .push(RowProblem::new(field, notice.code(), format!("{place}{notice}")));
        }
        self.text.clear();
        parsed.address.write_canonical(self.text);
        if self.problems.is_empty() {
            self.sources.note(&parsed.address, storage, self.text);
        }
        self.neighbour.learn(text, &parsed, self.text);
        Some(self.text.as_str())
    }

    /// The address of an uploaded file as it is kept.
    fn own_file(
        &mut self,
        field: &'static str,
        place: &str,
        own: Result<OwnFile, UploadProblem>,
    ) -> Option<&str> {
        match own {
            Ok(file) => {
                *self.text = file.kept();
                Some(self.text.as_str())
            }
            Err(problem) => {
                self.refuse(field, problem.code(), format!("{place}{problem}"));
                None
            }
        }
    }

    fn parse(&mut self, field: &'static str, place: &str, text: &str) -> Option<Parsed> {
        match Address::parse_with(text, self.endpoint()) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.refuse(field, error.code(), format!("{place}{error}"));
                None
            }
        }
    }

    fn endpoint(&self) -> Option<&'r Endpoint> {
        self.storage.and_then(|storage| storage.endpoint.as_ref())
    }

    /// Takes the storage that the address itself names, unless the row or a page before names another.
    fn follow(&mut self, field: &'static str, place: &str, named: StorageId) {
        if self.storage.is_some_and(|storage| storage.id == named) {
            return;
        }
        if self.is_chosen_by_row || self.is_in_storage {
            let message =
                format!("{place}the address names the storage {named} and the row another; name one");
            return self.refuse(field, "row.storage_differs", message);
        }
        match self.storages.find(&named.to_string()) {
            Some(storage) => self.storage = Some(storage),
            None => self.refuse(
                field,
                "row.unknown_storage",
                format!("{place}{}", unknown_storage(&named.to_string())),
            ),
        }
    }

    /// Whether the storage reaches this address.
    fn check(&mut self, field: &'static str, place: &str, text: &str, parsed: &Parsed) {
        match (&parsed.address, self.storage) {
            (Address::Object(object), Some(storage)) => {
                self.is_in_storage = true;
                if let Some(refusal) = self.refusals.find(storage.id) {
                    self.refuse(field, refusal.code, format!("{place}{}", refusal.message));
                }
                if !is_within(&storage.prefixes, object.bucket(), object.key()) {
                    let message = format!(
                        "{place}{}/{} lies outside of the prefixes of the storage {}; choose another storage, or widen its prefixes",
                        object.bucket(),
                        object.key(),
                        storage.name
                    );
                    self.refuse(field, "row.outside_prefixes", message);
                }
            }
            (Address::Object(_), None) if is_s3_uri(text) => {
                let message =
                    format!("{place}an s3:// address is reached through a storage only; choose one");
                self.refuse(field, "row.storage_missing", message);
            }
            (Address::Public(_), Some(storage)) => {
                let message = format!(
                    "{place}the address is in no bucket of S3, so it was imported as public and not through the storage {}",
                    storage.name
                );
                self.notices
                    .push(RowProblem::new(field, "row.storage_unused", message));
            }
            (Address::Object(_) | Address::Public(_), None) => {}
        }
    }

    /// The first page, which stands for the asset, and all of them.
    fn pages(&mut self, pages: &[String]) -> (String, Vec<String>) {
        let mut kept = Vec::with_capacity(pages.len());
        for (number, page) in pages.iter().enumerate() {
            let place = format!("page {}: ", number + 1);
            kept.extend(self.address("dataset", &place, page).map(str::to_owned));
        }
        (kept.first().cloned().unwrap_or_default(), kept)
    }

    /// What a browser would open beside the asset must be an address as well; it is kept as it was written.
    fn attachment(&mut self, text: &str) {
        if let Some(Ok(_)) = self.uploads.own(text) {
            return;
        }
        let endpoint = self.storage.and_then(|storage| storage.endpoint.as_ref());
        if let Err(error) = Address::parse_with(text, endpoint) {
            self.refuse("attachments", error.code(), error.to_string());
        }
    }

    fn refuse(&mut self, field: &'static str, code: &'static str, message: String) {
        self.problems.push(RowProblem::new(field, code, message));
    }
}

fn is_s3_uri(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("s3://"))
}
