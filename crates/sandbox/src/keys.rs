//! Keys, tokens and request ids that look like AWS's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ambient::Random;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A user's access key id: `AKIA` and 16 more, 20 in all.
pub(crate) fn user_access_key_id(random: &dyn Random) -> String {
    format!("AKIA{}", base32(random, 16))
}

/// A session's access key id: `ASIA` and 16 more.
pub(crate) fn session_access_key_id(random: &dyn Random) -> String {
    format!("ASIA{}", base32(random, 16))
}

/// A secret access key: 40 characters.
pub(crate) fn secret_access_key(random: &dyn Random) -> String {
    base64_of(random, 30)
}

/// A session token: opaque, some 350 characters.
pub(crate) fn session_token(random: &dyn Random) -> String {
    format!("IQoJb3JpZ2luX2Vj{}", base64_of(random, 252))
}

/// A role's unique id, which stands before the session name in `AssumedRoleId`.
pub(crate) fn role_id(random: &dyn Random) -> String {
    format!("AROA{}", base32(random, 17))
}

/// A user's unique id.
pub(crate) fn user_id(random: &dyn Random) -> String {
    format!("AIDA{}", base32(random, 17))
}

/// An external ID for a role: 130 random bits.
pub(crate) fn external_id(random: &dyn Random) -> String {
    format!("insitu-{}", base32(random, 26).to_ascii_lowercase())
}

/// The id of an upload in parts: opaque, and without what an address would escape.
pub(crate) fn upload_id(random: &dyn Random) -> String {
    base32(random, 64)
}

/// S3's `x-amz-request-id`.
pub(crate) fn request_id(random: &dyn Random) -> String {
    base32(random, 16)
}

/// S3's `x-amz-id-2`.
pub(crate) fn host_id(random: &dyn Random) -> String {
    base64_of(random, 48)
}

/// STS's `x-amzn-requestid`, a UUID.
pub(crate) fn uuid(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn base32(random: &dyn Random, length: usize) -> String {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
        .iter()
        .map(|&byte| char::from(BASE32[usize::from(byte & 31)]))
        .collect()
}

fn base64_of(random: &dyn Random, length: usize) -> String {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemRandom;

    #[test]
    fn keys_have_the_lengths_that_aws_issues() {
        assert_eq!(user_access_key_id(&SystemRandom).len(), 20);
        assert_eq!(session_access_key_id(&SystemRandom).len(), 20);
        assert_eq!(secret_access_key(&SystemRandom).len(), 40);
        assert_eq!(uuid(&SystemRandom).len(), 36);
    }

    #[test]
    fn two_keys_differ() {
        assert_ne!(secret_access_key(&SystemRandom), secret_access_key(&SystemRandom));
        assert_ne!(external_id(&SystemRandom), external_id(&SystemRandom));
    }
}
