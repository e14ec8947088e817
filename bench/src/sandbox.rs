//! The bucket of the benchmarks: the sandbox's S3 as a process of its own.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use crate::program::Program;

/// What the sandbox says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub s3_endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    pub facts: Facts,
    _program: Program,
}

impl Sandbox {
    /// Starts one with keys of its own.
    pub fn start(executable: &Path, folder: &Path) -> Result<Self> {
        let ready_file = folder.join("sandbox.json");
        let mut command = Command::new(executable);
        command
            .args(["--listen", "127.0.0.1:0", "--exit-with-parent"])
            .arg("--ready-file")
            .arg(&ready_file);
        let mut program = Program::start(&mut command)?;
        let facts = program.wait_for_ready_file(&ready_file)?;
        Ok(Self {
            facts,
            _program: program,
        })
    }
}
