//! Which licences come in: a package passes if its licence expression can be met with allowed licences alone.

use super::cargo::Package;
use super::policy::LICENCES;

/// Packages whose licence is missing or not allowed.
pub fn check(graph: &[Package]) -> Vec<String> {
    let foreign = graph.iter().filter(|package| !package.ours);
    let refused = foreign.filter(|package| !package.licence.as_deref().is_some_and(allowed));
    let say = |package: &Package| {
        let licence = package.licence.as_deref().unwrap_or("no licence");
        format!(
            "{} {}: {licence} is not among the allowed licences",
            package.name, package.version
        )
    };
    refused.map(say).collect()
}

/// Whether an SPDX expression (`MIT OR (Apache-2.0 AND ISC)`, the older `MIT/Apache-2.0` too) can be met.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words };
    reader.any() && reader.words.is_empty()
}

/// Reads an expression from the left; AND binds closer than OR, as SPDX says.
struct Reader<'a> {
    words: &'a [&'a str],
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
            return LICENCES.contains(name);
        }
        let Some((exception, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        LICENCES.contains(&format!("{name} WITH {exception}").as_str())
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
    use super::allowed;

    #[test]
    fn an_expression_passes_if_one_allowed_way_through_it_exists() {
        for expression in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND ISC",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allowed(expression), "{expression}");
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
            assert!(!allowed(expression), "{expression}");
        }
    }
}
