//! An object: is it there, may its beginning be read, and can its encryption be undone?
//!
//! "Access denied" may mean that it may not be read, that its key may not be used, or that it is not there and this may
//! not be known. The words of the refusal tell, or the listing does.

use std::sync::Arc;

use insitu_model::bucket::BucketName;

use super::bucket::{Listed, access, list_one, reading_policy};
use super::cause::{host_of, no_such_bucket, of_call, session_unheard, unexpected};
use super::check::{Cause, Subject};
use super::denial::Denial;
use super::key::is_session_unheard;
use super::kms::Locked;
use super::run::{Open, Run, Step};
use super::version::{self, no_such_version};
use super::{Wanted, whose};
use crate::credentials::Credentials;
use crate::policy;
use crate::refusal::{CallError, RefusalKind};
use crate::s3::{ObjectHead, RANGE_BYTES_MAX, RangeRead};

/// An object being looked at.
struct Looked<'a> {
    key: &'a Arc<Credentials>,
    bucket: &'a BucketName,
    wanted: &'a Wanted,
}

/// How much of an object is read to look at it: together with the byte that tells why HEAD was refused and the one that a
/// signed URL brings, no more than a header probe reads.
pub(super) const READ_BYTES: usize = RANGE_BYTES_MAX - 2;

/// Checks head, range and encryption of an object: its beginning, where it may be read.
pub(super) async fn read(
    run: &mut Run<'_>,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    wanted: &Wanted,
    listed: &Listed,
) -> Step<Option<RangeRead>> {
    let it = Looked { key, bucket, wanted };
    let head = head(run, &it, listed).await?;
    if run.tools.decode.is_none() {
        for subject in [Subject::Range, Subject::Kms] {
            let check = it.open(run, subject);
            run.skip(check, NOT_READ);
        }
        return Ok(None);
    }
    range(run, &it, head.as_ref(), listed).await.map(Some)
}

/// Why bytes are not read.
pub const NOT_READ: &str = "Not asked: this organization, or the operator of the hub, does not let the hub read the beginning of objects.";

async fn head(run: &mut Run<'_>, it: &Looked<'_>, listed: &Listed) -> Step<Option<ObjectHead>> {
    let mut check = it.open(run, Subject::Head);
    let (place, s3) = (access(run, it.key), &run.tools.s3);
    let name = it.wanted.in_bucket(it.bucket);
    let asked = run
        .ask(&mut check, "HeadObject", || s3.head_object(&place, name))
        .await;
    let error = match asked {
        Ok(head) => {
            let size = head
                .size_bytes
                .map_or("unknown size".to_owned(), |size| format!("{size} bytes"));
            let kind = head.content_type.as_deref().unwrap_or("no content type");
            run.pass(
                check,
                format!("The object {} is there: {size}, {kind}.", it.wanted.key),
            );
            return Ok(Some(head));
        }
        Err(error) => error,
    };
    run.note_region(it.bucket, &error);
    if says_nothing_is_there(&error) {
        let cause = what_is_missing(run, it).await;
        return run.fail(check, cause);
    }
    let is_moment = matches!(
        error.kind(),
        Some(RefusalKind::Throttled | RefusalKind::ServerFault)
    );
    if error.refusal().is_none() || is_moment {
        return run.fail(check, of_call(&error, whose(it.key)));
    }
    // An answer to HEAD has no body, so GET brings the words.
    if run.tools.decode.is_none() {
        return denied(run, check, it, listed, &error).await;
    }
    match first_byte(run, &mut check, it).await {
        Ok(_) => {
            run.pass(
                check,
                format!(
                    "The object {} is there and can be read, although the server refuses HeadObject.",
                    it.wanted.key
                ),
            );
            Ok(None)
        }
        Err(error) => {
            run.note_region(it.bucket, &error);
            denied(run, check, it, listed, &error).await
        }
    }
}

fn says_nothing_is_there(error: &CallError) -> bool {
    matches!(
        error.kind(),
        Some(RefusalKind::NotFound | RefusalKind::NoSuchBucket)
    )
}

/// The 404 that answers a HEAD has no words: the object may be missing, or the bucket, which is asked for itself.
async fn what_is_missing(run: &mut Run<'_>, it: &Looked<'_>) -> Cause {
    let (place, s3) = (access(run, it.key), &run.tools.s3);
    let mut scratch = run.open(Subject::Head);
    let asked = run
        .ask(&mut scratch, "HeadBucket", || s3.head_bucket(&place, it.bucket))
        .await;
    match asked {
        Err(error) if says_nothing_is_there(&error) => {
            no_such_bucket(&format!("bucket {}", it.bucket), &host_of(&error))
        }
        // Nobody says whether there are other versions.
        _ => match &it.wanted.version {
            Some(version) => no_such_version(it.bucket, it.wanted, version),
            None => no_such_object(it),
        },
    }
}

