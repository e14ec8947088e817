//! Reads the JSON of a category schema into its view, and names everything that is wrong with it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    CATEGORIES_MAX, Category, CategorySchema, JSON_DEPTH_MAX, LISTS, NESTING_MAX, PATTERN_BYTES_MAX,
    PATTERNS_MAX, Pattern, Role, TITLE_BYTES_MAX, WORD_BYTES_MAX, parse_color,
};
use crate::newtype::excerpt;
use crate::problem::{Path, Problem, is_deeper_than, kind_of};

type Object = Map<String, Value>;

/// How closely it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Everything, regular expressions included.
    Checked,
    /// Only what the view needs: it was looked at before.
    Trusted,
}

pub(super) struct Reader {
    care: Care,
    categories: Vec<Category>,
    by_id: HashMap<String, usize>,
    pub(super) problems: Vec<Problem>,
    pub(super) options: usize,
    patterns: usize,
}

impl Reader {
    pub(super) fn new(care: Care) -> Self {
        Self {
            care,
            categories: Vec::new(),
            by_id: HashMap::new(),
            problems: Vec::new(),
            options: 0,
            patterns: 0,
        }
    }

    pub(super) fn finish(self) -> (CategorySchema, Vec<Problem>) {
        let schema = CategorySchema {
            categories: self.categories,
            by_id: self.by_id,
        };
        (schema, self.problems)
    }

    pub(super) fn read(&mut self, value: &Value) {
        let root = Path::Root;
        let Some(object) = value.as_object() else {
            let message = format!(
                "a schema is an object with the lists tools, classifications and relations; this is {}",
                kind_of(value)
            );
            self.refuse(&root, "schema.not_object", message);
            return;
        };
        if is_deeper_than(value, JSON_DEPTH_MAX) {
            let message = format!("the schema is nested deeper than {JSON_DEPTH_MAX} levels; flatten it");
            self.refuse(&root, "schema.too_deep", message);
            return;
        }
        for (name, role) in LISTS {
            self.categories_of(object, &root, name, role, None, 0);
        }
    }

    /// Reads a list of categories and gives where they went.
    fn categories_of(
        &mut self,
        holder: &Object,
        above: &Path<'_>,
        name: &str,
        role: Role,
        parent: Option<usize>,
        depth: usize,
    ) -> Vec<usize> {
        let path = above.field(name);
        let mut places = Vec::new();
        let list = self.list(holder, name, &path);
        if !list.is_empty() && depth > NESTING_MAX {
            let message = format!("questions are nested in more than {NESTING_MAX} levels; flatten them");
            self.refuse(&path, "schema.too_deep", message);
            return places;
        }
        for (at, value) in list.iter().enumerate() {
            let path = path.index(at);
            match value.as_object() {
                Some(object) => places.extend(self.category(object, &path, role, parent, depth)),
                None => {
                    let message = format!(
                        "an object with tool, title and schemaId must be here, not {}",
                        kind_of(value)
                    );
                    self.refuse(&path, "schema.wrong_type", message);
                }
            }
        }
        places
    }

    fn category(
        &mut self,
        object: &Object,
        path: &Path<'_>,
        role: Role,
        parent: Option<usize>,
        depth: usize,
    ) -> Option<usize> {
        let place = self.categories.len();
        if place >= CATEGORIES_MAX {
            let message =
                format!("the schema has more than {CATEGORIES_MAX} tools, classifications and relations");
            self.refuse(path, "schema.too_many", message);
            return None;
        }
        let kind = self
            .text(object, "tool", path, WORD_BYTES_MAX)
            .unwrap_or_default();
        if kind.is_empty()
            && !object
                .get("tool")
                .is_some_and(|tool| !tool.is_null() && !tool.is_string())
        {
            let message = "its kind is missing: write it as tool, such as polygon, radio or one-to-one";
            self.refuse(&path.field("tool"), "schema.kind_missing", message);
        }
        let schema_id = self
            .text(object, "schemaId", path, WORD_BYTES_MAX)
            .unwrap_or_default();
        let title = self.title(object, path);
        let color = self.color(object, path);
        let shortcut_key = self.text(object, "shortcutKey", path, WORD_BYTES_MAX);
        let is_required = self.flag(object, "required", path);
        let is_column_field = self.flag(object, "columnField", path);
        let options = self.options(object, path);
        let parent_option = self.text(object, "parentOptionId", path, WORD_BYTES_MAX);
        let pattern = self.pattern(object, path);
        self.categories.push(Category {
            role,
            kind: kind.to_owned(),
            schema_id: schema_id.to_owned(),
            title,
            is_required,
            is_column_field,
            color,
            shortcut_key: shortcut_key.filter(|key| !key.is_empty()).map(str::to_owned),
            options,
            parent_option: parent_option.filter(|id| !id.is_empty()).map(str::to_owned),
            pattern,
            parent,
            children: Vec::new(),
        });
        self.register(schema_id, place, path);
        let nested = Role::Classification;
        let children = self.categories_of(object, path, "classifications", nested, Some(place), depth + 1);
        if let Some(category) = self.categories.get_mut(place) {
            category.children = children;
        }
        Some(place)
    }

    /// Ids are how answers name what they answer: each stands for one category.
    fn register(&mut self, schema_id: &str, place: usize, path: &Path<'_>) {
        if schema_id.is_empty() {
            return;
        }
        if self.by_id.contains_key(schema_id) {
            let message = format!(
                "the schemaId \"{}\" is there twice: give each tool, classification and relation its own",
                excerpt(schema_id)
            );
            self.refuse(&path.field("schemaId"), "schema.duplicate_id", message);
        } else {
            self.by_id.insert(schema_id.to_owned(), place);
        }
    }

    /// The SDK sends an empty title where its user gave none.
    fn title(&mut self, object: &Object, path: &Path<'_>) -> String {
        if object.get("title").is_none_or(Value::is_null) {
            self.refuse(
                &path.field("title"),
                "schema.title_missing",
                "its title is missing",
            );
        }
        let title = self.text(object, "title", path, TITLE_BYTES_MAX);
        title.unwrap_or_default().to_owned()
    }

    fn color(&mut self, object: &Object, path: &Path<'_>) -> Option<[u8; 3]> {
        let text = self.text(object, "color", path, WORD_BYTES_MAX)?;
        let color = parse_color(text);
        if color.is_none() && !text.is_empty() {
            let message = format!("\"{}\" is no colour: write it as #RRGGBB", excerpt(text));
            self.refuse(&path.field("color"), "schema.bad_color", message);
        }
        color
    }

    fn pattern(&mut self, object: &Object, path: &Path<'_>) -> Option<Pattern> {
        let text = self.text(object, "regex", path, PATTERN_BYTES_MAX)?;
        if text.is_empty() {
            return None;
        }
        self.patterns += 1;
        if self.care == Care::Trusted {
            return Some(Pattern::trusted(text));
        }
        let path = path.field("regex");
        if self.patterns > PATTERNS_MAX {
            let message = format!("the schema has more than {PATTERNS_MAX} regular expressions");
            self.refuse(&path, "schema.too_many", message);
            return None;
        }
        Pattern::checked(text)
            .map_err(|message| self.refuse(&path, "schema.bad_regex", message))
            .ok()
    }
}
