//! A regular expression that a text answer has to match, in an engine whose time is linear in the text.

use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};

use crate::newtype::excerpt;

/// Longest regular expression, in bytes.
pub const PATTERN_BYTES_MAX: usize = 1_000;
/// Largest memory of a compiled expression, in bytes: what keeps `(\w{100}){100}` from growing.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;
/// Deepest nesting of groups.
const GROUPS_MAX: u32 = 50;

/// A regular expression, compiled when it is first needed. It may match anywhere in the text: `^` and `$` tie it down.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: Arc<OnceLock<Option<Regex>>>,
}

impl Pattern {
    /// Takes an expression without trying it.
    pub(super) fn trusted(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            compiled: Arc::default(),
        }
    }

    /// Compiles an expression; says why not otherwise.
    pub(super) fn checked(text: &str) -> Result<Self, String> {
        let compiled = compile(text).map_err(|error| why(text, &error))?;
        Ok(Self {
            text: text.to_owned(),
            compiled: Arc::new(OnceLock::from(Some(compiled))),
        })
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a text matches. Everything matches an expression that does not compile, as nobody could satisfy it.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| compile(&self.text).ok())
            .as_ref()
            .is_none_or(|regex| regex.is_match(text))
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .nest_limit(GROUPS_MAX)
        .build()
}

fn why(text: &str, error: &regex::Error) -> String {
    let shown = excerpt(text);
    match error {
        regex::Error::CompiledTooBig(_) => {
            format!(
                "the expression \"{shown}\" is too large once its repetitions are written out; shorten it"
            )
        }
        // The library draws the expression with a mark under the place, and says the cause in its last line.
        other => {
            let told = other.to_string();
            let cause = told.lines().last().unwrap_or_default();
            let cause = cause.strip_prefix("error: ").unwrap_or(cause);
            format!("the expression \"{shown}\" cannot be used: {cause}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_anywhere_unless_it_is_tied_down() {
        assert!(Pattern::checked("[0-9]{3}").unwrap().matches("no. 123"));
        assert!(!Pattern::checked("^[0-9]{3}$").unwrap().matches("no. 123"));
    }

    #[test]
    fn what_cannot_be_matched_in_linear_time_is_refused_in_words() {
        for text in [r"(?=a)b", r"(a)\1", "(", "[z-a]"] {
            let message = Pattern::checked(text).unwrap_err();
            assert!(message.contains("cannot be used: "), "{message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn an_expression_that_grows_is_refused() {
        let message = Pattern::checked(r"((\w{50}){50}){50}").unwrap_err();
        assert!(message.contains("too large"), "{message}");
        assert!(Pattern::checked(&"(".repeat(60)).is_err());
        let nested = format!("{}a{}", "(".repeat(60), ")".repeat(60));
        assert!(Pattern::checked(&nested).is_err());
    }

    #[test]
    fn an_expression_that_does_not_compile_any_more_stands_in_nobodys_way() {
        assert!(Pattern::trusted("(").matches("anything"));
        assert!(!Pattern::trusted("^a$").matches("b"));
    }
}
