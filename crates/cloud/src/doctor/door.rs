//! The way to the server: its name, its port, its certificate, and its clock.

use bytes::Bytes;
use reqwest::Method;

use super::cause::{Whose, of_call};
use super::check::{Cause, Subject};
use super::run::{Run, Step};
use crate::connect::{Answer, BodyLimit, ConnectError, Outgoing};
use crate::refusal::CallError;
use crate::site::Site;

/// How far apart S3 lets two clocks be, in milliseconds.
const SKEW_MS_MAX: i64 = 15 * 60 * 1000;
/// From here on somebody should know, in milliseconds.
const SKEW_MS_NOTED: i64 = 5 * 60 * 1000;

/// Goes to the server of a bucket: somebody listens, speaks TLS where it should, and HTTP, and knows the time.
pub(super) async fn knock(run: &mut Run<'_>, bucket: &str) -> Step {
    let site = Site::of(&run.region, run.patient.endpoint.as_ref());
    let (origin, host) = (site.origin(bucket), site.host(bucket).into_owned());
    let is_tls = origin.starts_with("https:");
    let mut address = run.open(Subject::Address);
    let outbound = &run.tools.outbound;
    let knocked = run
        .ask(&mut address, "connect", || async {
            Ok(outbound.knock(&origin).await?)
        })
        .await;
    let at = match knocked {
        Ok(at) => at,
        Err(error) => return run.fail(address, of_call(&error, Whose::Nobody)),
    };
    let url = format!("{origin}{}", site.bucket_path(bucket));
    let asked = run.ask(&mut address, "HEAD", || greet(run, &url)).await;
    let answer = match asked {
        Ok(answer) => answer,
        // The port is open, so what fails now at its connection is TLS.
        Err(CallError::Connect(error)) if is_tls && is_about_connecting(&error) => {
            run.pass(address, format!("{host} is at {at}."));
            let tls = run.open(Subject::Tls);
            let reason = match error {
                ConnectError::Tls { .. } => error,
                ConnectError::Unreachable { host, reason } => ConnectError::Tls { host, reason },
                other => other,
            };
            return run.fail(tls, of_call(&reason.into(), Whose::Nobody));
        }
        Err(error) => return run.fail(address, of_call(&error, Whose::Nobody)),
    };
    address.status(answer.status, None);
    run.pass(address, format!("{host} is at {at} and answers."));
    let tls = run.open(Subject::Tls);
    match is_tls {
        true => run.pass(tls, format!("{host} has a certificate that the hub trusts.")),
        false => run.skip(
            tls,
            "The endpoint is plain HTTP: whoever is on the way can read what is fetched.",
        ),
    }
    check_clock(run, &host, &answer)
}

/// Nobody's question, which any server answers somehow.
async fn greet(run: &Run<'_>, url: &str) -> Result<Answer, CallError> {
    let outgoing = Outgoing {
        method: Method::HEAD,
        url: url.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    Ok(run.tools.outbound.send(outgoing, BodyLimit::Cut(1)).await?)
}

fn is_about_connecting(error: &ConnectError) -> bool {
    matches!(error, ConnectError::Tls { .. } | ConnectError::Unreachable { .. })
}

fn check_clock(run: &mut Run<'_>, host: &str, answer: &Answer) -> Step {
    let check = run.open(Subject::Clock);
    let theirs = answer
        .header("date")
        .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
        .map(|date| date.timestamp().as_millisecond());
    let Some(theirs) = theirs else {
        run.skip(check, format!("{host} does not say what time it has."));
        return Ok(());
    };
    let off_ms = theirs - run.tools.clock.now_ms();
    let (seconds, which) = (
        off_ms.abs() / 1000,
        if off_ms < 0 { "ahead of" } else { "behind" },
    );
    if off_ms.abs() < SKEW_MS_NOTED {
        run.pass(check, format!("The clocks of the hub and of {host} agree."));
        return Ok(());
    }
    let cause = Cause::new(
        "storage.clock_skew",
        format!("The clock of the hub is {seconds} s {which} that of {host}; S3 takes 900 s."),
        "Set the clocks by NTP, that of the hub's machine first: signatures hold for 15 minutes.",
    );
    if off_ms.abs() >= SKEW_MS_MAX {
        return run.fail(check, cause);
    }
    run.warn(check, cause);
    Ok(())
}
