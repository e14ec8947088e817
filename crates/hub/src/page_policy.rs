//! The Content-Security-Policy of pages: scripts, styles and fonts come from the hub, and pictures and fetches go to the
//! hub and to where the assets of the caller's organizations lie, nowhere else. A page that was opened before a storage
//! was added learns of it when it is opened again.

use std::collections::BTreeSet;

use axum::http::HeaderValue;
use insitu_model::endpoint::Endpoint;
use insitu_model::id::UserId;
use insitu_model::region::Region;
use insitu_store::asset_sources::{self, PublicOrigins};
use insitu_store::storages::Storage;
use insitu_store::{Error, Page, Tx, organizations, storages};

/// Where the pictures of any new storage come from, so that it can be tried before it is saved.
const AWS: &str = "https://*.amazonaws.com";
/// Storages of one organization that a policy looks at.
const MAX_STORAGES: u32 = 1000;
/// Longest list of origins, in bytes: servers refuse headers that are much longer.
const MAX_BYTES: usize = 6 * 1024;

/// The policy of a page that nobody is signed in to.
pub fn of_nobody(public_url: &str) -> HeaderValue {
    policy(public_url, "")
}

/// The policy of a page that this person opens. `own` is where the bucket of the hub's own storage answers, if it has
/// one.
pub fn of_user(
    tx: &mut Tx,
    user: UserId,
    public_url: &str,
    own: Option<String>,
) -> Result<HeaderValue, Error> {
    let mut origins = BTreeSet::from([AWS.to_owned()]);
    origins.extend(own.filter(|origin| !is_aws(origin)));
    let mut is_any = false;
    for membership in organizations::of_user(tx, user)? {
        let organization = membership.organization.id;
        let page = Page {
            number: 1,
            limit: MAX_STORAGES,
        };
        let found = storages::list(tx, organization, page)?;
        is_any |= found.total > u64::from(MAX_STORAGES);
        origins.extend(found.rows.iter().filter_map(origin_of));
        match asset_sources::public_origins(tx, organization)? {
            PublicOrigins::These(public) => origins.extend(public.into_iter().filter(|one| !is_aws(one))),
            PublicOrigins::Any => is_any = true,
        }
    }
    let list = origins.into_iter().collect::<Vec<_>>().join(" ");
    Ok(if is_any || list.len() > MAX_BYTES {
        policy(public_url, anywhere(public_url))
    } else {
        policy(public_url, &list)
    })
}

/// Browsers refuse plain pictures in pages that came encrypted.
fn anywhere(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") {
        "https:"
    } else {
        "https: http:"
    }
}

/// Where a browser fetches what a storage reaches.
fn origin_of(storage: &Storage) -> Option<String> {
    match &storage.endpoint {
        Some(endpoint) => Some(endpoint.parse::<Endpoint>().ok()?.as_str().to_owned()),
        None => {
            let region: Region = storage.region.parse().ok()?;
            Some(format!("https://*.{}", region.partition().dns_suffix()))
        }
    }
}

fn is_aws(origin: &str) -> bool {
    origin.starts_with("https://") && origin.ends_with(".amazonaws.com")
}

fn policy(public_url: &str, buckets: &str) -> HeaderValue {
    let text = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; \
         img-src 'self' blob: data: {public_url} {buckets}; connect-src 'self' {public_url} {buckets}; \
         worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    );
    // Origins were parsed into ASCII without spaces; what is not goes nowhere.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_nobody_reaches_the_hub_alone() {
        let policy = of_nobody("https://hub.example.com");
        let text = policy.to_str().unwrap();
        assert!(
            text.contains("connect-src 'self' https://hub.example.com ;"),
            "{text}"
        );
        assert!(text.contains("script-src 'self';"), "{text}");
    }

    #[test]
    fn only_names_below_amazons_are_amazons() {
        assert!(is_aws("https://photos.s3.eu-central-1.amazonaws.com"));
        for other in [
            "http://a.amazonaws.com",
            "https://a.amazonaws.com.evil.example",
            "https://amazonaws.com:8443",
        ] {
            assert!(!is_aws(other), "{other}");
        }
    }
}
