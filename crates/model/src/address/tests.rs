//! The grammar of addresses, claim by claim.

mod forms;
mod keys;
mod places;
mod properties;
mod refusals;

use super::{Address, ObjectAddress, Parsed};

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
