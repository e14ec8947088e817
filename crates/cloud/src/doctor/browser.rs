//! What a browser meets on a page of the hub: the signed URL, the CORS rule on its answer, and a picture behind it.
//!
//! The picture was read before, so that of a signed URL's answer one byte is enough.

use std::sync::Arc;

use bytes::Bytes;
use insitu_model::bucket::BucketName;
use reqwest::Method;

use super::bucket::access;
use super::cause::{clock_skew, is_skewed, of_call, unexpected};
use super::check::{Cause, Subject};
use super::cors::{self, Asked};
use super::object::{NOT_READ, READ_BYTES};
use super::run::{Run, Step};
use super::{Decode, Decoded, Wanted, whose};
use crate::connect::{Answer, BodyLimit, Outgoing};
use crate::credentials::Credentials;
use crate::mixed::is_mixed;
use crate::presign::Signer;
use crate::refusal::{CallError, Refusal, RefusalKind};
use crate::s3::RangeRead;
use crate::unpack::Seen;

/// Says which host signed URLs name.
pub(super) fn name_host(run: &mut Run<'_>, key: &Arc<Credentials>, bucket: &BucketName) -> Step {
    refuse_mixed(run, key, bucket)?;
    let check = run.open(Subject::SignedHost).on(bucket);
    let origin = access(run, key).site().origin(bucket.as_str());
    run.pass(
        check,
        format!("The browser fetches from {origin}, signed for {}.", run.region),
    );
    Ok(())
}

/// Pages that came by TLS fetch nothing without it, however well the server answers the hub.
pub(super) fn refuse_mixed(run: &mut Run<'_>, key: &Arc<Credentials>, bucket: &BucketName) -> Step {
    let place = access(run, key).site().origin(bucket.as_str());
    let origin = &run.patient.origin;
    if !is_mixed(origin, &place) {
        return Ok(());
    }
    let cause = Cause::new(
        "storage.mixed_content",
        format!(
            "Pages of {origin} came by TLS, and browsers keep them from fetching from {place}, which is plain HTTP (mixed \
             content)."
        ),
        "Give the server a certificate, or put a proxy that has one before it, and write the storage's endpoint with \
         https://.",
    );
    let check = run.open(Subject::SignedHost).on(bucket);
    run.fail(check, cause)
}

/// Fetches as a browser would, by a signed URL and with an Origin, and looks whether what was read before is a picture.
pub(super) async fn fetch(
    run: &mut Run<'_>,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    wanted: &Wanted,
    read: Option<RangeRead>,
    asked: Asked,
) -> Step {
    let (Some(decode), Some(read)) = (run.tools.decode, read) else {
        asked.settle(run, key, bucket, None).await?;
        for subject in [Subject::SignedGet, Subject::Decode] {
            let check = run.open(subject).on(bucket).of(&wanted.key);
            run.skip(check, NOT_READ);
        }
        return Ok(());
    };
    get_signed(run, key, bucket, wanted, asked).await?;
    look_at(run, bucket, wanted, &read, decode)
}

/// Is it a picture, once it is unpacked as browsers unpack it?
fn look_at(
    run: &mut Run<'_>,
    bucket: &BucketName,
    wanted: &Wanted,
    read: &RangeRead,
    decode: &Decode,
) -> Step {
    let check = run.open(Subject::Decode).on(bucket).of(&wanted.key);
    let kind = read.content_type.as_deref().unwrap_or_default();
    let (bytes, is_all) = match read.seen(read.bytes.len() < READ_BYTES) {
        Seen::Bytes { bytes, is_all } => (bytes, is_all),
        Seen::NotAsSaid(encoding) => return run.fail(check, not_packed(wanted, &encoding)),
        Seen::Packed(encoding) => {
            run.warn(check, packed(wanted, &encoding));
            return Ok(());
        }
    };
    match decode(&bytes, is_all) {
        Decoded::NotShown(reason) => {
            let cause = Cause::new(
                "storage.not_decodable",
                format!(
                    "The object {} ({kind}) cannot be shown as a picture: {reason}.",
                    wanted.key
                ),
                "Open the file on your own computer. If it opens there, name its format to whoever runs this hub.",
            );
            return run.fail(check, cause);
        }
        _ if !kind.to_ascii_lowercase().starts_with("image/") => {
            run.warn(check, wrong_type(wanted, kind));
        }
        Decoded::Picture { width, height } => {
            run.pass(check, format!("It is a picture of {width} × {height} pixels."));
        }
        Decoded::LongHeader => run.pass(
            check,
            format!("It is a picture whose header is longer than {READ_BYTES} bytes; browsers measure it."),
        ),
    }
    Ok(())
}

