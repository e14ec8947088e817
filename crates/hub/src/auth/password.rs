//! Passwords: hashed with argon2id, checked off the async threads, never kept.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use insitu_model::ambient::Random;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{ApiError, ApiResult};

/// Shorter passwords are refused (NIST SP 800-63B asks for 8 at least).
pub const MIN_CHARACTERS: usize = 8;
/// Longer ones are refused, so that nobody makes the hub hash megabytes.
pub const MAX_BYTES: usize = 1024;
const SALT_BYTES: usize = 16;

/// Refuses a password that is too short or too long to be one.
pub fn check_shape(password: &SecretString) -> ApiResult<()> {
    let text = password.expose_secret();
    if text.chars().count() < MIN_CHARACTERS {
        return Err(ApiError::invalid(
            "password.too_short",
            format!("The password has fewer than {MIN_CHARACTERS} characters. Choose a longer one."),
        ));
    }
    if text.len() > MAX_BYTES {
        return Err(ApiError::invalid(
            "password.too_long",
            format!("The password is longer than {MAX_BYTES} bytes. Choose a shorter one."),
        ));
    }
    Ok(())
}

/// The PHC string to store for this password.
pub async fn hash(password: SecretString, random: &dyn Random) -> ApiResult<String> {
    let mut salt = [0_u8; SALT_BYTES];
    random.fill(&mut salt);
    tokio::task::spawn_blocking(move || hash_now(&password, &salt))
        .await
        .map_err(ApiError::internal)?
}

/// Whether the password is the one behind the stored hash. With `None` the same work is done and the answer is
/// no, so that the time taken does not tell which e-mail addresses have accounts.
pub async fn verify(password: SecretString, stored: Option<String>) -> ApiResult<bool> {
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = match stored {
            Some(stored) => stored,
            None => decoy()?,
        };
        let parsed = PasswordHash::new(&stored).map_err(ApiError::internal)?;
        let matches = Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &parsed)
            .is_ok();
        Ok(known && matches)
    })
    .await
    .map_err(ApiError::internal)?
}

fn hash_now(password: &SecretString, salt: &[u8]) -> ApiResult<String> {
    Argon2::default()
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(ApiError::internal)
}

fn decoy() -> ApiResult<String> {
    static DECOY: OnceLock<String> = OnceLock::new();
    if let Some(decoy) = DECOY.get() {
        return Ok(decoy.clone());
    }
    let decoy = hash_now(&SecretString::from("nobody has this password"), &[0; SALT_BYTES])?;
    Ok(DECOY.get_or_init(|| decoy).clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::ambient::SeededRandom;

    #[tokio::test]
    async fn only_the_password_itself_verifies() {
        let hash = hash(SecretString::from("correct horse"), &SeededRandom::new(1))
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            verify(SecretString::from("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !verify(SecretString::from("correct house"), Some(hash))
                .await
                .unwrap()
        );
        assert!(
            !verify(SecretString::from("nobody has this password"), None)
                .await
                .unwrap()
        );
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(
            check_shape(&SecretString::from("1234567")).unwrap_err().code,
            "password.too_short"
        );
        let endless = SecretString::from("x".repeat(MAX_BYTES + 1));
        assert_eq!(check_shape(&endless).unwrap_err().code, "password.too_long");
        assert!(check_shape(&SecretString::from("12345678")).is_ok());
    }
}
