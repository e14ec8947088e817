//! Signed URLs, fast: what URLs have in common is written once per storage and window, and each costs two hashes more.
//!
//! The signing time is rounded down to a window of a third of the lifetime, so that the same asset has the same URL
//! for a while and the browser's cache works; at least two thirds of the lifetime are always left.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;

use crate::credentials::Credentials;
use crate::sigv4::{AmzTime, PRESIGNED_LIFE_MAX_S, Presigning, Service, SigningKey};
use crate::site::Site;

/// Shortest lifetime that can be asked for, in seconds.
pub const TTL_S_MIN: u32 = 3;
/// Longest lifetime that can be asked for, in seconds.
pub const TTL_S_MAX: u32 = PRESIGNED_LIFE_MAX_S;
/// Windows are this part of the lifetime.
const WINDOWS_PER_TTL: u32 = 3;
/// Most preparations that a signer keeps: one for each region and lifetime in use.
const PREPARED_MAX: usize = 64;

/// Signs URLs with the credentials of one storage.
pub struct Signer {
    credentials: Arc<Credentials>,
    prepared: RwLock<Vec<Arc<Prepared>>>,
}

/// Everything that the URLs of one region, lifetime and window have in common.
pub struct Prepared {
    region: Region,
    endpoint: Option<Endpoint>,
    ttl_s: u32,
    signed_at_s: i64,
    expires_at_ms: i64,
    site: Site,
    presigning: Presigning,
}

/// A URL that opens an object for whoever has it, until it ends.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// The URL.
    pub url: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at_ms: i64,
}

/// Why no URL can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The session that would sign is over.
    #[error("the session with the bucket is over and was not renewed: try again")]
    SessionOver,
}

impl SignError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "sign.session_over"
    }
}

impl Signer {
    /// A signer with these credentials.
    pub fn new(credentials: Arc<Credentials>) -> Self {
        Self {
            credentials,
            prepared: RwLock::default(),
        }
    }

    /// What it signs with.
    pub fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }

    /// Signs one URL to GET an object. For many, use [`Signer::prepare`] once.
    #[expect(clippy::too_many_arguments, reason = "each is one word of the request")]
    pub fn sign(
        &self,
        region: &Region,
        endpoint: Option<&Endpoint>,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        ttl_s: u32,
        now_ms: i64,
    ) -> Result<SignedUrl, SignError> {
        Ok(self
            .prepare(region, endpoint, ttl_s, now_ms)?
            .sign(bucket, key, version))
    }

    /// What URLs signed now have in common: from memory, or derived anew once per window.
    ///
    /// `ttl_s` is brought into [`TTL_S_MIN`]`..=`[`TTL_S_MAX`]; a session that ends earlier ends the URLs with it.
    pub fn prepare(
        &self,
        region: &Region,
        endpoint: Option<&Endpoint>,
        ttl_s: u32,
        now_ms: i64,
    ) -> Result<Arc<Prepared>, SignError> {
        let ttl_s = ttl_s.clamp(TTL_S_MIN, TTL_S_MAX);
        if !self.credentials.is_valid_at(now_ms) {
            return Err(SignError::SessionOver);
        }
        let signed_at_s = window_start_s(now_ms, ttl_s);
        let is_same = |known: &&Arc<Prepared>| {
            known.signed_at_s == signed_at_s
                && known.ttl_s == ttl_s
                && known.region == *region
                && known.endpoint.as_ref() == endpoint
        };
        let known = self
            .prepared
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(is_same)
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let made = Arc::new(Prepared::new(
            &self.credentials,
            region,
            endpoint,
            ttl_s,
            signed_at_s,
        )?);
        let mut prepared = self.prepared.write().unwrap_or_else(PoisonError::into_inner);
        prepared.retain(|old| window_start_s(now_ms, old.ttl_s) == old.signed_at_s);
        if prepared.len() >= PREPARED_MAX {
            prepared.remove(0);
        }
        prepared.push(made.clone());
        Ok(made)
    }
}

