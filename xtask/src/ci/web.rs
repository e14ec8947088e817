//! The checks of the interface: npm's scripts, the OpenAPI document, the demo in a browser.

use crate::run::cmd;
use crate::{demo, paths, tools};
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

/// The demo, started as a newcomer would, and driven in Chromium.
pub fn browser() -> Result<()> {
    let demo = demo::start_quietly("debug")?;
    tools::npm(&["run", "--silent", "e2e"])
        .env("INSITU_READY_FILE", &demo.ready_file)
        .env("INSITU_BINARY", paths::built("debug", "insitu")?)
        .env("INSITU_CHROMIUM", tools::chromium()?)
        .run()
}
