//! What became of an import, for the person at the terminal and for the exit code.

use indicatif::HumanCount;
use serde::Deserialize;

use super::Seen;
use crate::cli::client::Client;
use crate::cli::{Failure, Outcome, eprintln_line, println_line};

/// Refused rows that are named; the report has all.
const ROWS_NAMED: usize = 5;

/// A line of the report.
#[derive(Debug, Deserialize)]
struct Line {
    severity: String,
    index: u64,
    field: String,
    code: String,
    message: String,
}

/// Tells how the import ended; an import that brought nothing it should have is a failure.
pub async fn tell(client: &Client, import: &Seen, is_shown: bool) -> Outcome {
    if is_shown {
        println_line(&counts(import));
        if import.rows_refused > 0 {
            name_refused(client, import).await;
        }
    }
    match (import.state.as_str(), &import.error) {
        ("completed", _) => Ok(()),
        ("cancelled", _) => Err(Failure::new("the import was cancelled, so nothing was imported")),
        (_, Some(error)) => {
            let place = match (error.index, error.offset) {
                (Some(index), Some(offset)) => format!(" at byte {offset}, row {index}"),
                _ => String::new(),
            };
            Err(Failure::new(format!("{} ({}{place})", error.message, error.code)))
        }
        (other, None) => Err(Failure::new(format!("the import is {other}"))),
    }
}

fn counts(import: &Seen) -> String {
    let verb = if import.dry_run {
        "would be imported"
    } else {
        "imported"
    };
    let mut text = format!("{} {verb}", HumanCount(import.rows_imported));
    for (count, what) in [
        (import.rows_updated, "updated"),
        (import.rows_skipped, "skipped"),
        (import.rows_refused, "refused"),
        (import.rows_noticed, "with remarks"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {} {what}", HumanCount(count)));
        }
    }
    format!("{text}; {} rows read.", HumanCount(import.rows_read))
}

/// Names the first refused rows and where to find the others.
async fn name_refused(client: &Client, import: &Seen) {
    let path = format!("/v2/imports/{}/report", import.id);
    match client.beginning(&path, &[("format", "ndjson")]).await {
        Err(error) => eprintln_line(&format!("The report could not be read: {error}")),
        Ok(text) => {
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Line>(line).ok());
            for line in lines.filter(|line| line.severity == "refused").take(ROWS_NAMED) {
                println_line(&format!(
                    "  row {}: {} {} ({})",
                    line.index, line.field, line.message, line.code
                ));
            }
            println_line(&format!(
                "Every refused row is in the report: GET {path}?format=csv"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_name_what_happened_and_nothing_else() {
        let import: Seen = serde_json::from_value(serde_json::json!({
            "_id": "1", "state": "completed", "dryRun": false, "bytesTotal": 1, "bytesRead": 1, "rowsRead": 1203,
            "rowsImported": 1200, "rowsUpdated": 0, "rowsSkipped": 0, "rowsRefused": 3, "rowsNoticed": 0, "error": null
        }))
        .unwrap();
        assert_eq!(counts(&import), "1,200 imported, 3 refused; 1,203 rows read.");
    }
}
