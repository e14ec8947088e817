//! Writes an answer: as it is stored, and as exports show it.

use serde_json::{Value, json};

use super::{Answer, Fields, text};
use crate::schema::CategorySchema;

/// What exports call an object whose class the schema has no more, and that was stored without a title.
const UNKNOWN_TITLE: &str = "Unknown";

impl Answer {
    /// The JSON that is stored and that clients read: `{"tools": […], "classifications": […], "relations": […], …}`.
    pub fn to_stored(&self) -> String {
        self.to_value().to_string()
    }

    /// The same, not yet written out.
    pub fn to_value(&self) -> Value {
        let tools = self.objects.iter().map(|drawn| drawn.fields.clone()).collect();
        self.assemble(tools, self.classifications.clone(), self.relations.clone())
    }

    /// The answer as exports show it: with the titles that the schema has now, the `tool` and `columnField` of
    /// questions, and options by value. An option that the schema has no more stays the id that it is.
    pub fn to_exported(&self, schema: &CategorySchema) -> Value {
        let tools = self
            .objects
            .iter()
            .map(|drawn| named(&drawn.fields, schema))
            .collect();
        let classifications = self
            .classifications
            .iter()
            .map(|fields| classification(fields, schema))
            .collect();
        let relations = self
            .relations
            .iter()
            .map(|fields| named(fields, schema))
            .collect();
        self.assemble(tools, classifications, relations)
    }

    fn assemble(&self, tools: Vec<Fields>, classifications: Vec<Fields>, relations: Vec<Fields>) -> Value {
        let mut answer = Fields::new();
        for (name, list) in [
            ("tools", tools),
            ("classifications", classifications),
            ("relations", relations),
        ] {
            let list = list.into_iter().map(Value::Object).collect();
            answer.insert(name.to_owned(), Value::Array(list));
        }
        answer.extend(self.rest.clone());
        Value::Object(answer)
    }
}

/// An object or a relation with its class's title, and the answers under it as exports show them.
fn named(fields: &Fields, schema: &CategorySchema) -> Fields {
    let mut fields = fields.clone();
    let title = match schema.find(text(&fields, "schemaId")) {
        Some(class) => Some(class.title.as_str()),
        None if text(&fields, "title").is_empty() => Some(UNKNOWN_TITLE),
        None => None,
    };
    if let Some(title) = title {
        fields.insert("title".to_owned(), json!(title));
    }
    if let Some(list) = fields.get_mut("classifications").and_then(Value::as_array_mut) {
        for value in list {
            if let Some(nested) = value.as_object() {
                *value = Value::Object(classification(nested, schema));
            }
        }
    }
    fields
}

fn classification(fields: &Fields, schema: &CategorySchema) -> Fields {
    let mut written = named(fields, schema);
    let Some(question) = schema.find(text(fields, "schemaId")) else {
        return written;
    };
    written.insert("tool".to_owned(), json!(question.kind));
    written.insert("columnField".to_owned(), json!(question.is_column_field));
    let to_value = |choice: &mut Value| {
        let option = choice.as_str().and_then(|id| question.option(id));
        if let Some(option) = option {
            *choice = json!(option.value);
        }
    };
    match written.get_mut("answer") {
        Some(Value::Array(list)) => list.iter_mut().for_each(to_value),
        Some(one) => std::iter::once(one).for_each(to_value),
        None => {}
    }
    written
}
