//! `cargo demo`: everything a fresh checkout needs, then the hub with a private sample bucket.

use crate::run::cmd;
use crate::{paths, tools};
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct Options {
    /// Do not open the browser.
    #[arg(long)]
    no_open: bool,
    /// Address and port to serve on; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the hub keeps its data; without it, a directory that goes with the demo.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Written once everything answers: addresses, keys and ids as JSON.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

/// Builds what changed and becomes `insitu demo`.
pub fn run(options: Options) -> Result<()> {
    tools::build_web()?;
    cmd("cargo")
        .args(["build", "--release", "-p", "insitu-hub", "-p", "insitu-sandbox"])
        .run()?;
    // Relative paths are meant from where the user stands.
    let here = std::env::current_dir()?;
    let mut demo =
        cmd(paths::built("release", "insitu")?)
            .dir(here)
            .args(["demo", "--listen", &options.listen]);
    if options.no_open {
        demo = demo.arg("--no-open");
    }
    if let Some(dir) = &options.data_dir {
        demo = demo.arg("--data-dir").arg(dir);
    }
    if let Some(file) = &options.ready_file {
        demo = demo.arg("--ready-file").arg(file);
    }
    demo.become_it()
}
