//! An answer on its way out: objects, classifications and relations with what their ids stand for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::{Unreadable, Writer, write_time};
use crate::labels::classes::{Class, UNKNOWN};
use crate::labels::raw::{Members, RawMap, text, write_json, write_text};

/// The lists of an answer, and what a client put beside them.
#[derive(Debug)]
pub(super) struct Lists<'a> {
    tools: Vec<RawMap<'a>>,
    classifications: Vec<RawMap<'a>>,
    relations: Vec<RawMap<'a>>,
    rest: RawMap<'a>,
}

impl<'a> Lists<'a> {
    pub(super) fn read(answer: &'a str) -> Result<Self, Unreadable> {
        let mut rest = RawMap::parse(answer).ok_or(Unreadable)?;
        let mut take = |key: &str| match rest.0.iter().position(|(name, _)| name == key) {
            None => Ok(Vec::new()),
            Some(at) => serde_json::from_str(rest.0.remove(at).1.get()).map_err(|_| Unreadable),
        };
        Ok(Self {
            tools: take("tools")?,
            classifications: take("classifications")?,
            relations: take("relations")?,
            rest,
        })
    }

    /// Whether nothing in it is said to come from the stage that it is written for.
    fn is_the_same_in_every_stage(&self, origins: &Origins<'_>) -> bool {
        self.all().all(|object| {
            let id = object.text("objectId");
            object.get("classifications").is_none_or(|nested| nested == "[]")
                && (object.get("metadata").is_none()
                    || id.is_some_and(|id| origins.0.contains_key(id.as_ref())))
        })
    }

    fn all(&self) -> impl Iterator<Item = &RawMap<'a>> {
        self.tools
            .iter()
            .chain(&self.classifications)
            .chain(&self.relations)
    }
}

/// The different answers of a task: one that has not changed from stage to stage is read and written once.
#[derive(Debug, Default)]
pub(super) struct Answers<'a>(Vec<(&'a str, Lists<'a>)>);

impl<'a> Answers<'a> {
    /// Reads an answer; its number.
    pub(super) fn read(&mut self, answer: &'a str) -> Result<usize, Unreadable> {
        if let Some(known) = self.0.iter().position(|(text, _)| *text == answer) {
            return Ok(known);
        }
        self.0.push((answer, Lists::read(answer)?));
        Ok(self.0.len() - 1)
    }

    pub(super) fn get(&self, number: usize) -> &Lists<'a> {
        &self.0[number].1
    }

    /// For writing them with what is known of their origins.
    pub(super) fn written_with<'b>(&'b self, writer: &'b Writer<'b>, origins: &'b Origins<'b>) -> Writing<'b>
    where
        'a: 'b,
    {
        Writing {
            answers: self,
            writer,
            origins,
            written: vec![None; self.0.len()],
        }
    }
}

/// Answers on their way out, and where in the output each is already.
pub(super) struct Writing<'a> {
    answers: &'a Answers<'a>,
    writer: &'a Writer<'a>,
    origins: &'a Origins<'a>,
    written: Vec<Option<Range<usize>>>,
}

impl Writing<'_> {
    /// Writes an answer as members behind others of a task or of a stage that it left.
    pub(super) fn write(&mut self, number: usize, stage: &str, members: &mut Members, out: &mut Vec<u8>) {
        if let Some(Some(known)) = self.written.get(number) {
            return out.extend_from_within(known.clone());
        }
        let begin = out.len();
        let lists = self.answers.get(number);
        self.writer.lists(lists, stage, self.origins, members, out);
        if lists.is_the_same_in_every_stage(self.origins)
            && let Some(place) = self.written.get_mut(number)
        {
            *place = Some(begin..out.len());
        }
    }
}

/// The stage in which each object was first there when the task left it.
#[derive(Debug, Default)]
pub(super) struct Origins<'a>(HashMap<Cow<'a, str>, &'a str>);

impl<'a> Origins<'a> {
    pub(super) fn of<'b>(history: impl Iterator<Item = (&'a str, &'b Lists<'a>)>) -> Self
    where
        'a: 'b,
    {
        let mut origins = HashMap::new();
        for (stage, lists) in history {
            for object in lists.all() {
                if let Some(id) = object.text("objectId") {
                    origins.entry(id).or_insert(stage);
                }
            }
        }
        Self(origins)
    }
}

