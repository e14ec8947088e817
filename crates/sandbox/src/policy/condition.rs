//! The conditions of a statement: operators, and the request's values that they look at.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::{OneOrMany, Scalar};
use super::pattern::matches_wildcard;

/// What a request brings along: condition keys (`sts:ExternalId`, `s3:prefix`, …) and their values.
#[derive(Debug, Clone, Default)]
pub struct Context {
    values: BTreeMap<String, String>,
}

impl Context {
    /// Adds a value; an absent one stays absent, which conditions tell from an empty one.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.values.insert(key.to_ascii_lowercase(), value.to_owned());
        }
        self
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.values.get(&key.to_ascii_lowercase()).map(String::as_str)
    }
}

/// A condition operator, such as `StringEquals` or `StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Operator {
    test: Test,
    if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Bool,
    Null,
}

const TESTS: [(&str, Test); 12] = [
    ("StringEquals", Test::StringEquals),
    ("StringNotEquals", Test::StringNotEquals),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", Test::StringNotEqualsIgnoreCase),
    ("StringLike", Test::StringLike),
    ("StringNotLike", Test::StringNotLike),
    ("ArnEquals", Test::ArnEquals),
    ("ArnLike", Test::ArnLike),
    ("ArnNotEquals", Test::ArnNotEquals),
    ("ArnNotLike", Test::ArnNotLike),
    ("Bool", Test::Bool),
    ("Null", Test::Null),
];

impl TryFrom<String> for Operator {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let (plain, if_exists) = match name.strip_suffix("IfExists") {
            Some(plain) => (plain, true),
            None => (name.as_str(), false),
        };
        match TESTS.iter().find(|(known, _)| *known == plain) {
            Some(&(_, test)) => Ok(Self { test, if_exists }),
            None => Err(format!(
                "the condition operator '{name}' is not one that this sandbox knows"
            )),
        }
    }
}

impl From<Operator> for String {
    fn from(operator: Operator) -> Self {
        operator.to_string()
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = TESTS
            .iter()
            .find(|(_, test)| *test == self.test)
            .map_or("", |(name, _)| name);
        f.write_str(name)?;
        if self.if_exists {
            f.write_str("IfExists")
        } else {
            Ok(())
        }
    }
}

/// A statement's whole condition block: every operator and every key must hold.
pub(super) fn holds(
    block: &BTreeMap<Operator, BTreeMap<String, OneOrMany<Scalar>>>,
    context: &Context,
) -> bool {
    block.iter().all(|(operator, keys)| {
        keys.iter()
            .all(|(key, wanted)| operator.holds(context.get(key), wanted))
    })
}

impl Operator {
    /// One key against its wanted values: one of them suffices, or for a negated operator none may fit.
    fn holds(self, actual: Option<&str>, wanted: &OneOrMany<Scalar>) -> bool {
        if self.test == Test::Null {
            return wanted
                .iter()
                .any(|value| (value.text() == "true") == actual.is_none());
        }
        let Some(actual) = actual else {
            return self.if_exists || self.test.is_negated();
        };
        let any = wanted.iter().any(|value| self.test.fits(&value.text(), actual));
        any != self.test.is_negated()
    }
}

impl Test {
    fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }

    /// The comparison itself, before negation.
    fn fits(self, wanted: &str, actual: &str) -> bool {
        match self {
            Self::StringEquals | Self::StringNotEquals => wanted == actual,
            Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase | Self::Bool | Self::Null => {
                wanted.eq_ignore_ascii_case(actual)
            }
            // ArnEquals and ArnLike behave identically in IAM.
            Self::StringLike
            | Self::StringNotLike
            | Self::ArnEquals
            | Self::ArnLike
            | Self::ArnNotEquals
            | Self::ArnNotLike => matches_wildcard(wanted, actual),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, context: &Context) -> bool {
        holds(&serde_json::from_str(json).unwrap(), context)
    }

    #[test]
    fn a_missing_key_fails_a_positive_test_and_passes_a_negated_one() {
        let nothing = Context::default();
        assert!(!check(r#"{"StringEquals":{"sts:ExternalId":"a"}}"#, &nothing));
        assert!(!check(r#"{"StringLike":{"sts:ExternalId":"*"}}"#, &nothing));
        assert!(check(r#"{"StringNotEquals":{"sts:ExternalId":"a"}}"#, &nothing));
        assert!(check(
            r#"{"StringEqualsIfExists":{"sts:ExternalId":"a"}}"#,
            &nothing
        ));
        assert!(check(r#"{"Null":{"sts:ExternalId":"true"}}"#, &nothing));
    }

    #[test]
    fn one_of_several_values_suffices_and_case_counts() {
        let context = Context::default().with("sts:ExternalId", Some("b"));
        assert!(check(
            r#"{"StringEquals":{"sts:ExternalId":["a","b"]}}"#,
            &context
        ));
        assert!(!check(
            r#"{"StringNotEquals":{"sts:ExternalId":["a","b"]}}"#,
            &context
        ));
        assert!(!check(r#"{"StringEquals":{"sts:ExternalId":"B"}}"#, &context));
        assert!(check(
            r#"{"StringEqualsIgnoreCase":{"sts:ExternalId":"B"}}"#,
            &context
        ));
    }

    #[test]
    fn the_name_of_a_key_ignores_case_as_in_iam() {
        let context = Context::default().with("sts:ExternalId", Some("b"));
        assert!(check(r#"{"StringEquals":{"sts:externalid":"b"}}"#, &context));
    }

    #[test]
    fn every_operator_and_key_must_hold() {
        let context = Context::default()
            .with("s3:prefix", Some("photos/"))
            .with("s3:delimiter", Some("/"));
        assert!(check(
            r#"{"StringLike":{"s3:prefix":"photos/*","s3:delimiter":"/"}}"#,
            &context
        ));
        assert!(!check(
            r#"{"StringLike":{"s3:prefix":"photos/*"},"Null":{"s3:delimiter":true}}"#,
            &context
        ));
    }
}
