//! The Content-Security-Policy of pages: scripts, styles and fonts come from the hub, and pictures and fetches go to the
//! hub and to where the assets of the organization lie that is shown, nowhere else. A page that was opened before a storage
//! was added, or before a bucket was met for the first time, learns of it when it is opened again.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use insitu_cloud::site::Site;
use insitu_model::bucket::BucketName;
use insitu_model::endpoint::Endpoint;
use insitu_model::id::{OrganizationId, ProjectId, UserId};
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use insitu_store::asset_sources::{self, PublicOrigins};
use insitu_store::limits::MAX_SOURCES_PER_STORAGE;
use insitu_store::storages::Storage;
use insitu_store::{Error, Page, Tx, organizations, projects, storages};

use crate::hub::Hub;
use crate::own_files::BucketPlace;

/// In which a browser says which organization it shows; it chooses among the person's own.
pub const ORGANIZATION_COOKIE: &str = "insitu_organization";
/// Storages of one organization that a policy looks at.
const MAX_STORAGES: u32 = 1000;
/// Longest list of sources, in bytes: servers refuse headers that are much longer, and the list stands in it twice.
const MAX_BYTES: usize = 6 * 1024;

/// What is opened, and by whom.
#[derive(Debug, Clone)]
pub struct View {
    user: UserId,
    organization: Option<OrganizationId>,
    project: Option<ProjectId>,
}

impl View {
    /// This user opens the page at this path.
    pub fn of(user: UserId, headers: &HeaderMap, path: &str) -> Self {
        let jar = CookieJar::from_headers(headers);
        let chosen = jar.get(ORGANIZATION_COOKIE);
        let project = path.strip_prefix("/projects/");
        Self {
            user,
            organization: chosen.and_then(|cookie| cookie.value().parse().ok()),
            project: project.and_then(|rest| rest.split('/').next()?.parse().ok()),
        }
    }

    /// The organization that the browser shows, and that of the project in the address, which may be another. Where the
    /// browser does not say, all of the person's.
    fn organizations(&self, tx: &mut Tx) -> Result<Vec<OrganizationId>, Error> {
        let memberships = organizations::of_user(tx, self.user)?;
        let own: Vec<_> = memberships.into_iter().map(|one| one.organization.id).collect();
        let Some(shown) = self.organization.filter(|shown| own.contains(shown)) else {
            return Ok(own);
        };
        let mut found = vec![shown];
        for other in own.into_iter().filter(|other| *other != shown) {
            if let Some(project) = self.project
                && projects::is_archived(tx, other, project)?.is_some()
            {
                found.push(other);
            }
        }
        Ok(found)
    }
}

/// The policy of a page that nobody is signed in to.
pub fn of_nobody(public_url: &str) -> HeaderValue {
    policy(public_url, "")
}

/// The policy of a page that is opened so.
pub fn of_view(tx: &mut Tx, hub: &Hub, view: &View) -> Result<HeaderValue, Error> {
    let mut places = Places::default();
    places.origins.extend(hub.files.bucket().map(BucketPlace::origin));
    for organization in view.organizations(tx)? {
        places.add(tx, hub, organization)?;
    }
    Ok(policy(&hub.public_url, &places.sources(&hub.public_url)))
}

/// Where assets lie.
#[derive(Debug, Default)]
struct Places {
    /// Endpoints, and the origins of public assets.
    origins: BTreeSet<String>,
    /// Buckets at AWS that are known.
    buckets: BTreeMap<Region, BTreeSet<String>>,
    /// Regions of AWS in which any bucket may be meant.
    regions: BTreeSet<Region>,
    /// Public assets lie in more places than can be named, or nobody noted where.
    is_anywhere: bool,
}

impl Places {
    fn add(&mut self, tx: &mut Tx, hub: &Hub, organization: OrganizationId) -> Result<(), Error> {
        let page = Page {
            number: 1,
            limit: MAX_STORAGES,
        };
        let found = storages::list(tx, organization, page)?;
        self.is_anywhere |= found.total > u64::from(MAX_STORAGES);
        for storage in &found.rows {
            self.add_storage(storage, hub.cloud.elsewhere(storage.id));
        }
        match asset_sources::public_origins(tx, organization)? {
            PublicOrigins::These(public) => self.origins.extend(public),
            PublicOrigins::Any => self.is_anywhere = true,
        }
        Ok(())
    }

    /// `elsewhere`: buckets of it that were signed for in other regions than its own.
    fn add_storage(&mut self, storage: &Storage, elsewhere: Vec<(Region, BucketName)>) {
        if let Some(endpoint) = &storage.endpoint {
            let endpoint: Option<Endpoint> = endpoint.parse().ok();
            self.origins
                .extend(endpoint.map(|endpoint| endpoint.as_str().to_owned()));
            return;
        }
        for (region, bucket) in elsewhere {
            self.buckets.entry(region).or_default().insert(bucket.to_string());
        }
        let Ok(region) = storage.region.parse::<Region>() else {
            return;
        };
        let prefixes = storage.prefixes.iter();
        let named = prefixes.filter_map(|text| Some(text.parse::<Prefix>().ok()?.bucket().to_string()));
        let known: BTreeSet<String> = named.chain(storage.buckets.iter().cloned()).collect();
        // Where no bucket is known yet, the first one is shown without opening the page again.
        if known.is_empty() || storage.buckets.len() >= MAX_SOURCES_PER_STORAGE as usize {
            self.regions.insert(region);
        } else {
            self.buckets.entry(region).or_default().extend(known);
        }
    }

