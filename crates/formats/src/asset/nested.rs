//! Properties that are themselves JSON: checked all the way down, then kept as text without white space.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::JsonText;
use super::problem::{RowProblem, codes, position, syntax};
use super::scalar::Scalar;
use crate::limits::DEPTH_MAX;
use crate::split::ValueScanner;

/// What the text must be at its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    List,
}

/// Where the text came from, to say where its mistakes are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// The text begins at this byte of the file.
    Exact(u64),
    /// The text was unquoted from a row that begins at this byte.
    Row(u64),
}

/// The text as checked JSON; nothing for `null`.
pub(super) fn check(
    field: &'static str,
    text: &str,
    shape: Shape,
    limit_bytes: usize,
    origin: Origin,
) -> Result<Option<JsonText>, RowProblem> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text == "null" {
        return Ok(None);
    }
    if text.len() > limit_bytes {
        let message = format!(
            "`{field}` is {} bytes of JSON; {limit_bytes} are allowed: shorten it",
            text.len()
        );
        return Err(RowProblem::new(field, codes::TEXT_TOO_LONG, message));
    }
    let mut scanner = ValueScanner::default();
    scanner.scan(text.as_bytes());
    if scanner.deepest() > DEPTH_MAX {
        let message = format!("`{field}` is nested deeper than {DEPTH_MAX} levels; flatten it");
        return Err(RowProblem::new(field, codes::TOO_DEEP, message));
    }
    walk(field, text, origin)?;
    let found = match text.as_bytes().first() {
        Some(b'{') => Shape::Object,
        Some(b'[') => Shape::List,
        _ => return Err(wrong_shape(field, shape, kind(text))),
    };
    match (shape, found) {
        (Shape::Object, Shape::List) => Err(wrong_shape(field, shape, "a list")),
        (Shape::List, Shape::Object) => Err(wrong_shape(field, shape, "an object")),
        _ => Ok(Some(JsonText(without_space(text).into()))),
    }
}

fn wrong_shape(field: &'static str, shape: Shape, found: &str) -> RowProblem {
    let wanted = if shape == Shape::Object {
        "an object"
    } else {
        "a list"
    };
    RowProblem::new(
        field,
        codes::WRONG_TYPE,
        format!("`{field}` is {found}; it must be {wanted}: correct it or leave it out"),
    )
}

fn kind(text: &str) -> &'static str {
    serde_json::from_str::<Scalar<'_>>(text).map_or("not JSON", |scalar| scalar.kind())
}

/// Looks at every string, number and name of the text.
fn walk(field: &'static str, text: &str, origin: Origin) -> Result<(), RowProblem> {
    let mut fault = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let walked = Walk { fault: &mut fault }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (fault, walked) {
        (Some(WalkFault::Nul), _) => {
            let message =
                format!("`{field}` holds the character NUL (\\u0000), which cannot be stored; remove it");
            Err(RowProblem::new(field, codes::NUL_CHARACTER, message))
        }
        (Some(WalkFault::Duplicate(name)), _) => {
            let message = format!("`{field}` names `{name}` twice in one object; keep one");
            Err(RowProblem::new(field, codes::DUPLICATE_KEY, message))
        }
        (None, Err(error)) => {
            let at = match origin {
                Origin::Exact(offset) => offset + position(&error, text),
                Origin::Row(offset) => offset,
            };
            Err(syntax(&error, field, at))
        }
        (None, Ok(())) => Ok(()),
    }
}

enum WalkFault {
    Nul,
    Duplicate(String),
}

struct Walk<'f> {
    fault: &'f mut Option<WalkFault>,
}

impl<'f> Walk<'f> {
    fn again(&mut self) -> Walk<'_> {
        Walk { fault: self.fault }
    }

    /// Ends the walk; the error's own words are never shown.
    fn stop<E: Error>(&mut self, fault: WalkFault) -> Result<(), E> {
        *self.fault = Some(fault);
        Err(E::custom("stopped"))
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            self.stop(WalkFault::Nul)
        } else {
            Ok(())
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let mut names: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Scalar::Text(name)) = object.next_key::<Scalar<'de>>()? {
            if name.contains('\0') {
                return self.stop(WalkFault::Nul);
            }
            names.push(name);
            object.next_value_seed(self.again())?;
        }
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                let name = crate::report::cut(&pair[0], 100).to_owned();
                self.stop(WalkFault::Duplicate(name))
            }
            None => Ok(()),
        }
    }
}

/// The same JSON without white space between its parts.
fn without_space(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut in_text, mut is_escaped, mut from) = (false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b' ' | b'\t' | b'\n' | b'\r' if !in_text => {
                kept.push_str(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    kept.push_str(&text[from..]);
    kept
}
