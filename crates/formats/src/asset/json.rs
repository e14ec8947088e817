//! A row written as a JSON object: one pass by `serde_json`, borrowing from the text, that never stops at a wrong type.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::nested::Origin;
use super::notices::Noticed;
use super::problem::{RowProblem, codes, position, syntax};
use super::scalar::Scalar;
use super::{Draft, Field, ImportedAsset};
use crate::limits::Limits;

/// The asset or the problems, and the notices.
pub(crate) type Read = (Result<ImportedAsset, Vec<RowProblem>>, Vec<RowProblem>);

/// Reads one element of a list; `offset` is where it begins in the file.
pub(crate) fn read_element(text: &str, offset: u64, limits: &Limits, noticed: &mut Noticed) -> Read {
    let mut draft = Draft::new(limits);
    let mut field = "";
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let row = Row {
        draft: &mut draft,
        noticed,
        field: &mut field,
        text,
        offset,
    };
    match row
        .deserialize(&mut deserializer)
        .and_then(|is_object| deserializer.end().map(|()| is_object))
    {
        Ok(true) => draft.finish(),
        Ok(false) => draft.give_up(),
        Err(error) => {
            draft.refuse(syntax(&error, field, offset + position(&error, text)));
            draft.give_up()
        }
    }
}

/// Reads the row into the draft; false if it is no object.
struct Row<'r, 'l> {
    draft: &'r mut Draft<'l>,
    noticed: &'r mut Noticed,
    /// The property being read, for an error that stops the reading.
    field: &'r mut &'static str,
    text: &'r str,
    offset: u64,
}

impl Row<'_, '_> {
    fn not_an_object(self, found: &str) -> bool {
        let message = format!("the row is {found}; a row is an object such as {{\"data\":\"https://…\"}}");
        self.draft.refuse(RowProblem::new("", codes::NOT_OBJECT, message));
        false
    }

    /// Reads one value; the name before it said which.
    fn value<'de, A: MapAccess<'de>>(&mut self, field: Field, object: &mut A) -> Result<(), A::Error> {
        match field {
            Field::Data
            | Field::ExternalId
            | Field::Width
            | Field::Height
            | Field::Storage
            | Field::Priority => self.draft.simple(field, object.next_value::<Scalar<'de>>()?),
            _ => {
                let raw = object.next_value::<&'de RawValue>()?.get();
                // The value is a part of the row's text, so their distance is its place.
                let place = (raw.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
                self.draft
                    .nested(field, raw, Origin::Exact(self.offset + place as u64));
            }
        }
        Ok(())
    }

    fn duplicate(&mut self, name: &str) {
        let name = crate::report::cut(name, 100);
        let message = format!("the row names `{name}` twice; keep one");
        self.draft
            .refuse(RowProblem::new(name.to_owned(), codes::DUPLICATE_KEY, message));
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<bool, A::Error> {
        let mut seen = 0;
        let mut others: Vec<Cow<'de, str>> = Vec::new();
        loop {
            *self.field = "";
            let Some(key) = object.next_key_seed(KeySeed)? else {
                break;
            };
            match key {
                Key::Known(field) if seen & field.bit() == 0 => {
                    seen |= field.bit();
                    *self.field = field.name();
                    self.value(field, &mut object)?;
                }
                Key::Known(field) => {
                    self.duplicate(field.name());
                    object.next_value::<IgnoredAny>()?;
                }
                Key::Other(name) => {
                    object.next_value::<IgnoredAny>()?;
                    self.draft.notices.extend(self.noticed.notice(&name));
                    others.push(name);
                }
            }
        }
        others.sort_unstable();
        for pair in others.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
            self.duplicate(&pair[0]);
        }
        Ok(true)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        let message = "the row is null; remove it or give the asset";
        self.draft.refuse(RowProblem::new("", codes::NULL, message));
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(self.not_an_object("true or false"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(self.not_an_object("a number"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(self.not_an_object("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(self.not_an_object("a number"))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(self.not_an_object("text"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.not_an_object("a list"))
    }
}

enum Key<'de> {
    Known(Field),
    Other(Cow<'de, str>),
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
        Ok(Field::from_name(name).map_or(Key::Other(Cow::Borrowed(name)), Key::Known))
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
        Ok(Field::from_name(name).map_or_else(|| Key::Other(Cow::Owned(name.to_owned())), Key::Known))
    }
}
