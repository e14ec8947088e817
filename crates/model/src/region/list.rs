//! AWS's regions by name, as its SDKs list them, in the order that a binary search needs.

use super::Partition;
use super::Partition::{Aws, AwsCn, AwsEusc, AwsIso, AwsIsoB, AwsIsoE, AwsIsoF, AwsUsGov};

pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) partition: Partition,
    pub(super) description: &'static str,
}

const fn entry(name: &'static str, partition: Partition, description: &'static str) -> Entry {
    Entry {
        name,
        partition,
        description,
    }
}

pub(super) static REGIONS: &[Entry] = &[
    entry("af-south-1", Aws, "Africa (Cape Town)"),
    entry("ap-east-1", Aws, "Asia Pacific (Hong Kong)"),
    entry("ap-east-2", Aws, "Asia Pacific (Taipei)"),
    entry("ap-northeast-1", Aws, "Asia Pacific (Tokyo)"),
    entry("ap-northeast-2", Aws, "Asia Pacific (Seoul)"),
    entry("ap-northeast-3", Aws, "Asia Pacific (Osaka)"),
    entry("ap-south-1", Aws, "Asia Pacific (Mumbai)"),
    entry("ap-south-2", Aws, "Asia Pacific (Hyderabad)"),
    entry("ap-southeast-1", Aws, "Asia Pacific (Singapore)"),
    entry("ap-southeast-2", Aws, "Asia Pacific (Sydney)"),
    entry("ap-southeast-3", Aws, "Asia Pacific (Jakarta)"),
    entry("ap-southeast-4", Aws, "Asia Pacific (Melbourne)"),
    entry("ap-southeast-5", Aws, "Asia Pacific (Malaysia)"),
    entry("ap-southeast-6", Aws, "Asia Pacific (New Zealand)"),
    entry("ap-southeast-7", Aws, "Asia Pacific (Thailand)"),
    entry("ca-central-1", Aws, "Canada (Central)"),
    entry("ca-west-1", Aws, "Canada West (Calgary)"),
    entry("cn-north-1", AwsCn, "China (Beijing)"),
    entry("cn-northwest-1", AwsCn, "China (Ningxia)"),
    entry("eu-central-1", Aws, "Europe (Frankfurt)"),
    entry("eu-central-2", Aws, "Europe (Zurich)"),
    entry("eu-isoe-west-1", AwsIsoE, "EU ISOE West"),
    entry("eu-north-1", Aws, "Europe (Stockholm)"),
    entry("eu-south-1", Aws, "Europe (Milan)"),
    entry("eu-south-2", Aws, "Europe (Spain)"),
    entry("eu-west-1", Aws, "Europe (Ireland)"),
    entry("eu-west-2", Aws, "Europe (London)"),
    entry("eu-west-3", Aws, "Europe (Paris)"),
    entry(
        "eusc-de-east-1",
        AwsEusc,
        "AWS European Sovereign Cloud (Germany)",
    ),
    entry("il-central-1", Aws, "Israel (Tel Aviv)"),
    entry("me-central-1", Aws, "Middle East (UAE)"),
    entry("me-south-1", Aws, "Middle East (Bahrain)"),
    entry("me-west-1", Aws, "Middle East (Saudi Arabia)"),
    entry("mx-central-1", Aws, "Mexico (Central)"),
    entry("sa-east-1", Aws, "South America (Sao Paulo)"),
    entry("sa-west-1", Aws, "South America (Chile)"),
    entry("us-east-1", Aws, "US East (N. Virginia)"),
    entry("us-east-2", Aws, "US East (Ohio)"),
    entry("us-gov-east-1", AwsUsGov, "AWS GovCloud (US-East)"),
    entry("us-gov-west-1", AwsUsGov, "AWS GovCloud (US-West)"),
    entry("us-iso-east-1", AwsIso, "US ISO East"),
    entry("us-iso-west-1", AwsIso, "US ISO West"),
    entry("us-isob-east-1", AwsIsoB, "US ISOB East (Ohio)"),
    entry("us-isob-west-1", AwsIsoB, "US ISOB West"),
    entry("us-isof-east-1", AwsIsoF, "US ISOF East"),
    entry("us-isof-south-1", AwsIsoF, "US ISOF South"),
    entry("us-west-1", Aws, "US West (N. California)"),
    entry("us-west-2", Aws, "US West (Oregon)"),
];
