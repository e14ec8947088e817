//! What cannot be the address of an asset is refused with a name and with what to do.

use crate::address::{ADDRESS_BYTES_MAX, Address, AddressError, ObjectAddress};

fn refusal(text: &str) -> AddressError {
    match Address::parse(text) {
        Ok(parsed) => panic!("{text} was accepted as {}", parsed.address.canonical()),
        Err(error) => error,
    }
}

fn assert_refused(code: &str, texts: &[&str]) {
    for text in texts {
        let error = refusal(text);
        assert_eq!(error.code(), code, "{text}: {error}");
        assert!(error.to_string().len() > 20, "{error}");
    }
}

#[test]
fn what_is_no_url_is_refused() {
    assert_refused(
        "address.not_a_url",
        &[
            "",
            " ",
            "not a url",
            "photo.jpg",
            "/bucket/key",
            "//host/key",
            "example.com/a",
            "example.com:80/a",
            "https:",
            "https:/b-1.s3.amazonaws.com/k",
            "https:b-1",
            "s3:b-1/k",
            "http:\\\\host\\a",
            "C:\\a.jpg",
            " https://example.com/a",
            "\u{feff}https://example.com/a",
            "\0https://example.com/a",
            "://x",
            "é://x",
            "<b>Hello</b>",
            "java\tscript:alert(1)",
        ],
    );
}

#[test]
fn other_schemes_are_refused_by_name() {
    assert_refused(
        "address.scheme_refused",
        &[
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "file:///etc/passwd",
            "data:image/png;base64,AAAA",
            "ftp://example.com/a",
            "gs://bucket/key",
            "s3a://bucket/key",
            "blob:https://x",
            "mailto:a@b.c",
            "arn:aws:s3:::bucket/key",
            "view-source:https://x",
        ],
    );
    assert!(refusal("JavaScript:alert(1)").to_string().contains("javascript:"));
}

#[test]
fn hosts_in_private_networks_are_refused() {
    assert_refused(
        "address.private_host",
        &[
            "http://localhost/a",
            "http://localhost:8080/a",
            "http://LOCALHOST./a",
            "http://a.localhost/",
            "http://127.0.0.1/a",
            "http://127.0.0.1./a",
            "http://127.1/a",
            "http://2130706433/a",
            "http://0x7f000001/a",
            "http://0177.0.0.1/a",
            "http://0/a",
            "http://[::1]/a",
            "http://[::]/a",
            "http://[::ffff:127.0.0.1]/a",
            "http://[::ffff:7f00:1]/a",
            "http://169.254.169.254/latest/meta-data/",
            "http://0xa9fea9fe/",
            "http://[fe80::1]/a",
            "http://[fd00:ec2::254]/",
            "http://10.1.2.3/a",
            "https://192.168.0.1:8443/a",
            "http://172.20.0.1/a",
            "http://100.64.0.1/",
            "http://[64:ff9b::7f00:1]/a",
        ],
    );
    assert!(
        refusal("http://0x7f.1/a")
            .to_string()
            .starts_with("127.0.0.1 is not on the public Internet")
    );
}

#[test]
fn hosts_that_are_none_are_refused() {
    assert_refused(
        "address.bad_host",
        &[
            "https://",
            "https:///a",
            "https://?a",
            "https://#a",
            "https://a..b/c",
            "https://.a/c",
            "https://a b/c",
            "https://münchen.de/a",
            "https://１２７.０.０.１/a",
            "https://%6cocalhost/a",
            "https://256.1.1.1/a",
            "https://1.2.3.4.5/a",
            "https://a\\b/c",
            "https://[::1/a",
            "https://[fe80::1%25eth0]/a",
            "https://*/a",
        ],
    );
    assert_refused(
        "address.bad_port",
        &[
            "https://example.com:x/a",
            "https://example.com:65536/a",
            "https://example.com:-1/a",
            "https://b-1.s3.amazonaws.com:8443/k",
            "http://b-1.s3.amazonaws.com:443/k",
        ],
    );
}

