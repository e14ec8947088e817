//! What schema ids stand for: the titles of classes and questions, and the values of options.

use std::collections::HashMap;

use insitu_model::schema::{Category, CategorySchema};

/// What an object is called whose class the schema does not have any more.
pub const UNKNOWN: &str = "Unknown";

/// The categories of a schema by their ids.
#[derive(Debug, Default)]
pub struct Classes {
    by_id: HashMap<String, Class>,
}

/// A class of objects, a question or a kind of relation.
#[derive(Debug)]
pub struct Class {
    pub title: String,
    /// Values by the ids of options.
    options: HashMap<String, String>,
}

impl Classes {
    /// The categories of this schema, nested ones included.
    pub fn of(schema: &CategorySchema) -> Self {
        let mut classes = Self::default();
        for category in schema
            .tools()
            .chain(schema.classifications())
            .chain(schema.relations())
        {
            classes.add(schema, category);
        }
        classes
    }

    /// The category with this schema id.
    pub fn find(&self, schema_id: &str) -> Option<&Class> {
        self.by_id.get(schema_id)
    }

    fn add(&mut self, schema: &CategorySchema, category: &Category) {
        let options = category.options.iter();
        let class = Class {
            title: category.title.clone(),
            options: options
                .map(|option| (option.schema_id.clone(), option.value.clone()))
                .collect(),
        };
        self.by_id.insert(category.schema_id.clone(), class);
        for child in schema.children(category) {
            self.add(schema, child);
        }
    }
}

/// The classes of objects in the order of their schema, counted from 1. Objects of all other classes share the number
/// behind the last.
#[derive(Debug, Default)]
pub struct Numbered {
    pub classes: Vec<NumberedClass>,
    by_id: HashMap<String, usize>,
}

/// A class of objects.
#[derive(Debug)]
pub struct NumberedClass {
    pub schema_id: String,
    pub title: String,
    /// `#rrggbb`
    pub color: Option<String>,
}

impl Numbered {
    /// The classes of this schema, whatever their tool.
    pub fn of(schema: &CategorySchema) -> Self {
        let mut numbered = Self::default();
        for tool in schema.tools() {
            numbered.classes.push(NumberedClass {
                schema_id: tool.schema_id.clone(),
                title: tool.label().to_owned(),
                color: tool.color.map(|[r, g, b]| format!("#{r:02x}{g:02x}{b:02x}")),
            });
            let number = numbered.classes.len();
            numbered.by_id.entry(tool.schema_id.clone()).or_insert(number);
        }
        numbered
    }

    /// The number of the class with this schema id.
    pub fn number(&self, schema_id: &str) -> usize {
        self.by_id
            .get(schema_id)
            .copied()
            .unwrap_or_else(|| self.unknown())
    }

    /// The number of all classes that the schema does not have.
    pub fn unknown(&self) -> usize {
        self.classes.len() + 1
    }
}

impl Class {
    /// The value of the option with this id; what is no option is somebody's own words.
    pub fn value<'a>(&'a self, answer: &'a str) -> &'a str {
        self.options.get(answer).map_or(answer, String::as_str)
    }
}
