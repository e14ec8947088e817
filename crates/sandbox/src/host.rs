//! What a Host header says: the bucket of a virtual-hosted request, and the region of a regional endpoint.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// The domains below which S3's host names are understood. A host outside them names no bucket: path style.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    domains: Vec<String>,
}

/// A host name, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HostParts {
    pub bucket: Option<String>,
    pub region: Option<String>,
    /// The name without bucket and service labels, port included: what other regions' endpoints are named by.
    pub base: String,
}

impl HostParts {
    /// Is it an IP address, such as `127.0.0.1:9000`?
    pub(crate) fn is_address(&self) -> bool {
        let name = self.base.parse::<std::net::SocketAddr>().map(drop);
        name.is_ok() || self.base.parse::<std::net::IpAddr>().is_ok()
    }
}

impl Hosts {
    pub(crate) fn new(more: &[String]) -> Self {
        let known = ["localhost", "amazonaws.com", "amazonaws.com.cn"].map(str::to_owned);
        Self {
            domains: more.iter().map(|d| d.to_ascii_lowercase()).chain(known).collect(),
        }
    }

    /// `bucket.localhost:9000`, `bucket.s3.eu-central-1.localhost`, `s3.us-east-1.localhost`, `127.0.0.1:9000` …
    pub(crate) fn parse(&self, host: &str) -> HostParts {
        let host = host.to_ascii_lowercase();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, format!(":{port}")),
            _ => (host.as_str(), String::new()),
        };
        for domain in &self.domains {
            let Some(rest) = name.strip_suffix(domain.as_str()) else {
                continue;
            };
            let base = format!("{domain}{port}");
            match rest.strip_suffix('.') {
                Some(labels) if !labels.is_empty() => return parse_labels(labels, base),
                None if rest.is_empty() => {
                    return HostParts {
                        base,
                        ..HostParts::default()
                    };
                }
                _ => {}
            }
        }
        HostParts {
            base: host,
            ..HostParts::default()
        }
    }
}

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let parts = self.parse(host);
        let mut found = VirtualHost::new(parts.base);
        if let Some(bucket) = parts.bucket {
            found = found.with_bucket(bucket);
        }
        if let Some(region) = parts.region {
            found = found.with_region(region);
        }
        Ok(found)
    }
}

/// The labels before the domain: an optional bucket, which may hold dots itself, then the service and its region.
fn parse_labels(labels: &str, base: String) -> HostParts {
    let all: Vec<&str> = labels.split('.').collect();
    let (service_at, region) = match all.as_slice() {
        [.., "s3" | "sts" | "s3-fips" | "s3-accelerate"] => (all.len() - 1, None),
        [.., "s3" | "s3-fips", "dualstack", region] if is_region(region) => (all.len() - 3, Some(*region)),
        [.., "s3" | "s3-fips" | "sts" | "sts-fips", region] if is_region(region) => {
            (all.len() - 2, Some(*region))
        }
        [.., dashed] if dashed.strip_prefix("s3-").is_some_and(is_region) => {
            (all.len() - 1, dashed.strip_prefix("s3-"))
        }
        _ => (all.len(), None),
    };
    let bucket = all[..service_at].join(".");
    HostParts {
        bucket: (!bucket.is_empty()).then_some(bucket),
        region: region.map(str::to_owned),
        base,
    }
}

/// Does this look like a region: words with dashes between and a number at the end?
pub(crate) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let (Some((number, words)), true) = (parts.split_last(), parts.len() >= 3) else {
        return false;
    };
    number.len() == 1
        && number.bytes().all(|b| b.is_ascii_digit())
        && words
            .iter()
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_gives_bucket_and_region() {
        let hosts = Hosts::new(&["sandbox.test".to_owned()]);
        for (host, bucket, region) in [
            ("127.0.0.1:9000", None, None),
            ("[::1]:9000", None, None),
            ("localhost:9000", None, None),
            ("sandbox:9000", None, None),
            ("photos.localhost:9000", Some("photos"), None),
            ("my.photos.localhost", Some("my.photos"), None),
            ("s3.localhost", None, None),
            ("s3.eu-central-1.localhost:9000", None, Some("eu-central-1")),
            ("photos.s3.localhost", Some("photos"), None),
            (
                "photos.s3.eu-central-1.localhost:9000",
                Some("photos"),
                Some("eu-central-1"),
            ),
            (
                "my.photos.s3.us-gov-west-1.amazonaws.com",
                Some("my.photos"),
                Some("us-gov-west-1"),
            ),
            (
                "photos.s3-us-west-2.amazonaws.com",
                Some("photos"),
                Some("us-west-2"),
            ),
            (
                "photos.s3.dualstack.us-west-2.amazonaws.com",
                Some("photos"),
                Some("us-west-2"),
            ),
            ("sts.eu-central-1.localhost", None, Some("eu-central-1")),
            (
                "photos.s3.cn-north-1.amazonaws.com.cn",
                Some("photos"),
                Some("cn-north-1"),
            ),
            ("Photos.SANDBOX.test", Some("photos"), None),
        ] {
            let parts = hosts.parse(host);
            assert_eq!(
                (parts.bucket.as_deref(), parts.region.as_deref()),
                (bucket, region),
                "{host}"
            );
        }
    }

    #[test]
    fn a_domain_is_matched_at_a_dot() {
        assert_eq!(Hosts::new(&[]).parse("notlocalhost").bucket, None);
    }
}
