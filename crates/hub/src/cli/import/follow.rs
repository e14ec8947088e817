//! Watching an import: the upload's bar, then the rows' bar with its rate and the time left.

use std::time::Duration;

use indicatif::{HumanCount, ProgressBar};
use reqwest::Body;

use super::source::Source;
use super::{Answer, Seen};
use crate::cli::bar;
use crate::cli::client::{Client, ClientError};
use crate::cli::{Failure, Outcome, eprintln_line};

/// How often the hub is asked.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// How often in a row the hub may fail to answer before the watching ends.
const MAX_SILENT_TRIES: u32 = 40;

/// Sends the list and answers the import that the hub made of it.
pub async fn upload(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
    source: Source,
    is_shown: bool,
) -> Outcome<Answer> {
    let bar = bar::new(source.bytes.unwrap_or_default(), is_shown);
    bar.set_style(bar::style(
        "{msg} {bar:30} {bytes} of {total_bytes} · {bytes_per_sec}",
    ));
    bar.set_message("Sending");
    let (length, sent) = (source.bytes, bar.clone());
    let body = Body::wrap_stream(source.stream(move |bytes| sent.inc(bytes)));
    let answer = tokio::select! {
        answer = client.upload(path, query, body, length) => answer.map_err(Failure::from),
        () = bar::interrupted() => Err(Failure::new("stopped before the list was sent whole; the hub keeps nothing of it")),
    };
    bar.finish_and_clear();
    answer
}

/// Asks until the import has ended. The first Ctrl-C says that the import goes on, the second ends the watching.
pub async fn until_ended(client: &Client, import: &Seen, is_shown: bool) -> Outcome<Answer> {
    let bar = bar::new(import.bytes_total, is_shown);
    bar.set_style(bar::style("{msg} {bar:30} {percent} % · {eta} left"));
    let mut watch = Watch {
        client,
        path: format!("/v2/imports/{}", import.id),
        bar,
        silent_tries: 0,
    };
    let mut is_warned = false;
    loop {
        tokio::select! {
            answer = watch.ask() => {
                if let Some(ended) = answer? {
                    watch.bar.finish_and_clear();
                    return Ok(ended);
                }
            }
            () = bar::interrupted() => {
                let text = format!("The import {} goes on in the hub.", import.id);
                if is_warned {
                    watch.bar.finish_and_clear();
                    return Err(Failure::new(format!("stopped watching. {text}")));
                }
                is_warned = true;
                watch.bar.suspend(|| eprintln_line(&format!("{text} Press Ctrl-C again to stop watching.")));
            }
        }
    }
}

struct Watch<'c> {
    client: &'c Client,
    path: String,
    bar: ProgressBar,
    silent_tries: u32,
}

impl Watch<'_> {
    /// The import, once it has ended.
    async fn ask(&mut self) -> Outcome<Option<Answer>> {
        let answer = match self.client.get::<Answer>(&self.path, &[]).await {
            Ok(answer) => answer,
            Err(error) => {
                self.excuse(error)?;
                tokio::time::sleep(ASK_EVERY).await;
                return Ok(None);
            }
        };
        self.silent_tries = 0;
        let seen = answer.seen()?;
        if matches!(seen.state.as_str(), "completed" | "failed" | "cancelled") {
            return Ok(Some(answer));
        }
        self.bar.set_length(seen.bytes_total);
        self.bar.set_position(seen.bytes_read);
        let rows = HumanCount(seen.rows_read);
        let seconds = self.bar.elapsed().as_secs_f64();
        let per_second = if seconds > 0.0 {
            HumanCount((seen.rows_read as f64 / seconds) as u64)
        } else {
            HumanCount(0)
        };
        let refused = match seen.rows_refused {
            0 => String::new(),
            count => format!(" · {} refused", HumanCount(count)),
        };
        self.bar.set_message(match seen.state.as_str() {
            "running" => format!("{rows} rows · {per_second}/s{refused}"),
            other => other.to_owned(),
        });
        tokio::time::sleep(ASK_EVERY).await;
        Ok(None)
    }

    /// A hub that restarts goes on with the import; so does this.
    fn excuse(&mut self, error: ClientError) -> Outcome {
        self.silent_tries += 1;
        if !error.is_passing() || self.silent_tries > MAX_SILENT_TRIES {
            self.bar.finish_and_clear();
            return Err(error.into());
        }
        self.bar.set_message("waiting for the hub");
        Ok(())
    }
}
