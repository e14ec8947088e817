//! The CORS rule of a bucket: what a browser is told before it fetches, and whose fault a refusal is.
//!
//! Pages of the hub fetch pictures by a simple GET, which no browser asks about beforehand. So who refuses the question
//! and lets the answer through keeps nothing away, and only a GET without the hub's origin on its answer is the cause.

use std::sync::Arc;

use insitu_model::bucket::BucketName;

use super::bucket::access;
use super::cause::of_call;
use super::check::{Cause, Subject};
use super::run::{Open, Run, Step};
use super::whose;
use crate::connect::Answer;
use crate::credentials::Credentials;
use crate::policy;
use crate::refusal::{CallError, RefusalKind};
use crate::s3::{ObjectName, Preflight};

/// How the question ended; what a refusal means depends on the answer to the GET behind it.
pub(super) enum Asked {
    Allowed,
    Refused(Box<Refused>),
}

/// A question that was refused.
pub(super) struct Refused {
    check: Open,
    why: Why,
}

enum Why {
    /// No answer that is about CORS: the network, or a server that is busy or failing.
    Unanswered(Cause),
    /// An answer that lets the hub's pages not in.
    NotLetIn(Preflight),
}

/// Asks what a browser asks before it fetches.
pub(super) async fn ask_first(
    run: &mut Run<'_>,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    object: &str,
) -> Step<Asked> {
    let mut check = run.open(Subject::Preflight).on(bucket).of(object);
    let (place, s3, origin) = (access(run, key), &run.tools.s3, &run.patient.origin);
    let name = ObjectName {
        bucket,
        key: object,
        version: None,
    };
    let asked = run
        .ask(&mut check, "OPTIONS", || {
            s3.preflight(&place, name, origin, "GET", &[])
        })
        .await;
    if check.is_cut() {
        return run.run_out(check);
    }
    let why = match asked {
        Err(error) => Why::Unanswered(of_call(&error, whose(key))),
        Ok(answer) => {
            let said = answer.refusal.as_ref().and_then(|refusal| refusal.code.clone());
            check.status(answer.status, said);
            if answer.allows(origin, "GET") {
                run.pass(check, format!("Pages of {origin} may fetch from {bucket}."));
                return Ok(Asked::Allowed);
            }
            match unanswered(&answer, || place.site().host(bucket.as_str()).into_owned(), key) {
                Some(cause) => Why::Unanswered(cause),
                None => Why::NotLetIn(answer),
            }
        }
    };
    let check = check.answered();
    Ok(Asked::Refused(Box::new(Refused { check, why })))
}

/// The cause of a refusal that is not about CORS.
fn unanswered(answer: &Preflight, host: impl Fn() -> String, key: &Credentials) -> Option<Cause> {
    let refusal = answer.refusal.as_ref()?;
    let is_about_more = matches!(
        refusal.kind(),
        RefusalKind::Throttled
            | RefusalKind::ServerFault
            | RefusalKind::WrongRegion
            | RefusalKind::Redirected
    );
    is_about_more.then(|| {
        let error = CallError::Refused {
            host: host(),
            call: "OPTIONS",
            refusal: Box::new(refusal.clone()),
        };
        of_call(&error, whose(key))
    })
}

impl Asked {
    /// Ends the check, by the answer to a simple GET where there is one.
    pub async fn settle(
        self,
        run: &mut Run<'_>,
        key: &Arc<Credentials>,
        bucket: &BucketName,
        got: Option<&Answer>,
    ) -> Step {
        let Asked::Refused(refused) = self else {
            return Ok(());
        };
        let Refused { check, why } = *refused;
        let opens = |got: &Answer| (200..300).contains(&got.status) && lets_in(got, &run.patient.origin);
        if got.is_some_and(opens) {
            let cause = needless(run, bucket, &why);
            run.warn(check, cause);
            return Ok(());
        }
        let answer = match why {
            Why::Unanswered(cause) => return run.fail(check, cause),
            Why::NotLetIn(answer) => answer,
        };
        let by_get = got.and_then(allowed_origin);
        let allowed = answer.allow_origin.as_deref().or(by_get.as_deref());
        let has_rules = match has_rules(&answer, allowed) {
            Some(known) => Some(known),
            None => {
                let (place, s3) = (access(run, key), &run.tools.s3);
                let mut scratch = run.open(Subject::Preflight);
                run.ask(&mut scratch, "GetBucketCors", || {
                    s3.has_cors_rules(&place, bucket)
                })
                .await
                .ok()
            }
        };
        let cause = cause(run, bucket, has_rules, allowed);
        run.fail(check, cause)
    }

