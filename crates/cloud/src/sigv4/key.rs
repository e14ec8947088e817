//! The key that signs for one day, region and service, derived from the secret key once and kept.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{ALGORITHM, AmzTime};

type HmacSha256 = Hmac<Sha256>;

/// The services that we sign for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Simple Storage Service.
    S3,
    /// Security Token Service.
    Sts,
}

impl Service {
    /// Its name within a credential scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::S3 => "s3",
            Service::Sts => "sts",
        }
    }
}

/// Signs for one day, region and service. It proves nothing outside them, but is a secret within.
#[derive(Clone)]
pub struct SigningKey {
    keyed: HmacSha256,
    scope: String,
}

/// A signature: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl SigningKey {
    /// Derives the key of the day of `at`.
    pub fn derive(secret: &str, at: &AmzTime, region: &str, service: Service) -> Self {
        let mut start = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        start.extend_from_slice(b"AWS4");
        start.extend_from_slice(secret.as_bytes());
        let mut key = Zeroizing::new(mac(&keyed(&start), at.date().as_bytes()));
        for step in [region, service.as_str(), "aws4_request"] {
            *key = mac(&keyed(&key[..]), step.as_bytes());
        }
        let scope = format!("{}/{region}/{}/aws4_request", at.date(), service.as_str());
        Self {
            keyed: keyed(&key[..]),
            scope,
        }
    }

    /// The credential scope, such as `20260304/eu-central-1/s3/aws4_request`.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Signs the canonical form of a request.
    pub fn sign(&self, at: &AmzTime, canonical_request: &[u8]) -> Signature {
        self.sign_after(&self.preamble(at), canonical_request)
    }

    /// What the string to sign begins with; the same for every request of one moment.
    pub(crate) fn preamble(&self, at: &AmzTime) -> String {
        format!("{ALGORITHM}\n{}\n{}\n", at.as_str(), self.scope)
    }

    pub(crate) fn sign_after(&self, preamble: &str, canonical_request: &[u8]) -> Signature {
        let mut keyed = self.keyed.clone();
        keyed.update(preamble.as_bytes());
        keyed.update(&hex(&Sha256::digest(canonical_request).into()));
        Signature(hex(&keyed.finalize().into_bytes().into()))
    }
}

impl Signature {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of every length; the Result belongs to other MACs"
)]
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn mac(keyed: &HmacSha256, data: &[u8]) -> [u8; 32] {
    let mut keyed = keyed.clone();
    keyed.update(data);
    keyed.finalize().into_bytes().into()
}

/// Lower-case hexadecimal digits of a hash.
pub(super) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signing_key_does_not_print_itself() {
        let key = SigningKey::derive("CANARY", &AmzTime::of_ms(0), "eu-central-1", Service::S3);
        let shown = format!("{key:?}");
        assert!(shown.contains("19700101/eu-central-1/s3/aws4_request"), "{shown}");
        assert!(!shown.contains("CANARY") && !shown.contains("keyed"), "{shown}");
    }
}
