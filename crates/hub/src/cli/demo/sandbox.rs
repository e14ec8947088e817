//! The demo's sandbox: the program `insitu-sandbox` that lies beside this one, as a child that ends with it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::process::{Child, Command};

use super::state::DemoState;
use crate::cli::{Failure, Outcome};

/// How long the sandbox may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked for meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A running sandbox; it ends when this is dropped, because its standard input closes.
#[derive(Debug)]
pub struct Sandbox {
    pub facts: SandboxFacts,
    _child: Child,
}

/// What the sandbox says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SandboxFacts {
    pub s3_endpoint: String,
    pub sts_endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub role_arn: String,
    pub external_id: String,
    pub delegate_arn: String,
    pub delegate_access_key_id: String,
    pub delegate_secret_access_key: SecretString,
}

impl Sandbox {
    /// Starts it with the state's keys; pages of the hub at `hub` may read its bucket.
    pub async fn start(state: &DemoState, hub: SocketAddr, folder: &Path) -> Outcome<Self> {
        let program = beside_this_program()?;
        let ready_file = folder.join("sandbox.json");
        let _was_not_there = std::fs::remove_file(&ready_file);
        let mut child = Command::new(&program)
            .args(["--listen", "127.0.0.1:0", "--exit-with-parent"])
            .arg("--ready-file")
            .arg(&ready_file)
            .args(["--cors-origin", &format!("http://{hub}")])
            .args(["--cors-origin", &format!("http://localhost:{}", hub.port())])
            .env("INSITU_SANDBOX_EXTERNAL_ID", &state.external_id)
            .env("INSITU_SANDBOX_ACCESS_KEY_ID", &state.access_key_id)
            .env("INSITU_SANDBOX_SECRET_ACCESS_KEY", &state.secret_access_key)
            .env(
                "INSITU_SANDBOX_DELEGATE_ACCESS_KEY_ID",
                &state.delegate_access_key_id,
            )
            .env(
                "INSITU_SANDBOX_DELEGATE_SECRET_ACCESS_KEY",
                &state.delegate_secret_access_key,
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::new(format!("cannot start {}: {error}", program.display())))?;
        let facts = wait_for(&ready_file, &mut child).await?;
        let _only_read_once = std::fs::remove_file(&ready_file);
        Ok(Self { facts, _child: child })
    }
}

fn beside_this_program() -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(Failure::new)?;
    let sibling = own.with_file_name(format!("insitu-sandbox{}", std::env::consts::EXE_SUFFIX));
    if sibling.is_file() {
        return Ok(sibling);
    }
    Err(Failure::new(format!(
        "{} is not there: build it with `cargo build -p insitu-sandbox`, or start the demo with `cargo demo`",
        sibling.display()
    )))
}

async fn wait_for(ready_file: &Path, child: &mut Child) -> Outcome<SandboxFacts> {
    let waiting = async {
        loop {
            if let Ok(text) = tokio::fs::read_to_string(ready_file).await {
                return serde_json::from_str(&text).map_err(Failure::new);
            }
            if let Some(status) = child.try_wait().map_err(Failure::new)? {
                return Err(Failure::new(format!("the sandbox ended at once: {status}")));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| {
        Failure::new(format!(
            "the sandbox does not answer after {} s",
            PATIENCE.as_secs()
        ))
    })?
}
