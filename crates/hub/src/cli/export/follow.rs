//! Watching an export until it has ended.

use std::time::Duration;

use indicatif::{HumanBytes, HumanCount};

use super::{Answer, Seen};
use crate::cli::client::Client;
use crate::cli::{Failure, Outcome, bar, eprintln_line};

/// How often the hub is asked.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// How often in a row the hub may fail to answer before the watching ends.
const MAX_SILENT_TRIES: u32 = 60;

/// Asks until the export has ended. The first Ctrl-C says that the export goes on, the second ends the watching.
pub async fn until_ended(client: &Client, export: &Seen, is_shown: bool) -> Outcome<Answer> {
    let bar = bar::new(export.progress.tasks_total, is_shown);
    bar.set_style(bar::style("{msg} {bar:30} {percent} % · {eta} left"));
    let path = format!("/v2/exports/{}", export.id);
    let (mut silent_tries, mut is_warned) = (0, false);
    loop {
        let asked = tokio::select! {
            answer = client.get::<Answer>(&path, &[]) => answer,
            () = bar::interrupted() => {
                let text = format!("The export {} goes on in the hub.", export.id);
                if is_warned {
                    bar.finish_and_clear();
                    return Err(Failure::new(format!("stopped watching. {text}")));
                }
                is_warned = true;
                bar.suspend(|| eprintln_line(&format!("{text} Press Ctrl-C again to stop watching.")));
                continue;
            }
        };
        match asked {
            // A hub that restarts goes on with the export; so does this.
            Err(error) if error.is_passing() && silent_tries < MAX_SILENT_TRIES => {
                silent_tries += 1;
                bar.set_message("waiting for the hub");
            }
            Err(error) => {
                bar.finish_and_clear();
                return Err(error.into());
            }
            Ok(answer) => {
                silent_tries = 0;
                let seen = answer.seen()?;
                if matches!(seen.state.as_str(), "completed" | "failed" | "cancelled") {
                    bar.finish_and_clear();
                    return Ok(answer);
                }
                bar.set_length(seen.progress.tasks_total);
                bar.set_position(seen.progress.tasks_done);
                bar.set_message(match seen.state.as_str() {
                    "running" => format!(
                        "{} tasks · {}",
                        HumanCount(seen.progress.tasks_done),
                        HumanBytes(seen.progress.bytes_written)
                    ),
                    other => other.to_owned(),
                });
            }
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
