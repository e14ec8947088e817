//! A bucket: where it is, that it is there, and whether it may be listed.

use std::sync::Arc;

use insitu_model::bucket::BucketName;
use insitu_model::region::Region;

use super::cause::{no_such_bucket, of_call, refuses_everybody, session_unheard};
use super::check::{Cause, Subject};
use super::denial::Denial;
use super::key::is_session_unheard;
use super::run::{Open, Run, Step};
use super::{Target, Wanted, whose};
use crate::credentials::Credentials;
use crate::policy;
use crate::refusal::{CallError, RefusalKind};
use crate::s3::{Access, ListPage, Listing};

/// How many prefixes of one bucket are listed.
pub(super) const PREFIXES_MAX: usize = 3;
/// How many keys are looked at to find a sample.
const SAMPLE_KEYS: u16 = 50;
/// Endings of keys that are pictures.
const PICTURES: [&str; 9] = [
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif",
];

/// What listing a bucket showed.
pub(super) struct Listed {
    /// It may be listed, so a key that it does not name is not there.
    pub is_allowed: bool,
    /// A key to try, a picture's if there is one.
    pub sample: Option<String>,
    /// What keys begin with below which it showed no file.
    bare: Vec<String>,
}

impl Listed {
    /// Nobody asked yet whether it may be listed: who wants to know tries.
    pub const UNKNOWN: Listed = Listed {
        is_allowed: true,
        sample: None,
        bare: Vec::new(),
    };

    /// The parts of the bucket of which nothing is tried. What may not be listed is warned of anyhow, and may have files.
    pub fn unread(&self, wanted: Option<&Wanted>) -> impl Iterator<Item = &str> {
        let is_unread = move |begin: &&String| match wanted {
            Some(wanted) => self.is_allowed && !wanted.key.starts_with(begin.as_str()),
            None => true,
        };
        self.bare.iter().filter(is_unread).map(String::as_str)
    }
}

/// Whom to ask about a bucket, as far as is known.
pub(super) fn access(run: &Run<'_>, credentials: &Arc<Credentials>) -> Access {
    Access {
        region: run.region.clone(),
        endpoint: run.patient.endpoint.clone(),
        credentials: credentials.clone(),
    }
}

/// Finds out where the bucket is, and signs for that region from then on.
pub(super) async fn locate(run: &mut Run<'_>, key: &Arc<Credentials>, bucket: &BucketName) -> Step {
    let mut check = run.open(Subject::Region).on(bucket);
    let s3 = &run.tools.s3;
    let mut answer = {
        let access = access(run, key);
        run.ask(&mut check, "HeadBucket", || s3.head_bucket(&access, bucket))
            .await
    };
    let told = match &answer {
        Ok(head) => head.region.clone(),
        Err(error) => error.region_hint().map(str::to_owned),
    };
    let told = told.and_then(|name| Region::parse(&name, run.patient.endpoint.is_some()).ok());
    run.regions
        .extend(told.clone().map(|told| (bucket.clone(), told)));
    let moved = told.filter(|told| *told != run.region);
    if let Some(told) = &moved {
        run.region = told.clone();
        let access = access(run, key);
        answer = run
            .ask(&mut check, "HeadBucket", || s3.head_bucket(&access, bucket))
            .await;
    }
    // An answer to HEAD has no body: where its status alone does not tell, another call brings the words.
    let says_little = |error: &CallError| {
        error
            .refusal()
            .is_some_and(|refusal| refusal.code.is_none() && !matches!(refusal.status, 403 | 404))
    };
    if answer.as_ref().is_err_and(says_little) {
        let begin = begin_of(run, bucket);
        let (again, listed) = list_one(run, check, key, bucket, &begin).await;
        check = again;
        if let Err(error) = listed {
            answer = Err(error);
        }
    }
    judge_place(run, check, key, bucket, answer.err(), moved)
}

