//! A row being read: each property is checked as it comes, problems gather, and at the end it is an asset or refused.

use super::nested::{Origin, Shape, check};
use super::problem::{RowProblem, codes};
use super::scalar::Scalar;
use super::{AssetData, Attachment, AttachmentKind, Field, ImportedAsset, JsonText, Labels};
use crate::limits::Limits;

/// What the row gave so far. JSON and tables both fill it.
#[derive(Debug)]
pub(crate) struct Draft<'l> {
    pub limits: &'l Limits,
    problems: Vec<RowProblem>,
    pub notices: Vec<RowProblem>,
    data: Option<String>,
    data_was_given: bool,
    pages: Vec<String>,
    dataset_was_given: bool,
    external_id: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    metadata: Option<JsonText>,
    context_data: Option<JsonText>,
    batches: Vec<String>,
    attachments: Vec<Attachment>,
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

    /// One batch by name or id; no text is no batch, and a second time is once.
    pub fn batch(&mut self, name: &str) {
        let name = name.trim();
        if name.is_empty() || self.batches.iter().any(|known| known == name) {
            return;
        }
        if self.batches.len() == self.limits.batches {
            return self.refuse_too_many("batches", self.limits.batches);
        }
        let text = Scalar::Text(name.into());
        if let Some(name) = self.text("batches", text, self.limits.name_bytes) {
            self.batches.push(name);
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

    fn text(&mut self, field: &'static str, value: Scalar<'_>, limit_bytes: usize) -> Option<String> {
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

    fn dimension(&mut self, field: &'static str, value: &Scalar<'_>) -> Option<u32> {
        match dimension(value, self.limits.dimension_px) {
            Ok(pixels) => pixels,
            Err((code, found)) => {
                let limit = self.limits.dimension_px;
                let message = format!(
                    "`{field}` is {found}; it must be a whole number of pixels from 1 to {limit}: correct it or leave it out"
                );
                self.refuse(RowProblem::new(field, code, message));
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

    fn batches_from(&mut self, json: &JsonText) {
        for (index, item) in self.items(json).into_iter().enumerate() {
            match item {
                Scalar::Null => {}
                Scalar::Text(name) => self.batch(&name),
                other => self.refuse_item("batches", index, &other, "a batch's name"),
            }
        }
    }

    fn pages_from(&mut self, json: &JsonText) {
        self.dataset_was_given = true;
        let items = self.items(json);
        if items.len() > self.limits.pages {
            return self.refuse_too_many("dataset", self.limits.pages);
        }
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Scalar::Text(text) if text.trim().is_empty() => {
                    let message = format!("page {index} of `dataset` is empty; give its address");
                    self.refuse(RowProblem::new("dataset", codes::DATA_EMPTY, message));
                }
                item @ Scalar::Text(_) => {
                    let page = self.text("dataset", item, self.limits.data_bytes);
                    self.pages.extend(page);
                }
                other => self.refuse_item("dataset", index, &other, "an address"),
            }
        }
    }

    fn attachments_from(&mut self, json: &JsonText) {
        let items: Vec<serde_json::Value> = serde_json::from_str(json.as_str()).unwrap_or_default();
        if items.len() > self.limits.attachments {
            return self.refuse_too_many("attachments", self.limits.attachments);
        }
        for (index, item) in items.iter().enumerate() {
            let text = |name: &str| item.get(name).and_then(serde_json::Value::as_str);
            let kind = match text("type").map(str::to_ascii_uppercase).as_deref() {
                Some("IMAGE") => AttachmentKind::Image,
                Some("VIDEO") => AttachmentKind::Video,
                Some("TEXT") => AttachmentKind::Text,
                _ => {
                    let message = format!("attachment {index} needs a `type` that is IMAGE, VIDEO or TEXT");
                    self.refuse(RowProblem::new("attachments", codes::ATTACHMENT_TYPE, message));
                    continue;
                }
            };
            let Some(value) = text("value") else {
                let message = format!(
                    "attachment {index} needs a `value` that is text: an address, or the text itself"
                );
                self.refuse(RowProblem::new("attachments", codes::WRONG_TYPE, message));
                continue;
            };
            let value = Scalar::Text(value.into());
            if let Some(value) = self.text("attachments", value, self.limits.attachment_bytes) {
                self.attachments.push(Attachment { kind, value });
            }
        }
    }

    /// The items of a list that has been checked.
    fn items<'j>(&self, json: &'j JsonText) -> Vec<Scalar<'j>> {
        serde_json::from_str(json.as_str()).unwrap_or_default()
    }

    fn refuse_item(&mut self, field: &'static str, index: usize, found: &Scalar<'_>, wanted: &str) {
        let message = format!(
            "item {index} of `{field}` is {}; it must be {wanted}",
            found.kind()
        );
        self.refuse(RowProblem::new(field, codes::WRONG_TYPE, message));
    }

    fn refuse_too_many(&mut self, field: &'static str, limit: usize) {
        let message = format!("`{field}` has more than {limit} items; split the row or leave some out");
        let problem = RowProblem::new(field, codes::TOO_MANY, message);
        if !self.problems.contains(&problem) {
            self.refuse(problem);
        }
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

    /// Width and height of `metadata` count where the row gives none; what is no dimension there is left alone.
    fn dimensions_from_metadata(&mut self) {
        let Some(metadata) = self
            .metadata
            .as_ref()
            .filter(|_| self.width.is_none() || self.height.is_none())
        else {
            return;
        };
        let Ok(found) = serde_json::from_str::<Dimensions<'_>>(metadata.as_str()) else {
            return;
        };
        let limit = self.limits.dimension_px;
        for (field, value, kept) in [
            ("metadata.width", found.width, &mut self.width),
            ("metadata.height", found.height, &mut self.height),
        ] {
            if kept.is_some() {
                continue;
            }
            match value.map_or(Ok(None), |value| dimension(&value, limit)) {
                Ok(pixels) => *kept = pixels,
                Err((_, found)) => self.notices.push(RowProblem::new(
                    field,
                    codes::METADATA_DIMENSION_IGNORED,
                    format!("`{field}` is {found}, which is no number of pixels from 1 to {limit}; it is kept as metadata only"),
                )),
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Dimensions<'a> {
    #[serde(borrow)]
    width: Option<Scalar<'a>>,
    #[serde(borrow)]
    height: Option<Scalar<'a>>,
}

/// Pixels, nothing for null, or the code and what was found instead.
fn dimension(value: &Scalar<'_>, limit: u32) -> Result<Option<u32>, (&'static str, String)> {
    match value {
        Scalar::Null => Ok(None),
        Scalar::Whole(number) if *number < 1 => Err((codes::DIMENSION_NOT_POSITIVE, number.to_string())),
        Scalar::Whole(number) => match u32::try_from(*number) {
            Ok(pixels) if pixels <= limit => Ok(Some(pixels)),
            _ => Err((codes::DIMENSION_TOO_LARGE, number.to_string())),
        },
        Scalar::Float(number) if *number <= 0.0 => Err((codes::DIMENSION_NOT_POSITIVE, number.to_string())),
        Scalar::Float(number) if *number > f64::from(limit) => {
            Err((codes::DIMENSION_TOO_LARGE, format!("{number:e}")))
        }
        Scalar::Float(number) if number.fract() != 0.0 => {
            Err((codes::DIMENSION_FRACTIONAL, number.to_string()))
        }
        // In range and whole, so nothing is lost.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to a million"
        )]
        Scalar::Float(number) => Ok(Some(*number as u32)),
        other => Err((codes::WRONG_TYPE, other.kind().to_owned())),
    }
}
