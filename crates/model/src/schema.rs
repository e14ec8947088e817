//! What a project asks of its labelers: classes of objects, questions, and relations between objects.
//!
//! The JSON of a category schema is its author's and is kept as it was sent, unknown fields, kinds and order included.
//! Here is the view of it that answers are checked and read with.

mod fields;
mod fill;
mod options;
mod pattern;
mod read;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::Value;

pub use fill::fill_ids;
pub use pattern::{PATTERN_BYTES_MAX, Pattern};

use crate::problem::{Path, Problem};

/// Largest schema, in bytes of JSON.
pub const SCHEMA_BYTES_MAX: usize = 1024 * 1024;
/// Most tools, classifications and relations of a schema, nested ones included.
pub const CATEGORIES_MAX: usize = 5_000;
/// Most options of a schema, those of trees included.
pub const OPTIONS_MAX: usize = 20_000;
/// Most regular expressions of a schema.
pub const PATTERNS_MAX: usize = 200;
/// Deepest nesting of classifications in each other, and of the options of a tree.
pub const NESTING_MAX: usize = 16;
/// Longest title of a category and value of an option, in bytes; of a tree, the whole path to a node.
pub const TITLE_BYTES_MAX: usize = 1_000;
/// Longest schema id, kind and shortcut, in bytes.
pub const WORD_BYTES_MAX: usize = 255;
/// Deepest nesting of the JSON as a whole: a classification takes two levels, and so does an option of a tree.
const JSON_DEPTH_MAX: usize = 4 * NESTING_MAX;

words! {
    /// The kinds of tool that are known here; others are kept.
    ToolKind, "kind of tool" {
        BoundingBox = "bounding-box",
        RotatedBoundingBox = "rotated-bounding-box",
        Polygon = "polygon",
        Polyline = "polyline",
        Point = "point",
        Segmentation = "segmentation",
        Brush = "brush",
        Ner = "ner",
        Pdf = "pdf",
        PointCloud = "pct",
    }
}

words! {
    /// The kinds of question that are known here; others are kept.
    ClassificationKind, "kind of classification" {
        Radio = "radio",
        Checkbox = "checkbox",
        SingleDropdown = "single-dropdown",
        MultiDropdown = "multi-dropdown",
        TreeDropdown = "tree-dropdown",
        Text = "text",
        Boolean = "boolean",
        Instance = "instance",
        Rank = "rank",
    }
}

words! {
    /// The kinds of relation that are known here; others are kept.
    RelationKind, "kind of relation" {
        OneToOne = "one-to-one",
        OneToMany = "one-to-many",
        Group = "group",
    }
}

/// Which of the three lists a category is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Tool,
    Classification,
    Relation,
}

/// The names of the three lists, in the order of [`Role`].
const LISTS: [(&str, Role); 3] = [
    ("tools", Role::Tool),
    ("classifications", Role::Classification),
    ("relations", Role::Relation),
];

