//! Measured claims: the released hub as a process, over HTTP, beside the floor of this machine in the same run.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to people on a terminal"
)]

mod benchmarks;
mod clock;
mod figure;
mod floor;
mod http;
mod hub;
mod labeled;
mod labelers;
mod list;
mod load;
mod machine;
mod program;
mod sandbox;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum as _};
use serde_json::json;

use crate::benchmarks::{Benchmark, Plan};
use crate::machine::Machine;

/// The hub's own: floors are measured with what it is built of.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most rows of one list: an import numbers its assets with 31 bits.
const ROWS_MAX: u64 = 1 << 31;

/// Measures the hub beside the floor of this machine. Nothing fails because a figure is bad.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Options {
    /// What to measure; everything unless named.
    #[arg(value_enum)]
    benchmarks: Vec<Benchmark>,
    /// Rows of the lists that are imported and paged through, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000], value_parser = clap::value_parser!(u64).range(1_000..=ROWS_MAX))]
    rows: Vec<u64>,
    /// How long each load lasts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Write the figures to this file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The hub; `insitu` beside this program unless named.
    #[arg(long, env = "INSITU_BIN", value_name = "PROGRAM")]
    insitu: Option<PathBuf>,
    /// The sandbox; `insitu-sandbox` beside this program unless named.
    #[arg(long, env = "INSITU_SANDBOX_BIN", value_name = "PROGRAM")]
    sandbox: Option<PathBuf>,
    /// A Python with Pillow and pycocotools, to measure masks beside them; left out if it is not there.
    #[arg(long, env = "INSITU_PYTHON", value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Where databases are written: on the disk that is to be measured.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Be the bare server that answers so many bytes.
    #[arg(long, hide = true, requires = "ready_file", value_name = "BYTES")]
    bare_server: Option<usize>,
    #[arg(long, hide = true, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<()> {
    if let Some((bytes, ready_file)) = options.bare_server.zip(options.ready_file.as_deref()) {
        return floor::server::serve(bytes, ready_file);
    }
    let own = std::env::current_exe().context("finding this program")?;
    let beside = |named: Option<PathBuf>, name: &str| named.unwrap_or_else(|| own.with_file_name(name));
    let plan = Plan {
        benchmarks: if options.benchmarks.is_empty() {
            Benchmark::value_variants().to_vec()
        } else {
            options.benchmarks
        },
        rows: options.rows,
        time: Duration::from_secs(options.seconds),
        insitu: beside(options.insitu, "insitu"),
        sandbox: beside(options.sandbox, "insitu-sandbox"),
        python: options.python.filter(|python| python.is_file()),
        folder: options.folder.unwrap_or_else(std::env::temp_dir),
    };
    let machine = Machine::this();
    let figures = plan.run(&|what| eprintln!("… {what}"))?;
    println!("Measured on {machine}.\n\n{}", figure::table(&figures));
    match &options.json {
        Some(path) => write_json(path, &machine, &figures),
        None => Ok(()),
    }
}

fn write_json(path: &Path, machine: &Machine, figures: &[figure::Figure]) -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = json!({ "machine": machine, "arguments": arguments, "figures": figures });
    std::fs::write(path, format!("{all:#}\n")).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_options_hold_together() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_benchmark_that_there_is_not_is_refused() {
        assert!(Options::try_parse_from(["bench", "weather"]).is_err());
        assert!(Options::try_parse_from(["bench", "import", "--rows", "10000000"]).is_ok());
        assert!(Options::try_parse_from(["bench", "--rows", "5"]).is_err());
    }
}
