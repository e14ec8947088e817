//! `insitu export`: starts an export, shows how far it is, and fetches its file.

mod fetch;
mod follow;

use std::path::PathBuf;

use clap::Args;
use indicatif::{HumanBytes, HumanCount};
use insitu_model::export::{ExportFormat, MaskKind, RasterRule};
use insitu_model::task::Stage;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::{Failure, Outcome, eprintln_line, println_line};

/// Lines of the report that are shown; the report has all.
const LINES_SHOWN: usize = 5;

/// Options of `insitu export`.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// The hub's address.
    #[arg(long, env = "INSITU_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of somebody who may export from the project.
    #[arg(long, env = "INSITU_API_KEY", hide_env_values = true)]
    api_key: String,
    /// The project's id or name.
    #[arg(long, env = "INSITU_PROJECT")]
    project: String,
    /// `json`, `ndjson`, `coco` or `masks`.
    #[arg(long, default_value_t = ExportFormat::Json)]
    format: ExportFormat,
    /// Where the zip file goes; into this folder under the export's own name unless given.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Tasks in this stage (may be repeated); those that are complete unless given.
    #[arg(long = "stage")]
    stages: Vec<Stage>,
    /// Tasks in every stage.
    #[arg(long, conflicts_with = "stages")]
    all_stages: bool,
    /// Tasks in this batch, by id or name (may be repeated).
    #[arg(long = "batch")]
    batches: Vec<String>,
    /// Leave out the metadata of assets and of annotations.
    #[arg(long)]
    no_metadata: bool,
    /// Leave out what tasks were when they left the stages before.
    #[arg(long)]
    no_history: bool,
    /// For masks: a picture for each `instance` or `class`, or one whose pixels are classes, `semantic`.
    #[arg(long, default_value_t = MaskKind::Semantic)]
    mask_kind: MaskKind,
    /// For masks: which pixels a shape covers, by the rule `centre`, `coco` or `opencv`.
    #[arg(long, default_value_t = RasterRule::Centre)]
    raster: RasterRule,
    /// Print the finished export as JSON, for programs.
    #[arg(long)]
    json: bool,
}

/// An export as far as this command looks at it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    #[serde(rename = "_id")]
    id: String,
    state: String,
    progress: SeenProgress,
    error: Option<SeenError>,
    file_name: String,
    download_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeenProgress {
    tasks_total: u64,
    tasks_done: u64,
    bytes_written: u64,
    problems: u64,
}

#[derive(Debug, Deserialize)]
struct SeenError {
    code: String,
    message: String,
}

/// An answer with an export in it, whole and as far as it is looked at.
#[derive(Debug, Deserialize)]
struct Answer {
    export: Value,
}

impl Answer {
    fn seen(&self) -> Outcome<Seen> {
        Seen::deserialize(&self.export).map_err(Failure::new)
    }
}

/// Exports, waits for the end and fetches the file.
pub async fn run(options: ExportOptions) -> Outcome {
    let client = Client::new(&options.url, &options.api_key)?;
    let project = client.project(&options.project).await?;
    let path = format!("/v2/project/{project}/exports");
    let started: Answer = client.post(&path, &body(&options)).await?;
    let is_shown = !options.json;
    let ended = follow::until_ended(&client, &started.seen()?, is_shown).await?;
    if options.json {
        println_line(&ended.export.to_string());
    }
    let export = ended.seen()?;
    let url = file_of(&export)?;
    let target = options.output.unwrap_or_else(|| PathBuf::from(&export.file_name));
    fetch::fetch(&client, url, &target, export.progress.bytes_written, is_shown).await?;
    if is_shown {
        println_line(&format!(
            "{} tasks, {} in {}.",
            HumanCount(export.progress.tasks_done),
            HumanBytes(export.progress.bytes_written),
            target.display()
        ));
        if export.progress.problems > 0 {
            show_report(&client, &export).await;
        }
    }
    Ok(())
}

fn body(options: &ExportOptions) -> Value {
    let stages: Vec<&str> = match (options.all_stages, options.stages.as_slice()) {
        (true, _) => Vec::new(),
        (false, []) => vec![Stage::Complete.as_str()],
        (false, stages) => stages.iter().map(|stage| stage.as_str()).collect(),
    };
    json!({
        "format": options.format.as_str(),
        "stage": stages,
        "batches": options.batches,
        "includeMetadata": !options.no_metadata,
        "includeHistory": !options.no_history,
        "masks": { "kind": options.mask_kind.as_str(), "raster": options.raster.as_str() },
    })
}

/// Where the file of an export that has ended is, or why there is none.
fn file_of(export: &Seen) -> Outcome<&str> {
    match (export.state.as_str(), &export.error, &export.download_url) {
        ("completed", _, Some(url)) => Ok(url),
        ("completed", _, None) => Err(Failure::new(
            "the export has completed, and its file has expired already",
        )),
        ("cancelled", ..) => Err(Failure::new("the export was cancelled, so there is no file")),
        (_, Some(error), _) => Err(Failure::new(format!("{} ({})", error.message, error.code))),
        (other, None, _) => Err(Failure::new(format!("the export is {other}"))),
    }
}

/// Shows the first lines of the report and where to find the others.
async fn show_report(client: &Client, export: &Seen) {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Line {
        task_id: String,
        external_id: String,
        message: String,
        code: String,
    }
    let path = format!("/v2/exports/{}/report", export.id);
    match client.beginning(&path, &[]).await {
        Err(error) => eprintln_line(&format!("The report could not be read: {error}")),
        Ok(text) => {
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Line>(line).ok());
            for line in lines.take(LINES_SHOWN) {
                println_line(&format!(
                    "  task {} ({}): {} ({})",
                    line.task_id, line.external_id, line.message, line.code
                ));
            }
            println_line(&format!(
                "{} remarks and objects that are not in the file: GET {path}",
                HumanCount(export.progress.problems)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(state: &str, url: Option<&str>) -> Seen {
        serde_json::from_value(json!({
            "_id": "1", "state": state, "fileName": "a.zip", "downloadUrl": url,
            "error": (state == "failed").then(|| json!({ "code": "export.disk_full", "message": "full" })),
            "progress": { "tasksTotal": 1, "tasksDone": 1, "bytesWritten": 1, "problems": 0 }
        }))
        .unwrap()
    }

    #[test]
    fn an_export_without_a_file_is_a_failure_that_says_why() {
        assert_eq!(
            file_of(&seen("completed", Some("http://hub/x"))).unwrap(),
            "http://hub/x"
        );
        assert!(
            file_of(&seen("completed", None))
                .unwrap_err()
                .to_string()
                .contains("expired")
        );
        assert!(
            file_of(&seen("cancelled", None))
                .unwrap_err()
                .to_string()
                .contains("cancelled")
        );
        assert_eq!(
            file_of(&seen("failed", None)).unwrap_err().to_string(),
            "full (export.disk_full)"
        );
    }
}
