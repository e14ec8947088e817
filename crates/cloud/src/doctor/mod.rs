//! The doctor: asks a storage's servers one small question after the other and names the one cause of what fails.
//!
//! One mistake has many answers: servers give different codes for it, and STS has one message for four of them. So no
//! cause is read from a code alone where a further question can tell: a key that is denied is compared with one that is
//! wrong, a key of an object that is forbidden is looked for in the listing, a role is tried without its external ID.
//! Checks go from the outside in and stop at the first that fails, because everything behind it would fail as well; what is
//! wrong with one bucket alone keeps nobody from looking at the next.
//! Nothing is written: the calls are HEAD, GET, OPTIONS and, to STS alone, POST.

mod browser;
#[cfg(test)]
mod browser_tests;
mod bucket;
mod cause;
mod check;
mod cors;
#[cfg(test)]
mod cors_tests;
mod coverage;
#[cfg(test)]
mod coverage_tests;
mod delegation;
mod denial;
mod door;
mod key;
mod kms;
mod object;
#[cfg(test)]
mod object_tests;
mod run;
mod similar;
#[cfg(test)]
mod strangers_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod throttled_tests;
pub mod trust;
mod version;

use std::sync::Arc;
use std::time::Duration;

use insitu_model::ambient::{Clock, Random};
use insitu_model::bucket::BucketName;
use insitu_model::endpoint::Endpoint;
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;

use self::cause::Whose;
use self::check::OF_OBJECT;
pub use self::check::{Cause, Check, Diagnosis, Fix, OF_STORAGE, Subject, Verdict};
pub use self::coverage::{LeftOut, NOTHING_TO_READ, READING_NOT_TRIED, TRY_READING};
pub use self::object::NOT_READ;
pub use self::run::{FAIR, WHOLE_MAX};
use self::run::{Run, Step};
use crate::connect::Outbound;
use crate::credentials::{Credentials, Grant};
use crate::identity::Identity;
use crate::refusal::CallError;
use crate::s3::{self, ObjectName};
use crate::sts;

/// Why a call to S3 failed that was signed for a storage, where that is the same whatever was asked: `access_key` is the
/// IAM user's Access Key ID, none where a session signed.
pub fn cause_of(error: &CallError, access_key: Option<&str>) -> Cause {
    cause::of_call(error, access_key.map_or(Whose::Session, Whose::User))
}

/// What is examined.
#[derive(Debug, Clone)]
pub struct Patient {
    /// What the storage says.
    pub region: Region,
    /// The server, if it is not AWS's own.
    pub endpoint: Option<Endpoint>,
    /// How the hub gets in.
    pub grant: Grant,
    /// The organization's owner lets it be used, though its role does not insist on its external ID.
    pub is_overruled: bool,
    /// The boundary of the storage.
    pub prefixes: Vec<Prefix>,
    /// The buckets to look at, one at least.
    pub targets: Vec<Target>,
    /// What of the storage is not among them.
    pub left_out: LeftOut,
    /// The origin of the hub's pages, which CORS rules have to name.
    pub origin: String,
    /// How long the URLs hold that pages get, in seconds: the one that is tried is signed alike.
    pub url_ttl_s: u32,
}

/// A bucket, and an object of it to try.
#[derive(Debug, Clone)]
pub struct Target {
    /// The bucket.
    pub bucket: BucketName,
    /// The object; none: whichever a listing shows.
    pub object: Option<Wanted>,
}

/// An object to try.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its key, decoded.
    pub key: String,
    /// Its version, if not the newest.
    pub version: Option<String>,
}

/// What the first bytes of an object are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A picture of this size.
    Picture {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A picture whose header goes on behind the first bytes.
    LongHeader,
    /// No picture that could be shown, and why.
    NotShown(String),
}

/// Reads the first bytes of an object; the second argument says whether they are all of it.
pub type Decode = dyn Fn(&[u8], bool) -> Decoded + Send + Sync;

/// Hears of every check as it ends.
pub type Tell<'a> = dyn FnMut(&Check) + Send + Sync + 'a;

/// What the doctor works with. The clients try once and are brief ([`crate::connect::Patience::BRIEF`]).
pub struct Tools<'a> {
    /// Asks S3.
    pub s3: s3::Client,
    /// Asks STS.
    pub sts: sts::Client,
    /// Goes where a browser would, under the rules for what users type.
    pub outbound: Outbound,
    /// The hub's own.
    pub identity: &'a Identity,
    /// Tells the time.
    pub clock: &'a dyn Clock,
    /// Makes keys and external IDs up that nobody has.
    pub random: &'a dyn Random,
    /// Reads the header of a picture; none where the hub may not read any byte of an object.
    pub decode: Option<&'a Decode>,
    /// How long the run may take altogether; at most [`WHOLE_MAX`].
    pub time: Duration,
}

/// An object that the run could read, and what it was read with: for whoever wants to try it as well.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub object: Wanted,
    /// The region that signatures are for.
    pub region: Region,
    /// What signs.
    pub credentials: Arc<Credentials>,
}

/// Examines a storage: what was found, and the first object that could be read. `tell` hears of every check as it ends.
pub async fn examine(
    patient: &Patient,
    tools: &Tools<'_>,
    tell: &mut Tell<'_>,
) -> (Diagnosis, Option<Sample>) {
    let mut run = Run::new(patient, tools, tell);
    // Whether it stopped early is in its checks.
    let _ = examine_all(&mut run).await;
    let sample = run.sample.take();
    (run.finish(&OF_STORAGE), sample)
}

