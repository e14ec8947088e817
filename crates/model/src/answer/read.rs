//! Reads the JSON of an answer, and refuses what could not be worked with later.

use serde_json::Value;

use super::shape::read_geometry;
use super::{ANSWER_BYTES_MAX, ANSWER_DEPTH_MAX, Answer, Drawn, Fields, ID_BYTES_MAX, MEMBERS_MAX};
use crate::problem::{Path, Problem, is_deeper_than, kind_of};

impl Answer {
    /// Reads an answer, its objects called `objects` or `tools`. The first thing that is wrong refuses it.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let root = Path::Root;
        if text.len() > ANSWER_BYTES_MAX {
            let message = format!(
                "the answer has {} bytes of JSON; {ANSWER_BYTES_MAX} at most",
                text.len()
            );
            return Err(Problem::refused(&root, "answer.too_large", message));
        }
        let value = serde_json::from_str(text).map_err(|error| {
            let message = format!("the answer is not JSON: {error}");
            Problem::refused(&root, "answer.not_json", message)
        })?;
        Self::from_value(value)
    }

    /// The same for JSON that is parsed already; whoever parsed it bounded its size.
    pub fn from_value(value: Value) -> Result<Self, Problem> {
        let root = Path::Root;
        if is_deeper_than(&value, ANSWER_DEPTH_MAX) {
            let message = format!("the answer is nested deeper than {ANSWER_DEPTH_MAX} levels; flatten it");
            return Err(Problem::refused(&root, "answer.too_deep", message));
        }
        let mut rest = into_fields(
            value,
            &root,
            "an answer is an object with the lists objects, classifications and relations",
        )?;
        let (objects_name, objects) = take_objects(&mut rest)?;
        let classifications = take_list(&mut rest, "classifications")?;
        let relations = take_list(&mut rest, "relations")?;
        Ok(Self {
            objects: members(objects, objects_name, |fields, path| {
                check_named(&fields, path)?;
                Ok(Drawn {
                    geometry: read_geometry(&fields, path)?,
                    fields,
                })
            })?,
            classifications: members(classifications, "classifications", |fields, path| {
                check_classification(&fields, path)?;
                Ok(fields)
            })?,
            relations: members(relations, "relations", |fields, path| {
                check_relation(&fields, path)?;
                Ok(fields)
            })?,
            rest,
            objects_name,
        })
    }
}

/// The list of objects by the name that it has; an empty one under the other name is left out.
fn take_objects(rest: &mut Fields) -> Result<(&'static str, Vec<Value>), Problem> {
    let objects = take_list(rest, "objects")?;
    let tools = take_list(rest, "tools")?;
    match (objects.is_empty(), tools.is_empty()) {
        (false, false) => {
            let message = "objects and tools are two names of one list, and both are given; send one of them";
            Err(Problem::refused(
                &Path::Root.field("tools"),
                "answer.objects_and_tools",
                message,
            ))
        }
        (true, false) => Ok(("tools", tools)),
        _ => Ok(("objects", objects)),
    }
}

fn take_list(rest: &mut Fields, name: &'static str) -> Result<Vec<Value>, Problem> {
    let root = Path::Root;
    let path = root.field(name);
    match rest.shift_remove(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() > MEMBERS_MAX => {
            let message = format!("the list has {} members; {MEMBERS_MAX} at most", list.len());
            Err(Problem::refused(&path, "answer.too_many", message))
        }
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(wrong_type(&path, "a list", &other)),
    }
}

fn members<T>(
    list: Vec<Value>,
    name: &'static str,
    read: impl Fn(Fields, &Path<'_>) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let root = Path::Root;
    let path = root.field(name);
    list.into_iter()
        .enumerate()
        .map(|(at, value)| {
            let path = path.index(at);
            read(into_fields(value, &path, "an object must be here")?, &path)
        })
        .collect()
}

fn into_fields(value: Value, path: &Path<'_>, what: &str) -> Result<Fields, Problem> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => {
            let message = format!("{what}; this is {}", kind_of(&other));
            Err(Problem::refused(path, "answer.wrong_type", message))
        }
    }
}

/// What objects, answers and relations share: ids, a title, and answers under them.
fn check_named(fields: &Fields, path: &Path<'_>) -> Result<(), Problem> {
    for name in ["schemaId", "objectId"] {
        check_text(fields, name, path, Some(ID_BYTES_MAX))?;
    }
    check_text(fields, "title", path, None)?;
    let path = path.field("classifications");
    match fields.get("classifications") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(list)) => list.iter().enumerate().try_for_each(|(at, value)| {
            let path = path.index(at);
            match value.as_object() {
                Some(fields) => check_classification(fields, &path),
                None => Err(wrong_type(&path, "an object", value)),
            }
        }),
        Some(other) => Err(wrong_type(&path, "a list", other)),
    }
}

fn check_classification(fields: &Fields, path: &Path<'_>) -> Result<(), Problem> {
    check_named(fields, path)?;
    let path = path.field("answer");
    match fields.get("answer") {
        Some(object @ Value::Object(_)) => {
            Err(wrong_type(&path, "text, a list of texts, true or false", object))
        }
        Some(Value::Array(list)) => match list
            .iter()
            .position(|value| value.is_array() || value.is_object())
        {
            Some(at) => Err(wrong_type(&path.index(at), "text", &list[at])),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn check_relation(fields: &Fields, path: &Path<'_>) -> Result<(), Problem> {
    check_named(fields, path)?;
    for name in ["from", "to", "direction"] {
        check_text(fields, name, path, Some(ID_BYTES_MAX))?;
    }
    let path = path.field("group");
    match fields.get("group") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(list)) => match list.iter().position(|value| !value.is_string()) {
            Some(at) => Err(wrong_type(
                &path.index(at),
                "the objectId of an object",
                &list[at],
            )),
            None => Ok(()),
        },
        Some(other) => Err(wrong_type(&path, "a list", other)),
    }
}

fn check_text(
    fields: &Fields,
    name: &str,
    above: &Path<'_>,
    bytes_max: Option<usize>,
) -> Result<(), Problem> {
    match (fields.get(name), bytes_max) {
        (None | Some(Value::Null), _) | (Some(Value::String(_)), None) => Ok(()),
        (Some(Value::String(text)), Some(most)) if text.len() > most => {
            let message = format!("the text has {} bytes; {most} at most", text.len());
            Err(Problem::refused(
                &above.field(name),
                "answer.text_too_long",
                message,
            ))
        }
        (Some(Value::String(_)), Some(_)) => Ok(()),
        (Some(other), _) => Err(wrong_type(&above.field(name), "text", other)),
    }
}

pub(super) fn wrong_type(path: &Path<'_>, wanted: &str, found: &Value) -> Problem {
    let message = format!("{wanted} must be here, not {}", kind_of(found));
    Problem::refused(path, "answer.wrong_type", message)
}
