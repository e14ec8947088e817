//! Links that were handed out with a list a short while ago: lists are asked for again and again while something runs.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use insitu_model::id::{ApiKeyId, UserId};

use crate::cloud_access::AssetUrl;

/// For how long the same link to the same people is one record, in milliseconds.
const WITHIN_MS: i64 = 60 * 60 * 1000;
/// The most that are remembered; beyond it everything is forgotten, and put on record again.
const MOST: usize = 10_000;

/// Who is handed a link, with which key, at which address.
pub(super) type ToWhom = (UserId, Option<ApiKeyId>, Option<IpAddr>);

/// What was handed to whom within this hour.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    known: Mutex<Known>,
    /// Of this process alone: nobody can make a link that is taken for another one.
    hashing: RandomState,
}

#[derive(Debug, Default)]
struct Known {
    hour: i64,
    links: HashSet<u64>,
}

impl Repeated {
    /// Whether it is on record already.
    pub fn knows(&self, to_whom: &ToWhom, link: &AssetUrl, now_ms: i64) -> bool {
        self.at(now_ms).links.contains(&self.mark(to_whom, link))
    }

    /// It is on record now.
    pub fn note(&self, to_whom: &ToWhom, link: &AssetUrl, now_ms: i64) {
        let mut known = self.at(now_ms);
        if known.links.len() >= MOST {
            known.links.clear();
        }
        known.links.insert(self.mark(to_whom, link));
    }

    fn at(&self, now_ms: i64) -> MutexGuard<'_, Known> {
        let hour = now_ms.div_euclid(WITHIN_MS);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.hour != hour {
            *known = Known {
                hour,
                links: HashSet::new(),
            };
        }
        known
    }

    fn mark(&self, to_whom: &ToWhom, link: &AssetUrl) -> u64 {
        self.hashing.hash_one((to_whom, &link.url, link.expires_at_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_link_to_the_same_people_is_known_for_an_hour() {
        let repeated = Repeated::default();
        let user = |digit: &str| digit.repeat(24).parse::<UserId>().unwrap();
        let link = |url: &str| AssetUrl {
            url: url.into(),
            expires_at_ms: Some(1),
            corrected_region: None,
        };
        let (ada, bob) = ((user("a"), None, None), (user("b"), None, None));
        let (first, second) = (link("https://hub/1"), link("https://hub/2"));
        assert!(!repeated.knows(&ada, &first, 0));
        repeated.note(&ada, &first, 0);
        assert!(repeated.knows(&ada, &first, WITHIN_MS - 1));
        assert!(!repeated.knows(&bob, &first, 0), "another person");
        assert!(!repeated.knows(&ada, &second, 0), "another link");
        assert!(!repeated.knows(&ada, &first, WITHIN_MS), "another hour");
    }
}
