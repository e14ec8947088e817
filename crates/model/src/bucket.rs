//! The names of buckets.
//!
//! Rules: "General purpose bucket naming rules" of the Amazon S3 user guide, and its note on buckets made in
//! us-east-1 before March 2018, whose names may have capitals and underscores and up to 255 characters. Those exist,
//! so they are read; they can only be reached path-style.

use std::str::FromStr;

use crate::newtype::excerpt;

/// Longest name of a bucket made today, in bytes.
pub const BUCKET_BYTES_MAX: usize = 63;
/// Longest name of a bucket made in us-east-1 before March 2018, in bytes.
pub const LEGACY_BUCKET_BYTES_MAX: usize = 255;
const BUCKET_BYTES_MIN: usize = 3;

/// The name of a bucket: ASCII letters, digits, dots, hyphens and, in old ones, underscores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

text_type!(BucketName);

/// Something that is not the name of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not the name of a bucket: {reason}")]
pub struct BucketNameError {
    /// The beginning of what was found.
    pub found: String,
    /// What a name must be and this is not.
    pub reason: &'static str,
}

impl BucketNameError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "bucket.malformed"
    }
}

impl BucketName {
    /// Whether only a bucket made in us-east-1 before March 2018 can have this name.
    pub fn is_legacy(&self) -> bool {
        is_legacy(self.0.as_bytes())
    }

    /// Whether the name can stand before the server's in a host name and be covered by its certificate: it is not a
    /// legacy name and has no dot, as a wildcard covers one label only.
    pub fn fits_in_host(&self) -> bool {
        memchr::memchr(b'.', self.0.as_bytes()).is_none() && !self.is_legacy()
    }
}

impl FromStr for BucketName {
    type Err = BucketNameError;

    fn from_str(text: &str) -> Result<Self, BucketNameError> {
        match fault(text.as_bytes()) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(BucketNameError {
                found: excerpt(text),
                reason,
            }),
        }
    }
}

fn fault(name: &[u8]) -> Option<&'static str> {
    if name.len() < BUCKET_BYTES_MIN || name.len() > LEGACY_BUCKET_BYTES_MAX {
        return Some("a name has 3 to 63 characters (255 in old buckets of us-east-1)");
    }
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !name.iter().all(is_allowed) {
        return Some(
            "a name has only letters, digits, dots and hyphens (and underscores in old buckets of us-east-1)",
        );
    }
    if !name.iter().any(u8::is_ascii_alphanumeric) {
        return Some("a name has at least one letter or digit");
    }
    if looks_like_ipv4(name) {
        return Some("a name must not look like an IP address");
    }
    None
}

fn is_legacy(name: &[u8]) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let has_old_letter = name.iter().any(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    let has_two_dots = || name.windows(2).any(|pair| pair == b"..");
    name.len() > BUCKET_BYTES_MAX
        || has_old_letter
        || !is_end(name.first())
        || !is_end(name.last())
        || has_two_dots()
}

fn looks_like_ipv4(name: &[u8]) -> bool {
    // Nearly every name is told apart by its first character.
    let begins_so = name.first().is_some_and(u8::is_ascii_digit);
    let is_number = |label: &[u8]| (1..=3).contains(&label.len()) && label.iter().all(u8::is_ascii_digit);
    let labels = || name.split(|byte| *byte == b'.');
    begins_so && labels().all(is_number) && labels().count() == 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_today_are_accepted() {
        for name in [
            "abc",
            "my-bucket",
            "my.bucket.example",
            "123",
            "a-1",
            "x".repeat(63).as_str(),
            "ap-s3alias",
        ] {
            let bucket: BucketName = name.parse().unwrap();
            assert!(!bucket.is_legacy(), "{name}");
        }
    }

    #[test]
    fn names_of_old_are_accepted_and_noted() {
        for name in [
            "My_Bucket",
            "a..b",
            "-abc",
            "abc-",
            ".abc",
            "x".repeat(255).as_str(),
            "UPPER",
        ] {
            let bucket: BucketName = name.parse().unwrap();
            assert!(bucket.is_legacy() && !bucket.fits_in_host(), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused_with_a_reason() {
        for (name, reason) in [
            ("", "3 to 63"),
            ("ab", "3 to 63"),
            (&"x".repeat(256), "3 to 63"),
            ("my bucket", "only letters"),
            ("büro", "only letters"),
            ("a/b/c", "only letters"),
            ("...", "at least one"),
            ("192.168.5.4", "IP address"),
            ("arn:aws:s3:::x", "only letters"),
        ] {
            let error = name.parse::<BucketName>().unwrap_err();
            assert_eq!(error.code(), "bucket.malformed");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn only_a_name_without_dots_fits_in_a_host() {
        assert!("my-bucket".parse::<BucketName>().unwrap().fits_in_host());
        assert!(!"my.bucket".parse::<BucketName>().unwrap().fits_in_host());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = text.parse::<BucketName>();
        }
    }
}