async fn range(
    run: &mut Run<'_>,
    it: &Looked<'_>,
    head: Option<&ObjectHead>,
    listed: &Listed,
) -> Step<RangeRead> {
    let mut check = it.open(run, Subject::Range);
    let (place, s3) = (access(run, it.key), &run.tools.s3);
    let name = it.wanted.in_bucket(it.bucket);
    let asked = run
        .ask(&mut check, "GetObject", || s3.get_range(&place, name, READ_BYTES))
        .await;
    let read = match asked {
        Ok(read) => read,
        Err(error) if error.kind() == Some(RefusalKind::InvalidRange) => {
            return run.fail(check, empty(it));
        }
        Err(error) if has_kms_key(head) && may_be_about_key(&error) => {
            return run.fail(check.about(Subject::Kms), kms_denied(run, it, head, &error));
        }
        Err(error) => return denied(run, check, it, listed, &error).await,
    };
    check.status(if read.is_partial { 206 } else { 200 }, None);
    if let Some(cause) = cut_short(&read) {
        return run.fail(check, cause);
    }
    if read.is_partial {
        run.pass(
            check,
            format!("The first {} bytes can be read.", read.bytes.len()),
        );
    } else {
        run.warn(check, ranges_ignored());
    }
    let kms = it.open(run, Subject::Kms);
    match head.and_then(|head| head.kms_key.as_deref()) {
        Some(key) => run.pass(
            kms,
            format!("The object is encrypted with {key} and can be read."),
        ),
        None => run.skip(kms, "The object is not encrypted with a key of KMS."),
    }
    Ok(read)
}

async fn first_byte(run: &Run<'_>, check: &mut Open, it: &Looked<'_>) -> Result<RangeRead, CallError> {
    let (place, s3) = (access(run, it.key), &run.tools.s3);
    let name = it.wanted.in_bucket(it.bucket);
    run.ask(check, "GetObject", || s3.get_range(&place, name, 1))
        .await
}

/// Names the cause of a refusal to read: policy, encryption, archive, or that there is no such object.
async fn denied<T>(
    run: &mut Run<'_>,
    check: Open,
    it: &Looked<'_>,
    listed: &Listed,
    error: &CallError,
) -> Step<T> {
    let Some(refusal) = error.refusal() else {
        return run.fail(check, of_call(error, whose(it.key)));
    };
    let code = refusal.code.as_deref().unwrap_or_default();
    let words = refusal.message.as_deref().unwrap_or_default();
    if let Some(cause) = version::cause_of(refusal, it.bucket, it.wanted) {
        return run.fail(check, cause);
    }
    match error.kind() {
        _ if words.contains("kms:") || code.starts_with("KMS.") || code.starts_with("Kms") => {
            let cause = kms_denied(run, it, None, error);
            return run.fail(check.about(Subject::Kms), cause);
        }
        _ if code == "InvalidObjectState" => return run.fail(check, archived(it)),
        Some(RefusalKind::NotFound) => return run.fail(check, no_such_object(it)),
        Some(RefusalKind::AccessDenied) => {}
        Some(RefusalKind::Invalid) => {
            return run.fail(check, unexpected(refusal, &host_of(error)));
        }
        _ => return run.fail(check, of_call(error, whose(it.key))),
    }
    // Whoever may list learns from S3 itself that a key is missing; other servers hide it all the same.
    let is_listed = match listed.is_allowed {
        true => match is_listed(run, it).await {
            Ok(is_listed) => Some(is_listed),
            // What a HEAD could not say: the key, the clock or the session.
            Err(told) if code.is_empty() && says_more(&told) => {
                return run.fail(check, of_call(&told, whose(it.key)));
            }
            Err(_) => None,
        },
        false => None,
    };
    let cause = match is_listed {
        Some(true) => get_denied(run, it, error, IS_THERE),
        Some(false) => no_such_object(it),
        // S3 names the right that is lacking: to know that there is nothing, or to read what there is.
        None if words.contains("s3:ListBucket") => no_such_object(it),
        // Asked before anybody looks whether there is such an object, so that whoever lacks it learns nothing of that.
        None if words.contains("s3:GetObject") => get_denied(run, it, error, MAY_BE_MISSING),
        None if is_session_unheard(run, it.key, it.bucket, Some(it.wanted), error).await => {
            session_unheard(error)
        }
        None => missing_or_denied(run, it),
    };
    run.fail(check, cause)
}

/// Does the listing name the key? An error where it may not be listed.
async fn is_listed(run: &mut Run<'_>, it: &Looked<'_>) -> Result<bool, CallError> {
    let scratch = run.open(Subject::List);
    let (_, answer) = list_one(run, scratch, it.key, it.bucket, &it.wanted.key).await;
    Ok(answer?.objects.iter().any(|object| object.key == it.wanted.key))
}

