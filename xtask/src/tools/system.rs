//! Programs of the system: found, installed with Debian's package manager where we are root, asked for elsewhere.

use super::on_path;
use crate::run::cmd;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// A program of the system and how it is found.
struct Wanted {
    package: &'static str,
    found: fn() -> bool,
}

const WANTED: [Wanted; 6] = [
    Wanted {
        package: "chromium",
        found: || chromium().is_ok(),
    },
    // Text in screenshots and in the browser's tests must have glyphs.
    Wanted {
        package: "fonts-dejavu-core",
        found: || std::path::Path::new("/usr/share/fonts/truetype/dejavu").exists(),
    },
    // `cargo ci house` reads the files that git knows.
    Wanted {
        package: "git",
        found: || on_path("git").is_some(),
    },
    Wanted {
        package: "postgresql",
        found: || postgres_programs().is_ok(),
    },
    Wanted {
        package: "python3-venv",
        found: || {
            cmd("python3")
                .args(["-c", "import venv, ensurepip"])
                .output()
                .is_ok()
        },
    },
    Wanted {
        package: "unzip",
        found: || on_path("unzip").is_some(),
    },
];

/// Installs what is missing, or says how.
pub fn system_packages() -> Result<()> {
    let missing: Vec<&str> = WANTED
        .iter()
        .filter(|wanted| !(wanted.found)())
        .map(|wanted| wanted.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if on_path("apt-get").is_none() {
        bail!("missing on this machine: {list} (Debian's names); install them and try again");
    }
    if !rustix::process::geteuid().is_root() {
        bail!("missing on this machine: {list}; run `sudo apt-get install {list}` and try again");
    }
    let apt = || cmd("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt().args(["update", "--quiet=2"]).run()?;
    apt()
        .args(["install", "--quiet=2", "--yes", "--no-install-recommends"])
        .args(&missing)
        .run()
}

/// The compiler's companions; rustup brings them with the compiler unless told not to.
pub fn require_rust() -> Result<()> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if on_path(program).is_none() {
            bail!("{component} is missing: run `rustup component add {component}` and try again");
        }
    }
    Ok(())
}

/// The browser that end-to-end tests drive.
pub fn chromium() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names
        .into_iter()
        .find_map(on_path)
        .context("Chromium is missing: run `cargo ci setup`")
}

/// The folder of PostgreSQL's server programs, which Debian keeps off the path; the newest of several.
pub fn postgres_programs() -> Result<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(on_path("postgres").and_then(|file| Some(file.parent()?.to_path_buf())));
    let complete = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("postgres").is_file();
    folders
        .into_iter()
        .find(complete)
        .context("PostgreSQL's server is missing: run `cargo ci setup`")
}
