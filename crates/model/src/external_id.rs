//! The external ID of a role: the word that the hub must say when it assumes the role.
//!
//! Rule: the `ExternalId` parameter of `AssumeRole` in the AWS STS API reference: `[\w+=,.@:\/-]{2,1224}`.

use std::str::FromStr;

use crate::ambient::Random;

/// Shortest external ID, in characters.
pub const EXTERNAL_ID_CHARS_MIN: usize = 2;
/// Longest external ID, in characters.
pub const EXTERNAL_ID_CHARS_MAX: usize = 1224;
/// Random bytes in an external ID that the hub makes: 160 bits, of which nobody guesses one.
const GENERATED_BYTES: usize = 20;

/// The external ID of a role. It is no secret, but it must be one that no other customer can name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(String);

text_type!(ExternalId);

/// Why a text is no external ID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExternalIdError {
    /// Shorter or longer than AWS allows.
    #[error(
        "the external ID has {found} characters: AWS allows {EXTERNAL_ID_CHARS_MIN} to {EXTERNAL_ID_CHARS_MAX}"
    )]
    Length {
        /// Characters found.
        found: usize,
    },
    /// A character that AWS does not allow.
    #[error(
        "the external ID contains {found:?}: AWS allows letters and digits without accents and the characters _ + = , . @ : / -"
    )]
    Character {
        /// The first character that is not allowed.
        found: char,
    },
}

impl ExternalIdError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            ExternalIdError::Length { .. } => "external_id.length",
            ExternalIdError::Character { .. } => "external_id.character",
        }
    }
}

impl ExternalId {
    /// A new one, which nobody can guess: 40 lower-case hexadecimal digits.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; GENERATED_BYTES];
        random.fill(&mut bytes);
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        Self(
            bytes
                .iter()
                .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
                .collect(),
        )
    }
}

impl FromStr for ExternalId {
    type Err = ExternalIdError;

    fn from_str(text: &str) -> Result<Self, ExternalIdError> {
        let found = text.chars().count();
        if !(EXTERNAL_ID_CHARS_MIN..=EXTERNAL_ID_CHARS_MAX).contains(&found) {
            return Err(ExternalIdError::Length { found });
        }
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
        match text.chars().find(|c| !is_allowed(*c)) {
            Some(found) => Err(ExternalIdError::Character { found }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SeededRandom;

    #[test]
    fn what_aws_allows_is_accepted() {
        for text in ["ab", "Unique_ID+=,.@:/-0", &"x".repeat(1224)] {
            assert_eq!(text.parse::<ExternalId>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_aws_would_refuse_is_refused() {
        assert_eq!(
            "a".parse::<ExternalId>(),
            Err(ExternalIdError::Length { found: 1 })
        );
        assert_eq!(
            "x".repeat(1225).parse::<ExternalId>(),
            Err(ExternalIdError::Length { found: 1225 })
        );
        for (text, found) in [
            ("a b", ' '),
            ("größe", 'ö'),
            ("ab\n", '\n'),
            ("a*b", '*'),
            ("<ab>", '<'),
        ] {
            assert_eq!(
                text.parse::<ExternalId>(),
                Err(ExternalIdError::Character { found })
            );
        }
    }

    #[test]
    fn two_that_are_made_differ_and_are_allowed() {
        let random = SeededRandom::new(1);
        let (first, second) = (ExternalId::generate(&random), ExternalId::generate(&random));
        assert_ne!(first, second);
        assert_eq!(first.as_str().len(), 40);
        assert_eq!(first.as_str().parse(), Ok(first));
    }
}
