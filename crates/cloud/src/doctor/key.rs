//! A key: does the server know it, and is its secret right?
//!
//! Most servers say so. Some say "access denied" to a wrong secret, to an unknown key and to a right one that may not do
//! this, so what a wrong secret and an unknown key would hear is asked for and compared.

use std::sync::Arc;

use insitu_model::bucket::BucketName;

use super::bucket::{access, begin_of, list_one};
use super::cause::{Whose, host_of, of_call, refuses_everybody, unknown_key, wrong_secret};
use super::check::Subject;
use super::run::{Open, Run, Step};
use super::{Target, Wanted, whose};
use crate::credentials::Credentials;
use crate::refusal::{CallError, RefusalKind};

/// What a server said, to be compared.
#[derive(PartialEq, Eq)]
enum Heard {
    Answer,
    Refusal(u16, Option<String>, Option<String>),
    Nothing,
}

/// Shows the key to the server.
pub(super) async fn show(run: &mut Run<'_>, key: &Arc<Credentials>, target: &Target) -> Step {
    let check = run.open(Subject::Identity).on(&target.bucket);
    let id = key.access_key_id();
    let begin = begin_of(run, &target.bucket);
    let (check, answer) = list_one(run, check, key, &target.bucket, &begin).await;
    let error = match answer {
        Ok(_) => {
            run.pass(check, format!("The server knows the access key {id}."));
            return Ok(());
        }
        Err(error) => error,
    };
    match error.kind() {
        Some(RefusalKind::AccessDenied) => compare(run, check, key, target, &error).await,
        // Nothing is said about the key; the next check names the cause.
        Some(RefusalKind::NoSuchBucket | RefusalKind::NotFound | RefusalKind::WrongRegion) => {
            run.skip(
                check,
                format!("Whether the access key {id} is right cannot be told from this bucket."),
            );
            Ok(())
        }
        _ => run.fail(check, of_call(&error, Whose::User(id))),
    }
}

/// The server denied listing: the key's fault, or the policy's?
async fn compare(
    run: &mut Run<'_>,
    check: Open,
    key: &Arc<Credentials>,
    target: &Target,
    error: &CallError,
) -> Step {
    let id = key.access_key_id().to_owned();
    let host = host_of(error);
    let ours = heard(&Err::<(), _>(error.clone()));
    let known = format!("The server knows the access key {id}; what it may do is another matter.");
    let wrong = Arc::new(Credentials::permanent(id.clone(), made_up(run, 40)));
    let theirs = listing(run, &wrong, target).await;
    let untold =
        format!("Whether the access key {id} is right could not be told: nothing came to compare with.");
    if theirs == Heard::Nothing {
        run.skip(check, untold);
        return Ok(());
    }
    if theirs != ours {
        run.pass(check, known);
        return Ok(());
    }
    // Listing tells nothing; an object may.
    if let Some(name) = &target.object {
        let with_ours = look(run, key, target, name).await;
        let with_wrong = look(run, &wrong, target, name).await;
        if with_ours == Heard::Nothing || with_wrong == Heard::Nothing {
            run.skip(check, untold);
            return Ok(());
        }
        if with_ours != with_wrong {
            run.pass(check, known);
            return Ok(());
        }
    }
    let nobody = format!("AKIA{}", made_up(run, 16).to_ascii_uppercase());
    let stranger = Arc::new(Credentials::permanent(nobody, made_up(run, 40)));
    let cause = match listing(run, &stranger, target).await {
        Heard::Nothing => {
            run.skip(check, untold);
            return Ok(());
        }
        heard if heard == ours => refuses_everybody(error).unwrap_or_else(|| unknown_key(&id, &host)),
        _ => wrong_secret(&id, &host),
    };
    run.fail(check, cause)
}

/// Does a session that is denied hear what one that was made up hears? Then it is not known, whatever it may do. Asked
/// where the words of the refusal tell nothing.
pub(super) async fn is_session_unheard(
    run: &mut Run<'_>,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    wanted: Option<&Wanted>,
    error: &CallError,
) -> bool {
    if whose(key) != Whose::Session || names_a_right(error) {
        return false;
    }
    let target = Target {
        bucket: bucket.clone(),
        object: wanted.cloned(),
    };
    let made_up = Arc::new(Credentials::of_session(
        key.access_key_id(),
        made_up(run, 40),
        made_up(run, 64),
        None,
    ));
    let ours = listing(run, key, &target).await;
    if ours == Heard::Nothing || ours == Heard::Answer || listing(run, &made_up, &target).await != ours {
        return false;
    }
    match &target.object {
        // Its refusals have no words, so it tells only where one of the two is let in.
        Some(name) => {
            let with_ours = look(run, key, &target, name).await;
            with_ours != Heard::Answer
                && with_ours != Heard::Nothing
                && with_ours == look(run, &made_up, &target, name).await
        }
        None => true,
    }
}

/// Who is told which right is lacking was recognized.
fn names_a_right(error: &CallError) -> bool {
    let words = error.refusal().and_then(|refusal| refusal.message.as_deref());
    words.is_some_and(|words| words.contains("s3:"))
}

async fn listing(run: &mut Run<'_>, key: &Arc<Credentials>, target: &Target) -> Heard {
    let scratch = run.open(Subject::Identity);
    let begin = begin_of(run, &target.bucket);
    heard(&list_one(run, scratch, key, &target.bucket, &begin).await.1)
}

async fn look(run: &Run<'_>, key: &Arc<Credentials>, target: &Target, name: &Wanted) -> Heard {
    let (access, s3) = (access(run, key), &run.tools.s3);
    let mut scratch = run.open(Subject::Identity);
    let object = name.in_bucket(&target.bucket);
    heard(
        &run.ask(&mut scratch, "HeadObject", || s3.head_object(&access, object))
            .await,
    )
}

fn heard<T>(answer: &Result<T, CallError>) -> Heard {
    match answer {
        Ok(_) => Heard::Answer,
        Err(error) => match error.refusal() {
            Some(refusal) => Heard::Refusal(refusal.status, refusal.code.clone(), refusal.message.clone()),
            None => Heard::Nothing,
        },
    }
}

/// Hexadecimal digits that nobody has for a secret.
fn made_up(run: &Run<'_>, digits: usize) -> String {
    let mut bytes = vec![0; digits];
    run.tools.random.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'))
        .collect()
}
