//! What a run did not look at: a test of a few buckets says nothing about the others, and says so.

use std::fmt::Write as _;

use insitu_model::bucket::BucketName;

use super::bucket::{PREFIXES_MAX, begins_of};
use super::check::{Cause, Subject};
use super::run::Run;

/// What of a storage is not among the targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LeftOut {
    /// Nothing that somebody wanted looked at.
    #[default]
    Nothing,
    /// More buckets than are looked at in one run.
    Buckets(Vec<BucketName>),
    /// Nobody knows: the storage names no bucket, so the one of an asset is looked at.
    Unknown,
}

/// Says what was not looked at, if anything: else everything passes and half of it is broken.
pub(super) fn own_up(run: &mut Run<'_>) {
    let mut left = Vec::new();
    if let LeftOut::Buckets(buckets) = &run.patient.left_out {
        left.extend(buckets.iter().map(|bucket| format!("the bucket {bucket}")));
    }
    for target in &run.patient.targets {
        let begins = begins_of(run, &target.bucket);
        let unlisted = begins.iter().skip(PREFIXES_MAX);
        left.extend(unlisted.map(|begin| format!("{}/{begin}", target.bucket)));
    }
    if run.tools.decode.is_none() {
        own_up_to_reading(run);
    }
    if !run.unread.is_empty() {
        own_up_to_finding_nothing(run);
    }
    let check = run.open(Subject::Coverage);
    if left.is_empty() {
        if run.patient.left_out == LeftOut::Unknown {
            run.skip(
                check,
                "The storage names no bucket, so only the one of an asset was looked at. Name others to test them, too \
                 (--bucket).",
            );
        }
        return;
    }
    let cause = Cause::new(
        "storage.partly_examined",
        format!("Not looked at: {}.", in_words(&left)),
        "Test them by name: a few buckets at once (--bucket NAME), or an object below a prefix (--object \
         s3://bucket/key).",
    );
    run.warn(check, cause);
}

/// What is said where the hub may not read a byte, and so cannot tell whether others may.
pub const READING_NOT_TRIED: &str = "Reading was not tried, neither by the hub nor by a signed URL: this organization, or the \
     operator of the hub, does not let the hub read the beginning of objects. Whether assets can be read and shown is not known.";
/// What to do about it.
pub const TRY_READING: &str =
    "Open an asset in the browser to see; or let header probes run (Organization settings) and test again.";

/// Who may not read a byte cannot tell whether others may.
pub(super) fn own_up_to_reading(run: &mut Run<'_>) {
    let check = run.open(Subject::Coverage);
    let cause = Cause::new("storage.reading_not_tried", READING_NOT_TRIED, TRY_READING);
    run.warn(check, cause);
}

/// The code of a warning: no object was there to try, so that nothing passed.
pub const NOTHING_TO_READ: &str = "storage.nothing_to_read";

/// Where no object is found none is tried, and a prefix that was mistyped looks like one that is empty.
fn own_up_to_finding_nothing(run: &mut Run<'_>) {
    let check = run.open(Subject::Coverage);
    let cause = Cause::new(
        NOTHING_TO_READ,
        format!(
            "No object was found to try in {}. Whether assets there can be read and shown is not known.",
            in_words(&run.unread)
        ),
        "Check buckets and prefixes letter by letter, upper and lower case too. Put a picture there, or name an object to \
         test (--object s3://bucket/key).",
    );
    run.warn(check, cause);
}

/// Servers that are slow one after the other leave no time for the rest, and none of them is to blame.
pub(super) fn own_up_to_time(run: &mut Run<'_>, at: Subject) {
    let check = run.open(Subject::Coverage);
    let cause = Cause::new(
        "storage.partly_examined",
        format!(
            "The time of the test was over at {}: that and what comes behind it is not known.",
            at.as_str()
        ),
        "Test again. If it stays so, the servers are slow: test fewer buckets at once (--bucket NAME).",
    );
    run.warn(check, cause);
}

/// The first few by name, the others by number.
fn in_words(left: &[String]) -> String {
    const NAMED_MAX: usize = 20;
    let (named, more) = left.split_at(left.len().min(NAMED_MAX));
    let mut text = named.join(", ");
    if !more.is_empty() {
        let _infallible = write!(text, " and {} more", more.len());
    }
    text
}