#[test]
fn a_password_is_refused_and_not_shown() {
    for text in [
        "https://me:hunter2@example.com/a",
        "https://hunter2@b-1.s3.amazonaws.com/k",
        "s3://AKIA:hunter2@b-1/k",
        "https://example.com\\@hunter2@x/",
    ] {
        let error = refusal(text);
        assert_eq!(error.code(), "address.userinfo");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn regions_that_do_not_exist_are_refused_with_the_nearest() {
    for (host, suggestion) in [
        ("b-1.s3.eu-central1.amazonaws.com", "did you mean eu-central-1?"),
        ("b-1.s3-eu-west1.amazonaws.com", "did you mean eu-west-1?"),
        ("s3.us-est-1.amazonaws.com", "did you mean us-east-1?"),
        ("b-1.s3-fips.us-east1.amazonaws.com", "did you mean us-east-1?"),
        (
            "b-1.s3.dualstack.eu-westt-1.amazonaws.com",
            "did you mean eu-west-1?",
        ),
        ("b-1.s3.mars-1.amazonaws.com", "such as eu-central-1"),
    ] {
        let error = refusal(&format!("https://{host}/b-2/k"));
        assert_eq!(error.code(), "address.unknown_region");
        assert!(error.to_string().contains(suggestion), "{error}");
    }
}

#[test]
fn regions_and_endings_that_do_not_belong_together_are_refused() {
    assert_refused(
        "address.wrong_suffix",
        &[
            "https://b-1.s3.cn-north-1.amazonaws.com/k",
            "https://b-1.s3.eu-west-1.amazonaws.com.cn/k",
            "https://b-1.s3.eusc-de-east-1.amazonaws.com/k",
        ],
    );
    assert_refused(
        "address.region_missing",
        &[
            "https://b-1.s3.amazonaws.com.cn/k",
            "https://s3.amazonaws.eu/b-1/k",
        ],
    );
}

#[test]
fn hosts_of_s3_that_are_not_of_buckets_are_refused() {
    assert_refused(
        "address.unsupported_host",
        &[
            "https://ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k",
            "https://ap-123456789012.s3-accesspoint.dualstack.us-west-2.amazonaws.com/k",
            "https://m.mrap.accesspoint.s3-global.amazonaws.com/k",
            "https://ol-123456789012.s3-object-lambda.us-west-2.amazonaws.com/k",
            "https://b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/k",
            "https://b-1.bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com/k",
            "https://123456789012.s3-control.us-west-2.amazonaws.com/k",
            "https://ap-123456789012.outpost.s3-outposts.us-west-2.amazonaws.com/k",
        ],
    );
}

#[test]
fn an_address_without_bucket_or_key_is_refused() {
    assert_refused(
        "address.no_bucket",
        &[
            "https://s3.amazonaws.com",
            "https://s3.amazonaws.com/",
            "https://s3.amazonaws.com//k",
            "s3://",
            "s3:///k",
        ],
    );
    assert_refused(
        "address.no_key",
        &[
            "https://b-1.s3.amazonaws.com",
            "https://b-1.s3.amazonaws.com/",
            "https://s3.amazonaws.com/b-1",
            "https://s3.amazonaws.com/b-1/",
            "s3://b-1",
            "s3://b-1/",
            "https://b-1.s3.amazonaws.com/?versionId=1",
        ],
    );
    assert_refused(
        "address.bad_bucket",
        &[
            "https://s3.s3.amazonaws.com/k",
            "https://s3.amazonaws.com/a/k",
            "s3://my bucket/k",
            "s3://büro/k",
            "https://bü.s3.amazonaws.com/k",
            "https://b%2d1.s3.amazonaws.com/k",
            "https://s3.amazonaws.com/../k",
            "https://s3.amazonaws.com/b-1%2Fk/k",
            "s3://192.168.1.1/k",
            "s3://b-1:443/k",
        ],
    );
}

#[test]
fn keys_that_no_browser_could_ask_for_are_refused() {
    for key in [
        ".",
        "..",
        "./a",
        "../a",
        "a/.",
        "a/..",
        "a/./b",
        "a/../b",
        "a/%2e/b",
        "a/%2E%2e/b",
        "a/.%2e/b",
        "%2e%2e",
        "a/%2E%2E%2Fb",
        "a%2F..%2Fb",
        "/./a",
        "a//../b",
    ] {
        for before in [
            "https://b-1.s3.amazonaws.com/",
            "https://s3.eu-west-1.amazonaws.com/b-1/",
            "s3://b-1/",
        ] {
            assert_refused("address.dot_segment", &[&format!("{before}{key}")]);
        }
    }
}

#[test]
fn bad_percent_encoding_is_refused_and_shown() {
    for (written, shown) in [
        ("%zz", "%zz"),
        ("a%", "%"),
        ("a%2", "%2"),
        ("a%2é", "%2é"),
        ("%%20", "%%2"),
        ("100% a", "% a"),
    ] {
        let error = refusal(&format!("https://b-1.s3.amazonaws.com/{written}"));
        assert_eq!(error.code(), "address.bad_percent_encoding");
        assert!(error.to_string().starts_with(&format!("\"{shown}\"")), "{error}");
    }
    assert_refused(
        "address.bad_percent_encoding",
        &["https://example.com/%zz", "s3://b-1/%zz", "s3://b-1/a%é"],
    );
}

#[test]
fn keys_that_s3_or_the_database_cannot_hold_are_refused() {
    assert_refused(
        "address.key_not_utf8",
        &[
            "s3://b-1/%FF",
            "s3://b-1/caf%E9",
            "s3://b-1/%ED%A0%80",
            "s3://b-1/%C0%AF",
            "s3://b-1/%F0%9F",
        ],
    );
    assert_refused(
        "address.nul",
        &["s3://b-1/a%00b", "s3://b-1/a\0b", "https://example.com/a\0b"],
    );
    let longest = format!("s3://b-1/{}", "x".repeat(1024));
    assert!(Address::parse(&longest).is_ok());
    assert_refused(
        "address.key_too_long",
        &[
            &format!("{longest}x"),
            &format!("s3://b-1/{}", "%C3%A9".repeat(513)),
        ],
    );
    let all_encoded = format!("s3://b-1/{}", "%20".repeat(1024));
    assert!(Address::parse(&all_encoded).is_ok());
    assert_refused(
        "address.too_long",
        &[&format!("https://example.com/{}", "x".repeat(ADDRESS_BYTES_MAX))],
    );
}

#[test]
fn a_raw_question_mark_or_hash_is_refused_with_the_way_to_write_it() {
    for text in [
        "https://b-1.s3.amazonaws.com/what?.jpg",
        "https://b-1.s3.amazonaws.com/k?",
        "https://b-1.s3.amazonaws.com/k?&",
        "https://b-1.s3.amazonaws.com/k?acl",
        "https://b-1.s3.amazonaws.com/k?v=2",
        "https://b-1.s3.amazonaws.com/k?VersionId=2",
        "s3://b-1/k?partNumber=1&versionId=2",
        "https://b-1.s3.amazonaws.com/?list-type=2",
    ] {
        let error = refusal(text);
        assert_eq!(error.code(), "address.unknown_query", "{text}");
        assert!(error.to_string().contains("%3F"));
    }
    for text in [
        "https://b-1.s3.amazonaws.com/no#1.jpg",
        "s3://b-1/k#",
        "s3://b-1/k?versionId=1#x",
    ] {
        let error = refusal(text);
        assert_eq!(error.code(), "address.fragment", "{text}");
        assert!(error.to_string().contains("%23"));
    }
}

#[test]
fn versions_and_storages_that_cannot_be_are_refused() {
    assert_refused(
        "address.bad_version",
        &[
            "s3://b-1/k?versionId=",
            "s3://b-1/k?versionId",
            "s3://b-1/k?versionId=1&versionId=1",
            "s3://b-1/k?versionId=%zz",
            "s3://b-1/k?versionId=%FF",
            "s3://b-1/k?versionId=%00",
        ],
    );
    assert_refused("address.bad_storage", &["s3://b-1/k?storageId=7"]);
}

#[test]
fn an_object_made_from_its_parts_is_checked_too() {
    let make = |key: &str| ObjectAddress::new("b-1a".parse().unwrap(), key, None);
    assert_eq!(
        make("a?b#c d").unwrap().canonical(),
        "https://b-1a.s3.amazonaws.com/a%3Fb%23c%20d"
    );
    assert_eq!(make("").unwrap_err().code(), "address.no_key");
    assert_eq!(make("a/../b").unwrap_err().code(), "address.dot_segment");
    assert_eq!(make("a\0").unwrap_err().code(), "address.nul");
    assert_eq!(
        make(&"x".repeat(1025)).unwrap_err().code(),
        "address.key_too_long"
    );
}