impl Prepared {
    pub(crate) fn new(
        credentials: &Credentials,
        region: &Region,
        endpoint: Option<&Endpoint>,
        ttl_s: u32,
        signed_at_s: i64,
    ) -> Result<Self, SignError> {
        let session_left_s = credentials
            .expires_at_ms()
            .map_or(i64::MAX, |end| end / 1000 - signed_at_s);
        let life_s = u32::try_from(session_left_s.min(i64::from(ttl_s))).unwrap_or(0);
        if life_s == 0 {
            return Err(SignError::SessionOver);
        }
        let at = AmzTime::of_ms(signed_at_s * 1000);
        let key = SigningKey::derive(credentials.expose_secret(), &at, region.as_str(), Service::S3);
        Ok(Self {
            region: region.clone(),
            endpoint: endpoint.cloned(),
            ttl_s,
            signed_at_s,
            expires_at_ms: (signed_at_s + i64::from(life_s)) * 1000,
            site: Site::of(region, endpoint),
            presigning: Presigning::new(
                key,
                credentials.access_key_id(),
                credentials.expose_token(),
                &at,
                life_s,
            ),
        })
    }

    /// Signs a URL to GET an object. The key is the decoded one.
    pub fn sign(&self, bucket: &str, key: &str, version: Option<&str>) -> SignedUrl {
        self.sign_for("GET", bucket, key, version)
    }

    /// Signs a URL to ask for the HEAD of an object: a signature covers the method, so one to GET it does not do.
    pub fn sign_head(&self, bucket: &str, key: &str) -> SignedUrl {
        self.sign_for("HEAD", bucket, key, None)
    }

    /// Signs a URL to PUT an object: the one thing by which a bucket is ever written to, by whoever asked for it.
    /// Nothing but the host is signed beside it, so that the body may have any type and length.
    pub fn sign_upload(&self, bucket: &str, key: &str) -> SignedUrl {
        self.sign_for("PUT", bucket, key, None)
    }

    fn sign_for(&self, method: &str, bucket: &str, key: &str, version: Option<&str>) -> SignedUrl {
        let host = self.site.host(bucket);
        let path_bytes_likely = 2 + bucket.len() + key.len() + key.len() / 2;
        let mut url =
            String::with_capacity(8 + host.len() + path_bytes_likely + self.presigning.query_bytes());
        url.push_str(self.site.scheme());
        url.push_str("://");
        url.push_str(&host);
        let path_at = url.len();
        self.site.write_object_path(bucket, key, &mut url);
        self.presigning.write(method, &host, path_at, version, &mut url);
        SignedUrl {
            url,
            expires_at_ms: self.expires_at_ms,
        }
    }

    /// When its URLs end, in milliseconds since 1970.
    pub fn expires_at_ms(&self) -> i64 {
        self.expires_at_ms
    }
}

