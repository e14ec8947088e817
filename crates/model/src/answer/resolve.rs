//! Turns what people write into what is stored: titles into schema ids, values of options into theirs.

use serde_json::Value;

use super::{Answer, Fields, chosen, text};
use crate::geometry::Geometry;
use crate::newtype::excerpt;
use crate::problem::{Path, Problem, Severity};
use crate::schema::{Category, CategorySchema, Role, ToolKind};

impl Answer {
    /// Writes a `schemaId` wherever only a `title` is given, and the schema ids of options in place of their values.
    /// What has a `schemaId` keeps it.
    ///
    /// `unknown` says what becomes of a class, question or option that the schema does not have: a list that is
    /// imported is refused ([`Severity::Refused`]); an answer that is saved keeps it ([`Severity::Noticed`]), because
    /// the schema may have changed since it was drawn. A title or value that stands for two is refused always.
    pub fn resolve(&mut self, schema: &CategorySchema, unknown: Severity) -> Vec<Problem> {
        let mut resolver = Resolver {
            schema,
            unknown,
            problems: Vec::new(),
        };
        let root = Path::Root;
        let path = root.field(self.objects_name);
        for (at, drawn) in self.objects.iter_mut().enumerate() {
            resolver.object(&mut drawn.fields, &drawn.geometry, &path.index(at));
        }
        let path = root.field("classifications");
        for (at, fields) in self.classifications.iter_mut().enumerate() {
            let scope: Vec<_> = schema.classifications().collect();
            resolver.classification(fields, &scope, &path.index(at));
        }
        let path = root.field("relations");
        for (at, fields) in self.relations.iter_mut().enumerate() {
            let scope: Vec<_> = schema.relations().collect();
            let path = path.index(at);
            if let Some(category) = resolver.category(fields, &scope, Role::Relation, &path) {
                resolver.nested(fields, category, &path);
            }
        }
        resolver.problems
    }
}

/// Whether a class may hold an object of this shape; kinds that are not known hold anything.
pub(super) fn may_hold(class: &Category, geometry: &Geometry) -> bool {
    match (class.tool_kind(), geometry.tool()) {
        (None, _) => true,
        (Some(kind), Some(tool)) => kind == tool,
        (Some(kind), None) => matches!(
            kind,
            ToolKind::Brush | ToolKind::Ner | ToolKind::Pdf | ToolKind::PointCloud
        ),
    }
}

struct Resolver<'s> {
    schema: &'s CategorySchema,
    unknown: Severity,
    problems: Vec<Problem>,
}

impl<'s> Resolver<'s> {
    fn object(&mut self, fields: &mut Fields, geometry: &Geometry, path: &Path<'_>) {
        let scope: Vec<_> = self
            .schema
            .tools()
            .filter(|class| may_hold(class, geometry))
            .collect();
        let Some(class) = self.category(fields, &scope, Role::Tool, path) else {
            return;
        };
        if !may_hold(class, geometry) {
            let message = format!(
                "\"{}\" is a class of the tool {}, and this object has another shape",
                excerpt(class.label()),
                excerpt(&class.kind)
            );
            self.problem(path, "answer.tool_differs", message, self.unknown);
        }
        self.nested(fields, class, path);
    }

