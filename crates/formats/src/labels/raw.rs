//! JSON that is passed on: objects as their keys and the text of their values, in their order.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON object whose values nobody has looked into.
#[derive(Debug, Default)]
pub struct RawMap<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> RawMap<'a> {
    /// The object in this text; none where it is something else.
    pub fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text of a value.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.get())
    }

    /// A value that is a text.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key).and_then(text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawMap<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(8);
                while let Some(Text(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Entries).map(Self)
    }
}

/// A text, borrowed where nothing in it is escaped.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Characters;

        impl<'de> Visitor<'de> for Characters {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Characters).map(Self)
    }
}

/// The text that this JSON is; none where it is something else.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    if !json.starts_with('"') {
        return None;
    }
    serde_json::from_str::<Text<'_>>(json).ok().map(|text| text.0)
}

/// Appends a text as JSON.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Appends a text as JSON, or `null`.
pub fn write_text_or_null(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => write_text(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends JSON as it is, on one line.
pub fn write_json(json: &str, out: &mut Vec<u8>) {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        out.extend_from_slice(json.as_bytes());
        return;
    }
    // Between the parts of valid JSON only; in a text they are escaped.
    out.extend(json.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
}

/// Appends a whole number.
pub fn write_number(number: impl std::fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // Writing to memory cannot fail.
    let _ = write!(out, "{number}");
}

/// Writes the members of a JSON object or array: the comma before all but the first.
#[derive(Debug)]
pub struct Members {
    is_first: bool,
}

impl Members {
    /// Opens an object or an array.
    pub fn open(bracket: u8, out: &mut Vec<u8>) -> Self {
        out.push(bracket);
        Self { is_first: true }
    }

    /// Begins the next element of an array.
    pub fn element(&mut self, out: &mut Vec<u8>) {
        if !std::mem::take(&mut self.is_first) {
            out.push(b',');
        }
    }

    /// Begins the next member of an object; the key needs no escaping.
    pub fn key(&mut self, key: &'static str, out: &mut Vec<u8>) {
        self.element(out);
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
    }

    /// The same for any key.
    pub fn any_key(&mut self, key: &str, out: &mut Vec<u8>) {
        self.element(out);
        write_text(key, out);
        out.push(b':');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_keep_their_order_and_the_text_of_their_values() {
        let map = RawMap::parse(r#"{"b":[1.50, 2],"a":"x\ny","\u0061b":null}"#).unwrap();
        let keys: Vec<_> = map.0.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["b", "a", "ab"]);
        assert_eq!(map.get("b"), Some("[1.50, 2]"));
        assert_eq!(map.text("a").as_deref(), Some("x\ny"));
        assert_eq!(map.text("b"), None);
        assert!(RawMap::parse("[1]").is_none());
        assert!(RawMap::parse("{\"a\":").is_none());
    }

    #[test]
    fn json_over_several_lines_is_put_on_one() {
        let mut out = Vec::new();
        write_json("{\n  \"a\": \"x\\ny\"\r\n}", &mut out);
        assert_eq!(out, b"{  \"a\": \"x\\ny\"}");
    }
}