    /// As a policy names them: as exactly as there is room for.
    fn sources(&self, public_url: &str) -> String {
        if !self.is_anywhere {
            let regions: BTreeSet<&Region> = self.regions.iter().chain(self.buckets.keys()).collect();
            for list in [self.list(self.regions.iter()), self.list(regions)] {
                if list.len() <= MAX_BYTES {
                    return list;
                }
            }
        }
        anywhere(public_url).to_owned()
    }

    /// With any bucket of these regions, and those that are known of the others.
    fn list<'a>(&self, wide: impl IntoIterator<Item = &'a Region>) -> String {
        let mut sources = self.origins.clone();
        let wide: BTreeSet<&Region> = wide.into_iter().collect();
        for region in &wide {
            let server = Site::of(region, None).server_origin();
            sources.insert(server.replacen("://", "://*.", 1));
            sources.insert(server);
        }
        for (region, buckets) in self.buckets.iter().filter(|(region, _)| !wide.contains(region)) {
            let site = Site::of(region, None);
            sources.extend(buckets.iter().map(|bucket| source_of(&site, bucket)));
        }
        sources.into_iter().collect::<Vec<_>>().join(" ")
    }
}

/// Where a browser fetches what is in a bucket: its own host, or its folder of the server.
fn source_of(site: &Site, bucket: &str) -> String {
    let (origin, path) = (site.origin(bucket), site.bucket_path(bucket));
    if path == "/" {
        origin
    } else {
        format!("{origin}{path}/")
    }
}

/// Browsers refuse plain pictures in pages that came encrypted.
fn anywhere(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") {
        "https:"
    } else {
        "https: http:"
    }
}

fn policy(public_url: &str, buckets: &str) -> HeaderValue {
    let text = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; \
         img-src 'self' blob: data: {public_url} {buckets}; connect-src 'self' {public_url} {buckets}; \
         worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    );
    // Sources were parsed into ASCII without spaces; what is not goes nowhere.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "https://hub.example.com";

    fn region(name: &str) -> Region {
        name.parse().unwrap()
    }

    fn places(regions: &[&str], buckets: &[(&str, &str)]) -> Places {
        let mut places = Places::default();
        places.regions.extend(regions.iter().map(|name| region(name)));
        for (name, bucket) in buckets {
            let known = places.buckets.entry(region(name)).or_default();
            known.insert((*bucket).to_owned());
        }
        places
    }

    #[test]
    fn a_page_of_nobody_reaches_the_hub_alone() {
        let policy = of_nobody(HUB);
        let text = policy.to_str().unwrap();
        assert!(
            text.contains("connect-src 'self' https://hub.example.com ;"),
            "{text}"
        );
        assert!(text.contains("script-src 'self';"), "{text}");
    }

    #[test]
    fn a_known_bucket_is_named_as_its_urls_are_signed() {
        let places = places(
            &[],
            &[
                ("eu-central-1", "photos"),
                ("eu-central-1", "my.photos"),
                ("cn-north-1", "bilder"),
            ],
        );
        assert_eq!(
            places.sources(HUB),
            "https://bilder.s3.cn-north-1.amazonaws.com.cn https://photos.s3.eu-central-1.amazonaws.com \
             https://s3.eu-central-1.amazonaws.com/my.photos/"
        );
    }

    #[test]
    fn where_any_bucket_may_be_meant_its_region_is_named_and_no_other() {
        let places = places(&["us-gov-west-1"], &[("us-gov-west-1", "photos")]);
        assert_eq!(
            places.sources(HUB),
            "https://*.s3.us-gov-west-1.amazonaws.com https://s3.us-gov-west-1.amazonaws.com"
        );
    }

    #[test]
    fn more_buckets_than_a_header_holds_are_named_by_region_and_only_unknown_places_mean_anywhere() {
        let names: Vec<String> = (0..200).map(|n| format!("bucket-number-{n}")).collect();
        let many: Vec<_> = names.iter().map(|name| ("eu-west-1", name.as_str())).collect();
        let mut places = places(&[], &many);
        assert_eq!(
            places.sources(HUB),
            "https://*.s3.eu-west-1.amazonaws.com https://s3.eu-west-1.amazonaws.com"
        );
        places.is_anywhere = true;
        assert_eq!(places.sources(HUB), "https:");
        assert_eq!(places.sources("http://localhost:8080"), "https: http:");
    }
}
