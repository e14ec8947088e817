//! A diagnosis for the person at the terminal: a line for each check, then the cause and what to paste.

use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Outcome, println_line};

/// A diagnosis as far as the terminal shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub checks: Vec<SeenCheck>,
    cause: Option<SeenCheck>,
    warnings: Vec<SeenCheck>,
    took_ms: u64,
}

/// One check of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeenCheck {
    name: String,
    bucket: Option<String>,
    call: Option<String>,
    status: Option<u16>,
    server_code: Option<String>,
    took_ms: u64,
    verdict: String,
    code: Option<String>,
    message: String,
    fix: Option<SeenFix>,
}

#[derive(Debug, Deserialize)]
struct SeenFix {
    text: String,
    paste: Option<Value>,
}

/// Shows a check.
pub(super) fn tell(check: &SeenCheck) {
    println_line(&line(check));
}

fn line(check: &SeenCheck) -> String {
    let mark = match check.verdict.as_str() {
        "passed" => "ok",
        "failed" => "FAILED",
        "warned" => "warning",
        _ => "-",
    };
    let asked = [
        check.call.clone(),
        check.status.map(|status| status.to_string()),
        check.server_code.clone(),
    ];
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    let asked = match asked.is_empty() {
        true => String::new(),
        false => format!(" [{}]", asked.join(" ")),
    };
    format!(
        "{mark:8}{:20}{:>6} ms  {}{asked}",
        check.name, check.took_ms, check.message
    )
}

/// Shows what follows, and fails where something did.
pub(super) fn conclude(seen: &Seen, is_for_people: bool) -> Outcome {
    if is_for_people {
        for check in seen.warnings.iter().chain(&seen.cause) {
            explain(check);
        }
        if seen.cause.is_none() {
            println_line(&format!("\nNothing is in the way ({} ms).", seen.took_ms));
        }
    }
    match &seen.cause {
        None => Ok(()),
        Some(cause) => Err(Failure::new(format!(
            "{} ({})",
            cause.message,
            cause.code.as_deref().unwrap_or_default()
        ))),
    }
}

fn explain(check: &SeenCheck) {
    let place = check
        .bucket
        .as_deref()
        .map(|bucket| format!(" of {bucket}"))
        .unwrap_or_default();
    println_line(&format!(
        "\n{}{place}: {}",
        check.code.as_deref().unwrap_or(&check.name),
        check.message
    ));
    let Some(fix) = &check.fix else { return };
    println_line(&format!("What to do: {}", fix.text));
    if let Some(paste) = &fix.paste {
        let pretty = serde_json::to_string_pretty(paste).unwrap_or_default();
        println_line(&insitu_cloud::policy::escaped(&pretty));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_a_line_that_says_what_was_asked_and_what_came_back() {
        let check: SeenCheck = serde_json::from_value(serde_json::json!({
            "name": "list", "bucket": "photos", "key": null, "call": "ListObjectsV2", "status": 403,
            "serverCode": "AccessDenied", "tookMs": 12, "verdict": "warned", "code": "storage.list_denied",
            "message": "It may not be listed.", "fix": { "text": "Allow it.", "paste": null },
        }))
        .unwrap();
        assert_eq!(
            line(&check),
            "warning list                    12 ms  It may not be listed. [ListObjectsV2 403 AccessDenied]"
        );
    }
}
