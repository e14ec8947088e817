//! Where buckets answer: the server of a region or of an endpoint, and how a bucket is named to it.

use std::borrow::Cow;
use std::fmt;

use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;

use crate::sigv4::{encode_path, write_path};

/// How a request names its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// In the host: `https://bucket.s3.eu-central-1.amazonaws.com/key`. A bucket whose name is more than one plain
    /// label is named in the path all the same.
    VirtualHost,
    /// At the start of the path: `https://minio.example.com:9000/bucket/key`.
    Path,
}

/// A server of buckets.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Site {
    scheme: &'static str,
    /// With the port, if it is not the scheme's own.
    host: String,
    style: Style,
}

impl Site {
    /// The server of a storage: its endpoint if it has one, else AWS's own for the region.
    pub fn of(region: &Region, endpoint: Option<&Endpoint>) -> Self {
        match endpoint {
            Some(endpoint) => Self::of_host(endpoint.is_secure(), endpoint.host_and_port()),
            None => Self::of_region(region.as_str(), region.partition().dns_suffix()),
        }
    }

    /// AWS's own server of a region.
    pub(crate) fn of_region(region: &str, dns_suffix: &str) -> Self {
        Self {
            scheme: "https",
            host: format!("s3.{region}.{dns_suffix}"),
            style: Style::VirtualHost,
        }
    }

    /// Any other server: buckets are named in the path, as few such servers know virtual hosts.
    pub(crate) fn of_host(is_tls: bool, host: impl Into<String>) -> Self {
        Self {
            scheme: if is_tls { "https" } else { "http" },
            host: host.into(),
            style: Style::Path,
        }
    }

    /// The same server with buckets always named in the path.
    pub(crate) fn in_path(mut self) -> Self {
        self.style = Style::Path;
        self
    }

    /// The host that a request about a bucket is sent to, with the port if it is not the scheme's own.
    pub fn host(&self, bucket: &str) -> Cow<'_, str> {
        match self.style_of(bucket) {
            Style::VirtualHost => Cow::Owned(format!("{bucket}.{}", self.host)),
            Style::Path => Cow::Borrowed(&self.host),
        }
    }

    /// Scheme and host for a bucket, such as `https://bucket.s3.eu-central-1.amazonaws.com`.
    pub fn origin(&self, bucket: &str) -> String {
        format!("{}://{}", self.scheme, self.host(bucket))
    }

    /// Scheme and host of the server itself, such as `https://s3.eu-central-1.amazonaws.com`.
    pub fn server_origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// The escaped path of an object.
    pub fn object_path(&self, bucket: &str, key: &str) -> String {
        let mut path = String::with_capacity(2 + bucket.len() + key.len() + 16);
        self.write_object_path(bucket, key, &mut path);
        path
    }

    /// The path of the bucket itself.
    pub fn bucket_path(&self, bucket: &str) -> String {
        match self.style_of(bucket) {
            Style::VirtualHost => "/".to_owned(),
            Style::Path => encode_path(&format!("/{bucket}")),
        }
    }

    pub(crate) fn scheme(&self) -> &'static str {
        self.scheme
    }

    pub(crate) fn write_object_path(&self, bucket: &str, key: &str, out: &mut String) {
        out.push('/');
        if self.style_of(bucket) == Style::Path {
            write_path(bucket, out);
            out.push('/');
        }
        write_path(key, out);
    }

    pub(crate) fn style_of(&self, bucket: &str) -> Style {
        if fits_in_host(bucket) {
            self.style
        } else {
            Style::Path
        }
    }
}

/// One label of a host name in lower case: no dot, which the certificate would not cover, and none of the capitals and
/// underscores of the oldest buckets.
fn fits_in_host(bucket: &str) -> bool {
    const LABEL_BYTES_MAX: usize = 63;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !bucket.is_empty() && bucket.len() <= LABEL_BYTES_MAX && bucket.bytes().all(is_plain)
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{} ({:?})", self.scheme, self.host, self.style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_in_the_host_of_its_region() {
        let site = Site::of_region("eu-central-1", "amazonaws.com");
        assert_eq!(
            site.origin("photos"),
            "https://photos.s3.eu-central-1.amazonaws.com"
        );
        assert_eq!(site.object_path("photos", "/a b"), "//a%20b");
        assert_eq!(site.bucket_path("photos"), "/");
    }

    #[test]
    fn a_bucket_with_a_dot_is_named_in_the_path_for_the_certificate_covers_one_label() {
        let site = Site::of_region("cn-north-1", "amazonaws.com.cn");
        assert_eq!(site.origin("my.photos"), "https://s3.cn-north-1.amazonaws.com.cn");
        assert_eq!(site.object_path("my.photos", "a"), "/my.photos/a");
        assert_eq!(
            site.origin("Old_Photos"),
            "https://s3.cn-north-1.amazonaws.com.cn"
        );
    }

    #[test]
    fn an_endpoint_takes_buckets_in_the_path() {
        let site = Site::of_host(false, "[::1]:9000");
        assert_eq!(site.origin("photos"), "http://[::1]:9000");
        assert_eq!(site.bucket_path("photos"), "/photos");
    }
}
