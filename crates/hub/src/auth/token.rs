//! Bearer tokens (sessions, sign-in links, invitations, API keys): random, given out once, stored as SHA-256.
//!
//! A token has 122 random bits or more, so a fast hash is enough: nobody can search that space.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insitu_model::ambient::Random;
use sha2::{Digest, Sha256};

/// What is stored of a token.
pub type TokenHash = [u8; 32];

/// A token for cookies and links: 256 random bits as 43 URL-safe characters.
pub fn generate(random: &dyn Random) -> String {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A version 4 UUID (RFC 9562): the form that users of the Python SDK know API keys by.
pub fn generate_uuid(random: &dyn Random) -> String {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The hash under which a token is stored and looked up.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::ambient::SeededRandom;

    #[test]
    fn an_api_key_is_a_version_4_uuid() {
        let key = generate_uuid(&SeededRandom::new(3));
        assert_eq!(key.len(), 36);
        assert_eq!(key.as_bytes()[14], b'4');
        assert!(matches!(key.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let random = SeededRandom::new(3);
        let (a, b) = (generate(&random), generate(&random));
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert_ne!(hash(&a), hash(&b));
    }
}
