//! Fields of one type in the JSON of a category schema, with what to say where there is something else.

use serde_json::{Map, Value};

use super::TITLE_BYTES_MAX;
use super::read::Reader;
use crate::problem::{PROBLEMS_MAX, Path, Problem, kind_of};

type Object = Map<String, Value>;

impl Reader {
    pub(super) fn list<'v>(&mut self, holder: &'v Object, name: &str, path: &Path<'_>) -> &'v [Value] {
        match holder.get(name) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => list,
            Some(other) => {
                let message = format!("a list must be here, not {}", kind_of(other));
                self.refuse(path, "schema.wrong_type", message);
                &[]
            }
        }
    }

    pub(super) fn object<'v>(&mut self, value: &'v Value, path: &Path<'_>, what: &str) -> Option<&'v Object> {
        if !value.is_object() {
            let message = format!("{what}; this is {}", kind_of(value));
            self.refuse(path, "schema.wrong_type", message);
        }
        value.as_object()
    }

    pub(super) fn text<'v>(
        &mut self,
        holder: &'v Object,
        name: &str,
        above: &Path<'_>,
        bytes_max: usize,
    ) -> Option<&'v str> {
        match holder.get(name)? {
            Value::Null => None,
            Value::String(text) if text.len() > bytes_max => {
                let message = format!("the text has {} bytes; {bytes_max} at most", text.len());
                self.refuse(&above.field(name), "schema.text_too_long", message);
                None
            }
            Value::String(text) => Some(text),
            other => {
                let message = format!("text must be here, not {}", kind_of(other));
                self.refuse(&above.field(name), "schema.wrong_type", message);
                None
            }
        }
    }

    pub(super) fn required_text(&mut self, holder: &Object, name: &str, above: &Path<'_>) -> String {
        if holder.get(name).is_none_or(Value::is_null) {
            let message = format!("its {name} is missing");
            self.refuse(&above.field(name), "schema.value_missing", message);
        }
        let text = self.text(holder, name, above, TITLE_BYTES_MAX);
        text.unwrap_or_default().to_owned()
    }

    pub(super) fn flag(&mut self, holder: &Object, name: &str, above: &Path<'_>) -> bool {
        match holder.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_set)) => *is_set,
            Some(other) => {
                let message = format!("true or false must be here, not {}", kind_of(other));
                self.refuse(&above.field(name), "schema.wrong_type", message);
                false
            }
        }
    }

    pub(super) fn refuse(&mut self, path: &Path<'_>, code: &'static str, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::refused(path, code, message));
        }
    }
}
