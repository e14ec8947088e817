//! The rarer commands: benchmarks, screenshots, generated files.

use crate::ci::{cargo, web};
use crate::run::cmd;
use crate::{paths, tools};
use anyhow::{Context, Result};

#[derive(clap::Args, Debug)]
pub struct BenchOptions {
    /// Passed on to the benchmarks: their names, and `--help` for more.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Builds the programs as released and runs the benchmarks on them.
pub fn bench(options: &BenchOptions) -> Result<()> {
    tools::build_web()?;
    let packages = ["-p", "insitu-hub", "-p", "insitu-sandbox", "-p", "insitu-bench"];
    cmd("cargo").args(["build", "--release"]).args(packages).run()?;
    cmd(paths::built("release", "insitu-bench")?)
        .args(&options.args)
        .env("INSITU_BIN", paths::built("release", "insitu")?)
        .env("INSITU_SANDBOX_BIN", paths::built("release", "insitu-sandbox")?)
        // Masks are measured beside Pillow and pycocotools where the tests have brought them.
        .env("INSITU_PYTHON", tools::python_of_tests())
        .run()
}

/// Lets the browser take pictures of a demo, into artifacts/screenshots.
pub fn screenshots() -> Result<()> {
    tools::system_packages()?;
    tools::build_web()?;
    cargo::programs()?;
    web::browser("screenshots")
}

/// Scripts that write vectors with botocore; each writes beside itself.
const VECTOR_SCRIPTS: [&str; 1] = ["crates/cloud/vectors/make_vectors.py"];

/// Writes again what is generated and committed.
pub fn fixtures() -> Result<()> {
    let python = tools::python_environment(tools::TESTS)?.join("python");
    for script in VECTOR_SCRIPTS {
        cmd(&python).arg(script).run()?;
    }
    tools::build_web()?;
    cargo::programs()?;
    std::fs::write(web::openapi_file(), web::print_openapi()?).context("writing the OpenAPI document")?;
    tools::npm(&["run", "--silent", "types"]).run()
}
