//! Every form in which an object's address is written comes down to the same bucket and key.

use super::{object, parse, region};
use crate::address::Notice;
use crate::region::Partition;

/// Address, bucket, key and region; a hyphen for no region.
const HOSTS: &str = "
# virtual-hosted
https://my-bucket.s3.eu-central-1.amazonaws.com/file.jpg      my-bucket          file.jpg   eu-central-1
https://my-bucket.s3.us-east-1.amazonaws.com/a/b/c.png        my-bucket          a/b/c.png  us-east-1
http://my-bucket.s3.eu-central-1.amazonaws.com/file.jpg       my-bucket          file.jpg   eu-central-1
https://my-bucket.s3.eu-central-1.amazonaws.com:443/file.jpg  my-bucket          file.jpg   eu-central-1
http://my-bucket.s3.eu-central-1.amazonaws.com:80/file.jpg    my-bucket          file.jpg   eu-central-1
https://my-bucket.s3.eu-central-1.amazonaws.com./file.jpg     my-bucket          file.jpg   eu-central-1
HTTPS://My-Bucket.S3.EU-Central-1.AmazonAWS.com/File.JPG      my-bucket          File.JPG   eu-central-1
https://my.bucket.example.s3.eu-west-1.amazonaws.com/k        my.bucket.example  k          eu-west-1
https://odd.s3.eu-west-1.s3.eu-west-2.amazonaws.com/k         odd.s3.eu-west-1   k          eu-west-2
https://odd.s3.s3.amazonaws.com/k                             odd.s3             k          -
https://s3-odd.s3.amazonaws.com/k                             s3-odd             k          -
# without a region
https://my-bucket.s3.amazonaws.com/file.jpg                   my-bucket          file.jpg   -
https://my-bucket.s3-external-1.amazonaws.com/file.jpg        my-bucket          file.jpg   us-east-1
# path-style
https://s3.amazonaws.com/my-bucket/file.jpg                   my-bucket          file.jpg   -
https://s3.eu-central-1.amazonaws.com/my-bucket/a/b.jpg       my-bucket          a/b.jpg    eu-central-1
https://s3.eu-central-1.amazonaws.com/my.bucket/a/b.jpg       my.bucket          a/b.jpg    eu-central-1
https://s3.eu-central-1.amazonaws.com/my%2Dbucket/a           my-bucket          a          eu-central-1
https://s3-external-1.amazonaws.com/my-bucket/a               my-bucket          a          us-east-1
# a dash before the region
https://my-bucket.s3-us-west-2.amazonaws.com/k                my-bucket          k          us-west-2
https://s3-us-west-2.amazonaws.com/my-bucket/k                my-bucket          k          us-west-2
# China, GovCloud, the sovereign cloud and the others
https://my-bucket.s3.cn-north-1.amazonaws.com.cn/k            my-bucket          k          cn-north-1
https://s3.cn-northwest-1.amazonaws.com.cn/my-bucket/k        my-bucket          k          cn-northwest-1
https://my-bucket.s3.us-gov-west-1.amazonaws.com/k            my-bucket          k          us-gov-west-1
https://my-bucket.s3-us-gov-west-1.amazonaws.com/k            my-bucket          k          us-gov-west-1
https://my-bucket.s3.eusc-de-east-1.amazonaws.eu/k            my-bucket          k          eusc-de-east-1
https://my-bucket.s3.us-iso-east-1.c2s.ic.gov/k               my-bucket          k          us-iso-east-1
# S3 URIs
s3://my-bucket/a/b.jpg                                        my-bucket          a/b.jpg    -
S3://my-bucket/a/b.jpg                                        my-bucket          a/b.jpg    -
s3://my.bucket//a                                             my.bucket          /a         -
";

#[test]
fn hosts_of_s3_name_bucket_and_region() {
    for row in HOSTS
        .lines()
        .filter(|row| !row.is_empty() && !row.starts_with('#'))
    {
        let columns: Vec<_> = row.split_whitespace().collect();
        let &[text, bucket, key, expected_region] = columns.as_slice() else {
            panic!("{row}")
        };
        let object = object(text);
        let found = (
            object.bucket().as_str(),
            object.key(),
            object.region().map_or("-", |region| region.as_str()),
        );
        assert_eq!(found, (bucket, key, expected_region), "{text}");
        assert_eq!(parse(text).notices, [], "{text}");
        assert_eq!(object.version(), None);
    }
}

