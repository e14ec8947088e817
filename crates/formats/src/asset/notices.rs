//! The fields that no one reads, noticed once for each name and file.

use super::problem::{RowProblem, codes};

const NAME_BYTES: usize = 100;

/// The names noticed so far; kept in a position, so that a file that is read on is noticed once as well.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noticed {
    names: Vec<String>,
    limit: usize,
}

impl Noticed {
    pub fn new(names: Vec<String>, limit: usize) -> Self {
        Self { names, limit }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The notice for a name that is met for the first time; nothing once the limit of names is reached.
    pub fn notice(&mut self, name: &str) -> Option<RowProblem> {
        let name = crate::report::cut(name, NAME_BYTES);
        if name.is_empty() || self.names.len() >= self.limit || self.names.iter().any(|known| known == name) {
            return None;
        }
        self.names.push(name.to_owned());
        let message =
            format!("`{name}` is no property of an asset and was left out; this is said once a file");
        Some(RowProblem::new(name.to_owned(), codes::UNKNOWN_FIELD, message))
    }
}
