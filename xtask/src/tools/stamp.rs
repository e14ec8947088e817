//! Notes of what a costly step was done with, so that it is done again only when that changed.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// A note beside the result; the step counts as done while the note says the same and the result exists.
#[derive(Debug)]
pub struct Stamp {
    file: PathBuf,
    content: String,
}

impl Stamp {
    pub fn new(file: PathBuf, content: String) -> Self {
        Self { file, content }
    }

    /// A stamp over the text of a file, such as a lock file.
    pub fn of_file(file: PathBuf, source: &Path) -> Result<Self> {
        let content =
            std::fs::read_to_string(source).with_context(|| format!("reading {}", source.display()))?;
        Ok(Self::new(file, content))
    }

    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|noted| noted == self.content)
    }

    pub fn write(&self) -> Result<()> {
        if let Some(dir) = self.file.parent() {
            std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
        }
        std::fs::write(&self.file, &self.content).with_context(|| format!("writing {}", self.file.display()))
    }
}

/// Path, size and time of change of every file below, without the folders named: changes when any of them does.
pub fn fingerprint(dir: &Path, without: &[&str]) -> Result<String> {
    let mut lines = Vec::new();
    walk(dir, without, &mut lines).with_context(|| format!("looking through {}", dir.display()))?;
    lines.sort();
    Ok(lines.join("\n"))
}

fn walk(dir: &Path, without: &[&str], lines: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let (path, about) = (entry.path(), entry.metadata()?);
        if without.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if about.is_dir() {
            walk(&path, without, lines)?;
        } else {
            let changed = about
                .modified()?
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default();
            lines.push(format!(
                "{} {} {}",
                path.display(),
                about.len(),
                changed.as_nanos()
            ));
        }
    }
    Ok(())
}
