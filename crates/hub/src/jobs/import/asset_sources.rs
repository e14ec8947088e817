//! Where the assets of a list lie, each place once: the buckets of storages, and the origins of public addresses.

use std::collections::HashSet;

use insitu_model::address::Address;
use insitu_model::id::StorageId;
use insitu_store::asset_sources::Source;

/// Places that are remembered of one list; beyond, one may be noted twice, which changes nothing.
const MAX_REMEMBERED: usize = 4096;

/// The places that were met.
#[derive(Debug, Default)]
pub struct Sources {
    known: HashSet<Source>,
    new: Vec<Source>,
    /// What the address before was reached through.
    storage: Option<StorageId>,
}

impl Sources {
    /// Whether the address before was reached through the same storage, so that one beside it is in a known place.
    pub fn are_of(&self, storage: Option<StorageId>) -> bool {
        self.storage == storage
    }

    /// Notes the place of an address that is kept as `text`.
    pub fn note(&mut self, address: &Address, storage: Option<StorageId>, text: &str) {
        self.storage = storage;
        let source = match (address, storage) {
            (Address::Object(object), Some(_)) => Source {
                storage,
                text: object.bucket().to_string(),
            },
            (Address::Object(_), None) | (Address::Public(_), _) => Source {
                storage: None,
                text: origin(text).to_owned(),
            },
        };
        if self.known.contains(&source) {
            return;
        }
        if self.known.len() < MAX_REMEMBERED {
            self.known.insert(source.clone());
        }
        self.new.push(source);
    }

    /// Those that were met since this was last asked.
    pub fn take_new(&mut self) -> Vec<Source> {
        std::mem::take(&mut self.new)
    }
}

/// `https://host:port` of an address.
fn origin(text: &str) -> &str {
    let host = text.find("://").map_or(0, |at| at + 3);
    let rest = text.get(host..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).map_or(text.len(), |at| host + at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(sources: &mut Sources, text: &str, storage: Option<StorageId>) -> Vec<String> {
        let address = Address::parse(text).unwrap().address;
        sources.note(&address, storage, &address.canonical());
        sources.take_new().into_iter().map(|source| source.text).collect()
    }

    #[test]
    fn each_place_is_named_once_by_bucket_or_origin() {
        let mut sources = Sources::default();
        let storage = Some(StorageId::from_bytes([7; 12]));
        let object = "https://photos.s3.eu-central-1.amazonaws.com/a/b.jpg";
        assert_eq!(noted(&mut sources, object, storage), ["photos"]);
        assert!(noted(&mut sources, object, storage).is_empty());
        assert!(sources.are_of(storage) && !sources.are_of(None));
        assert_eq!(
            noted(&mut sources, object, None),
            ["https://photos.s3.eu-central-1.amazonaws.com"]
        );
        assert_eq!(
            noted(&mut sources, "http://example.com:8080/x?y=/z", storage),
            ["http://example.com:8080"]
        );
    }
}
