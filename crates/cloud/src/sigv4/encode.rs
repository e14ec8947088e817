//! Percent-encoding as signature version 4 wants it: every byte but the unreserved ones, in capital hexadecimal.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

const UNRESERVED: u8 = 1;
const SLASH: u8 = 2;

/// What may stand as itself: the unreserved bytes of RFC 3986 everywhere, the slash in paths.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            classes[byte] = UNRESERVED;
        }
        byte += 1;
    }
    classes[b'/' as usize] = SLASH;
    classes
};

/// A name or value of a query string: everything but the unreserved bytes is escaped.
pub fn encode_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    write_escaped(text, UNRESERVED, &mut out);
    out
}

/// A path: as in a query string, but slashes stay.
pub fn encode_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    write_path(text, &mut out);
    out
}

/// Appends a path, escaped.
pub fn write_path(text: &str, out: &mut String) {
    write_escaped(text, UNRESERVED | SLASH, out);
}

/// A value of a form body (`application/x-www-form-urlencoded`): a space is a plus, the rest as in a query string.
pub fn encode_form(text: &str) -> String {
    encode_query(text).replace("%20", "+")
}

pub(super) fn write_escaped(text: &str, kept: u8, out: &mut String) {
    let mut start = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if CLASSES[usize::from(byte)] & kept == 0 {
            // The bytes before `at` are ASCII, so both ends lie on character boundaries.
            out.push_str(text.get(start..at).unwrap_or_default());
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
            start = at + 1;
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
}

pub(super) fn write_query(text: &str, out: &mut String) {
    write_escaped(text, UNRESERVED, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_slashes_and_escapes_each_other_byte_once() {
        assert_eq!(
            encode_path("/a b//c+é%20~*'\u{1F600}"),
            "/a%20b//c%2B%C3%A9%2520~%2A%27%F0%9F%98%80"
        );
    }

    #[test]
    fn a_query_value_escapes_slashes_too() {
        assert_eq!(encode_query("a/b=c&d"), "a%2Fb%3Dc%26d");
    }

    #[test]
    fn a_form_writes_a_space_as_a_plus_and_a_plus_escaped() {
        assert_eq!(encode_form("a b+c"), "a+b%2Bc");
    }

    #[test]
    fn every_byte_reads_back() {
        let text: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        let path = encode_path(&text);
        assert!(path.is_ascii());
        assert_eq!(
            percent_encoding::percent_decode_str(&path).decode_utf8().unwrap(),
            text
        );
    }
}
