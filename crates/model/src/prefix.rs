//! The boundary of a storage: a bucket, or a folder of one, beyond which the hub neither imports nor signs.

use std::str::FromStr;

use crate::bucket::{BucketName, BucketNameError};
use crate::newtype::excerpt;

/// Longest prefix within a bucket, in bytes: as long as a key.
pub const PREFIX_BYTES_MAX: usize = 1024;

/// A bucket and the beginning of the keys in it: `bucket`, `bucket/folder/`, or `bucket/begin*`.
///
/// It is written as plain text, not percent-encoded. `bucket/photos` and `bucket/photos/` both mean the folder: what
/// begins with `photos/`, but neither `photos-private/…` nor `photos.zip`. Who means every key that begins so writes
/// a star: `bucket/photos*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    bucket: BucketName,
    key_prefix: String,
}

/// Why a text is no prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// It does not begin with the name of a bucket.
    #[error("the prefix must begin with a bucket: {0}")]
    Bucket(#[from] BucketNameError),
    /// More than [`PREFIX_BYTES_MAX`] bytes after the bucket.
    #[error("the prefix has {found} bytes after the bucket: S3's keys have at most {PREFIX_BYTES_MAX}")]
    TooLong {
        /// Bytes found.
        found: usize,
    },
    /// A character that would mean something else in the policies made from it.
    #[error(
        "the prefix \"{found}\" contains {character:?}: `*` (except at the end), `?`, `$` and control characters cannot stand in a prefix, as policies read them otherwise; name the folder above"
    )]
    Character {
        /// The beginning of what was found.
        found: String,
        /// The first such character.
        character: char,
    },
    /// A `.` or `..` between slashes.
    #[error(
        "the prefix \"{found}\" contains a folder named . or ..: no asset in it could be opened by a browser"
    )]
    DotSegment {
        /// The beginning of what was found.
        found: String,
    },
}

impl PrefixError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            PrefixError::Bucket(_) => "prefix.bucket",
            PrefixError::TooLong { .. } => "prefix.too_long",
            PrefixError::Character { .. } => "prefix.character",
            PrefixError::DotSegment { .. } => "prefix.dot_segment",
        }
    }
}

impl Prefix {
    /// Whether an object lies within this boundary. The key is the decoded one.
    pub fn covers(&self, bucket: &BucketName, key: &str) -> bool {
        self.bucket == *bucket && key.starts_with(&self.key_prefix)
    }

    /// The bucket.
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// What every key within begins with: nothing for the whole bucket, else `folder/` or the text before the star.
    pub fn key_prefix(&self) -> &str {
        &self.key_prefix
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key_prefix.as_str() {
            "" => write!(f, "{}", self.bucket),
            folder if folder.ends_with('/') => write!(f, "{}/{folder}", self.bucket),
            begin => write!(f, "{}/{begin}*", self.bucket),
        }
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    /// Reads `bucket`, `bucket/folder`, `bucket/begin*`; an `s3://` before it and space around it are dropped.
    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let text = text.trim();
        let text = text.strip_prefix("s3://").unwrap_or(text);
        let (bucket, rest) = text.split_once('/').unwrap_or((text, ""));
        let bucket = bucket.parse()?;
        let key_prefix = match rest.strip_suffix('*') {
            Some(begin) => begin.to_owned(),
            None if rest.is_empty() || rest.ends_with('/') => rest.to_owned(),
            None => format!("{rest}/"),
        };
        if key_prefix.len() > PREFIX_BYTES_MAX {
            return Err(PrefixError::TooLong {
                found: key_prefix.len(),
            });
        }
        if let Some(character) = key_prefix.chars().find(|c| "*?$".contains(*c) || c.is_control()) {
            return Err(PrefixError::Character {
                found: excerpt(text),
                character,
            });
        }
        if key_prefix
            .split('/')
            .any(|segment| segment == "." || segment == "..")
        {
            return Err(PrefixError::DotSegment { found: excerpt(text) });
        }
        Ok(Prefix { bucket, key_prefix })
    }
}

impl serde::Serialize for Prefix {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Prefix {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::newtype::deserialize_from_str(deserializer)
    }
}

/// Whether an object lies within the boundary of a storage: in any of its prefixes, or anywhere if it has none.
pub fn is_within(prefixes: &[Prefix], bucket: &BucketName, key: &str) -> bool {
    prefixes.is_empty() || prefixes.iter().any(|prefix| prefix.covers(bucket, key))
}

/// What of a folder lies within the boundary of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// All of it.
    Whole,
    /// What begins with one of these: the folder lies above them. None of them begins with another.
    Parts(Vec<String>),
    /// Nothing.
    Nothing,
}

