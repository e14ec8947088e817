//! What an answer is found by: the classes, questions and choices that it uses.
//!
//! A class counts once something is drawn with it, a question once it is answered, at any depth, and so does each option
//! that is chosen. Of a text it is known that there is one, and not which. The schema tells texts from choices; what
//! it does not have any more still counts by its schema id.

use std::collections::HashSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Answer, Fields, chosen, is_answered, nested, text};
use crate::schema::{Category, CategorySchema, ClassificationKind};

/// Most terms of one answer. Of an answer that uses more, classes and questions are kept before choices; it is not found
/// by the others.
pub const ANSWER_TERMS_MAX: usize = 1_000;

/// A class, a question or a choice, as a number that whoever asks and whoever answered come to by themselves. It is kept
/// in databases: it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(i64);

impl Term {
    /// A class or a question; with `choice`, the option with this schema id, or `true` or `false`.
    pub fn new(schema_id: &str, choice: Option<&str>) -> Self {
        let mut hash = Sha256::new();
        hash.update((schema_id.len() as u64).to_le_bytes());
        hash.update(schema_id);
        if let Some(choice) = choice {
            hash.update([1]);
            hash.update(choice);
        }
        let digest: [u8; 32] = hash.finalize().into();
        Self::from_bytes(std::array::from_fn(|at| digest[at]))
    }

    /// The term that these bytes stand for.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(i64::from_be_bytes(bytes))
    }

    /// The term as bytes.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The term as a number, in the order of terms.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// The terms of one answer, ascending, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Box<[Term]>);

impl Terms {
    /// Those of an answer's JSON as it is kept; none of what cannot be read.
    pub fn of_stored(json: &str, schema: &CategorySchema) -> Self {
        let answer: Value = serde_json::from_str(json).unwrap_or_default();
        let list = |name| answer.get(name).and_then(Value::as_array).into_iter().flatten();
        let fields = |name| list(name).filter_map(Value::as_object);
        Self::of(
            fields("tools")
                .chain(fields("objects"))
                .chain(fields("relations")),
            fields("classifications"),
            schema,
        )
    }

    /// The terms with these numbers.
    pub fn from_terms(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut terms: Vec<Term> = terms.into_iter().collect();
        terms.sort_unstable();
        terms.dedup();
        Self(terms.into())
    }

    /// Ascending.
    pub fn as_slice(&self) -> &[Term] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them.
    pub fn contains(&self, term: Term) -> bool {
        self.0.binary_search(&term).is_ok()
    }

    fn of<'a>(
        drawn: impl Iterator<Item = &'a Fields>,
        answered: impl Iterator<Item = &'a Fields>,
        schema: &CategorySchema,
    ) -> Self {
        let mut used = Used {
            schema,
            classes: HashSet::new(),
            choices: HashSet::new(),
        };
        drawn.for_each(|fields| used.named(fields));
        answered.for_each(|fields| used.question(fields));
        used.terms()
    }
}

impl Answer {
    /// What it is found by.
    pub fn terms(&self, schema: &CategorySchema) -> Terms {
        let objects = self.objects.iter().map(|drawn| &drawn.fields);
        Terms::of(
            objects.chain(&self.relations),
            self.classifications.iter(),
            schema,
        )
    }
}

struct Used<'a, 's> {
    schema: &'s CategorySchema,
    /// Questions as well.
    classes: HashSet<&'a str>,
    choices: HashSet<(&'a str, &'a str)>,
}

impl<'a> Used<'a, '_> {
    /// An object or a relation.
    fn named(&mut self, fields: &'a Fields) {
        self.class(fields);
        self.nested(fields);
    }

    fn question(&mut self, fields: &'a Fields) {
        if is_answered(fields) {
            self.class(fields);
            self.chosen(fields);
        }
        self.nested(fields);
    }

    fn nested(&mut self, fields: &'a Fields) {
        for below in nested(fields).iter().filter_map(Value::as_object) {
            self.question(below);
        }
    }

    fn class(&mut self, fields: &'a Fields) {
        let id = text(fields, "schemaId");
        if !id.is_empty() {
            self.classes.insert(id);
        }
    }

    fn chosen(&mut self, fields: &'a Fields) {
        let id = text(fields, "schemaId");
        if id.is_empty() {
            return;
        }
        if let Some(Value::Bool(answer)) = fields.get("answer") {
            self.choices.insert((id, if *answer { "true" } else { "false" }));
        }
        if self.schema.find(id).is_some_and(has_choices) {
            self.choices.extend(chosen(fields).map(|choice| (id, choice)));
        }
    }

    fn terms(self) -> Terms {
        let classes = self.classes.into_iter().map(|id| Term::new(id, None));
        let choices = self
            .choices
            .into_iter()
            .map(|(id, choice)| Term::new(id, Some(choice)));
        let mut kept: Vec<Term> = classes.collect();
        kept.sort_unstable();
        let mut choices: Vec<Term> = choices.collect();
        choices.sort_unstable();
        kept.extend(choices);
        kept.truncate(ANSWER_TERMS_MAX);
        Terms::from_terms(kept)
    }
}

