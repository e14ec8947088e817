//! One page of ListObjectsV2: prefix, delimiter, start and limit over keys in byte order.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::objects::Object;

/// The most keys and common prefixes on one page.
pub(crate) const MAX_KEYS: usize = 1000;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Listing<'a> {
    pub prefix: &'a str,
    /// `None` or a non-empty string.
    pub delimiter: Option<&'a str>,
    /// List only what comes after this key (or after all keys below this common prefix).
    pub after: Option<&'a str>,
    pub max_keys: usize,
}

/// What is found: keys and common prefixes, both in order.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub objects: Vec<(String, Arc<Object>)>,
    pub common_prefixes: Vec<String>,
    /// Where the next page starts; `None` on the last one.
    pub next_after: Option<String>,
}

impl Listing<'_> {
    /// Collects one page. A common prefix costs one step, however many keys are below it.
    pub(crate) fn page(&self, keys: &BTreeMap<String, Arc<Object>>) -> Page {
        let mut page = Page::default();
        let limit = self.max_keys.min(MAX_KEYS);
        let mut last: Option<String> = None;
        let mut from = self.start();
        while let Some((key, object)) = keys.range::<String, _>((from, Bound::Unbounded)).next() {
            if !key.starts_with(self.prefix) {
                break;
            }
            if page.objects.len() + page.common_prefixes.len() == limit {
                page.next_after = last;
                break;
            }
            if let Some(common) = self.common_prefix(key) {
                page.common_prefixes.push(common.to_owned());
                last = Some(common.to_owned());
                from = beyond(common);
            } else {
                page.objects.push((key.clone(), Arc::clone(object)));
                last = Some(key.clone());
                from = Bound::Excluded(key.clone());
            }
        }
        page
    }

    fn start(&self) -> Bound<String> {
        match self.after {
            Some(after) if after >= self.prefix => {
                // A page that ended with a common prefix goes on behind everything below it.
                match self
                    .delimiter
                    .filter(|d| after.ends_with(d) && after.starts_with(self.prefix))
                {
                    Some(_) if after.len() > self.prefix.len() => beyond(after),
                    _ => Bound::Excluded(after.to_owned()),
                }
            }
            _ => Bound::Included(self.prefix.to_owned()),
        }
    }

    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let at = key[self.prefix.len()..].find(delimiter)?;
        Some(&key[..self.prefix.len() + at + delimiter.len()])
    }
}

/// The first place behind every key that starts with this text. `char::MAX` is the greatest character in UTF-8
/// order as well, and no key of 1,024 bytes is longer than the run of them.
fn beyond(prefix: &str) -> Bound<String> {
    let mut end = prefix.to_owned();
    end.extend(std::iter::repeat_n(
        char::MAX,
        crate::objects::MAX_KEY_BYTES / 4 + 1,
    ));
    Bound::Excluded(end)
}

/// A continuation token: opaque to the client, the place to go on to us.
pub(crate) fn token_of(after: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("1{after}"))
}

/// The place that a token names, or `None` if we never made it.
pub(crate) fn place_of(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    String::from_utf8(bytes)
        .ok()?
        .strip_prefix('1')
        .map(str::to_owned)
}

/// `encoding-type=url`, as S3 does it: form encoding, but `/` stays.
pub(crate) fn url_encoded(text: &str) -> String {
    const KEEP: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'*')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b' ');
    utf8_percent_encode(text, KEEP).to_string().replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn keys(names: &[&str]) -> BTreeMap<String, Arc<Object>> {
        let object = Arc::new(Object::in_memory("k", Bytes::new(), None, 0));
        names
            .iter()
            .map(|&name| (name.to_owned(), Arc::clone(&object)))
            .collect()
    }

    fn names(page: &Page) -> Vec<&str> {
        page.objects.iter().map(|(key, _)| key.as_str()).collect()
    }

    const TREE: [&str; 7] = ["a.txt", "b/1", "b/2", "b/c/3", "b0", "münzen.jpg", "z"];

    #[test]
    fn a_delimiter_folds_what_is_below_it() {
        let keys = keys(&TREE);
        let page = Listing {
            delimiter: Some("/"),
            max_keys: 1000,
            ..Listing::default()
        }
        .page(&keys);
        assert_eq!(names(&page), ["a.txt", "b0", "münzen.jpg", "z"]);
        assert_eq!(page.common_prefixes, ["b/"]);
        let below = Listing {
            prefix: "b/",
            delimiter: Some("/"),
            max_keys: 1000,
            after: None,
        }
        .page(&keys);
        assert_eq!(
            (names(&below), below.common_prefixes.as_slice()),
            (vec!["b/1", "b/2"], &["b/c/".into()][..])
        );
    }

    #[test]
    fn pages_of_any_size_give_every_entry_once() {
        let keys = keys(&TREE);
        for delimiter in [None, Some("/")] {
            for max_keys in 1..8 {
                let (mut seen, mut after) = (Vec::new(), None::<String>);
                loop {
                    let page = Listing {
                        delimiter,
                        max_keys,
                        after: after.as_deref(),
                        prefix: "",
                    }
                    .page(&keys);
                    assert!(page.objects.len() + page.common_prefixes.len() <= max_keys);
                    seen.extend(page.objects.iter().map(|(key, _)| key.clone()));
                    seen.extend(page.common_prefixes);
                    after = page.next_after;
                    if after.is_none() {
                        break;
                    }
                }
                seen.sort();
                let all = if delimiter.is_some() {
                    vec!["a.txt", "b/", "b0", "münzen.jpg", "z"]
                } else {
                    TREE.to_vec()
                };
                assert_eq!(seen, all, "delimiter {delimiter:?}, {max_keys} a page");
            }
        }
    }

    #[test]
    fn a_full_last_page_is_not_called_truncated() {
        let page = Listing {
            max_keys: 7,
            ..Listing::default()
        }
        .page(&keys(&TREE));
        assert_eq!((page.objects.len(), page.next_after), (7, None));
    }

    #[test]
    fn start_after_need_not_be_a_key() {
        let keys = keys(&TREE);
        let after = |after| {
            Listing {
                after: Some(after),
                max_keys: 1000,
                ..Listing::default()
            }
            .page(&keys)
        };
        assert_eq!(names(&after("b/15")), ["b/2", "b/c/3", "b0", "münzen.jpg", "z"]);
        assert_eq!(names(&after("zz")), Vec::<&str>::new());
    }

    #[test]
    fn a_token_is_read_back_and_a_foreign_one_is_refused() {
        assert_eq!(place_of(&token_of("münzen.jpg")).as_deref(), Some("münzen.jpg"));
        assert_eq!(place_of("not a token"), None);
        assert_eq!(place_of(""), None);
    }

    #[test]
    fn url_encoding_is_a_forms_with_slashes_kept() {
        assert_eq!(url_encoded("a b/100%+ü.jpg"), "a+b/100%25%2B%C3%BC.jpg");
    }
}