async fn get_signed(
    run: &mut Run<'_>,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    wanted: &Wanted,
    asked: Asked,
) -> Step {
    let mut check = run.open(Subject::SignedGet).on(bucket).of(&wanted.key);
    let signed = Signer::new(key.clone()).sign(
        &run.region,
        run.patient.endpoint.as_ref(),
        bucket.as_str(),
        &wanted.key,
        wanted.version.as_deref(),
        run.patient.url_ttl_s,
        run.tools.clock.now_ms(),
    );
    let url = match signed {
        Ok(signed) => signed.url,
        Err(error) => {
            asked.settle(run, key, bucket, None).await?;
            let cause = Cause::new("storage.session_expired", format!("{error}."), "Test again.");
            return run.fail(check, cause);
        }
    };
    let answer = run.ask(&mut check, "GET", || send(run, &url)).await;
    if check.is_cut() {
        return run.run_out(asked.into_check().unwrap_or(check));
    }
    asked.settle(run, key, bucket, answer.as_ref().ok()).await?;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return run.fail(check, of_call(&error, whose(key))),
    };
    if !(200..300).contains(&answer.status) {
        let refusal = Refusal::read(&answer);
        check.status(answer.status, refusal.code.clone());
        let cause = signed_refused(run, key, bucket, refusal);
        return run.fail(check, cause);
    }
    check.status(answer.status, None);
    let allowed = cors::allowed_origin(&answer);
    let allowed = allowed.as_deref();
    if !cors::lets_in(&answer, &run.patient.origin) {
        // Whoever asked before it fetched was let in, so there are rules; this answer does not follow them.
        let cause = cors::cause(run, bucket, Some(true), allowed);
        return run.fail(check, cause);
    }
    if allowed != Some("*") && !varies_by_origin(&answer) {
        run.warn(check, no_vary(bucket));
    } else {
        run.pass(check, "A signed URL opens the object for a page of the hub.");
    }
    Ok(())
}

async fn send(run: &Run<'_>, url: &str) -> Result<Answer, CallError> {
    let outgoing = Outgoing {
        method: Method::GET,
        url: url.to_owned(),
        headers: vec![
            ("origin", run.patient.origin.clone()),
            ("range", "bytes=0-0".to_owned()),
        ],
        body: Bytes::new(),
    };
    Ok(run.tools.outbound.send(outgoing, BodyLimit::Cut(1)).await?)
}

/// A signed header was good enough for the same object a moment ago, so the fault is with signed URLs.
fn signed_refused(run: &Run<'_>, key: &Arc<Credentials>, bucket: &BucketName, refusal: Refusal) -> Cause {
    let host = access(run, key).site().host(bucket.as_str()).into_owned();
    // It was signed a moment ago, so the server's clock is ahead by as long as URLs hold.
    let is_over = |words: &str| words.starts_with("Request has expired");
    if refusal.message.as_deref().is_some_and(is_over) {
        return clock_skew(&refusal, &host);
    }
    match refusal.kind() {
        RefusalKind::AccessDenied if !is_skewed(&refusal) => Cause::new(
            "storage.signed_url_refused",
            format!("{host} refuses a signed URL of an object that the hub may read itself: {refusal}."),
            "Look in the bucket's policy for a condition that only pages fail: s3:signatureAge, s3:authType, an IP \
             address, a VPC or a referer.",
        ),
        RefusalKind::Invalid | RefusalKind::NotFound => unexpected(&refusal, &host),
        _ => of_call(
            &CallError::Refused {
                host,
                call: "GET",
                refusal: Box::new(refusal),
            },
            whose(key),
        ),
    }
}

fn varies_by_origin(answer: &Answer) -> bool {
    let values = answer.headers.get_all("vary").iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim() == "*" || name.trim().eq_ignore_ascii_case("origin"))
}

/// A warning: pages of the hub always ask with an Origin, so only somebody else's request, or a cache on the way, can
/// leave an answer behind that does not fit.
fn no_vary(bucket: &BucketName) -> Cause {
    Cause::new(
        "storage.cors_no_vary",
        format!(
            "Answers of the bucket {bucket} depend on the Origin and do not say so (no Vary: Origin): a cache may give a page \
             of the hub the answer that another page got, and the browser refuses it."
        ),
        "Let the server, or the CDN before it, send Vary: Origin.",
    )
}

fn not_packed(wanted: &Wanted, encoding: &str) -> Cause {
    Cause::new(
        "storage.content_encoding",
        format!(
            "The object {} says that it is packed (Content-Encoding: {encoding}) and cannot be unpacked so. Browsers show \
             nothing of it.",
            wanted.key
        ),
        "Take the Content-Encoding from the object's metadata (S3 console, the object, Edit metadata), or upload it packed \
         as it says.",
    )
}

/// A warning: most browsers unpack it.
fn packed(wanted: &Wanted, encoding: &str) -> Cause {
    Cause::new(
        "storage.content_encoding",
        format!(
            "The object {} is packed (Content-Encoding: {encoding}) in a way that browsers undo and the hub does not: whether \
             it is a picture is not known.",
            wanted.key
        ),
        "Open the asset in the browser to see. Pictures gain nothing by it: upload them without.",
    )
}

/// A warning: browsers look at the bytes of a picture, not at its type.
fn wrong_type(wanted: &Wanted, kind: &str) -> Cause {
    let kind = match kind {
        "" => "has no Content-Type".to_owned(),
        kind => format!("has the Content-Type {kind}"),
    };
    Cause::new(
        "storage.wrong_content_type",
        format!(
            "The object {} is a picture and {kind}. Browsers show it all the same; other programs may not.",
            wanted.key
        ),
        "Set the Content-Type of the object (image/jpeg, image/png and so on), best when it is uploaded.",
    )
}
