//! A run of checks: calls in time, what they said written down, and one place where a check ends.

use std::future::Future;
use std::time::Duration;

use insitu_model::bucket::BucketName;
use insitu_model::region::Region;
use tokio::time::{Instant, sleep, timeout};

use super::check::{Cause, Check, Diagnosis, Subject, Verdict};
use super::{Patient, Sample, Tell, Tools, coverage};
use crate::blank::blank;
use crate::connect::ConnectError;
use crate::refusal::{CallError, RefusalKind};

/// How long a run may take altogether, so that somebody who watches has an answer within ten seconds.
pub const WHOLE_MAX: Duration = Duration::from_secs(9);
/// How long one call may take.
const CALL_MAX: Duration = Duration::from_secs(4);
/// A call that had less than this of the run's time says nothing about who did not answer it.
pub const FAIR: Duration = Duration::from_secs(2);
/// How long a busy server is left alone before it is asked a second time.
const BUSY_WAIT: Duration = Duration::from_millis(400);

/// A run under way.
pub(super) struct Run<'a> {
    pub patient: &'a Patient,
    pub tools: &'a Tools<'a>,
    /// The region that calls are signed for: the storage's own until the bucket says another.
    pub region: Region,
    /// The first object that could be read.
    pub sample: Option<Sample>,
    /// Where buckets said that they are.
    pub regions: Vec<(BucketName, Region)>,
    /// Buckets, and parts of them, of which no object could be tried.
    pub unread: Vec<String>,
    tell: &'a mut Tell<'a>,
    checks: Vec<Check>,
    started: Instant,
    /// Where the run's time was over, if it was.
    ran_out_at: Option<Subject>,
}

/// A check that was begun.
pub(super) struct Open {
    check: Check,
    started: Instant,
    /// When its own question was answered, if its verdict waits for another's.
    answered: Option<Instant>,
    /// Its last call ended with the run's time, and not with its own.
    is_cut: bool,
}

/// A check failed: nothing further is asked.
pub(super) struct Stopped;

/// What a check leads to.
pub(super) type Step<T = ()> = Result<T, Stopped>;

impl<'a> Run<'a> {
    pub fn new(patient: &'a Patient, tools: &'a Tools<'a>, tell: &'a mut Tell<'a>) -> Self {
        Self {
            patient,
            tools,
            region: patient.region.clone(),
            sample: None,
            regions: Vec::new(),
            unread: Vec::new(),
            tell,
            checks: Vec::new(),
            started: Instant::now(),
            ran_out_at: None,
        }
    }

    /// Begins a check.
    pub fn open(&self, subject: Subject) -> Open {
        Open {
            check: Check {
                subject,
                bucket: None,
                key: None,
                call: None,
                status: None,
                said: None,
                took_ms: 0,
                verdict: Verdict::Skipped,
                code: None,
                message: String::new(),
                fix: None,
            },
            started: Instant::now(),
            answered: None,
            is_cut: false,
        }
    }

    /// Makes a call of a check: in time, and once more if the server was busy or hung up.
    pub async fn ask<T, F>(
        &self,
        open: &mut Open,
        call: &'static str,
        mut ask: impl FnMut() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        open.check.call = Some(call);
        let mut answer = self.in_time(open, ask()).await;
        if answer.as_ref().is_err_and(deserves_another_try) && self.left() > BUSY_WAIT + FAIR {
            sleep(BUSY_WAIT).await;
            answer = self.in_time(open, ask()).await;
        }
        open.note(answer.as_ref().err());
        answer
    }

    /// Makes calls of a check that come back to a busy server by themselves: in time, and not again.
    pub async fn ask_once<T>(
        &self,
        open: &mut Open,
        call: &'static str,
        asked: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        open.check.call = Some(call);
        let answer = self.in_time(open, asked).await;
        open.note(answer.as_ref().err());
        answer
    }

    async fn in_time<T>(
        &self,
        open: &mut Open,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let left = self.left();
        let answer = timeout(left.min(CALL_MAX), call).await;
        open.is_cut = answer.is_err() && left < FAIR;
        answer.unwrap_or_else(|_| {
            let host = "the server".to_owned();
            Err(ConnectError::Timeout { host }.into())
        })
    }

    /// Keeps where a refusal says that a bucket is, if it does.
    pub fn note_region(&mut self, bucket: &BucketName, error: &CallError) {
        let has_endpoint = self.patient.endpoint.is_some();
        let told = error
            .other_region(self.region.as_str())
            .and_then(|name| Region::parse(name, has_endpoint).ok());
        self.regions.extend(told.map(|region| (bucket.clone(), region)));
    }

