//! What stands in the files that git knows: how long they are, and words that may not stand there.

use super::policy::{COUNTED, LONGEST_FILE_LINES, UNCOUNTED, WORDS, Word};
use crate::paths;
use crate::run::cmd;
use anyhow::{Context, Result};

/// Every broken rule, with file and line.
pub fn check() -> Result<Vec<String>> {
    let listed = cmd("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    let mut broken = Vec::new();
    for path in listed.split_terminator('\0').filter(|path| is_source(path)) {
        let file = paths::root().join(path);
        // Removed, but git has not been told yet.
        if !file.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {path}"))?;
        broken.extend(too_long(path, &text));
        broken.extend(words(path, &text));
    }
    Ok(broken)
}

fn is_source(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| COUNTED.contains(&extension))
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let counted = lines > LONGEST_FILE_LINES && !UNCOUNTED.contains(&path);
    counted.then(|| format!("{path}: {lines} lines; a file is one idea of at most {LONGEST_FILE_LINES}"))
}

fn words(path: &str, text: &str) -> Vec<String> {
    let holds = |word: &&Word| begins(path, word.under) && !begins(path, word.except);
    let rules: Vec<&Word> = WORDS.iter().filter(holds).collect();
    let mut broken = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for rule in rules.iter().filter(|rule| line.contains(rule.word)) {
            broken.push(format!(
                "{path}:{}: `{}`: {}",
                index + 1,
                rule.word.trim(),
                rule.reason
            ));
        }
    }
    broken
}

fn begins(path: &str, with: &[&str]) -> bool {
    with.iter().any(|beginning| path.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_outside_the_store_is_named_with_its_line() {
        let text = "one\nlet q = \"SELECT 1\";\n";
        assert_eq!(
            words("crates/hub/src/api.rs", text),
            ["crates/hub/src/api.rs:2: `\"SELECT`: SQL stands only in crates/store"]
        );
        assert!(words("crates/store/src/api.rs", text).is_empty());
    }

    #[test]
    fn a_file_of_401_lines_is_too_long() {
        assert!(too_long("a.rs", &"x\n".repeat(400)).is_none());
        assert!(too_long("a.rs", &"x\n".repeat(401)).is_some());
    }
}
