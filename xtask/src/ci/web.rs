//! The checks of the interface: npm's scripts, the OpenAPI document, the demo in a browser.

use crate::run::cmd;
use crate::{paths, tools};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

pub fn format() -> Result<()> {
    tools::npm(&["exec", "--no", "--", "prettier", "--check", "."]).run()
}

/// Types, lints, unit tests and the build.
pub fn check() -> Result<()> {
    for script in ["check", "lint", "test"] {
        tools::npm(&["run", "--silent", script]).run()?;
    }
    tools::build_web()
}

/// The document that the program prints.
pub fn print_openapi() -> Result<String> {
    cmd(paths::built("debug", "insitu")?).arg("openapi").output()
}

/// Where the interface's types come from.
pub fn openapi_file() -> PathBuf {
    paths::web().join("src/lib/api/openapi.json")
}

/// The committed document is the one that the program prints.
pub fn openapi() -> Result<()> {
    let committed =
        std::fs::read_to_string(openapi_file()).context("reading web/src/lib/api/openapi.json")?;
    if committed != print_openapi()? {
        bail!("web/src/lib/api/openapi.json is not what `insitu openapi` prints: run `cargo xtask fixtures`");
    }
    Ok(())
}

/// Demos, started as a newcomer would, and driven in Chromium by one of the interface's scripts.
pub fn browser(script: &str) -> Result<()> {
    tools::npm(&["run", "--silent", script])
        .env("INSITU_BIN", paths::built("debug", "insitu")?)
        .env("INSITU_CHROMIUM", tools::chromium()?)
        .run()
}
