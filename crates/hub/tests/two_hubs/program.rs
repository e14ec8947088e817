//! A hub as a program of its own, which can be killed as `kill -9` kills it.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use insitu_hub::ambient::SystemClock;
use insitu_hub::cli::client::Client;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::Clock;
use serde_json::Value;

/// The machine's clock, so much later.
pub struct Later(pub i64);

impl Clock for Later {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0
    }
}

/// Ended hard when it is dropped.
pub struct Program(Child);

impl Program {
    /// Works on the database of another hub.
    pub fn start(beside: &TestHub, folder: &Path) -> Self {
        let database = beside.hub.config.database_url.as_ref().unwrap();
        let started = Command::new(env!("CARGO_BIN_EXE_insitu"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--header-probes", "false", "--ask-instance", "false"])
            .args(["--allow-endpoint", "127.0.0.1"])
            .arg("--data-dir")
            .arg(folder)
            .arg("--ready-file")
            .arg(folder.join("ready.json"))
            .env("INSITU_DATABASE_URL", database)
            .env("INSITU_LOG", "warn")
            .stdin(Stdio::null())
            .spawn();
        Self(started.unwrap())
    }

    /// This person as a client of it, once it answers.
    pub async fn client_of(&mut self, person: &Person, folder: &Path) -> Client {
        let ready = folder.join("ready.json");
        while !ready.exists() {
            self.assert_lives();
            tokio::task::yield_now().await;
        }
        let ready: Value = serde_json::from_slice(&std::fs::read(ready).unwrap()).unwrap();
        Client::new(ready["url"].as_str().unwrap(), &person.key).unwrap()
    }

    pub fn assert_lives(&mut self) {
        assert!(self.0.try_wait().unwrap().is_none(), "it ended by itself");
    }

    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
