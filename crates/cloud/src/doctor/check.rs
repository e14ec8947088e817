//! What a check says: which call was made, what came back, how long it took, and what to do about it.

use insitu_model::bucket::BucketName;
use insitu_model::region::Region;
use serde_json::Value;

/// Whether things are as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are.
    Passed,
    /// They are not, and assets cannot be seen because of it.
    Failed,
    /// Nobody asked: it does not concern this storage, or something before it failed.
    Skipped,
    /// Assets can be seen all the same; the message says what is worse than it could be.
    Warned,
}

/// What is checked, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The address as it was imported.
    Imported,
    /// Bucket, key and region that it means.
    Object,
    /// The storage that reaches it, and its boundary.
    Storage,
    /// The host's name, its reachability, and that it speaks HTTP.
    Address,
    /// The certificate.
    Tls,
    /// Our time against the server's.
    Clock,
    /// The key that is shown: the hub's own, or the IAM user's.
    Identity,
    /// That STS knows the hub.
    Sts,
    /// AssumeRole with the storage's external ID.
    ExternalId,
    /// AssumeRole without one, which must be refused.
    ExternalIdAbsent,
    /// AssumeRole with a random one, which must be refused.
    ExternalIdRandom,
    /// The credentials that signing uses.
    Credentials,
    /// Where the bucket is.
    Region,
    /// That the bucket may be listed.
    List,
    /// That the object is there.
    Head,
    /// That its beginning can be read.
    Range,
    /// That its encryption can be undone.
    Kms,
    /// The host that signed URLs name.
    SignedHost,
    /// What a browser is told before it fetches.
    Preflight,
    /// What a browser gets for a signed URL.
    SignedGet,
    /// That what it gets is a picture.
    Decode,
    /// What of the storage nobody looked at.
    Coverage,
}

/// The checks of a storage, in order.
pub const OF_STORAGE: [Subject; 16] = [
    Subject::Address,
    Subject::Tls,
    Subject::Clock,
    Subject::Identity,
    Subject::Sts,
    Subject::ExternalId,
    Subject::ExternalIdAbsent,
    Subject::ExternalIdRandom,
    Subject::Region,
    Subject::List,
    Subject::Head,
    Subject::Range,
    Subject::Kms,
    Subject::Preflight,
    Subject::SignedGet,
    Subject::Decode,
];

/// What is checked of one object, in order.
pub(super) const OF_OBJECT: [Subject; 7] = [
    Subject::Head,
    Subject::Range,
    Subject::Kms,
    Subject::SignedHost,
    Subject::Preflight,
    Subject::SignedGet,
    Subject::Decode,
];

/// One check, done.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was checked.
    pub subject: Subject,
    /// The bucket that it is about, if it is about one.
    pub bucket: Option<String>,
    /// The key that it is about, if it is about one.
    pub key: Option<String>,
    /// What was called, such as `HeadObject`; none where nothing had to be.
    pub call: Option<&'static str>,
    /// The HTTP status that came back.
    pub status: Option<u16>,
    /// The code that came back, such as `AccessDenied`.
    pub said: Option<String>,
    /// How long it took.
    pub took_ms: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// The stable code of what is wrong.
    pub code: Option<&'static str>,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do, if something is to be done.
    pub fix: Option<Fix>,
}

/// What to do about a cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// In words.
    pub text: String,
    /// The document to paste, where there is one.
    pub paste: Option<Value>,
}

/// Why a check failed, or what it warns of.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Stable.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub fix: Fix,
}

/// Everything that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// In the order in which they were done; those that nobody asked come last.
    pub checks: Vec<Check>,
    /// How long it took altogether.
    pub took_ms: u64,
    /// Where buckets said that they are.
    pub regions: Vec<(BucketName, Region)>,
}

impl Diagnosis {
    /// Whether the storage's role let the hub in with its external ID, whoever else it lets in.
    pub fn is_let_in(&self) -> bool {
        let is_it = |check: &Check| check.subject == Subject::ExternalId && check.verdict == Verdict::Passed;
        self.checks.iter().any(is_it)
    }

    /// The one cause of what fails, if something does.
    pub fn cause(&self) -> Option<&Check> {
        self.of(Verdict::Failed).next()
    }

    /// What is worse than it could be.
    pub fn warnings(&self) -> impl Iterator<Item = &Check> {
        self.of(Verdict::Warned)
    }

    /// Failed, warned or passed.
    pub fn verdict(&self) -> Verdict {
        let worst = [Verdict::Failed, Verdict::Warned, Verdict::Passed];
        let is_there = |verdict: &Verdict| self.of(*verdict).next().is_some();
        worst.into_iter().find(is_there).unwrap_or(Verdict::Skipped)
    }

    fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.verdict == verdict)
    }
}

impl Cause {
    /// A cause with words to mend it.
    pub fn new(code: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fix: Fix {
                text: fix.into(),
                paste: None,
            },
        }
    }

    /// The same with a document to paste.
    pub fn with_paste(mut self, document: &impl serde::Serialize) -> Self {
        self.fix.paste = serde_json::to_value(document).ok();
        self
    }
}

impl Verdict {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Warned => "warned",
        }
    }
}

impl Subject {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Object => "object",
            Self::Storage => "storage",
            Self::Address => "address",
            Self::Tls => "tls",
            Self::Clock => "clock",
            Self::Identity => "identity",
            Self::Sts => "sts",
            Self::ExternalId => "external-id",
            Self::ExternalIdAbsent => "external-id-absent",
            Self::ExternalIdRandom => "external-id-random",
            Self::Credentials => "credentials",
            Self::Region => "region",
            Self::List => "list",
            Self::Head => "head",
            Self::Range => "range",
            Self::Kms => "kms",
            Self::SignedHost => "signed-host",
            Self::Preflight => "preflight",
            Self::SignedGet => "signed-get",
            Self::Decode => "decode",
            Self::Coverage => "coverage",
        }
    }
}
