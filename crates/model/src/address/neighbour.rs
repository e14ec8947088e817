//! Recognizes the addresses of a list that differ from the one before in their keys only: nearly all of most lists.

use super::{Address, Parsed, key};

/// The address of a row before, as far as the next one is likely to share it.
#[derive(Debug, Clone, Default)]
pub struct Neighbour {
    /// Up to the slash before the key; empty while there is none.
    head: String,
}

impl Neighbour {
    /// Remembers an address that was read from `text` and is kept as `kept`, if others can be recognized by it: an
    /// object in AWS's own form that was written as it is kept.
    pub fn learn(&mut self, text: &str, parsed: &Parsed, kept: &str) {
        let Address::Object(object) = &parsed.address else {
            return;
        };
        let is_plain = parsed.notices.is_empty() && parsed.storage.is_none() && text == kept;
        if !is_plain || object.endpoint().is_some() || object.version().is_some() {
            return;
        }
        let mut written_key = String::new();
        key::write_encoded(object.key(), &mut written_key);
        if let Some(head) = kept.strip_suffix(&written_key) {
            head.clone_into(&mut self.head);
        }
    }

    /// Whether `text` is surely an object of the same bucket, region and form, with nothing to say about it, and is
    /// kept as it is written. Reading it in full would tell nothing else.
    pub fn is_beside(&self, text: &str) -> bool {
        !self.head.is_empty()
            && text
                .strip_prefix(&self.head)
                .is_some_and(key::is_surely_canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADS: [&str; 3] = [
        "https://photos.s3.eu-central-1.amazonaws.com/",
        "https://photos.s3.amazonaws.com/",
        "https://s3.eu-central-1.amazonaws.com/my.photos/",
    ];

    fn neighbour(text: &str) -> Neighbour {
        let mut neighbour = Neighbour::default();
        let parsed = Address::parse(text).unwrap();
        neighbour.learn(text, &parsed, &parsed.address.canonical());
        neighbour
    }

    #[test]
    fn keys_written_as_they_are_kept_are_recognized() {
        for head in HEADS {
            let neighbour = neighbour(&format!("{head}a%20b/c-1.jpg"));
            assert!(neighbour.is_beside(&format!("{head}a%20b/c-2.jpg")), "{head}");
            assert!(neighbour.is_beside(&format!("{head}x")), "{head}");
        }
    }

    #[test]
    fn what_has_to_be_read_in_full_is_not_recognized() {
        let head = HEADS[0];
        let neighbour = neighbour(&format!("{head}a.jpg"));
        for rest in [
            "", "a b", "a+b", "a%2bb", "a%41", "a%00", "a%C3%A9", "%zz", "a%2", "a/../b", "./a", "a?x=1",
            "a#b", "é",
        ] {
            assert!(!neighbour.is_beside(&format!("{head}{rest}")), "{rest}");
        }
        assert!(!neighbour.is_beside(&format!("{head}{}", "a".repeat(1025))));
        assert!(!neighbour.is_beside("https://other.s3.eu-central-1.amazonaws.com/a.jpg"));
        assert!(!Neighbour::default().is_beside("a.jpg"));
    }

    #[test]
    fn nothing_is_learned_from_what_is_kept_otherwise() {
        for text in [
            "s3://photos/a.jpg",
            "https://photos.s3.eu-central-1.amazonaws.com/a+b",
            "https://photos.s3.eu-central-1.amazonaws.com/a?versionId=1",
            "https://photos.s3.dualstack.eu-central-1.amazonaws.com/a",
            "https://example.com/a.jpg",
        ] {
            assert_eq!(neighbour(text).head, "", "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_recognized_reads_and_writes_as_itself_in_the_same_bucket(
            head in proptest::sample::select(&HEADS[..]),
            key in "(?s)([a-zA-Z0-9._~/-]|%[0-9A-Fa-f]{2}|[ +?#%é!]){1,12}",
        ) {
            let (first, text) = (format!("{head}k"), format!("{head}{key}"));
            if neighbour(&first).is_beside(&text) {
                let first = Address::parse(&first).unwrap();
                let parsed = Address::parse(&text).unwrap();
                prop_assert!(parsed.notices.is_empty() && parsed.storage.is_none());
                prop_assert_eq!(parsed.address.canonical(), text);
                let (first, object) = (first.address.as_object().unwrap(), parsed.address.as_object().unwrap());
                prop_assert_eq!((first.bucket(), first.region()), (object.bucket(), object.region()));
                prop_assert!(object.version().is_none() && object.endpoint().is_none());
            }
        }
    }
}