/// When the window began that `now_ms` is in: what links with a lifetime of `ttl_s` are signed at, in seconds.
pub fn window_start_s(now_ms: i64, ttl_s: u32) -> i64 {
    let window_s = i64::from(ttl_s / WINDOWS_PER_TTL).max(1);
    let now_s = now_ms.div_euclid(1000);
    now_s - now_s.rem_euclid(window_s)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("site", &self.site)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// A signed URL is a key to the object: its query is never printed.
impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before_query = self.url.split('?').next().unwrap_or_default();
        write!(f, "SignedUrl({before_query}?…, until {})", self.expires_at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW_MS: i64 = 1_772_600_767_123;

    fn region() -> Region {
        "eu-central-1".parse().unwrap()
    }

    fn session(expires_at_ms: Option<i64>) -> Signer {
        Signer::new(Arc::new(Credentials::of_session(
            "AKID",
            "CANARY-SECRET",
            "CANARY-TOKEN",
            expires_at_ms,
        )))
    }

    fn sign(signer: &Signer, ttl_s: u32, now_ms: i64) -> SignedUrl {
        signer
            .sign(&region(), None, "photos", "cat 1.jpg", None, ttl_s, now_ms)
            .unwrap()
    }

    #[test]
    fn an_asset_has_one_url_within_a_window_and_another_after_it() {
        let signer = session(None);
        let start = window_start_s(NOW_MS, 900) * 1000;
        let first = sign(&signer, 900, start);
        assert_eq!(first, sign(&signer, 900, start + 299_999));
        assert_ne!(first.url, sign(&signer, 900, start + 300_000).url);
        assert!(
            first
                .url
                .starts_with("https://photos.s3.eu-central-1.amazonaws.com/cat%201.jpg?X-Amz-Algorithm=")
        );
        assert!(first.url.contains("&X-Amz-Expires=900&"));
    }

    #[test]
    fn a_url_is_for_one_method_to_open_to_ask_for_the_head_or_to_upload() {
        let prepared = session(None).prepare(&region(), None, 900, NOW_MS).unwrap();
        let (get, head, put) = (
            prepared.sign("photos", "k", None),
            prepared.sign_head("photos", "k"),
            prepared.sign_upload("photos", "k"),
        );
        let before = |url: &str| url.split("X-Amz-Signature=").next().unwrap().to_owned();
        assert_eq!(before(&get.url), before(&put.url));
        assert_eq!(before(&get.url), before(&head.url));
        assert_ne!(get.url, put.url);
        assert_ne!(get.url, head.url);
        assert_ne!(put.url, head.url);
        assert!(put.url.contains("&X-Amz-SignedHeaders=host&"));
    }

    #[test]
    fn a_url_ends_with_its_session() {
        let signer = session(Some(NOW_MS + 60_000));
        let signed = sign(&signer, 900, NOW_MS);
        assert!(signed.expires_at_ms <= NOW_MS + 60_000 && signed.expires_at_ms > NOW_MS + 58_000);
        let over = signer.sign(&region(), None, "photos", "k", None, 900, NOW_MS + 60_000);
        assert_eq!(over.unwrap_err().code(), "sign.session_over");
    }

    #[test]
    fn an_endpoint_is_signed_for_itself() {
        let endpoint: Endpoint = "http://127.0.0.1:9000".parse().unwrap();
        let signed = session(None)
            .sign(
                &region(),
                Some(&endpoint),
                "my.b",
                "/a?b",
                Some("v 1"),
                900,
                NOW_MS,
            )
            .unwrap();
        assert!(
            signed
                .url
                .starts_with("http://127.0.0.1:9000/my.b//a%3Fb?versionId=v%201&X-Amz-Algorithm="),
            "{}",
            signed.url
        );
    }

    #[test]
    fn signers_and_urls_do_not_print_what_opens_the_bucket() {
        let signer = session(None);
        let signed = sign(&signer, 900, NOW_MS);
        let prepared = signer.prepare(&region(), None, 900, NOW_MS).unwrap();
        let shown = format!("{signer:?} {signed:?} {prepared:?}");
        assert!(
            !shown.contains("CANARY") && !shown.contains("X-Amz-Signature"),
            "{shown}"
        );
    }

    #[test]
    fn preparations_do_not_pile_up() {
        let signer = session(None);
        for ttl_s in 900..1100 {
            sign(&signer, ttl_s, NOW_MS);
        }
        assert!(signer.prepared.read().unwrap().len() <= PREPARED_MAX);
        for window in 0..1000 {
            sign(&signer, 900, NOW_MS + 10_000_000 + window * 300_000);
        }
        assert!(signer.prepared.read().unwrap().len() <= 2);
    }

    proptest! {
        #[test]
        fn two_thirds_of_the_lifetime_are_always_left(ttl_s in TTL_S_MIN..TTL_S_MAX, now_ms in 0..4_000_000_000_000i64) {
            let signed = sign(&session(None), ttl_s, now_ms);
            let left_ms = signed.expires_at_ms - now_ms;
            prop_assert!(left_ms * 3 > i64::from(ttl_s) * 1000 * 2 - 3000, "{left_ms}");
            prop_assert!(left_ms <= i64::from(ttl_s) * 1000);
        }
    }
}
