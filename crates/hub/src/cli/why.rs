//! `insitu why`: how an asset is reached, step by step, at the terminal.

use clap::Args;
use insitu_model::id::{AssetId, ProjectId};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::diagnosis::{Seen, conclude, tell};
use super::{Failure, Outcome, println_line};

/// Options of `insitu why`.
#[derive(Debug, Args)]
pub struct WhyOptions {
    /// The asset's id or external ID.
    asset: String,
    /// The hub's address.
    #[arg(long, env = "INSITU_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of somebody who may see the project's assets.
    #[arg(long, env = "INSITU_API_KEY", hide_env_values = true)]
    api_key: String,
    /// The project's id or name, for an asset that is named by its external ID.
    #[arg(long, env = "INSITU_PROJECT")]
    project: Option<String>,
    /// Print the steps as JSON, for programs.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Answer {
    diagnosis: Value,
}

/// Runs the command.
pub async fn run(options: WhyOptions) -> Outcome {
    let client = Client::new(&options.url, &options.api_key)?;
    let path = match (options.asset.parse::<AssetId>(), &options.project) {
        // An id is enough, whichever project it is in.
        (Ok(id), _) => format!("/v2/assets/{id}/why"),
        (Err(_), Some(project)) => {
            let project = client.project(project).await?;
            let asset = find(&client, project, &options.asset).await?;
            format!("/v2/project/{project}/assets/{asset}/why")
        }
        (Err(_), None) => {
            return Err(Failure::new(format!(
                "\"{}\" is no id of an asset. Name the project (--project) that has an asset with this external ID.",
                options.asset
            )));
        }
    };
    let answer: Answer = client.get(&path, &[]).await?;
    let seen = Seen::deserialize(&answer.diagnosis).map_err(Failure::new)?;
    if options.json {
        println_line(&answer.diagnosis.to_string());
    } else {
        seen.checks.iter().for_each(tell);
    }
    conclude(&seen, !options.json)
}

/// By its external ID.
async fn find(client: &Client, project: ProjectId, asset: &str) -> Outcome<AssetId> {
    #[derive(Deserialize)]
    struct Listed {
        assets: Vec<Found>,
    }
    #[derive(Deserialize)]
    struct Found {
        #[serde(rename = "_id")]
        id: AssetId,
    }
    let path = format!("/v2/project/{project}/assets");
    let filter = serde_json::json!({ "externalId": asset }).to_string();
    let listed: Listed = client.get(&path, &[("filters", &filter), ("limit", "2")]).await?;
    match listed.assets.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Failure::new(format!(
            "the project has no asset \"{asset}\". Name one by its id or external ID."
        ))),
        _ => Err(Failure::new(format!(
            "several assets of the project have the external ID \"{asset}\". Name one by its id."
        ))),
    }
}
