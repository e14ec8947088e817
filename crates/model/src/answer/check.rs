//! Holds an answer against the schema and the picture: what is missing, what is unknown, what lies outside.

use std::collections::HashSet;

use serde_json::Value;

use super::resolve::may_hold;
use super::{Answer, Drawn, Fields, chosen, is_answered, nested, page, text};
use crate::geometry::{Coordinates, Geometry};
use crate::newtype::excerpt;
use crate::problem::{PROBLEMS_MAX, Path, Problem, Severity};
use crate::schema::{Category, CategorySchema, ClassificationKind, Role};

impl Answer {
    /// Everything that is worth saying about an answer whose ids are resolved. `size` is the picture's width and
    /// height in pixels, where they are known.
    ///
    /// [`Severity::Refused`] is what a submit may not have: something required and within reach of people is missing, a
    /// text does not match its expression. A draft may. [`Severity::Noticed`] is kept as it is: a class, question or option that the schema has
    /// no more, a shape that leaves the picture, ids that are there twice, relations to nothing.
    pub fn check(&self, schema: &CategorySchema, size: Option<(u32, u32)>) -> Vec<Problem> {
        let mut checker = Checker {
            schema,
            size,
            problems: Vec::new(),
        };
        let root = Path::Root;
        checker.objects(&self.objects, &root.field(self.objects_name));
        checker.questions(
            schema.classifications(),
            self.classifications.iter().collect(),
            &[],
            &root.field("classifications"),
        );
        checker.relations(self, &root.field("relations"));
        checker.problems
    }
}

struct Checker<'s> {
    schema: &'s CategorySchema,
    size: Option<(u32, u32)>,
    problems: Vec<Problem>,
}

impl<'s> Checker<'s> {
    fn objects(&mut self, objects: &[Drawn], path: &Path<'_>) {
        let (mut ids, mut classes) = (HashSet::new(), HashSet::new());
        for (at, drawn) in objects.iter().enumerate() {
            let (path, fields) = (path.index(at), &drawn.fields);
            let object_id = text(fields, "objectId");
            if !object_id.is_empty() && !ids.insert(object_id) {
                let message = format!("the objectId \"{}\" is there twice", excerpt(object_id));
                self.notice(&path.field("objectId"), "answer.duplicate_object_id", message);
            }
            if page(fields) == 0 {
                self.bounds(&drawn.geometry, &path);
            }
            let Some(class) = self.known(fields, Role::Tool, &path) else {
                continue;
            };
            classes.insert(class.schema_id.as_str());
            if !may_hold(class, &drawn.geometry) {
                let message = format!(
                    "\"{}\" is a class of the tool {}, and this object has another shape",
                    excerpt(class.label()),
                    excerpt(&class.kind)
                );
                self.notice(&path, "answer.tool_differs", message);
            }
            self.nested(fields, class, &path);
        }
        for class in self.schema.tools().filter(|class| is_awaited(class)) {
            if !classes.contains(class.schema_id.as_str()) {
                let message = format!(
                    "nothing is drawn yet as \"{}\", which is required",
                    excerpt(class.label())
                );
                self.refuse(path, "answer.required_object", message);
            }
        }
    }

    fn relations(&mut self, answer: &Answer, path: &Path<'_>) {
        let related = answer.relations.iter();
        let objects = answer.objects.iter().map(|drawn| &drawn.fields);
        let ids: HashSet<&str> = objects
            .chain(related)
            .map(|fields| text(fields, "objectId"))
            .collect();
        for (at, fields) in answer.relations.iter().enumerate() {
            let path = path.index(at);
            for name in ["from", "to"] {
                let end = text(fields, name);
                self.related(end, &path.field(name), &ids);
            }
            let group = fields.get("group").and_then(Value::as_array);
            for (at, member) in group.into_iter().flatten().enumerate() {
                let id = member.as_str().unwrap_or_default();
                self.related(id, &path.field("group").index(at), &ids);
            }
            if let Some(class) = self.known(fields, Role::Relation, &path) {
                self.nested(fields, class, &path);
            }
        }
    }

    fn related(&mut self, id: &str, path: &Path<'_>, ids: &HashSet<&str>) {
        if !id.is_empty() && !ids.contains(id) {
            let message = format!(
                "the relation names the object \"{}\", which is not there",
                excerpt(id)
            );
            self.notice(path, "answer.relation_to_nothing", message);
        }
    }

    fn nested(&mut self, fields: &Fields, above: &'s Category, path: &Path<'_>) {
        let answers = nested(fields).iter().filter_map(Value::as_object).collect();
        let options: Vec<&str> = chosen(fields).collect();
        let path = path.field("classifications");
        self.questions(self.schema.children(above), answers, &options, &path);
    }