    fn classification(&mut self, fields: &mut Fields, scope: &[&'s Category], path: &Path<'_>) {
        let Some(question) = self.category(fields, scope, Role::Classification, path) else {
            return;
        };
        if !question.options.is_empty() {
            self.choices(fields, question, path);
        }
        self.nested(fields, question, path);
    }

    /// The answers to questions under what `above` stands for. Of two questions with one title, that one is meant
    /// which the answer above makes appear.
    fn nested(&mut self, fields: &mut Fields, above: &'s Category, path: &Path<'_>) {
        let shown: Vec<_> = {
            let chosen: Vec<&str> = chosen(fields).collect();
            let is_shown = |question: &&Category| {
                let option = question.parent_option.as_deref();
                option.is_none_or(|option| chosen.contains(&option))
            };
            self.schema.children(above).filter(is_shown).collect()
        };
        let all: Vec<_> = self.schema.children(above).collect();
        let path = path.field("classifications");
        let list = fields.get_mut("classifications").and_then(Value::as_array_mut);
        for (at, value) in list.into_iter().flatten().enumerate() {
            if let Some(fields) = value.as_object_mut() {
                let title = text(fields, "title");
                let is_shown = shown.iter().any(|question| question.title == title);
                let scope = if is_shown { &shown } else { &all };
                self.classification(fields, scope, &path.index(at));
            }
        }
    }

    /// The category that is meant; its id is written down.
    fn category(
        &mut self,
        fields: &mut Fields,
        scope: &[&'s Category],
        role: Role,
        path: &Path<'_>,
    ) -> Option<&'s Category> {
        let id = text(fields, "schemaId");
        if !id.is_empty() {
            let found = self.schema.find(id).filter(|category| category.role == role);
            if found.is_none() {
                let message = format!(
                    "the schema has no {} with the schemaId \"{}\"",
                    noun(role),
                    excerpt(id)
                );
                self.problem(
                    &path.field("schemaId"),
                    "answer.class_unknown",
                    message,
                    self.unknown,
                );
            }
            return found;
        }
        let title = text(fields, "title");
        if title.is_empty() {
            let message = format!(
                "neither a schemaId nor a title says which {} is meant",
                noun(role)
            );
            self.problem(path, "answer.class_missing", message, self.unknown);
            return None;
        }
        let mut named = scope.iter().copied().filter(|category| category.title == title);
        let (found, another) = (named.next(), named.next());
        let shown = excerpt(title);
        match (found, another) {
            (Some(category), None) => {
                let id = Value::String(category.schema_id.clone());
                fields.insert("schemaId".to_owned(), id);
                Some(category)
            }
            (Some(_), Some(_)) => {
                let message = format!(
                    "the title \"{shown}\" stands for more than one {}; name the one that is meant by its schemaId",
                    noun(role)
                );
                self.problem(
                    &path.field("title"),
                    "answer.title_ambiguous",
                    message,
                    Severity::Refused,
                );
                None
            }
            (None, _) => {
                let message = format!("the schema has no {} \"{shown}\" here", noun(role));
                self.problem(
                    &path.field("title"),
                    "answer.class_unknown",
                    message,
                    self.unknown,
                );
                None
            }
        }
    }

    fn choices(&mut self, fields: &mut Fields, question: &Category, path: &Path<'_>) {
        let path = path.field("answer");
        match fields.get_mut("answer") {
            Some(Value::Array(list)) => {
                for (at, value) in list.iter_mut().enumerate() {
                    self.choice(value, question, &path.index(at));
                }
            }
            Some(value) => self.choice(value, question, &path),
            None => {}
        }
    }

    fn choice(&mut self, value: &mut Value, question: &Category, path: &Path<'_>) {
        let Value::String(text) = value else {
            return;
        };
        if text.is_empty() || question.option(text).is_some() {
            return;
        }
        let mut named = question.options.iter().filter(|option| option.value == *text);
        let shown = excerpt(text);
        match (named.next(), named.next()) {
            (Some(option), None) => text.clone_from(&option.schema_id),
            (Some(_), Some(_)) => {
                let message = format!("\"{shown}\" is the value of more than one option; name the schemaId");
                self.problem(path, "answer.option_ambiguous", message, Severity::Refused);
            }
            (None, _) => {
                let message = format!("\"{}\" has no option \"{shown}\"", excerpt(question.label()));
                self.problem(path, "answer.option_unknown", message, self.unknown);
            }
        }
    }

    fn problem(&mut self, path: &Path<'_>, code: &'static str, message: String, severity: Severity) {
        let same = self
            .problems
            .iter()
            .filter(|problem| problem.severity == severity);
        if same.count() < crate::problem::PROBLEMS_MAX {
            self.problems.push(Problem::new(path, code, message, severity));
        }
    }
}

fn noun(role: Role) -> &'static str {
    match role {
        Role::Tool => "class",
        Role::Classification => "question",
        Role::Relation => "relation",
    }
}
