//! A row being read: each property is checked as it comes, problems gather, and at the end it is an asset or refused.

use super::nested::{Origin, Shape, check};
use super::problem::{RowProblem, codes};
use super::scalar::Scalar;
use super::{AssetData, Attachment, Field, ImportedAsset, JsonText, Labels};
use crate::limits::Limits;

/// What the row gave so far. JSON and tables both fill it.
#[derive(Debug)]
pub(crate) struct Draft<'l> {
    pub limits: &'l Limits,
    pub(super) problems: Vec<RowProblem>,
    pub notices: Vec<RowProblem>,
    data: Option<String>,
    data_was_given: bool,
    pub(super) pages: Vec<String>,
    pub(super) dataset_was_given: bool,
    external_id: Option<String>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) metadata: Option<JsonText>,
    context_data: Option<JsonText>,
    pub(super) batches: Vec<String>,
    pub(super) attachments: Vec<Attachment>,
    storage: Option<String>,
    priority: Option<i16>,
    labels: Labels,
}

impl<'l> Draft<'l> {
    pub fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            problems: Vec::new(),
            notices: Vec::new(),
            data: None,
            data_was_given: false,
            pages: Vec::new(),
            dataset_was_given: false,
            external_id: None,
            width: None,
            height: None,
            metadata: None,
            context_data: None,
            batches: Vec::new(),
            attachments: Vec::new(),
            storage: None,
            priority: None,
            labels: Labels::default(),
        }
    }

    pub fn refuse(&mut self, problem: RowProblem) {
        if self.problems.len() < self.limits.problems {
            self.problems.push(problem);
        }
    }

    /// A property that is one value.
    pub fn simple(&mut self, field: Field, value: Scalar<'_>) {
        match field {
            Field::Data => self.data(value),
            Field::ExternalId => self.external_id(value),
            Field::Width => self.width = self.dimension("width", &value),
            Field::Height => self.height = self.dimension("height", &value),
            Field::Storage => {
                self.storage = self
                    .text("storage", value, self.limits.name_bytes)
                    .filter(|id| !id.is_empty());
            }
            Field::Priority => self.priority(&value),
            _ => {}
        }
    }

    /// A property that is JSON of its own.
    pub fn nested(&mut self, field: Field, text: &str, origin: Origin) {
        let (shape, limit_bytes) = match field {
            Field::Metadata | Field::ContextData => (Shape::Object, self.limits.json_bytes),
            Field::Dataset => (Shape::List, self.limits.element_bytes),
            _ => (Shape::List, self.limits.labels_bytes),
        };
        let json = match check(field.name(), text, shape, limit_bytes, origin) {
            Ok(Some(json)) => json,
            Ok(None) => return,
            Err(problem) => return self.refuse(problem),
        };
        match field {
            Field::Metadata => self.metadata = Some(json),
            Field::ContextData => self.context_data = Some(json),
            Field::Batches => self.batches_from(&json),
            Field::Attachments => self.attachments_from(&json),
            Field::Dataset => self.pages_from(&json),
            Field::Classifications => self.labels.classifications = Some(json),
            Field::Relations => self.labels.relations = Some(json),
            Field::Objects | Field::Tools => self.objects(json),
            _ => {}
        }
    }

    /// The asset, or every reason against it, and the notices.
    pub fn finish(mut self) -> (Result<ImportedAsset, Vec<RowProblem>>, Vec<RowProblem>) {
        let data = self.asset_data();
        self.dimensions_from_metadata();
        let Some(data) = data.filter(|_| self.problems.is_empty()) else {
            return (Err(self.problems), self.notices);
        };
        let asset = ImportedAsset {
            data,
            external_id: self.external_id,
            width: self.width,
            height: self.height,
            metadata: self.metadata,
            context_data: self.context_data,
            batches: self.batches,
            attachments: self.attachments,
            storage: self.storage,
            priority: self.priority,
            labels: self.labels,
        };
        (Ok(asset), self.notices)
    }

    /// Only the problems, where the row broke off: what it did not give is not held against it.
    pub fn give_up(self) -> (Result<ImportedAsset, Vec<RowProblem>>, Vec<RowProblem>) {
        (Err(self.problems), self.notices)
    }

    fn data(&mut self, value: Scalar<'_>) {
        self.data_was_given = value != Scalar::Null;
        match value {
            Scalar::Text(text) if text.trim().is_empty() => self.refuse(RowProblem::new(
                "data",
                codes::DATA_EMPTY,
                "`data` is empty; give the asset's address",
            )),
            value => self.data = self.text("data", value, self.limits.data_bytes),
        }
    }

    fn external_id(&mut self, value: Scalar<'_>) {
        let value = match value {
            Scalar::Whole(number) => Scalar::Text(number.to_string().into()),
            other => other,
        };
        let text = self.text("externalId", value, self.limits.external_id_bytes);
        self.external_id = text.filter(|id| !id.is_empty());
    }

    pub(super) fn text(
        &mut self,
        field: &'static str,
        value: Scalar<'_>,
        limit_bytes: usize,
    ) -> Option<String> {
        match value {
            Scalar::Null => None,
            Scalar::Text(text) if text.len() > limit_bytes => {
                let message = format!(
                    "`{field}` is {} bytes long; {limit_bytes} are allowed: shorten it",
                    text.len()
                );
                self.refuse(RowProblem::new(field, codes::TEXT_TOO_LONG, message));
                None
            }
            Scalar::Text(text) if memchr::memchr(0, text.as_bytes()).is_some() => {
                let message =
                    format!("`{field}` holds the character NUL (\\u0000), which cannot be stored; remove it");
                self.refuse(RowProblem::new(field, codes::NUL_CHARACTER, message));
                None
            }
            Scalar::Text(text) => Some(text.into_owned()),
            other => {
                let message = format!("`{field}` is {}; it must be text: put it in quotes", other.kind());
                self.refuse(RowProblem::new(field, codes::WRONG_TYPE, message));
                None
            }
        }
    }

    fn priority(&mut self, value: &Scalar<'_>) {
        let limit = i128::from(self.limits.priority);
        let number = match value {
            Scalar::Null => return,
            Scalar::Whole(number) if (-limit..=limit).contains(number) => i16::try_from(*number).ok(),
            _ => None,
        };
        if number.is_none() {
            let code = if matches!(value, Scalar::Whole(_)) {
                codes::PRIORITY_OUT_OF_RANGE
            } else {
                codes::WRONG_TYPE
            };
            let message = format!(
                "`priority` must be a whole number from -{limit} to {limit}; correct it or leave it out"
            );
            self.refuse(RowProblem::new("priority", code, message));
        }
        self.priority = number;
    }

    fn objects(&mut self, json: JsonText) {
        if self.labels.objects.is_some() {
            let message =
                "the row gives both `objects` and `tools`, which are two names of one list; keep one";
            return self.refuse(RowProblem::new("tools", codes::OBJECTS_AND_TOOLS, message));
        }
        self.labels.objects = Some(json);
    }

    fn asset_data(&mut self) -> Option<AssetData> {
        if !self.pages.is_empty() {
            if self.data_was_given {
                let message = "the row gives `data` and `dataset`; the pages of `dataset` are imported";
                self.notices
                    .push(RowProblem::new("data", codes::DATA_IGNORED, message));
            }
            return Some(AssetData::Pages(std::mem::take(&mut self.pages)));
        }
        if let Some(data) = self.data.take() {
            return Some(AssetData::Single(data));
        }
        if !self.data_was_given && self.problems.iter().all(|problem| problem.field != "dataset") {
            let (code, message) = if self.dataset_was_given {
                (codes::DATA_EMPTY, "`dataset` has no pages; give their addresses")
            } else {
                (
                    codes::DATA_MISSING,
                    "the row has no `data`; give the asset's address",
                )
            };
            self.refuse(RowProblem::new(
                if self.dataset_was_given { "dataset" } else { "data" },
                code,
                message,
            ));
        }
        None
    }
}
