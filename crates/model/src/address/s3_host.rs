//! The hosts of S3: from a host name to a bucket and a region.
//!
//! A host is read from its right end, because a bucket's name may contain anything that stands there, even
//! `s3.eu-west-1`. Hosts: "Amazon S3 endpoints and quotas" in the AWS general reference.

use crate::address::AddressError;
use crate::newtype::excerpt;
use crate::region::{Partition, Region, nearest};

/// What a host is to S3.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum S3Host<'h> {
    /// Where objects are; without a bucket, the path begins with it.
    Objects {
        bucket: Option<&'h str>,
        region: Option<Region>,
        variant: Option<&'static str>,
    },
    /// S3's, but not a place of buckets; said what it is.
    Unsupported(&'static str),
    /// Not a host of S3, or one that serves the public (a website endpoint).
    Other,
}

const ACCESS_POINT: &str = "an access point";
const CONTROL: &str = "an endpoint for managing S3";
const DIRECTORY_BUCKET: &str = "a directory bucket (S3 Express One Zone)";
const OUTPOST: &str = "an Outpost";
const VPC_ENDPOINT: &str = "a VPC endpoint (or choose a storage that has it as its endpoint)";

/// Reads a host in lower case.
pub(super) fn read(host: &str) -> Result<S3Host<'_>, AddressError> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let Some((labels, suffix)) = strip_suffix(host) else {
        return Ok(S3Host::Other);
    };
    let (before, last) = split_last(labels);
    let objects = |bucket, region, variant| objects(suffix, bucket, region, variant);
    match last {
        "s3" => objects(before, None, None),
        "s3-external-1" => objects(before, Some(Region::US_EAST_1), None),
        "s3-accelerate" => objects(before, None, Some("accelerated")),
        "s3-global" => Ok(S3Host::Unsupported(ACCESS_POINT)),
        "s3-control" | "s3-control-fips" => Ok(S3Host::Unsupported(CONTROL)),
        "vpce" if labels.contains(".s3.") => Ok(S3Host::Unsupported(VPC_ENDPOINT)),
        _ => match last.strip_prefix("s3-") {
            Some(name) if name.starts_with("website-") => Ok(S3Host::Other),
            Some(name) => match name.strip_prefix("fips-") {
                Some(region) => objects(before, Some(find(region)?), Some("FIPS")),
                None => objects(before, Some(find(name)?), None),
            },
            None => read_regional(before, last, suffix),
        },
    }
}

/// Reads what stands before the region: `s3.REGION`, `s3-fips.REGION`, `s3.dualstack.REGION` …
fn read_regional<'h>(
    before: Option<&'h str>,
    region: &str,
    suffix: &'static str,
) -> Result<S3Host<'h>, AddressError> {
    let Some(before) = before else {
        return Ok(S3Host::Other);
    };
    let (before, service) = split_last(before);
    match (service, before.map(split_last)) {
        ("s3", _) => objects(suffix, before, Some(find(region)?), None),
        ("s3-fips", _) => objects(suffix, before, Some(find(region)?), Some("FIPS")),
        ("s3-accelerate", _) if region == "dualstack" => {
            objects(suffix, before, None, Some("accelerated dual-stack"))
        }
        ("dualstack", Some((before, "s3"))) => {
            objects(suffix, before, Some(find(region)?), Some("dual-stack"))
        }
        ("dualstack", Some((before, "s3-fips"))) => {
            objects(suffix, before, Some(find(region)?), Some("FIPS dual-stack"))
        }
        ("dualstack", Some((_, service))) => Ok(unsupported(service)),
        (service, _) => Ok(unsupported(service)),
    }
}

fn unsupported(service: &str) -> S3Host<'static> {
    match service {
        "s3-accesspoint" | "s3-accesspoint-fips" | "s3-object-lambda" | "s3-object-lambda-fips" => {
            S3Host::Unsupported(ACCESS_POINT)
        }
        "s3-control" | "s3-control-fips" => S3Host::Unsupported(CONTROL),
        "s3-outposts" | "s3-outposts-fips" => S3Host::Unsupported(OUTPOST),
        service if service.starts_with("s3express-") => S3Host::Unsupported(DIRECTORY_BUCKET),
        _ => S3Host::Other,
    }
}

/// Checks that the region, or its absence, goes with what the host ends in.
fn objects<'h>(
    suffix: &'static str,
    bucket: Option<&'h str>,
    region: Option<Region>,
    variant: Option<&'static str>,
) -> Result<S3Host<'h>, AddressError> {
    match &region {
        None if suffix != Partition::Aws.dns_suffix() => Err(AddressError::RegionMissing { suffix }),
        Some(region) if suffix != region.partition().dns_suffix() => {
            let expected = region.partition().dns_suffix();
            Err(AddressError::WrongSuffix {
                region: region.to_string(),
                found: suffix,
                expected,
            })
        }
        _ => Ok(S3Host::Objects {
            bucket,
            region,
            variant,
        }),
    }
}

fn find(region: &str) -> Result<Region, AddressError> {
    Region::find(region).ok_or_else(|| AddressError::UnknownRegion {
        found: excerpt(region),
        suggestion: nearest(region),
    })
}

/// Cuts a partition's suffix and the dot before it off.
fn strip_suffix(host: &str) -> Option<(&str, &'static str)> {
    Partition::ALL.iter().find_map(|partition| {
        let suffix = partition.dns_suffix();
        let labels = host.strip_suffix(suffix)?.strip_suffix('.')?;
        Some((labels, suffix))
    })
}

/// Cuts the last label off: `a.b.c` is `a.b` and `c`; a single label has nothing before it.
fn split_last(labels: &str) -> (Option<&str>, &str) {
    match memchr::memrchr(b'.', labels.as_bytes()) {
        Some(at) => (labels.get(..at), labels.get(at + 1..).unwrap_or_default()),
        None => (None, labels),
    }
}
