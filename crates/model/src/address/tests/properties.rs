//! What holds for every address: it can be stored and read again, and no text makes the grammar panic.

use crate::address::{Address, AddressError, ObjectAddress};
use crate::endpoint::Endpoint;
use crate::region::Region;
use proptest::prelude::*;

fn regions() -> impl Strategy<Value = Option<Region>> {
    proptest::option::of(proptest::sample::select(Region::all().collect::<Vec<_>>()))
}

fn reads_back(object: &ObjectAddress) {
    let text = object.canonical();
    let parsed = Address::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(parsed.address.as_object(), Some(object), "{text}");
    assert!(parsed.address.canonical() == text, "{text}");
}

#[test]
fn every_byte_that_a_key_can_have_reads_back() {
    let bucket = || "my-bucket".parse().unwrap();
    for byte in 1..=0x7f_u8 {
        let byte = char::from(byte);
        for key in [
            format!("a{byte}b"),
            format!("{byte}a"),
            format!("a{byte}"),
            format!("a/{byte}/b"),
            byte.to_string(),
        ] {
            match ObjectAddress::new(bucket(), &key, None) {
                Ok(object) => reads_back(&object),
                Err(error) => {
                    assert_eq!(error, AddressError::DotSegment, "{key:?}");
                    assert_eq!(byte, '.');
                }
            }
        }
    }
    for character in [
        '\u{80}',
        '\u{7ff}',
        '\u{800}',
        '\u{d7ff}',
        '\u{e000}',
        '\u{ffff}',
        '\u{10000}',
        '\u{10ffff}',
    ] {
        reads_back(&ObjectAddress::new(bucket(), &character.to_string(), None).unwrap());
    }
}

#[test]
fn every_byte_that_is_encoded_is_decoded() {
    for byte in 1..=0x7f_u8 {
        for text in [
            format!("s3://b-1/x%{byte:02X}x"),
            format!("s3://b-1/x%{byte:02x}x"),
        ] {
            let parsed = Address::parse(&text).unwrap();
            let key = parsed.address.as_object().unwrap().key().to_owned();
            assert_eq!(key, format!("x{}x", char::from(byte)));
            assert_eq!(parsed.notices, []);
        }
    }
}

#[test]
fn the_stored_text_has_nothing_but_unreserved_characters_slashes_and_capital_escapes() {
    for byte in 1..=0x7f_u8 {
        let object = ObjectAddress::new(
            "my-bucket".parse().unwrap(),
            &format!("x{}", char::from(byte)),
            None,
        )
        .unwrap();
        let text = object.canonical();
        let key = text.strip_prefix("https://my-bucket.s3.amazonaws.com/x").unwrap();
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let expected = if is_plain {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        };
        assert_eq!(key, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_object_reads_back(
        bucket in "[a-z0-9][a-z0-9.-]{1,20}[a-z0-9]|[A-Za-z0-9_][A-Za-z0-9._-]{2,40}",
        key in "\\PC{1,40}|[ -~]{1,40}|[./%?#+&]{1,12}|(.|[\\x01-\\x1f]){1,20}",
        region in regions(),
    ) {
        // A few made-up names look like IP addresses and the like.
        if let Ok(bucket) = bucket.parse() {
            match ObjectAddress::new(bucket, &key, region) {
                Ok(object) => reads_back(&object),
                Err(error) => prop_assert!(matches!(error.code(), "address.dot_segment" | "address.nul"), "{}", error),
            }
        }
    }

    #[test]
    fn versions_read_back(version in "[!-~é ]{1,40}") {
        let mut text = "https://my-bucket.s3.amazonaws.com/k?versionId=".to_owned();
        for byte in version.bytes() {
            text.push_str(&format!("%{byte:02x}"));
        }
        let parsed = Address::parse(&text).unwrap();
        prop_assert_eq!(parsed.address.as_object().unwrap().version(), Some(version.as_str()));
        let again = Address::parse(&parsed.address.canonical()).unwrap();
        prop_assert_eq!(again.address, parsed.address);
    }

    #[test]
    fn whatever_is_accepted_reads_back_and_is_then_beyond_notice(text in "\
        (https?|s3)://\\PC{0,60}\
        |https?://([a-z0-9-]{3,8}\\.)?s3([.-](us-east-1|eu-west-1|dualstack|fips)){0,2}\\.amazonaws\\.com(/[ -~]{0,12}){0,3}(\\?[ -~]{0,20})?\
        |https?://[a-z0-9.\\[\\]:%-]{1,20}(/.{0,12}){0,3}") {
        if let Ok(parsed) = Address::parse(&text) {
            let stored = parsed.address.canonical();
            prop_assert!(stored.is_ascii());
            prop_assert!(!stored.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()));
            let again = Address::parse(&stored);
            prop_assert!(again.is_ok(), "{:?} from {:?}: {:?}", stored, text, again);
            let again = again.unwrap();
            prop_assert_eq!(&again.address, &parsed.address);
            prop_assert_eq!(again.address.canonical(), stored);
        }
    }

    #[test]
    fn under_an_endpoint_too_whatever_is_accepted_reads_back(
        endpoint in "https?://(localhost|127\\.0\\.0\\.1|\\[::1\\]|s3\\.example\\.com)(:9000|:443)?",
        host in "(https?://)(([a-zA-Z0-9.-]{1,9}\\.)?(localhost|127\\.1|\\[::1\\]|s3\\.example\\.com))(:9000|:443)?",
        path in "(/.{0,12}){0,3}",
    ) {
        let endpoint: Endpoint = endpoint.parse().unwrap();
        if let Ok(parsed) = Address::parse_with(&format!("{host}{path}"), Some(&endpoint)) {
            let again = Address::parse_with(&parsed.address.canonical(), Some(&endpoint)).unwrap();
            prop_assert_eq!(again.address, parsed.address);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*|\\PC*|(https?|s3):/{0,3}.*|[%.:/?#@\\[\\]éa0-]*") {
        let endpoint: Endpoint = "http://localhost:9000".parse().unwrap();
        for endpoint in [None, Some(&endpoint)] {
            if let Err(error) = Address::parse_with(&text, endpoint) {
                prop_assert!(error.code().starts_with("address."));
                prop_assert!(error.to_string().len() < 1_000);
            }
        }
    }
}
