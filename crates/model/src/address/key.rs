//! Keys: from the text of a URL to the bytes that S3 knows, and back.
//!
//! Encoding follows "Create a signed AWS API request" in the IAM user guide, as S3 signs it: everything except
//! `A–Z a–z 0–9 - . _ ~` and the slash becomes `%XX` with capital digits.

use crate::address::{AddressError, Notice};
use crate::id::hex_value;

/// Longest key, in bytes of UTF-8 ("Naming Amazon S3 objects" in the Amazon S3 user guide).
pub const KEY_BYTES_MAX: usize = 1024;

/// What is to be done with a byte of a URL's path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Is itself, and is written as itself.
    Plain,
    /// Is itself in a URL; written encoded in the canonical form.
    Legal,
    /// Has no place in a URL, and can only mean itself.
    Raw,
    /// Begins an encoded byte.
    Percent,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Raw; 256];
    let mut byte: u8 = 0;
    loop {
        classes[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => Class::Plain,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@' => {
                Class::Legal
            }
            b'%' => Class::Percent,
            _ => Class::Raw,
        };
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// Reads the key in a URL's path and checks that it can be stored, signed and opened.
pub(super) fn decode(raw: &str, notices: &mut Vec<Notice>) -> Result<String, AddressError> {
    let key = match raw.bytes().position(|byte| class(byte) != Class::Plain) {
        None => raw.to_owned(),
        Some(_) => {
            if raw.bytes().any(|byte| class(byte) == Class::Raw) {
                notices.push(Notice::Encoded);
            }
            if raw.ends_with(char::is_whitespace) {
                notices.push(Notice::EndsInSpace);
            }
            percent_decode(raw)?
        }
    };
    check(&key)?;
    Ok(key)
}

/// Checks a decoded key: not too long, no NUL, no segment that a browser would resolve.
pub(super) fn check(key: &str) -> Result<(), AddressError> {
    if key.len() > KEY_BYTES_MAX {
        return Err(AddressError::KeyTooLong { bytes: key.len() });
    }
    if memchr::memchr(0, key.as_bytes()).is_some() {
        return Err(AddressError::Nul);
    }
    if has_dot_segment(key.as_bytes()) {
        return Err(AddressError::DotSegment);
    }
    Ok(())
}

/// Whether a path is a key exactly as [`write_encoded`] writes it, so that reading and writing it again changes nothing.
/// False for some keys that are, the rarer ones: whoever asks reads those in full.
pub(super) fn is_surely_canonical(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    if bytes.is_empty() || bytes.len() > KEY_BYTES_MAX || has_dot_segment(bytes) {
        return false;
    }
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match class(*byte) {
            Class::Plain => at += 1,
            Class::Percent if is_needed_escape(bytes.get(at + 1..at + 3)) => at += 3,
            _ => return false,
        }
    }
    true
}

/// Whether two digits, as they are written, stand for an ASCII character that has to be encoded.
fn is_needed_escape(digits: Option<&[u8]>) -> bool {
    let Some([high, low]) = digits else { return false };
    let Some((first, second)) = hex_value(*high).zip(hex_value(*low)) else {
        return false;
    };
    let byte = first << 4 | second;
    let is_small = high.is_ascii_lowercase() || low.is_ascii_lowercase();
    !is_small && byte != 0 && byte.is_ascii() && class(byte) != Class::Plain
}

/// Whether `.` or `..` stands between slashes, or between a slash and an end.
fn has_dot_segment(key: &[u8]) -> bool {
    memchr::memchr_iter(b'.', key).any(|at| {
        let begins = at == 0 || key.get(at - 1) == Some(&b'/');
        let after = match key.get(at + 1) {
            Some(b'.') => key.get(at + 2),
            other => other,
        };
        begins && matches!(after, None | Some(b'/'))
    })
}

/// Decodes `%XX`; every other byte, the plus included, is itself.
pub(crate) fn percent_decode(raw: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (before, from_percent) = rest.split_at(at);
        bytes.extend_from_slice(before);
        let encoded = match from_percent {
            [_, high, low, after @ ..] => hex_value(*high).zip(hex_value(*low)).map(|pair| (pair, after)),
            _ => None,
        };
        let Some(((high, low), after)) = encoded else {
            let at = raw.len() - from_percent.len();
            return Err(bad_encoding(raw, at));
        };
        bytes.push(high << 4 | low);
        rest = after;
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).map_err(|_| AddressError::KeyNotUtf8)
}

/// Checks that every `%` is followed by two hexadecimal digits.
pub(super) fn check_percent_encoding(raw: &str) -> Result<(), AddressError> {
    let bytes = raw.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    match memchr::memchr_iter(b'%', bytes).find(|at| !(is_digit(at + 1) && is_digit(at + 2))) {
        Some(at) => Err(bad_encoding(raw, at)),
        None => Ok(()),
    }
}

fn bad_encoding(raw: &str, percent_at: usize) -> AddressError {
    let found = raw
        .get(percent_at..)
        .unwrap_or_default()
        .chars()
        .take(3)
        .flat_map(char::escape_debug)
        .collect();
    AddressError::BadPercentEncoding { found }
}

/// Appends a key as it stands in the canonical form of an address and in the path that S3 signs.
pub(super) fn write_encoded(key: &str, out: &mut String) {
    write_encoded_unless(key, out, |byte| class(byte) == Class::Plain);
}

/// Appends a value of a query, in which the slash is encoded too.
pub(crate) fn write_encoded_value(value: &str, out: &mut String) {
    write_encoded_unless(value, out, |byte| class(byte) == Class::Plain && byte != b'/');
}

/// Appends a text and encodes the bytes that `is_plain` does not name; it names only ASCII.
pub(super) fn write_encoded_unless(text: &str, out: &mut String, is_plain: impl Fn(u8) -> bool) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.reserve(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        // What comes before is ASCII, so `at` is where a character begins.
        let (plain, from_special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let special_bytes = from_special.chars().next().map_or(0, char::len_utf8);
        let (special, after) = from_special
            .split_at_checked(special_bytes)
            .unwrap_or((from_special, ""));
        for byte in special.bytes() {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        rest = after;
    }
    out.push_str(rest);
}
