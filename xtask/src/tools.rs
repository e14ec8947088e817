//! What the machine must have, found or installed: Node, npm packages, Python packages, system packages.

mod node;
mod python;
mod stamp;
mod system;

pub use node::{build_web, npm, npm_packages};
pub use python::{PEERS, TESTS, python_environment, python_of_tests};
pub use system::{chromium, postgres_programs, require_rust, system_packages};

use std::path::PathBuf;

/// The first program of that name on the path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}