fn judge_place(
    run: &mut Run<'_>,
    check: Open,
    key: &Credentials,
    bucket: &BucketName,
    error: Option<CallError>,
    moved: Option<Region>,
) -> Step {
    match error.as_ref().map(|error| (error, error.kind())) {
        None | Some((_, Some(RefusalKind::AccessDenied))) => {}
        Some((error, Some(RefusalKind::NotFound | RefusalKind::NoSuchBucket))) => {
            let host = match error {
                CallError::Refused { host, .. } => host.clone(),
                _ => bucket.to_string(),
            };
            return run.fail(check, no_such_bucket(&format!("bucket {bucket}"), &host));
        }
        Some((error, _)) => {
            let cause = of_call(error, whose(key));
            return run.fail(check, cause);
        }
    }
    let storage = &run.patient.region;
    match moved {
        Some(region) => {
            let cause = Cause::new(
                "storage.wrong_region",
                format!(
                    "The bucket {bucket} is in {region}, and the storage says {storage}. The hub signs for {region}."
                ),
                format!("Set the region of the storage to {region}, unless its other buckets are in {storage}."),
            );
            run.warn(check, cause);
        }
        None => run.pass(
            check,
            match error {
                None => format!("The bucket {bucket} is there, in {storage}."),
                Some(_) => format!(
                    "Nothing says that the bucket {bucket} is elsewhere than in {storage}; it may not be asked for, which \
                     needs s3:ListBucket."
                ),
            },
        ),
    }
    Ok(())
}

/// Lists the beginning of the bucket, or of what the first of the storage's prefixes leave of it.
pub(super) async fn list(run: &mut Run<'_>, key: &Arc<Credentials>, target: &Target) -> Step<Listed> {
    let bucket = &target.bucket;
    let mut check = run.open(Subject::List).on(bucket);
    let (mut found, mut others, mut bare) = (None, None, Vec::new());
    let begins: Vec<_> = begins_of(run, bucket).into_iter().take(PREFIXES_MAX).collect();
    for (position, begin) in begins.iter().enumerate() {
        let answer;
        (check, answer) = list_one(run, check, key, bucket, begin).await;
        match answer {
            Ok(page) => {
                let first = sample(&page);
                bare.extend(first.is_none().then(|| begin.clone()));
                found = found.or(first);
                others = others.or((page.outside > 0).then_some(begin));
            }
            Err(error) if error.kind() == Some(RefusalKind::AccessDenied) => {
                if is_session_unheard(run, key, bucket, target.object.as_ref(), &error).await {
                    let cause = refuses_everybody(&error).unwrap_or_else(|| session_unheard(&error));
                    return run.fail(check, cause);
                }
                let cause = list_denied(run, bucket, begin, &error);
                run.warn(check, cause);
                bare.extend_from_slice(&begins[position..]);
                return Ok(Listed {
                    is_allowed: false,
                    sample: found,
                    bare,
                });
            }
            Err(error) => {
                let cause = of_call(&error, whose(key));
                return run.fail(check, cause);
            }
        }
    }
    match others {
        Some(begin) => run.warn(check, prefix_ignored(bucket, begin)),
        None => run.pass(check, format!("The bucket {bucket} may be listed.")),
    }
    Ok(Listed {
        is_allowed: true,
        sample: found,
        bare,
    })
}

/// A bucket, or the part of it whose keys begin so, as a storage names its prefixes.
pub(super) fn named(bucket: &BucketName, begin: &str) -> String {
    match begin {
        "" => format!("the bucket {bucket}"),
        begin => format!("{bucket}/{begin}"),
    }
}

/// What keys of the bucket begin with that the storage may reach: nothing, where that is every one.
pub(super) fn begins_of(run: &Run<'_>, bucket: &BucketName) -> Vec<String> {
    let named = run.patient.prefixes.iter();
    let mut begins: Vec<_> = named
        .filter(|prefix| prefix.bucket() == bucket)
        .map(|prefix| prefix.key_prefix().to_owned())
        .collect();
    if begins.is_empty() {
        begins.push(String::new());
    }
    begins
}

