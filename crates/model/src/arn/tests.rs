use super::*;
use proptest::prelude::*;

#[test]
fn a_role_tells_its_partition_account_path_and_name() {
    for (arn, partition, path, name) in [
        (
            "arn:aws:iam::123456789012:role/insitu",
            Partition::Aws,
            "/",
            "insitu",
        ),
        (
            "arn:aws:iam::123456789012:role/a/b/in+=,.@-_1",
            Partition::Aws,
            "/a/b/",
            "in+=,.@-_1",
        ),
        (
            "arn:aws-cn:iam::123456789012:role/insitu",
            Partition::AwsCn,
            "/",
            "insitu",
        ),
        (
            "arn:aws-us-gov:iam::123456789012:role/x",
            Partition::AwsUsGov,
            "/",
            "x",
        ),
        (
            " arn:aws:iam::123456789012:role/aws-reserved/sso/r\n",
            Partition::Aws,
            "/aws-reserved/sso/",
            "r",
        ),
    ] {
        let role: RoleArn = arn.parse().unwrap();
        assert_eq!(role.as_str(), arn.trim());
        assert_eq!(role.account_id(), "123456789012");
        assert_eq!(
            (role.partition(), role.path(), role.name()),
            (partition, path, name)
        );
    }
}

#[test]
fn what_is_not_a_role_is_refused_with_what_to_do() {
    let long = format!("arn:aws:iam::123456789012:role/{}", "x".repeat(65));
    let longer = "x".repeat(3_000);
    for (arn, reason) in [
        ("", "write it as"),
        ("insitu", "write it as"),
        ("arn:aws:iam::123456789012", "write it as"),
        ("arn:aws:iam::123456789012:", "write it as"),
        ("arn:azure:iam::123456789012:role/x", "no partition"),
        ("arn:AWS:iam::123456789012:role/x", "no partition"),
        ("arn:aws:iam:eu-west-1:123456789012:role/x", "no regions"),
        ("arn:aws:iam::12345678901:role/x", "12 digits"),
        ("arn:aws:iam::12345678901x:role/x", "12 digits"),
        ("arn:aws:iam::1234567890123:role/x", "12 digits"),
        ("arn:aws:iam::123456789012:user/x", "names a user"),
        ("arn:aws:iam::123456789012:policy/x", "names a policy"),
        ("arn:aws:iam::123456789012:instance-profile/x", "instance profile"),
        (
            "arn:aws:sts::123456789012:assumed-role/x/me",
            "arn:aws:iam::123456789012:role/x",
        ),
        ("arn:aws:s3:::bucket", "12 digits"),
        ("arn:aws:iam::123456789012:role", "its name must be"),
        ("arn:aws:iam::123456789012:role/", "its name must be"),
        ("arn:aws:iam::123456789012:role/a b", "its name must be"),
        ("arn:aws:iam::123456789012:role/ä", "its name must be"),
        ("arn:aws:iam::123456789012:role/ä/b", "its path must be"),
        (&long, "its name must be"),
        (&longer, "at most 2048"),
    ] {
        let error = arn.parse::<RoleArn>().unwrap_err();
        assert_eq!(error.code(), "arn.malformed");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn principals_of_every_kind_are_read() {
    for arn in [
        "arn:aws:iam::123456789012:user/insitu-hub",
        "arn:aws:iam::123456789012:user/team/insitu-hub",
        "arn:aws:iam::123456789012:role/hub",
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:assumed-role/hub/i-0abc",
        "arn:aws-cn:sts::123456789012:federated-user/bob",
    ] {
        assert_eq!(arn.parse::<PrincipalArn>().unwrap().as_str(), arn);
    }
    for arn in [
        "arn:aws:sts::123456789012:assumed-role/hub",
        "arn:aws:iam::123456789012:group/x",
        "*",
        "root",
    ] {
        assert!(arn.parse::<PrincipalArn>().is_err(), "{arn}");
    }
}

#[test]
fn a_trust_policy_names_the_role_of_a_session() {
    let session: PrincipalArn = "arn:aws:sts::123456789012:assumed-role/hub/i-0abc"
        .parse()
        .unwrap();
    assert_eq!(session.to_trust().as_str(), "arn:aws:iam::123456789012:role/hub");
    let user: PrincipalArn = "arn:aws:iam::123456789012:user/hub".parse().unwrap();
    assert_eq!(user.to_trust(), user);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String) {
        let _ = text.parse::<RoleArn>();
        let _ = format!("arn:aws:iam::123456789012:role/{text}").parse::<RoleArn>().map(|role| {
            (role.name().len(), role.path().len())
        });
        let _ = text.parse::<PrincipalArn>();
    }
}