/// A refusal that says more than that this is not allowed.
fn says_more(error: &CallError) -> bool {
    error
        .refusal()
        .is_some_and(|refusal| refusal.code.is_some() && error.kind() != Some(RefusalKind::AccessDenied))
}

fn has_kms_key(head: Option<&ObjectHead>) -> bool {
    head.is_some_and(|head| head.kms_key.is_some())
}

/// Is the key of an encrypted object the cause?
fn may_be_about_key(error: &CallError) -> bool {
    let code = error.refusal().and_then(|refusal| refusal.code.as_deref());
    error.kind() == Some(RefusalKind::AccessDenied) || code.is_some_and(|code| code.starts_with("KMS."))
}

/// The server says how long the object is and sends less of it.
fn cut_short(read: &RangeRead) -> Option<Cause> {
    let total = usize::try_from(read.total_bytes?).ok()?;
    let due = total.min(READ_BYTES);
    (read.bytes.len() < due).then(|| {
        Cause::new(
            "storage.body_cut",
            format!("{} bytes were due and {} came.", due, read.bytes.len()),
            "Look at what stands between the hub and the server: a proxy with a limit of size or time, most likely.",
        )
    })
}

fn ranges_ignored() -> Cause {
    Cause::new(
        "storage.ranges_ignored",
        "The server answers a request for the beginning with the whole object. Pictures can be seen all the same; a large \
         one is sent whole each time.",
        "Use a server, or a setting of the proxy before it, that answers ranges with 206.",
    )
}

fn no_such_object(it: &Looked<'_>) -> Cause {
    Cause::new(
        "storage.no_such_object",
        format!(
            "There is no object {} in the bucket {}.",
            it.wanted.key, it.bucket
        ),
        "Check the key letter by letter, upper and lower case too, and whether the object was moved or deleted.",
    )
}

/// Of an object that a listing names.
const IS_THERE: &str = "is there and may not be read";
/// Of one that nobody saw.
const MAY_BE_MISSING: &str = "may not be read, and whether it is there can only be told with s3:ListBucket";

fn get_denied(run: &Run<'_>, it: &Looked<'_>, error: &CallError, what: &str) -> Cause {
    let denial = Denial::of(error);
    let allow = match it.wanted.version {
        Some(_) => {
            "Allow s3:GetObject and s3:GetObjectVersion on the bucket's objects, as this policy does; and look for a Deny \
             in the bucket's own policy."
        }
        None => {
            "Allow s3:GetObject on the bucket's objects, as this policy does; and look for a Deny in the bucket's own \
             policy."
        }
    };
    let cause = Cause::new(
        "storage.get_denied",
        format!("The object {} {what}{}.", it.wanted.key, denial.said()),
        denial.fix(allow),
    );
    match denial.is_mended_by_allowing() {
        true => cause.with_paste(&policy_for(run, it)),
        false => cause,
    }
}

/// What is needed to read this object.
fn policy_for(run: &Run<'_>, it: &Looked<'_>) -> policy::Policy {
    let newest = reading_policy(run, it.bucket);
    match it.wanted.version {
        Some(_) => newest.and_versions(),
        None => newest,
    }
}

fn missing_or_denied(run: &Run<'_>, it: &Looked<'_>) -> Cause {
    Cause::new(
        "storage.missing_or_denied",
        format!(
            "The object {} is not there, or may not be read: without s3:ListBucket the server says the same of both.",
            it.wanted.key
        ),
        "Allow what this policy allows, and test again: then the two can be told apart.",
    )
    .with_paste(&policy_for(run, it))
}

fn kms_denied(run: &Run<'_>, it: &Looked<'_>, head: Option<&ObjectHead>, error: &CallError) -> Cause {
    let locked = Locked {
        object: &it.wanted.key,
        key: head.and_then(|head| head.kms_key.as_deref()),
        whom: match whose(it.key) {
            super::Whose::User(_) => "the IAM user",
            _ => "the role",
        },
        partition: run.patient.region.partition(),
    };
    locked.cause(error)
}

fn archived(it: &Looked<'_>) -> Cause {
    Cause::new(
        "storage.archived",
        format!(
            "The object {} is archived and cannot be read as it is.",
            it.wanted.key
        ),
        "Restore it from Glacier, or copy it to a storage class that can be read at once.",
    )
}

fn empty(it: &Looked<'_>) -> Cause {
    Cause::new(
        "storage.not_decodable",
        format!("The object {} is empty.", it.wanted.key),
        "Upload the picture again.",
    )
}

impl Looked<'_> {
    fn open(&self, run: &Run<'_>, subject: Subject) -> Open {
        run.open(subject).on(self.bucket).of(&self.wanted.key)
    }
}
