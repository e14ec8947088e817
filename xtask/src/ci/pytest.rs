//! The tests in Python, with the programs and environments they start.

use super::unsteady;
use crate::run::{self, cmd};
use crate::{paths, tools};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// Where pytest notes which tests failed, below its cache.
const LAST_FAILED: &str = "v/cache/lastfailed";

/// Runs the tests of a folder, and once more those that failed. What they start stays in their process group and ends
/// with it.
pub fn run(folder: &str) -> Result<()> {
    if !paths::root().join(folder).is_dir() {
        bail!("{folder} is missing");
    }
    let cache = run::scratch("pytest")?;
    let Err(error) = pytest(folder, &cache, &[]) else {
        return Ok(());
    };
    let failed = last_failed(&cache)?;
    unsteady::once_more(error, &failed, || {
        pytest(
            folder,
            &cache,
            &["--last-failed", "--last-failed-no-failures=none"],
        )
    })
}

/// None where pytest did not come as far as to note any.
fn last_failed(cache: &Path) -> Result<Vec<String>> {
    let Ok(noted) = std::fs::read(cache.join(LAST_FAILED)) else {
        return Ok(Vec::new());
    };
    let failed: BTreeMap<String, bool> =
        serde_json::from_slice(&noted).context("reading which tests failed")?;
    Ok(failed.into_keys().collect())
}

fn pytest(folder: &str, cache: &Path, which: &[&str]) -> Result<()> {
    let tests = tools::python_environment(tools::TESTS)?;
    cmd(tests.join("python"))
        .args(["-m", "pytest", "--quiet", "--durations=5"])
        .args(["-o", &format!("cache_dir={}", paths::text(cache))])
        .args(which)
        .arg(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("INSITU_BIN", paths::built("debug", "insitu")?)
        .env("INSITU_SANDBOX_BIN", paths::built("debug", "insitu-sandbox")?)
        .env("INSITU_EXAMPLES", paths::built("debug", "examples")?)
        .run()
}
