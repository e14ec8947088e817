//! Which licences come in: a package passes if its licence expression can be met with allowed licences alone.

use super::policy::{LICENCES, NPM_LICENCES};
use super::{cargo, npm};

/// Packages of the program whose licence is missing or not allowed.
pub fn of_crates(graph: &[cargo::Package]) -> Vec<String> {
    let foreign = graph.iter().filter(|package| !package.ours);
    let refused = foreign.filter(|package| !met(package.licence.as_deref(), &[LICENCES]));
    refused
        .map(|package| refusal(&package.name, &package.version, package.licence.as_deref()))
        .collect()
}

/// Packages of the interface whose licence is missing or not allowed.
pub fn of_npm(packages: &[npm::Package]) -> Vec<String> {
    let refused = packages
        .iter()
        .filter(|package| !met(package.licence.as_deref(), &[LICENCES, NPM_LICENCES]));
    refused
        .map(|package| refusal(&package.name, &package.version, package.licence.as_deref()))
        .collect()
}

fn refusal(name: &str, version: &str, licence: Option<&str>) -> String {
    let licence = licence.unwrap_or("no licence");
    format!("{name} {version}: {licence} is not among the allowed licences")
}

/// Whether an SPDX expression (`MIT OR (Apache-2.0 AND ISC)`, the older `MIT/Apache-2.0` too) is there and can be met
/// with licences of these lists alone.
fn met(expression: Option<&str>, allowed: &[&[&str]]) -> bool {
    let Some(expression) = expression else {
        return false;
    };
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        allowed,
    };
    reader.any() && reader.words.is_empty()
}

/// Reads an expression from the left; AND binds closer than OR, as SPDX says.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a [&'a str]],
}

impl Reader<'_> {
    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.takes("OR") {
            met |= self.all();
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.takes("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let met = self.any();
            return self.takes(")") && met;
        }
        let Some((name, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        if !self.takes("WITH") {
            return self.knows(name);
        }
        let Some((exception, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        self.knows(&format!("{name} WITH {exception}"))
    }

    fn knows(&self, licence: &str) -> bool {
        self.allowed.iter().any(|list| list.contains(&licence))
    }

    fn takes(&mut self, word: &str) -> bool {
        let taken = self.words.first() == Some(&word);
        if taken {
            self.words = &self.words[1..];
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{LICENCES, met};

    #[test]
    fn an_expression_passes_if_one_allowed_way_through_it_exists() {
        for expression in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND ISC",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(met(Some(expression), &[LICENCES]), "{expression}");
        }
    }

    #[test]
    fn an_expression_that_demands_a_foreign_licence_is_refused() {
        for expression in [
            "",
            "GPL-3.0",
            "MIT AND GPL-2.0",
            "(MIT",
            "MIT AND",
            "Apache-2.0 WITH other-exception",
        ] {
            assert!(!met(Some(expression), &[LICENCES]), "{expression}");
        }
    }

    #[test]
    fn a_list_allows_nothing_of_another() {
        assert!(!met(Some("MPL-2.0"), &[LICENCES]));
        assert!(met(Some("MPL-2.0"), &[LICENCES, &["MPL-2.0"]]));
        assert!(!met(None, &[LICENCES]));
    }
}
