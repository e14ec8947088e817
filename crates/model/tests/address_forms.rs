//! Every form in which an object's address is written comes down to the same bucket and key.

use insitu_model::address::{Address, Notice, ObjectAddress, Parsed};
use insitu_model::endpoint::Endpoint;
use insitu_model::region::Partition;

fn parse(text: &str) -> Parsed {
    Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn object(text: &str) -> ObjectAddress {
    parse(text)
        .address
        .as_object()
        .unwrap_or_else(|| panic!("{text} is public"))
        .clone()
}

fn region(object: &ObjectAddress) -> &str {
    object.region().map_or("", |region| region.as_str())
}

#[test]
fn hosts_of_s3_name_bucket_and_region() {
    for (text, bucket, key, expected_region) in [
        // virtual-hosted
        (
            "https://my-bucket.s3.eu-central-1.amazonaws.com/file.jpg",
            "my-bucket",
            "file.jpg",
            "eu-central-1",
        ),
        (
            "https://my-bucket.s3.us-east-1.amazonaws.com/a/b/c.png",
            "my-bucket",
            "a/b/c.png",
            "us-east-1",
        ),
        (
            "http://my-bucket.s3.eu-central-1.amazonaws.com/file.jpg",
            "my-bucket",
            "file.jpg",
            "eu-central-1",
        ),
        (
            "https://my-bucket.s3.eu-central-1.amazonaws.com:443/file.jpg",
            "my-bucket",
            "file.jpg",
            "eu-central-1",
        ),
        (
            "http://my-bucket.s3.eu-central-1.amazonaws.com:80/file.jpg",
            "my-bucket",
            "file.jpg",
            "eu-central-1",
        ),
        (
            "https://my-bucket.s3.eu-central-1.amazonaws.com./file.jpg",
            "my-bucket",
            "file.jpg",
            "eu-central-1",
        ),
        (
            "HTTPS://My-Bucket.S3.EU-Central-1.AmazonAWS.com/File.JPG",
            "my-bucket",
            "File.JPG",
            "eu-central-1",
        ),
        (
            "https://my.bucket.example.s3.eu-west-1.amazonaws.com/k",
            "my.bucket.example",
            "k",
            "eu-west-1",
        ),
        (
            "https://odd.s3.eu-west-1.s3.eu-west-2.amazonaws.com/k",
            "odd.s3.eu-west-1",
            "k",
            "eu-west-2",
        ),
        ("https://odd.s3.s3.amazonaws.com/k", "odd.s3", "k", ""),
        ("https://s3-odd.s3.amazonaws.com/k", "s3-odd", "k", ""),
        // without a region
        (
            "https://my-bucket.s3.amazonaws.com/file.jpg",
            "my-bucket",
            "file.jpg",
            "",
        ),
        (
            "https://my-bucket.s3-external-1.amazonaws.com/file.jpg",
            "my-bucket",
            "file.jpg",
            "us-east-1",
        ),
        // path-style
        (
            "https://s3.amazonaws.com/my-bucket/file.jpg",
            "my-bucket",
            "file.jpg",
            "",
        ),
        (
            "https://s3.eu-central-1.amazonaws.com/my-bucket/a/b.jpg",
            "my-bucket",
            "a/b.jpg",
            "eu-central-1",
        ),
        (
            "https://s3.eu-central-1.amazonaws.com/my.bucket/a/b.jpg",
            "my.bucket",
            "a/b.jpg",
            "eu-central-1",
        ),
        (
            "https://s3.eu-central-1.amazonaws.com/my%2Dbucket/a",
            "my-bucket",
            "a",
            "eu-central-1",
        ),
        (
            "https://s3-external-1.amazonaws.com/my-bucket/a",
            "my-bucket",
            "a",
            "us-east-1",
        ),
        // a dash before the region
        (
            "https://my-bucket.s3-us-west-2.amazonaws.com/k",
            "my-bucket",
            "k",
            "us-west-2",
        ),
        (
            "https://s3-us-west-2.amazonaws.com/my-bucket/k",
            "my-bucket",
            "k",
            "us-west-2",
        ),
        // China, GovCloud, the sovereign cloud and the others
        (
            "https://my-bucket.s3.cn-north-1.amazonaws.com.cn/k",
            "my-bucket",
            "k",
            "cn-north-1",
        ),
        (
            "https://s3.cn-northwest-1.amazonaws.com.cn/my-bucket/k",
            "my-bucket",
            "k",
            "cn-northwest-1",
        ),
        (
            "https://my-bucket.s3.us-gov-west-1.amazonaws.com/k",
            "my-bucket",
            "k",
            "us-gov-west-1",
        ),
        (
            "https://my-bucket.s3-us-gov-west-1.amazonaws.com/k",
            "my-bucket",
            "k",
            "us-gov-west-1",
        ),
        (
            "https://my-bucket.s3.eusc-de-east-1.amazonaws.eu/k",
            "my-bucket",
            "k",
            "eusc-de-east-1",
        ),
        (
            "https://my-bucket.s3.us-iso-east-1.c2s.ic.gov/k",
            "my-bucket",
            "k",
            "us-iso-east-1",
        ),
        // S3 URIs
        ("s3://my-bucket/a/b.jpg", "my-bucket", "a/b.jpg", ""),
        ("S3://my-bucket/a/b.jpg", "my-bucket", "a/b.jpg", ""),
        ("s3://my.bucket//a", "my.bucket", "/a", ""),
    ] {
        let object = object(text);
        let found = (object.bucket().as_str(), object.key(), region(&object));
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
fn keys_are_kept_byte_for_byte() {
    for (written, key) in [
        ("file%202.jpg", "file 2.jpg"),
        ("a+b.jpg", "a+b.jpg"),
        ("a%2Bb.jpg", "a+b.jpg"),
        ("a%2520b", "a%20b"),
        ("100%25.jpg", "100%.jpg"),
        ("what%3F.jpg", "what?.jpg"),
        ("no%231.jpg", "no#1.jpg"),
        ("a&b=c;d,e:f@g$h!i'j(k)*l", "a&b=c;d,e:f@g$h!i'j(k)*l"),
        ("a//b", "a//b"),
        ("/a", "/a"),
        ("//a", "//a"),
        ("%2Fa", "/a"),
        ("a%2fb", "a/b"),
        ("a/", "a/"),
        ("a%20", "a "),
        ("%20", " "),
        ("%09tab%0A", "\ttab\n"),
        ("%22quoted%22", "\"quoted\""),
        ("%F0%9F%90%A6.jpg", "🐦.jpg"),
        ("caf%C3%A9", "café"),
        ("cafe%CC%81", "cafe\u{301}"),
        ("%EF%BB%BFa", "\u{feff}a"),
        ("...", "..."),
        (".hidden", ".hidden"),
        ("a/..b/.c./d..", "a/..b/.c./d.."),
        ("a%5Cb", "a\\b"),
        ("%7F%01", "\u{7f}\u{1}"),
    ] {
        for before in [
            "https://b-1.s3.eu-west-1.amazonaws.com/",
            "https://s3.amazonaws.com/b-1/",
            "s3://b-1/",
        ] {
            let text = format!("{before}{written}");
            assert_eq!(object(&text).key(), key, "{text}");
            assert_eq!(parse(&text).notices, [], "{text}");
        }
    }
}

#[test]
fn characters_that_should_be_encoded_are_taken_as_they_are_with_a_notice() {
    for (written, key) in [
        ("file 2.jpg", "file 2.jpg"),
        ("Möwe 🐦.jpg", "Möwe 🐦.jpg"),
        ("a\tb", "a\tb"),
        ("say \"cheese\"", "say \"cheese\""),
        ("a\\b", "a\\b"),
        ("[1]{2}|^`<>", "[1]{2}|^`<>"),
        (" a", " a"),
    ] {
        let text = format!("https://b-1.s3.amazonaws.com/{written}");
        assert_eq!(object(&text).key(), key);
        assert_eq!(parse(&text).notices, [Notice::Encoded], "{text}");
    }
    let ends_in_space = parse("https://b-1.s3.amazonaws.com/a.jpg ");
    assert_eq!(ends_in_space.address.as_object().unwrap().key(), "a.jpg ");
    assert_eq!(ends_in_space.notices, [Notice::Encoded, Notice::EndsInSpace]);
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
fn a_version_is_kept() {
    for (text, version) in [
        (
            "https://b-1.s3.amazonaws.com/k?versionId=3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
            "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
        ),
        ("https://b-1.s3.amazonaws.com/k?versionId=null", "null"),
        ("s3://b-1/k?versionId=a%2Fb", "a/b"),
        ("s3://b-1/k?versionId=a+b", "a+b"),
        (
            "https://b-1.s3.amazonaws.com/k?X-Amz-Signature=0&versionId=7",
            "7",
        ),
    ] {
        assert_eq!(object(text).version(), Some(version), "{text}");
    }
    assert_eq!(
        object("s3://b-1/k?versionId=a%2Fb").canonical(),
        "https://b-1.s3.amazonaws.com/k?versionId=a%2Fb"
    );
}

#[test]
fn a_signed_url_loses_its_signature_with_a_notice() {
    for query in [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=abc",
        "x-amz-signature=abc&x-id=GetObject",
        "AWSAccessKeyId=AKIA&Signature=a%2Bb%3D&Expires=1700000000",
        "response-content-disposition=inline&X-Amz-Security-Token=abc&X-Amz-Signature=abc&foreign=1",
    ] {
        let parsed = parse(&format!(
            "https://b-1.s3.eu-west-1.amazonaws.com/a%20b.jpg?{query}"
        ));
        assert_eq!(parsed.notices, [Notice::SignatureDropped]);
        assert_eq!(
            parsed.address.canonical(),
            "https://b-1.s3.eu-west-1.amazonaws.com/a%20b.jpg"
        );
    }
    let parsed = parse("https://b-1.s3.amazonaws.com/k?response-content-type=image%2Fpng");
    assert_eq!(parsed.notices, [Notice::OverridesDropped]);
    assert_eq!(parsed.address.canonical(), "https://b-1.s3.amazonaws.com/k");
}

#[test]
fn a_storage_named_in_the_address_is_handed_on() {
    let id = "65a1b2c3d4e5f60718293a4b";
    for text in [
        format!("https://b-1.s3.amazonaws.com/k?storageId={id}"),
        format!("https://b-1.s3.amazonaws.com/k?integrationId={id}"),
        format!("https://example.com/k?storageId={id}&x=1"),
    ] {
        assert_eq!(parse(&text).storage, Some(id.parse().unwrap()), "{text}");
    }
    assert_eq!(
        object(&format!("s3://b-1/k?storageId={id}")).canonical(),
        "https://b-1.s3.amazonaws.com/k"
    );
    assert_eq!(parse("https://example.com/k?storageId=theirs").storage, None);
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
fn urls_of_the_storage_s_endpoint_are_objects() {
    for (endpoint, text, bucket, key, canonical) in [
        (
            "http://127.0.0.1:9000",
            "http://127.0.0.1:9000/b-1/a%20b",
            "b-1",
            "a b",
            "http://127.0.0.1:9000/b-1/a%20b",
        ),
        (
            "http://127.0.0.1:9000",
            "http://127.1:9000/b-1/a",
            "b-1",
            "a",
            "http://127.0.0.1:9000/b-1/a",
        ),
        (
            "http://[::1]:9000",
            "http://[0::1]:9000/b-1/a",
            "b-1",
            "a",
            "http://[::1]:9000/b-1/a",
        ),
        (
            "http://localhost:9000",
            "http://LOCALHOST:9000/b-1/a",
            "b-1",
            "a",
            "http://localhost:9000/b-1/a",
        ),
        (
            "http://localhost:9000",
            "http://b-1.localhost:9000/a",
            "b-1",
            "a",
            "http://localhost:9000/b-1/a",
        ),
        (
            "https://s3.example.com",
            "https://my.b.s3.example.com/a",
            "my.b",
            "a",
            "https://s3.example.com/my.b/a",
        ),
        (
            "https://s3.example.com",
            "http://s3.example.com/My_B/a",
            "My_B",
            "a",
            "https://s3.example.com/My_B/a",
        ),
        (
            "https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com",
            "https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com/b-1/a",
            "b-1",
            "a",
            "https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com/b-1/a",
        ),
    ] {
        let endpoint: Endpoint = endpoint.parse().unwrap();
        let parsed = Address::parse_with(text, Some(&endpoint)).unwrap();
        let object = parsed.address.as_object().unwrap();
        assert_eq!((object.bucket().as_str(), object.key()), (bucket, key), "{text}");
        assert_eq!(object.endpoint(), Some(&endpoint));
        assert_eq!(object.canonical(), canonical);
        assert_eq!(
            Address::parse_with(canonical, Some(&endpoint)).unwrap().address,
            parsed.address
        );
    }
}

#[test]
fn with_an_endpoint_other_forms_stay_what_they_are() {
    let endpoint: Endpoint = "http://localhost:9000".parse().unwrap();
    let aws = Address::parse_with("https://b-1.s3.eu-west-1.amazonaws.com/k", Some(&endpoint)).unwrap();
    assert_eq!(
        aws.address,
        parse("https://b-1.s3.eu-west-1.amazonaws.com/k").address
    );
    let public = Address::parse_with("https://example.com/k", Some(&endpoint)).unwrap();
    assert!(matches!(public.address, Address::Public(_)));
    let other_port = Address::parse_with("http://localhost:9001/b-1/k", Some(&endpoint)).unwrap_err();
    assert_eq!(other_port.code(), "address.private_host");
}

#[test]
fn everything_else_on_the_internet_is_a_public_url() {
    for (text, canonical) in [
        ("https://example.com/a.jpg", "https://example.com/a.jpg"),
        ("HTTP://Example.COM:80", "http://example.com/"),
        (
            "https://example.com:8443/a?b=c&d=%zz#page=2",
            "https://example.com:8443/a?b=c&d=%zz#page=2",
        ),
        ("https://example.com?a=b", "https://example.com/?a=b"),
        ("https://8.8.8.8/a", "https://8.8.8.8/a"),
        ("https://[2606:4700:0::1111]/a", "https://[2606:4700::1111]/a"),
        (
            "https://example.com/caf%E9/a%2fb",
            "https://example.com/caf%E9/a%2fb",
        ),
        (
            "https://b-1.s3-website-us-east-1.amazonaws.com/k",
            "https://b-1.s3-website-us-east-1.amazonaws.com/k",
        ),
        (
            "https://b-1.s3-website.eu-central-1.amazonaws.com/k",
            "https://b-1.s3-website.eu-central-1.amazonaws.com/k",
        ),
        (
            "https://x.execute-api.us-east-1.amazonaws.com/k",
            "https://x.execute-api.us-east-1.amazonaws.com/k",
        ),
        ("https://amazonaws.com/k", "https://amazonaws.com/k"),
        (
            "https://b-1.s3.amazonaws.com.evil.example/k",
            "https://b-1.s3.amazonaws.com.evil.example/k",
        ),
        (
            "https://evils3.amazonaws.community/k",
            "https://evils3.amazonaws.community/k",
        ),
    ] {
        let parsed = parse(text);
        assert!(matches!(parsed.address, Address::Public(_)), "{text}");
        assert_eq!(
            (parsed.address.canonical().as_str(), parsed.notices.as_slice()),
            (canonical, [].as_slice())
        );
    }
    let parsed = parse("https://example.com/Möwe 1.jpg?q=ü");
    assert_eq!(
        parsed.address.canonical(),
        "https://example.com/M%C3%B6we%201.jpg?q=%C3%BC"
    );
    assert_eq!(parsed.notices, [Notice::Encoded]);
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