/// The first of them: what is asked of the bucket without an object in mind is asked there.
pub(super) fn begin_of(run: &Run<'_>, bucket: &BucketName) -> String {
    begins_of(run, bucket).swap_remove(0)
}

/// Not needed to see assets, so a warning: but missing keys cannot be told from forbidden ones without it.
fn list_denied(run: &Run<'_>, bucket: &BucketName, begin: &str, error: &CallError) -> Cause {
    let what = match begin {
        "" => format!("The bucket {bucket}"),
        begin => format!("What begins with {begin} in the bucket {bucket}"),
    };
    let denial = Denial::of(error);
    let cause = Cause::new(
        "storage.list_denied",
        format!(
            "{what} may not be listed{}. Assets can be seen without it; but a key that does not exist looks like \
             one that is forbidden, and folders cannot be imported.",
            denial.said()
        ),
        denial.fix("Allow s3:ListBucket on the bucket, as this policy does."),
    );
    match denial.is_mended_by_allowing() {
        true => cause.with_paste(&reading_policy(run, bucket)),
        false => cause,
    }
}

/// A warning: what lies outside is not looked at, but each page of a folder brings the whole bucket.
fn prefix_ignored(bucket: &BucketName, begin: &str) -> Cause {
    Cause::new(
        "storage.prefix_ignored",
        format!(
            "Asked for what begins with {begin} in the bucket {bucket}, the server names other keys too. The hub leaves \
             them alone; looking into folders takes longer for it."
        ),
        "Use a server, or a setting of the proxy before it, that heeds the parameter prefix of ListObjectsV2.",
    )
}

/// What the hub's user or role needs to read a bucket.
pub(super) fn reading_policy(run: &Run<'_>, bucket: &BucketName) -> policy::Policy {
    let prefixes: Vec<_> = run
        .patient
        .prefixes
        .iter()
        .filter(|prefix| prefix.bucket() == bucket)
        .cloned()
        .collect();
    policy::access_policy(
        std::slice::from_ref(bucket),
        &prefixes,
        run.patient.region.partition(),
    )
}

/// The first keys that begin so.
pub(super) async fn list_one(
    run: &mut Run<'_>,
    mut check: Open,
    key: &Arc<Credentials>,
    bucket: &BucketName,
    prefix: &str,
) -> (Open, Result<ListPage, CallError>) {
    let listing = Listing {
        prefix,
        delimiter: None,
        continuation: None,
        start_after: None,
        max_keys: SAMPLE_KEYS,
    };
    let mut region = run.region.clone();
    let s3 = &run.tools.s3;
    loop {
        let access = Access {
            region: region.clone(),
            ..access(run, key)
        };
        let answer = run
            .ask(&mut check, "ListObjectsV2", || {
                s3.list_v2(&access, bucket, &listing)
            })
            .await;
        // The region is another check's: here the call is only made where it can succeed.
        let told = answer
            .as_ref()
            .err()
            .filter(|error| error.kind() == Some(RefusalKind::WrongRegion))
            .and_then(CallError::region_hint)
            .and_then(|name| Region::parse(name, run.patient.endpoint.is_some()).ok());
        match told {
            Some(told) if told != region && region == run.region => region = told,
            _ => return (check, answer),
        }
    }
}

fn sample(page: &ListPage) -> Option<String> {
    let is_picture = |key: &str| {
        let key = key.to_ascii_lowercase();
        PICTURES.iter().any(|ending| key.ends_with(ending))
    };
    let mut files = page.objects.iter().filter(|object| object.size_bytes > 0);
    let picture = files.clone().find(|object| is_picture(&object.key));
    picture.or_else(|| files.next()).map(|object| object.key.clone())
}
