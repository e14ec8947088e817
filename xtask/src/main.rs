//! The project's own commands: `cargo demo`, `cargo ci` and the rarer `cargo xtask …`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to people on a terminal"
)]

mod ci;
mod demo;
mod house;
mod paths;
mod run;
mod tasks;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser, Debug)]
#[command(name = "cargo xtask", about = "Start, check and measure Insitu", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Set up, build and start Insitu with a private sample bucket.
    Demo(demo::Options),
    /// Run every check, or the steps named.
    Ci(ci::Options),
    /// Measure against the floor of this machine.
    Bench(tasks::BenchOptions),
    /// Take the documentation's screenshots from a running demo.
    Screenshots,
    /// Write again what is generated and committed: the OpenAPI document and the vectors of botocore.
    Fixtures,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = run::clean_up_on_signals().and_then(|()| match cli.command {
        Command::Demo(options) => demo::run(options),
        Command::Ci(options) => ci::run(&options),
        Command::Bench(options) => tasks::bench(&options),
        Command::Screenshots => tasks::screenshots(),
        Command::Fixtures => tasks::fixtures(),
    });
    run::clean_up();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