    /// The questions of one place and the answers to them; `options` were chosen in the answer above.
    fn questions(
        &mut self,
        questions: impl Iterator<Item = &'s Category>,
        answers: Vec<&Fields>,
        options: &[&str],
        path: &Path<'_>,
    ) {
        let mut answered = HashSet::new();
        for (at, fields) in answers.iter().enumerate() {
            let path = path.index(at);
            let Some(question) = self.known(fields, Role::Classification, &path) else {
                continue;
            };
            if is_answered(fields) {
                answered.insert(question.schema_id.as_str());
                self.answer(fields, question, &path.field("answer"));
                self.nested(fields, question, &path);
            }
        }
        let here: HashSet<&str> = answers.iter().flat_map(|fields| chosen(fields)).collect();
        for question in questions.filter(|question| is_awaited(question)) {
            let is_asked = question
                .parent_option
                .as_deref()
                .is_none_or(|option| options.contains(&option) || here.contains(option));
            if is_asked && !answered.contains(question.schema_id.as_str()) {
                let message = format!(
                    "\"{}\" is not answered yet, which is required",
                    excerpt(question.label())
                );
                self.refuse(path, "answer.required_question", message);
            }
        }
    }

    fn answer(&mut self, fields: &Fields, question: &Category, path: &Path<'_>) {
        if question.classification_kind() == Some(ClassificationKind::Text) {
            let pattern = question.pattern.as_ref();
            let fails = pattern.filter(|pattern| chosen(fields).any(|text| !pattern.matches(text)));
            if let Some(pattern) = fails {
                let message = format!(
                    "the answer to \"{}\" does not match {}",
                    excerpt(question.label()),
                    excerpt(pattern.as_str())
                );
                self.refuse(path, "answer.text_does_not_match", message);
            }
        }
        let unknown = chosen(fields).find(|choice| question.option(choice).is_none());
        if let Some(choice) = unknown.filter(|_| !question.options.is_empty()) {
            let label = excerpt(question.label());
            let message = format!(
                "\"{label}\" has no option \"{}\" any more; it is kept",
                excerpt(choice)
            );
            self.notice(path, "answer.option_unknown", message);
        }
    }

    fn known(&mut self, fields: &Fields, role: Role, path: &Path<'_>) -> Option<&'s Category> {
        let id = text(fields, "schemaId");
        let found = self.schema.find(id).filter(|category| category.role == role);
        if found.is_none() {
            let name = if id.is_empty() { text(fields, "title") } else { id };
            let message = format!("the schema has no \"{}\"; it is kept", excerpt(name));
            self.notice(&path.field("schemaId"), "answer.class_unknown", message);
        }
        found
    }

    fn bounds(&mut self, geometry: &Geometry, path: &Path<'_>) {
        let (Some((width, height)), Some(tool)) = (self.size, geometry.tool()) else {
            return;
        };
        let right = [f64::from(width), f64::from(height)];
        let is_inside = |point: &Coordinates| (0..2).all(|axis| (0.0..=right[axis]).contains(&point[axis]));
        let path = path.field(tool.as_str());
        let message = || format!("the shape leaves the picture, which has {width} × {height} px; it is kept");
        match geometry {
            Geometry::Polygon(points) | Geometry::Polyline(points) => {
                if let Some(at) = points.iter().position(|point| !is_inside(point)) {
                    self.notice(&path.index(at), "answer.outside_picture", message());
                }
            }
            _ => {
                let bounds = geometry.bounds();
                let leaves =
                    bounds.is_some_and(|[x0, y0, x1, y1]| !is_inside(&[x0, y0]) || !is_inside(&[x1, y1]));
                if leaves {
                    self.notice(&path, "answer.outside_picture", message());
                }
            }
        }
    }

    fn refuse(&mut self, path: &Path<'_>, code: &'static str, message: String) {
        self.push(Problem::new(path, code, message, Severity::Refused));
    }

    fn notice(&mut self, path: &Path<'_>, code: &'static str, message: String) {
        self.push(Problem::new(path, code, message, Severity::Noticed));
    }

    /// A flood of notices hides no refusal: each severity has a bound of its own.
    fn push(&mut self, problem: Problem) {
        let same = self
            .problems
            .iter()
            .filter(|other| other.severity == problem.severity);
        if same.count() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

/// Whether a submit waits for it.
fn is_awaited(category: &Category) -> bool {
    category.is_required && category.is_within_reach()
}
