//! Every code that somebody may be answered stands in the documents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use insitu_model::audit::AuditAction;

/// Where codes are given, beside this crate.
const CRATES: [&str; 5] = [
    "hub/src",
    "cloud/src",
    "formats/src",
    "model/src",
    "store/src/error.rs",
];
/// Where they are explained.
const DOCUMENTS: [&str; 3] = ["API.md", "DATA-FORMATS.md", "OPERATIONS.md"];
/// Words with a dot between them that are no codes, or that nobody is answered.
const OTHERS: [&str; 6] = [
    "amazonaws.com",
    "localhost.localdomain",
    "insitu.masks",
    "metadata.height",
    "metadata.width",
    // A picture that nobody orders, as each is measured before.
    "png.size",
];
/// Families of such words: faults of a zip file are told as `export.zip_failed`.
const OTHER_FAMILIES: [&str; 1] = ["zip"];
/// How names of files end.
const ENDINGS: [&str; 6] = ["css", "html", "jpg", "json", "png", "rs"];

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Two words and the dot between them.
fn split(text: &str) -> Option<(&str, &str)> {
    let (family, what) = text.split_once('.')?;
    (is_word(what) && (family.is_empty() || is_word(family))).then_some((family, what))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.is_file() {
        found.push(folder.to_owned());
        return;
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_test = name == "tests" || name.ends_with("tests.rs") || name == "testing.rs";
        if path.is_dir() && !is_test {
            sources(&path, found);
        } else if name.ends_with(".rs") && !is_test {
            found.push(path);
        }
    }
}

/// What stands between quotation marks in the code of a file, its tests left out.
fn given(source: &str) -> impl Iterator<Item = &str> {
    let code = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// Codes as the documents write them: `a.b`, and behind it `.c` for `a.c`.
fn documented(text: &str) -> BTreeSet<String> {
    let mut family = "";
    let mut found = BTreeSet::new();
    for line in text.lines() {
        for (own, what) in line.split('`').skip(1).step_by(2).filter_map(split) {
            family = if own.is_empty() { family } else { own };
            found.insert(format!("{family}.{what}"));
        }
    }
    found
}

#[test]
fn every_code_that_is_given_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut known = BTreeSet::new();
    for name in DOCUMENTS {
        known.extend(documented(
            &std::fs::read_to_string(root.join("docs").join(name)).unwrap(),
        ));
    }
    let mut files = Vec::new();
    for name in CRATES {
        sources(&root.join("crates").join(name), &mut files);
    }
    let mut missing = BTreeSet::new();
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        for code in given(&source) {
            let is_code = split(code).is_some_and(|(family, what)| {
                !family.is_empty() && !OTHER_FAMILIES.contains(&family) && !ENDINGS.contains(&what)
            });
            let is_action = AuditAction::WORDS.contains(&code);
            if is_code && !is_action && !OTHERS.contains(&code) && !known.contains(code) {
                missing.insert(format!("{code} ({})", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "in none of {DOCUMENTS:?}: {missing:#?}");
}

#[test]
fn every_action_of_the_audit_record_is_a_pair_of_words() {
    assert!(AuditAction::WORDS.iter().all(|word| split(word).is_some()));
}
