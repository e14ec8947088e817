//! The little XML that S3 and STS speak, read into a small tree within fixed bounds. No entity is ever looked up.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deepest nesting that is read; S3's answers stay under six.
const DEPTH_MAX: usize = 16;
/// Most elements that are read; a page of 1000 keys has about 9000.
const ELEMENTS_MAX: usize = 40_000;

/// An element: its name without prefix, the text directly within, and its children.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

/// Why an answer is no XML that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The bytes are not UTF-8.
    #[error("the answer is not UTF-8")]
    NotUtf8,
    /// The text breaks the rules of XML.
    #[error("the answer is not well-formed XML: {0}")]
    Malformed(String),
    /// Nested deeper, or longer, than any answer of S3 is.
    #[error("the answer is XML nested deeper than {DEPTH_MAX} or longer than {ELEMENTS_MAX} elements")]
    TooLarge,
}

impl Element {
    /// Reads a whole document.
    pub fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
        let text = std::str::from_utf8(bytes).map_err(|_| XmlError::NotUtf8)?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Element> = vec![Element::default()];
        let mut elements = 0;
        loop {
            match reader.read_event().map_err(malformed)? {
                Event::Start(start) => {
                    elements += 1;
                    if open.len() > DEPTH_MAX || elements > ELEMENTS_MAX {
                        return Err(XmlError::TooLarge);
                    }
                    open.push(Element {
                        name: local_name(&start),
                        ..Element::default()
                    });
                }
                Event::End(_) => close(&mut open)?,
                Event::Text(text) => append(&mut open, &text.xml10_content()),
                Event::CData(text) => append(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => append(&mut open, &resolve(&reference)?),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut document), true) if document.children.len() == 1 => document
                .children
                .pop()
                .ok_or_else(|| XmlError::Malformed("no element".to_owned())),
            _ => Err(XmlError::Malformed(
                "it ends early, or holds no single element".to_owned(),
            )),
        }
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every child of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The first element of this name at this element or anywhere below, looked for level by level.
    pub fn find(&self, name: &str) -> Option<&Element> {
        let mut level = vec![self];
        while !level.is_empty() {
            if let Some(found) = level.iter().find(|element| element.name == name) {
                return Some(found);
            }
            level = level.iter().flat_map(|element| &element.children).collect();
        }
        None
    }
}

fn malformed(error: quick_xml::Error) -> XmlError {
    XmlError::Malformed(error.to_string())
}

fn local_name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(open: &mut Vec<Element>) -> Result<(), XmlError> {
    let closed = open.pop();
    match (closed, open.last_mut()) {
        (Some(closed), Some(parent)) => {
            parent.children.push(closed);
            Ok(())
        }
        _ => Err(XmlError::Malformed("an end without a start".to_owned())),
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(malformed)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| XmlError::Malformed(format!("the entity &{name}; is not one of XML's own")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_of_s3_is_read() {
        let xml = b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>a &lt;b&gt; &#38; c</Message><Empty/></Error>";
        let error = Element::parse(xml).unwrap();
        assert_eq!(error.name, "Error");
        assert_eq!(error.text_of("Code"), Some("NoSuchKey"));
        assert_eq!(error.text_of("Message"), Some("a <b> & c"));
        assert_eq!(error.text_of("Empty"), Some(""));
        assert_eq!(error.text_of("Absent"), None);
    }

    #[test]
    fn an_element_is_found_below_whatever_wraps_it() {
        let xml = b"<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error><Code>X</Code></Error></ErrorResponse>";
        assert_eq!(
            Element::parse(xml)
                .unwrap()
                .find("Error")
                .unwrap()
                .text_of("Code"),
            Some("X")
        );
    }

    #[test]
    fn what_is_not_xml_is_an_error() {
        for xml in [
            &b""[..],
            b"not xml",
            b"<a>",
            b"<a></b>",
            b"</a>",
            b"<a/><b/>",
            b"<a>&undefined;</a>",
            b"<a>&#0;</a>",
            b"\xff\xfe",
            b"<a b='c",
            b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        ] {
            assert!(Element::parse(xml).is_err(), "{}", String::from_utf8_lossy(xml));
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
        assert_eq!(Element::parse(deep.as_bytes()), Err(XmlError::TooLarge));
        let long = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX + 1));
        assert_eq!(Element::parse(long.as_bytes()), Err(XmlError::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[<>&;/a#x0-9!\\[\\]?-]{0,40}") {
            let _ = Element::parse(&bytes);
            let _ = Element::parse(text.as_bytes());
        }
    }
}
