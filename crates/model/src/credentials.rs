//! The shape of an IAM user's access key, so that a slip in pasting it is named before anything is signed.
//!
//! AWS issues access key IDs of 20 and secret access keys of 40 characters ("IAM identifiers" and "Manage access keys"
//! in the IAM user guide; the page that users follow says the same). Other servers issue other lengths.

use zeroize::Zeroizing;

/// Characters of an access key ID of AWS.
pub const ACCESS_KEY_ID_CHARS: usize = 20;
/// Characters of a secret access key of AWS.
pub const SECRET_ACCESS_KEY_CHARS: usize = 40;
/// Longest key ID or secret of another server, in bytes.
pub const KEY_BYTES_MAX: usize = 256;

/// The public half of an access key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(String);

/// The secret half of an access key. It has no `Display`, no serde, a `Debug` that shows nothing, and is wiped from
/// memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretAccessKey(Zeroizing<String>);

/// Why a text is no half of an access key. Never says what the text was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing was given.
    #[error("the {what} is missing")]
    Missing {
        /// Which half.
        what: Half,
    },
    /// Not as many characters as AWS issues.
    #[error("the {what} has {found} characters: AWS issues {expected}; copy it again, whole")]
    Length {
        /// Which half.
        what: Half,
        /// Characters that were expected.
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// The two halves were pasted the wrong way round.
    #[error("the {what} looks like the {other}: exchange the two")]
    Exchanged {
        /// The half that was asked for.
        what: Half,
        /// The half that was probably given.
        other: Half,
    },
    /// Longer than any server issues.
    #[error("the {what} has {found} bytes: at most {KEY_BYTES_MAX} are allowed")]
    TooLong {
        /// Which half.
        what: Half,
        /// Bytes found.
        found: usize,
    },
    /// A character that no such key has.
    #[error(
        "the {what} contains a character that no such key has (at position {position}): copy it again, whole"
    )]
    Character {
        /// Which half.
        what: Half,
        /// Where, counted in characters from 1.
        position: usize,
    },
    /// A key of a session, which ends by itself.
    #[error(
        "this is the temporary access key ID of a session (it begins with ASIA), which would soon stop working: use the key of an IAM user (AKIA…) or connect by IAM delegation"
    )]
    Temporary,
}

/// One half of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The public half.
    AccessKeyId,
    /// The secret half.
    SecretAccessKey,
}

impl std::fmt::Display for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Half::AccessKeyId => "access key ID",
            Half::SecretAccessKey => "secret access key",
        })
    }
}

impl CredentialError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            CredentialError::Missing { .. } => "credentials.missing",
            CredentialError::Length { .. } => "credentials.length",
            CredentialError::Exchanged { .. } => "credentials.exchanged",
            CredentialError::TooLong { .. } => "credentials.too_long",
            CredentialError::Character { .. } => "credentials.character",
            CredentialError::Temporary => "credentials.temporary",
        }
    }
}