/// What of a folder of a bucket (nothing: the bucket itself) may be listed.
pub fn within(prefixes: &[Prefix], bucket: &BucketName, folder: &str) -> Within {
    let keys = || {
        let of_bucket = prefixes.iter().filter(|prefix| prefix.bucket == *bucket);
        of_bucket.map(Prefix::key_prefix)
    };
    if prefixes.is_empty() || keys().any(|key| folder.starts_with(key)) {
        return Within::Whole;
    }
    let parts = outermost(
        keys()
            .filter(|key| key.starts_with(folder))
            .map(str::to_owned)
            .collect(),
    );
    if parts.is_empty() {
        Within::Nothing
    } else {
        Within::Parts(parts)
    }
}

/// Those of some beginnings of keys that begin with none of the others, sorted, each once.
pub fn outermost(mut begins: Vec<String>) -> Vec<String> {
    begins.sort_unstable();
    let mut kept: Vec<String> = Vec::with_capacity(begins.len());
    for begin in begins {
        if kept.last().is_none_or(|last| !begin.starts_with(last.as_str())) {
            kept.push(begin);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covers(prefix: &str, bucket: &str, key: &str) -> bool {
        prefix
            .parse::<Prefix>()
            .unwrap()
            .covers(&bucket.parse().unwrap(), key)
    }

    #[test]
    fn a_bucket_covers_all_its_keys_and_no_other_bucket() {
        assert!(covers("photos", "photos", "a/b.jpg"));
        assert!(covers("photos/", "photos", "/a"));
        assert!(!covers("photos", "photos-private", "a/b.jpg"));
    }

    #[test]
    fn above_a_boundary_only_what_leads_into_it_is_seen() {
        let prefixes: Vec<Prefix> = [
            "photos/2024/berlin",
            "photos/2024/berlin/day",
            "photos/raw*",
            "films",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let see = |bucket: &str, folder: &str| within(&prefixes, &bucket.parse().unwrap(), folder);
        let parts = |parts: &[&str]| Within::Parts(parts.iter().map(|part| (*part).to_owned()).collect());
        assert_eq!(see("photos", ""), parts(&["2024/berlin/", "raw"]));
        assert_eq!(see("photos", "2024/"), parts(&["2024/berlin/"]));
        assert_eq!(see("photos", "2024/berlin/"), Within::Whole);
        assert_eq!(see("photos", "raw-2/"), Within::Whole);
        assert_eq!(see("photos", "2023/"), Within::Nothing);
        assert_eq!(see("films", ""), Within::Whole);
        assert_eq!(see("other", ""), Within::Nothing);
        assert_eq!(within(&[], &"other".parse().unwrap(), ""), Within::Whole);
    }

    #[test]
    fn a_folder_does_not_cover_its_namesakes() {
        for prefix in ["data/team", "data/team/", " s3://data/team/ "] {
            assert!(covers(prefix, "data", "team/a.jpg"), "{prefix}");
            assert!(covers(prefix, "data", "team//a.jpg"), "{prefix}");
            for key in [
                "team",
                "team-b/a.jpg",
                "team.zip",
                "Team/a.jpg",
                "x/team/a.jpg",
                "/team/a.jpg",
            ] {
                assert!(!covers(prefix, "data", key), "{prefix} {key}");
            }
        }
    }

    #[test]
    fn a_star_covers_every_key_that_begins_so() {
        assert!(covers("data/2024-*", "data", "2024-05/a.jpg"));
        assert!(covers("data/*", "data", "anything"));
        assert!(!covers("data/2024-*", "data", "2023-05/a.jpg"));
    }

    #[test]
    fn prefixes_are_shown_as_they_are_read() {
        for (text, shown) in [
            ("data", "data"),
            ("data/", "data"),
            ("data/a", "data/a/"),
            ("data/a*", "data/a*"),
            ("data//a", "data//a/"),
            ("data/a/*", "data/a/"),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_would_widen_a_policy_is_refused() {
        for (text, code) in [
            ("", "prefix.bucket"),
            ("a b/x", "prefix.bucket"),
            ("/data/x", "prefix.bucket"),
            ("data/a*b", "prefix.character"),
            ("data/**", "prefix.character"),
            ("data/a?", "prefix.character"),
            ("data/${aws:username}", "prefix.character"),
            ("data/a\0", "prefix.character"),
            ("data/../x", "prefix.dot_segment"),
            ("data/.", "prefix.dot_segment"),
            (&format!("data/{}", "x".repeat(1025)), "prefix.too_long"),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn a_storage_without_prefixes_has_no_boundary() {
        let bucket = "data".parse().unwrap();
        let only: Vec<Prefix> = vec!["other".parse().unwrap(), "data/a".parse().unwrap()];
        assert!(is_within(&[], &bucket, "x"));
        assert!(is_within(&only, &bucket, "a/x"));
        assert!(!is_within(&only, &bucket, "b/x"));
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_again(text in "[a-z]{3,5}/[a-z/*. é]{0,10}|\\PC*") {
            if let Ok(prefix) = text.parse::<Prefix>() {
                prop_assert_eq!(prefix.to_string().parse::<Prefix>().unwrap(), prefix);
            }
        }
    }
}
