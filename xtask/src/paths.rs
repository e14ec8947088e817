//! Where things are: the repository, its tools and what cargo built.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

pub fn web() -> PathBuf {
    root().join("web")
}

/// What the set-up installs for this checkout alone; ignored by git, safe to delete.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// Cargo's target directory, wherever the newcomer's settings put it: the one this program was built into.
pub fn target() -> Result<PathBuf> {
    let this = std::env::current_exe().context("asking where this program lies")?;
    let target = this.parent().and_then(Path::parent);
    target
        .map(Path::to_path_buf)
        .context("this program does not lie in a target directory; start it with cargo")
}

/// A program that the given profile built, `debug` or `release`.
pub fn built(profile: &str, program: &str) -> Result<PathBuf> {
    Ok(target()?.join(profile).join(program))
}

/// A path as text; ours are all UTF-8.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
