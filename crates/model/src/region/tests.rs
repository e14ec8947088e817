use super::*;
use proptest::prelude::*;

#[test]
fn the_list_is_in_order_so_that_the_search_finds_everything() {
    assert!(list::REGIONS.is_sorted_by(|a, b| a.name < b.name));
    for region in Region::all() {
        assert_eq!(Region::find(region.as_str()), Some(region.clone()));
        assert!(region.description().is_some());
    }
}

#[test]
fn regions_know_their_partition() {
    for (name, partition, suffix) in [
        ("eu-central-1", Partition::Aws, "amazonaws.com"),
        ("cn-north-1", Partition::AwsCn, "amazonaws.com.cn"),
        ("cn-northwest-1", Partition::AwsCn, "amazonaws.com.cn"),
        ("us-gov-west-1", Partition::AwsUsGov, "amazonaws.com"),
        ("us-gov-east-1", Partition::AwsUsGov, "amazonaws.com"),
        ("eusc-de-east-1", Partition::AwsEusc, "amazonaws.eu"),
        ("us-isob-east-1", Partition::AwsIsoB, "sc2s.sgov.gov"),
    ] {
        let region: Region = name.parse().unwrap();
        assert_eq!(
            (region.partition(), region.partition().dns_suffix()),
            (partition, suffix)
        );
    }
    assert_eq!(Partition::AwsUsGov.as_str(), "aws-us-gov");
}

#[test]
fn a_slip_of_the_pen_is_answered_with_the_region_that_was_meant() {
    for (typed, meant) in [
        ("eu-central1", "eu-central-1"),
        ("EU-CENTRAL-1", "eu-central-1"),
        ("us_west_2", "us-west-2"),
        ("us-esat-1", "us-east-1"),
        ("eu central 1", "eu-central-1"),
        ("Frankfurt", "eu-central-1"),
        ("n. virginia", "us-east-1"),
    ] {
        let error = typed.parse::<Region>().unwrap_err();
        assert_eq!(error.code(), "region.unknown");
        assert_eq!(
            error.to_string(),
            format!("AWS has no region \"{typed}\": did you mean {meant}?")
        );
    }
}

#[test]
fn a_region_that_resembles_none_is_refused_without_a_guess() {
    for typed in ["", "mars-north-1", "auto", "aws-global", &"x".repeat(5_000)] {
        let error = typed.parse::<Region>().unwrap_err();
        assert!(error.to_string().contains("such as eu-central-1"), "{error}");
    }
}

#[test]
fn with_an_endpoint_any_plain_name_will_do() {
    assert_eq!(Region::parse("auto", true).unwrap().as_str(), "auto");
    assert_eq!(Region::parse("eu-central-1", true), "eu-central-1".parse());
    for typed in ["", "a b", "eu/1", "é", &"x".repeat(65)] {
        assert_eq!(
            Region::parse(typed, true).unwrap_err().code(),
            "region.malformed",
            "{typed}"
        );
    }
}

#[test]
fn space_around_a_region_is_forgiven() {
    assert_eq!(" us-east-1\n".parse::<Region>().unwrap(), Region::US_EAST_1);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String, has_endpoint: bool) {
        let _ = Region::parse(&text, has_endpoint);
    }
}
