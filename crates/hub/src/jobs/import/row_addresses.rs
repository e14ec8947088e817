//! The addresses of a row: read, taken to the storage that reaches them, held to its boundaries.

use insitu_formats::RowProblem;
use insitu_model::address::{Address, Neighbour, Parsed};
use insitu_model::endpoint::Endpoint;
use insitu_model::id::StorageId;
use insitu_model::own_file::OwnFile;
use insitu_model::prefix::is_within;

use super::asset_sources::Sources;
use super::lookup::{Refusals, StorageScope, Storages};
use super::uploaded::{UploadProblem, Uploads};

/// The addresses of one row on their way through.
pub(super) struct Reading<'r> {
    pub(super) storages: &'r Storages,
    pub(super) refusals: &'r Refusals,
    pub(super) uploads: &'r Uploads,
    pub(super) storage: Option<&'r StorageScope>,
    pub(super) is_chosen_by_row: bool,
    /// An address was read that is reached through the storage.
    pub(super) is_in_storage: bool,
    pub(super) text: &'r mut String,
    pub(super) neighbour: &'r mut Neighbour,
    pub(super) sources: &'r mut Sources,
    pub(super) notices: &'r mut Vec<RowProblem>,
    pub(super) problems: &'r mut Vec<RowProblem>,
}

impl<'r> Reading<'r> {
    /// The address of the asset, which most often is kept as it was written.
    pub(super) fn data(&mut self, written: String) -> String {
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
    pub(super) fn pages(&mut self, pages: &[String]) -> (String, Vec<String>) {
        let mut kept = Vec::with_capacity(pages.len());
        for (number, page) in pages.iter().enumerate() {
            let place = format!("page {}: ", number + 1);
            kept.extend(self.address("dataset", &place, page).map(str::to_owned));
        }
        (kept.first().cloned().unwrap_or_default(), kept)
    }

    /// What a browser would open beside the asset must be an address as well; it is kept as it was written.
    pub(super) fn attachment(&mut self, text: &str) {
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

/// What to say of a storage that is not there.
pub(super) fn unknown_storage(named: &str) -> String {
    format!(
        "the organization has no storage \"{named}\"; name one of its storages by id or name, or leave it out"
    )
}
