//! The steps of a way, each with its time, and how one ends that is not made.

use std::future::Future;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use insitu_cloud::doctor::FAIR;
use tokio::time::timeout;

use crate::api::storages::diagnosis::{CheckView, FixView};
use crate::error::{ApiError, ApiResult};

/// Why a step was not made.
#[derive(Debug)]
pub(super) enum Stop {
    /// This is what keeps the asset from being seen.
    Refused(ApiError),
    /// The time of the whole way was over before anybody could have answered: nothing is known.
    RanOut,
}

/// The steps so far.
pub(super) struct Steps {
    made: Vec<CheckView>,
    next_began: Instant,
}

impl Steps {
    pub fn begin(now: Instant) -> Self {
        Self {
            made: Vec::new(),
            next_began: now,
        }
    }

    pub fn all(self) -> Vec<CheckView> {
        self.made
    }

    /// Adds steps that were timed elsewhere.
    pub fn add(&mut self, steps: impl Iterator<Item = CheckView>) {
        self.made.extend(steps);
    }

    pub fn passed(&mut self, name: &'static str, message: String) {
        self.end(name, "passed", None, message, None);
    }

    pub fn refused(&mut self, name: &'static str, error: ApiError, fix: &str) {
        let code = Some(error.code.into_owned());
        self.end(name, "failed", code, error.message, Some(in_words(fix)));
    }

    /// Ends a step that was not made. Who had no time to answer is to blame for nothing.
    pub fn stopped(&mut self, name: &'static str, stop: Stop, fix: &str) {
        match stop {
            Stop::Refused(error) => self.refused(name, error, fix),
            Stop::RanOut => {
                let unknown = "Not known: the time was over before the answer came.";
                self.end(name, "skipped", None, unknown.to_owned(), None);
                self.end(
                    "coverage",
                    "warned",
                    Some("storage.partly_examined".to_owned()),
                    format!("The time was over at {name}: that and what comes behind it is not known."),
                    Some(in_words(
                        "Ask again. If it stays so, what comes before it is slow: see how long each step took.",
                    )),
                );
            }
        }
    }

    pub fn end(
        &mut self,
        name: &'static str,
        verdict: &'static str,
        code: Option<String>,
        message: String,
        fix: Option<FixView>,
    ) {
        self.made.push(CheckView {
            name,
            bucket: None,
            key: None,
            call: None,
            status: None,
            server_code: None,
            took_ms: millis(self.next_began),
            verdict,
            code,
            message,
            fix,
        });
        self.next_began = Instant::now();
    }
}

fn in_words(fix: &str) -> FixView {
    FixView {
        text: fix.to_owned(),
        paste: None,
    }
}

/// Makes a step in the time that is left; one that has a fair part of it and does not end is the cause itself.
pub(super) async fn within<T>(left: Duration, step: impl Future<Output = ApiResult<T>>) -> Result<T, Stop> {
    match timeout(left, step).await {
        Ok(made) => made.map_err(Stop::Refused),
        Err(_) if left < FAIR => Err(Stop::RanOut),
        Err(_) => Err(Stop::Refused(ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            "storage.hangs",
            format!("No answer came within {} s.", left.as_secs()),
        ))),
    }
}

pub(super) fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::api::storages::diagnosis::DiagnosisView;

    /// What is found of a step that does not end when there was so much time left.
    async fn found_with(left: Duration) -> DiagnosisView {
        let mut steps = Steps::begin(Instant::now());
        steps.passed("credentials", "Signed.".to_owned());
        let stop = within(left, pending::<ApiResult<()>>()).await.unwrap_err();
        steps.stopped("region", stop, "Test it.");
        DiagnosisView::of(steps.all(), 0)
    }

    #[tokio::test(start_paused = true)]
    async fn who_had_no_time_to_answer_is_not_the_cause_and_who_had_it_is() {
        let hung = found_with(Duration::from_secs(7)).await;
        let cause = hung.cause.unwrap();
        assert_eq!(
            (cause.name, cause.code.as_deref()),
            ("region", Some("storage.hangs"))
        );
        assert_eq!(cause.message, "No answer came within 7 s.");

        let late = found_with(Duration::from_millis(1500)).await;
        assert!(late.cause.is_none(), "{:?}", late.cause);
        assert_eq!(late.verdict, "warned");
        let warning = &late.warnings[0];
        assert_eq!(warning.code.as_deref(), Some("storage.partly_examined"));
        assert!(warning.message.contains("at region"), "{}", warning.message);
        assert_eq!(late.checks[1].verdict, "skipped");
    }
}