#[test]
fn variants_of_the_endpoint_are_read_and_noticed() {
    for (host, expected_region, variant) in [
        (
            "b-1.s3.dualstack.us-west-2.amazonaws.com",
            "us-west-2",
            "dual-stack",
        ),
        ("b-1.s3-fips.us-east-2.amazonaws.com", "us-east-2", "FIPS"),
        (
            "b-1.s3-fips.dualstack.us-east-2.amazonaws.com",
            "us-east-2",
            "FIPS dual-stack",
        ),
        ("b-1.s3-fips-us-gov-west-1.amazonaws.com", "us-gov-west-1", "FIPS"),
        ("b-1.s3-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1", "FIPS"),
        ("b-1.s3-accelerate.amazonaws.com", "", "accelerated"),
        (
            "b-1.s3-accelerate.dualstack.amazonaws.com",
            "",
            "accelerated dual-stack",
        ),
        (
            "b-1.s3.dualstack.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
            "dual-stack",
        ),
    ] {
        let text = format!("https://{host}/k");
        let object = object(&text);
        assert_eq!(
            (object.bucket().as_str(), region(&object)),
            ("b-1", expected_region),
            "{text}"
        );
        assert_eq!(parse(&text).notices, [Notice::EndpointVariant(variant)], "{text}");
    }
    let path_style = object("https://s3.dualstack.eu-west-1.amazonaws.com/b-1/k");
    assert_eq!(
        (path_style.bucket().as_str(), region(&path_style)),
        ("b-1", "eu-west-1")
    );
}

#[test]
fn the_region_decides_the_partition() {
    assert_eq!(
        object("https://b-1.s3.cn-north-1.amazonaws.com.cn/k").partition(),
        Partition::AwsCn
    );
    assert_eq!(
        object("https://b-1.s3.us-gov-west-1.amazonaws.com/k").partition(),
        Partition::AwsUsGov
    );
    assert_eq!(object("s3://b-1/k").partition(), Partition::Aws);
}

#[test]
fn both_rows_of_the_page_s_example_are_read() {
    for (text, key) in [
        (
            "https://bucketname.s3.eu-central-1.amazonaws.com/file1.jpg",
            "file1.jpg",
        ),
        (
            "https://bucketname.s3.eu-central-1.amazonaws.com/file%202.jpg",
            "file 2.jpg",
        ),
    ] {
        assert_eq!(object(text).key(), key);
        assert_eq!(object(text).canonical(), text);
    }
}

#[test]
fn the_stored_text_is_one_for_all_forms() {
    for (text, canonical) in [
        ("s3://b-1/a", "https://b-1.s3.amazonaws.com/a"),
        ("https://s3.amazonaws.com/b-1/a", "https://b-1.s3.amazonaws.com/a"),
        (
            "http://s3-eu-west-1.amazonaws.com/b-1/a",
            "https://b-1.s3.eu-west-1.amazonaws.com/a",
        ),
        (
            "https://b-1.s3.dualstack.eu-west-1.amazonaws.com/a",
            "https://b-1.s3.eu-west-1.amazonaws.com/a",
        ),
        (
            "https://b-1.s3.cn-north-1.amazonaws.com.cn/a",
            "https://b-1.s3.cn-north-1.amazonaws.com.cn/a",
        ),
        // A dot in a bucket's name would not fit the server's certificate.
        (
            "https://b.1.s3.eu-west-1.amazonaws.com/a",
            "https://s3.eu-west-1.amazonaws.com/b.1/a",
        ),
        (
            "https://s3.amazonaws.com/My_Bucket/a",
            "https://s3.amazonaws.com/My_Bucket/a",
        ),
        (
            "s3://b-1/ü+ü&%41",
            "https://b-1.s3.amazonaws.com/%C3%BC%2B%C3%BC%26A",
        ),
        ("s3://b-1/~a_b-c.d/", "https://b-1.s3.amazonaws.com/~a_b-c.d/"),
    ] {
        assert_eq!(parse(text).address.canonical(), canonical, "{text}");
    }
}

#[test]
fn buckets_of_old_are_read_with_a_notice() {
    for text in ["https://s3.amazonaws.com/My_Bucket/a", "s3://My_Bucket/a"] {
        assert_eq!(object(text).bucket().as_str(), "My_Bucket");
        assert_eq!(parse(text).notices, [Notice::LegacyBucket]);
    }
}

#[test]
fn notices_have_codes_and_sentences() {
    for notice in [
        Notice::SignatureDropped,
        Notice::OverridesDropped,
        Notice::Encoded,
        Notice::EndsInSpace,
        Notice::EndpointVariant("FIPS"),
        Notice::LegacyBucket,
    ] {
        assert!(notice.code().starts_with("address.notice."));
        assert!(notice.message().len() > 20);
    }
}