    /// The check, where it has not ended yet.
    pub fn into_check(self) -> Option<Open> {
        match self {
            Asked::Allowed => None,
            Asked::Refused(refused) => Some(refused.check),
        }
    }
}

/// The origin whose pages may read an answer; with a comma where the answer says it twice, which browsers take for none.
pub(super) fn allowed_origin(answer: &Answer) -> Option<String> {
    answer.joined("access-control-allow-origin")
}

/// May pages of this origin read an answer?
pub(super) fn lets_in(answer: &Answer, origin: &str) -> bool {
    allowed_origin(answer).is_some_and(|allowed| allowed == "*" || allowed == origin)
}

/// Does the bucket have CORS rules, none of which is for us? What the refusal says, if it says it.
fn has_rules(answer: &Preflight, allowed: Option<&str>) -> Option<bool> {
    if allowed.is_some() {
        return Some(true);
    }
    let words = answer.refusal.as_ref()?.message.as_deref()?;
    if words.contains("not enabled") {
        return Some(false);
    }
    words.contains("not allowed").then_some(true)
}

/// Why pages of the hub may not fetch. Whether there are rules is for the bucket's owner to know: the policy that the hub
/// asks for does not let it look, and where the server does not say it either, the hub does not guess.
pub(super) fn cause(
    run: &Run<'_>,
    bucket: &BucketName,
    has_rules: Option<bool>,
    allowed: Option<&str>,
) -> Cause {
    let origin = &run.patient.origin;
    if let Some(allowed) = allowed.filter(|allowed| allowed.contains(',')) {
        return said_twice(bucket, allowed);
    }
    let cause = match (has_rules, allowed) {
        (Some(true), Some(allowed)) => Cause::new(
            "storage.cors_other_origin",
            format!("The bucket {bucket} lets pages of {allowed} fetch, and not those of the hub, {origin}."),
            FIX,
        ),
        (Some(true), None) => Cause::new(
            "storage.cors_other_origin",
            format!(
                "The bucket {bucket} has CORS rules, and none lets pages of {origin} fetch: scheme, host and port must be \
                 the same to the letter."
            ),
            FIX,
        ),
        (Some(false), _) => Cause::new(
            "storage.cors_missing",
            format!("No CORS rule of the bucket {bucket} lets a page fetch from it."),
            FIX,
        ),
        (None, _) => Cause::new(
            "storage.cors_no_rule",
            format!(
                "The bucket {bucket} has no CORS rule for pages of {origin}. Whether it has rules for others, the server does \
                 not say."
            ),
            FIX,
        ),
    };
    cause.with_paste(&policy::cors_rules(origin))
}

fn said_twice(bucket: &BucketName, allowed: &str) -> Cause {
    Cause::new(
        "storage.cors_twice",
        format!(
            "Answers of the bucket {bucket} hold Access-Control-Allow-Origin more than once ({allowed}), and browsers refuse \
             such an answer whatever it says."
        ),
        "Let only one send it: the server, by the CORS rules of the bucket, or the proxy before it.",
    )
}

/// A warning: pictures are fetched without the question.
fn needless(run: &Run<'_>, bucket: &BucketName, why: &Why) -> Cause {
    let said = match why {
        Why::Unanswered(cause) => cause.message.clone(),
        Why::NotLetIn(answer) => format!("It answered OPTIONS with the status {}.", answer.status),
    };
    Cause::new(
        "storage.preflight_refused",
        format!(
            "The bucket {bucket} does not let a browser ask before it fetches. Pages of the hub do not ask, and what they \
             fetch is let through. {said}"
        ),
        "Nothing has to be done for pictures. For requests that browsers ask about, paste this as the CORS configuration of \
         the bucket.",
    )
    .with_paste(&policy::cors_rules(&run.patient.origin))
}

const FIX: &str = "Paste this as the CORS configuration of the bucket (S3 console, the bucket, Permissions).";
