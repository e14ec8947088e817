//! `cargo demo`: everything a fresh checkout needs, then the hub with a private sample bucket.

use crate::run::{self, Service, cmd};
use crate::{paths, tools};
use anyhow::Result;
use std::path::PathBuf;
use std::time::Duration;

/// Sample assets, storages and an import are in place long before.
const READY_PATIENCE: Duration = Duration::from_secs(60);

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

/// A demo in the background, for tests and screenshots; it ends with this value.
#[derive(Debug)]
pub struct Running {
    pub ready_file: PathBuf,
    _service: Service,
}

/// Starts the demo that the profile built, on any free port, and waits for its ready file.
pub fn start_quietly(profile: &str) -> Result<Running> {
    let dir = run::scratch("demo")?;
    let ready_file = dir.join("ready.json");
    let mut service = cmd(paths::built(profile, "insitu")?)
        .args(["demo", "--no-open", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.join("data"))
        .arg("--ready-file")
        .arg(&ready_file)
        .service(&dir.join("log"))?;
    service.ready(READY_PATIENCE, || {
        let text = std::fs::read_to_string(&ready_file).ok()?;
        serde_json::from_str::<serde_json::Value>(&text).ok()
    })?;
    Ok(Running {
        ready_file,
        _service: service,
    })
}
