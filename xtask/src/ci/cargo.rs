//! The checks that cargo runs. One profile and one set of packages throughout, so that dependencies compile once.

use crate::run::{Cmd, cmd};
use crate::tools;
use anyhow::{Context, Result};

fn cargo(args: &[&str]) -> Cmd {
    cmd("cargo").args(args)
}

pub fn format() -> Result<()> {
    cargo(&["fmt", "--all", "--", "--check", "-l"])
        .run()
        .context("the files above are not formatted: run `cargo fmt --all`")
}

pub fn clippy() -> Result<()> {
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ])
    .run()
}

/// Every test of the workspace.
pub fn test() -> Result<()> {
    test_with(None, &[])?;
    // nextest leaves the examples in the documentation to cargo.
    if has_nextest() {
        cargo(&["test", "--workspace", "--doc", "--locked", "--quiet"]).run()
    } else {
        Ok(())
    }
}

/// The tests, by nextest where it is installed and by cargo elsewhere: those of some packages alone where nextest
/// can filter without building anything another way, and with variables that switch them to another backend. nextest
/// tries again what failed, and lists what passed only then as flaky.
pub fn test_with(filter: Option<&str>, variables: &[(String, String)]) -> Result<()> {
    let runner = if has_nextest() {
        let filter = filter.map(|filter| ["-E", filter]);
        cargo(&[
            "nextest",
            "run",
            "--cargo-quiet",
            "--no-fail-fast",
            "--retries",
            "1",
            "--status-level",
            "fail",
            "--final-status-level",
            "flaky",
        ])
        .args(filter.into_iter().flatten())
    } else {
        cargo(&["test", "--quiet", "--no-fail-fast"])
    };
    runner.args(["--workspace", "--locked"]).envs(variables).run()
}

/// The hub, the sandbox and the examples for the tests that start them, built as the unit tests build them.
pub fn programs() -> Result<()> {
    cargo(&[
        "build",
        "--workspace",
        "--bins",
        "--examples",
        "--tests",
        "--locked",
        "--quiet",
    ])
    .run()
}

fn has_nextest() -> bool {
    tools::on_path("cargo-nextest").is_some()
}
