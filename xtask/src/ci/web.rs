//! The checks of the interface: npm's scripts, the OpenAPI document, the demo in a browser.

use super::unsteady;
use crate::run::{self, cmd};
use crate::{paths, tools};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

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

/// Demos, started as a newcomer would, and driven in Chromium by one of the interface's scripts; once more, from its
/// beginning, each file of which something failed.
pub fn browser(script: &str) -> Result<()> {
    let report = run::scratch("browser")?.join("report.json");
    let Err(error) = drive(script, &report, &[]) else {
        return Ok(());
    };
    let failed = failed_files(&report)?;
    unsteady::once_more(error, &failed, || drive(script, &report, &failed))
}

fn drive(script: &str, report: &Path, files: &[String]) -> Result<()> {
    tools::npm(&["run", "--silent", script, "--"])
        .args(["--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", paths::text(report)))
        .args(files)
        .env("INSITU_BIN", paths::built("debug", "insitu")?)
        .env("INSITU_CHROMIUM", tools::chromium()?)
        .run()
}

/// None where vitest did not come as far as to write its report.
fn failed_files(report: &Path) -> Result<Vec<String>> {
    let Ok(written) = std::fs::read(report) else {
        return Ok(Vec::new());
    };
    let report: Value = serde_json::from_slice(&written).context("reading which files failed")?;
    let files = report["testResults"]
        .as_array()
        .context("a report without files")?;
    let failed = files.iter().filter(|file| file["status"] != "passed");
    Ok(failed
        .filter_map(|file| file["name"].as_str().map(str::to_owned))
        .collect())
}
