//! Keys are kept byte for byte, and queries say what they may say.

use super::{object, parse};
use crate::address::Notice;

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
