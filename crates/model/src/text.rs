//! Short texts that people type: names and e-mail addresses, bounded and clean.

use std::str::FromStr;

/// Longest name of anything, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest e-mail address, in bytes (RFC 5321's path of 256 without its angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// Longest part before the `@`, in bytes (RFC 5321).
const EMAIL_LOCAL_BYTES_MAX: usize = 64;

/// The name of a user, organization, project, storage, batch, import or key: 1 to [`NAME_CHARS_MAX`] characters,
/// none of them a control character, without space around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

text_type!(Name);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but space.
    #[error("a name is missing: type at least one character")]
    Empty,
    /// More than [`NAME_CHARS_MAX`] characters.
    #[error("the name has {found} characters: shorten it to {NAME_CHARS_MAX}")]
    TooLong {
        /// Characters found.
        found: usize,
    },
    /// A line break, a tab, a NUL or the like.
    #[error("the name \"{found}\" contains a control character such as a line break: remove it")]
    Control {
        /// The beginning of the name, control characters made visible.
        found: String,
    },
}

impl NameError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            NameError::Empty => "name.empty",
            NameError::TooLong { .. } => "name.too_long",
            NameError::Control { .. } => "name.control_character",
        }
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(NameError::Empty);
        }
        let found = trimmed.chars().count();
        if found > NAME_CHARS_MAX {
            return Err(NameError::TooLong { found });
        }
        if trimmed.chars().any(char::is_control) {
            return Err(NameError::Control {
                found: crate::newtype::excerpt(trimmed),
            });
        }
        Ok(Self(trimmed.to_owned()))
    }
}

/// An e-mail address, in lower case so that one person is one user: `name@host`, without space.
///
/// It is checked for its shape alone; only a mail that arrives proves an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

text_type!(Email);

/// Something that is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not an e-mail address: write it as name@example.com")]
pub struct EmailError {
    /// The beginning of what was found.
    pub found: String,
}

impl EmailError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "email.malformed"
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let email = text.trim().to_lowercase();
        let malformed = EmailError {
            found: crate::newtype::excerpt(text),
        };
        let Some((local, host)) = email.rsplit_once('@') else {
            return Err(malformed);
        };
        let strange = |c: char| c.is_whitespace() || c.is_control() || "@<>()[]\\,;:\"".contains(c);
        let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        let is_right = email.len() <= EMAIL_BYTES_MAX
            && (1..=EMAIL_LOCAL_BYTES_MAX).contains(&local.len())
            && !email.replacen('@', "", 1).contains(strange)
            && host.split('.').all(is_label);
        if is_right { Ok(Self(email)) } else { Err(malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_loses_the_space_around_it() {
        assert_eq!(
            "  Möwen am Hafen 🐦 ".parse::<Name>().unwrap().as_str(),
            "Möwen am Hafen 🐦"
        );
    }

    #[test]
    fn a_name_is_one_to_two_hundred_characters() {
        assert_eq!(
            "é".repeat(200).parse::<Name>().unwrap().as_str().chars().count(),
            200
        );
        assert_eq!(
            "é".repeat(201).parse::<Name>().unwrap_err().code(),
            "name.too_long"
        );
        assert_eq!(" \t ".parse::<Name>().unwrap_err().code(), "name.empty");
    }

    #[test]
    fn a_name_with_a_control_character_is_refused_and_shown_harmless() {
        let error = "two\nlines".parse::<Name>().unwrap_err();
        assert_eq!(error.code(), "name.control_character");
        assert!(error.to_string().contains(r"two\nlines"), "{error}");
        assert!("nul\0".parse::<Name>().is_err());
    }

    #[test]
    fn an_email_is_kept_in_lower_case() {
        assert_eq!(
            " Ada.L@Example.COM".parse::<Email>().unwrap().as_str(),
            "ada.l@example.com"
        );
        assert!("root@localhost".parse::<Email>().is_ok());
        assert!("o'neil+tag@sub.example.org".parse::<Email>().is_ok());
    }

    #[test]
    fn what_is_not_an_email_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example..com",
            "ada@.com",
            "a b@example.com",
            "a@b@c.com",
            "ada@-x.com",
            "ada@x.com\n.y",
            "Ada <ada@example.com>",
            "a,b@example.com",
        ] {
            assert_eq!(
                text.parse::<Email>().unwrap_err().code(),
                "email.malformed",
                "{text:?}"
            );
        }
        assert!(
            format!("{}@example.com", "a".repeat(65))
                .parse::<Email>()
                .is_err()
        );
        assert!(format!("a@{}.com", "b".repeat(250)).parse::<Email>().is_err());
    }

    #[test]
    fn in_json_they_are_strings_with_their_own_messages() {
        assert_eq!(serde_json::from_str::<Name>("\"x\"").unwrap().as_str(), "x");
        let error = serde_json::from_str::<Name>("\"\"").unwrap_err().to_string();
        assert!(error.contains("a name is missing"), "{error}");
        assert!(serde_json::from_str::<Email>("7").is_err());
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_again(text: String) {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(name.as_str().parse::<Name>().unwrap(), name);
            }
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>().unwrap(), email);
            }
        }
    }
}
