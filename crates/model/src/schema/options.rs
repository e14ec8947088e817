//! Reads what can be chosen: the options of a question, and the nodes of a tree as options with their whole path.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::read::Reader;
use super::{ChoiceOption, NESTING_MAX, OPTIONS_MAX, TITLE_BYTES_MAX, WORD_BYTES_MAX};
use crate::newtype::excerpt;
use crate::problem::Path;

type Object = Map<String, Value>;

/// What was read of one question.
#[derive(Default)]
struct Found {
    options: Vec<ChoiceOption>,
    ids: HashSet<String>,
    /// How deep in the tree.
    level: usize,
}

impl Reader {
    pub(super) fn options(&mut self, object: &Object, above: &Path<'_>) -> Vec<ChoiceOption> {
        let mut found = Found::default();
        self.tree(object, above, "treeOptions", "", &mut found);
        let has_tree = !found.options.is_empty();
        let path = above.field("options");
        for (at, value) in self.list(object, "options", &path).iter().enumerate() {
            let path = path.index(at);
            let Some(option) = self.object(value, &path, "an option is an object with value and schemaId")
            else {
                continue;
            };
            let value = self.required_text(option, "value", &path);
            let id = self
                .text(option, "schemaId", &path, WORD_BYTES_MAX)
                .unwrap_or_default();
            // The SDK repeats the nodes of a tree as options.
            if has_tree && found.ids.contains(id) {
                continue;
            }
            if !self.count_option(&path) {
                break;
            }
            self.add(id, value, &path.field("schemaId"), &mut found);
        }
        found.options
    }

    /// The nodes of a tree, parents before children.
    fn tree(&mut self, holder: &Object, above: &Path<'_>, name: &str, trunk: &str, found: &mut Found) {
        let path = above.field(name);
        let nodes = self.list(holder, name, &path);
        if !nodes.is_empty() && found.level >= NESTING_MAX {
            let message = format!("the tree has more than {NESTING_MAX} levels; flatten it");
            self.refuse(&path, "schema.too_deep", message);
            return;
        }
        for (at, value) in nodes.iter().enumerate() {
            let path = path.index(at);
            let what = "a node of a tree is an object with title, key and children";
            let Some(node) = self.object(value, &path, what) else {
                continue;
            };
            if !self.count_option(&path) {
                return;
            }
            let title = self.required_text(node, "title", &path);
            let value = if trunk.is_empty() {
                title
            } else {
                format!("{trunk} / {title}")
            };
            if value.len() > TITLE_BYTES_MAX {
                let message =
                    format!("the titles from the trunk to here have more than {TITLE_BYTES_MAX} bytes");
                self.refuse(&path.field("title"), "schema.text_too_long", message);
                continue;
            }
            let key = self.text(node, "key", &path, WORD_BYTES_MAX);
            let schema_id = self.text(node, "schemaId", &path, WORD_BYTES_MAX);
            let id = key.filter(|key| !key.is_empty()).or(schema_id);
            self.add(id.unwrap_or_default(), value.clone(), &path.field("key"), found);
            found.level += 1;
            self.tree(node, &path, "children", &value, found);
            found.level -= 1;
        }
    }

    fn add(&mut self, id: &str, value: String, path: &Path<'_>, found: &mut Found) {
        if !id.is_empty() && !found.ids.insert(id.to_owned()) {
            let message = format!(
                "the id \"{}\" is there twice: give each option of a question its own",
                excerpt(id)
            );
            self.refuse(path, "schema.duplicate_id", message);
        }
        found.options.push(ChoiceOption {
            schema_id: id.to_owned(),
            value,
        });
    }

    fn count_option(&mut self, path: &Path<'_>) -> bool {
        self.options += 1;
        // Said once; what comes behind is not looked at.
        if self.options == OPTIONS_MAX + 1 {
            let message = format!("the schema has more than {OPTIONS_MAX} options");
            self.refuse(path, "schema.too_many", message);
        }
        self.options <= OPTIONS_MAX
    }
}
