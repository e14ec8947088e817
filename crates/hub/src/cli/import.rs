//! `insitu import`: sends a list to a hub and shows how far it is until it has ended.

mod follow;
mod source;
mod summary;

use std::path::PathBuf;

use clap::Args;
use insitu_model::import::{OnDuplicate, OnError};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::{Failure, Outcome, println_line};
use source::Source;

/// Options of `insitu import`.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// The list: JSON, NDJSON, CSV or TSV, plain or gzip; `-` reads standard input.
    file: PathBuf,
    /// The hub's address.
    #[arg(long, env = "INSITU_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of somebody who may import into the project.
    #[arg(long, env = "INSITU_API_KEY", hide_env_values = true)]
    api_key: String,
    /// The project's id or name.
    #[arg(long, env = "INSITU_PROJECT")]
    project: String,
    /// Id or name of the storage of rows that name none; without one, such rows are public.
    #[arg(long)]
    storage: Option<String>,
    /// A batch, by id or name, of rows that name none (may be repeated).
    #[arg(long = "batch")]
    batches: Vec<String>,
    /// -1000 to 1000; higher is labeled sooner.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-1000..=1000))]
    priority: i32,
    /// What to do with bad rows: `skip` reports them, `refuse` imports nothing then.
    #[arg(long, default_value_t)]
    on_error: OnError,
    /// What to do where the project has the external ID already: `allow`, `skip` or `update`.
    #[arg(long, default_value_t)]
    on_duplicate: OnDuplicate,
    /// `json`, `ndjson`, `csv` or `tsv`; found out from the file unless given.
    #[arg(long)]
    format: Option<String>,
    /// What to call the import; the file's name unless given.
    #[arg(long)]
    name: Option<String>,
    /// Check and report, and import nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the finished import as JSON, for programs.
    #[arg(long)]
    json: bool,
}

/// An import as far as this command looks at it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    #[serde(rename = "_id")]
    id: String,
    state: String,
    dry_run: bool,
    bytes_total: u64,
    bytes_read: u64,
    rows_read: u64,
    rows_imported: u64,
    rows_updated: u64,
    rows_skipped: u64,
    rows_refused: u64,
    rows_noticed: u64,
    error: Option<SeenError>,
}

#[derive(Debug, Deserialize)]
struct SeenError {
    code: String,
    message: String,
    index: Option<u64>,
    offset: Option<u64>,
}

/// An answer with an import in it, whole and as far as it is looked at.
#[derive(Debug, Deserialize)]
struct Answer {
    import: Value,
}

impl Answer {
    fn seen(&self) -> Outcome<Seen> {
        Seen::deserialize(&self.import).map_err(Failure::new)
    }
}

/// Imports a list and waits for the end.
pub async fn run(options: ImportOptions) -> Outcome {
    let client = Client::new(&options.url, &options.api_key)?;
    let source = Source::open(&options.file).await?;
    let project = client.project(&options.project).await?;
    let name = options.name.clone().unwrap_or_else(|| source.name());
    let batches = serde_json::to_string(&options.batches).map_err(Failure::new)?;
    let priority = options.priority.to_string();
    let dry_run = options.dry_run.to_string();
    let query = [
        ("name", name.as_str()),
        ("storage", options.storage.as_deref().unwrap_or_default()),
        ("batches", &batches),
        ("priority", &priority),
        ("onError", options.on_error.as_str()),
        ("onDuplicate", options.on_duplicate.as_str()),
        ("dryRun", &dry_run),
        ("format", options.format.as_deref().unwrap_or_default()),
    ];
    let path = format!("/v2/project/{project}/imports");
    let sent: Answer = follow::upload(&client, &path, &query, source, !options.json).await?;
    let ended = follow::until_ended(&client, &sent.seen()?, !options.json).await?;
    if options.json {
        println_line(&ended.import.to_string());
    }
    summary::tell(&client, &ended.seen()?, !options.json).await
}
