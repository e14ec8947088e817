//! Why a text is not the address of an asset.

use crate::address::ADDRESS_BYTES_MAX;
use crate::address::key::KEY_BYTES_MAX;
use crate::bucket::BucketNameError;
use crate::region::hint;

/// Why a text is not the address of an asset: what happened, to what, and what to do. Never shows a password or a
/// signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not begin with a scheme, or has none that is followed by `//`.
    #[error("\"{found}\" is not a URL: write https://… or s3://bucket/key")]
    NotAUrl {
        /// The beginning of what was found.
        found: String,
    },
    /// Its scheme is not `https`, `http` or `s3`.
    #[error("addresses beginning with \"{scheme}:\" are not imported: use https://, http:// or s3://")]
    SchemeRefused {
        /// The scheme, in lower case.
        scheme: String,
    },
    /// More than [`ADDRESS_BYTES_MAX`] bytes.
    #[error("the address has {bytes} bytes: at most {ADDRESS_BYTES_MAX} are allowed")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// It has a user name or a password before the host.
    #[error(
        "the address contains a user name or password: remove what stands before the @; storages hold the keys"
    )]
    UserInfo,
    /// Its host is none.
    #[error(
        "\"{found}\" is not a host: write a host name in ASCII (xn--… for others), an IPv4 address, or an IPv6 address in brackets"
    )]
    BadHost {
        /// The beginning of what was found.
        found: String,
    },
    /// Its port is no port, or one that S3 does not have.
    #[error(
        "\"{found}\" has a port that cannot be right: remove it, or choose a storage whose endpoint has it"
    )]
    BadPort {
        /// The beginning of what was found.
        found: String,
    },
    /// Its host is not on the public Internet.
    #[error(
        "{found} is not on the public Internet: to import from a server in your network, choose a storage that has it as its endpoint"
    )]
    PrivateHost {
        /// The host, in the spelling that shows what it is.
        found: String,
    },
    /// A host of S3 that is reached in other ways than buckets are.
    #[error(
        "{found} is {what}: write the address with the bucket's name, https://bucket.s3.region.amazonaws.com/key"
    )]
    UnsupportedHost {
        /// The beginning of the host.
        found: String,
        /// What kind of host it is.
        what: &'static str,
    },
    /// AWS has no such region.
    #[error("AWS has no region \"{found}\": {}", hint(*suggestion))]
    UnknownRegion {
        /// The beginning of what was found.
        found: String,
        /// The region that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// Without a region, and not in the part of AWS where none means us-east-1.
    #[error(
        "the address ends in {suffix} and names no region: write the bucket's region, as in s3.cn-north-1.{suffix}"
    )]
    RegionMissing {
        /// What the host ends in.
        suffix: &'static str,
    },
    /// The region is in another part of AWS.
    #[error("addresses in {region} end in {expected}, not in {found}: correct the region or the ending")]
    WrongSuffix {
        /// The region that is named.
        region: String,
        /// What the host ends in.
        found: &'static str,
        /// What it should end in.
        expected: &'static str,
    },
    /// It names no bucket.
    #[error(
        "the address names no bucket: write https://bucket.s3.region.amazonaws.com/key or s3://bucket/key"
    )]
    NoBucket,
    /// What stands in the place of the bucket cannot be one.
    #[error(transparent)]
    BadBucket(#[from] BucketNameError),
    /// It names a bucket and nothing in it.
    #[error("the address names a bucket but no object in it: write the object's key after the bucket")]
    NoKey,
    /// The key is longer than S3 can hold.
    #[error("the key has {bytes} bytes: S3's have at most {KEY_BYTES_MAX}")]
    KeyTooLong {
        /// Bytes found, decoded.
        bytes: usize,
    },
    /// A `%` that is not followed by two hexadecimal digits.
    #[error(
        "\"{found}\" is not a percent-encoded character: write a percent sign that is part of the key as %25"
    )]
    BadPercentEncoding {
        /// The percent sign and what follows it.
        found: String,
    },
    /// What is percent-encoded is not UTF-8.
    #[error("the key is not UTF-8 once it is decoded: encode it from UTF-8 (é is %C3%A9, not %E9)")]
    KeyNotUtf8,
    /// A NUL.
    #[error("the address contains a NUL character, which cannot be stored: rename the object")]
    Nul,
    /// A `.` or `..` between slashes.
    #[error(
        "the key has a segment . or .., which browsers resolve, so that they would ask for another object: rename the object, or remove the segment if it is not part of the key"
    )]
    DotSegment,
    /// A raw `#`.
    #[error(
        "the address contains a #: write it as %23 if it is part of the key, otherwise remove it and what follows"
    )]
    Fragment,
    /// A raw `?`, and no query that an object's URL has.
    #[error(
        "the address contains ?{found}, which is no query of an object's URL: write the question mark as %3F if it is part of the key, otherwise remove it and what follows"
    )]
    UnknownQuery {
        /// The name of the first parameter that is not known.
        found: String,
    },
    /// A version that cannot be one.
    #[error("the address has a versionId that cannot be one: copy it again, whole, and give it once")]
    BadVersion,
    /// A storage that cannot be one.
    #[error("the address has a storageId that is no id: an id is 24 hexadecimal digits")]
    BadStorage,
}

impl AddressError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            AddressError::NotAUrl { .. } => "address.not_a_url",
            AddressError::SchemeRefused { .. } => "address.scheme_refused",
            AddressError::TooLong { .. } => "address.too_long",
            AddressError::UserInfo => "address.userinfo",
            AddressError::BadHost { .. } => "address.bad_host",
            AddressError::BadPort { .. } => "address.bad_port",
            AddressError::PrivateHost { .. } => "address.private_host",
            AddressError::UnsupportedHost { .. } => "address.unsupported_host",
            AddressError::UnknownRegion { .. } => "address.unknown_region",
            AddressError::RegionMissing { .. } => "address.region_missing",
            AddressError::WrongSuffix { .. } => "address.wrong_suffix",
            AddressError::NoBucket => "address.no_bucket",
            AddressError::BadBucket(_) => "address.bad_bucket",
            AddressError::NoKey => "address.no_key",
            AddressError::KeyTooLong { .. } => "address.key_too_long",
            AddressError::BadPercentEncoding { .. } => "address.bad_percent_encoding",
            AddressError::KeyNotUtf8 => "address.key_not_utf8",
            AddressError::Nul => "address.nul",
            AddressError::DotSegment => "address.dot_segment",
            AddressError::Fragment => "address.fragment",
            AddressError::UnknownQuery { .. } => "address.unknown_query",
            AddressError::BadVersion => "address.bad_version",
            AddressError::BadStorage => "address.bad_storage",
        }
    }
}
