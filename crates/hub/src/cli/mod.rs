//! The command line: `insitu serve`, `demo`, `import`, `export`, `storage`, `why`, `admin`, `openapi`.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage (clap's own).

pub mod admin;
mod bar;
pub mod client;
pub mod demo;
mod diagnosis;
pub mod export;
pub mod import;
pub mod serve;
pub mod storage;
pub mod why;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{Parser, Subcommand};

use crate::failure::{Failure, Outcome};

/// A labeling hub for data that stays in its owner's bucket.
#[derive(Debug, Parser)]
#[command(name = "insitu", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the hub.
    Serve(serve::ServeOptions),
    /// Runs a hub beside a sandbox S3 with private sample photographs, signed in and imported.
    Demo(demo::DemoOptions),
    /// Imports a list of asset URLs into a project and shows its progress.
    Import(import::ImportOptions),
    /// Exports the labels of a project and fetches the file.
    Export(export::ExportOptions),
    /// Tries a storage and names the one cause of what fails.
    #[command(subcommand)]
    Storage(storage::StorageCommand),
    /// Shows step by step how an asset is reached, or why it is not.
    Why(why::WhyOptions),
    /// Users and keys, for whoever operates the hub.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Prints the OpenAPI document.
    Openapi,
}

/// Runs the command that the arguments name.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Serve(options) => serve::run(options).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Import(options) => import::run(options).await,
        Command::Export(options) => export::run(options).await,
        Command::Storage(command) => storage::run(command).await,
        Command::Why(options) => why::run(options).await,
        Command::Admin(command) => admin::run(command).await,
        Command::Openapi => print_openapi(),
    };
    match result.and_then(|()| answer_is_whole()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln_line(&format!("insitu: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Why a command's answer could not be written to its end, if it could not.
static UNWRITTEN: OnceLock<std::io::Error> = OnceLock::new();

/// A line of a command's answer, on standard output.
pub(crate) fn println_line(line: &str) {
    match writeln!(std::io::stdout(), "{line}") {
        // Whoever reads it has seen enough, as `head` has.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let _only_the_first = UNWRITTEN.set(error);
        }
        Ok(()) | Err(_) => {}
    }
}

/// A complaint, on standard error; where nobody can take it, there is nobody to tell.
pub(crate) fn eprintln_line(line: &str) {
    let _lost = writeln!(std::io::stderr(), "{line}");
}

fn answer_is_whole() -> Outcome {
    UNWRITTEN.get().map_or(Ok(()), |error| {
        Err(Failure::new(format!(
            "the answer could not be written to its end: {error}"
        )))
    })
}

fn print_openapi() -> Outcome {
    println_line(&crate::api::openapi_json().map_err(Failure::new)?);
    Ok(())
}
