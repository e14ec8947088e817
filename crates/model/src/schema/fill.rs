//! Gives ids to what a schema's author left without one: answers need a name for everything that they answer.

use serde_json::{Map, Value};

use super::{LISTS, NESTING_MAX};
use crate::ambient::Random;
use crate::id::random_hex;

/// Fills every missing or empty `schemaId` of categories and options, and `key` of the nodes of trees, in place; how
/// many there were. What is no category is left as it is, for [`super::CategorySchema::from_value`] to refuse.
pub fn fill_ids(schema: &mut Value, random: &dyn Random) -> usize {
    LISTS
        .iter()
        .map(|(name, _)| fill_categories(schema, name, random, 0))
        .sum()
}

fn fill_categories(holder: &mut Value, list: &str, random: &dyn Random, depth: usize) -> usize {
    if depth > NESTING_MAX {
        return 0;
    }
    let mut filled = 0;
    for category in members(holder, list) {
        if let Some(object) = category.as_object_mut() {
            filled += fill_one(object, "schemaId", random);
        }
        filled += fill_tree(category, "treeOptions", random, 0);
        filled += members(category, "options")
            .filter_map(Value::as_object_mut)
            .map(|option| fill_one(option, "schemaId", random))
            .sum::<usize>();
        filled += fill_categories(category, "classifications", random, depth + 1);
    }
    filled
}

fn fill_tree(holder: &mut Value, list: &str, random: &dyn Random, depth: usize) -> usize {
    if depth > NESTING_MAX {
        return 0;
    }
    let mut filled = 0;
    for node in members(holder, list) {
        let is_named_otherwise = node
            .get("schemaId")
            .and_then(Value::as_str)
            .is_some_and(|id| !id.is_empty());
        if let Some(object) = node.as_object_mut().filter(|_| !is_named_otherwise) {
            filled += fill_one(object, "key", random);
        }
        filled += fill_tree(node, "children", random, depth + 1);
    }
    filled
}

fn fill_one(object: &mut Map<String, Value>, name: &str, random: &dyn Random) -> usize {
    let is_missing = match object.get(name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str() == Some(""),
    };
    if is_missing {
        object.insert(name.to_owned(), Value::String(random_hex(random)));
    }
    usize::from(is_missing)
}

fn members<'v>(holder: &'v mut Value, list: &str) -> impl Iterator<Item = &'v mut Value> {
    holder
        .get_mut(list)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}
