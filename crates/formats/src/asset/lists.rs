//! The properties that are lists of plain items: batches, attachments, and the pages of a dataset.

use super::problem::{RowProblem, codes};
use super::scalar::Scalar;
use super::{Attachment, AttachmentKind, Draft, JsonText};

impl Draft<'_> {
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

    pub(super) fn batches_from(&mut self, json: &JsonText) {
        for (index, item) in self.items(json).into_iter().enumerate() {
            match item {
                Scalar::Null => {}
                Scalar::Text(name) => self.batch(&name),
                other => self.refuse_item("batches", index, &other, "a batch's name"),
            }
        }
    }

    pub(super) fn pages_from(&mut self, json: &JsonText) {
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

    pub(super) fn attachments_from(&mut self, json: &JsonText) {
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
}