/// Follows a signer's way to the first target, with the credentials that it uses: what is asked of an object,
/// and the host that signed URLs name.
pub async fn follow(
    patient: &Patient,
    credentials: &Arc<Credentials>,
    tools: &Tools<'_>,
    tell: &mut Tell<'_>,
) -> Diagnosis {
    let mut run = Run::new(patient, tools, tell);
    let _ = follow_one(&mut run, credentials).await;
    run.finish(&OF_OBJECT)
}

async fn examine_all(run: &mut Run<'_>) -> Step {
    let patient = run.patient;
    let Some(first) = patient.targets.first() else {
        return Ok(());
    };
    door::knock(run, first.bucket.as_str()).await?;
    let credentials = match &patient.grant {
        Grant::Key(key) => {
            let key = Arc::new(key.clone());
            key::show(run, &key, first).await?;
            for subject in [
                Subject::Sts,
                Subject::ExternalId,
                Subject::ExternalIdAbsent,
                Subject::ExternalIdRandom,
            ] {
                let check = run.open(subject);
                run.skip(check, "Not needed: the storage has a key of its own.");
            }
            key
        }
        Grant::Role(role) => delegation::become_role(run, role).await?,
    };
    let mut ended = Ok(());
    for target in &patient.targets {
        // What is wrong with one bucket says nothing about the next.
        let looked = look_into(run, &credentials, target).await;
        ended = ended.and(looked);
        if run.has_run_out() {
            break;
        }
    }
    ended?;
    coverage::own_up(run);
    Ok(())
}

/// Everything about one bucket.
async fn look_into(run: &mut Run<'_>, credentials: &Arc<Credentials>, target: &Target) -> Step {
    run.region = run.patient.region.clone();
    bucket::locate(run, credentials, &target.bucket).await?;
    let listed = bucket::list(run, credentials, target).await?;
    let wanted = target
        .object
        .clone()
        .or_else(|| listed.sample.clone().map(|key| Wanted { key, version: None }));
    let unread = listed.unread(wanted.as_ref());
    run.unread
        .extend(unread.map(|begin| bucket::named(&target.bucket, begin)));
    look(run, credentials, &target.bucket, wanted.as_ref(), &listed).await
}

/// Everything about one object, or about its bucket alone where there is none to try.
async fn look(
    run: &mut Run<'_>,
    credentials: &Arc<Credentials>,
    bucket: &BucketName,
    wanted: Option<&Wanted>,
    listed: &bucket::Listed,
) -> Step {
    let Some(wanted) = wanted else {
        let why = match listed.is_allowed {
            true => {
                "There is no object in the bucket, or in the storage's part of it. Put one there, or name one."
            }
            false => "The bucket may not be listed, so no object can be found to try. Name one.",
        };
        for subject in [
            Subject::Head,
            Subject::Range,
            Subject::Kms,
            Subject::SignedGet,
            Subject::Decode,
        ] {
            let check = run.open(subject).on(bucket);
            run.skip(check, why);
        }
        browser::refuse_mixed(run, credentials, bucket)?;
        let nobodys = format!("{}{NOBODYS_KEY}", bucket::begin_of(run, bucket));
        let asked = cors::ask_first(run, credentials, bucket, &nobodys).await?;
        return asked.settle(run, credentials, bucket, None).await;
    };
    let read = object::read(run, credentials, bucket, wanted, listed).await?;
    run.sample.get_or_insert_with(|| Sample {
        bucket: bucket.clone(),
        object: wanted.clone(),
        region: run.region.clone(),
        credentials: credentials.clone(),
    });
    browser::refuse_mixed(run, credentials, bucket)?;
    let asked = cors::ask_first(run, credentials, bucket, &wanted.key).await?;
    browser::fetch(run, credentials, bucket, wanted, read, asked).await
}

/// CORS rules are the bucket's, so a key that does not exist hears what every other does. It stays within the storage's
/// prefixes all the same: nothing else is asked for.
const NOBODYS_KEY: &str = "insitu";

async fn follow_one(run: &mut Run<'_>, credentials: &Arc<Credentials>) -> Step {
    let patient = run.patient;
    let Some((target, wanted)) = patient
        .targets
        .first()
        .and_then(|target| Some((target, target.object.as_ref()?)))
    else {
        return Ok(());
    };
    let bucket = &target.bucket;
    let read = object::read(run, credentials, bucket, wanted, &bucket::Listed::UNKNOWN).await?;
    browser::name_host(run, credentials, bucket)?;
    let asked = cors::ask_first(run, credentials, bucket, &wanted.key).await?;
    browser::fetch(run, credentials, bucket, wanted, read, asked).await?;
    if run.tools.decode.is_none() {
        coverage::own_up_to_reading(run);
    }
    Ok(())
}

impl Wanted {
    /// The object by its full name.
    fn in_bucket<'a>(&'a self, bucket: &'a BucketName) -> ObjectName<'a> {
        ObjectName {
            bucket,
            key: &self.key,
            version: self.version.as_deref(),
        }
    }
}

impl std::fmt::Debug for Tools<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools")
            .field("may_read", &self.decode.is_some())
            .finish_non_exhaustive()
    }
}

/// A session has a token, a user's key has none.
fn whose(credentials: &Credentials) -> Whose<'_> {
    match credentials.expose_token() {
        Some(_) => Whose::Session,
        None => Whose::User(credentials.access_key_id()),
    }
}
