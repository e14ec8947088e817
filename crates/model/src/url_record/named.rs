//! Objects as records of signed URLs name them: by where a URL led, in whichever region it was signed for.

use std::collections::HashSet;

use crate::address::{Address, ObjectAddress};
use crate::endpoint::Endpoint;

/// Objects that are looked for among what records name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedObjects {
    /// Where they are: each server once.
    servers: Vec<Option<Endpoint>>,
    /// Without region and version, which a URL may name and an address may not.
    objects: HashSet<ObjectAddress>,
    /// Those that are in no bucket of a storage.
    addresses: HashSet<String>,
}

impl NamedObjects {
    /// Adds what this address means, through a storage with this endpoint.
    pub fn add(&mut self, address: &str, endpoint: Option<&Endpoint>) {
        match object_of(address, endpoint) {
            Some(object) => {
                let server = endpoint.cloned();
                self.objects.insert(object.with_endpoint(server.clone()));
                if !self.servers.contains(&server) {
                    self.servers.push(server);
                }
            }
            None => drop(self.addresses.insert(address.to_owned())),
        }
    }

    /// Whether a record that names this means one of them.
    pub fn have(&self, named: &str) -> bool {
        let is_at = |server: &Option<Endpoint>| {
            object_of(named, server.as_ref()).is_some_and(|object| self.objects.contains(&object))
        };
        self.addresses.contains(named) || self.servers.iter().any(is_at)
    }
}

/// The object that an address means, and where: nothing else of what it says.
fn object_of(address: &str, endpoint: Option<&Endpoint>) -> Option<ObjectAddress> {
    let parsed = Address::parse_with(address, endpoint).ok()?;
    let object = parsed.address.as_object()?;
    let bare = ObjectAddress::new(object.bucket().clone(), object.key(), None).ok()?;
    Some(bare.with_endpoint(object.endpoint().cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_known_whatever_region_and_version_a_url_names_and_however_it_is_written() {
        let mut wanted = NamedObjects::default();
        wanted.add("s3://photos/a%20(b).jpg", None);
        for named in [
            "https://photos.s3.eu-central-1.amazonaws.com/a%20%28b%29.jpg",
            "https://photos.s3.amazonaws.com/a%20(b).jpg?versionId=v1",
            "https://s3.us-west-2.amazonaws.com/photos/a%20%28b%29.jpg",
        ] {
            assert!(wanted.have(named), "{named}");
        }
        for other in [
            "https://photos.s3.amazonaws.com/a%20(b).jpeg",
            "https://others.s3.amazonaws.com/a%20(b).jpg",
            "http://minio:9000/photos/a%20(b).jpg",
            "",
        ] {
            assert!(!wanted.have(other), "{other}");
        }
    }

    #[test]
    fn an_object_at_an_endpoint_is_not_the_one_of_that_name_at_aws() {
        let endpoint: Endpoint = "http://minio:9000".parse().unwrap();
        let mut wanted = NamedObjects::default();
        wanted.add("s3://photos/a.jpg", Some(&endpoint));
        assert!(wanted.have("http://minio:9000/photos/a.jpg"));
        assert!(!wanted.have("http://minio:9001/photos/a.jpg"));
        assert!(!wanted.have("https://photos.s3.amazonaws.com/a.jpg"));
        wanted.add("https://hub.example/v2/files/p/assets/a.jpg", None);
        assert!(wanted.have("https://hub.example/v2/files/p/assets/a.jpg"));
        assert!(!wanted.have("https://hub.example/v2/files/p/assets/b.jpg"));
    }
}
