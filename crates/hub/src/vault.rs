//! Secrets at rest: sealed with XChaCha20-Poly1305 under a key that is never in the database.
//!
//! A sealed secret is `version (1) · key id (4) · nonce (24) · ciphertext and tag`. The associated data names
//! organization, storage and field, so that a sealed value copied to another row does not open.
//!
//! The same keys, through another derivation, tag what the hub hands out and has to know again: its own links.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use insitu_model::ambient::Random;
use insitu_model::id::{OrganizationId, StorageId};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;
/// What keys for tags are derived with.
const TAGS: &[u8] = b"insitu/tags/1";

/// Proof that a hub with the vault's keys wrote a text.
pub type Tag = [u8; 32];

/// The field of a storage that is sealed.
pub const SEALED_FIELD: &str = "private_key";

/// Where a secret belongs: the associated data that it is sealed with.
#[derive(Debug, Clone, Copy)]
pub struct SecretPlace {
    pub organization: OrganizationId,
    pub storage: StorageId,
    /// The column's name, such as [`SEALED_FIELD`].
    pub field: &'static str,
}

impl SecretPlace {
    fn associated_data(&self) -> String {
        format!("insitu/{}/{}/{}", self.organization, self.storage, self.field)
    }
}

/// Why a secret could not be sealed or opened. None of these says anything of the secret.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VaultError {
    #[error(
        "a vault key has {0} bytes after decoding; it needs 32. Make one with `openssl rand -base64 32`."
    )]
    KeyLength(usize),
    #[error("a vault key is not base64. Make one with `openssl rand -base64 32`.")]
    KeyEncoding,
    #[error("no vault key is configured")]
    NoKey,
    #[error(
        "the secret was sealed with vault key {0}, which is not configured. Start the hub with that key listed after the current one."
    )]
    UnknownKey(String),
    #[error("the sealed secret is damaged or was moved from another row; enter the storage's keys again")]
    Damaged,
    #[error("the secret could not be sealed")]
    Seal,
}

struct VaultKey {
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
    tags: Hmac<Sha256>,
}

/// The keys that seal (the first) and open (all of them).
pub struct Vault {
    keys: Vec<VaultKey>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys.len()).finish()
    }
}

impl Vault {
    /// A vault over base64 keys of 32 bytes each, the current one first.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, VaultError> {
        let keys = keys.into_iter().map(parse_key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            Err(VaultError::NoKey)
        } else {
            Ok(Self { keys })
        }
    }

    /// A fresh key in the form that `new` takes.
    pub fn generate_key(random: &dyn Random) -> Zeroizing<String> {
        use base64::Engine as _;
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        random.fill(bytes.as_mut());
        Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(bytes.as_ref()))
    }

    /// The sealed form of `secret`, good for this place only.
    pub fn seal(
        &self,
        place: SecretPlace,
        secret: &SecretString,
        random: &dyn Random,
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.keys.first().ok_or(VaultError::NoKey)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        random.fill(&mut nonce);
        let aad = place.associated_data();
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: aad.as_bytes(),
        };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Seal)?;
        let mut out = Vec::with_capacity(HEADER_BYTES + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&key.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// The secret that was sealed for this place.
    pub fn open(&self, place: SecretPlace, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let (header, body) = sealed.split_at_checked(HEADER_BYTES).ok_or(VaultError::Damaged)?;
        if header.first() != Some(&VERSION) {
            return Err(VaultError::Damaged);
        }
        let key_id = header.get(1..1 + KEY_ID_BYTES).ok_or(VaultError::Damaged)?;
        let nonce: [u8; NONCE_BYTES] = header
            .get(1 + KEY_ID_BYTES..)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(VaultError::Damaged)?;
        let key = self.keys.iter().find(|key| key.id == key_id).ok_or_else(|| {
            VaultError::UnknownKey(key_id.iter().map(|byte| format!("{byte:02x}")).collect())
        })?;
        let aad = place.associated_data();
        let plain = key
            .cipher
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: body,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| VaultError::Damaged)?;
        let plain = Zeroizing::new(plain);
        std::str::from_utf8(&plain)
            .map(SecretString::from)
            .map_err(|_| VaultError::Damaged)
    }

    /// The tag of a text. `purpose` keeps the tags of one use from being taken for another's.
    pub fn tag(&self, purpose: &str, text: &str) -> Result<Tag, VaultError> {
        let key = self.keys.first().ok_or(VaultError::NoKey)?;
        Ok(key.tagged(purpose, text).finalize().into_bytes().into())
    }

    /// Whether this is the text's tag, by any of the keys; takes as long for every wrong one.
    pub fn is_tag(&self, purpose: &str, text: &str, tag: &[u8]) -> bool {
        self.keys
            .iter()
            .any(|key| key.tagged(purpose, text).verify_slice(tag).is_ok())
    }
}