/// A class of objects, a question, or a kind of relation.
#[derive(Debug, Clone)]
pub struct Category {
    pub role: Role,
    /// The `tool` of the JSON: a word of [`ToolKind`], [`ClassificationKind`] or [`RelationKind`], or an unknown one.
    pub kind: String,
    /// Empty where the author gave none and the hub has not filled it yet.
    pub schema_id: String,
    /// May be empty.
    pub title: String,
    pub is_required: bool,
    /// `columnField`, which answers repeat.
    pub is_column_field: bool,
    pub color: Option<[u8; 3]>,
    pub shortcut_key: Option<String>,
    /// What can be chosen. The options of a tree are its leaves and inner nodes, with values such as `Trunk / Branch`.
    pub options: Vec<ChoiceOption>,
    /// The option that makes this question appear.
    pub parent_option: Option<String>,
    pub pattern: Option<Pattern>,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOption {
    pub schema_id: String,
    pub value: String,
}

/// The parsed view of a category schema.
#[derive(Debug, Clone, Default)]
pub struct CategorySchema {
    /// All of them, parents before children.
    categories: Vec<Category>,
    by_id: HashMap<String, usize>,
}

impl CategorySchema {
    /// Reads a schema that somebody sends; every problem is named, up to [`crate::problem::PROBLEMS_MAX`].
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let root = Path::Root;
        if text.len() > SCHEMA_BYTES_MAX {
            let message = format!(
                "the schema has {} bytes of JSON; {SCHEMA_BYTES_MAX} at most",
                text.len()
            );
            return Err(vec![Problem::refused(&root, "schema.too_large", message)]);
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let message = format!("the schema is not JSON: {error}");
            vec![Problem::refused(&root, "schema.not_json", message)]
        })?;
        Self::from_value(&value)
    }

    /// The same for JSON that is parsed already.
    pub fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut reader = read::Reader::new(read::Care::Checked);
        reader.read(value);
        let (schema, problems) = reader.finish();
        if problems.is_empty() {
            Ok(schema)
        } else {
            Err(problems)
        }
    }

    /// Reads a schema that was accepted once. What this version would not accept any more is left out of the view, so
    /// that no answer depends on it.
    pub fn stored(text: &str) -> Self {
        let mut reader = read::Reader::new(read::Care::Trusted);
        reader.read(&serde_json::from_str(text).unwrap_or_default());
        reader.finish().0
    }

    /// The classes of objects, in order.
    pub fn tools(&self) -> impl Iterator<Item = &Category> {
        self.roots(Role::Tool)
    }

    /// The questions about the asset as a whole, in order.
    pub fn classifications(&self) -> impl Iterator<Item = &Category> {
        self.roots(Role::Classification)
    }

    /// The kinds of relation, in order.
    pub fn relations(&self) -> impl Iterator<Item = &Category> {
        self.roots(Role::Relation)
    }

    /// The questions right under a category, in order.
    pub fn children<'a>(&'a self, category: &'a Category) -> impl Iterator<Item = &'a Category> {
        category.children.iter().filter_map(|at| self.categories.get(*at))
    }

    /// What a question is asked under: a class, a relation or another question.
    pub fn parent(&self, category: &Category) -> Option<&Category> {
        self.categories.get(category.parent?)
    }

    /// The category with this schema id, nested or not.
    pub fn find(&self, schema_id: &str) -> Option<&Category> {
        self.categories.get(*self.by_id.get(schema_id)?)
    }

    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        self.categories.is_empty()
    }

    fn roots(&self, role: Role) -> impl Iterator<Item = &Category> {
        self.categories
            .iter()
            .filter(move |category| category.role == role && category.parent.is_none())
    }
}

impl Category {
    /// The kind of a tool, if it is one and known.
    pub fn tool_kind(&self) -> Option<ToolKind> {
        (self.role == Role::Tool)
            .then(|| self.kind.parse().ok())
            .flatten()
    }

    /// The kind of a classification, if it is one and known.
    pub fn classification_kind(&self) -> Option<ClassificationKind> {
        (self.role == Role::Classification)
            .then(|| self.kind.parse().ok())
            .flatten()
    }

    /// Whether people can give what it asks for: with a tool that draws the class, or in the form of the question. What
    /// only a program can give may be there, and is never waited for.
    pub fn is_within_reach(&self) -> bool {
        match self.role {
            Role::Tool => matches!(
                self.tool_kind(),
                Some(ToolKind::BoundingBox | ToolKind::Polygon | ToolKind::Polyline | ToolKind::Point)
            ),
            Role::Classification => match self.classification_kind() {
                Some(ClassificationKind::Text | ClassificationKind::Boolean) => true,
                Some(ClassificationKind::Rank) => false,
                _ => !self.options.is_empty(),
            },
            Role::Relation => false,
        }
    }

    /// The option with this schema id.
    pub fn option(&self, schema_id: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.schema_id == schema_id)
    }

    /// What people call it: its title, or its kind where it has none.
    pub fn label(&self) -> &str {
        if self.title.is_empty() {
            &self.kind
        } else {
            &self.title
        }
    }
}

/// Reads `#RRGGBB` or `#RGB`.
pub fn parse_color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?.as_bytes();
    let digit = |at: usize| -> Option<u8> {
        let value = char::from(*digits.get(at)?).to_digit(16)?;
        u8::try_from(value).ok()
    };
    match digits.len() {
        3 => Some([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17]),
        6 => Some([
            digit(0)? * 16 + digit(1)?,
            digit(2)? * 16 + digit(3)?,
            digit(4)? * 16 + digit(5)?,
        ]),
        _ => None,
    }
}
