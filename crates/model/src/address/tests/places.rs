//! What is not at AWS is under the storage's endpoint, or public.

use super::parse;
use crate::address::{Address, Notice};
use crate::endpoint::Endpoint;

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
