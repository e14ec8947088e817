//! The `insitu` program: parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser;
use insitu_hub::cli::{Cli, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // TLS has to know its one provider before anybody makes a client.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => {
            tracing::error!(%error, "the runtime could not start");
            ExitCode::FAILURE
        }
    }
}
