use super::*;
use proptest::prelude::*;

#[test]
fn an_authority_is_a_host_and_perhaps_a_port() {
    for (text, host, port) in [
        ("example.com", "example.com", None),
        ("example.com:8080", "example.com", Some(8080)),
        ("example.com:", "example.com", None),
        ("[::1]", "[::1]", None),
        ("[2001:db8::1]:9000", "[2001:db8::1]", Some(9000)),
    ] {
        assert_eq!(split_authority(text), Ok(Authority { host, port }));
    }
    for (text, error) in [
        ("", AuthorityError::Host),
        (":80", AuthorityError::Host),
        ("a:b@c", AuthorityError::UserInfo),
        ("a:65536", AuthorityError::Port),
        ("a:+80", AuthorityError::Port),
        ("a:80:80", AuthorityError::Port),
        ("[::1]:x", AuthorityError::Port),
    ] {
        assert_eq!(split_authority(text), Err(error), "{text}");
    }
}

#[test]
fn every_spelling_of_an_ipv4_address_is_that_address() {
    for text in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0X7F.0.0.0x1",
        "127.0x000000000000000001",
    ] {
        assert_eq!(Host::parse(text).unwrap().text, "127.0.0.1", "{text}");
    }
    assert_eq!(Host::parse("0x.0x.0").unwrap().text, "0.0.0.0");
}

#[test]
fn a_name_that_ends_in_a_number_and_is_no_address_is_no_host() {
    for text in [
        "256.0.0.1",
        "1.2.3.4.5",
        "127.0.0.09",
        "a.1",
        "4294967296",
        "1.2.3.256",
        "foo.0x1",
        "08",
    ] {
        assert_eq!(Host::parse(text), None, "{text}");
    }
}

#[test]
fn names_are_lower_case_without_a_trailing_dot() {
    for (text, name) in [
        ("Example.COM.", "example.com"),
        ("a_b.example", "a_b.example"),
        ("xn--mller-kva.de", "xn--mller-kva.de"),
    ] {
        assert_eq!(Host::parse(text).unwrap().text, name);
    }
    for text in [
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a b",
        "müller.de",
        "１２７.０.０.１",
        "%31",
        "a\\b",
        "[::1",
        "[fe80::1%25eth0]",
        "[1.2.3.4]",
    ] {
        assert_eq!(Host::parse(text), None, "{text}");
    }
    assert_eq!(Host::parse(&"x".repeat(64)), None);
    assert_eq!(Host::parse(&"x.".repeat(150)), None);
}

#[test]
fn hosts_that_are_not_on_the_internet_are_private() {
    for text in [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "localhost.localdomain",
        "127.1",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "0.0.0.0",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:db8::1]",
        "[fec0::1]",
        "[100::1]",
    ] {
        assert!(Host::parse(text).unwrap().is_private(), "{text}");
    }
}

#[test]
fn hosts_on_the_internet_are_not_private() {
    for text in [
        "example.com",
        "localhost.example.com",
        "notlocalhost",
        "8.8.8.8",
        "172.32.0.1",
        "172.15.0.1",
        "192.169.0.1",
        "100.128.0.1",
        "169.253.0.1",
        "[2606:4700::1111]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[2002:808:808::]",
    ] {
        assert!(!Host::parse(text).unwrap().is_private(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|[0-9a-fx.:\\[\\]]*") {
        let _ = split_authority(&text);
        if let Some(host) = Host::parse(&text) {
            prop_assert_eq!(Host::parse(&host.text).unwrap(), host.clone());
        }
    }

    #[test]
    fn every_ipv4_address_is_read_from_its_number(bits: u32) {
        let ip = Ipv4Addr::from(bits);
        prop_assert_eq!(Host::parse(&bits.to_string()).unwrap().ip, Some(IpAddr::V4(ip)));
        let hex = format!("0x{bits:x}");
        prop_assert_eq!(Host::parse(&hex).unwrap().text, ip.to_string());
        prop_assert_eq!(is_public_ip(IpAddr::V6(ip.to_ipv6_mapped())), is_public_ip(IpAddr::V4(ip)));
    }
}
