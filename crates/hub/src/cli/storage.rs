//! `insitu storage test`: the doctor at the terminal.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::diagnosis::{Seen, SeenCheck, conclude, tell};
use super::{Failure, Outcome, println_line};

/// What `insitu storage` can.
#[derive(Debug, Subcommand)]
pub enum StorageCommand {
    /// Asks STS and the buckets one small question after the other; writes nothing. Exit code 1 if something fails.
    Test(TestOptions),
}

/// Options of `insitu storage test`.
#[derive(Debug, Args)]
pub struct TestOptions {
    /// The storage's name or id.
    storage: String,
    /// The hub's address.
    #[arg(long, env = "INSITU_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of somebody who may use storages.
    #[arg(long, env = "INSITU_API_KEY", hide_env_values = true)]
    api_key: String,
    /// A bucket to look at (may be repeated); those of the prefixes, and an imported asset's, unless given.
    #[arg(long = "bucket")]
    buckets: Vec<String>,
    /// An object to try, such as s3://bucket/key; an imported asset or one from a listing unless given.
    #[arg(long)]
    object: Option<String>,
    /// Print the diagnosis as JSON, for programs.
    #[arg(long)]
    json: bool,
}

/// A line of the answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Check(Box<SeenCheck>),
    Diagnosis(Value),
    Error { message: String },
}

/// Runs the command.
pub async fn run(command: StorageCommand) -> Outcome {
    let StorageCommand::Test(options) = command;
    let client = Client::new(&options.url, &options.api_key)?;
    let storage = client.storage(&options.storage).await?;
    let mut body = json!({ "buckets": options.buckets });
    if let Some(object) = &options.object {
        body["object"] = json!(object);
    }
    let path = format!("/v2/storages/{storage}/test");
    let mut end = Err(Failure::new(
        "the hub stopped in the middle of the test. Try again.",
    ));
    client
        .post_for_lines(&path, &body, |line| match serde_json::from_slice(line) {
            Ok(Line::Check(check)) if !options.json => tell(&check),
            Ok(Line::Check(_)) => {}
            Ok(Line::Diagnosis(diagnosis)) => end = Ok(diagnosis),
            Ok(Line::Error { message }) => end = Err(Failure::new(message)),
            Err(error) => end = Err(Failure::new(format!("a line of the answer is no JSON: {error}"))),
        })
        .await?;
    let diagnosis = end?;
    if options.json {
        println_line(&diagnosis.to_string());
    }
    let seen = Seen::deserialize(&diagnosis).map_err(Failure::new)?;
    conclude(&seen, !options.json)
}