    /// What is left of the run's time.
    fn left(&self) -> Duration {
        self.tools.time.saturating_sub(self.started.elapsed())
    }

    /// Whether there was no time for an answer.
    pub fn has_run_out(&self) -> bool {
        self.ran_out_at.is_some()
    }

    /// Waits for something no longer than so, nor than the run may take.
    pub async fn wait<T>(&self, most: Duration, work: impl Future<Output = T>) -> Option<T> {
        timeout(self.left().min(most), work).await.ok()
    }

    /// Things are as they should be.
    pub fn pass(&mut self, open: Open, message: impl Into<String>) {
        self.close(open, Verdict::Passed, message.into());
    }

    /// It does not concern this storage.
    pub fn skip(&mut self, open: Open, message: impl Into<String>) {
        self.close(open, Verdict::Skipped, message.into());
    }

    /// Assets can be seen all the same.
    pub fn warn(&mut self, mut open: Open, cause: Cause) {
        open.check.code = Some(cause.code);
        open.check.fix = Some(cause.fix);
        self.close(open, Verdict::Warned, cause.message);
    }

    /// This is why assets cannot be seen; but who had no time to answer is no cause of anything.
    pub fn fail<T>(&mut self, mut open: Open, cause: Cause) -> Step<T> {
        if open.is_cut {
            return self.run_out(open);
        }
        open.check.code = Some(cause.code);
        open.check.fix = Some(cause.fix);
        self.close(open, Verdict::Failed, cause.message);
        Err(Stopped)
    }

    /// The run's time is over before this could be answered: nothing is known of it.
    pub fn run_out<T>(&mut self, open: Open) -> Step<T> {
        self.ran_out_at.get_or_insert(open.check.subject);
        self.skip(
            open,
            "Not known: the time of the test was over before the answer came.",
        );
        Err(Stopped)
    }

    fn close(&mut self, open: Open, verdict: Verdict, message: String) {
        let Open {
            mut check,
            started,
            answered,
            ..
        } = open;
        let took = answered.map_or_else(|| started.elapsed(), |answered| answered - started);
        check.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        check.verdict = verdict;
        // A server's words may be in it, and a server may repeat what it was sent.
        check.message = blank(&message);
        (self.tell)(&check);
        self.checks.push(check);
    }

    /// The end: what nobody asked is said to be so.
    pub fn finish(mut self, all: &[Subject]) -> Diagnosis {
        let has_failed = self.checks.iter().any(|check| check.verdict == Verdict::Failed);
        let why = match (has_failed, self.ran_out_at) {
            (true, _) => "Not asked, because what comes before it failed.",
            (false, Some(_)) => "Not asked, because the time of the test was over.",
            (false, None) => "Not asked.",
        };
        for subject in all {
            if self.checks.iter().all(|check| check.subject != *subject) {
                let open = self.open(*subject);
                self.skip(open, why);
            }
        }
        if let Some(subject) = self.ran_out_at {
            coverage::own_up_to_time(&mut self, subject);
        }
        Diagnosis {
            took_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            checks: self.checks,
            regions: self.regions,
        }
    }
}

impl Open {
    /// The same about a bucket.
    pub fn on(mut self, bucket: &impl ToString) -> Self {
        self.check.bucket = Some(bucket.to_string());
        self
    }

    /// The same about an object of it.
    pub fn of(mut self, key: &str) -> Self {
        self.check.key = Some(key.to_owned());
        self
    }

    /// The same about another thing: the answer to one question may be about the next.
    pub fn about(mut self, subject: Subject) -> Self {
        self.check.subject = subject;
        self
    }

    /// What an answer said that is no error to the call.
    pub fn status(&mut self, status: u16, said: Option<String>) {
        self.check.status = Some(status);
        self.check.said = said;
    }

    /// Its own question is answered, and its verdict waits for another's answer.
    pub fn answered(mut self) -> Self {
        self.answered = Some(Instant::now());
        self
    }

    /// Whether its last call ended with the run's time, so that nothing is known.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    fn note(&mut self, error: Option<&CallError>) {
        let refusal = error.map(CallError::refusal);
        self.check.status = match refusal {
            None => Some(200),
            Some(refusal) => refusal.map(|refusal| refusal.status),
        };
        self.check.said = refusal.flatten().and_then(|refusal| refusal.code.clone());
    }
}

/// A server that is busy is worth a second try, and so is a connection that the server had just closed. One that says
/// nothing has had its time.
fn deserves_another_try(error: &CallError) -> bool {
    matches!(error, CallError::Connect(ConnectError::Interrupted { .. }))
        || matches!(
            error.kind(),
            Some(RefusalKind::Throttled | RefusalKind::ServerFault)
        )
}
