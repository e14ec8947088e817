//! The tests in Python, with the programs and environments they start.

use crate::run::cmd;
use crate::{paths, tools};
use anyhow::{Result, bail};

/// Runs the tests of a folder. What they start stays in their process group and ends with it.
pub fn run(folder: &str) -> Result<()> {
    if !paths::root().join(folder).is_dir() {
        bail!("{folder} is missing");
    }
    let tests = tools::python_environment(tools::TESTS)?;
    cmd(tests.join("python"))
        .args([
            "-m",
            "pytest",
            "--quiet",
            "-p",
            "no:cacheprovider",
            "--durations=5",
            folder,
        ])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("INSITU_BIN", paths::built("debug", "insitu")?)
        .env("INSITU_SANDBOX_BIN", paths::built("debug", "insitu-sandbox")?)
        .env("INSITU_EXAMPLES", paths::built("debug", "examples")?)
        .run()
}
