//! Closed sets of words: enums that are one exact string each in JSON, in the database and on the command line.

/// A word that is not in the set that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is no {what}: choose one of {}", expected.join(", "))]
pub struct UnknownWord {
    /// What was being read, such as `project role`.
    pub what: &'static str,
    /// The beginning of what was found.
    pub found: String,
    /// Every word that would have been right.
    pub expected: &'static [&'static str],
}

impl UnknownWord {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "word.unknown"
    }
}

/// Declares an enum of words. Words are written exactly and read without regard to ASCII case, as the public
/// clients of this API spell some of them both ways.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// Every word, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The one spelling that is written.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $(if text.eq_ignore_ascii_case($word) {
                    return Ok($name::$variant);
                })+
                Err($crate::word::UnknownWord {
                    what: $what,
                    found: $crate::newtype::excerpt(text),
                    expected: $name::WORDS,
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::newtype::deserialize_from_str(deserializer)
            }
        }
    };
}