/// Whether an answer to it is one of few, and no text.
fn has_choices(category: &Category) -> bool {
    match category.classification_kind() {
        Some(ClassificationKind::Boolean) => true,
        Some(ClassificationKind::Text) => false,
        _ => !category.options.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> CategorySchema {
        let mood = json!({ "tool": "radio", "title": "Mood", "schemaId": "mood",
            "options": [{ "value": "calm", "schemaId": "calm" }, { "value": "wild", "schemaId": "wild" }],
            "classifications": [{ "tool": "checkbox", "title": "Signs", "schemaId": "signs",
                "options": [{ "value": "ears", "schemaId": "ears" }, { "value": "tail", "schemaId": "tail" }] }] });
        let schema = json!({
            "tools": [{ "tool": "bounding-box", "title": "Cat", "schemaId": "cat",
                "classifications": [{ "tool": "boolean", "title": "Hidden", "schemaId": "hidden" }] }],
            "classifications": [mood, { "tool": "text", "title": "Note", "schemaId": "note" }],
            "relations": [{ "tool": "one-to-one", "title": "Chases", "schemaId": "chases" }] });
        CategorySchema::from_value(&schema).unwrap()
    }

    fn terms(used: &[(&str, Option<&str>)]) -> Terms {
        Terms::from_terms(used.iter().map(|(id, choice)| Term::new(id, *choice)))
    }

    fn of(answer: Value) -> Terms {
        let parsed = Answer::from_value(answer).unwrap();
        let terms = parsed.terms(&schema());
        assert_eq!(Terms::of_stored(&parsed.to_stored(), &schema()), terms);
        terms
    }

    #[test]
    fn classes_questions_and_choices_count_at_any_depth() {
        let signs = json!({ "schemaId": "signs", "answer": ["ears", "tail"] });
        let answer = json!({
            "objects": [
                { "schemaId": "cat", "classifications": [{ "schemaId": "hidden", "answer": true }] },
                { "schemaId": "cat", "classifications": [{ "schemaId": "hidden", "answer": "false" }] },
            ],
            "classifications": [
                { "schemaId": "mood", "answer": "calm", "classifications": [signs] },
                { "schemaId": "note", "answer": "asleep" },
            ],
            "relations": [{ "schemaId": "chases", "from": "a", "to": "b" }],
        });
        let expected = [
            ("cat", None),
            ("hidden", None),
            ("hidden", Some("true")),
            ("hidden", Some("false")),
            ("mood", None),
            ("mood", Some("calm")),
            ("signs", None),
            ("signs", Some("ears")),
            ("signs", Some("tail")),
            ("note", None),
            ("chases", None),
        ];
        assert_eq!(of(answer), terms(&expected));
    }

    #[test]
    fn what_the_schema_does_not_have_counts_by_its_id_and_what_is_not_answered_does_not_count() {
        let answer = json!({
            "objects": [{ "schemaId": "dog" }, { "title": "Cat" }],
            "classifications": [
                { "schemaId": "gone", "answer": "calm" },
                { "schemaId": "mood", "answer": "" },
                { "schemaId": "note", "answer": " " },
                { "schemaId": "signs", "answer": [] },
            ],
        });
        assert_eq!(of(answer), terms(&[("dog", None), ("gone", None)]));
        assert!(of(json!({})).is_empty());
        assert!(Terms::of_stored("no json", &schema()).is_empty());
    }

    #[test]
    fn of_too_many_terms_classes_and_questions_stay() {
        let many = ANSWER_TERMS_MAX + 7;
        let objects: Vec<Value> = (0..many)
            .map(|n| json!({ "schemaId": format!("c{n}") }))
            .collect();
        let answer =
            json!({ "objects": objects, "classifications": [{ "schemaId": "mood", "answer": "calm" }] });
        let found = of(answer);
        assert_eq!(found.as_slice().len(), ANSWER_TERMS_MAX);
        assert!(!found.contains(Term::new("mood", Some("calm"))));
    }

    #[test]
    fn a_term_is_the_same_number_for_ever() {
        // Databases are full of them.
        assert_eq!(Term::new("cat", None).number(), -4_781_235_742_254_933_239);
        assert_eq!(
            Term::new("mood", Some("calm")).number(),
            3_536_521_708_242_457_896
        );
        assert_ne!(Term::new("a", Some("b")), Term::new("ab", Some("")));
        assert_ne!(Term::new("a", Some("")), Term::new("a", None));
    }

    fn question(depth: u32) -> BoxedStrategy<Value> {
        let below = match depth {
            0 => Just(Vec::new()).boxed(),
            _ => proptest::collection::vec(question(depth - 1), 0..3).boxed(),
        };
        let answer = prop_oneof![
            Just(json!(null)),
            Just(json!("calm")),
            Just(json!(["ears", "calm"])),
            Just(json!(false)),
            Just(json!(7)),
        ];
        let id = prop_oneof![
            Just("mood"),
            Just("signs"),
            Just("hidden"),
            Just("gone"),
            Just("")
        ];
        (id, answer, below)
            .prop_map(
                |(id, answer, below)| json!({ "schemaId": id, "answer": answer, "classifications": below }),
            )
            .boxed()
    }

    proptest! {
        #[test]
        fn an_answer_is_found_by_the_same_whether_it_comes_or_was_kept(
            questions in proptest::collection::vec(question(3), 0..4), nested in proptest::collection::vec(question(2), 0..3)
        ) {
            let answer = json!({ "objects": [{ "schemaId": "cat", "classifications": nested }], "classifications": questions });
            let found = of(answer.clone());
            prop_assert!(found.contains(Term::new("cat", None)));
            prop_assert!(found.as_slice().is_sorted());
            // Whatever is kept was answered somewhere.
            let whole = answer.to_string();
            for (id, choice) in [("mood", "calm"), ("signs", "ears"), ("hidden", "false")] {
                if found.contains(Term::new(id, Some(choice))) {
                    prop_assert!(found.contains(Term::new(id, None)) && whole.contains(id) && whole.contains(choice));
                }
            }
        }
    }
}