/// Where something was drawn or answered, for what does not say so itself.
#[derive(Clone, Copy)]
struct Place<'a> {
    stage: &'a str,
    origins: &'a Origins<'a>,
}

impl Writer<'_> {
    /// Writes the lists as members of a task or of a stage that it left.
    pub(super) fn lists<'a>(
        &self,
        lists: &Lists<'_>,
        stage: &'a str,
        origins: &'a Origins<'a>,
        members: &mut Members,
        out: &mut Vec<u8>,
    ) {
        let place = Place { stage, origins };
        for (key, list) in [
            ("tools", &lists.tools),
            ("classifications", &lists.classifications),
            ("relations", &lists.relations),
        ] {
            members.key(key, out);
            self.list(list, place, out);
        }
        for (key, value) in &lists.rest.0 {
            members.any_key(key, out);
            write_json(value.get(), out);
        }
    }

    fn list(&self, list: &[RawMap<'_>], place: Place<'_>, out: &mut Vec<u8>) {
        let mut elements = Members::open(b'[', out);
        for object in list {
            elements.element(out);
            self.object(object, place, out);
        }
        out.push(b']');
    }

    /// An object, a classification or a relation.
    fn object(&self, object: &RawMap<'_>, place: Place<'_>, out: &mut Vec<u8>) {
        let schema_id = object.text("schemaId");
        let class = schema_id.as_deref().and_then(|id| self.classes.find(id));
        let mut members = Members::open(b'{', out);
        let mut has_title = false;
        for (key, value) in &object.0 {
            let value = value.get();
            match (key.as_ref(), class) {
                ("metadata", _) if !self.with_metadata => continue,
                ("title", Some(_)) => continue,
                ("title", None) => has_title = true,
                _ => {}
            }
            members.any_key(key, out);
            match (key.as_ref(), class) {
                ("classifications", _) => match serde_json::from_str::<Vec<RawMap<'_>>>(value) {
                    Ok(nested) => self.list(&nested, place, out),
                    Err(_) => write_json(value, out),
                },
                ("metadata", _) => self.metadata(value, object, place, out),
                ("answer", Some(class)) => write_answer(value, class, out),
                _ => write_json(value, out),
            }
        }
        if !has_title {
            members.key("title", out);
            write_text(class.map_or(UNKNOWN, |class| &class.title), out);
        }
        out.push(b'}');
    }

    /// Who made something and when, in words that stay true elsewhere.
    fn metadata(&self, value: &str, object: &RawMap<'_>, place: Place<'_>, out: &mut Vec<u8>) {
        let Some(metadata) = RawMap::parse(value) else {
            return write_json(value, out);
        };
        let mut members = Members::open(b'{', out);
        for (key, value) in &metadata.0 {
            let value = value.get();
            members.any_key(key, out);
            match key.as_ref() {
                "createdAt" | "updatedAt" => match value.parse() {
                    Ok(ms) => write_time(ms, out),
                    Err(_) => write_json(value, out),
                },
                "createdBy" | "updatedBy" => match text(value) {
                    Some(name) => {
                        let email = self.people.get(name.as_ref());
                        write_text(email.map_or(&name, |email| email), out);
                    }
                    None => write_json(value, out),
                },
                _ => write_json(value, out),
            }
        }
        if metadata.get("createdIn").is_none() {
            let first = object
                .text("objectId")
                .and_then(|id| place.origins.0.get(id.as_ref()).copied());
            members.key("createdIn", out);
            write_text(first.unwrap_or(place.stage), out);
        }
        out.push(b'}');
    }
}

/// Writes the answer to a question: a choice, several, or somebody's own words.
fn write_answer(json: &str, class: &Class, out: &mut Vec<u8>) {
    if let Some(choice) = text(json) {
        return write_text(class.value(&choice), out);
    }
    let Ok(choices) = serde_json::from_str::<Vec<&serde_json::value::RawValue>>(json) else {
        return write_json(json, out);
    };
    let mut elements = Members::open(b'[', out);
    for choice in choices {
        elements.element(out);
        match text(choice.get()) {
            Some(choice) => write_text(class.value(&choice), out),
            None => write_json(choice.get(), out),
        }
    }
    out.push(b']');
}