impl VaultKey {
    fn tagged(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = self.tags.clone();
        mac.update(purpose.as_bytes());
        mac.update(b"\n");
        mac.update(text.as_bytes());
        mac
    }
}

fn parse_key(text: &str) -> Result<VaultKey, VaultError> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .map(Zeroizing::new)
        .map_err(|_| VaultError::KeyEncoding)?;
    let key: [u8; KEY_BYTES] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| VaultError::KeyLength(bytes.len()))?;
    let key = Zeroizing::new(key);
    let digest = Sha256::digest(key.as_ref());
    let mut id = [0_u8; KEY_ID_BYTES];
    id.copy_from_slice(&digest[..KEY_ID_BYTES]);
    let mut derived = keyed(key.as_ref())?;
    derived.update(TAGS);
    let derived = Zeroizing::new(<[u8; KEY_BYTES]>::from(derived.finalize().into_bytes()));
    Ok(VaultKey {
        id,
        cipher: XChaCha20Poly1305::new(&Key::from(*key)),
        tags: keyed(derived.as_ref())?,
    })
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>, VaultError> {
    // HMAC takes keys of every length.
    Hmac::new_from_slice(key).map_err(|_| VaultError::KeyLength(key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::ambient::{FixedClock, SeededRandom};

    fn place(field: &'static str) -> (SecretPlace, SeededRandom) {
        let random = SeededRandom::new(7);
        let clock = FixedClock::at(1);
        let place = SecretPlace {
            organization: OrganizationId::new(&clock, &random),
            storage: StorageId::new(&clock, &random),
            field,
        };
        (place, random)
    }

    fn vault(random: &SeededRandom) -> Vault {
        Vault::new([Vault::generate_key(random).as_str()]).unwrap()
    }

    #[test]
    fn a_secret_opens_only_where_it_was_sealed() {
        let (here, random) = place("private_key");
        let vault = vault(&random);
        let sealed = vault.seal(here, &SecretString::from("hush"), &random).unwrap();
        assert_eq!(vault.open(here, &sealed).unwrap().expose_secret(), "hush");
        let (mut there, other) = place("private_key");
        there.storage = StorageId::new(&FixedClock::at(2), &other);
        assert_eq!(vault.open(there, &sealed).unwrap_err(), VaultError::Damaged);
        let elsewhere = SecretPlace {
            field: "session_token",
            ..here
        };
        assert_eq!(vault.open(elsewhere, &sealed).unwrap_err(), VaultError::Damaged);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let (here, random) = place("private_key");
        let vault = vault(&random);
        let sealed = vault.seal(here, &SecretString::from("hush"), &random).unwrap();
        for index in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[index] ^= 1;
            assert!(vault.open(here, &bad).is_err(), "byte {index}");
        }
    }

    #[test]
    fn an_old_key_still_opens_and_a_missing_one_is_named() {
        let (here, random) = place("private_key");
        let (old, new) = (Vault::generate_key(&random), Vault::generate_key(&random));
        let sealed = Vault::new([old.as_str()])
            .unwrap()
            .seal(here, &SecretString::from("hush"), &random)
            .unwrap();
        let both = Vault::new([new.as_str(), old.as_str()]).unwrap();
        assert_eq!(both.open(here, &sealed).unwrap().expose_secret(), "hush");
        let only_new = Vault::new([new.as_str()]).unwrap();
        assert!(matches!(
            only_new.open(here, &sealed),
            Err(VaultError::UnknownKey(_))
        ));
    }

    #[test]
    fn a_tag_is_good_for_its_text_and_purpose_alone_and_outlives_a_rotation() {
        let random = SeededRandom::new(7);
        let (old, new) = (Vault::generate_key(&random), Vault::generate_key(&random));
        let before = Vault::new([old.as_str()]).unwrap();
        let tag = before.tag("GET", "a").unwrap();
        assert!(before.is_tag("GET", "a", &tag));
        assert!(!before.is_tag("PUT", "a", &tag));
        assert!(!before.is_tag("GET", "b", &tag));
        assert!(!before.is_tag("GET", "a", &tag[..31]));
        let both = Vault::new([new.as_str(), old.as_str()]).unwrap();
        assert!(both.is_tag("GET", "a", &tag));
        assert!(!Vault::new([new.as_str()]).unwrap().is_tag("GET", "a", &tag));
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(Vault::new(["c2hvcnQ="]).unwrap_err(), VaultError::KeyLength(5));
        assert_eq!(Vault::new(["%%%"]).unwrap_err(), VaultError::KeyEncoding);
        assert_eq!(Vault::new([]).unwrap_err(), VaultError::NoKey);
    }
}
