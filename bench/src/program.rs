//! Programs that are measured: children that end with us, with what they cost.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use crate::clock;

/// How long a program may take until it says that it is ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often its ready file is looked for meanwhile: what a start-up is rounded up to.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    name: String,
}

impl Program {
    /// Starts it. Its standard input stays open for as long as it is wanted.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {name}; build the programs with `cargo xtask bench`"))?;
        Ok(Self { child, name })
    }

    /// Waits for the JSON file that it writes once it answers.
    pub fn wait_for_ready_file<T: DeserializeOwned>(&mut self, path: &Path) -> Result<T> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Ok(text) = std::fs::read_to_string(path) {
                return serde_json::from_str(&text)
                    .with_context(|| format!("the ready file of {}", self.name));
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once: {status}", self.name);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("{} is not ready after {} s", self.name, PATIENCE.as_secs())
    }

    /// CPU time that it has used so far.
    pub fn cpu(&self) -> Result<Duration> {
        clock::cpu_of_process(self.child.id())
    }

    /// Memory that it holds now, in bytes.
    pub fn memory(&self) -> Result<u64> {
        clock::memory_of(self.child.id())
    }

    /// The most memory that it ever held, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        clock::peak_memory_of(self.child.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
