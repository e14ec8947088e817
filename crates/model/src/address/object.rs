//! An object in a bucket: what an address comes down to.

use crate::address::{AddressError, key};
use crate::bucket::BucketName;
use crate::endpoint::Endpoint;
use crate::region::{Partition, Region};

/// A bucket and a key, and what the address said about region, version and server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectAddress {
    bucket: BucketName,
    key: String,
    region: Option<Region>,
    version: Option<String>,
    endpoint: Option<Endpoint>,
}

impl ObjectAddress {
    /// The address of an object that is known by bucket and key, as a listing gives them.
    pub fn new(bucket: BucketName, key: &str, region: Option<Region>) -> Result<Self, AddressError> {
        if key.is_empty() {
            return Err(AddressError::NoKey);
        }
        key::check(key)?;
        Ok(Self::from_checked(bucket, key.to_owned(), region, None, None))
    }

    pub(super) fn from_checked(
        bucket: BucketName,
        key: String,
        region: Option<Region>,
        version: Option<String>,
        endpoint: Option<Endpoint>,
    ) -> Self {
        Self {
            bucket,
            key,
            region,
            version,
            endpoint,
        }
    }

    /// The bucket.
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// The key, decoded: 1 to 1024 bytes of UTF-8, without NUL.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The region that the address names. None means `us-east-1`, unless the bucket turns out to be elsewhere.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The version that the address names, decoded; none means the newest.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The endpoint that the address was written under, if it was not written in AWS's own form.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.as_ref()
    }

    /// The part of AWS that the address leads to.
    pub fn partition(&self) -> Partition {
        self.region.as_ref().map_or(Partition::Aws, Region::partition)
    }

    /// The same object, once its bucket's region is known.
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// The same object at a server other than AWS's own, if there is one.
    pub fn with_endpoint(mut self, endpoint: Option<Endpoint>) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The text to store. Reading it again (with the same endpoint) gives this address.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    /// Appends the text to store: virtual-hosted where the bucket's name fits in a host, path-style where it does not
    /// and under an endpoint.
    pub fn write_canonical(&self, out: &mut String) {
        match (&self.endpoint, self.bucket.fits_in_host()) {
            (Some(endpoint), _) => {
                out.push_str(endpoint.as_str());
                self.write_bucket_as_path(out);
            }
            (None, true) => {
                out.push_str("https://");
                out.push_str(self.bucket.as_str());
                out.push('.');
                self.write_aws_host(out);
                out.push('/');
            }
            (None, false) => {
                out.push_str("https://");
                self.write_aws_host(out);
                self.write_bucket_as_path(out);
            }
        }
        key::write_encoded(&self.key, out);
        if let Some(version) = &self.version {
            out.push_str("?versionId=");
            key::write_encoded_value(version, out);
        }
    }

    fn write_bucket_as_path(&self, out: &mut String) {
        out.push('/');
        out.push_str(self.bucket.as_str());
        out.push('/');
    }

    fn write_aws_host(&self, out: &mut String) {
        out.push_str("s3.");
        if let Some(region) = &self.region {
            out.push_str(region.as_str());
            out.push('.');
        }
        out.push_str(self.partition().dns_suffix());
    }
}
