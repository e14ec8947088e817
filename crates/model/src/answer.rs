//! What somebody answered about an asset: objects drawn on it, answers to questions, relations between objects.
//!
//! An answer is one JSON object with three lists. Clients send the objects as `objects` and read them as `tools`; both
//! names are understood, and one is stored. Fields that are not known here survive, in their order. Where a question
//! has options, a stored answer names options by schema id; lists that people write and exports name them by value.

mod check;
mod read;
mod resolve;
mod shape;
mod terms;
#[cfg(test)]
mod tests;
mod write;

use serde_json::{Map, Value};

use crate::ambient::Random;
use crate::geometry::Geometry;
use crate::id::random_hex;

pub use terms::{ANSWER_TERMS_MAX, Term, Terms};

/// Largest answer, in bytes of JSON.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most objects, classifications and relations of an answer, each.
pub const MEMBERS_MAX: usize = 100_000;
/// Deepest nesting of an answer's JSON.
pub const ANSWER_DEPTH_MAX: usize = 64;
/// Longest schema id and object id, in bytes.
pub const ID_BYTES_MAX: usize = 255;
/// Largest distance of a coordinate from the origin, in pixels: sums and products of such numbers stay exact enough.
pub const COORDINATE_MAX: f64 = 1e9;

/// The JSON of one object, classification or relation.
pub type Fields = Map<String, Value>;

/// An answer whose shape is right: its lists are lists, its coordinates finite numbers, its texts bounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    objects: Vec<Drawn>,
    classifications: Vec<Fields>,
    relations: Vec<Fields>,
    rest: Fields,
    /// What the list of objects was called by who sent it: for paths in problems.
    objects_name: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
struct Drawn {
    fields: Fields,
    geometry: Geometry,
}

/// One object as exports need it.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Empty where nobody gave one.
    pub object_id: &'a str,
    /// Empty where nobody gave one. The schema may not have it any more.
    pub schema_id: &'a str,
    /// The title that it was stored with; [`crate::schema::CategorySchema::find`] knows the present one.
    pub title: Option<&'a str>,
    /// The frame or the page of an asset with several, counted from 0.
    pub page: u64,
    pub geometry: &'a Geometry,
    /// All of its JSON.
    pub fields: &'a Fields,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            classifications: Vec::new(),
            relations: Vec::new(),
            rest: Fields::new(),
            objects_name: "objects",
        }
    }
}

impl Answer {
    /// The objects, in order: later ones lie over earlier ones.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = Object<'_>> {
        self.objects.iter().map(|drawn| Object {
            object_id: text(&drawn.fields, "objectId"),
            schema_id: text(&drawn.fields, "schemaId"),
            title: drawn.fields.get("title").and_then(Value::as_str),
            page: page(&drawn.fields),
            geometry: &drawn.geometry,
            fields: &drawn.fields,
        })
    }

    /// The answers to questions about the asset as a whole.
    pub fn classifications(&self) -> &[Fields] {
        &self.classifications
    }

    /// The relations between objects.
    pub fn relations(&self) -> &[Fields] {
        &self.relations
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.classifications.is_empty() && self.relations.is_empty()
    }

    /// Gives an `objectId` to every object and relation that has none.
    pub fn fill_object_ids(&mut self, random: &dyn Random) {
        let objects = self.objects.iter_mut().map(|drawn| &mut drawn.fields);
        for fields in objects.chain(&mut self.relations) {
            if text(fields, "objectId").is_empty() {
                fields.insert("objectId".to_owned(), Value::String(random_hex(random)));
            }
        }
    }
}

/// A text of the JSON, empty where there is none.
fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn page(fields: &Fields) -> u64 {
    fields.get("page").and_then(Value::as_u64).unwrap_or(0)
}

/// The answers to questions under an object, a relation or another answer.
fn nested(fields: &Fields) -> &[Value] {
    fields
        .get("classifications")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// What was chosen or typed, as the texts that it is made of: none, one, or a list.
fn chosen(fields: &Fields) -> impl Iterator<Item = &str> {
    let answer = fields.get("answer");
    let one = answer.and_then(Value::as_str);
    let many = answer.and_then(Value::as_array).into_iter().flatten();
    one.into_iter().chain(many.filter_map(Value::as_str))
}

/// Whether a question counts as answered: not by `null`, blank text or an empty list.
fn is_answered(fields: &Fields) -> bool {
    match fields.get("answer") {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    }
}