impl AccessKeyId {
    /// Reads the key ID of a storage. Space around it, which comes with pasting, is dropped.
    ///
    /// AWS's has 20 capitals and digits and begins with four letters; with an endpoint of the storage's own, anything
    /// of up to [`KEY_BYTES_MAX`] visible ASCII characters except `/` (which separates the scope of a signature).
    pub fn parse(text: &str, has_endpoint: bool) -> Result<Self, CredentialError> {
        const WHAT: Half = Half::AccessKeyId;
        const KIND_CHARS: usize = 4;
        let text = text.trim();
        if has_endpoint {
            visible(text, WHAT, |c| c != '/')?;
            return Ok(Self(text.to_owned()));
        }
        if text.chars().count() == SECRET_ACCESS_KEY_CHARS {
            return Err(CredentialError::Exchanged {
                what: WHAT,
                other: Half::SecretAccessKey,
            });
        }
        exact(text, WHAT, ACCESS_KEY_ID_CHARS)?;
        let is_right =
            |(at, c): (usize, char)| c.is_ascii_uppercase() || (at >= KIND_CHARS && c.is_ascii_digit());
        if let Some(at) = text.chars().enumerate().position(|c| !is_right(c)) {
            return Err(CredentialError::Character {
                what: WHAT,
                position: at + 1,
            });
        }
        if text.starts_with("ASIA") {
            return Err(CredentialError::Temporary);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key ID as it is signed with.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl SecretAccessKey {
    /// Reads the secret of a storage. Space around it, which comes with pasting, is dropped.
    ///
    /// AWS's has 40 characters of the Base64 alphabet; with an endpoint of the storage's own, anything of up to
    /// [`KEY_BYTES_MAX`] visible ASCII characters.
    pub fn parse(text: &str, has_endpoint: bool) -> Result<Self, CredentialError> {
        const WHAT: Half = Half::SecretAccessKey;
        let text = text.trim();
        if has_endpoint {
            visible(text, WHAT, |_| true)?;
        } else {
            if text.len() == ACCESS_KEY_ID_CHARS && text.starts_with("AKIA") {
                return Err(CredentialError::Exchanged {
                    what: WHAT,
                    other: Half::AccessKeyId,
                });
            }
            exact(text, WHAT, SECRET_ACCESS_KEY_CHARS)?;
            visible(text, WHAT, |c| c.is_ascii_alphanumeric() || "+/=".contains(c))?;
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The secret itself, for the one who seals it or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretAccessKey(…)")
    }
}

fn exact(text: &str, what: Half, expected: usize) -> Result<(), CredentialError> {
    match text.chars().count() {
        0 => Err(CredentialError::Missing { what }),
        found if found != expected => Err(CredentialError::Length {
            what,
            expected,
            found,
        }),
        _ => Ok(()),
    }
}

fn visible(text: &str, what: Half, is_allowed: impl Fn(char) -> bool) -> Result<(), CredentialError> {
    if text.is_empty() {
        return Err(CredentialError::Missing { what });
    }
    if text.len() > KEY_BYTES_MAX {
        return Err(CredentialError::TooLong {
            what,
            found: text.len(),
        });
    }
    match text.chars().position(|c| !c.is_ascii_graphic() || !is_allowed(c)) {
        Some(at) => Err(CredentialError::Character {
            what,
            position: at + 1,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn id_code(text: &str, has_endpoint: bool) -> &'static str {
        AccessKeyId::parse(text, has_endpoint).map_or_else(|error| error.code(), |_| "")
    }

    fn secret_code(text: &str, has_endpoint: bool) -> &'static str {
        SecretAccessKey::parse(text, has_endpoint).map_or_else(|error| error.code(), |_| "")
    }

    #[test]
    fn the_keys_of_an_iam_user_are_accepted_with_space_around_them() {
        assert_eq!(
            AccessKeyId::parse(&format!(" {ID}\n"), false).unwrap().as_str(),
            ID
        );
        assert_eq!(
            SecretAccessKey::parse(&format!("\t{SECRET} "), false)
                .unwrap()
                .expose(),
            SECRET
        );
    }

    #[test]
    fn a_wrong_length_is_named_with_the_right_one() {
        let error = AccessKeyId::parse(&ID[..19], false).unwrap_err();
        assert_eq!(error.code(), "credentials.length");
        assert!(
            error.to_string().contains("has 19 characters: AWS issues 20"),
            "{error}"
        );
        let error = SecretAccessKey::parse(&SECRET[1..], false).unwrap_err();
        assert!(
            error.to_string().contains("has 39 characters: AWS issues 40"),
            "{error}"
        );
        assert_eq!(id_code("", false), "credentials.missing");
        assert_eq!(secret_code(" ", true), "credentials.missing");
    }

    #[test]
    fn exchanged_halves_are_recognized() {
        assert_eq!(id_code(SECRET, false), "credentials.exchanged");
        assert_eq!(secret_code(ID, false), "credentials.exchanged");
    }

    #[test]
    fn a_key_of_a_session_is_refused() {
        assert_eq!(id_code("ASIAIOSFODNN7EXAMPLE", false), "credentials.temporary");
    }

    #[test]
    fn strange_characters_are_refused_by_position() {
        let error = AccessKeyId::parse("AKIAiOSFODNN7EXAMPLE", false).unwrap_err();
        assert_eq!(
            error,
            CredentialError::Character {
                what: Half::AccessKeyId,
                position: 5
            }
        );
        assert_eq!(id_code("1KIAIOSFODNN7EXAMPLE", false), "credentials.character");
        assert_eq!(
            secret_code(&SECRET.replace('/', "*"), false),
            "credentials.character"
        );
        assert_eq!(
            secret_code(&SECRET.replace('K', "é"), false),
            "credentials.character"
        );
    }

    #[test]
    fn with_an_endpoint_other_lengths_are_allowed() {
        assert_eq!(id_code("minioadmin", true), "");
        assert_eq!(secret_code("minio-secret!*", true), "");
        assert_eq!(id_code("a/b", true), "credentials.character");
        assert_eq!(secret_code("with space", true), "credentials.character");
        assert_eq!(secret_code(&"x".repeat(257), true), "credentials.too_long");
    }

    #[test]
    fn a_secret_shows_nothing() {
        let secret = SecretAccessKey::parse(SECRET, false).unwrap();
        assert_eq!(format!("{secret:?}"), "SecretAccessKey(…)");
    }

    proptest! {
        #[test]
        fn no_error_echoes_what_was_given(text in "[!-~é]{5,60}", has_endpoint: bool) {
            for error in [
                AccessKeyId::parse(&text, has_endpoint).err(),
                SecretAccessKey::parse(&text, has_endpoint).err(),
            ].into_iter().flatten() {
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains(&text));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text: String, has_endpoint: bool) {
            let _ = AccessKeyId::parse(&text, has_endpoint);
            let _ = SecretAccessKey::parse(&text, has_endpoint);
        }
    }
}
