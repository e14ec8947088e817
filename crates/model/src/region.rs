//! The regions of AWS, and the partitions that keep them apart.
//!
//! The list and the names are those of AWS's own SDKs (botocore's `partitions.json`). A region that is not on it is
//! refused when it is typed, because a signature made for it could never be right. S3-compatible servers call their
//! regions what they like, so with an endpoint any plain name will do.

mod list;

use std::borrow::Cow;
use std::str::FromStr;

use crate::newtype::excerpt;

words! {
    /// A part of AWS with accounts, regions and domain names of its own.
    Partition, "partition" {
        /// The regions that most accounts have.
        Aws = "aws",
        /// China.
        AwsCn = "aws-cn",
        /// GovCloud (US).
        AwsUsGov = "aws-us-gov",
        /// European Sovereign Cloud.
        AwsEusc = "aws-eusc",
        /// US ISO.
        AwsIso = "aws-iso",
        /// US ISOB.
        AwsIsoB = "aws-iso-b",
        /// EU ISOE.
        AwsIsoE = "aws-iso-e",
        /// US ISOF.
        AwsIsoF = "aws-iso-f",
    }
}

impl Partition {
    /// What the names of its hosts end in, without a leading dot.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
            Partition::AwsCn => "amazonaws.com.cn",
            Partition::AwsEusc => "amazonaws.eu",
            Partition::AwsIso => "c2s.ic.gov",
            Partition::AwsIsoB => "sc2s.sgov.gov",
            Partition::AwsIsoE => "cloud.adc-e.uk",
            Partition::AwsIsoF => "csp.hci.ic.gov",
        }
    }
}

/// Longest region of an S3-compatible server, in bytes.
pub const REGION_BYTES_MAX: usize = 64;

/// The name of a region, such as `eu-central-1`. Cloning one of AWS's own copies nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    name: Cow<'static, str>,
    partition: Partition,
}

impl Region {
    /// The region that an address without one means.
    pub const US_EAST_1: Region = Region {
        name: Cow::Borrowed("us-east-1"),
        partition: Partition::Aws,
    };

    /// Every region of AWS, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Region> {
        list::REGIONS.iter().map(Region::from_entry)
    }

    /// The region of AWS with exactly this name.
    pub fn find(name: &str) -> Option<Region> {
        let index = list::REGIONS
            .binary_search_by(|entry| entry.name.cmp(name))
            .ok()?;
        list::REGIONS.get(index).map(Region::from_entry)
    }

    /// Reads the region of a storage: one of AWS's, or with an endpoint of its own any name of up to
    /// [`REGION_BYTES_MAX`] letters, digits, hyphens, underscores and dots (`auto`, `garage`, `fr-par` …).
    pub fn parse(text: &str, has_endpoint: bool) -> Result<Region, RegionError> {
        let text = text.trim();
        match Region::find(text) {
            Some(region) => Ok(region),
            None if has_endpoint => Region::of_compatible_server(text),
            None => Err(RegionError::unknown(text)),
        }
    }

    fn of_compatible_server(text: &str) -> Result<Region, RegionError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if text.is_empty() || text.len() > REGION_BYTES_MAX || !text.bytes().all(is_plain) {
            return Err(RegionError::Malformed { found: excerpt(text) });
        }
        Ok(Region {
            name: Cow::Owned(text.to_owned()),
            partition: Partition::Aws,
        })
    }

    fn from_entry(entry: &'static list::Entry) -> Region {
        Region {
            name: Cow::Borrowed(entry.name),
            partition: entry.partition,
        }
    }

    /// The name as it is signed with.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The part of AWS it belongs to.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Where it is, such as `Europe (Frankfurt)`, if it is one of AWS's.
    pub fn description(&self) -> Option<&'static str> {
        let index = list::REGIONS
            .binary_search_by(|entry| entry.name.cmp(&self.name))
            .ok()?;
        list::REGIONS.get(index).map(|entry| entry.description)
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.name)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    /// Reads a region of AWS; for a storage with an endpoint use [`Region::parse`].
    fn from_str(text: &str) -> Result<Self, RegionError> {
        Region::parse(text, false)
    }
}

impl serde::Serialize for Region {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> serde::Deserialize<'de> for Region {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::newtype::deserialize_from_str(deserializer)
    }
}

/// Why a text is no region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// AWS has no region of this name.
    #[error("AWS has no region \"{found}\": {}", hint(*suggestion))]
    Unknown {
        /// The beginning of what was found.
        found: String,
        /// The region that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// With an endpoint: empty, too long, or with characters that cannot be signed.
    #[error(
        "\"{found}\" cannot be a region: write up to {REGION_BYTES_MAX} letters, digits, hyphens, underscores and dots, as the server calls it"
    )]
    Malformed {
        /// The beginning of what was found.
        found: String,
    },
}

impl RegionError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            RegionError::Unknown { .. } => "region.unknown",
            RegionError::Malformed { .. } => "region.malformed",
        }
    }

    pub(crate) fn unknown(text: &str) -> RegionError {
        RegionError::Unknown {
            found: excerpt(text),
            suggestion: nearest(text),
        }
    }
}

/// What to do about an unknown region, as the end of a sentence.
pub(crate) fn hint(suggestion: Option<&'static str>) -> String {
    match suggestion {
        Some(region) => format!("did you mean {region}?"),
        None => "write the code of the bucket's region, such as eu-central-1".to_owned(),
    }
}

/// The region that somebody probably meant: two slips of the pen away, or called so (`Frankfurt`).
pub(crate) fn nearest(text: &str) -> Option<&'static str> {
    const SLIPS_MAX: usize = 2;
    const TYPED_BYTES_MAX: usize = 40;
    if text.is_empty() || text.len() > TYPED_BYTES_MAX {
        return None;
    }
    let typed = text.to_ascii_lowercase().replace([' ', '_', '.'], "-");
    let by_name = list::REGIONS
        .iter()
        .min_by_key(|entry| slips(entry.name, &typed))?;
    if slips(by_name.name, &typed) <= SLIPS_MAX {
        return Some(by_name.name);
    }
    let place = text.trim().to_lowercase();
    let is_there = |entry: &&list::Entry| {
        let (_, city) = entry.description.split_once('(').unwrap_or_default();
        city.trim_end_matches(')').to_lowercase() == place
    };
    list::REGIONS.iter().find(is_there).map(|entry| entry.name)
}

/// How many letters must be added, dropped or changed to make one text the other (Levenshtein's distance).
fn slips(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let cost = (diagonal + usize::from(x != y)).min(*above + 1).min(left + 1);
            diagonal = *above;
            *above = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
